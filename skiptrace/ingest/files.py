"""Find the files of a batch and read each in its own format."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from skiptrace.errors import InputError
from skiptrace.ingest.columnar import read_parquet
from skiptrace.ingest.delimited import read_delimited
from skiptrace.ingest.headers import table_by_name
from skiptrace.ingest.jsonlines import read_json_lines
from skiptrace.ingest.sheets import Origin, Refused, Sheet
from skiptrace.ingest.workbooks import read_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["find_files", "read_file", "read_sheets"]

_READERS = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".psv"), read_delimited),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), read_json_lines),
    **dict.fromkeys((".parquet", ".pq"), read_parquet),
}
_WORKBOOKS = {".xlsx", ".xlsm"}
_ONLY_BY_NAME = {".txt", ".json", ".tab", ".psv"}
"""In a folder these are read only if their name says which table they are: a folder also holds notes and manifests."""
_KNOWN = "CSV, TSV, JSON Lines, Parquet, XLSX"


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that the paths name, folders in the order of names.

    Raises
    ------
    InputError
        If a path does not exist, a folder holds no file of a known format, or there is nothing at all.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [each for each in sorted(path.iterdir()) if each.is_file() and _belongs(each)]
            if not inside:
                raise InputError(f"{path.name}: no input files in this folder, expected {_KNOWN}")
            found.extend(inside)
        elif path.exists():
            found.append(path)
        else:
            raise InputError(f"{path}: no such file or folder")
    if not found:
        raise InputError(f"no input named, expected files or folders of {_KNOWN}")
    return list(dict.fromkeys(found))


def read_sheets(paths: Sequence[Path], limit: int) -> list[Sheet | Refused]:
    """Read every file; one that cannot be read is refused by name, and the others go on."""
    names = [path.name for path in paths]
    sheets: list[Sheet | Refused] = []
    for path in paths:
        file = path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}"
        sheets.extend(read_file(path, file, limit))
    return sheets


def read_file(path: Path, file: str, limit: int) -> list[Sheet | Refused]:
    """Read one file.

    Parameters
    ----------
    path
        Where it is.
    file
        What to call it.
    limit
        Most bytes of a cell.
    """
    origin = Origin(file, "", path.stem)
    try:
        with path.open("rb") as stream:
            origin = origin._replace(sha256=hashlib.file_digest(stream, "sha256").hexdigest())
        suffix = path.suffix.lower()
        if suffix in _WORKBOOKS:
            return read_workbook(path, origin, limit)
        if suffix not in _READERS:
            return [Refused(origin, f"unknown format {suffix or '(no suffix)'}, expected {_KNOWN}")]
        return [_READERS[suffix](path, origin, limit)]
    except InputError as error:
        return [Refused(origin, str(error), hollow=str(error).startswith("empty"))]
    except OSError as error:
        return [Refused(origin, f"cannot be read: {error.strerror or type(error).__name__}")]


def _belongs(path: Path) -> bool:
    """Tell whether a file of a folder is meant as input; stops.xls is, and is refused by name, not passed over."""
    if path.name.startswith((".", "~$")):
        return False
    if table_by_name(path.stem.removesuffix(".csv")) is not None:
        return True
    suffix = path.suffix.lower()
    return suffix in {*_READERS, *_WORKBOOKS} and suffix not in _ONLY_BY_NAME

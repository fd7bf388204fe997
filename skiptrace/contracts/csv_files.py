"""Write files that others open: CSV that a spreadsheet does not execute, and files that are there whole or not at all.

A spreadsheet takes a cell that begins with ``= + - @``, tab or carriage return for a formula. Such a cell gets a
leading ``'``, unless it is a plain number or an E.164 phone number, which are what they look like.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["append_csv", "guarded", "unguarded", "whole_file", "write_csv"]

_FORMULA = r"^[=+\-@\t\r]"
_HARMLESS = r"^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|\+[1-9]\d{1,14})$"
_GUARDED = r"^'[=+\-@\t\r]"
_MARKS_AND_ENDS = "\ufeff".encode() + b"\r\n"


def guarded(cell: pl.Expr) -> pl.Expr:
    """Return text cells with a leading ``'`` where a spreadsheet would take them for a formula.

    Examples
    --------
    >>> cells = pl.DataFrame({"cell": ["=1+1", "-5", "+442079460000", "@me", "plain", None]})
    >>> cells.select(guarded(pl.col("cell"))).to_series().to_list()
    ["'=1+1", '-5', '+442079460000', "'@me", 'plain', None]
    """
    risky = cell.str.contains(_FORMULA) & ~cell.str.contains(_HARMLESS)
    return pl.when(risky).then(pl.lit("'") + cell).otherwise(cell)


def unguarded(cell: pl.Expr) -> pl.Expr:
    """Return cells as they were before :func:`guarded`.

    >>> pl.DataFrame({"cell": ["'=1+1", "'quoted'"]}).select(unguarded(pl.col("cell"))).to_series().to_list()
    ['=1+1', "'quoted'"]
    """
    return pl.when(cell.str.contains(_GUARDED)).then(cell.str.slice(1)).otherwise(cell)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    r"""Write a frame as CSV: UTF-8, comma, ``\n``, header first, null as an empty cell.

    Lists and structs stand as JSON, instants as RFC 3339 in UTC, dates as ISO 8601, booleans as ``true`` and ``false``;
    an empty text is written ``""``, so that it is not read back as null.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    text = _texts(frame)
    with whole_file(path) as draft:
        text.write_csv(draft, line_terminator="\n")


def append_csv(frame: pl.DataFrame, path: Path) -> None:
    """Add rows to a CSV file of the same columns, which is made if it is missing; they are on disk on return.

    Two programs may add to one file at once.

    Raises
    ------
    UsageError
        If the file has other columns, or cannot be written.
    """
    text = _texts(frame)
    header = text.clear().write_csv(line_terminator="\n").encode()
    try:
        with path.open("ab+") as file:
            file.seek(0)
            found = file.readline()
            if found.strip(_MARKS_AND_ENDS) not in (b"", header.strip()):
                raise UsageError(f"{path.name}: has other columns than {', '.join(frame.columns)}")
            rows = text.write_csv(line_terminator="\n", include_header=not found).encode()
            if found:
                file.seek(-1, os.SEEK_END)
                rows = rows if file.read(1) == b"\n" else b"\n" + rows
            file.write(rows)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path.name}: cannot be written ({_in_words(error)})") from error


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    text = frame.select(_as_text(name, dtype).alias(name) for name, dtype in frame.schema.items())
    text.columns = pl.select(guarded(pl.lit(pl.Series(text.columns, dtype=pl.String)))).to_series().to_list()
    return text


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    match dtype:
        case pl.String():
            return guarded(value)
        case pl.List() | pl.Array():
            # polars encodes structs only: the list goes in as a field and comes out without its name.
            whole = pl.struct(value.alias("v")).struct.json_encode()
            return guarded(pl.when(value.is_not_null()).then(whole.str.slice(5).str.head(-1)))
        case pl.Struct():
            return pl.when(value.is_not_null()).then(value.struct.json_encode())
        case pl.Datetime(time_zone=None):
            return value.dt.to_string("%Y-%m-%dT%H:%M:%S%.f")
        case pl.Datetime():
            return value.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.f") + pl.lit("Z")
        case _:
            return value


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a draft beside ``path`` that takes its place at the end; if anything is raised, ``path`` stays as it was.

    Raises
    ------
    UsageError
        If it cannot be written: no such folder, no permission, disk full.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path.name}: cannot be written ({_in_words(error)})") from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _in_words(error: OSError) -> str:
    told = re.search(r"os error (\d+)", str(error))  # polars says the number only in its text
    number = error.errno if error.errno is not None else int(told[1]) if told else 0
    words = {
        errno.ENOSPC: "the disk is full",
        errno.ENOENT: "no such folder",
        errno.ENOTDIR: "no such folder",
        errno.EACCES: "no permission",
        errno.EROFS: "no permission",
    }
    return words.get(number, (error.strerror or type(error).__name__).lower())

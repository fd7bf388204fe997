"""The schedule in its own three forms, written and read back: JSON Lines, CSV and Parquet hold the same rows."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.csv_files import unguarded, whole_file, write_csv
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.errors import InputError, PromiseBroken, UsageError
from skiptrace.ingest.cells import as_text
from skiptrace.ingest.files import read_file
from skiptrace.ingest.sheets import Refused, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["FORMATS", "read_schedule", "write_schedule"]

_OBJECTS = ("follow_up", "extra")
"""Columns that hold a JSON object; in JSON Lines they are objects, elsewhere text."""
_MOST_BYTES = 1_000_000
"""No cell of a schedule is longer; a broken quote makes them."""


def write_schedule(schedule: pl.DataFrame, out: Path, forms: Sequence[str] | None = None) -> list[str]:
    """Write a schedule into a folder.

    Parameters
    ----------
    schedule
        SCHEDULE, in the order in which to work it.
    out
        An existing folder.
    forms
        Some of ``FORMATS``; null = all of them.

    Returns
    -------
    list of str
        Names of the files written: ``schedule.jsonl`` …

    Raises
    ------
    PromiseBroken
        If a row is not what the contract says, or two have one ``attempt_id``; nothing is written then.
    UsageError
        If there is no such form, or a file cannot be written.
    """
    schedule = SCHEDULE.conform(schedule).select(list(SCHEDULE.schema))
    bad = SCHEDULE.validate(schedule).rejected
    if not bad.is_empty():
        row = bad.row(0, named=True)
        raise PromiseBroken(f"schedule: attempt {row['attempt_id']}, column {row['column']}: {row['reason']}")
    if schedule["attempt_id"].is_duplicated().any():
        raise PromiseBroken("schedule: two rows with one attempt_id")
    names = []
    for form in FORMATS if forms is None else forms:
        if form not in FORMATS:
            raise UsageError(f"no schedule format {form}; expected one of {', '.join(FORMATS)}")
        names.append(f"schedule.{form}")
        FORMATS[form](schedule, out / names[-1])
    return names


def _write_jsonl(schedule: pl.DataFrame, path: Path) -> None:
    """Write each row as an object; what is a JSON text in the frame goes in as the object it is."""
    pieces: list[pl.Expr] = []
    plain: list[str] = []

    def close() -> None:
        if plain:
            pieces.append(pl.struct(plain).struct.json_encode().str.slice(1).str.head(-1))
            plain.clear()

    for name in schedule.columns:
        if name in _OBJECTS:
            close()
            pieces.append(pl.lit(f'"{name}":') + pl.col(name).fill_null("null"))
        else:
            plain.append(name)
    close()
    line = pl.lit("{") + pl.concat_str(pieces, separator=",") + pl.lit("}\n")
    lines = schedule.select(line=line)["line"]
    with whole_file(path) as draft:
        draft.write_bytes("".join(lines).encode())


def _write_parquet(schedule: pl.DataFrame, path: Path) -> None:
    written = BytesIO()
    schedule.write_parquet(written)
    with whole_file(path) as draft:
        draft.write_bytes(written.getbuffer())


FORMATS: Mapping[str, Callable[[pl.DataFrame, Path], None]] = {
    "jsonl": _write_jsonl,
    "csv": write_csv,
    "parquet": _write_parquet,
}
"""Form, which is also the suffix of its file → its writer."""


def read_schedule(path: Path) -> pl.DataFrame:
    """Read a schedule in any of its forms.

    Returns
    -------
    polars.DataFrame
        SCHEDULE, in the order of the file. Columns of other programs are left out.

    Raises
    ------
    InputError
        If it cannot be read, a column is missing, or a row is not what the contract says; the message names the first.
    """
    sheet = _sheet(path)
    if sheet is None:
        return SCHEDULE.empty()
    missing = [name for name in SCHEDULE.schema if name not in sheet.frame.columns]
    if missing and not sheet.frame.is_empty():
        raise InputError(f"{path.name}: not a schedule, column {missing[0]} is missing")
    text = sheet.frame.select(as_text(sheet.frame[name]) for name in SCHEDULE.schema if name not in missing)
    text = text.select(pl.when(pl.col(name) != "").then(pl.col(name)) for name in text.columns)
    if path.suffix.lower() not in (".jsonl", ".ndjson", ".parquet", ".pq"):
        text = text.select(unguarded(pl.col(name)) for name in text.columns)
    columns = {name: _typed(name, text[name], sheet, path) for name in text.columns}
    frame = SCHEDULE.conform(pl.DataFrame(columns))
    bad = SCHEDULE.validate(frame.with_columns(line=sheet.lines)).rejected
    if not bad.is_empty():
        row = bad.row(0, named=True)
        raise InputError(f"{path.name}, line {row['line']}, column {row['column']}: {row['reason']}")
    return frame


def _sheet(path: Path) -> Sheet | None:
    """Return what the file holds; null if it is a JSON Lines file without a line."""
    if path.is_dir():
        raise InputError(f"{path.name}: is a folder, expected the file of a schedule")
    if not path.exists():
        raise InputError(f"{path.name}: no such file")
    if path.suffix.lower() in (".jsonl", ".ndjson") and path.stat().st_size == 0:
        return None
    found = read_file(path, path.name, _MOST_BYTES)
    if len(found) != 1:
        raise InputError(f"{path.name}: {len(found)} sheets found, expected one")
    sheet = found[0]
    if isinstance(sheet, Refused):
        raise InputError(f"{path.name}: {sheet.reason}")
    if sheet.damaged:
        raise InputError(f"{path.name}, line {sheet.damaged[0].line}: {sheet.damaged[0].reason}")
    return sheet


def _typed(name: str, text: pl.Series, sheet: Sheet, path: Path) -> pl.Series:
    dtype = SCHEDULE.schema[name]
    if name in _OBJECTS:
        values, expected = _compact(text, dict), "a JSON object"
    elif isinstance(dtype, pl.List):
        values, expected = _compact(text, list), "a JSON array"
    else:
        values, expected = text.cast(dtype, strict=False), "a whole number" if dtype.is_integer() else "a number"
    wrong = (text.is_not_null() & values.is_null()).arg_true()
    if len(wrong):
        raise InputError(f"{path.name}, line {sheet.lines[wrong[0]]}, column {name}: found text, expected {expected}")
    return values.str.json_decode(dtype) if isinstance(dtype, pl.List) else values


def _compact(text: pl.Series, kind: type) -> pl.Series:
    """Return JSON texts without blanks; null where they are not of this kind."""
    known = {value: _json(value, kind) for value in text.drop_nulls().unique().to_list()}
    return text.replace_strict(known, return_dtype=pl.String) if known else text


def _json(text: str, kind: type) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, kind):
        return None
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        return None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

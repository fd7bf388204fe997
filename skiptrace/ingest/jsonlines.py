"""Read JSON Lines: one object a line; a line that is something else costs that line only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import InputError
from skiptrace.ingest.cells import as_text
from skiptrace.ingest.encodings import open_text
from skiptrace.ingest.sheets import Damaged, Sheet, clipped, unique_headers, without_blank_rows, without_overlong

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.encodings import Bytes, Text
    from skiptrace.ingest.sheets import Origin

__all__ = ["read_json_lines"]

_CHUNK_ROWS = 50_000
_LINE_CELLS = 64
"""A line longer than this many longest cells is not read at all."""
_GLANCE = 2_000
_KINDS = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def read_json_lines(path: Path, origin: Origin, limit: int) -> Sheet:
    """Read a JSON Lines file.

    Parameters
    ----------
    path, origin, limit
        As for :func:`skiptrace.ingest.delimited.read_delimited`. Keys are headers, in order of appearance.

    Raises
    ------
    InputError
        If it is one JSON array, or no line of it is an object.
    """
    text = open_text(path)
    damaged: list[Damaged] = []
    chunks: list[pl.DataFrame] = []
    rows, numbers = list[dict[str, object]](), list[int]()
    start, number, data = text.start, 0, text.data
    while start < len(data):
        stop = _line_end(data, start)
        number += 1
        found = _object(text, start, stop, number, limit)
        if isinstance(found, str):
            shown = clipped(data[start : min(stop, start + _GLANCE)].decode("utf-8", "replace"))
            damaged.append(Damaged(number, None, found, (shown,)))
        elif found is not None:
            rows.append(found)
            numbers.append(number)
        start = stop + 1
        if len(rows) >= _CHUNK_ROWS:
            chunks.append(_frame(rows, numbers))
            rows, numbers = [], []
    chunks.append(_frame(rows, numbers))
    frame = _together(chunks)
    lines, frame = frame.get_column(_LINE), frame.drop(_LINE)
    first = data[text.start : min(_line_end(data, text.start), text.start + _GLANCE)].strip()
    if first == b"[" or (first.startswith(b"[") and not frame.width):
        raise InputError("one JSON array found, expected JSON Lines: one object a line")
    if not frame.width:
        raise InputError("no JSON object found, expected JSON Lines: one object a line")
    names, _ = unique_headers(frame.columns)
    frame.columns = names
    frame, lines = without_blank_rows(frame, lines)
    frame, lines, overlong = without_overlong(frame, lines, limit)
    return Sheet(origin=origin, frame=frame, lines=lines, damaged=[*damaged, *overlong])


_LINE = "\0line"
"""Column of line numbers while chunks are put together: no key of a file is named so."""


def _line_end(data: Bytes, start: int) -> int:
    stop = data.find(b"\n", start)
    return len(data) if stop < 0 else stop


def _object(text: Text, start: int, stop: int, number: int, limit: int) -> dict[str, object] | str | None:
    """Return the line's object, what is wrong with it, or None for a blank line."""
    if stop - start > _LINE_CELLS * limit:
        return f"line longer than {_LINE_CELLS * limit} bytes"
    if number in text.broken:
        return "mixed encodings: bytes that are not in the encoding of the rest of the file"
    line = text.data[start:stop].strip()
    if not line:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "found text that is not JSON, expected one object a line"
    return value if isinstance(value, dict) else _kind_found(value)


def _kind_found(value: object) -> str:
    return f"found {_KINDS[type(value)]}, expected a JSON object"


def _frame(rows: list[dict[str, object]], numbers: list[int]) -> pl.DataFrame:
    keys = dict.fromkeys(key for row in rows for key in row)
    columns = [_series(key, [row.get(key) for row in rows]) for key in keys]
    return pl.DataFrame([*columns, pl.Series(_LINE, numbers, pl.Int64)])


def _series(name: str, values: list[object]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    for kind, dtype in ((str, pl.String), (bool, pl.Boolean), (int, pl.Int64), (float, pl.Float64)):
        if kinds <= {kind}:
            try:
                return pl.Series(name, values, dtype)
            except (TypeError, OverflowError, pl.exceptions.PolarsError):  # an integer beyond 64 bits
                break
    return pl.Series(name, [_text(value) for value in values], pl.String)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _together(chunks: list[pl.DataFrame]) -> pl.DataFrame:
    kinds: dict[str, set[pl.DataType]] = {}
    for chunk in chunks:
        for name, dtype in chunk.schema.items():
            kinds.setdefault(name, set()).add(dtype)
    mixed = {name for name, dtypes in kinds.items() if len(dtypes) > 1}
    same = [chunk.with_columns(as_text(chunk[name]) for name in chunk.columns if name in mixed) for chunk in chunks]
    return pl.concat(same, how="diagonal")

"""Cut a dialer's text export into records: it may have no header, and its lines need not be equally wide."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.errors import InputError
from skiptrace.ingest.encodings import open_text
from skiptrace.ingest.mend import found_cells, record_at
from skiptrace.ingest.sheets import Damaged, Origin, Sheet, clipped
from skiptrace.ingest.survey import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from skiptrace.ingest.encodings import Text

__all__ = ["Layout", "Records", "read_records", "sheet_of"]

_OTHER_ENCODING = "mixed encodings: bytes that are not in the encoding of the rest of the file"
_HAS_NUL = "NUL bytes found, expected text"


class Layout(NamedTuple):
    """How an export looks.

    Attributes
    ----------
    delimiters
        Those it may use.
    widths
        Numbers of cells that a record without header may have.
    marks
        Words one of which stands in the first record if, and only if, that is a header.
    """

    delimiters: tuple[bytes, ...]
    widths: range
    marks: frozenset[str]


class Records(NamedTuple):
    """What was cut out of a file.

    Attributes
    ----------
    origin
        Which file.
    header
        Lower case, without blanks; null if there is none.
    cells, lines
        Each record that is whole, and the line at which it starts.
    damaged
        Lines that are no record.
    """

    origin: Origin
    header: tuple[str, ...] | None
    cells: list[list[str]]
    lines: list[int]
    damaged: list[Damaged]


def read_records(path: Path, limit: int, layout: Layout) -> Records:
    """Cut a file into records.

    Parameters
    ----------
    path
        The file; its encoding is found as that of any input.
    limit
        Most bytes of a cell.
    layout
        What to expect.

    Raises
    ------
    InputError
        If the file holds nothing, or its first record shows that it is something else.
    """
    with path.open("rb") as stream:
        origin = Origin(path.name, hashlib.file_digest(stream, "sha256").hexdigest(), path.stem)
    try:
        text = open_text(path)
    except InputError as error:
        raise InputError(f"{path.name}, line 1: {error}") from error
    dialect = Dialect(_delimiter(text, layout, limit), 0, limit)
    found = _records(text, dialect)
    header: tuple[str, ...] | None = None
    cells: list[list[str]] = []
    lines: list[int] = []
    damaged: list[Damaged] = []
    widths = layout.widths
    for number, (line, record) in enumerate(found):
        if isinstance(record, Damaged):
            damaged.append(record)
            continue
        if number == 0 and layout.marks & set(_folded(record)):
            header, widths = _folded(record), range(len(record), len(record) + 1)
            continue
        if len(record) not in widths:
            expected = str(widths[0]) if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
            if number == 0:
                raise InputError(f"{path.name}, line {line}: {found_cells(len(record))}, expected {expected}")
            shown = tuple(map(clipped, record))
            damaged.append(Damaged(line, None, f"{found_cells(len(record))}, expected {expected}", shown))
            continue
        cells.append(record)
        lines.append(line)
    return Records(origin, header, cells, lines, damaged)


def sheet_of(records: Records, columns: Sequence[str]) -> Sheet:
    """Return records as a sheet with these columns; cells that a record does not have are null."""
    width = len(columns)
    rows = [cells + [None] * (width - len(cells)) for cells in records.cells]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    lines = pl.Series("line", records.lines, pl.Int64)
    return Sheet(origin=records.origin, frame=frame, lines=lines, damaged=records.damaged)


def _folded(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell.strip().lower() for cell in cells)


def _delimiter(text: Text, layout: Layout, limit: int) -> bytes:
    """Choose the delimiter that makes the most cells of the first record."""
    start = next((at for at in range(text.start, len(text.data)) if text.data[at : at + 1].strip()), text.start)
    return max(layout.delimiters, key=lambda each: len(record_at(text.data, start, Dialect(each, 0, limit)).cells))


def _records(text: Text, dialect: Dialect) -> Iterator[tuple[int, list[str] | Damaged]]:
    """Yield each line's number and its record; no cell of such an export runs over a line's end."""
    data, start, line = text.data, text.start, 1
    while start < len(data):
        stop = data.find(b"\n", start)
        stop = len(data) if stop < 0 else stop
        raw = bytes(data[start:stop]).removesuffix(b"\r")
        if raw.strip():
            yield line, _record(raw, line, line in text.broken, dialect)
        start, line = stop + 1, line + 1


def _record(raw: bytes, line: int, is_broken: bool, dialect: Dialect) -> list[str] | Damaged:  # noqa: FBT001  # one caller, above
    if b'"' in raw or len(raw) > dialect.limit:
        record = record_at(raw, 0, dialect)
        cells, problem = record.cells, record.problem
    else:
        cells, problem = raw.split(dialect.delimiter), None
    if problem is None:
        problem = _OTHER_ENCODING if is_broken else _HAS_NUL if b"\0" in raw else None
    texts = [cell.decode("utf-8", "replace") for cell in cells]
    return texts if problem is None else Damaged(line, None, problem, tuple(map(clipped, texts)))

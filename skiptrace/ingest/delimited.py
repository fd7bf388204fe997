"""Read CSV and its kin: the fast way if the file is well-formed throughout, the careful one if not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.errors import InputError
from skiptrace.ingest.encodings import open_text
from skiptrace.ingest.headers import known_headers
from skiptrace.ingest.mend import mended, record_at
from skiptrace.ingest.sheets import Damaged, Sheet, unique_headers, without_blank_rows
from skiptrace.ingest.survey import Dialect, survey

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.encodings import Bytes, Text
    from skiptrace.ingest.mend import Record
    from skiptrace.ingest.sheets import Origin

__all__ = ["read_delimited"]

_DELIMITERS = (b",", b";", b"\t", b"|")
_SAMPLE_BYTES = 1 << 16
_SAMPLE_LINES = 20
_MOST_COLUMNS = 10_000
_LONGEST_HEADER = 100_000


class _Head(NamedTuple):
    cells: list[str]
    end: int
    next_line: int
    delimiter: bytes


def read_delimited(path: Path, origin: Origin, limit: int) -> Sheet:
    """Read a delimited text file.

    Parameters
    ----------
    path
        The file.
    origin
        What to call it.
    limit
        Most bytes of a cell.

    Raises
    ------
    InputError
        If there is no header to be found.
    """
    text = open_text(path)
    head = _head(text, limit)
    names, alike = unique_headers(head.cells)
    dialect = Dialect(head.delimiter, len(names), limit)
    lines = survey(text.data, head.end, head.next_line, dialect) if not text.broken else None
    damaged: list[Damaged] = []
    if lines is None:
        frames, starts = [_frame(b"", names, dialect)], [pl.Series("line", [], pl.Int64)]
        for part in mended(text, head.end, head.next_line, dialect):
            if isinstance(part, Damaged):
                damaged.append(part)
            else:
                frames.append(_frame(part.data, names, dialect))
                starts.append(pl.Series("line", part.lines, pl.Int64))
        frame, line = pl.concat(frames), pl.concat(starts)
    else:
        line = pl.Series("line", lines, pl.Int64)
        if text.path is None:
            frame = _frame(text.data[head.end :], names, dialect)
        else:
            frame = _frame(text.path, names, dialect, skip=head.next_line - 1)
    if frame.height != line.len():
        raise InputError(f"records cannot be told apart: {frame.height} read, {line.len()} counted")
    frame, line = without_blank_rows(frame, line)
    return Sheet(origin=origin, frame=frame, lines=line, damaged=damaged, alike=alike)


def _frame(source: bytes | Path, names: list[str], dialect: Dialect, skip: int = 0) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String)
    if not source:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(
        source,
        has_header=False,
        schema=schema,
        separator=dialect.delimiter.decode(),
        skip_lines=skip,
        empty_string_is_null=False,
        raise_if_empty=False,
        missing_columns="insert",
        glob=False,
    )


def _head(text: Text, limit: int) -> _Head:
    start, line = text.start, 1
    data = text.data
    while not data[start : (stop := _line_end(data, start))].strip():
        start, line = stop + 1, line + 1
    first = data[start : min(stop, start + _LONGEST_HEADER)]
    declared = None
    if first.lower().startswith(b"sep=") and len(first.strip()) == len(b"sep=,"):
        # Excel's own way to declare a delimiter.
        declared, start, line = first.strip()[-1:], stop + 1, line + 1
    delimiter = declared if declared in _DELIMITERS else _delimiter(data[start : start + _SAMPLE_BYTES])
    record = _header_record(data, start, Dialect(delimiter, 0, limit))
    cells = [cell.decode("utf-8", "replace") for cell in record.cells]
    if len(cells) > _MOST_COLUMNS:
        raise InputError(f"found {len(cells)} columns, expected at most {_MOST_COLUMNS}")
    if b"\0" in b"".join(record.cells):
        raise InputError("NUL bytes in the header, expected text")
    return _Head(cells, record.end, line + max(1, data[start : record.end].count(b"\n")), delimiter)


def _header_record(data: Bytes, start: int, dialect: Dialect) -> Record:
    record = record_at(data, start, dialect)
    if record.problem is not None or record.end - start > _LONGEST_HEADER:
        raise InputError(f"no header found: {record.problem or 'the first line is too long to be one'}")
    return record


def _line_end(data: Bytes, start: int) -> int:
    stop = data.find(b"\n", start)
    return len(data) if stop < 0 else stop


def _delimiter(sample: bytes) -> bytes:
    """Choose the delimiter that makes the most known headers of the first line, and as many cells of the next."""
    lines = [line for line in sample.split(b"\n")[:_SAMPLE_LINES] if line.strip()]

    def merit(delimiter: bytes) -> tuple[int, int, int]:
        header = record_at(sample, sample.find(lines[0]), Dialect(delimiter, 0, _SAMPLE_BYTES)).cells
        known = known_headers(cell.decode("utf-8", "replace") for cell in header)
        as_many = sum(line.count(delimiter) == len(header) - 1 for line in lines) if len(header) > 1 else 0
        return known if len(header) > 1 else 0, as_many, len(header)

    return max(_DELIMITERS, key=merit)

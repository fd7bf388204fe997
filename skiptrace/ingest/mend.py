"""Read a delimited file that is not well-formed throughout: keep every good record, name every bad one.

It goes record by record, and always by the file's own lines: after a damaged record it starts afresh on the next line,
so that one lost quote costs one row and not the rest of the file. Nothing longer than a few cells is ever held.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.ingest.sheets import Damaged, clipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.ingest.encodings import Bytes, Text
    from skiptrace.ingest.survey import Dialect

__all__ = ["Mended", "Record", "found_cells", "mended", "record_at"]

_PIECE = 32 << 20
_GLANCE = 1 << 16
"""Bytes of a damaged record that are looked at to show it, or to see whether rows went into its quotes."""
_GUESSED_CELLS = 300
_RECORD_CELLS = 64
"""A record longer than this many longest cells is not read at all."""

_NEVER_CLOSED = "a quote is opened and never closed"
_NOT_DOUBLED = "a quote inside a quoted cell is not doubled"
_OTHER_ENCODING = "mixed encodings: bytes that are not in the encoding of the rest of the file"
_TOO_LONG = "cell longer than {} bytes"
_HAS_NUL = "NUL bytes found, expected text"


class Mended(NamedTuple):
    """A stretch of good records.

    Attributes
    ----------
    data
        Well-formed records (RFC 4180).
    lines
        The line at which each starts.
    """

    data: bytes
    lines: list[int]


class Record(NamedTuple):
    """One record as cut out of the text.

    Attributes
    ----------
    cells
        Unquoted.
    end
        Where the next record starts.
    problem
        Why it is damaged, null if it is not.
    overlong
        Whether a cell is beyond the limit; its cells are then not kept.
    """

    cells: list[bytes]
    end: int
    problem: str | None = None
    overlong: bool = False


def mended(text: Text, start: int, line: int, dialect: Dialect) -> Iterator[Mended | Damaged]:
    """Yield stretches of good records and damaged lines, in order.

    Parameters
    ----------
    text
        The file.
    start, line
        Where its first record after the header begins.
    dialect
        How records are cut.
    """
    data, good, lines = text.data, bytearray(), list[int]()
    while start < len(data):
        stop = data.find(b"\n", start)
        stop = len(data) if stop < 0 else stop
        row = _plain_row(data, start, stop, dialect)
        end, spanned = stop + 1, 1
        if row is None or line in text.broken:
            record = _record(data, start, stop, dialect)
            spanned = max(1, data[start : record.end].count(b"\n"))
            problem = _problem(record, data[start : min(record.end, start + _GLANCE)], dialect)
            if problem is None and any(number in text.broken for number in range(line, line + spanned)):
                problem = _OTHER_ENCODING
            if problem is not None:
                yield Damaged(line, None, problem, _guess(data[start : min(stop, start + _GLANCE)], dialect))
            if problem is None or (record.overlong and problem == record.problem):
                end = record.end
            else:
                # A quote that joined several lines cannot be trusted: only the first of them is given up.
                spanned = 1
            row = None if problem is not None else _quoted(record.cells[: dialect.width], dialect)
        if row is not None:
            good += row
            lines.append(line)
        start, line = end, line + spanned
        if len(good) > _PIECE:
            yield Mended(bytes(good), lines)
            good, lines = bytearray(), []
    if lines:
        yield Mended(bytes(good), lines)


def record_at(data: Bytes, start: int, dialect: Dialect) -> Record:
    r"""Cut the record that starts here, quotes and all; a quoted cell may run over lines.

    Examples
    --------
    >>> from skiptrace.ingest.survey import Dialect
    >>> record_at(b'1,"a ""b"" c",5" pipe', 0, Dialect(b",", 3, 99)).cells
    [b'1', b'a "b" c', b'5" pipe']
    """
    cell = _cell(dialect.delimiter)
    cells: list[bytes] = []
    at, overlong = start, False
    while (found := cell.match(data, at)) is not None:
        is_quoted = found.start(1) >= 0
        begin, end = found.span(1 if is_quoted else 2)
        if end - begin > dialect.limit:
            overlong = True
        elif not overlong:
            value = data[begin:end]
            cells.append(value.replace(b'""', b'"') if is_quoted else value.removesuffix(b"\r"))
        at = found.end()
        if found.group(3) != dialect.delimiter:
            return Record(cells, at, _TOO_LONG.format(dialect.limit) if overlong else None, overlong)
    return Record(cells, at, _unquotable(data, at))


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    """Match one cell, quoted (1) or not (2), and what ends it (3); possessive, so that no text makes it slow."""
    mark = re.escape(delimiter)
    return re.compile(rb'(?: *+"((?:[^"]++|"")*+)" *+|((?! *+")[^%b\n]*+))(%b|\r?\n|\Z)' % (mark, mark))


@cache
def _quoted_row(delimiter: bytes, width: int) -> re.Pattern[bytes]:
    """Match a row that is well-formed (RFC 4180) within one line."""
    mark = re.escape(delimiter)
    cell = rb'(?:"(?:[^"]++|"")*+"|[^"%b]*+)' % mark
    return re.compile(rb"%b(?:%b%b){%d}\r?" % (cell, mark, cell, width - 1))


_UP_TO_QUOTE = re.compile(rb' *+"(?:[^"]++|"")*+"')


def _unquotable(data: Bytes, at: int) -> str:
    """Say what is wrong with a cell that begins with a quote and does not end with one."""
    closing = _UP_TO_QUOTE.match(data, at)
    if closing is None or data.find(b"\n", at, closing.end()) >= 0:
        return _NEVER_CLOSED
    return _NOT_DOUBLED


def _plain_row(data: Bytes, start: int, stop: int, dialect: Dialect) -> bytes | None:
    """Return the line if it is a row as it stands: the right number of cells, and nothing that needs a second look."""
    if stop - start > dialect.limit:
        return None
    line = data[start:stop]
    if b"\0" in line:
        return None
    if b'"' in line:
        return line + b"\n" if _quoted_row(dialect.delimiter, dialect.width).fullmatch(line) else None
    return line + b"\n" if line.count(dialect.delimiter) == dialect.width - 1 else None


def _record(data: Bytes, start: int, stop: int, dialect: Dialect) -> Record:
    if stop - start > _RECORD_CELLS * dialect.limit and data.find(b'"', start, stop) < 0:
        cell = re.compile(rb"[^%b]{%d}" % (re.escape(dialect.delimiter), dialect.limit + 1))
        what = _TOO_LONG if cell.search(data, start, stop) else "record of many cells longer than {} bytes"
        return Record([], stop + 1, what.format(dialect.limit), overlong=True)
    return record_at(data, start, dialect)


def found_cells(count: int) -> str:
    """Say how many cells a line has.

    Examples
    --------
    >>> found_cells(1), found_cells(2)
    ('found 1 cell', 'found 2 cells')
    """
    return f"found {count} cell" + ("" if count == 1 else "s")


def _problem(record: Record, glance: bytes, dialect: Dialect) -> str | None:
    rows = glance.removesuffix(b"\n").split(b"\n")[1:-1]
    if any(dialect.could_be_row(row.count(dialect.delimiter)) and b'"' not in row for row in rows):
        return _NEVER_CLOSED
    if record.problem is not None:
        return record.problem
    if any(b"\0" in cell for cell in record.cells):
        return _HAS_NUL
    found = len(record.cells)
    if found == 1 and not record.cells[0].strip():
        return None
    # Cells beyond the header are harmless if there is nothing in them.
    if found < dialect.width or any(cell.strip() for cell in record.cells[dialect.width :]):
        return f"{found_cells(found)}, expected {dialect.width}"
    return None


def _quoted(cells: list[bytes], dialect: Dialect) -> bytes:
    special = (b'"', b"\n", b"\r", dialect.delimiter)
    written = (b'"%b"' % cell.replace(b'"', b'""') if any(mark in cell for mark in special) else cell for cell in cells)
    return dialect.delimiter.join(written) + b"\n"


def _guess(line: bytes, dialect: Dialect) -> tuple[str, ...]:
    cells = line.removesuffix(b"\r").split(dialect.delimiter, _GUESSED_CELLS)
    return tuple(clipped(cell.decode("utf-8", "replace").strip().strip('"')) for cell in cells)

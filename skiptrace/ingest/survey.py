"""Prove in one vectorised pass that every record of a delimited file is well-formed, and find the line of each.

RFC 4180 quoting is well-formed when, counting quotes from the start of a record, every odd one follows a delimiter or
a line's start and every even one precedes a delimiter or a line's end; a doubled quote is both at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from skiptrace.ingest.encodings import Bytes

__all__ = ["Dialect", "survey"]

_CHUNK = 8 << 20
_NUL, _LF, _CR, _QUOTE = 0, 10, 13, 34
_MIN_WIDTH_TO_JUDGE = 3
"""Below this many cells, text with line breaks looks like rows too easily."""

_Places = npt.NDArray[np.int64]
_Text = npt.NDArray[np.uint8]


class Dialect(NamedTuple):
    """How the records of a file are cut.

    Attributes
    ----------
    delimiter
        One byte.
    width
        Cells of the header.
    limit
        Most bytes of a cell.
    """

    delimiter: bytes
    width: int
    limit: int

    def could_be_row(self, delimiters: int) -> bool:
        """Tell whether a line inside a quoted cell looks like a row, so that the quote was likely never closed."""
        return self.width >= _MIN_WIDTH_TO_JUDGE and delimiters == self.width - 1


def survey(data: Bytes, start: int, line: int, dialect: Dialect) -> _Places | None:
    r"""Return the line at which each record starts, or None if any record is not plainly well-formed.

    Parameters
    ----------
    data, start
        UTF-8 text and where its first record after the header begins.
    line
        Line number of that record.
    dialect
        How records are cut.

    Returns
    -------
    numpy.ndarray or None
        int64, one a record; a blank line is a record of no cells.

    Examples
    --------
    >>> survey(b'1,"a\nb"\n2,c', 0, 2, Dialect(b",", 2, 99)).tolist()
    [2, 4]
    >>> survey(b"1,2,3", 0, 2, Dialect(b",", 2, 99)) is None
    True
    """
    found: list[_Places] = []
    while start < len(data):
        piece = data[start : start + _CHUNK]
        part = _chunk(np.frombuffer(piece, np.uint8), dialect, last=start + len(piece) >= len(data))
        if part is None:
            return None
        starts, used, newlines = part
        found.append(starts + line)
        start += used
        line += newlines
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _chunk(text: _Text, dialect: Dialect, *, last: bool) -> tuple[_Places, int, int] | None:
    """Return where the whole records of a chunk start (lines from its own start), the bytes and the lines they use."""
    newlines = np.flatnonzero(text == _LF)
    delimiters = np.flatnonzero(text == dialect.delimiter[0])
    quotes = np.flatnonzero(text == _QUOTE)
    if (text == _NUL).any() or not _well_quoted(text, quotes, dialect, last=last):
        return None
    ends, cuts = newlines, delimiters
    if quotes.size:
        ends, cuts = (at[np.searchsorted(quotes, at) % 2 == 0] for at in (newlines, delimiters))
        if _swallows_rows(newlines[np.isin(newlines, ends, invert=True)], delimiters, quotes, dialect):
            return None
    if last and (not ends.size or ends[-1] != text.size - 1):
        ends = np.append(ends, text.size)
    if not ends.size:
        return None
    used = min(int(ends[-1]) + 1, text.size)
    cuts = cuts[cuts < used]
    begins = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - begins
    blank = (lengths == 0) | ((lengths == 1) & (text[begins.clip(max=text.size - 1)] == _CR))
    counts = np.diff(np.searchsorted(cuts, ends), prepend=0)
    if ((counts != dialect.width - 1) & ~blank).any():
        return None
    marks = np.sort(np.concatenate((cuts, ends)))
    if np.diff(marks, prepend=-1).max() - 1 > dialect.limit:
        return None
    within = newlines[newlines < used]
    return np.searchsorted(within, begins).astype(np.int64), used, int(within.size)


def _well_quoted(text: _Text, quotes: _Places, dialect: Dialect, *, last: bool) -> bool:
    opening, closing = quotes[0::2], quotes[1::2]
    if last and quotes.size % 2:
        return False
    closing = closing[closing < text.size - 1]
    mark = dialect.delimiter[0]
    before, after = text[opening[opening > 0] - 1], text[closing + 1]
    # A carriage return ends a line only together with the line feed behind it.
    line_feed = (closing + 2 >= text.size) | (text[(closing + 2).clip(max=text.size - 1)] == _LF)
    closed = np.isin(after, (mark, _LF, _QUOTE)) | ((after == _CR) & line_feed)
    return bool(np.isin(before, (mark, _LF, _QUOTE)).all() and closed.all())


def _swallows_rows(inside: _Places, delimiters: _Places, quotes: _Places, dialect: Dialect) -> bool:
    """Tell whether between two line breaks of one quoted cell there stands what looks like a row."""
    delimiters_between = np.diff(np.searchsorted(delimiters, inside))
    one_cell = np.diff(np.searchsorted(quotes, inside)) == 0
    return any(dialect.could_be_row(int(count)) for count in np.unique(delimiters_between[one_cell]))

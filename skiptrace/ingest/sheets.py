"""What every reader makes of a file: a header, rows as read, the line each began at, and the lines that are damaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Damaged",
    "Origin",
    "Refused",
    "Sheet",
    "clipped",
    "unique_headers",
    "without_blank_rows",
    "without_overlong",
]

_SHOWN = 500
"""Characters kept of a cell of a damaged line: enough to find it, too little to fill the disk."""


class Origin(NamedTuple):
    """Where a sheet was read: the name to report (not a path), the file's hash, and the stem or sheet name."""

    file: str
    sha256: str
    title: str


class Damaged(NamedTuple):
    """A line that is not a row: what is wrong, and its cells as far as they can be told.

    Attributes
    ----------
    line
        Where it starts, header = 1.
    column
        Header of the cell at fault, null if it is the whole line.
    reason
        What was found and what was expected.
    cells
        Best guess at its cells, cut short.
    """

    line: int
    column: str | None
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One table as it stands in a file.

    Attributes
    ----------
    origin
        Where it was read.
    frame
        Grain: row that is not blank. Columns named as in the header (made unique); text as read, or typed where the
        format has types.
    lines
        Int64: line (row) at which each row starts, header = 1.
    damaged
        Lines that could not be made into rows.
    alike
        Headers that stand twice.
    serials
        Whether a bare number may be a day count (spreadsheets).
    """

    origin: Origin
    frame: pl.DataFrame
    lines: pl.Series
    damaged: Sequence[Damaged] = ()
    alike: tuple[str, ...] = ()
    serials: bool = False


class Refused(NamedTuple):
    """A file (or sheet) of which nothing can be read.

    Attributes
    ----------
    origin
        Where it was to be read.
    reason
        As in ``rejected.csv``.
    column
        Header at fault, if it is one.
    hollow
        Whether it held nothing at all, so that nothing in it goes unread.
    """

    origin: Origin
    reason: str
    column: str | None = None
    hollow: bool = False


def clipped(text: str) -> str:
    """Cut a cell short for showing.

    >>> clipped("x" * 600)[-4:]
    'xxx…'
    """
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def unique_headers(cells: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Give every column a name of its own, and tell which headers stood twice.

    >>> unique_headers(["id", "", "note", "note"])
    (['id', 'column 2', 'note', 'note (2)'], ('note',))
    """
    names: list[str] = []
    alike: list[str] = []
    for place, cell in enumerate(cells, start=1):
        header = " ".join(cell.split()).strip("\ufeff") or f"column {place}"
        name, copy = header, 2
        while name in names:
            name, copy = f"{header} ({copy})", copy + 1
        if name != header:
            alike.append(header)
        names.append(name)
    return names, tuple(dict.fromkeys(alike))


def without_blank_rows(frame: pl.DataFrame, lines: pl.Series) -> tuple[pl.DataFrame, pl.Series]:
    """Leave out rows in which every cell is empty: they are the file's layout, not rows."""
    if frame.is_empty() or not frame.width:
        return frame, lines
    texts = [pl.col(name).is_null() | (pl.col(name) == "") for name in frame.columns if frame[name].dtype == pl.String]
    others = [pl.col(name).is_null() for name in frame.columns if frame[name].dtype != pl.String]
    blank = frame.select(pl.all_horizontal(*texts, *others).alias("blank")).get_column("blank")
    if not blank.any():
        return frame, lines
    return frame.filter(~blank), lines.filter(~blank)


def without_overlong(
    frame: pl.DataFrame, lines: pl.Series, limit: int
) -> tuple[pl.DataFrame, pl.Series, list[Damaged]]:
    """Set apart rows in which a text cell has more than ``limit`` bytes."""
    texts = [name for name in frame.columns if frame[name].dtype == pl.String]
    long = {name: bool((frame[name].str.len_bytes().max() or 0) > limit) for name in texts}  # type: ignore[operator]
    suspects = [name for name in texts if long[name]]
    if not suspects:
        return frame, lines, []
    over = frame.select(pl.any_horizontal(pl.col(suspects).str.len_bytes() > limit).fill_null(value=False).alias("o"))
    bad = over.get_column("o")
    damaged = [
        Damaged(
            line,
            next(name for name in suspects if len((row[name] or "").encode()) > limit),
            f"cell longer than {limit} bytes",
            tuple("" if cell is None else clipped(str(cell)) for cell in row.values()),
        )
        for line, row in zip(lines.filter(bad), frame.filter(bad).iter_rows(named=True), strict=True)
    ]
    return frame.filter(~bad), lines.filter(~bad), damaged

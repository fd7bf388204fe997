"""Read XLSX: every sheet as text, with dates as dates; formulas by the value that was stored with them."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from skiptrace.errors import InputError
from skiptrace.ingest.headers import table_by_name
from skiptrace.ingest.sheets import Damaged, Origin, Refused, Sheet, clipped, unique_headers, without_blank_rows
from skiptrace.ingest.sheets import without_overlong as _without_overlong

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_workbook"]

_MOST_BYTES = 4 << 30
"""Unpacked size beyond which a workbook is not opened: a sheet has at most a million rows."""
_MERGE = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*?\b(?:\w+:)id=\"([^\"]+)\"")


def read_workbook(path: Path, origin: Origin, limit: int) -> list[Sheet | Refused]:
    """Read every sheet of a workbook that holds anything.

    Parameters
    ----------
    path, origin, limit
        As for :func:`skiptrace.ingest.delimited.read_delimited`.

    Returns
    -------
    list of Sheet or Refused
        Of several sheets each is reported as ``file[sheet]``. Lines are sheet rows.

    Raises
    ------
    InputError
        If it is not a workbook, is locked, or is all empty.
    """
    if path.stat().st_size == 0:
        raise InputError("empty file")
    try:
        parts = _parts(path)
        book = fastexcel.read_excel(path)
        names = [name for name in book.sheet_names if book.load_sheet(name, header_row=None).height]
    except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError, OSError) as error:
        raise InputError("not a readable XLSX workbook (damaged, locked or another format)") from error
    if not names:
        raise InputError("empty workbook")
    found: list[Sheet | Refused] = []
    for name in names:
        # A workbook's only sheet may still bear the name it was born with: then the file's name counts.
        file = origin.file if len(names) == 1 else f"{origin.file}[{name}]"
        whose = Origin(file, origin.sha256, name if len(names) > 1 or table_by_name(name) else origin.title)
        xml = parts[book.sheet_names.index(name)]
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        try:
            found.append(_sheet(cells, xml, whose, limit))
        except InputError as error:
            found.append(Refused(whose, str(error)))
    return found


def _sheet(cells: pl.DataFrame, xml: bytes, origin: Origin, limit: int) -> Sheet:
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null() & (pl.all() != "")).alias("filled"))
    top = int(filled.get_column("filled").arg_max() or 0)
    header = [cell or "" for cell in cells.row(top)]
    while header and not header[-1].strip() and cells.slice(top)[:, len(header) - 1].is_null().all():
        header.pop()
    names, alike = unique_headers(header)
    frame = cells.slice(top + 1).select(cells.columns[: len(names)])
    frame.columns = names
    lines = pl.Series("line", range(top + 2, top + 2 + frame.height), pl.Int64)
    frame, lines = without_blank_rows(frame, lines)
    faults = _faults(xml, names, top + 1)
    frame, lines, damaged = _without_faulty(frame, lines, faults)
    frame, lines, overlong = _without_overlong(frame, lines, limit)
    return Sheet(origin=origin, frame=frame, lines=lines, damaged=[*damaged, *overlong], alike=alike, serials=True)


def _faults(xml: bytes, names: list[str], header_row: int) -> dict[int, tuple[str | None, str]]:
    """Return sheet rows whose cells cannot be trusted: row → header and reason."""
    found: dict[int, tuple[str | None, str]] = {}
    for left, top, right, bottom in _MERGE.findall(xml):
        if int(top) <= header_row <= int(bottom) and left != right:
            raise InputError("merged cells in the header row, expected one header a column")
        span = f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}"
        for row in range(int(top), min(int(bottom), int(top) + len(xml)) + 1):
            found.setdefault(row, (_name(left, names), f"merged cells {span}, expected one value a cell"))
    if b"<f" in xml:
        for column, row in _FORMULA_WITHOUT_VALUE.findall(xml):
            found.setdefault(int(row), (_name(column, names), "formula without a stored value, expected a value"))
    return found


def _without_faulty(
    frame: pl.DataFrame, lines: pl.Series, faults: dict[int, tuple[str | None, str]]
) -> tuple[pl.DataFrame, pl.Series, list[Damaged]]:
    if not faults:
        return frame, lines, []
    bad = lines.is_in(list(faults))
    damaged = [
        Damaged(line, *faults[line], tuple(clipped(cell or "") for cell in row))
        for line, row in zip(lines.filter(bad), frame.filter(bad).iter_rows(), strict=True)
    ]
    return frame.filter(~bad), lines.filter(~bad), damaged


def _name(letters: bytes, names: list[str]) -> str | None:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return names[place - 1] if place <= len(names) else None


def _parts(path: Path) -> list[bytes]:
    """Return the XML of each sheet, in the workbook's order."""
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
            raise InputError(f"workbook unpacks to more than {_MOST_BYTES >> 30} GB")
        targets: dict[bytes, str] = {}
        for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
            identity, target = (re.search(rb'\b%b="([^"]*)"' % name, relation) for name in (b"Id", b"Target"))
            if identity and target:
                targets[identity[1]] = target[1].decode()
        parts = []
        for identity in _SHEET.findall(archive.read("xl/workbook.xml")):
            part = targets[identity]
            parts.append(archive.read(part.lstrip("/") if part.startswith("/") else f"xl/{part}"))
        return parts

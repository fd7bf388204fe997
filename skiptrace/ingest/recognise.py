"""Tell of each sheet which table it is and what its headers stand for, or refuse it in one clear line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skiptrace.contracts.inputs import INPUTS
from skiptrace.ingest.cells import as_text, trimmed
from skiptrace.ingest.headers import match_headers, nearest, table_by_headers, table_by_name
from skiptrace.ingest.sheets import Refused, Sheet

if TYPE_CHECKING:
    from skiptrace.ingest.headers import Headers
    from skiptrace.settings import IngestParams

__all__ = ["Recognised", "recognise", "recognise_as"]


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A sheet of which it is known what it holds."""

    sheet: Sheet
    table: str
    headers: Headers


def recognise(sheet: Sheet | Refused, params: IngestParams) -> Recognised | Refused:
    """Tell a sheet's table by its name, else by its headers.

    Parameters
    ----------
    sheet
        As read; what is refused already stays so.
    params
        Further header aliases.
    """
    if isinstance(sheet, Refused):
        return sheet
    headers = sheet.frame.columns
    if "p_owner" in headers:
        return _refused(sheet, "an output of skiptrace, which says what was found and is no evidence for it")
    table = table_by_name(sheet.origin.title) or table_by_headers(headers, params.columns)
    if table is None:
        listed = ", ".join(INPUTS)
        return _refused(sheet, f"cannot tell which table this is; expected its name or headers to be one of: {listed}")
    return recognise_as(table, sheet, params)


def recognise_as(table: str, sheet: Sheet, params: IngestParams) -> Recognised | Refused:
    """Match a sheet's headers with a table's columns; refuse it if a required one is missing or two differ.

    Headers as they stand are never quoted unless they resemble a known one: in a file without a header the first line
    is somebody's data.
    """
    headers = sheet.frame.columns
    found = match_headers(table, headers, params.columns)
    missing = found.missing(table)
    if missing:
        near = nearest(missing[0], table, [header for header in headers if header in found.unknown])
        hint = (
            f"nearest found: {', '.join(near)}"
            if near
            else "none of the headers comes near; is the first line the header, and , ; tab or | the delimiter?"
        )
        names = " and ".join(missing)
        return _refused(sheet, f"required column {names} is missing from {table}; {hint}", missing[0])
    single = {header for group in found.columns.values() for header in group}
    for header in sheet.alike:
        copies = [name for name in headers if name == header or name.removeprefix(f"{header} (")[:-1].isdigit()]
        if header in single and not _agree(sheet, copies):
            return _refused(sheet, f"{len(copies)} columns are headed {header} and do not agree; rename one", header)
    return Recognised(sheet=sheet, table=table, headers=found)


def _agree(sheet: Sheet, copies: list[str]) -> bool:
    first, *others = (trimmed(as_text(sheet.frame[name])) for name in copies)
    return all(bool(first.eq_missing(other).all()) for other in others)


def _refused(sheet: Sheet, reason: str, column: str | None = None) -> Refused:
    rows = sheet.frame.height + len(sheet.damaged)
    unread = f" ({rows} rows not read)" if rows else ""
    return Refused(sheet.origin, f"{reason}{unread}", column, hollow=not rows)

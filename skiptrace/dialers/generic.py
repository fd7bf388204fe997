"""Results of any dialer in a plain file: one row an attempt, matched to the schedule by ``attempt_id``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.dialers.reported import ASIDE, COLUMNS, RESULTS, STOP, Reported, aside_by_status
from skiptrace.errors import InputError
from skiptrace.ingest.cells import as_text, trimmed
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.headers import match_headers
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.rows import FAULTS, typed
from skiptrace.ingest.sheets import Refused, Sheet
from skiptrace.tables import empty

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.dialers.outcome_map import OutcomeMap
    from skiptrace.settings import IngestParams

__all__ = ["read_generic"]


def read_generic(path: Path, outcomes: OutcomeMap, params: IngestParams) -> Reported:
    """Read results with the headers of ``attempts``.

    Parameters
    ----------
    path
        CSV, TSV, Parquet, XLSX or JSON Lines with the headers of ``attempts`` or their aliases. A row needs ``outcome``
        (canonical, a known alias or a code that is named) and ``started_at``, and either the ``attempt_id`` of a
        placement or ``account_id`` and ``channel``. Rows with one ``attempt_id`` and several starts are several
        attempts.
    outcomes
        What codes mean; those that it does not name are looked up as in any file of attempts.
    params
        Outcome codes, further headers, zone of times without offset.

    Raises
    ------
    InputError
        If the file cannot be read, or has no column of outcomes or of starts, or none that says which attempt it was.
    """
    sheets = [_recognised(sheet, params) for sheet in read_sheets(find_files([path]), params.max_cell_bytes)]
    rows, faults, aside = [empty(COLUMNS)], [empty(FAULTS)], [empty(ASIDE)]
    for number, each in enumerate(sheets):
        header = each.headers.columns["outcome"][0]
        meant = outcomes.meanings(trimmed(as_text(each.sheet.frame[header])))
        told = as_text(each.sheet.frame[header]).zip_with(~meant["known"], meant["outcome"]).alias(header)
        read = typed(
            replace(each.sheet, frame=each.sheet.frame.with_columns(told)), number, RESULTS, each.headers, params
        )
        part = read.rows.with_columns(meant["stop"].alias(STOP)).select(*COLUMNS)
        rows.append(part)
        faults.append(read.faults)
        aside.append(aside_by_status(part, meant))
    return Reported(sheets=sheets, rows=pl.concat(rows), faults=pl.concat(faults), aside=pl.concat(aside))


def _recognised(sheet: Sheet | Refused, params: IngestParams) -> Recognised:
    if isinstance(sheet, Refused):
        raise InputError(f"{sheet.origin.file}, line 1: {sheet.reason}")
    headers = match_headers(ATTEMPTS.name, sheet.frame.columns, params.columns)
    needed = [name for name in ("outcome", "started_at") if name not in headers.columns]
    if "attempt_id" not in headers.columns and not {"account_id", "channel"} <= set(headers.columns):
        needed.insert(0, "attempt_id")
    if needed:
        raise InputError(f"{sheet.origin.file}, line 1: required column {' and '.join(needed)} is missing from results")
    return Recognised(sheet=sheet, table=RESULTS.name, headers=headers)

"""Results of VICIdial: what its API lists of the calls to a number, or its report of exported calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.records import Layout, read_records, sheet_of
from skiptrace.dialers.reported import RESULTS, Reported, reported_calls, told_in_zone
from skiptrace.errors import InputError
from skiptrace.ingest.cells import trimmed
from skiptrace.ingest.headers import Headers
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.ingest.sheets import unique_headers
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.dialers.outcome_map import OutcomeMap
    from skiptrace.settings import IngestParams

__all__ = ["read_vicidial"]

_COLUMNS = (
    *("phone_number", "call_date", "list_id", "length_in_sec", "lead_status", "hangup_reason", "call_status"),
    *("source_id", "user"),
)
"""In the order in which the API writes them."""
_LAYOUT = Layout((b",", b"|", b"\t"), range(len(_COLUMNS), len(_COLUMNS) + 1), frozenset({"phone_number", "call_date"}))
_ALSO = {"phone_number": "phone_number_dialed", "call_status": "status"}
"""Names by which the report of exported calls goes; its phone_number is the lead's, not always the one dialled."""
_NEEDED = ("phone_number", "call_date", "call_status")
_TELLING = ("call_status", "hangup_reason")
"""Kept as they stand. The lead's own status is not: it changes after the call."""
_NOBODY = ("VDAD", "VDCL")
"""Users that are the dialer itself."""
_NAMES = {
    "attempt_id": "vendor_lead_code",
    "account_id": "source_id",
    "contact_point": "phone_number",
    "started_at": "call_date",
    "duration_s": "length_in_sec",
    "outcome": "call_status",
    "agent": "user",
    "campaign": "campaign_id",
}


def read_vicidial(path: Path, outcomes: OutcomeMap, params: IngestParams) -> Reported:
    """Read results of VICIdial.

    Parameters
    ----------
    path
        Comma, pipe or tab between cells. Without a header, the nine columns of the API's list of calls; with one, at
        least ``phone_number``, ``call_date`` and ``call_status`` (or ``phone_number_dialed`` and ``status``).
        ``vendor_lead_code``, if it is there, is the attempt and ``source_id`` the account that our export put there.
    outcomes
        What statuses mean.
    params
        Of ingest; ``time_zone`` is the dialer server's.

    Raises
    ------
    InputError
        If the file cannot be read, or holds something else.
    """
    records = read_records(path, params.max_cell_bytes, _LAYOUT)
    sheet = sheet_of(records, _COLUMNS if records.header is None else unique_headers(records.header)[0])
    # Where the report has both, it is the name that only it has that tells of the call.
    names = {
        name: next((each for each in (_ALSO.get(name), name) if each in sheet.frame.columns), name)
        for name in (*_COLUMNS, "vendor_lead_code", "campaign_id")
    }
    if "call_status" in sheet.frame.columns:
        names["call_status"] = "call_status"
    missing = [name for name in _NEEDED if names[name] not in sheet.frame.columns]
    if missing:
        raise InputError(
            f"{path.name}, line 1: required column {' and '.join(missing)} is missing from VICIdial results"
        )

    def column(name: str) -> pl.Series:
        there = names[name] in sheet.frame.columns
        found = sheet.frame[names[name]] if there else pl.Series([None] * sheet.frame.height, dtype=pl.String)
        return trimmed(found)

    user = column("user")
    calls = pl.DataFrame(
        {
            "attempt_id": column("vendor_lead_code"),
            "account_id": column("source_id"),
            "channel": pl.repeat(Channel.CALL.value, sheet.frame.height, dtype=pl.String, eager=True),
            "contact_point": column("phone_number"),
            "started_at": told_in_zone(column("call_date"), params.time_zone),
            "status": column("call_status"),
            "duration_s": column("length_in_sec"),
            "agent": user.set(user.is_in(_NOBODY), None),
            "campaign": column("campaign_id"),
            **{name: column(name) for name in _TELLING},
        }
    )
    rows, faults, aside = reported_calls(sheet, calls, _TELLING, outcomes, params)
    called = {
        ours: names[theirs] if names[theirs] in sheet.frame.columns else theirs for ours, theirs in _NAMES.items()
    }
    digits = pl.col("contact_point").str.replace_all(r"\D", "")
    return Reported(
        sheets=[Recognised(sheet=sheet, table=RESULTS.name, headers=Headers())],
        rows=rows,
        faults=faults,
        aside=aside,
        called=called,
        statuses=trimmed(calls["status"]),
        dialled=rows.select(SHEET, ROW, digits=digits, batch_id=pl.lit(None, pl.String)),
    )

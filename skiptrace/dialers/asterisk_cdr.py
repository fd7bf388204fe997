"""Call detail records of Asterisk: ``Master.csv``, which has no header and 16 to 21 columns as its settings ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.asterisk_calls import legs_and_calls
from skiptrace.dialers.records import Layout, Records, read_records, sheet_of
from skiptrace.dialers.reported import RESULTS, Reported, reported_calls, told_in_zone
from skiptrace.errors import InputError
from skiptrace.ingest.cells import trimmed
from skiptrace.ingest.headers import Headers
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.sheets import unique_headers
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.dialers.outcome_map import OutcomeMap
    from skiptrace.ingest.sheets import Sheet
    from skiptrace.settings import IngestParams

__all__ = ["read_asterisk_cdr"]

_BASE = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
_IDS = ("uniqueid", "userfield")
_LATER = ("peeraccount", "linkedid", "sequence")
_COLUMNS = (*_BASE, *_IDS, *_LATER)
_WIDTHS = range(len(_BASE), len(_COLUMNS) + 1)
_LAYOUT = Layout((b",",), _WIDTHS, frozenset({"disposition"}))
_NEEDED = ("channel", "dst", "start", "answer", "end", "billsec", "disposition")
_UNIQUEID = r"^(?:.*-)?\d{9,}\.\d+$"
"""Seconds since 1970, a running number, and perhaps the system's name before them."""
_NAMES = {
    "attempt_id": "userfield",
    "account_id": "userfield",
    "contact_point": "dst",
    "started_at": "start",
    "ring_s": "answer",
    "duration_s": "billsec",
    "outcome": "disposition",
}


def read_asterisk_cdr(path: Path, outcomes: OutcomeMap, params: IngestParams) -> Reported:
    """Read call detail records.

    Rows of one call (the two halves of a Local channel, rows with one ``linkedid``) are one attempt: the outcome is
    that of the row that binds us more. ``ring_s`` is from ``start`` to ``answer``, or to ``end`` where nobody answered;
    ``duration_s`` is ``billsec``.

    Parameters
    ----------
    path
        As Asterisk writes it, or with its column names as a header.
    outcomes
        What dispositions mean.
    params
        Of ingest; ``time_zone`` is the server's, or UTC with ``usegmtime=yes``.

    Raises
    ------
    InputError
        If the file cannot be read, or holds something else.
    """
    records = read_records(path, params.max_cell_bytes, _LAYOUT)
    if records.header is not None:
        missing = [name for name in _NEEDED if name not in records.header]
        if missing:
            without = " and ".join(missing)
            raise InputError(f"{path.name}, line 1: found a header without {without}, expected that of Master.csv")
    sheet = _named(records)
    cells = sheet.frame.select(trimmed(sheet.frame[name]) for name in sheet.frame.columns)
    cells = cells.with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
        if name in cells.columns
        else pl.lit(None, pl.String).alias(name)
        for name in _COLUMNS
    )
    times = cells.select(told_in_zone(cells[name], params.time_zone).alias(name) for name in ("start", "answer", "end"))
    rang = (_moment("answer").fill_null(_moment("end")) - _moment("start")).dt.total_seconds()
    calls = cells.select(
        attempt_id="userfield",
        channel=pl.lit(Channel.CALL.value),
        started_at=times["start"],
        status="disposition",
        disposition="disposition",
        duration_s="billsec",
        # A clock that was set in between tells nothing of how long it rang.
        ring_s=times.select(pl.when(rang >= 0).then(rang.cast(pl.String))).to_series(),
    )
    rows, faults, aside = reported_calls(sheet, calls, ("disposition",), outcomes, params)
    joined = legs_and_calls(cells, rows, faults, aside)
    return Reported(
        sheets=[Recognised(sheet=sheet, table=RESULTS.name, headers=Headers())],
        rows=joined.rows,
        faults=joined.faults,
        aside=joined.aside,
        called=_NAMES,
        statuses=trimmed(calls["status"]),
        dialled=joined.dialled,
    )


def _moment(name: str) -> pl.Expr:
    return pl.col(name).str.to_datetime("%+", time_zone="UTC", strict=False)


def _named(records: Records) -> Sheet:
    """Give each cell the name of its column.

    Two settings add columns one by one: 17 and 20 cells have either ``uniqueid`` or ``userfield``, which only what
    stands in them tells.
    """
    if records.header is not None:
        return sheet_of(records, unique_headers(records.header)[0])
    sheet = sheet_of(records, tuple(f"{place}" for place in range(len(_COLUMNS))))
    widths = pl.Series([len(cells) for cells in records.cells], dtype=pl.Int64)
    frame = sheet.frame.with_columns(pl.lit(widths).alias("_width"), pl.int_range(pl.len()).alias("_at"))
    parts = [pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String) | {"_at": pl.Int64})]
    for (width,), part in frame.group_by("_width", maintain_order=True):
        names = _columns_of(int(width), part[str(len(_BASE))])
        places = {name: pl.col(str(place)) for place, name in enumerate(names)}
        parts.append(
            part.select(*(places.get(name, pl.lit(None, pl.String)).alias(name) for name in _COLUMNS), pl.col("_at"))
        )
    whole = pl.concat(parts).sort("_at").drop("_at")
    return type(sheet)(origin=sheet.origin, frame=whole, lines=sheet.lines, damaged=sheet.damaged)


def _columns_of(width: int, first_id: pl.Series) -> tuple[str, ...]:
    further = width - len(_BASE)
    later, ids = (_LATER, further - len(_LATER)) if further >= len(_LATER) else ((), further)
    if ids != 1:
        return (*_BASE, *_IDS[:ids], *later)
    filled = trimmed(first_id)
    filled = filled.filter(filled != "")
    unique = bool(filled.str.contains(_UNIQUEID).all()) and not filled.is_empty()
    return (*_BASE, "uniqueid" if unique else "userfield", *later)

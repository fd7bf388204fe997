"""What a dialer's file says of its calls, in the columns of attempts, before it is known whose attempts they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.ingest.cells import trimmed
from skiptrace.ingest.headers import Headers
from skiptrace.ingest.instants import instants
from skiptrace.ingest.rows import FAULTS, ROW, SHEET, typed
from skiptrace.tables import PROVENANCE, Table, empty
from skiptrace.vocabulary import Channel, outcome_meanings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skiptrace.dialers.outcome_map import OutcomeMap
    from skiptrace.ingest.recognise import Recognised
    from skiptrace.ingest.sheets import Sheet
    from skiptrace.settings import IngestParams

__all__ = [
    "ASIDE",
    "CLAIMED",
    "COLUMNS",
    "RESULTS",
    "STOP",
    "UNCLEAR",
    "Reported",
    "aside_by_status",
    "reported_calls",
    "told_in_zone",
    "unclear_statuses",
]

CLAIMED = ("account_id", "channel", "contact_point")
"""What the schedule may say where the file does not."""
RESULTS = Table(
    name=ATTEMPTS.name,
    grain="attempt made",
    key=ATTEMPTS.key,
    columns={
        name: column if name not in CLAIMED else type(column)(dtype=column.dtype, words=column.words)
        for name, column in ATTEMPTS.columns.items()
    },
    checks=ATTEMPTS.checks,
)
"""ATTEMPTS in which the schedule may say what the file does not."""
STOP = "_stop"
"""Kind of stop that a row's status brings about; null = none."""
COLUMNS = {**ATTEMPTS.schema, **PROVENANCE, SHEET: pl.Int64(), ROW: pl.Int64(), STOP: pl.String()}
ASIDE = {**FAULTS, "made": pl.Boolean()}
"""Grain: row set aside. ``made``: whether there may have been a call all the same, so that law must count one."""

UNCLEAR = {"status": pl.String(), "outcome": pl.String(), "rows": pl.Int64()}
"""Grain: status. Null ``outcome``: the map does not name it; otherwise what it means leaves open who picked up."""
_CODE = r"^[A-Za-z][A-Za-z0-9_-]{0,7}$"

_NO_ATTEMPT = "not an attempt: its status says that no call was made"
_LASTED = "not an attempt, says its status, but it lasted; law counts it as a call of unknown outcome"
_UNKNOWN_STATUS = "unknown status: the outcome map does not name it (--outcomes FILE adds to it)"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What stands in a file.

    Attributes
    ----------
    sheets
        As read, so that rejected rows can be shown as they stand.
    rows
        COLUMNS, every row, faulty ones and those set aside too.
    faults
        FAULTS.
    aside
        ASIDE: rows that are no attempts.
    dialled
        Grain: row × number that it may have dialled. ``_sheet``, ``_row``, ``digits``, ``batch_id`` (of the schedule,
        if the row names one); null = the rows themselves say which attempts they are.
    called
        Column of attempts → what the file calls it.
    statuses
        ``status`` of each row, trimmed; null = its words are not the dialer's own.
    """

    sheets: list[Recognised]
    rows: pl.DataFrame
    faults: pl.DataFrame
    aside: pl.DataFrame
    dialled: pl.DataFrame | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    statuses: pl.Series | None = None

    def in_its_words(self, faults: pl.DataFrame) -> pl.DataFrame:
        """Call the columns of faults, or of rows set aside, what the file calls them."""
        each = pl.element().replace(dict(self.called)) if self.called else pl.element()
        return faults.with_columns(
            pl.col("column").str.split(";").list.eval(each).list.unique(maintain_order=True).list.join(";")
        )


def unclear_statuses(told: Reported) -> pl.DataFrame:
    """Return the statuses that have no meaning, or do not say who picked up (UNCLEAR), the most frequent first.

    What does not look like a status is summed up under null: in a file with its columns shifted it may be anything.
    """
    if told.statuses is None:
        return empty(UNCLEAR)
    vague = outcome_meanings().filter(pl.col("reach").is_null(), pl.col("channels").list.contains(Channel.CALL.value))
    rows = told.rows.select(SHEET, ROW, "started_at", "outcome", status=told.statuses)
    unclear = rows.join(told.aside, on=[SHEET, ROW], how="anti", maintain_order="left").filter(
        pl.col("outcome").is_null() | pl.col("outcome").is_in(vague["outcome"].implode()),
        pl.col("started_at").is_not_null(),
        pl.col("status") != "",
    )
    shown = pl.when(pl.col("status").str.contains(_CODE)).then("status").alias("status")
    counted = unclear.with_columns(shown).group_by("status", "outcome").agg(rows=pl.len().cast(pl.Int64))
    return counted.sort("rows", "status", "outcome", descending=[True, False, False]).select(*UNCLEAR)


def told_in_zone(texts: pl.Series, zone: str | None) -> pl.Series:
    """Write naive local times of a zone with their offset.

    One that clocks showed twice is taken as the later: an attempt blocks the next for longer then. One that they
    skipped, or that is no time, stays as it is, to be refused.

    Examples
    --------
    >>> texts = pl.Series(["2026-11-01 01:30:00", "2026-03-08 02:30:00"])
    >>> told_in_zone(texts, "America/New_York").to_list()
    ['2026-11-01T06:30:00+00:00', '2026-03-08 02:30:00']
    """
    read, _ = instants(trimmed(texts), zone, "ymd", date_only=False, twice_is_later=True)
    written = read.dt.strftime("%Y-%m-%dT%H:%M:%S%.f+00:00")
    return pl.DataFrame([written.alias("w"), texts.alias("t")]).select(pl.coalesce("w", "t")).to_series()


def reported_calls(
    sheet: Sheet, calls: pl.DataFrame, unknown: Sequence[str], outcomes: OutcomeMap, params: IngestParams
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Type the calls of a sheet.

    Parameters
    ----------
    sheet
        As read.
    calls
        Grain: row of the sheet, in order. Some columns of ATTEMPTS as text, ``status``, and the ``unknown`` ones.
    unknown
        Columns that go to ``extra``.
    outcomes
        What statuses mean.
    params
        Of ingest.

    Returns
    -------
    tuple of polars.DataFrame
        COLUMNS, FAULTS and ASIDE.
    """
    status = trimmed(calls["status"])
    status = status.set(status == "", None)
    meant = outcomes.meanings(status)
    texts = calls.drop("status").with_columns(meant["outcome"])
    ours = [name for name in texts.columns if name not in unknown]
    headers = Headers(columns={name: (name,) for name in ours}, unknown=tuple(unknown))
    as_told = type(sheet)(origin=sheet.origin, frame=texts, lines=sheet.lines)
    # A status that is not named has been looked up already: the words of other files do not help.
    read = typed(as_told, 0, RESULTS, headers, params)
    rows = read.rows.with_columns(meant["stop"].alias(STOP)).select(*COLUMNS)
    told = pl.DataFrame([rows[SHEET], rows[ROW], meant["known"], status])
    unnamed = told.filter(~pl.col("known") & pl.col("status").is_not_null())
    faults = pl.concat(
        [
            read.faults.join(unnamed.with_columns(column=pl.lit("outcome")), on=[SHEET, ROW, "column"], how="anti"),
            unnamed.select(SHEET, ROW, column=pl.lit("outcome"), reason=pl.lit(_UNKNOWN_STATUS)),
        ]
    )
    return rows, faults, aside_by_status(rows, meant)


def aside_by_status(rows: pl.DataFrame, meant: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (ASIDE) whose status, by what it means, is no attempt."""
    lasted = (pl.col("duration_s") > 0).fill_null(value=False)
    no_attempt = rows.with_columns(meant["known"], meant=meant["outcome"]).filter("known", pl.col("meant").is_null())
    return no_attempt.select(
        SHEET,
        ROW,
        column=pl.lit("outcome"),
        reason=pl.when(lasted).then(pl.lit(_LASTED)).otherwise(pl.lit(_NO_ATTEMPT)),
        made=lasted,
    ).cast(ASIDE)  # type: ignore[arg-type]  # the stubs ask for invariant keys

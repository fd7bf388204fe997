"""Results of any dialer in a plain file: one row an attempt, matched to the schedule by ``attempt_id``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.errors import InputError
from skiptrace.ingest.barring import uncoded_attempts
from skiptrace.ingest.batch import check_params
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.headers import match_headers
from skiptrace.ingest.keys import with_derived_ids
from skiptrace.ingest.merging import DUPLICATE, merge_rows
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.rejections import rejections
from skiptrace.ingest.rows import FAULTS, ROW, SHEET, typed
from skiptrace.ingest.sheets import Refused, Sheet
from skiptrace.tables import FILE, LINE, PROVENANCE, Table, empty

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.settings import IngestParams

__all__ = ["Results", "read_results"]

_FROM_PLACEMENT = ("account_id", "channel", "contact_point")
_RESULTS = Table(
    name=ATTEMPTS.name,
    grain="attempt made",
    key=ATTEMPTS.key,
    columns={
        name: column if name not in _FROM_PLACEMENT else type(column)(dtype=column.dtype, words=column.words)
        for name, column in ATTEMPTS.columns.items()
    },
    checks=ATTEMPTS.checks,
)
"""ATTEMPTS in which the schedule may say what the file does not."""
_NOT_OURS = "unknown attempt_id: not of this schedule, and the row does not say "
_OTHERS = "differs from the schedule's account"
_NO_ACCOUNT = "unknown account: not among the accepted accounts"


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a dialer reports.

    Attributes
    ----------
    attempts
        ATTEMPTS and ``_file``, ``_line``, each attempt once, sorted by ``attempt_id``: those of the schedule with
        account, channel and contact point filled in from it, and those that nobody scheduled.
    uncoded
        ATTEMPTS with null outcome: rejected, as some cell could not be read, but made; law must count them.
    rejected
        REJECTED_SCHEMA: rows that could not be used, a row told twice among them (``duplicate``).
    counts
        ``read`` = ``accepted`` + ``rejected``; ``scheduled`` + ``unscheduled`` = ``accepted``; ``duplicates`` of the
        rejected; ``late``: started after their window had ended.
    """

    attempts: pl.DataFrame
    uncoded: pl.DataFrame
    rejected: pl.DataFrame
    counts: dict[str, int]


def read_results(path: Path, placements: pl.DataFrame, accounts: pl.DataFrame, params: IngestParams) -> Results:
    """Read a file of results.

    Parameters
    ----------
    path
        CSV, TSV, Parquet, XLSX or JSON Lines with the headers of ``attempts`` or their aliases. A row needs ``outcome``
        (canonical, a known alias or one of ``[ingest.outcomes]``) and ``started_at``, and either the ``attempt_id`` of
        a placement or ``account_id`` and ``channel``. Rows with one ``attempt_id`` and several starts are several
        attempts.
    placements
        SCHEDULE rows of this plan and earlier ones.
    accounts
        ``account_id`` of all known accounts.
    params
        Outcome codes, further headers, zone of times without offset.

    Returns
    -------
    Results
        The same for the same file, however often it is read; late rows are taken like any other.

    Raises
    ------
    InputError
        If the file cannot be read, or has no column of outcomes or of starts, or none that says which attempt it was.
    """
    check_params(params)
    sheets = [_recognised(sheet, params) for sheet in read_sheets(find_files([path]), params.max_cell_bytes)]
    parts = [typed(each.sheet, number, _RESULTS, each.headers, params) for number, each in enumerate(sheets)]
    columns = {**ATTEMPTS.schema, **PROVENANCE, SHEET: pl.Int64(), ROW: pl.Int64()}
    rows = pl.concat([empty(columns), *(part.rows.select(*columns) for part in parts)])
    rows, placing = _placed(rows, placements, accounts["account_id"])
    faults = pl.concat([empty(FAULTS), *(part.faults for part in parts), placing])
    rows = with_derived_ids(_apart(rows), "attempt_id", "att_")
    good = rows.join(faults.select(SHEET, ROW).unique(), on=[SHEET, ROW], how="anti", maintain_order="left")
    merged = merge_rows(ATTEMPTS, good.select(*columns))
    uncoded = uncoded_attempts(
        rows.select(*columns), faults, accounts["account_id"], merged.rows.get_column("attempt_id")
    )
    everything = pl.concat([faults, merged.faults])
    rejected = rejections(sheets, {_RESULTS.name: rows.select(*columns)}, everything, pl.Series([], dtype=pl.String))
    attempts = merged.rows.select(*ATTEMPTS.schema, FILE, LINE)
    windows = placements.select("attempt_id", until=pl.col("not_after").str.to_datetime(time_zone="UTC"))
    ours = attempts.join(windows, on="attempt_id")
    return Results(
        attempts=attempts,
        uncoded=uncoded,
        rejected=rejected,
        counts={
            "read": attempts.height + rejected.height,
            "accepted": attempts.height,
            "rejected": rejected.height,
            "duplicates": rejected.filter(pl.col("reason") == DUPLICATE).height,
            "scheduled": ours.height,
            "unscheduled": attempts.height - ours.height,
            "late": ours.filter(pl.col("started_at") >= pl.col("until")).height,
        },
    )


def _recognised(sheet: Sheet | Refused, params: IngestParams) -> Recognised:
    if isinstance(sheet, Refused):
        raise InputError(f"{sheet.origin.file}, line 1: {sheet.reason}")
    headers = match_headers(ATTEMPTS.name, sheet.frame.columns, params.columns)
    needed = [name for name in ("outcome", "started_at") if name not in headers.columns]
    if "attempt_id" not in headers.columns and not {"account_id", "channel"} <= set(headers.columns):
        needed.insert(0, "attempt_id")
    if needed:
        raise InputError(f"{sheet.origin.file}, line 1: required column {' and '.join(needed)} is missing from results")
    return Recognised(sheet=sheet, table=_RESULTS.name, headers=headers)


def _placed(rows: pl.DataFrame, placements: pl.DataFrame, accounts: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fill in what the schedule knows; return the rows and the faults of those that belong nowhere."""
    known = placements.select("attempt_id", *(pl.col(name).alias(f"_{name}") for name in _FROM_PLACEMENT)).unique(
        "attempt_id", keep="last", maintain_order=True
    )
    both = rows.join(known, on="attempt_id", how="left", maintain_order="left")
    ours = pl.col("_account_id").is_not_null()
    other = ours & (pl.col("account_id") != pl.col("_account_id"))
    faults = [
        _listed(both, other, "account_id", _OTHERS),
        _listed(both, ~ours & pl.col("account_id").is_null(), "attempt_id", f"{_NOT_OURS}account_id"),
        _listed(both, ~ours & pl.col("channel").is_null(), "attempt_id", f"{_NOT_OURS}channel"),
        _listed(both, ~ours & ~pl.col("account_id").is_in(accounts.implode()), "account_id", _NO_ACCOUNT),
    ]
    filled = both.with_columns(
        pl.coalesce("_account_id", "account_id").alias("account_id"),
        # What was dialled in fact may be another number, or another channel, than was asked for.
        pl.coalesce("channel", "_channel").alias("channel"),
        pl.when(pl.col("channel").is_null() | (pl.col("channel") == pl.col("_channel")))
        .then(pl.coalesce("contact_point", "_contact_point"))
        .otherwise("contact_point")
        .alias("contact_point"),
    )
    return filled.select(rows.columns), pl.concat(faults)


def _listed(rows: pl.DataFrame, where: pl.Expr, column: str, reason: str) -> pl.DataFrame:
    found = rows.filter(where.fill_null(value=False))
    return found.select(SHEET, ROW, pl.lit(column).alias("column"), pl.lit(reason).alias("reason"))


def _apart(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the id from attempts that bear that of an earlier one: a dialer that tried again made two."""
    first = pl.col("started_at").min().over("attempt_id")
    again = pl.col("attempt_id").is_not_null() & (pl.col("started_at") > first)
    return rows.with_columns(pl.when(~again.fill_null(value=False)).then("attempt_id").alias("attempt_id"))

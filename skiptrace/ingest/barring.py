"""What still counts of rows that could not be read: a stop bars, an attempt was made, an account is out of date."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS, STOPS
from skiptrace.ingest.cells import column_of
from skiptrace.ingest.keys import content_text, with_derived_ids
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.tables import FILE, LINE
from skiptrace.vocabulary import StopKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from skiptrace.ingest.headers import Headers
    from skiptrace.ingest.sheets import Sheet

__all__ = ["ALWAYS", "bars_all", "damaged_rows", "uncoded_attempts", "unread_accounts", "unreadable_stops"]

ALWAYS = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""Since when an unreadable stop holds: it may be of any age."""


def unreadable_stops(rejected: pl.DataFrame, accounts: pl.Series) -> pl.DataFrame:
    """Make of rejected stop rows stops that bar their account, or the contact point of whoever has it.

    Parameters
    ----------
    rejected
        ``account_id``, ``contact_point``, ``_file``, ``_line`` as far as they could be read.
    accounts
        Ids that exist.

    Returns
    -------
    polars.DataFrame
        STOPS rows of kind ``unreadable`` with ``_file`` and ``_line``; rows that name neither bar nobody and are left
        out.
    """
    ours = pl.col("account_id").is_in(accounts.implode())
    read = rejected.select(
        pl.when(ours).then("account_id").alias("account_id"),
        # The account is barred altogether, so its point need not be.
        pl.when(~ours.fill_null(value=False)).then("contact_point").alias("contact_point"),
        FILE,
        LINE,
    ).filter(pl.any_horizontal(pl.col("account_id", "contact_point").is_not_null()))
    once = read.unique(["account_id", "contact_point"], keep="first", maintain_order=True)
    return STOPS.conform(
        once.with_columns(kind=pl.lit(StopKind.UNREADABLE.value), since=pl.lit(ALWAYS), detail=pl.lit(None, pl.String))
    ).select(*STOPS.schema, FILE, LINE)


def damaged_rows(sheet: Sheet, headers: Headers, names: Sequence[str]) -> pl.DataFrame:
    """Return what the damaged lines of a file seem to say in some columns, by the place of their cells."""
    places = {name: sheet.frame.columns.index(headers.columns[name][0]) for name in names if name in headers.columns}
    found = {
        name: column_of(
            name, pl.Series([_cell(line.cells, places.get(name)) for line in sheet.damaged], dtype=pl.String)
        )
        for name in names
    }
    lines = pl.Series([line.line for line in sheet.damaged], dtype=pl.Int64)
    return pl.DataFrame(found).with_columns(pl.lit(sheet.origin.file).alias(FILE), lines.alias(LINE))


def unread_accounts(rejected: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts whose latest row could not be read.

    Parameters
    ----------
    rejected, accepted
        Rows of accounts that could not, and could be read: ``account_id``, ``_file``, ``_line``, ``_sheet``.

    Returns
    -------
    polars.DataFrame
        Grain: account. ``account_id``, ``_file``, ``_line`` of the latest row that could not be read. A row that tells
        no account is one of its own, with null.
    """
    order = pl.col(SHEET) * 2**40 + pl.col(LINE)  # no file has so many lines
    last = accepted.drop_nulls("account_id").group_by("account_id").agg(read=order.max())
    unread = (
        rejected.join(last, on="account_id", how="left", maintain_order="left")
        .filter(pl.col("read").is_null() | (order > pl.col("read")))
        .sort(SHEET, LINE, maintain_order=True)
    )
    nobody = pl.col("account_id").is_null()
    latest = nobody | pl.col("account_id").is_last_distinct()
    return unread.filter(latest).select("account_id", FILE, LINE)


def _cell(cells: Sequence[str], place: int | None) -> str | None:
    if len(cells) == 1:  # a line that was not cut into cells at all
        return None
    return cells[place] if place is not None and place < len(cells) else None


def bars_all(files: Iterable[str], accounts: pl.Series) -> pl.DataFrame:
    """Bar every account, as a file that could name any of them cannot be read."""
    names = pl.DataFrame({"detail": [f"{file} could not be read" for file in files], FILE: list(files)})
    everyone = accounts.to_frame("account_id").join(names, how="cross")
    return STOPS.conform(
        everyone.with_columns(
            kind=pl.lit(StopKind.UNREADABLE.value), since=pl.lit(ALWAYS), **{LINE: pl.lit(1, pl.Int64)}
        )
    ).select(*STOPS.schema, FILE, LINE)


def uncoded_attempts(rows: pl.DataFrame, faulty: pl.DataFrame, accounts: pl.Series, taken: pl.Series) -> pl.DataFrame:
    """Return rejected attempts that were made all the same, with outcome null.

    Parameters
    ----------
    rows
        Typed attempts, all of them.
    faulty
        ``_sheet`` and ``_row`` of those rejected because some cell could not be read.
    accounts
        Ids that exist.
    taken
        Attempt ids that are in use by accepted attempts.

    Returns
    -------
    polars.DataFrame
        ATTEMPTS columns. Account, channel and time could be read of each.
    """
    made = (
        rows.join(faulty.select(SHEET, ROW).unique(), on=[SHEET, ROW], how="semi", maintain_order="left")
        .drop_nulls(["channel", "started_at"])
        .filter(pl.col("account_id").is_in(accounts.implode()))
        .select(*ATTEMPTS.schema)
        .with_columns(outcome=pl.lit(None, pl.String))
    )
    if made.is_empty():
        return made
    made = made.with_columns(content_text(made)).filter(pl.col("content").is_first_distinct())
    # By all that a row says, not by where it stands: it settles which of several bears the id.
    made = made.sort(ATTEMPTS.key[0], "account_id", "started_at", "content").drop("content")
    # An id that another attempt bears cannot be kept; the row still counts.
    reused = pl.col("attempt_id").is_in(taken.implode()) | ~pl.col("attempt_id").is_first_distinct()
    free = made.with_columns(pl.when(~reused).then("attempt_id").alias("attempt_id"))
    return with_derived_ids(free, "attempt_id", "att_").unique("attempt_id", keep="first").sort("attempt_id")

"""Stops that a dialer's statuses bring about: whom each protects, and since when."""

from __future__ import annotations

import polars as pl

from skiptrace.contracts.inputs import STOPS
from skiptrace.dialers.reported import STOP
from skiptrace.ingest.barring import ALWAYS
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.tables import FILE, LINE
from skiptrace.vocabulary import StopKind

__all__ = ["stops_told"]

_OF_NUMBER = (StopKind.DO_NOT_CALL.value, StopKind.OPT_OUT.value)
"""Whoever asked has the number, whichever account it stands in."""
_OF_BOTH = (StopKind.WRONG_PARTY.value,)
"""One account's wrong number may be another's right one; any other kind of stop is a matter of the account."""


def stops_told(rows: pl.DataFrame, numbers: pl.DataFrame | None, accounts: pl.Series) -> pl.DataFrame:
    """Return the stops that rows bring about, those of rejected rows among them.

    Parameters
    ----------
    rows
        COLUMNS, placed; one that may have been to several accounts stands once for each. One whose start cannot be read
        brings about a stop that always stood.
    numbers
        Grain: row × known number that it may have dialled, whoever has it: ``_sheet``, ``_row``, ``contact_point``.
        Null = the rows' own contact points are what was dialled.
    accounts
        Ids that exist.

    Returns
    -------
    polars.DataFrame
        STOPS, ``_file``, ``_line``, ``_sheet``, ``_row``. Of a number: that contact point, whoever has it (of one not
        on file, the account's, as the digits alone do not say whose it is). Of an account: all its contact points.
    """
    told = rows.filter(pl.col(STOP).is_not_null()).select(
        SHEET,
        ROW,
        FILE,
        LINE,
        pl.when(pl.col("account_id").is_in(accounts.implode())).then("account_id").alias("account_id"),
        "contact_point",
        kind=pl.col(STOP),
        since=pl.col("started_at").fill_null(pl.lit(ALWAYS)),
    )
    of_number, of_both = pl.col("kind").is_in(_OF_NUMBER), pl.col("kind").is_in(_OF_BOTH)
    full = pl.col("contact_point").str.starts_with("+").fill_null(value=False)
    itself = told.filter(of_number).with_columns(
        pl.when(~full | pl.col("contact_point").is_null()).then("account_id").alias("account_id")
    )
    if numbers is not None:
        known = told.filter(of_number).drop("contact_point", "account_id").join(numbers, on=[SHEET, ROW])
        itself = pl.concat([itself.join(numbers, on=[SHEET, ROW], how="anti"), known], how="diagonal")
    whole = told.filter(~of_number & ~of_both).with_columns(contact_point=pl.lit(None, pl.String))
    found = pl.concat([itself, told.filter(of_both).drop_nulls("contact_point"), whole], how="diagonal")
    needed = pl.col("account_id").is_not_null() | (of_number & pl.col("contact_point").is_not_null())
    return (
        STOPS.conform(found.filter(needed))
        .select(*STOPS.schema, FILE, LINE, SHEET, ROW)
        .unique(maintain_order=True)
        .sort(SHEET, ROW, "contact_point", nulls_last=True)
    )

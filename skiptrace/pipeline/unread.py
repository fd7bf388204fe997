"""Accounts whose latest row could not be read: what is known of them is out of date, so nobody is contacted.

They are kept beside the tables and made into stops whenever the tables are gathered. No stop is kept, so none need be
lifted: the next readable row of the account ends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import STOPS
from skiptrace.ingest.barring import ALWAYS
from skiptrace.tables import FILE, LINE
from skiptrace.vocabulary import StopKind

if TYPE_CHECKING:
    from skiptrace.compliance import Rulebook

__all__ = ["UNREAD", "barring", "rejected_accounts", "still_unread", "withheld_whole"]

UNREAD = {"account_id": pl.String(), FILE: pl.String(), LINE: pl.Int64()}
"""Grain: account whose latest row could not be read, and the place of that row. Null account: the row tells none."""


def still_unread(earlier: pl.DataFrame, new: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts that wait for a readable row after a batch.

    Parameters
    ----------
    earlier, new
        UNREAD of before, and of the batch.
    accounts
        ACCOUNTS with ``_file``, null where the batch has no accepted row of the account.
    """
    ours = new.join(accounts.select("account_id"), on="account_id", how="semi").select(*UNREAD)
    read = accounts.filter(pl.col(FILE).is_not_null())["account_id"]
    told = pl.concat([read, ours["account_id"]])
    return pl.concat([earlier.filter(~pl.col("account_id").is_in(told.implode())), ours]).sort("account_id")


def barring(unread: pl.DataFrame) -> pl.DataFrame:
    """Return a stop (STOPS, ``_file``, ``_line``) for each account that waits for a readable row."""
    stops = unread.with_columns(
        kind=pl.lit(StopKind.ACCOUNT_UNREADABLE.value), since=pl.lit(ALWAYS), detail=pl.format("{} line {}", FILE, LINE)
    )
    return STOPS.conform(stops).select(*STOPS.schema, FILE, LINE)


def withheld_whole(stops: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return of each account that waits for a readable row why it is withheld: the law's words, file and line.

    Returns
    -------
    polars.DataFrame
        Grain: account. ``account_id``, ``reason``, ``provision``, ``citation``.
    """
    kind = StopKind.ACCOUNT_UNREADABLE
    law = next((one for one in rulebook.provisions if one.kind == "bar" and one.stop is kind), None)
    if law is None:
        return pl.DataFrame(schema=dict.fromkeys(("account_id", "reason", "provision", "citation"), pl.String))
    barred = stops.filter(
        pl.col("kind") == kind.value, pl.col("account_id").is_not_null(), pl.col("contact_point", "until").is_null()
    )
    # A file of stops may hold this kind as well: whatever else stands in its detail is not repeated.
    place = pl.col("detail").str.extract(r"^(.* line \d+)$")
    return barred.select(
        "account_id",
        reason=pl.concat_str(pl.lit(law.summary), place, separator=": ", ignore_nulls=True),
        provision=pl.lit(law.id),
        citation=pl.lit(law.citation),
    )


def rejected_accounts(unread: pl.DataFrame, accounts: pl.DataFrame) -> int:
    """Return how many accounts of a batch (UNREAD) are nowhere else: not known, or of an id that cannot be told."""
    known = pl.col("account_id").is_in(accounts["account_id"].implode()).fill_null(value=False)
    return unread.filter(~known).height

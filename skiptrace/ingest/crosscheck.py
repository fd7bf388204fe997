"""What only several tables together can tell: whether the account and the consent that a row names exist."""

from __future__ import annotations

import polars as pl

from skiptrace.ingest.rows import FAULTS, ROW, SHEET
from skiptrace.tables import empty

__all__ = ["crosscheck", "stops_of_nobody"]

_ACCOUNT = "unknown account: not among the accepted accounts"
_CONSENT = "consent not found: no accepted consent has this id"
_ACCOUNT_OF = ("contact_points", "attempts", "relations")
_CONSENT_OF = ("contact_points", "records", "relations")


def crosscheck(table: str, rows: pl.DataFrame, accounts: pl.Series, consents: pl.Series) -> pl.DataFrame:
    """Find rows that name an account or a consent that does not exist.

    Parameters
    ----------
    table
        Name of the table.
    rows
        Typed rows with ``_sheet`` and ``_row``.
    accounts, consents
        Ids that exist, known ones among them.

    Returns
    -------
    polars.DataFrame
        FAULTS.
    """
    found = [empty(FAULTS)]
    if table in _ACCOUNT_OF:
        found.append(_listed(rows, "account_id", accounts, _ACCOUNT))
    if table == "stops":
        # With a contact point it still bars whoever has that point: see stops_of_nobody.
        found.append(_listed(rows.filter(pl.col("contact_point").is_null()), "account_id", accounts, _ACCOUNT))
    if table in _CONSENT_OF:
        found.append(_listed(rows, "consent_id", consents, _CONSENT))
    return pl.concat(found)


def stops_of_nobody(stops: pl.DataFrame, accounts: pl.Series) -> pl.DataFrame:
    """Let stops that name a contact point and an unknown account bar that point whoever has it."""
    ours = pl.col("account_id").is_in(accounts.implode())
    return stops.with_columns(pl.when(ours | pl.col("contact_point").is_null()).then("account_id").alias("account_id"))


def _listed(rows: pl.DataFrame, column: str, known: pl.Series, reason: str) -> pl.DataFrame:
    missing = rows.drop_nulls(column).join(known.to_frame(column), on=column, how="anti", maintain_order="left")
    return missing.select(SHEET, ROW, pl.lit(column).alias("column"), pl.lit(reason).alias("reason"))

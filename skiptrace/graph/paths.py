"""Say in one line why a lead is there. Ids of rows, sources, dates and numbers only: no personal value."""

from __future__ import annotations

import polars as pl

__all__ = ["SEPARATOR", "path"]

SEPARATOR = " · "
"""Between the pieces of evidence."""


def path() -> pl.Expr:
    """Return the evidence in words, from the columns of a lead that ``leads`` gathers.

    Examples
    --------
    >>> lead = pl.DataFrame(
    ...     {
    ...         "own_sources": [["accounts"]], "account_row": [None], "account_matched": [None],
    ...         "record_row": ["R-1034"], "record_source": ["bureau_x"], "record_matched": [0.975], "record_steps": [1],
    ...         "records": [3], "relation": [None], "relation_id": [None], "relations": [0], "shared": [False],
    ...         "party": ["debtor"], "last_seen": [None], "strangers": [0], "filler": [False],
    ...         "reassignment_result": [None], "reassignment_checked_on": [None], "outcome": ["busy"], "on": [None],
    ...     },
    ...     schema_overrides={"account_row": pl.String, "account_matched": pl.Float64, "relation": pl.String,
    ...                       "relation_id": pl.String, "last_seen": pl.Date, "reassignment_result": pl.String,
    ...                       "reassignment_checked_on": pl.Datetime("us", "UTC"), "on": pl.Date},
    ... )
    >>> lead.select(path()).item()
    'own file (accounts) · record R-1034 (bureau_x) matched 0.97 and 2 more records'
    """
    own = pl.format("own file ({})", pl.col("own_sources").list.join(", "))
    account = pl.format("account {} of the same person{}", "account_row", _matched("account_matched"))
    steps = pl.when(pl.col("record_steps") > 1).then(pl.format(" in {} steps", "record_steps")).otherwise(pl.lit(""))
    record = pl.concat_str(
        pl.format("record {} ({})", "record_row", "record_source"),
        _matched("record_matched"),
        steps,
        _more("records", "record"),
    )
    relation = pl.concat_str(pl.format("{}, relation {}", "relation", "relation_id"), _more("relations", "relation"))
    day = pl.col("reassignment_checked_on").dt.date()
    when_checked = pl.when(day.is_not_null()).then(pl.format(" on {}", day)).otherwise(pl.lit(""))
    checked = pl.format("checked{}: {}", when_checked, pl.col("reassignment_result").str.replace("_", " "))
    other = pl.when(pl.col("party") == "debtor").then(pl.lit("a relation has it too"))
    pieces = [
        pl.when(pl.col("party") == "third_party").then(relation),
        pl.when(pl.col("own_sources").list.len() > 0).then(own),
        account,
        record,
        pl.format("seen {}", "last_seen"),
        pl.when(pl.col("shared")).then(other.otherwise(pl.lit("the debtor has it too"))),
        pl.when(pl.col("strangers") > 0).then(pl.format("shared with {} others", "strangers")),
        pl.when(pl.col("filler")).then(pl.lit("looks like a filler value")),
        checked,
        pl.format("last said {} on {}", pl.col("outcome").str.replace_all("_", " "), "on"),
    ]
    return pl.concat_str(pieces, separator=SEPARATOR, ignore_nulls=True).alias("path")


def _matched(name: str) -> pl.Expr:
    """Return `` matched 0.97``, cut and not rounded, so that only certainty reads 1.00; nothing where null."""
    hundredths = (pl.col(name) * 100 + 1e-9).floor().cast(pl.Int64)
    digits = pl.format("{}.{}", hundredths // 100, (hundredths % 100).cast(pl.String).str.zfill(2))
    return pl.when(pl.col(name).is_not_null()).then(pl.format(" matched {}", digits)).otherwise(pl.lit(""))


def _more(count: str, noun: str) -> pl.Expr:
    more = pl.col(count).cast(pl.Int64) - 1
    several = pl.format(f" and {{}} more {noun}s", more)
    return pl.when(more > 1).then(several).when(more == 1).then(pl.lit(f" and 1 more {noun}")).otherwise(pl.lit(""))

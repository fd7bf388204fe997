"""Stops that were lifted in writing: what of each still stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INSTANT, STOPS
from skiptrace.tables import FILE
from skiptrace.vocabulary import StopKind

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["LIFTS", "barred_again", "ended", "lifted"]

LIFTS = {
    **{name: STOPS.schema[name] for name in STOPS.key},
    "until": INSTANT,
    "reason": pl.String(),
    "lifted_at": INSTANT,
    "ended": INSTANT,
}
"""Grain: lifting. The key of a stop, when it ends and why, and since when the lifting itself no longer holds."""


def lifted(stops: pl.DataFrame, lifts: pl.DataFrame) -> pl.DataFrame:
    """Return stops with the end that liftings gave them, and its ``reason``; a lifting never makes one stand longer."""
    keys = list(STOPS.key)
    holding = lifts.filter(pl.col("ended").is_null()).sort("until")
    first = holding.unique(keys, keep="first", maintain_order=True).select(*keys, "reason", _end="until")
    joined = stops.join(first, on=keys, how="left", nulls_equal=True, maintain_order="left")
    sooner = pl.col("until").is_null() | (pl.col("_end") <= pl.col("until"))
    return joined.with_columns(until=pl.min_horizontal("until", "_end"), reason=pl.when(sooner).then("reason")).drop(
        "_end"
    )


def ended(lifts: pl.DataFrame, stops: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the liftings, those of these stops no longer holding."""
    keys = list(STOPS.key)
    again = stops.select(*keys, _again=pl.lit(value=True)).unique()
    marked = lifts.join(again, on=keys, how="left", nulls_equal=True, maintain_order="left")
    stops_again = pl.col("_again").is_not_null() & pl.col("ended").is_null()
    moment = pl.when(stops_again).then(pl.lit(as_of).cast(INSTANT)).otherwise("ended")
    return marked.with_columns(ended=moment).drop("_again")


def barred_again(lifts: pl.DataFrame, stops: pl.DataFrame, fresh: pl.Series, as_of: datetime) -> pl.DataFrame:
    """Return the liftings that hold after a batch was read.

    A row that could not be read has no content to be known by: one in a file that was never read before may say
    something new, so it bars again.

    Parameters
    ----------
    lifts
        LIFTS.
    stops
        Of the batch and known, with ``_file``.
    fresh
        Names of the batch's files that were not read before.
    as_of
        Now.
    """
    unreadable = (pl.col("kind") == StopKind.UNREADABLE.value) & pl.col(FILE).is_in(fresh.implode())
    return ended(lifts, stops.filter(unreadable), as_of)

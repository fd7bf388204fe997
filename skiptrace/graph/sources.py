"""What each source turned out to be worth.

Of the points it gave, some were tried, and of some of these an outcome told plainly that they are the debtor's and work
(a right party), or that they are not, or no longer (a wrong number, a disconnection, a bounce). What was told is a
biased sample: dead numbers give themselves away sooner than debtors do. So a source's trust is not the share that was
told right, but the mean of what is believed of all its points, after everything was heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.graph.outcomes import Spoken
    from skiptrace.graph.sightings import Sighted

__all__ = ["score_sources"]

_SOURCE = ["table", "source", "kind"]
_FINE = 10**9
"""Sums are of whole billionths, so that their order cannot matter."""


def score_sources(sighted: Sighted, spoken: Spoken, believed: pl.DataFrame) -> pl.DataFrame:
    """Tell how many of each source's points are the debtor's and work.

    Parameters
    ----------
    sighted
        Who names what.
    spoken
        What attempts said plainly.
    believed
        Grain: lead. ``entity`` (the account's), ``about`` (whose point it would be), ``point``, ``party``, ``p_owner``,
        ``p_live``.

    Returns
    -------
    polars.DataFrame
        Grain: table × source × kind of point, sorted. ``told``: its sightings of which some outcome told whether they
        are the debtor's and work; ``right``: those that are; ``trust``: mean of p_owner·p_live over its sightings
        (null: none of them is of an account's debtor). Relations' points are third parties' and not among them.
    """
    debtors = believed.filter(pl.col("party") == Party.DEBTOR.value)
    worth = debtors.group_by("entity", "point").agg(worth=(pl.col("p_owner") * pl.col("p_live")).max())
    right = pl.col("right")
    return (
        sighted.sightings.select("table", "source", "entity", "point")
        .with_columns(sighted.points["kind"][sighted.sightings["point"]])
        .filter(pl.col("table") != "relations")
        .join(spoken.settled, on=["entity", "point"], how="left")
        .join(worth, on=["entity", "point"], how="left")
        .group_by(_SOURCE)
        .agg(
            told=right.count(),
            right=right.sum().cast(pl.Int64),
            trust=(pl.col("worth") * _FINE).round().cast(pl.Int64).sum() / _FINE / pl.col("worth").count(),
        )
        .with_columns(trust=pl.when(pl.col("trust").is_not_nan()).then(pl.col("trust").round(6)))
        .sort(_SOURCE)
    )

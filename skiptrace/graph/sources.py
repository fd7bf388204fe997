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
    from collections.abc import Sequence

    from skiptrace.graph.outcomes import Spoken

__all__ = ["count_sources", "score_sources"]

_SOURCE = ["table", "source", "kind"]
_FINE = 10**9
"""Sums are of whole billionths, so that their order cannot matter."""


def count_sources(evidence: pl.DataFrame, leads: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """Count what became of the points that sources gave for some accounts' debtors.

    Parameters
    ----------
    evidence
        Of whole accounts.
    leads
        What was made of it, weighed.
    spoken
        What attempts said plainly.

    Returns
    -------
    polars.DataFrame
        Grain: table × source × kind. ``named``, ``told``, ``right``, ``worth`` (in billionths); see
        :func:`score_sources`.
    """
    debtors = leads.filter(pl.col("party") == Party.DEBTOR.value).select(
        *("lead", "kind", "entity", "point"),
        worth=(pl.col("p_owner") * pl.col("p_live") * _FINE).round().cast(pl.Int64),
    )
    told = debtors.join(spoken.settled, on=["entity", "point"]).select("lead", "right")
    of_leads = debtors.select("lead", "kind", "worth").join(told, on="lead", how="left")
    return (
        evidence.select("lead", "table", "source")
        .join(of_leads, on="lead")
        .group_by(_SOURCE)
        .agg(
            pl.col("worth").sum(),
            named=pl.len().cast(pl.Int64),
            told=pl.col("right").count().cast(pl.Int64),
            right=pl.col("right").sum().cast(pl.Int64),
        )
    )


def score_sources(counted: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Tell how many of each source's points are the debtor's and work.

    Parameters
    ----------
    counted
        What :func:`count_sources` found, some accounts at a time.

    Returns
    -------
    polars.DataFrame
        Grain: table × source × kind of point that was given for some account's debtor, sorted; a point given for two
        accounts counts twice. ``told``: those of which some outcome told whether they are the debtor's and work;
        ``right``: those that are; ``trust``: mean of p_owner·p_live.
    """
    total = pl.concat(counted).group_by(_SOURCE).agg(pl.exclude(_SOURCE).sum())
    mean = pl.col("worth") / _FINE / pl.col("named")
    return total.select(*_SOURCE, "told", "right", trust=mean.round(6)).sort(_SOURCE)

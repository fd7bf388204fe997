"""How far each source can be trusted, learned from what attempts said of the contact points it gave.

A sighting's trust is the probability that its point was its person's when it was seen. Before anything was tried it is
a guess by the kind of source alone. Every point of which an outcome told that it is the debtor's (a right party) or
that it is not, or no longer (a wrong number, a disconnection, a bounce), tests the sources that gave it: as sightings
fade with age, a source of trust t is right with probability t·left. Dead points must count, or a source that sells old
numbers looks as good as one that does not: a number that nobody answers denies nobody. Counting the guess as
``source_weight`` such tests, the trust that makes right answers as many as they were is::

    trust = (source_weight · guess + Σ right) / (source_weight + Σ left)

This is the moment estimate, shrunk like the mean of a beta posterior (Gelman et al. 2013, "Bayesian Data Analysis",
section 2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.graph.outcomes import Spoken
    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["learn_sources", "trusted_by_source"]

_SOURCE = ["table", "source", "kind", "guess"]
_BOUNDS = (0.02, 0.98)
"""No source is always wrong, and none always right."""


def learn_sources(sighted: Sighted, spoken: Spoken, params: TraceParams) -> pl.DataFrame:
    """Learn each source's trust from the outcomes on its points.

    Returns
    -------
    polars.DataFrame
        Grain: table × source × kind of point × guess, sorted. ``guess``: trust before any outcome (what the account
        itself gave, and what it has under a consent, are two guesses); ``told``: its sightings of which some outcome
        told whether they are the debtor's and work; ``right``: those that are; ``trust``: after them. Relations' points
        are third parties' and not among them.
    """
    owner = spoken.owner.filter(pl.col("party") == Party.DEBTOR.value, pl.col("owner_nats") != 0)
    owned = owner.select("entity", "point", owned=(pl.col("owner_nats") > 0).cast(pl.Float64))
    dead = spoken.live.filter(pl.col("live_nats") < 0).select("point", dead=pl.lit(0.0))
    return (
        sighted.sightings.filter(pl.col("table") != "relations")
        .rename({"trust": "guess"})
        .join(owned, on=["entity", "point"], how="left")
        .join(dead, on="point", how="left")
        .with_columns(right=pl.coalesce("owned", "dead"))
        .with_columns(tested=pl.when(pl.col("right").is_not_null()).then("left").otherwise(0.0))
        .group_by(_SOURCE)
        .agg(
            told=pl.col("right").count(),
            right=pl.col("right").sum().cast(pl.Int64),
            tested=(pl.col("tested") * 1e9).round().cast(pl.Int64).sum() / 1e9,
        )
        .with_columns(
            trust=pl.when(pl.col("told") >= params.source_least)
            .then(
                ((params.source_weight * pl.col("guess") + pl.col("right")) / (params.source_weight + pl.col("tested")))
                .clip(*_BOUNDS)
                .round(6)
            )
            .otherwise("guess")
        )
        .select(*_SOURCE, "told", "right", "trust")
        .sort(_SOURCE)
    )


def trusted_by_source(sightings: pl.DataFrame, learned: pl.DataFrame) -> pl.DataFrame:
    """Return the sightings with the trust that their sources have earned."""
    return (
        sightings.rename({"trust": "guess"})
        .join(learned.select(*_SOURCE, "trust"), on=_SOURCE, how="left", maintain_order="left")
        .with_columns(pl.coalesce("trust", "guess"))
        .drop("guess")
    )

"""How sure we are before anybody tried: that a point is somebody's, and that it works.

A sighting is trusted by its source, and fades with age; independent sources agree by noisy-or (Pearl 1988, section
4.3.2), copies of one source count once; what is shared, filled in or a firm's line is discounted; the odds that result
are moved by what reassignment checks said.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.outcomes import years_ago

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import TraceParams

__all__ = ["agreement", "faded", "known_strangers", "latest_check", "p_live", "p_owner"]

_CERTAIN = 1e-6
"""Nothing is surer than one in a million: log-odds stay finite, and six decimals are written."""
_FINE = 10**9
"""Sums are of whole billionths, so that their order cannot matter."""


def agreement(sightings: pl.DataFrame, key: str) -> pl.DataFrame:
    """Put the sightings of several sources together.

    Parameters
    ----------
    sightings
        Columns ``key``, ``source``, ``trust`` (that what was seen was true then, the link included) and ``left`` (the
        share of what was true then that is true still).
    key
        What the belief is about.

    Returns
    -------
    polars.DataFrame
        Grain: ``key``. ``agreed``: with sources from the freshest to the stalest, Σ leftᵢ·trustᵢ·∏ⱼ<ᵢ(1 − trustⱼ). If
        nothing has faded that is the noisy-or 1 − ∏(1 − trustᵢ); that two stale sources agree shows that it was true,
        not that it lasted, so the freshest true sighting says how much is left.

    Examples
    --------
    >>> seen = pl.DataFrame(
    ...     {"lead": [1, 1, 1], "source": ["a", "a", "b"], "trust": [0.5, 0.4, 0.5], "left": [1.0, 1.0, 0.5]}
    ... )
    >>> agreement(seen, "lead")["agreed"].to_list()
    [0.625]
    """
    trust, left = pl.col("trust"), pl.col("left")
    whole = (trust * left * _FINE).round().cast(pl.Int64)
    seen = sightings.select(key, "source", "trust", "left", part=whole)
    several = pl.col(key).is_duplicated()
    doubt = (-trust.clip(0, 1 - _CERTAIN)).log1p()
    earlier = (doubt.cum_sum().over(key) - doubt).exp()
    together = (
        seen.filter(several)
        .sort(key, "part", "left", descending=[False, True, True])
        .unique([key, "source"], keep="first", maintain_order=True)
        .sort(key, "left", "trust", descending=[False, True, True])
        .with_columns(part=(left * trust * earlier * _FINE).round().cast(pl.Int64))
        .group_by(key)
        .agg(pl.col("part").sum())
    )
    return pl.concat([together, seen.filter(~several).select(key, "part")]).select(key, agreed=pl.col("part") / _FINE)


def latest_check(sightings: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the latest reassigned-number check, ``reassignment_checked_on`` and ``_result``, where there was one.

    Of two checks at one time the bad news counts: in the order of words `reassigned` is the last.
    """
    return (
        sightings.filter(pl.col("reassignment_result").is_not_null())
        .select(key, "reassignment_checked_on", "reassignment_result")
        .sort(key, "reassignment_checked_on", "reassignment_result")
        .unique(key, keep="last", maintain_order=True)
    )


def known_strangers(known: pl.Expr) -> pl.Expr:
    """Return how many entities name the point beyond the ``known`` ones that may well do so."""
    return (pl.col("entities").cast(pl.Int64) - known.cast(pl.Int64)).clip(lower_bound=0)


def p_owner(as_of: datetime, params: TraceParams) -> pl.Expr:
    """Return the probability that the point, if it works, is this person's now, before any attempt on it is heard.

    From the columns ``agreed``, ``share``, ``strangers``, ``sharers`` and ``reassignment_*``.
    """
    believed = pl.col("agreed") * pl.col("share") / (1 + pl.col("strangers") / pl.col("sharers"))
    half_lives = years_ago(pl.col("reassignment_checked_on"), as_of) / params.check_half_life_years
    check = (
        pl.when(pl.col("reassignment_result") == "reassigned")
        .then(-math.log(params.reassigned_factor))
        .when(pl.col("reassignment_result") == "not_reassigned")
        .then(math.log(params.not_reassigned_factor) * (2.0**-half_lives).fill_null(0.0))
        .otherwise(0.0)
    )
    return _moved(believed, check)


def p_live(as_of: datetime, params: TraceParams) -> pl.Expr:
    """Return the probability that the point works now, before any attempt on it is heard.

    From the columns ``kind``, ``line_type`` and ``last_seen``.
    """
    prior = (
        pl.when(pl.col("kind") == "email")
        .then(params.live_email)
        .when(pl.col("kind") == "address")
        .then(params.live_address)
        .when(pl.col("line_type") == "mobile")
        .then(params.live_mobile)
        .otherwise(params.live_line)
    )
    left = faded(as_of, params.live_half_life_days, params.live_stale_share, params)
    return (prior * left).clip(_CERTAIN, 1 - _CERTAIN).round(6)


def faded(as_of: datetime, half_life_days: float, stale_share: float, params: TraceParams) -> pl.Expr:
    """Return the share (0 to 1) of a prior that is left, by the age of ``last_seen`` in days.

    It is s + (1 − s)·2^(−age/half-life) with s the share that never fades; a sighting in the future is of today.
    """
    days = (pl.lit(as_of.date()) - pl.col("last_seen")).dt.total_days().clip(lower_bound=0)
    age = days.cast(pl.Float64).fill_null(params.undated_days)
    return stale_share + (1 - stale_share) * (2.0 ** (-age / half_life_days))


def _moved(probability: pl.Expr, nats: pl.Expr) -> pl.Expr:
    certain = probability.clip(_CERTAIN, 1 - _CERTAIN)
    odds = (certain / (1 - certain)).log() + nats
    return (1 / (1 + (-odds).exp())).clip(_CERTAIN, 1 - _CERTAIN).round(6)

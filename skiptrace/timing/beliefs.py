"""What is believed of points before their silence is listened to, at any moment of the past.

Trace has already judged the outcomes that speak plainly. Its beliefs are those of ``as_of``; to test forecasts made
at an earlier moment, what came later has to be unsaid, or the test would know the answers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.graph.outcomes import years_ago
from skiptrace.graph.states import OTHERS, THEIRS, Tries, posterior, stated_shares
from skiptrace.graph.states import beliefs as state_beliefs
from skiptrace.graph.states import heard as hear_states
from skiptrace.settings import TraceParams
from skiptrace.timing.levels import Points

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.timing.cast import Cast
    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.week import Floats

__all__ = ["believe", "log_odds", "shifted"]

_CERTAIN = 1e-6
_VERIFIED, _UNVERIFIED = 3.0, 2.0
"""Answers that turned out the right party or did not, believed before any is seen."""
_TOLD, _MUTE = 1.0, 9.0
"""Attempts on dead points that were told to be, or not, believed before any is seen: as often as signs of life."""
_SIGN, _STILL = 1.0, 9.0
"""Attempts on live points that missed the person and showed a sign of life, or none, believed before any is seen."""
_MOST_AGAINST = math.log(20)
"""Strangers' answers on one point are not independent: together they speak no louder than this."""


def believe(cast: Cast, heard: pl.DataFrame, evidence: Evidence, as_of: datetime, then: datetime) -> Points:
    """Return the beliefs of trace as they were at a moment, and what strangers' answers say.

    Parameters
    ----------
    cast
        Points with the beliefs of ``as_of``.
    heard
        All attempts by person and point.
    evidence
        What was known ``then``.
    as_of, then
        The moment of the trace, and the one asked for; nothing is unsaid where they are one.
    """
    names = ("p_owner", "p_live") if then >= as_of else ("prior_owner", "prior_live")
    owner, live = (cast.points[name].to_numpy() for name in names)
    if then < as_of:
        owner, live = _after(owner, live, heard, then)
    against = np.minimum(evidence.strangers * -math.log(1 - _verified(heard, then)), _MOST_AGAINST)
    return Points(
        person=cast.points["person"].to_numpy(),
        p_owner=owner,
        p_live=live,
        against=against,
        silence=_silence(heard, then),
    )


def log_odds(probability: Floats) -> Floats:
    """Return log-odds, those of certainty bounded."""
    certain = np.clip(probability, _CERTAIN, 1 - _CERTAIN)
    result: Floats = np.log(certain / (1 - certain))
    return result


def shifted(probability: Floats, nats: Floats) -> Floats:
    """Return probabilities with their log-odds moved; those not moved stay what they are to the last bit."""
    moved = 1 / (1 + np.exp(-(log_odds(probability) + nats)))
    result: Floats = np.where(nats == 0, probability, moved)
    return result


def _after(owner: Floats, live: Floats, heard: pl.DataFrame, then: datetime) -> tuple[Floats, Floats]:
    """Return ``p_owner`` and ``p_live`` after what trace had heard by a moment, by the stated meaning of outcomes."""
    plain = heard.filter(pl.col("at") <= pl.lit(then).cast(INSTANT), pl.col("word").is_not_null())
    years = plain.select(years_ago(pl.col("at"), then)).to_series().to_numpy()
    tries = Tries.of(plain["point"].to_numpy(), plain["word"].cast(pl.Int64).to_numpy(), years)
    said = hear_states(tries, stated_shares(), len(owner), TraceParams().lost_per_year)
    after = posterior(state_beliefs(owner, live), said)
    works = after[:, THEIRS] + after[:, OTHERS]
    return after[:, THEIRS] / works, works


def _silence(heard: pl.DataFrame, then: datetime) -> float:
    """Return the log-odds by which one silent attempt speaks of death.

    How often a dead point is told to be one is learned where one was, from the attempts that came after; how often a
    live one shows a sign other than a reach, where there was a reach, from those that came before. The attempt that
    chose the stretch is left out.
    """
    tries = heard.filter(
        pl.col("at") <= pl.lit(then).cast(INSTANT), ~pl.col("inbound"), ~pl.col("third"), pl.col("channel") == "call"
    ).select("point", "at", "live", reached=pl.col("reach").fill_null(value=False))
    death = tries.filter(pl.col("live") < 0).group_by("point").agg(since=pl.col("at").min())
    dead = tries.join(death, on="point").filter((pl.col("at") > pl.col("since")) & ~(pl.col("live") > 0))
    reach = tries.filter("reached").group_by("point").agg(until=pl.col("at").max())
    live = tries.join(reach, on="point").filter((pl.col("at") < pl.col("until")) & ~pl.col("reached"))
    told = (dead.filter(pl.col("live") < 0).height + _TOLD) / (dead.height + _TOLD + _MUTE)
    sign = (live.filter(pl.col("live") > 0).height + _SIGN) / (live.height + _SIGN + _STILL)
    return math.log((1 - told) / (1 - sign))


def _verified(heard: pl.DataFrame, then: datetime) -> float:
    """Return how often an answer on a person's own live point turns out to be the person.

    Learned where there was a reach, up to the last one; that one is left out, as it chose the stretch.
    """
    answers = heard.filter(
        pl.col("at") <= pl.lit(then).cast(INSTANT),
        pl.col("answered") & (pl.col("reach").fill_null(value=False) | (pl.col("owner") == 0)),
        ~pl.col("inbound") & ~pl.col("third"),
    ).select("point", "at", reached=pl.col("reach").fill_null(value=False))
    last = answers.filter("reached").group_by("point").agg(last=pl.col("at").max())
    own = answers.join(last, on="point").filter(pl.col("at") < pl.col("last"))
    verified = int(own["reached"].sum())
    return (verified + _VERIFIED) / (own.height + _VERIFIED + _UNVERIFIED)

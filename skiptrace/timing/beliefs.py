"""What is believed of points before their silence is listened to, at any moment of the past.

Trace has already judged the outcomes that speak plainly. Its beliefs are those of ``as_of``; to test forecasts made
at an earlier moment, what came later has to be unsaid, or the test would know the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.graph.outcomes import years_ago
from skiptrace.graph.states import Tries, owner_and_live, posterior, stated_shares
from skiptrace.graph.states import beliefs as state_beliefs
from skiptrace.graph.states import heard as hear_states
from skiptrace.settings import TraceParams
from skiptrace.timing.levels import Points

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.timing.cast import Cast
    from skiptrace.timing.week import Floats

__all__ = ["believe", "log_odds", "shifted"]

_CERTAIN = 1e-6


def believe(cast: Cast, heard: pl.DataFrame, as_of: datetime, then: datetime) -> Points:
    """Return the beliefs of trace as they were at a moment.

    Parameters
    ----------
    cast
        Points with the beliefs of ``as_of``.
    heard
        All attempts by person and point.
    as_of, then
        The moment of the trace, and the one asked for; nothing is unsaid where they are one.
    """
    names = ("p_owner", "p_live") if then >= as_of else ("prior_owner", "prior_live")
    owner, live = (cast.points[name].to_numpy() for name in names)
    if then < as_of:
        owner, live = _after(owner, live, heard, then)
    return Points(person=cast.points["person"].to_numpy(), p_owner=owner, p_live=live)


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
    plain = heard.filter(pl.col("at") <= pl.lit(then).cast(INSTANT), pl.col("word").is_not_null(), "plain")
    years = plain.select(years_ago(pl.col("at"), then)).to_series().to_numpy()
    tries = Tries.of(plain["point"].to_numpy(), plain["word"].cast(pl.Int64).to_numpy(), years)
    said = hear_states(tries, stated_shares(), len(owner), TraceParams().lost_per_year)
    return owner_and_live(posterior(state_beliefs(owner, live), said))

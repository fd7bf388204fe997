"""Draws from what is believed of a person's reach: what a plan that explores goes by (Thompson, 1933).

One draw stands for one possible truth. It is one and the same for all hours and channels of a person, so that hours of
one draw can be compared: the point is the person's or is not, they answer often or seldom, in these hours or those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import expit, ndtri

from skiptrace.contracts.inputs import INSTANT
from skiptrace.timing.clock import week_hours
from skiptrace.timing.evidence import channel_numbers
from skiptrace.timing.learned import KEY
from skiptrace.timing.routines import features, remainder
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.learned import Learned
    from skiptrace.timing.week import Floats

__all__ = ["draw_reach", "lots"]

_SLOTS = 200_000
"""Slots drawn for together."""
_LEVEL, _STATE, _PROFILE, _REST, _WEIGHTS = 1, 2, 3, 4, 16
"""What a number is drawn for; weights take those from the last on."""
_HOURS = 256
_DECIMALS = 6


def draw_reach(learned: Learned, slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return one draw of the probability that attempts at given moments reach whom they are meant for.

    Parameters
    ----------
    learned
        What was learned.
    slots
        As for :meth:`skiptrace.timing.Learned.p_reach`.
    seed
        Which draw. The same seed gives the same draw of a slot, whatever is asked beside it.

    Returns
    -------
    polars.DataFrame
        The same rows in order with ``p_draw`` (null: no such lead, or no time). Over seeds it has the distribution of
        which ``p_low`` and ``p_high`` are quantiles, and on average it is ``p_reach``, both as far as the normal
        approximation of log-odds goes; a draw in which the point is not theirs is 0.
    """
    parts = [_draw(learned, part, seed) for part in slots.iter_slices(_SLOTS)] or [_draw(learned, slots, seed)]
    return slots.with_columns(pl.concat(parts))


def lots(keys: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """Return numbers that look drawn by lot, the same for the same key and seed (SplitMix64, Steele et al., 2014)."""
    mixed = keys.astype(np.uint64) + np.uint64(seed * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _draw(learned: Learned, slots: pl.DataFrame, seed: int) -> pl.Series:
    asked = slots.select(*KEY[:3], pl.col("party").fill_null(Party.DEBTOR), pl.col("at").cast(INSTANT)).with_row_index(
        "row"
    )
    weeks = learned.weeks_of(asked["account_id"])
    found = asked.filter(pl.col("at").is_not_null()).join(weeks, on=list(KEY), maintain_order="left")
    hour = week_hours(found["at"], found["zone"]).astype(np.int64)
    channel = channel_numbers(found["channel"])
    person, point = found["person"].to_numpy(), found["point"].to_numpy()
    odds = _odds(learned, person, point, channel, hour, seed)
    theirs = _uniform(point, _STATE, seed) < found["p_reachable"].to_numpy()
    chance = np.where(theirs, learned.model.calibration(expit(odds), channel), 0.0)
    drawn = np.full(slots.height, np.nan)
    drawn[found["row"].to_numpy()] = chance.round(_DECIMALS)
    return pl.Series("p_draw", drawn).fill_nan(None)


def _odds(
    learned: Learned,
    person: NDArray[np.int64],
    point: NDArray[np.int64],
    channel: NDArray[np.int64],
    hour: NDArray[np.int64],
    seed: int,
) -> Floats:
    """Return log-odds drawn: the level and the profile as one number each, the person's hours by their covariance."""
    found = learned.found
    population, routines = found.population, found.routines
    people, of = np.unique(person, return_inverse=True)
    row = routines.row[people]
    size = len(routines.prior)
    mean = np.zeros((len(people), size))
    spread = np.broadcast_to(np.diag(routines.prior), (len(people), size, size)).copy()
    mean[row >= 0] = routines.weights[row[row >= 0]]
    spread[row >= 0] = routines.covariance[row[row >= 0]]
    normal = np.column_stack([_normal(people, _WEIGHTS + part, seed) for part in range(size)])
    weights = mean + np.einsum("ijk,ik->ij", _roots(spread), normal)
    level = found.levels.mean[point] + _normal(point, _LEVEL, seed) * np.sqrt(
        found.levels.variance[point] + found.common_doubt[person]
    )
    of_all = _normal(channel, _PROFILE, seed) * np.sqrt(population.doubt[channel, hour])
    rest = _normal(person * _HOURS + hour, _REST, seed) * np.sqrt(routines.swing * remainder()[channel, hour])
    own = np.einsum("ij,ij->i", features()[channel, hour], weights[of])
    usual = population.profile[channel, hour] + found.common[person]
    result: Floats = usual + level + of_all + own + rest
    return result


def _roots(spread: Floats) -> Floats:
    """Return square roots of covariances, those in single precision with an eigenvalue below zero, too."""
    values, vectors = np.linalg.eigh(spread)
    result: Floats = vectors * np.sqrt(np.maximum(values, 0))[:, None, :]
    return result


def _uniform(keys: NDArray[np.int64], part: int, seed: int) -> Floats:
    """Return numbers between 0 and 1, neither of them reached."""
    drawn = lots(lots(keys, seed).astype(np.int64) + part, seed + 1) >> np.uint64(11)
    result: Floats = (drawn.astype(np.float64) + 0.5) / 2**53
    return result


def _normal(keys: NDArray[np.int64], part: int, seed: int) -> Floats:
    result: Floats = ndtri(_uniform(keys, part, seed))
    return result

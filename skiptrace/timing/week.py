"""Smooth functions on the cycle of the week.

Habits change gradually over the hours, Sunday 23:00 is next to Monday 00:00, one weekday resembles another and the
weekend resembles the week less. One covariance says all of this (Rasmussen & Williams 2006, sections 2.2 and 4.2.3);
the population's profile is drawn from it, and its leading modes carry each person's own deviations.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from skiptrace.timing.clock import HOURS

__all__ = ["Floats", "modes", "night", "week_covariance"]

Floats = NDArray[np.float64]

_DAY_SCALE = 3.0
"""Hours over which habits change: a morning tells of the same morning, little of the afternoon."""
_WEEK_SCALE = 16.0
"""Hours around one moment that share what is special to that day."""
_OWN_DAY = 0.25
"""Share of the variance that is special to the day of the week; the rest is common to weekdays, or to the weekend."""
_ACROSS = 0.4
"""Correlation between a weekday hour and the same hour of a weekend."""
_BLEND = 6
"""Hours over which Friday night becomes weekend and Sunday night becomes week."""
_NIGHT = (0, 7)
"""Local hours in which nearly everybody sleeps."""


@cache
def week_covariance() -> Floats:
    """Return the 168 × 168 covariance of a smooth function on the week, with variance one at each hour.

    Examples
    --------
    >>> covariance = week_covariance()
    >>> bool(covariance[167, 0] > 0.8)  # Sunday 23:00 and Monday 00:00 are neighbours
    True
    """
    hour = np.arange(HOURS)
    apart = hour[:, None] - hour[None, :]
    by_day = np.exp((np.cos(2 * np.pi * apart / 24) - 1) * (24 / (2 * np.pi * _DAY_SCALE)) ** 2)
    by_week = np.exp((np.cos(2 * np.pi * apart / HOURS) - 1) * (HOURS / (2 * np.pi * _WEEK_SCALE)) ** 2)
    weekend = np.convolve(np.tile(hour >= 5 * 24, 3).astype(np.float64), np.full(_BLEND, 1 / _BLEND), "same")
    weekend = weekend[HOURS : 2 * HOURS]
    sides = np.stack([1 - weekend, weekend])
    common = sides.T @ np.array([[1, _ACROSS], [_ACROSS, 1]]) @ sides
    covariance = by_day * ((1 - _OWN_DAY) * common + _OWN_DAY * by_week)
    spread = np.sqrt(np.diag(covariance))
    result: Floats = covariance / np.outer(spread, spread)
    return result


@cache
def modes(count: int) -> Floats:
    """Return the leading modes of the waking week: (168, ``count``), scaled so that their squares sum to the variance.

    A person's deviation is ``modes @ z`` with z standard normal (Karhunen-Loève). It is a deviation from the person's
    own level, so each mode sums to zero over the waking hours. Nights get what their neighbours imply.
    """
    covariance = week_covariance()
    awake = ~night()
    mean = covariance[:, awake].mean(axis=1)
    covariance = covariance - mean[:, None] - mean[None, :] + mean[awake].mean()
    covariance = covariance / np.diag(covariance)[awake].mean()
    values, vectors = np.linalg.eigh(covariance[np.ix_(awake, awake)])
    leading = np.argsort(-values, kind="stable")[:count]
    vectors = vectors[:, leading]
    # A sign is arbitrary in an eigenvector; a fixed one gives the same bytes with every linear algebra library.
    vectors = vectors * np.where(vectors[np.abs(vectors).argmax(axis=0), np.arange(count)] < 0, -1.0, 1.0)
    result: Floats = covariance[:, awake] @ vectors / np.sqrt(values[leading])
    return result


@cache
def night() -> NDArray[np.bool_]:
    """Return which hours of the week are night."""
    hour = np.arange(HOURS) % 24
    return (hour >= _NIGHT[0]) & (hour < _NIGHT[1])

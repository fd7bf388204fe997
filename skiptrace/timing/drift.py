"""Whether the chances that a plan stated came true."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from skiptrace.timing.logistic import fit_ridge
from skiptrace.timing.off_policy import clustered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.week import Floats

__all__ = ["Drift", "drift_of"]

_Z = 1.96
_LEAST_EACH = 10
"""Reaches, and failures, below which a slope is noise."""
_EDGE = 1e-3
_FREE = 1e-6


class Drift(NamedTuple):
    """What was stated and what came of it.

    Attributes
    ----------
    results
        How many.
    stated, reached, low, high
        Mean chance stated; share that reached, with its 95 % interval.
    slope, slope_low, slope_high
        Of the log-odds of a reach on those stated, with its 95 % interval: 1 = differences between chances are as
        large as stated, less = they are smaller (Cox 1958). Null: too few reaches or failures to tell.
    """

    results: int
    stated: float
    reached: float
    low: float
    high: float
    slope: float | None
    slope_low: float | None
    slope_high: float | None

    @property
    def level(self) -> str | None:
        """``overstates`` or ``understates`` where the stated mean lies outside the interval."""
        if self.stated > self.high:
            return "overstates"
        return "understates" if self.stated < self.low else None

    @property
    def spread(self) -> str | None:
        """``too far apart`` or ``too close together`` where a slope of one lies outside the interval."""
        if self.slope_low is None or self.slope_high is None:
            return None
        if self.slope_high < 1:
            return "too far apart"
        return "too close together" if self.slope_low > 1 else None


def drift_of(stated: Floats, reached: Floats, account: NDArray[np.int64]) -> Drift:
    """Hold stated chances against results.

    Parameters
    ----------
    stated, reached, account
        Grain: result. The chance, 1.0 or 0.0, and a number for its account: results of one account are alike, so
        errors come from sums over accounts (Liang & Zeger 1986).

    Examples
    --------
    >>> drift_of(np.full(200, 0.5), np.tile([1.0, 0.0, 0.0, 0.0], 50), np.arange(200)).level
    'overstates'
    """
    gap = reached - stated
    robust = clustered((gap - gap.mean()) / len(gap), account)
    # Where hardly anything was reached the results show less spread than they have.
    least = float(np.sqrt((stated * (1 - stated)).sum()) / len(gap))
    reach = _Z * (max(robust, least) if np.isfinite(robust) else 1.0)
    rate = float(reached.mean())
    return Drift(
        len(gap),
        float(stated.mean()),
        rate,
        max(rate - reach, 0.0),
        min(rate + reach, 1.0),
        *_slope(stated, reached, account),
    )


def _slope(stated: Floats, reached: Floats, account: NDArray[np.int64]) -> tuple[float | None, ...]:
    hits = int(reached.sum())
    sure = np.clip(stated, _EDGE, 1 - _EDGE)
    odds = np.log(sure / (1 - sure))
    if min(hits, len(reached) - hits) < _LEAST_EACH or len(np.unique(account)) < _LEAST_EACH or np.ptp(odds) < _EDGE:
        return None, None, None
    found = fit_ridge(odds[:, None], reached, _FREE)
    design = np.column_stack([np.ones(len(odds)), odds])
    chance = expit(design @ found)
    bread = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design)
    error = clustered((design @ bread)[:, 1] * (reached - chance), account)
    slope = float(found[1])
    return slope, slope - _Z * error, slope + _Z * error

"""Logistic regression of a reach on what was known before it: the plain method that others have to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.special import expit

from skiptrace.timing.rival_features import WORDS
from skiptrace.timing.scoring import losses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.week import Floats

__all__ = ["HELD_OUT", "by_logistic", "fit_ridge"]

HELD_OUT = 0.2
"""Share of the past, the last of it, that tells how strong to regularise."""
_STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
"""Precision of each standardised coefficient around zero."""
_STEPS = 25
_STILL = 1e-6
_LONG = 400.0
"""Days, for what never was."""
_HALF_HOUR_WEIGHT = 2.0
"""Hours by which nearness to the last hour that worked falls off."""
_RARE = 10
"""Words that fewer past attempts have share the term of all others."""


def fit_ridge(terms: Floats, reached: Floats, strength: float) -> Floats:
    """Return intercept and coefficients of largest penalised likelihood, by iteratively reweighted least squares.

    The penalty is ``strength / 2`` times the sum of squares, none on the intercept (le Cessie & van Houwelingen 1992).

    Examples
    --------
    >>> found = fit_ridge(np.zeros((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), 1.0)
    >>> bool(abs(1 / (1 + np.exp(-found[0])) - 0.75) < 1e-6)
    True
    """
    design = np.column_stack([np.ones(len(terms)), terms])
    penalty = np.full(design.shape[1], strength)
    penalty[0] = 1e-9
    at = np.zeros(design.shape[1])
    value = _objective(design, reached, at, penalty)
    for _ in range(_STEPS):
        chance = expit(design @ at)
        gradient = design.T @ (reached - chance) - penalty * at
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        # A full step may overshoot where chances are near 0 or 1.
        while (after := _objective(design, reached, at + step, penalty)) > value and np.abs(step).max() > _STILL:
            step = step / 2
        at, value = at + step, min(value, after)
        if np.abs(step).max() <= _STILL:
            break
    return at


def by_logistic(past: pl.DataFrame, asked: pl.DataFrame) -> Floats:
    """Return the forecasts of what is asked; see :func:`skiptrace.timing.rival_features.feature_table`."""
    known, unknown = _terms(past, past), _terms(past, asked)
    reached = past["reached"].to_numpy()
    early = int(len(reached) * (1 - HELD_OUT))

    def loss(strength: float) -> float:
        found = fit_ridge(known[:early], reached[:early], strength)
        return float(losses(_forecast(found, known[early:]), reached[early:]).sum())

    best = min(_STRENGTHS, key=loss)
    return _forecast(fit_ridge(known, reached, best), unknown)


def _objective(design: Floats, reached: Floats, at: Floats, penalty: Floats) -> float:
    odds = design @ at
    return float((np.logaddexp(0, odds) - reached * odds).sum() + (penalty * at**2).sum() / 2)


def _forecast(found: Floats, terms: Floats) -> Floats:
    result: Floats = expit(found[0] + terms @ found[1:])
    return result


def _terms(past: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """Return terms standardised as the past is, and one column for each word, hour and weekday that the past knows."""
    own, scale = _numbers(rows), _numbers(past)
    numbers = (own - scale.mean(axis=0)) / (scale.std(axis=0) + 1e-9)
    return np.hstack([numbers, *(_marks(past[name], rows[name]) for name in ("hour", "weekday", *WORDS))])


def _numbers(rows: pl.DataFrame) -> Floats:
    odds = [
        (pl.col(name).clip(1e-4, 1 - 1e-4) / (1 - pl.col(name).clip(1e-4, 1 - 1e-4))).log().alias(name)
        for name in ("rate", "rate_here", "rate_daypart", "p_owner", "p_live", "prior")
    ]
    counts = [(pl.col(name) + 1.0).log() for name in ("tries", "tries_here", "tries_daypart", "numbers")]
    flags = [
        (pl.col(name) > 0).cast(pl.Float64) for name in ("hits", "hits_here", "replies", "phoned_back", "pushed_away")
    ]
    times = [(pl.col(name).fill_null(_LONG).clip(0) + 1.0).log() for name in ("days_since", "days_since_hit")]
    near = [(-pl.col("hours_from_hit").cast(pl.Float64) / _HALF_HOUR_WEIGHT).exp().fill_null(0.0)]
    result: Floats = rows.select(*odds, *counts, *flags, *times, *near).to_numpy().astype(np.float64)
    return result


def _marks(past: pl.Series, rows: pl.Series) -> Floats:
    common = past.drop_nulls().value_counts().filter(pl.col("count") >= _RARE)[past.name].sort()
    place = rows.replace_strict(common, pl.Series(range(len(common)), dtype=pl.Int64), default=-1)
    found: NDArray[np.int64] = place.fill_null(-1).to_numpy()
    result: Floats = (found[:, None] == np.arange(len(common))).astype(np.float64)
    return result

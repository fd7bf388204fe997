"""Fit the whole model to what was known at one moment, and forecast from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.timing.levels import weigh
from skiptrace.timing.population import offsets, start, update
from skiptrace.timing.routines import deviate, features, presence, remainder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.settings import LearnParams
    from skiptrace.timing.cohorts import Cohorts
    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.levels import Levels, Points
    from skiptrace.timing.population import Population
    from skiptrace.timing.routines import Routines
    from skiptrace.timing.week import Floats

__all__ = ["Fit", "fit", "generalise", "odds_at", "odds_of_week", "sampled", "tempered"]

_ROUNDS = 2
"""Rounds in which levels and routines are each fitted given the other."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Everything learned: the population, the points with their persons' levels, and the persons' own hours.

    ``common`` and ``common_doubt`` are by person what their cohorts add, and its variance.
    """

    population: Population
    levels: Levels
    routines: Routines
    common: Floats
    common_doubt: Floats


def generalise(
    evidence: Evidence,
    points: Points,
    cohorts: Cohorts,
    params: LearnParams,
    warm: Population | None = None,
) -> Population:
    """Learn what is true of people in general.

    Parameters
    ----------
    evidence, points
        What was known, and what was believed of the points before.
    cohorts
        Of the persons.
    params
        Stated rates and bounds.
    warm
        A population to start from, as learned at an earlier moment.
    """
    population = warm or start(cohorts, params)
    sample = evidence.of(sampled(evidence, len(cohorts), params.fit_persons)).fresh()
    for _ in range(params.warm_steps if warm else params.cold_steps):
        population = update(population, sample, points, cohorts, params)
    return replace(population, presence=presence(evidence))


def fit(evidence: Evidence, points: Points, cohorts: Cohorts, population: Population, swing: float) -> Fit:
    """Learn what is true of each person and point, given what is true of people in general.

    ``swing`` is the variance of the persons' own hours; the rest is as for :func:`generalise`.
    """
    usual = offsets(evidence, population, cohorts)
    own: Floats = np.zeros(len(usual))
    for _ in range(_ROUNDS if swing else 1):
        levels = weigh(evidence, usual + own, points, population.sigma, len(cohorts))
        routines = deviate(evidence, usual, levels, population, swing)
        own = routines.at(evidence.person, evidence.channel, evidence.hour)
    common, doubt = population.of_cohorts(cohorts)
    return Fit(population=population, levels=levels, routines=routines, common=common, common_doubt=doubt)


def odds_at(
    found: Fit, person: NDArray[np.int64], point: NDArray[np.int64], channel: NDArray[np.int64], hour: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return mean and variance of the log-odds of reaching a person on a live point of theirs, one hour each."""
    mean = found.population.profile[channel, hour] + found.common[person] + found.levels.mean[point]
    mean = mean + found.routines.at(person, channel, hour)
    variance = found.population.doubt[channel, hour] + found.common_doubt[person] + found.levels.variance[point]
    variance = variance + found.routines.swing * remainder()[channel, hour]
    spread = _spread_of(found.routines, person)
    x = features()[channel, hour]
    return mean, variance + np.einsum("ij,ijk,ik->i", x, spread, x)


def odds_of_week(
    found: Fit, person: NDArray[np.int64], point: NDArray[np.int64], channel: int
) -> tuple[Floats, Floats]:
    """Return the same for all 169 hours on one channel: two arrays (persons, 169)."""
    table = features()[channel]
    routines = found.routines
    row = routines.row[person]
    weights = np.zeros((len(person), table.shape[1]))
    weights[row >= 0] = routines.weights[row[row >= 0]]
    level = found.common[person] + found.levels.mean[point]
    # einsum, not a matrix product: each row comes out the same, bit for bit, in whatever company it is computed.
    mean = found.population.profile[channel] + level[:, None] + np.einsum("ij,hj->ih", weights, table)
    doubt = found.common_doubt[person] + found.levels.variance[point]
    upper = np.triu_indices(table.shape[1])
    twice = np.where(upper[0] == upper[1], 1.0, 2.0)
    products = table[:, upper[0]] * table[:, upper[1]] * twice
    packed = _spread_of(routines, person)[:, upper[0], upper[1]]
    usual = found.population.doubt[channel] + routines.swing * remainder()[channel]
    variance = usual + doubt[:, None] + np.einsum("ij,hj->ih", packed, products)
    return mean, variance


def tempered(mean: Floats, variance: Floats) -> Floats:
    """Return the expected probability of normal log-odds (MacKay 1992, the probit approximation)."""
    result: Floats = 1 / (1 + np.exp(-mean / np.sqrt(1 + np.pi / 8 * variance)))
    return result


def _spread_of(routines: Routines, person: NDArray[np.int64]) -> Floats:
    row = routines.row[person]
    spread = np.broadcast_to(np.diag(routines.prior), (len(person), *np.diag(routines.prior).shape)).copy()
    spread[row >= 0] = routines.covariance[row[row >= 0]]
    return spread


def sampled(evidence: Evidence, persons: int, most: int) -> NDArray[np.bool_]:
    """Return which persons stand for all in learning what is common: at most so many, evenly spread over the order."""
    tried = np.unique(evidence.person)
    chosen = np.zeros(persons, dtype=np.bool_)
    if len(tried) > most:
        tried = tried[np.linspace(0, len(tried) - 1, most).astype(np.int64)]
    chosen[tried] = True
    return chosen

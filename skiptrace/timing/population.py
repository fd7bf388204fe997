"""What is true of people in general: how often each channel reaches, when, and how cohorts differ.

Fitted by expectation-maximisation around :func:`skiptrace.timing.levels.weigh`: trials count by the probability that
they could reach the person at all, and against what is expected of that very person. So hours at which agents called
mostly the good payers, or again whoever had answered before, do not look better than they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.timing.clock import HOURS
from skiptrace.timing.evidence import CHANNELS
from skiptrace.timing.levels import weigh
from skiptrace.timing.week import night, week_covariance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.settings import LearnParams
    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.levels import Levels, Points
    from skiptrace.timing.week import Floats

__all__ = ["Population", "offsets", "start", "update"]

_SWINGS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Variances of the hour profile to choose from, in squared log-odds."""
_LEVEL_DOUBT = 1.0
"""Standard deviation of a channel's level around its stated rate."""
_NIGHT_DOUBT = 1.5
"""The same of what night takes away."""
_SIGMA_BOUNDS = (0.2, 2.5)
_STEP = 1.25
"""Factor by which the spread of persons is tried larger and smaller."""
_PRIOR_COHORTS = 4.0
"""Cohorts' worth of weight on the stated spread of cohorts."""
_PRIOR_PERSONS = 20.0
"""The same for persons."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """What is true of people in general, in log-odds.

    Attributes
    ----------
    profile, doubt
        (channels, 169): log-odds at each hour of the week, and their variance; the last column stands for an
        unknown hour.
    swing
        (channels,): variance of the profile over the hours, chosen by its marginal likelihood.
    cohort, cohort_doubt
        Grain: cohort. Deviation and its variance.
    cohort_spread, sigma
        Standard deviations of cohorts and of persons.
    """

    profile: Floats
    doubt: Floats
    swing: Floats
    cohort: Floats
    cohort_doubt: Floats
    cohort_spread: float
    sigma: float


def start(cohorts: int, params: LearnParams) -> Population:
    """Return what is believed before any attempt is looked at: the stated rates."""
    stated = _stated(params)
    doubt = np.full((len(CHANNELS), HOURS + 1), _LEVEL_DOUBT**2)
    doubt[:, :HOURS] += _NIGHT_DOUBT**2 * night()
    return Population(
        profile=np.column_stack([stated, stated[:, ~night()].mean(axis=1)]),
        doubt=doubt,
        swing=np.zeros(len(CHANNELS)),
        cohort=np.zeros(cohorts),
        cohort_doubt=np.full(cohorts, params.cohort_spread**2),
        cohort_spread=params.cohort_spread,
        sigma=params.person_spread,
    )


def offsets(evidence: Evidence, population: Population, cohort_of: NDArray[np.int64]) -> Floats:
    """Return the log-odds of reaching an average person of the cohort, for each trial."""
    result: Floats = population.profile[evidence.channel, evidence.hour] + population.cohort[cohort_of[evidence.person]]
    return result


def update(
    population: Population, evidence: Evidence, points: Points, cohort_of: NDArray[np.int64], params: LearnParams
) -> Population:
    """Take one step: levels given the profile, then profile, cohorts and spread given the levels."""
    offset = offsets(evidence, population, cohort_of)
    persons = len(cohort_of)
    levels = weigh(evidence, offset, points, population.sigma, persons)
    pull = evidence.weight * (evidence.reached * levels.share - levels.expected)
    hold = evidence.weight * levels.spread
    profile, doubt, swing = _profile(population, evidence, pull, hold, params)
    of = cohort_of[evidence.person]
    size = len(population.cohort)
    curve = np.bincount(of, weights=hold, minlength=size)
    doubt_of_cohort = 1 / (curve + 1 / population.cohort_spread**2)
    cohort = doubt_of_cohort * (curve * population.cohort + np.bincount(of, weights=pull, minlength=size))
    spread_of_cohorts = float(
        np.sqrt(
            ((cohort**2 + doubt_of_cohort)[curve > 0].sum() + _PRIOR_COHORTS * params.cohort_spread**2)
            / ((curve > 0).sum() + _PRIOR_COHORTS)
        )
    )
    return Population(
        profile=profile,
        doubt=doubt,
        swing=swing,
        cohort=cohort,
        cohort_doubt=doubt_of_cohort,
        cohort_spread=spread_of_cohorts,
        sigma=_spread(population, levels, (evidence, offset, points), params),
    )


def _spread(
    population: Population, levels: Levels, seen: tuple[Evidence, Floats, Points], params: LearnParams
) -> float:
    """Return the standard deviation of levels of largest marginal likelihood, one parabola's step away at most."""
    evidence, offset, points = seen

    def likelihood(sigma: float, known: Levels | None = None) -> float:
        found = known or weigh(evidence, offset, points, sigma, len(levels.tried), trials=False)
        # Log of an inverse-gamma prior worth some persons, so that a handful of trials cannot send it anywhere.
        prior = -_PRIOR_PERSONS / 2 * (np.log(sigma**2) + params.person_spread**2 / sigma**2)
        return float(found.log_likelihood[0]) + float(prior)

    here = population.sigma
    if not levels.tried.any():
        return here
    down, now, up = likelihood(here / _STEP), likelihood(here, levels), likelihood(here * _STEP)
    curve = down - 2 * now + up
    best = 0.5 * (down - up) / curve if curve < 0 else float(np.sign(up - down))
    return float(np.clip(here * _STEP ** float(np.clip(best, -1.5, 1.5)), *_SIGMA_BOUNDS))


def _profile(
    population: Population, evidence: Evidence, pull: Floats, hold: Floats, params: LearnParams
) -> tuple[Floats, Floats, Floats]:
    """Return the profiles of largest posterior, their variances and swings; a Gaussian process for each channel."""
    cell = evidence.channel * (HOURS + 1) + evidence.hour
    shape = (len(CHANNELS), HOURS + 1)
    gradient, precision = (
        np.bincount(cell, weights=weights, minlength=shape[0] * shape[1]).reshape(shape)[:, :HOURS]
        for weights in (pull, hold)
    )
    profile, doubt, swing = population.profile.copy(), population.doubt.copy(), population.swing.copy()
    for number, stated in enumerate(_stated(params)):
        root = np.sqrt(precision[number])
        if not root.any():
            continue
        # Working response of Newton's step: its root-precision-weighted distance from what was stated.
        distance = root * (population.profile[number, :HOURS] - stated) + np.divide(
            gradient[number], root, out=np.zeros(HOURS), where=root > 0
        )
        fits = [_smooth(stated, root, distance, _covariance(variance)) for variance in _SWINGS]
        best = int(np.argmax([fit[2] for fit in fits]))
        profile[number, :HOURS], doubt[number, :HOURS], _ = fits[best]
        swing[number] = _SWINGS[best]
        # An unknown hour is like those at which this channel is used.
        weights = precision[number] / precision[number].sum()
        profile[number, HOURS] = (weights * profile[number, :HOURS]).sum()
        doubt[number, HOURS] = (weights * (doubt[number, :HOURS] + profile[number, :HOURS] ** 2)).sum()
        doubt[number, HOURS] -= profile[number, HOURS] ** 2
    return profile, doubt, swing


def _smooth(stated: Floats, root: Floats, distance: Floats, covariance: Floats) -> tuple[Floats, Floats, float]:
    """Return mean, variance and log evidence of a Gaussian process (Rasmussen & Williams 2006, algorithm 3.1)."""
    factor = np.linalg.cholesky(np.eye(HOURS) + root[:, None] * covariance * root)
    solved = np.linalg.solve(factor, distance)
    mean = stated + covariance @ (root * np.linalg.solve(factor.T, solved))
    explained = np.linalg.solve(factor, root[:, None] * covariance)
    variance = np.maximum(np.diag(covariance) - (explained**2).sum(axis=0), 0)
    evidence = -0.5 * float(solved @ solved) - float(np.log(np.diag(factor)).sum())
    return mean, variance, evidence


def _covariance(swing: float) -> Floats:
    asleep = night().astype(np.float64)
    result: Floats = _LEVEL_DOUBT**2 + _NIGHT_DOUBT**2 * np.outer(asleep, asleep) + swing * week_covariance()
    return result


def _stated(params: LearnParams) -> Floats:
    """Return the stated log-odds, (channels, 168): one rate a channel, less at night where someone has to wake up."""
    rates = np.array([params.rate_call, params.rate_sms, params.rate_email, params.rate_letter, params.rate_visit])
    wakes = np.array([1.0, 0.5, 0.0, 0.0, 1.0])
    result: Floats = np.log(rates / (1 - rates))[:, None] - np.outer(wakes, night() * params.night_cost)
    return result

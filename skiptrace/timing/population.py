"""What is true of people in general: how often each channel reaches, when, and how cohorts differ.

Fitted by expectation-maximisation around :func:`skiptrace.timing.levels.weigh`: trials count by the probability that
they could reach the person at all, and against what is expected of that very person. So hours at which agents called
mostly the good payers, or again whoever had answered before, do not look better than they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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
_PROFILE_MODES = 30
"""They carry 96 % of the variance of a smooth function on the week."""
_SIGMA_BOUNDS = (0.2, 2.5)
_LEAST_TOLD = 0.1
"""What trials tell of a level is taken for no less than this, so that a step stays within reason."""
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
        sigma=_spread(population.sigma, levels, params),
    )


def _spread(sigma: float, levels: Levels, params: LearnParams) -> float:
    """Return the persons' standard deviation after one step of expectation-maximisation, lengthened.

    The step alone is too short by the square of what the trials tell of a level (Dempster, Laird & Rubin 1977,
    section 3); so it is divided by that.
    """
    square, mean = levels.person_square[levels.tried], levels.person_mean[levels.tried]
    told = 1 - (square - mean**2) / sigma**2
    step = square.sum() + _PRIOR_PERSONS * params.person_spread**2 - (len(square) + _PRIOR_PERSONS) * sigma**2
    length = max(float((told**2).sum()) + _PRIOR_PERSONS, _LEAST_TOLD * len(square))
    return float(np.sqrt(np.clip(sigma**2 + step / length, _SIGMA_BOUNDS[0] ** 2, _SIGMA_BOUNDS[1] ** 2)))


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
    basis = _basis()
    for number, stated in enumerate(_stated(params)):
        hold = precision[number]
        if not hold.any():
            continue
        pull = basis.T @ (hold * (population.profile[number, :HOURS] - stated) + gradient[number])
        # einsum and small matrices keep to one thread: threads that wait for each other cost more than they save.
        curve = np.einsum("hi,h,hj->ij", basis, hold, basis, optimize=False)
        fits = [_posterior(pull, curve, _scale(variance)) for variance in _SWINGS]
        best = int(np.argmax([fit[2] for fit in fits]))
        mean, spread, _ = fits[best]
        profile[number, :HOURS] = stated + basis @ mean
        doubt[number, :HOURS] = np.einsum("hi,ij,hj->h", basis, spread, basis)
        swing[number] = _SWINGS[best]
        # An unknown hour is like those at which this channel is used.
        share = hold / hold.sum()
        profile[number, HOURS] = (share * profile[number, :HOURS]).sum()
        square = (share * (doubt[number, :HOURS] + profile[number, :HOURS] ** 2)).sum()
        doubt[number, HOURS] = square - profile[number, HOURS] ** 2
    return profile, doubt, swing


def _posterior(pull: Floats, curve: Floats, scale: Floats) -> tuple[Floats, Floats, float]:
    """Return mean, covariance and log evidence of normal weights with these prior standard deviations.

    Rasmussen & Williams 2006, section 2.1.1: a Gaussian process seen as weights of its leading modes.
    """
    whitened = np.eye(len(scale)) + scale[:, None] * curve * scale
    spread = scale[:, None] * np.linalg.inv(whitened) * scale
    mean = spread @ pull
    evidence = 0.5 * float(pull @ mean) - 0.5 * float(np.linalg.slogdet(whitened)[1])
    return mean, spread, evidence


@cache
def _basis() -> Floats:
    """Return (168, 2 + modes): level, night, and the leading modes of a smooth function on the week."""
    values, vectors = np.linalg.eigh(week_covariance())
    leading = vectors[:, ::-1][:, :_PROFILE_MODES] * np.sqrt(values[::-1][:_PROFILE_MODES])
    return np.column_stack([np.ones(HOURS), night(), leading])


def _scale(swing: float) -> Floats:
    return np.concatenate([[_LEVEL_DOUBT, _NIGHT_DOUBT], np.full(_PROFILE_MODES, np.sqrt(swing))])


def _stated(params: LearnParams) -> Floats:
    """Return the stated log-odds, (channels, 168): one rate a channel, less at night where someone has to wake up."""
    rates = np.array([params.rate_call, params.rate_sms, params.rate_email, params.rate_letter, params.rate_visit])
    wakes = np.array([1.0, 0.5, 0.0, 0.0, 1.0])
    result: Floats = np.log(rates / (1 - rates))[:, None] - np.outer(wakes, night() * params.night_cost)
    return result

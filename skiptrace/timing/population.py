"""What is true of people in general: how often each channel reaches, when, and how cohorts differ.

Fitted by expectation-maximisation around :func:`skiptrace.timing.levels.weigh`: trials count by the probability that
they could reach the person at all, and against what is expected of that very person. So hours at which agents called
mostly the good payers, or again whoever had answered before, do not look better than they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.timing.clock import HOURS
from skiptrace.timing.cohorts import FACTORS
from skiptrace.timing.evidence import CHANNELS
from skiptrace.timing.levels import weigh
from skiptrace.timing.week import night, week_covariance

if TYPE_CHECKING:
    from skiptrace.settings import LearnParams
    from skiptrace.timing.cohorts import Cohorts
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
    cohorts
        Grain: cohort. Their names.
    cohort, cohort_doubt
        Grain: cohort. Deviation and its variance.
    cohort_spread
        Grain: factor. Standard deviation of its cohorts.
    sigma
        Standard deviation of persons.
    presence
        (168,): how signs that people have time are spread over the week; sums to one.
    """

    profile: Floats
    doubt: Floats
    swing: Floats
    cohorts: list[str]
    cohort: Floats
    cohort_doubt: Floats
    cohort_spread: Floats
    sigma: float
    presence: Floats

    def among(self, cohorts: Cohorts) -> Population:
        """Return the same for these cohorts: of those it does not know, nothing is known but how far they differ."""
        place = {name: number for number, name in enumerate(self.cohorts)}
        known = np.array([place.get(name, -1) for name in cohorts.names], dtype=np.int64)
        met = known >= 0
        return replace(
            self,
            cohorts=cohorts.names,
            cohort=np.where(met, np.append(self.cohort, 0)[known], 0.0),
            cohort_doubt=np.where(met, np.append(self.cohort_doubt, 0)[known], self.cohort_spread[cohorts.factor] ** 2),
        )

    def of_cohorts(self, cohorts: Cohorts) -> tuple[Floats, Floats]:
        """Return by person what their cohorts add to the log-odds, and its variance."""
        mean, doubt = np.zeros(len(cohorts)), np.zeros(len(cohorts))
        for of in cohorts.of.T:
            mean += self.cohort[of]
            doubt += self.cohort_doubt[of]
        return mean, doubt


def start(cohorts: Cohorts, params: LearnParams) -> Population:
    """Return what is believed before any attempt is looked at: the stated rates."""
    stated = _stated(params)
    doubt = np.full((len(CHANNELS), HOURS + 1), _LEVEL_DOUBT**2)
    doubt[:, :HOURS] += _NIGHT_DOUBT**2 * night()
    return Population(
        profile=np.column_stack([stated, stated[:, ~night()].mean(axis=1)]),
        doubt=doubt,
        swing=np.zeros(len(CHANNELS)),
        cohorts=cohorts.names,
        cohort=np.zeros(len(cohorts.names)),
        cohort_doubt=np.full(len(cohorts.names), params.cohort_spread**2),
        cohort_spread=np.full(len(FACTORS), params.cohort_spread),
        sigma=params.person_spread,
        presence=~night() / (~night()).sum(),
    )


def offsets(evidence: Evidence, population: Population, cohorts: Cohorts) -> Floats:
    """Return the log-odds of reaching an average person of the same cohorts, for each trial."""
    usual: Floats = population.profile[evidence.channel, evidence.hour]
    return usual + population.of_cohorts(cohorts)[0][evidence.person]


def update(
    population: Population, evidence: Evidence, points: Points, cohorts: Cohorts, params: LearnParams
) -> Population:
    """Take one step: levels given the profile, then profile, cohorts and spread given the levels."""
    offset = offsets(evidence, population, cohorts)
    levels = weigh(evidence, offset, points, population.sigma, len(cohorts))
    pull = evidence.weight * (evidence.reached * levels.share - levels.expected)
    hold = evidence.weight * levels.spread
    profile, doubt, swing = _profile(population, evidence, pull, hold, params)
    left = pull - hold * (profile - population.profile)[evidence.channel, evidence.hour]
    cohort, cohort_doubt = population.cohort.copy(), population.cohort_doubt.copy()
    spread = population.cohort_spread.copy()
    size = len(cohort)
    # One factor after the other, each on what those before it leave.
    for number, levels_of in enumerate(cohorts.of.T):
        of = levels_of[evidence.person]
        mine = cohorts.factor == number
        curve = np.bincount(of, weights=hold, minlength=size)
        doubt_here = 1 / (curve + 1 / spread[number] ** 2)
        mean = doubt_here * (curve * cohort + np.bincount(of, weights=left, minlength=size))
        left -= hold * np.where(mine, mean - cohort, 0)[of]
        cohort, cohort_doubt = np.where(mine, mean, cohort), np.where(mine, doubt_here, cohort_doubt)
        told = mine & (curve > 0)
        square = (cohort**2 + cohort_doubt)[told].sum() + _PRIOR_COHORTS * params.cohort_spread**2
        spread[number] = np.sqrt(square / (told.sum() + _PRIOR_COHORTS))
    return replace(
        population,
        profile=profile,
        doubt=doubt,
        swing=swing,
        cohort=cohort,
        cohort_doubt=cohort_doubt,
        cohort_spread=spread,
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

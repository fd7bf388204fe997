"""Each person's own hours, as a deviation from everybody's.

A deviation is a smooth function on the week: the leading modes of the week's covariance with normal weights, plus one
weight for whether a person prefers to write. Its posterior is Laplace's (one normal a person, Newton's steps for all
persons at once). How far people differ is chosen by how well it forecasts; where hours do not matter that is zero,
and nothing is lost against knowing only who answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from skiptrace.timing.clock import HOURS
from skiptrace.timing.evidence import CHANNELS, SETTLED
from skiptrace.timing.week import modes, night

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.levels import Levels
    from skiptrace.timing.population import Population
    from skiptrace.timing.week import Floats

__all__ = ["SWINGS", "Routines", "deviate", "features", "no_routines", "presence", "remainder"]

_MODES = 8
"""They carry four fifths of the variance; a ninth would carry less than one part in thirty."""
_CLOCK = {"call": 1.0, "sms": 0.5, "email": 0.25, "letter": 0.0, "visit": 1.0}
"""How much of a person's hours shows in each channel: what is written waits until it is read."""
_WRITTEN = ("sms", "email", "letter")
SWINGS = (0.0, 0.1, 0.3, 0.7, 1.2, 2.0)
"""Variances of personal deviations to choose from, in squared log-odds."""
_NEWTON_STEPS = 3
_LARGEST = 4.0
"""No weight is larger: a guard for Newton on few trials."""
_BLOCK = 20_000
"""Persons whose equations are solved together."""
_PRIOR_PRESENCE = 2.0
"""Signs of presence, spread over the waking hours, that stand against those observed."""


@dataclass(frozen=True, kw_only=True)
class Routines:
    """Posterior of personal deviations.

    Attributes
    ----------
    row
        Grain: person. Row in ``weights`` and ``covariance``, −1 for those without evidence.
    weights, covariance
        (rows, modes + 1) and (rows, modes + 1, modes + 1), the latter in single precision.
    prior
        (modes + 1,): prior variances.
    swing
        Variance of the hourly deviation.
    """

    row: NDArray[np.int64]
    weights: Floats
    covariance: NDArray[np.float32]
    prior: Floats
    swing: float

    def at(self, person: NDArray[np.int64], channel: NDArray[np.int64], hour: NDArray[np.int64]) -> Floats:
        """Return the deviation of these persons on these channels at these hours, in log-odds."""
        if not len(self.weights):
            return np.zeros(len(person))
        row = self.row[person]
        found = np.einsum("ij,ij->i", self.weights[row], features()[channel, hour])
        return np.where(row >= 0, found, 0.0)


def features() -> Floats:
    """Return (channels, 169, modes + 1): what multiplies a person's weights; unknown hours have none of the modes."""
    table = np.zeros((len(CHANNELS), HOURS + 1, _MODES + 1))
    for number, channel in enumerate(CHANNELS):
        table[number, :HOURS, :_MODES] = _CLOCK[channel] * modes(_MODES)
        table[number, :, _MODES] = channel in _WRITTEN
    return table


def remainder() -> Floats:
    """Return (channels, 169): the share of the variance of personal hours that the modes do not carry.

    At an unknown hour they carry none of it.
    """
    left = np.append(np.maximum(1 - (modes(_MODES) ** 2).sum(axis=1), 0), 1.0)
    result: Floats = np.outer([_CLOCK[channel] ** 2 for channel in CHANNELS], left)
    return result


def no_routines(persons: int, sigma: float) -> Routines:
    """Return the state of knowledge in which nobody's own hours are known, nor that they differ."""
    size = _MODES + 1
    return Routines(
        row=np.full(persons, -1, dtype=np.int64),
        weights=np.zeros((0, size)),
        covariance=np.zeros((0, size, size), dtype=np.float32),
        prior=_prior(0.0, sigma),
        swing=0.0,
    )


def presence(evidence: Evidence) -> Floats:
    """Return (168,): how signs that people have time are spread over the week, without any over the waking hours."""
    waking = ~night() / (~night()).sum()
    usual = np.bincount(evidence.present_hour, weights=evidence.present_weight, minlength=HOURS)
    result: Floats = (usual + _PRIOR_PRESENCE * waking) / (usual.sum() + _PRIOR_PRESENCE)
    return result


def deviate(evidence: Evidence, offset: Floats, levels: Levels, population: Population, swing: float) -> Routines:
    """Return each person's deviations.

    Parameters
    ----------
    evidence, offset, levels
        Trials, their log-odds for an average person, and what the levels make of them.
    population
        What is true of people in general; their spread is also taken for that of preferring to write.
    swing
        Variance of hourly deviations.
    """
    persons = len(levels.tried)
    known = np.zeros(persons, dtype=np.bool_)
    known[evidence.person] = True
    known[evidence.present_person] = True
    row = np.where(known, np.cumsum(known) - 1, -1)
    count = int(known.sum())
    if not count:
        return no_routines(persons, population.sigma)
    level = np.where(evidence.part == SETTLED, levels.person_mean[evidence.person], levels.mean[evidence.point])
    problem = _Problem(
        evidence=evidence, offset=offset + level, share=levels.share, row=row, count=count, usual=population.presence
    )
    prior = _prior(swing, population.sigma)
    weights, covariance = np.zeros((count, _MODES + 1)), np.zeros((0, 0, 0), dtype=np.float32)
    for _ in range(_NEWTON_STEPS):
        pull, hold = problem.linearise(weights)
        target = pull + (hold @ weights[..., None])[..., 0]
        weights, covariance = _solve(hold, target, prior)
        weights = np.clip(weights, -_LARGEST, _LARGEST)
    return Routines(row=row, weights=weights, covariance=covariance, prior=prior, swing=swing)


@dataclass(frozen=True, kw_only=True)
class _Problem:
    evidence: Evidence
    offset: Floats
    share: Floats
    row: NDArray[np.int64]
    count: int
    usual: Floats

    def linearise(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return gradient and curvature of every person's log-likelihood at these weights."""
        seen, table = self.evidence, features()
        row = self.row[seen.person]
        odds = self.offset + np.einsum("ij,ij->i", weights[row], table[seen.channel, seen.hour])
        chance = 1 / (1 + np.exp(-odds))
        pull = seen.weight * self.share * (seen.reached - chance)
        hold = seen.weight * self.share * chance * (1 - chance)
        flat = table.reshape(-1, _MODES + 1)
        squares = (flat[:, :, None] * flat[:, None, :]).reshape(len(flat), -1)
        cell = seen.channel * (HOURS + 1) + seen.hour
        shape = (self.count, len(flat))
        gradient = csr_array((pull, (row, cell)), shape=shape) @ flat
        curvature = csr_array((hold, (row, cell)), shape=shape) @ squares
        self._add_presence(gradient, curvature)
        return gradient, curvature.reshape(self.count, _MODES + 1, _MODES + 1)

    def _add_presence(self, gradient: Floats, curvature: Floats) -> None:
        """Add what signs of presence say: at which hours, given that there were any (a multinomial, linearised)."""
        seen = self.evidence
        if not len(seen.present_person):
            return
        table = np.column_stack([modes(_MODES), np.zeros(HOURS)])
        centred = table - self.usual @ table
        spread = (self.usual[:, None, None] * centred[:, :, None] * centred[:, None, :]).sum(axis=0)
        row = self.row[seen.present_person]
        cells = csr_array((seen.present_weight, (row, seen.present_hour)), shape=(self.count, HOURS))
        gradient += cells @ centred
        curvature += np.outer(cells.sum(axis=1), spread.ravel())


def _prior(swing: float, sigma: float) -> Floats:
    result: Floats = np.append(np.full(_MODES, swing), sigma**2)
    return result


def _solve(hold: Floats, pull: Floats, prior: Floats) -> tuple[Floats, NDArray[np.float32]]:
    """Return mean and covariance of normals with these gradients, curvatures and prior variances."""
    root = np.sqrt(prior)
    size = len(prior)
    mean = np.empty_like(pull)
    covariance = np.empty(hold.shape, dtype=np.float32)
    for begin in range(0, len(pull), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        # Whitened by the prior, so that a variance of zero is no special case.
        inverse = np.linalg.inv(np.eye(size) + root[:, None] * hold[rows] * root)
        whole = root[:, None] * inverse * root
        mean[rows] = (whole @ pull[rows, :, None])[..., 0]
        covariance[rows] = whole
    return mean, covariance

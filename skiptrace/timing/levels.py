"""Who answers at all, on a point that may be dead or somebody else's.

A point is in one of three states: dead; live, but another's; live and the person's. Only in the last can an attempt
reach the person, with log-odds ``offset + level``: the offset is what the hour, channel and cohort would give anybody,
the level is the person's own, normal with a spread learned from the data. Levels take a few values, evenly spaced, so
that everything below is plain sums: no sampling, no local optimum.

As attempts were chosen by people who had seen the earlier outcomes, but nothing else of the truth, the likelihood of
the outcomes given the choices is all there is to learn from: the choices cancel (Rubin 1976, ignorability).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.timing.evidence import OPEN, QUIET, SETTLED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.week import Floats

__all__ = ["NODES", "Levels", "Points", "weigh"]

NODES = np.linspace(-3.0, 3.0, 13)
"""Levels in standard deviations."""
_LOG_PRIOR = -(NODES**2) / 2 - np.log(np.exp(-(NODES**2) / 2).sum())
_BLOCK = 20_000
"""Trials looked at together: their floats, one a node each, fit the processor's cache, and memory stays bounded."""
_ALIKE = 0.3
"""Correlation of silences on one point (whether a dead number says so is mostly a matter of its carrier): together they
count for fewer, by the design effect (Kish 1965, section 5.4)."""
_TINY = 1e-12
_FAR = 30.0
"""Log-odds beyond which nothing is learned, and before which no exponential overflows."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """What is believed of the points before their trials are looked at.

    Attributes
    ----------
    person, p_owner, p_live
        Grain: point, sorted by person.
    """

    person: NDArray[np.int64]
    p_owner: Floats
    p_live: Floats


@dataclass(frozen=True, kw_only=True)
class Levels:
    """What the trials say.

    Attributes
    ----------
    p_reachable, p_live
        Grain: point. That it is live and the person's; that it is live.
    mean, variance
        Grain: point. Of the person's level, given that the point is live and theirs.
    person_mean, person_square
        Grain: person. Of the level (its mean, and the mean of its square).
    tried, tried_point
        Grain: person, point. Whether there was any trial.
    share, expected, spread
        Grain: trial. Probability that it could reach the person at all; that it did, by the model (the share in it);
        the curvature of its likelihood in the log-odds.
    """

    p_reachable: Floats
    p_live: Floats
    mean: Floats
    variance: Floats
    person_mean: Floats
    person_square: Floats
    tried: NDArray[np.bool_]
    tried_point: NDArray[np.bool_]
    share: Floats
    expected: Floats
    spread: Floats


def weigh(evidence: Evidence, offset: Floats, points: Points, sigma: float, persons: int) -> Levels:
    """Return the posterior of points and persons.

    Parameters
    ----------
    evidence
        Trials, sorted by person, point and part.
    offset
        Grain: trial. Log-odds of reaching an average person on a live point of theirs.
    points
        Beliefs to start from.
    sigma
        Standard deviation of the persons' levels.
    persons
        How many there are.
    """
    size = len(evidence.point)
    found = Levels(
        p_reachable=points.p_live * points.p_owner,
        p_live=points.p_live.copy(),
        mean=np.zeros(len(points.person)),
        variance=np.full(len(points.person), sigma**2),
        person_mean=np.zeros(persons),
        person_square=np.full(persons, sigma**2),
        tried=np.zeros(persons, dtype=np.bool_),
        tried_point=np.zeros(len(points.person), dtype=np.bool_),
        share=np.zeros(size),
        expected=np.zeros(size),
        spread=np.zeros(size),
    )
    cuts = _cuts(evidence.person)
    for begin, end in pairwise(cuts):
        _weigh_block(evidence, slice(begin, end), offset[begin:end], points, sigma * NODES, found)
    found.tried_point[evidence.point] = True
    untried = ~found.tried_point
    of = points.person[untried]
    found.mean[untried] = found.person_mean[of]
    found.variance[untried] = np.maximum(found.person_square[of] - found.person_mean[of] ** 2, 0)
    return found


def _cuts(person: NDArray[np.int64]) -> list[int]:
    """Return where blocks of whole persons begin and end."""
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    wanted = np.arange(0, len(person), _BLOCK)
    return [*np.unique(starts[np.searchsorted(starts, wanted, side="right") - 1]).tolist(), len(person)]


def _weigh_block(evidence: Evidence, rows: slice, offset: Floats, points: Points, level: Floats, found: Levels) -> None:
    point, part = evidence.point[rows], evidence.part[rows]
    odds = np.clip(offset[:, None] + level, -_FAR, _FAR)
    ratio = np.exp(odds)
    said = evidence.weight[rows, None] * (evidence.reached[rows, None] * odds - np.log1p(ratio))
    pieces = np.flatnonzero(np.diff(point * 3 + part, prepend=-1))
    new_point = np.diff(point[pieces], prepend=-1) != 0
    here = point[pieces][new_point]
    by_part = np.zeros((3, len(here), len(level)))
    place = np.cumsum(new_point) - 1
    by_part[part[pieces], place] = np.add.reduceat(said, pieces, axis=0)
    silences = np.zeros(len(here))
    is_quiet = part[pieces] == QUIET
    weight = evidence.weight[rows]
    many, death = (np.add.reduceat(said, pieces)[is_quiet] for said in (weight, weight * evidence.death[rows]))
    silences[place[is_quiet]] = death / (1 + _ALIKE * np.maximum(many - 1, 0))

    mine, other, dead = _states(by_part, silences, points, here)
    mixed = np.logaddexp(np.logaddexp(mine, other), dead)
    person = points.person[here]
    new_person = np.diff(person, prepend=-1) != 0
    log_level = _LOG_PRIOR + np.add.reduceat(by_part[SETTLED] + mixed, np.flatnonzero(new_person), axis=0)
    at_level = np.exp(log_level - _log_sum(log_level))
    whose = at_level[np.cumsum(new_person) - 1]
    joint = whose * np.exp(mine - mixed)

    reachable = joint.sum(axis=1)
    given = joint / np.maximum(reachable, _TINY)[:, None]
    found.p_reachable[here] = reachable
    found.p_live[here] = 1 - (whose * np.exp(dead - mixed)).sum(axis=1)
    found.mean[here] = (given * level).sum(axis=1)
    found.variance[here] = np.maximum((given * level**2).sum(axis=1) - found.mean[here] ** 2, 0)
    tried = person[new_person]
    found.tried[tried] = True
    found.person_mean[tried] = (at_level * level).sum(axis=1)
    found.person_square[tried] = (at_level * level**2).sum(axis=1)

    of = np.cumsum(np.diff(point, prepend=-1) != 0) - 1
    mass = np.where((part == SETTLED)[:, None], whose[of], joint[of])
    chance = ratio / (1 + ratio)
    found.share[rows] = mass.sum(axis=1)
    found.expected[rows] = (mass * chance).sum(axis=1)
    found.spread[rows] = (mass * chance * (1 - chance)).sum(axis=1)


def _states(
    by_part: Floats, silences: Floats, points: Points, here: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Return, for each point and level, the log-probability of each state and of its trials since the last reach.

    A stranger who has the number answers as often as anybody does, so silence speaks of life and death, by what kind of
    silence it is, and not of ownership, unless the person is known to answer elsewhere. Trials that trace has judged
    already, and those before the last sign of life, weigh the same in every state.
    """
    owner, live = (np.clip(p[here], _TINY, 1 - _TINY) for p in (points.p_owner, points.p_live))
    since = by_part[OPEN] + by_part[QUIET]
    mine = (np.log(owner * live))[:, None] + since
    other = np.log((1 - owner) * live)[:, None] + _log_sum(_LOG_PRIOR + since)
    dead = (np.log(1 - live) + silences)[:, None]
    dead = dead + _log_sum(_LOG_PRIOR + by_part[OPEN])
    return mine, other, dead


def _log_sum(terms: Floats) -> Floats:
    top = terms.max(axis=1, keepdims=True)
    result: Floats = top + np.log(np.exp(terms - top).sum(axis=1, keepdims=True))
    return result

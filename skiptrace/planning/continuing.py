"""What may follow each candidate, and what going on after it is worth.

A row of a sequence is worth ``left · value + gift``, where ``left`` is the chance that the rows before it did not
reach. As a function of ``left`` the worth of the best continuation is a maximum of straight lines, hence convex, so
it lies below its chords: known at a few points, it is bounded from above between them, and closely. That makes the
bound certain though ``left`` takes any value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.planning.roster import Bools, Floats, Ints
    from skiptrace.planning.sequences import Problem

__all__ = ["Ahead", "Order"]

_PARTS = 3


class Order:
    """Where the candidates that may follow each one stand, once for all prices.

    Candidates stand by owner and latest first, and again by approach and latest first: what may follow one is then what
    stands before a place, and the best of it a running maximum.
    """

    def __init__(self, problem: Problem) -> None:
        span = int(problem.ready.max(initial=0)) + 1
        later = span - 1 - problem.begin.astype(np.int64)
        after = span - 1 - problem.ready.astype(np.int64)
        # A third party is asked once: all approaches to one are one way, and it never follows itself.
        most = int(problem.approach.max(initial=0)) + int(problem.group.max(initial=0)) + 2
        way = np.where(problem.group >= 0, most - 1 - problem.group, problem.approach)
        ways, way = np.unique(problem.owner.astype(np.int64) * most + way, return_inverse=True)
        by_owner, by_way = problem.owner.astype(np.int64) * span, way.astype(np.int64) * span
        late = _ahead_of(by_owner + later, by_owner + after)
        if len(ways) == len(way):
            # Approaches of one candidate each never follow themselves.
            everyone = np.ones(len(way), dtype=np.bool_)
            self._others, self._again = [_standing(problem.owner, late, [(problem.later, everyone)])], None
            return
        # Two approaches differ if their numbers do in some bit: few running maxima, however many approaches.
        number = way - np.searchsorted(ways, np.arange(len(problem.left)) * most)[problem.owner]
        bits = [(number >> bit & 1) > 0 for bit in range(int(number.max(initial=0)).bit_length())]
        self._others = [
            _standing(problem.owner, late, [(problem.later & bit, ~bit), (problem.later & ~bit, bit)]) for bit in bits
        ]
        debtor, parts = problem.later & (problem.group < 0), [problem.part == part for part in range(_PARTS)]
        own = _ahead_of(by_way + later, by_way + after)
        self._again = _standing(way, own, [(debtor & ~part, part) for part in parts])

    def best_after(self, worth: Floats, worth_again: Floats) -> Floats:
        """Return by candidate the best worth among those that may follow it, at least 0.

        Parameters
        ----------
        worth, worth_again
            By candidate, not negative: of what it is worth to go on with it, and to do so on the same approach.
        """
        top = max(float(worth.max(initial=0)), float(worth_again.max(initial=0))) + 1
        found = np.zeros(len(worth))
        for others in self._others:
            others.best(worth, top, found)
        if self._again is not None:
            self._again.best(worth_again, top, found)
        return found


class _Standing(NamedTuple):
    """An order in which all that may follow a candidate stands before a place, and all others of its step after it.

    Attributes
    ----------
    order, high
        By place: which candidate stands there, and on what step; steps ascend.
    at, own
        By candidate: how many places are before its own, and the step that those stand on which may follow it.
    """

    order: Ints
    high: Floats
    at: Ints
    own: Floats

    def best(self, worth: Floats, top: float, found: Floats) -> None:
        """Raise what was found by candidate to the best worth (all below ``top``) among those that may follow it."""
        # Each step is higher than the one before by more than anything is worth, so that one maximum runs over all.
        running = np.full(len(self.order) + 1, -1.0)
        np.maximum.accumulate(worth.take(self.order) + self.high * top, out=running[1:])
        np.maximum(found, running.take(self.at) - self.own * top, out=found)


def _standing(step: Ints, late: tuple[Ints, Ints], sides: Sequence[tuple[Bools, Bools]]) -> _Standing:
    """Let the candidates of each side stand in an order of their own, one side after the other.

    Parameters
    ----------
    step
        By candidate: the number of the step on which those stand that may follow it.
    late
        The order of all, step by step, and by candidate how many stand before its place: :func:`_ahead_of`.
    sides
        Of each side: which candidates stand there, and which they may follow; nothing is followed by two sides.
    """
    order, before = late
    steps = int(step.max(initial=0)) + 1
    places, at, own = np.zeros(len(order) + 1, dtype=np.int32), np.zeros_like(before), step.astype(np.float64)
    orders, highs, base = [], [], 0
    for number, (members, asking) in enumerate(sides):
        here = members.take(order)
        np.cumsum(here, out=places[1:])
        at += asking * (base + places.take(before))
        own += asking * float(number * steps)
        orders.append(np.compress(here, order))
        highs.append(step.take(orders[-1]) + float(number * steps))
        base += len(orders[-1])
    return _Standing(np.concatenate(orders), np.concatenate(highs), at, own)


def _ahead_of(keys: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Return the order of keys, and how many of them are at most as large as each of ``after``."""
    order, at = np.argsort(keys, kind="stable"), np.empty(len(keys), dtype=np.int32)
    # Asked for in about their order, places are found in less time.
    at[order] = np.searchsorted(keys[order], after[order], side="right")
    return order.astype(np.int32), at


class Ahead:
    """What continuations are worth at most, at given prices.

    They are computed for some chances of having missed between each owner's least and 1, denser where the likeliest
    candidates lie: those are the ones chosen.
    """

    def __init__(self, problem: Problem, order: Order, reduced: Floats, points: int) -> None:
        deep = int(problem.left.max(initial=1))
        least = np.minimum.reduceat(problem.missed, problem.first_of[:-1].clip(max=max(len(problem) - 1, 0)))
        self._least = (least ** (deep - 1))[problem.owner]
        # Where nothing is ever reached for good, there is one point.
        self._last = 0 if float(self._least.min()) == 1 else points - 1
        self._levels: list[Floats] = []
        for _ in range(deep - 1):
            level = np.zeros((self._last + 1, len(problem)))
            for place, row in enumerate(level):
                left = self._point(place)
                on = reduced + self.after(left * problem.missed, len(self._levels))
                now = left * problem.value
                row[:] = order.best_after(np.maximum(now + on, 0), np.maximum(now * problem.again + on, 0))
            self._levels.append(level)

    def _point(self, place: int) -> Floats:
        found: Floats = self._least + (1 - self._least) * (place / max(self._last, 1)) ** 2
        return found

    def after(self, missed: Floats, rows: int | Ints) -> Floats:
        """Return by candidate what going on after it is worth at most, with so many further rows."""
        found = np.zeros(len(missed))
        levels = {number: level for number, level in enumerate(self._levels, start=1) if np.any(np.equal(rows, number))}
        if not levels:
            return found
        # Points lie at the squares of whole numbers.
        room = np.where(self._least < 1, 1 - self._least, 1)
        square = np.clip((missed - self._least) / room, 0, 1) * self._last**2
        low = np.minimum(np.sqrt(square).astype(np.int64), max(self._last - 1, 0))
        share = np.clip((square - low**2) / (2 * low + 1), 0, 1)
        # By point and candidate.
        at = low * len(missed) + np.arange(len(missed))
        above = at + len(missed) * (self._last > 0)
        for number, level in levels.items():
            on = level.take(at) * (1 - share) + level.take(above) * share
            found = np.where(np.equal(rows, number), on, found)
        return found

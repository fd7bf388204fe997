"""What each account would best be given at given prices of slots: one attempt after the other, each worth less."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skiptrace.planning.columns import among_best, greatest
from skiptrace.planning.continuing import Ahead, Order
from skiptrace.planning.cores import each
from skiptrace.timing import lots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.planning.roster import Bools, Floats, Ints

__all__ = [
    "AHEAD",
    "AN_APPROACH",
    "BLUR",
    "COARSE",
    "FEW",
    "FINE",
    "FINEST",
    "Chooser",
    "Problem",
    "Sequences",
    "after_rows",
    "whims",
]

AHEAD = 3
"""Rows that are chosen together: what may follow after that hardly tells which comes first, and each costs a pass."""
COARSE, FINE, FINEST = 4, 8, 24
"""Points at which continuations are computed: to find prices, to prove a bound (about a ten-thousandth, if accounts
differ), and to do so where that takes little time."""
FEW = 500_000
"""Candidates that are always all looked at, whatever they cost."""
AN_APPROACH, _AN_OWNER, _NEARLY = 16, 24, 0.1
"""Of more candidates, when prices are nearly known, those of an approach or an owner that are looked at,
and the share of its price that a candidate may be worth less for an owner to be looked at."""
BLUR = 0.1
"""Share of its price by which a candidate may seem dearer or cheaper when few are kept: prices are only nearly known,
so owners who are alike may not all lose the same."""
_CHUNK = 100_000
"""Candidates looked at together: few enough for the processor's cache."""
_SLACK = 1e-9
"""Added to each account's bound: more than rounding can take from it."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Candidates to choose from. Arrays of one length, by owner, approach and time; nothing of them is written to.

    Attributes
    ----------
    owner
        Who would be given the candidate; dense numbers, ascending.
    approach, slot, part, group
        Numbers of the approach, the slot, the daypart and the third party (-1: the debtor).
    begin, ready
        When it begins, and when the owner's next row may begin.
    value
        Expected contacts if nothing went before.
    gift
        What it is worth whatever went before.
    missed
        Chance that it does not reach the debtor.
    again
        What stays of ``value`` if the same approach went before.
    first, later
        Whether it may be the owner's first row, and a later one.
    left
        By owner: rows it may still be given.
    """

    owner: Ints
    approach: Ints
    slot: Ints
    part: Ints
    group: Ints
    begin: Ints
    ready: Ints
    value: Floats
    gift: Floats
    missed: Floats
    again: Floats
    first: Bools
    later: Bools
    left: Ints

    def __len__(self) -> int:
        """Return how many candidates there are."""
        return len(self.owner)

    def among(self, owners: Bools, open_: Bools | None = None) -> tuple[Problem, Ints]:
        """Return the problem of some owners, numbered anew, and some candidates, and the positions of what stays."""
        kept = np.flatnonzero(owners[self.owner] if open_ is None else owners[self.owner] & open_)
        number = np.cumsum(owners) - 1
        columns = {field.name: getattr(self, field.name).take(kept) for field in fields(self) if field.name != "left"}
        return replace(self, **{**columns, "owner": number[self.owner[kept]], "left": self.left[owners]}), kept

    def with_rows(self, most: int) -> Problem:
        """Return the problem in which nobody is given more rows than so many."""
        if int(self.left.max(initial=0)) <= most:
            return self
        return replace(self, left=np.minimum(self.left, most))

    @cached_property
    def chooser(self) -> Chooser:
        """Chooses for all owners; made once, as it sorts all candidates."""
        return Chooser(self)

    @cached_property
    def whims(self) -> Floats:
        """By candidate: between -1 and 1, by lot, the same for an approach at a time in any problem."""
        return whims(self.approach, self.begin)

    def narrowed(self, prices: Floats) -> tuple[Problem, Ints]:
        """Return the problem of the candidates that are likely to be chosen at about these prices, and their positions.

        Of each approach those that gain most (of each owner, if approaches have one candidate each), and of owners only
        whoever gains by any or nearly so. Of few candidates all stay.
        """
        every = np.ones(len(self.left), dtype=np.bool_)
        if len(self) < FEW:
            return self, np.arange(len(self))
        costs = prices[self.slot]
        gain = self.value + self.gift - costs
        tempted = np.bincount(self.owner[gain > -_NEARLY * costs], minlength=len(every)) > 0
        alone = bool((self.approach[1:] != self.approach[:-1]).all())
        gain -= BLUR * self.whims * costs
        kept = among_best(self.owner, gain, _AN_OWNER) if alone else among_best(self.approach, gain, AN_APPROACH)
        return self.among(every, kept & tempted[self.owner])

    @cached_property
    def first_of(self) -> Ints:
        """By owner: position of its first candidate, and at the end how many there are."""
        found: Ints = np.searchsorted(self.owner, np.arange(len(self.left) + 1))
        return found


class Sequences(NamedTuple):
    """A sequence for each owner.

    Attributes
    ----------
    rows
        Owner × row: position of the candidate, -1 for none; earlier rows first.
    value
        By owner: what the rows are worth together.
    gain
        The same less the prices of their slots.
    """

    rows: Ints
    value: Floats
    gain: Floats


class Chooser:
    """Chooses for all owners of a problem, at any prices.

    Parameters
    ----------
    problem
        What there is to choose from.
    """

    def __init__(self, problem: Problem) -> None:
        # Not the problem itself, which keeps its chooser: in a circle they would stay in memory long after their use.
        self._owners = len(problem.left)
        self._rows = int(problem.left.max(initial=1))
        self._parts = each(lambda one: (*one, Order(one[0]) if self._rows > 1 else None), _split(problem))

    def __call__(
        self, prices: Floats, points: int = COARSE, whim: float = 0.0, tastes: Floats | None = None
    ) -> tuple[Floats, Sequences]:
        """Return what each owner's sequences are worth at most, less prices, and sequences that come close to it.

        Parameters
        ----------
        prices
            By slot, not negative; infinite for a slot that is closed.
        points
            Chances of having missed at which continuations are computed: the bound's error falls with their square.
        whim
            Share of its price by which a candidate may seem dearer or cheaper: what is told then holds for such prices.
        tastes
            By owner: share of its value by which a candidate may seem better or worse; null = none does. Bound and gain
            are then of what it seems, value of what it is.
        """
        owners = self._owners
        bound, value, gain = np.zeros((3, owners))
        rows = np.full((owners, self._rows), -1, dtype=np.int64)

        def choose(one: tuple[Problem, int, int, Order | None]) -> tuple[Floats, Sequences]:
            part, _, first, order = one
            reduced = part.gift - prices[part.slot] * (1 + whim * part.whims if whim else 1)
            if tastes is not None:
                reduced += tastes[first + part.owner] * part.whims * part.value
            return _choose(part, order, reduced, points)

        made = each(choose, self._parts)
        at = 0
        for (part, first, _, _), (most, found) in zip(self._parts, made, strict=True):
            mine = slice(at, at := at + len(part.left))
            bound[mine] = most
            rows[mine, : found.rows.shape[1]] = np.where(found.rows >= 0, found.rows + first, -1)
            value[mine], gain[mine] = found.value, found.gain
        return bound, Sequences(rows, value, gain)


def whims(approach: Ints, begin: Ints) -> Floats:
    """Return by candidate a number between -1 and 1, by lot: the same for an approach at a time wherever it is met."""
    found: Floats = lots(approach.astype(np.int64) * 1_000_003 + begin, 0) / 2.0**63 - 1
    return found


def _split(problem: Problem) -> Iterator[tuple[Problem, int, int]]:
    """Cut a problem into parts of whole owners, each with the position of its first candidate and its first owner."""
    first_of, owner = problem.first_of, 0
    while owner < len(problem.left):
        until = max(int(np.searchsorted(first_of, first_of[owner] + _CHUNK, side="right")) - 1, owner + 1)
        here = slice(first_of[owner], first_of[until])
        columns = {field.name: getattr(problem, field.name)[here] for field in fields(problem) if field.name != "left"}
        columns["owner"] = columns["owner"] - owner
        yield Problem(**columns, left=problem.left[owner:until]), int(first_of[owner]), owner
        owner = until


def _choose(problem: Problem, order: Order | None, reduced: Floats, points: int) -> tuple[Floats, Sequences]:
    """Choose for some owners; ``reduced`` is what candidates are worth whatever went before, less their prices."""
    owners, deep = len(problem.left), int(problem.left.max(initial=1))
    ahead = None if order is None or deep == 1 or not len(problem) else Ahead(problem, order, reduced, points)
    left = problem.left[problem.owner]
    rows = np.full((owners, deep), -1, dtype=np.int64)
    value, gain, bound = np.zeros((3, owners))
    missed = np.ones(owners)
    for row in range(deep):
        share, may = after_rows(problem, rows[:, :row])
        missing = missed.take(problem.owner)
        now = missing * share * problem.value
        on = 0.0 if ahead is None else ahead.after(missing * problem.missed, left - row - 1)
        worth = np.where(may & (left > row), now + reduced + on, -np.inf)
        chosen, most = greatest(worth, problem.first_of)
        if row == 0:
            bound = np.maximum(most, 0) + _SLACK
        on_with = np.flatnonzero(most > 0)
        picked = chosen[on_with]
        rows[on_with, row] = picked
        value[on_with] += now[picked] + problem.gift[picked]
        gain[on_with] += now[picked] + reduced[picked]
        missed[on_with] *= problem.missed[picked]
    return bound, Sequences(rows, value, gain)


def after_rows(problem: Problem, rows: Ints) -> tuple[Floats, Bools]:
    """Return by candidate what stays of its value after its owner's rows, and whether it may follow them."""
    share = np.ones(len(problem))
    if not rows.shape[1]:
        return share, problem.first
    may = problem.later & (rows[problem.owner, -1] >= 0)
    for row in rows.T:
        before = row[problem.owner]
        same = (problem.approach == problem.approach[before]) & may
        may = (
            may
            & (problem.begin >= problem.ready[before])
            & (problem.slot != problem.slot[before])
            & ~(same & (problem.part == problem.part[before]))
        )
        may &= (problem.group < 0) | (problem.group != problem.group[before])
        share = np.where(same, problem.again, share)
    return share, may

"""Who gets which slots: sequences chosen at prices, made to fit, and never worth less than going best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skiptrace.planning.assignment import assign, in_order_of_preference
from skiptrace.planning.combining import combined
from skiptrace.planning.prices import asked, find_prices
from skiptrace.planning.sequences import Sequences, after_rows

if TYPE_CHECKING:
    from skiptrace.planning.roster import Bools, Floats, Ints
    from skiptrace.planning.sequences import Problem

__all__ = ["Allocation", "allocate", "best_first", "fit"]

_SHARES = (1.0, 0.5, 0.0)
"""Of the prices, asked for one after the other: room that nobody wants at its price is given away in the end."""

_NEAR = 1e-3
"""An allocation that comes this near to the bound is hardly exceeded by going best first."""


class Allocation(NamedTuple):
    """Sequences that fit together.

    Attributes
    ----------
    rows
        Owner × row: position of the candidate in the problem, -1 for none; earlier rows first.
    value
        By owner.
    """

    rows: Ints
    value: Floats


def allocate(problem: Problem, room: Ints, tie: Ints, prices: Floats | None = None) -> tuple[Allocation, Floats]:
    """Return the better of an allocation by prices and one that goes best first, improved, and the prices.

    Parameters
    ----------
    problem
        Who wants what.
    room
        By slot, not negative.
    tie
        By owner, a permutation: the lower goes first among equals.
    prices
        By slot, if they are known.
    """
    prices = find_prices(problem, room, tie) if prices is None else prices
    laid = fit(problem, room, tie, prices)
    most, liked = problem.chooser(prices)
    if laid.value.sum() < (prices @ room + most.sum()) * (1 - _NEAR):
        laid = max(laid, best_first(problem, room, tie), key=lambda made: float(made.value.sum()))
    return combined(problem, room, tie, prices, liked, laid), prices


def fit(problem: Problem, room: Ints, tie: Ints, prices: Floats) -> Allocation:
    """Let owners choose at prices; from full slots those go whom another choice costs least, and they choose again."""
    room = room.copy()
    made = _none(problem)
    for share in _SHARES:
        waiting = made.rows[:, 0] < 0
        while waiting.any():
            who = np.flatnonzero(waiting)
            # In the beginning everybody waits, and has been sorted already.
            part, at = problem.among(waiting, room > 0) if made.rows.max() >= 0 else (problem, np.arange(len(problem)))
            if not len(part):
                break
            costs = np.where(room > 0, prices * share, np.inf)
            found = part.chooser(costs)[1]
            kept = _kept(part, found, costs, room, tie[who])
            waiting[who[kept | (found.rows[:, 0] < 0)]] = False
            if not kept.any():
                break
            rows = found.rows[kept]
            made.rows[who[kept], : rows.shape[1]] = np.where(rows >= 0, at[rows], -1)
            made.value[who[kept]] = found.value[kept]
            room -= np.bincount(part.slot[rows[rows >= 0]], minlength=len(room))
    return made


def _kept(problem: Problem, found: Sequences, costs: Floats, room: Ints, tie: Ints) -> Bools:
    """Return by owner whether all rows of their sequence fit; whoever loses most by another choice goes first."""
    taken = found.rows >= 0
    slots = np.where(taken, problem.slot[found.rows], -1)
    over = asked(problem, found, len(room)) > room
    contested: Bools = np.logical_or.reduce(taken & over[slots], axis=1)
    kept: Bools = taken[:, 0] & ~contested
    if not contested.any():
        return kept
    rival = problem.among(contested, ~over)[0].chooser(costs)[1]
    free = room - np.bincount(slots[kept][taken[kept]], minlength=len(room))
    who = np.flatnonzero(contested)
    who = who[np.lexsort((tie[who], rival.gain - found.gain[who]))]
    owner, row = np.nonzero(taken[who])
    slot = slots[who[owner], row]
    order = np.argsort(slot, kind="stable")
    first = np.searchsorted(slot[order], slot[order])
    late = np.arange(len(order)) - first >= free[slot[order]]
    # The first of all is always kept, as it goes first in each of its slots.
    kept[np.delete(who, owner[order[late]])] = True
    return kept


def best_first(problem: Problem, room: Ints, tie: Ints) -> Allocation:
    """Give everybody a first row, then a second and so on, what is worth most first."""
    room = room.copy()
    made = _none(problem)
    missed = np.ones(len(problem.left))
    for row in range(made.rows.shape[1]):
        share, may = after_rows(problem, made.rows[:, :row])
        worth = missed[problem.owner] * share * problem.value + problem.gift
        which = np.flatnonzero(may & (problem.left[problem.owner] > row) & (worth > 0))
        which = which[in_order_of_preference(problem.owner[which], worth[which].astype(np.float32))]
        chosen = which[assign(problem.owner[which], problem.slot[which], worth[which].astype(np.float32), tie, room)]
        if not len(chosen):
            break
        owner = problem.owner[chosen]
        made.rows[owner, row] = chosen
        made.value[owner] += worth[chosen]
        missed[owner] *= problem.missed[chosen]
        room -= np.bincount(problem.slot[chosen], minlength=len(room))
    return made


def _none(problem: Problem) -> Allocation:
    owners = len(problem.left)
    return Allocation(np.full((owners, int(problem.left.max(initial=1))), -1, dtype=np.int64), np.zeros(owners))

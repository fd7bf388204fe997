"""Who gets which slots: sequences chosen at prices, made to fit, and never worth less than going best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skiptrace.planning.assignment import assign, in_order_of_preference
from skiptrace.planning.combining import combined
from skiptrace.planning.prices import WHIM, asked
from skiptrace.planning.sequences import Sequences, after_rows

if TYPE_CHECKING:
    from skiptrace.planning.roster import Bools, Floats, Ints
    from skiptrace.planning.sequences import Problem

__all__ = ["Allocation", "allocate", "best_first", "fit"]

_SHARES = (1.05, 1.02, 1.0, 0.97, 0.94, 0.9, 0.8, 0.7, 0.5, 0.3, 0.0)
"""Of the prices, asked for one after the other. They are only nearly known, and were they too low, whoever finds all
slots of a kind taken would lose much; room that nobody wants at its price becomes cheaper, and is given away in the
end."""
_MORE = 1e-9
"""What has to be gained by giving back what one has."""

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


def allocate(problem: Problem, room: Ints, tie: Ints, prices: Floats) -> Allocation:
    """Return the better of an allocation by prices and one that goes best first, improved.

    Parameters
    ----------
    problem
        Who wants what.
    room
        By slot, not negative.
    tie
        By owner, a permutation: the lower goes first among equals.
    prices
        By slot: :func:`skiptrace.planning.prices.find_prices`.
    """
    part, at = problem.narrowed(prices)
    laid = fit(part, room, tie, prices)
    laid = laid._replace(rows=np.where(laid.rows >= 0, at[laid.rows], -1))
    most, liked = problem.chooser(prices)
    if laid.value.sum() < (prices @ room + most.sum()) * (1 - _NEAR):
        laid = max(laid, best_first(problem, room, tie), key=lambda made: float(made.value.sum()))
    return combined(problem, room, tie, prices, liked, laid)


def fit(problem: Problem, room: Ints, tie: Ints, prices: Floats) -> Allocation:
    """Let owners choose at prices; from full slots those go whom another choice costs least, and they choose again.

    To each owner prices are a little off, or all to whom two slots are alike would ask for the same one. What nobody
    wants then becomes cheaper step by step, for all owners: whoever gets more out of it than they have may give that
    back, and others choose from what was given back.
    """
    room = room.copy()
    made = _none(problem)
    held = np.zeros(len(problem), dtype=np.bool_)
    for share in _SHARES:
        waiting = np.ones(len(made.value), dtype=np.bool_)
        if share < 1:
            cheaper = (room > 0) & (prices > 0)
            waiting = np.bincount(problem.owner[cheaper[problem.slot]], minlength=len(waiting)) > 0
        while waiting.any():
            who = np.flatnonzero(waiting)
            # In the beginning all wait for all there is, and have been sorted already.
            fresh = waiting.all() and not held.any()
            part, at = (
                (problem, np.arange(len(problem))) if fresh else problem.among(waiting, (room > 0)[problem.slot] | held)
            )
            if not len(part):
                break
            costs = np.where(room > 0, prices * share, np.inf if fresh else prices)
            found = part.chooser(costs, whim=WHIM)[1]
            rows = np.full((len(who), made.rows.shape[1]), -1, dtype=np.int64)
            rows[:, : found.rows.shape[1]] = np.where(found.rows >= 0, at[found.rows], -1)
            better = found.value > made.value[who] + _MORE
            news = (found.rows >= 0) & ~held[at[found.rows]] & better[:, None]
            asking = found._replace(rows=np.where(news, found.rows, -1))
            kept = _kept(part, asking, costs, room, tie[who])
            waiting[who[kept | ~np.logical_or.reduce(news, axis=1)]] = False
            if not kept.any():
                break
            before, after = made.rows[who[kept]], rows[kept]
            before, after = before[before >= 0], after[after >= 0]
            held[before], held[after] = False, True
            room += np.bincount(problem.slot[before], minlength=len(room))
            room -= np.bincount(problem.slot[after], minlength=len(room))
            made.rows[who[kept]], made.value[who[kept]] = rows[kept], found.value[kept]
    return made


def _kept(problem: Problem, found: Sequences, costs: Floats, room: Ints, tie: Ints) -> Bools:
    """Return by owner whether all rows of their sequence fit; whoever loses most by another choice goes first."""
    taken = found.rows >= 0
    slots = np.where(taken, problem.slot[found.rows], -1)
    over = asked(problem, found, len(room)) > room
    contested: Bools = np.logical_or.reduce(taken & over[slots], axis=1)
    kept: Bools = np.logical_or.reduce(taken, axis=1) & ~contested
    if not contested.any():
        return kept
    rival = problem.among(contested, ~over[problem.slot])[0].chooser(costs, whim=WHIM)[1]
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

"""Prices of slots at which what everybody wants about fits.

Lagrangian duality: for any prices that are not negative, the prices of all room plus what each owner's best sequence is
worth less the prices of its slots is at least what any plan is worth. The prices sought make this least.

For a sample they are found by column generation: a linear program (HiGHS) over the sequences met so far tells prices,
and owners what they would choose at them, which are further sequences. Prices are drawn half-way to the best known, or
they would leap about (in-out separation: Ben-Ameur and Neto, 2007). For everybody a few steps of a quasi-Newton method
with bounds (L-BFGS-B: Byrd, Lu, Nocedal and Zhu, 1995) remain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog, minimize

from skiptrace.planning.columns import Columns, columns_of

if TYPE_CHECKING:
    from skiptrace.planning.roster import Floats, Ints
    from skiptrace.planning.sequences import Problem, Sequences

__all__ = ["WHIM", "asked", "find_prices"]

_WHOLE, _SAMPLE, _A_SLOT = 6_000, 3_000, 8
"""Owners of whom no sample is taken, and of a sample at most, and for each slot: enough to tell which are dear, few
enough for a linear program."""
_PROGRAMS, _COLUMNS, _MORE, _TOLD, _ROUGHLY = 20, 3, 20_000, 2e-4, 3e-3
"""Linear programs, columns kept of each owner, how many more of both there may be for one owner (for several owners as
many times less: their programs take longer), and how near the programs have to come to the bound, and to that of a
sample."""
_ROUNDS, _NEAR = 20, 1e-6
"""Of the descent, at most, and the share of the bound that a round has to gain."""
WHIM = 0.003
"""Share of the price by which a slot may seem dearer or cheaper to one owner than to others. To most the two half-hours
of an hour are alike: were prices the same for all, the least change would send everybody from one to the other."""
_STILL = 0.1
"""Of how near they have to come: a program that brings neither side by as much as that nearer is the last."""
_TASTES = 1e-3, 1.0
"""Shares of its value by which a slot may seem better or worse when further columns are chosen, each owner by another:
where owners are alike, all would have one column at a time."""


def asked(problem: Problem, found: Sequences, slots: int) -> Ints:
    """Return by slot how many rows of the sequences lie in it."""
    rows = found.rows[found.rows >= 0]
    return np.bincount(problem.slot[rows], minlength=slots)


def find_prices(problem: Problem, room: Ints | Floats, tie: Ints, near: Floats | None = None) -> Floats:
    """Return prices, by slot, that make the bound about as small as it can be.

    Parameters
    ----------
    problem
        Who wants what.
    room
        By slot, not negative.
    tie
        By owner, a permutation: the sample is of those with the lowest numbers.
    near
        Prices of a problem much like this one: with many owners, they spare the programs.
    """
    owners, room = len(problem.left), room.astype(np.float64)
    sample = min(_SAMPLE, _A_SLOT * int(np.count_nonzero(np.bincount(problem.slot))))
    if near is not None and near.any() and owners > sample:
        return _descend(problem.narrowed(near)[0], room, near)
    sampled = owners > _WHOLE
    part = problem.among(tie < sample)[0] if sampled else problem
    share = len(part.left) / max(owners, 1)
    # A sample in which far too many want a slot spares a look at everybody.
    if _fits(part, 10 + 2 * room * share) and _fits(problem, room):
        return np.zeros(len(room))
    prices = _generate(part, room * share, _ROUGHLY if sampled else _TOLD, near)
    return _descend(problem.narrowed(prices)[0], room, prices) if sampled else prices


def _fits(problem: Problem, room: Floats) -> bool:
    """Tell whether everybody can have what they like best."""
    return bool((asked(problem, problem.chooser(np.zeros(len(room)))[1], len(room)) <= room).all())


def _generate(problem: Problem, room: Floats, told: float, near: Floats | None = None) -> Floats:
    owners, slots = len(problem.left), len(room)
    limits = np.concatenate([np.ones(owners), room])
    prices = np.zeros(slots) if near is None else near
    least, most_met, best = np.inf, 0.0, prices
    met = Columns(
        np.zeros(0, dtype=np.int64), np.zeros((0, int(problem.left.max(initial=1))), dtype=np.int64), np.zeros(0)
    )
    tastes = np.geomspace(*_TASTES, owners)
    for number in range(min(_PROGRAMS + _MORE // owners, 5 * _PROGRAMS)):
        most, found = problem.chooser(prices)
        other = problem.chooser(prices, tastes=np.random.default_rng(number).permutation(tastes))[1]
        bound = float(prices @ room + most.sum())
        fell = least - bound
        if bound < least:
            least, best = bound, prices
        met = columns_of(
            np.concatenate([met.owner, np.arange(owners), np.arange(owners)]),
            np.concatenate([met.rows, found.rows, other.rows]),
            np.concatenate([met.value, found.value, other.value]),
        )
        # An interior point's prices lie in the middle of all that would do, and so change less from program to program.
        solved = linprog(-met.value, A_ub=met.matrix(problem, owners, slots), b_ub=limits, method="highs-ipm")
        if solved.status:
            break
        rose, most_met = -solved.fun - most_met, -solved.fun
        if least - most_met < told * least or max(fell, rose) < _STILL * told * least:
            break
        dual = np.maximum(-solved.ineqlin.marginals[owners:], 0)
        met = met.likeliest(problem, dual, _COLUMNS + _MORE // owners)
        prices = (dual + best) / 2
    return best


def _descend(problem: Problem, room: Floats, start: Floats) -> Floats:
    least, best = np.inf, start

    def bound(prices: Floats) -> tuple[float, Floats]:
        nonlocal least, best
        most, found = problem.chooser(prices, whim=WHIM)
        value = float(prices @ room + most.sum())
        if value < least:
            least, best = value, prices.copy()
        rows = found.rows[found.rows >= 0]
        paid = np.bincount(problem.slot[rows], 1 + WHIM * problem.whims[rows], minlength=len(room))
        return value, room - paid

    limits = {"maxiter": _ROUNDS, "maxfun": _ROUNDS, "ftol": _NEAR, "gtol": 1e-6}
    minimize(bound, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start), options=limits)
    return best

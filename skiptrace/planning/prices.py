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

__all__ = ["asked", "find_prices"]

_SAMPLE = 3_000
"""Owners of the sample: enough to tell which slots are dear, few enough for a linear program."""
_PROGRAMS, _COLUMNS, _MORE, _TOLD = 20, 3, 20_000, 2e-4
"""Linear programs, columns kept of each owner, how many more of both there may be for one owner (for several owners as
many times less: their programs take longer), and how near the programs have to come to the bound."""
_ROUNDS, _NEAR = 12, 3e-5
"""Of the descent, at most, and the share of the bound that a round has to gain: less than fitting loses."""


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
    if near is not None and near.any() and owners > _SAMPLE:
        return _descend(problem, room, near)
    sampled = owners > 2 * _SAMPLE
    part = problem.among(tie < _SAMPLE)[0] if sampled else problem
    share = len(part.left) / max(owners, 1)
    # A sample in which far too many want a slot spares a look at everybody.
    if _fits(part, 10 + 2 * room * share) and _fits(problem, room):
        return np.zeros(len(room))
    prices = _generate(part, room * share)
    return _descend(problem, room, prices) if sampled else prices


def _fits(problem: Problem, room: Floats) -> bool:
    """Tell whether everybody can have what they like best."""
    return bool((asked(problem, problem.chooser(np.zeros(len(room)))[1], len(room)) <= room).all())


def _generate(problem: Problem, room: Floats) -> Floats:
    owners, slots = len(problem.left), len(room)
    limits = np.concatenate([np.ones(owners), room])
    prices = np.zeros(slots)
    least, best = np.inf, prices
    met = Columns(
        np.zeros(0, dtype=np.int64), np.zeros((0, int(problem.left.max(initial=1))), dtype=np.int64), np.zeros(0)
    )
    for _ in range(min(_PROGRAMS + _MORE // owners, 5 * _PROGRAMS)):
        most, found = problem.chooser(prices)
        bound = float(prices @ room + most.sum())
        if bound < least:
            least, best = bound, prices
        met = columns_of(
            np.concatenate([met.owner, np.arange(owners)]),
            np.concatenate([met.rows, found.rows]),
            np.concatenate([met.value, found.value]),
        )
        # An interior point's prices lie in the middle of all that would do, and so change less from program to program.
        solved = linprog(-met.value, A_ub=met.matrix(problem, owners, slots), b_ub=limits, method="highs-ipm")
        if solved.status or least + solved.fun < _TOLD * least:
            break
        told = np.maximum(-solved.ineqlin.marginals[owners:], 0)
        met = met.likeliest(problem, told, _COLUMNS + _MORE // owners)
        prices = (told + best) / 2
    return best


def _descend(problem: Problem, room: Floats, start: Floats) -> Floats:
    least, best = np.inf, start

    def bound(prices: Floats) -> tuple[float, Floats]:
        nonlocal least, best
        most, found = problem.chooser(prices)
        value = float(prices @ room + most.sum())
        if value < least:
            least, best = value, prices.copy()
        return value, room - asked(problem, found, len(room))

    limits = {"maxiter": _ROUNDS, "maxfun": _ROUNDS, "ftol": _NEAR, "gtol": 1e-6}
    minimize(bound, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start), options=limits)
    return best

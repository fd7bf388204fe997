"""Prices of slots at which what everybody wants about fits.

Lagrangian duality: for any prices that are not negative, the prices of all room plus what each owner's best sequence is
worth less the prices of its slots is at least what any plan is worth. The prices sought make this least. It is convex,
and with many owners nearly smooth, so that a quasi-Newton method with bounds (L-BFGS-B: Byrd, Lu, Nocedal and Zhu,
1995) comes close in some dozens of rounds; most of them are made on a sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from skiptrace.planning.sequences import Chooser

if TYPE_CHECKING:
    from skiptrace.planning.roster import Floats, Ints
    from skiptrace.planning.sequences import Problem, Sequences

__all__ = ["asked", "find_prices"]

_SAMPLE = 3_000
"""Owners of the smallest sample: enough to tell which slots are dear."""
_GROWTH = 4
_FEW = 1_000
_ROUNDS, _LATER_ROUNDS, _LAST_ROUNDS = 150, 25, 12
"""At most, on the smallest sample, on larger ones, and on everybody: what costs most is done least often."""


def asked(problem: Problem, found: Sequences, slots: int) -> Ints:
    """Return by slot how many rows of the sequences lie in it."""
    rows = found.rows[found.rows >= 0]
    return np.bincount(problem.slot[rows], minlength=slots)


def find_prices(problem: Problem, room: Ints, tie: Ints, start: Floats | None = None) -> Floats:
    """Return prices, by slot, that make the bound least, as far as some dozens of rounds come.

    Parameters
    ----------
    problem
        Who wants what.
    room
        By slot, not negative.
    tie
        By owner, a permutation: samples are those with the lowest numbers.
    start
        Prices to begin with.
    """
    owners = len(problem.left)
    whole = Chooser(problem)
    prices = np.zeros(len(room)) if start is None else start
    if start is None and (asked(problem, whole(prices)[1], len(room)) <= room).all():
        return prices
    sizes = [owners]
    while sizes[-1] > _SAMPLE * _GROWTH:
        sizes.append(sizes[-1] // _GROWTH)
    for size in reversed(sizes):
        rounds = _ROUNDS if size == sizes[-1] and start is None else _LATER_ROUNDS
        if size == owners:
            return _descend(whole, room.astype(np.float64), prices, _LAST_ROUNDS if len(sizes) > 1 else rounds)
        part, _ = problem.among(tie < size)
        prices = _descend(Chooser(part), room * np.float64(size / owners), prices, rounds)
    return prices


def _descend(chooser: Chooser, room: Floats, start: Floats, rounds: int) -> Floats:
    least, best = np.inf, start

    def bound(prices: Floats) -> tuple[float, Floats]:
        nonlocal least, best
        most, found = chooser(prices)
        value = float(prices @ room + most.sum())
        if value < least:
            least, best = value, prices.copy()
        return value, room - asked(chooser.problem, found, len(room))

    # A hundred-thousandth of the bound is less than fitting loses; few owners are cheap to be exact with.
    near = 1e-10 if len(chooser.problem.left) <= _FEW else 5e-6
    limits = {"maxiter": rounds, "maxfun": rounds, "ftol": near, "gtol": 1e-6}
    minimize(bound, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start), options=limits)
    return best

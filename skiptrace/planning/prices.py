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

if TYPE_CHECKING:
    from skiptrace.planning.roster import Floats, Ints
    from skiptrace.planning.sequences import Chooser, Problem, Sequences

__all__ = ["asked", "find_prices"]

_SAMPLE = 3_000
"""Owners of the smallest sample: enough to tell which slots are dear."""
_GROWTH = 6
_FEW = 1_000
_ROUNDS, _LATER_ROUNDS, _LAST_ROUNDS = 100, 25, 12
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
    prices = np.zeros(len(room)) if start is None else start
    sizes = [_SAMPLE]
    while sizes[-1] * _GROWTH < owners:
        sizes.append(sizes[-1] * _GROWTH)
    samples = [problem.among(tie < size)[0] for size in sizes if size * 2 <= owners]
    # A sample in which far too many want a slot spares a look at everybody.
    likely = all(_fits(part, 10 + 2 * room * len(part.left) / owners) for part in samples[:1])
    if start is None and likely and _fits(problem, room):
        return prices
    for place, part in enumerate([*samples, problem]):
        rounds = _ROUNDS if place == 0 and start is None else _LATER_ROUNDS
        last = _LAST_ROUNDS if samples and part is problem else rounds
        prices = _descend(part.chooser, room * np.float64(len(part.left) / owners), prices, last)
    return prices


def _fits(problem: Problem, room: Ints | Floats) -> bool:
    """Tell whether everybody can have what they like best."""
    return bool((asked(problem, problem.chooser(np.zeros(len(room)))[1], len(room)) <= room).all())


def _descend(chooser: Chooser, room: Floats, start: Floats, rounds: int) -> Floats:
    least, best = np.inf, start

    def bound(prices: Floats) -> tuple[float, Floats]:
        nonlocal least, best
        most, found = chooser(prices)
        value = float(prices @ room + most.sum())
        if value < least:
            least, best = value, prices.copy()
        return value, room - asked(chooser.problem, found, len(room))

    # A few hundred-thousandths of the bound are less than fitting loses; few owners are cheap to be exact with.
    near = 1e-7 if len(chooser.problem.left) <= _FEW else 3e-5
    limits = {"maxiter": rounds, "maxfun": rounds, "ftol": near, "gtol": 1e-6}
    minimize(bound, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start), options=limits)
    return best

"""Make an allocation better: of several sequences for each owner, those that go together best.

At prices that are a little off, owners to whom the choice matters least choose something else. Most choose the same
whatever happens; which of the others' sequences fit together best is a whole-number program, small enough for HiGHS.
It is the restricted master problem of Dantzig and Wolfe's decomposition (1960) on those sequences.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from skiptrace.planning.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.planning.allocation import Allocation
    from skiptrace.planning.columns import Columns
    from skiptrace.planning.roster import Bools, Floats, Ints
    from skiptrace.planning.sequences import Problem, Sequences

__all__ = ["combined"]

_TIMES = 12
"""Choices looked at besides the one at the prices: further ones add hardly anything."""
_WORK = 3_000_000
"""Candidates looked at for that, all times together: with many owners little is lost by choosing one by one."""
_OWNERS = 5_000
"""Owners, at most: with more it is the same."""
_COLUMNS = 6_000
"""Sequences to choose from, at most."""
_NEAR, _NODES = 1e-4, 20
"""Share of the whole by which the program's solution may be short, and nodes of its search: a second at most."""


def combined(problem: Problem, room: Ints, tie: Ints, prices: Floats, liked: Sequences, laid: Allocation) -> Allocation:
    """Return an allocation that is worth at least as much.

    Parameters
    ----------
    problem
        Who wants what.
    room
        By slot, not negative.
    tie
        By owner, a permutation: decides how far off prices are.
    prices
        By slot.
    liked
        What owners choose at them.
    laid
        An allocation that fits.
    """
    times = min(_TIMES, _WORK // max(len(problem), 1))
    if not times or len(laid.value) > _OWNERS or not prices.any():
        return laid
    rows = np.full((times + 1, *laid.rows.shape), -1, dtype=np.int64)
    value = np.zeros((times + 1, len(laid.value)))
    rows[0], value[0] = laid
    nearby = _nearby(prices, int((laid.rows >= 0).sum()), tie, times - 1)
    for time, found in enumerate(chain([liked], (problem.chooser(off)[1] for off in nearby)), start=1):
        rows[time, :, : found.rows.shape[1]], value[time] = found.rows, found.value
    torn: Bools = np.logical_or.reduce(rows != rows[0], axis=(0, 2))
    who = np.flatnonzero(torn)
    every = np.tile(np.arange(len(who)), times + 1)
    columns = columns_of(every, rows[:, torn].reshape(-1, rows.shape[2]), value[:, torn].ravel())
    columns = columns.among(np.arange(min(len(columns.owner), _COLUMNS)))
    kept = laid.rows[~torn]
    free = room - np.bincount(problem.slot[kept[kept >= 0]], minlength=len(room))
    near = _NEAR * laid.value.sum() / max(laid.value[torn].sum(), 1e-9)
    taken = _best(columns, problem, free, near)
    if columns.value[taken].sum() <= laid.value[torn].sum():
        return laid
    made = laid._replace(rows=laid.rows.copy(), value=laid.value.copy())
    made.rows[who], made.value[who] = -1, 0.0
    made.rows[who[columns.owner[taken]]] = columns.rows[taken]
    made.value[who[columns.owner[taken]]] = columns.value[taken]
    return made


def _nearby(prices: Floats, rows: int, tie: Ints, times: int) -> Iterator[Floats]:
    """Give prices as far off as chance moves what is asked of that many rows."""
    chance = np.random.default_rng(tie)
    for _ in range(times):
        yield prices * np.exp(chance.standard_normal(len(prices)) / np.sqrt(max(rows, 1)))


def _best(columns: Columns, problem: Problem, free: Ints, near: float) -> Bools:
    """Return by column whether it is among those that are worth most of all that fit."""
    count, owners = len(columns.owner), int(columns.owner.max(initial=-1)) + 1
    if not count:
        return np.zeros(0, dtype=np.bool_)
    matrix = columns.matrix(problem, owners, len(free))
    solved = milp(
        -columns.value,
        constraints=LinearConstraint(matrix, ub=np.concatenate([np.ones(owners), free])),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": near, "node_limit": _NODES},
    )
    # Without a solution nothing is taken, and the allocation stays as it was.
    taken: Bools = np.zeros(count, dtype=np.bool_) if solved.x is None else solved.x > 0.5  # noqa: PLR2004 (0 or 1)
    return taken

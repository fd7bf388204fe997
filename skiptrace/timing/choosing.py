"""How likely the log was to choose what it chose: propensities told from the choices themselves.

Each decision is a choice among alternatives. An alternative has a level of each factor (which cell of the week, which
lead, what came of it before), each level a strength, and the chance of an alternative is the product of its strengths
over the sum of all such products of the decision (Luce 1959). The strengths are those under which every level is chosen
as often as it was, found by Hunter's steps (2004, section 5), and drawn towards one by a few imagined choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from skiptrace.timing.week import Floats

__all__ = ["folds", "propensities"]

_FOLDS = 2
_ROUNDS = 200
_STILL = 1e-3
"""Change of log-strength at which the steps end: no propensity moves by more than a few thousandths of itself."""


def folds(accounts: pl.Series, count: int, seed: int) -> pl.Series:
    """Return a fold (0…) for each row, the same for all rows of an account, folds of one size.

    Examples
    --------
    >>> folds(pl.Series(["a", "b", "a"]), 2, seed=1).to_list() in ([0, 1, 0], [1, 0, 1])
    True
    """
    names = accounts.unique().sort()
    drawn = np.random.default_rng(seed).permutation(len(names)) % count
    return accounts.replace_strict(names, pl.Series(drawn), return_dtype=pl.Int64)


def propensities(
    alternatives: pl.DataFrame, factors: Sequence[str], *, smoothing: float = 1.0, seed: int = 0
) -> pl.Series:
    """Return the chance that the log would choose each alternative, told from the decisions of other accounts.

    Parameters
    ----------
    alternatives
        Grain: decision × alternative. ``decision``, ``account_id``, ``taken`` (bool; one in each decision), and the
        factors, of any type.
    factors
        Columns whose levels have a strength.
    smoothing
        Imagined choices of each level at strength one: what a level nobody could choose is left with.
    seed
        Of the draw of folds: accounts are halved, and each half told from the other, so that no outcome has had a part
        in its own weight (cross-fitting: Chernozhukov et al. 2018).
    """
    decision = _codes(alternatives["decision"])
    levels = np.stack([_codes(alternatives[name]) for name in factors])
    taken = alternatives["taken"].to_numpy()
    fold = folds(alternatives["account_id"], _FOLDS, seed).to_numpy()
    found = np.zeros(len(decision))
    for one in range(_FOLDS):
        mine = fold == one
        # With one account there is no other to learn from: its own choices are all there is.
        others = ~mine if (~mine).any() else mine
        strengths = _strengths(decision[others], levels[:, others], taken[others], smoothing, levels.max(axis=1) + 1)
        weight = _product(strengths, levels[:, mine])
        found[mine] = _shares(weight, decision[mine])
    return pl.Series("propensity", found)


def _strengths(
    decision: NDArray[np.int64],
    levels: NDArray[np.int64],
    taken: NDArray[np.bool_],
    smoothing: float,
    sizes: NDArray[np.int64],
) -> list[Floats]:
    strengths = [np.ones(size) for size in sizes]
    chosen = [np.bincount(levels[k], taken, size) for k, size in enumerate(sizes)]
    for _ in range(_ROUNDS):
        moved = 0.0
        for k, size in enumerate(sizes):
            share = _shares(_product(strengths, levels), decision)
            exposed = np.bincount(levels[k], share, size) / strengths[k]
            new = (chosen[k] + smoothing) / (exposed + smoothing)
            moved = max(moved, float(np.abs(np.log(new / strengths[k])).max()))
            strengths[k] = new
        if moved < _STILL:
            break
    return strengths


def _product(strengths: list[Floats], levels: NDArray[np.int64]) -> Floats:
    result: Floats = np.prod([strengths[k][levels[k]] for k in range(len(strengths))], axis=0)
    return result


def _shares(weight: Floats, decision: NDArray[np.int64]) -> Floats:
    result: Floats = weight / np.bincount(decision, weight)[decision]
    return result


def _codes(values: pl.Series) -> NDArray[np.int64]:
    """Return a number for each distinct value, in their order; null is a value."""
    codes: NDArray[np.int64] = (values.rank("dense").fill_null(0).cast(pl.Int64)).to_numpy()
    return codes - codes.min() if len(codes) else codes

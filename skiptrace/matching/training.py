"""Learn from the file itself, without labels: u from pairs taken at random, m from the candidate pairs by EM.

Every number starts from the defaults and moves only as far as the pairs carry it: the default counts as so many
pairs. EM (Dempster, Laird and Rubin 1977; for linkage Winkler 1988, Jaro 1989) runs on counts of distinct comparison
vectors, so that its cost depends on how many kinds of pairs there are and not on how many pairs.

Blocking does not bias it: a pair's kind depends on its comparison vector and the prior of *all* pairs alone, and the
probabilities of strangers are never taken from candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.weights import KINDS, Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["learn_m", "learn_u", "pack", "random_pairs", "unpack"]

_BITS = 4
_PRIOR_U = 2_000
"""Random pairs that the default u probabilities count for."""
_PRIOR_M = 200
"""Matching pairs that the default m probabilities count for."""
_PRIOR_ROWS = 200
"""Rows that the default number of partners counts for."""
_MOST_APART = 3.0
"""Matches may be learned to disagree at most so many times as often as by default. Without a bound, where people of one
home outnumber what the household class expects, EM takes them for one person who has many given names."""
_NAMESAKES = 0.2
"""Namesakes are never taken to be fewer than this share of a row's other rows: a file cannot tell how its records were
found, and a name alone must stay short of a match."""
_ROUNDS = 50
_STILL = 1e-6
"""EM stops when no probability moves by more than this."""


def pack() -> pl.Expr:
    """Return the comparison vector as one number (u64), four bits a comparison."""
    return pl.sum_horizontal(
        (pl.col(f"gamma_{name}").cast(pl.UInt64, wrap_numerical=True) + 1 & 15) * 2 ** (_BITS * place)
        for place, name in enumerate(COMPARISONS)
    )


def unpack(packed: NDArray[np.uint64]) -> NDArray[np.int8]:
    """Return packed comparison vectors as gammas, one row a vector and one column a comparison."""
    places = np.arange(len(COMPARISONS), dtype=np.uint64) * np.uint64(_BITS)
    return ((packed[:, None] >> places) & np.uint64(15)).astype(np.int8) - np.int8(1)


def random_pairs(size: int, count: int, seed: int) -> tuple[pl.Series, pl.Series]:
    """Return left and right rows of ``count`` pairs drawn at random, or of all pairs if there are no more than that."""
    if size * (size - 1) // 2 <= count:
        left, right = np.triu_indices(size, 1)
    else:
        rng = np.random.default_rng(seed)
        first, second = rng.integers(0, size, count), rng.integers(0, size - 1, count)
        second += second >= first
        left, right = np.minimum(first, second), np.maximum(first, second)
    return pl.Series(left, dtype=pl.UInt32), pl.Series(right, dtype=pl.UInt32)


def learn_u(model: Model, vectors: NDArray[np.int8], rows: int) -> Model:
    """Set the u probabilities from pairs drawn at random.

    A pair counts only as far as the model takes it for strangers: in a small file random pairs hold many that are not.
    """
    odds = model.weigh(vectors, COMPARISONS, rows)
    strange = 1 - odds.kinds.sum(axis=1)
    learned: dict[tuple[str, int], float] = {}
    for column, comparison in enumerate(COMPARISONS):
        levels = model.of(comparison)
        counts = np.bincount(vectors[:, column] + 1, weights=strange, minlength=len(levels) + 1)[1:]
        known = counts.sum() + _PRIOR_U
        for level in levels:
            if level.learn == "mu" and level.u is not None:
                learned[comparison, level.gamma] = float((counts[level.gamma] + _PRIOR_U * level.u) / known)
    updated = tuple(
        level.model_copy(update={"u": learned.get((level.comparison, level.gamma), level.u)}) for level in model.levels
    )
    return model.model_copy(update={"levels": updated})


def learn_m(model: Model, vectors: NDArray[np.int8], counts: NDArray[np.int64], rows: int) -> Model:
    """Set the m probabilities and the partners by EM over counted comparison vectors of the candidate pairs."""
    total = int(counts.sum())
    start = model
    for _ in range(_ROUNDS):
        kinds = model.weigh(vectors, COMPARISONS, rows).kinds * counts[:, None]
        partners = {
            kind: float((2 * kinds[:, at].sum() + _PRIOR_ROWS * start.partners[kind]) / (rows + _PRIOR_ROWS))
            for at, kind in enumerate(KINDS)
        }
        partners["namesake"] = max(partners["namesake"], _NAMESAKES * partners["same_person"])
        learned = {}
        for column, comparison in enumerate(COMPARISONS):
            learned.update(_levels_among(start, comparison, vectors[:, column], kinds[:, 0]))
        moved = max((abs(value - _m(model, *key)) for key, value in learned.items()), default=0.0)
        model = model.with_learned(partners, learned, total)
        if moved < _STILL:
            break
    return model


def _levels_among(
    start: Model, comparison: str, gammas: NDArray[np.int8], matches: NDArray[np.float64]
) -> dict[tuple[str, str], float]:
    """Return how often each level stands among matches, the default counting as ``_PRIOR_M`` of them."""
    levels = [level for level in start.of(comparison) if level.learn]
    if not levels:
        return {}
    by_gamma = np.bincount(gammas + 1, weights=matches, minlength=16)[1:]
    names = dict.fromkeys(level.level for level in levels)
    found = {name: sum(by_gamma[level.gamma] for level in levels if level.level == name) for name in names}
    default = {name: _m(start, comparison, name) for name in names}
    mass = sum(default.values())
    whole = sum(found.values()) + _PRIOR_M * mass
    learned = {name: float((found[name] + _PRIOR_M * default[name]) / whole) for name in names}
    apart = levels[0].level if levels[0].gamma == 0 else None
    if apart is not None and learned[apart] * mass > _MOST_APART * default[apart]:
        capped = _MOST_APART * default[apart] / mass
        spread = (1 - capped) / (1 - learned[apart])
        learned = {name: capped if name == apart else value * spread for name, value in learned.items()}
    return {(comparison, name): value * mass for name, value in learned.items()}


def _m(model: Model, comparison: str, name: str) -> float:
    return next(level.m for level in model.levels if (level.comparison, level.level) == (comparison, name))

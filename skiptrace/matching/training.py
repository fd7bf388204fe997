"""Learn from the file itself, without labels: u from pairs taken at random, m from the candidate pairs by EM.

Every number starts from the defaults and moves only as far as the pairs carry it: the default counts as so many
pairs. EM (Dempster, Laird and Rubin 1977; for linkage Winkler 1988, Jaro 1989) runs on counts of distinct comparison
vectors, so that its cost depends on how many kinds of pairs there are and not on how many pairs.

Blocking does not bias it: a pair's kind depends on its comparison vector and the prior of *all* pairs alone, and the
probabilities of strangers are never taken from candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.weights import KINDS, Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.matching.weights import Level

__all__ = ["Judged", "learn_judged", "learn_m", "learn_u", "pack", "random_pairs", "unpack"]

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
_PERSONAL = ("birth", "national_id")
"""Comparisons that two of one home do not agree in."""
_MISSING = -1
_LEARNED = 500.0
"""Judged pairs that what was learned without labels counts for, however long the file: counts over millions of pairs
are exact, but what EM took for matches may not be. A judgement is worth one pair beside them."""
_PRIOR_BITS = 1.0
"""How far, in bits, the odds of all pairs may well be off: one standard deviation."""
_CHANCE = 1.5
"""Standard deviations of a surplus of matches among judged pairs that are put down to chance."""
_USUAL_RECORDS = 3.0
"""Records in the entities of the two rows of a pair in doubt, on average. Reviewers are asked first where there are
more, and few people have many records, so that such pairs are seldomer matches than others of their weight."""
_FEWER_BITS = 1.4
"""Bits that each doubling of these records takes away, as counted in worlds of four kinds (1.1 to 1.5)."""
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


def learn_m(
    model: Model, vectors: NDArray[np.int8], counts: NDArray[np.int64], rows: int, namesakes: float = 0.0
) -> Model:
    """Set the m probabilities and the partners by EM over counted comparison vectors of the candidate pairs.

    Parameters
    ----------
    model
        To begin with.
    vectors, counts
        Distinct comparison vectors, and how many candidate pairs have each.
    rows
        Rows in the file.
    namesakes
        Namesakes are never taken to be fewer than this share of a row's other rows.
    """
    # Where nothing tells two of one home apart, EM takes them for one person who has many given names.
    told_apart = (vectors[:, [COMPARISONS.index(name) for name in _PERSONAL]] != _MISSING).any(axis=1)
    total = int(counts.sum())
    start = model
    for _ in range(_ROUNDS):
        kinds = model.weigh(vectors, COMPARISONS, rows).kinds * counts[:, None]
        partners = {
            kind: float((2 * kinds[:, at].sum() + _PRIOR_ROWS * start.partners[kind]) / (rows + _PRIOR_ROWS))
            for at, kind in enumerate(KINDS)
        }
        partners["namesake"] = max(partners["namesake"], namesakes * partners["same_person"])
        learned = {}
        for column, comparison in enumerate(COMPARISONS):
            found = _levels_among(start, comparison, vectors[:, column], kinds[:, 0])
            if comparison == "given":
                apart = _levels_among(start, comparison, vectors[:, column], np.where(told_apart, kinds[:, 0], 0.0))
                found = _with_share(found, ("given", "different"), apart["given", "different"])
            learned.update(found)
        moved = max((abs(value - _m(model, *key)) for key, value in learned.items()), default=0.0)
        model = model.with_learned(partners, learned, total)
        if moved < _STILL:
            break
    return model


class Judged(NamedTuple):
    """Pairs that a reviewer has judged, one entry a pair.

    Attributes
    ----------
    vectors
        Comparison vectors, shape (pairs, comparisons).
    same
        Whether they are one person.
    records
        How many records are in the entities of the two.
    """

    vectors: NDArray[np.int8]
    same: NDArray[np.bool_]
    records: NDArray[np.int64]


def learn_judged(model: Model, judged: Judged, rows: int) -> Model:
    """Improve a model by pairs that a reviewer has judged.

    Reviewers judge the pairs that are in doubt, which are not like pairs in general: to count them as they are would
    teach the model that matches hardly agree. What counts is how a judgement differs from what was expected: a match
    expected at 0.3 adds 0.7 of a match with these levels, a pair expected at 0.3 that is none takes 0.3 away. Where the
    model is right already this adds up to nothing, whichever pairs were looked at. First the levels of each kind of
    pair are moved so, then the number of partners, which sets the odds of all pairs alike.

    Parameters
    ----------
    model
        Learned from the file.
    judged
        By the reviewer.
    rows
        Rows in the file.
    """
    if not len(judged.same):
        return model
    expected = model.weigh(judged.vectors, COMPARISONS, rows).kinds
    others = expected / np.maximum(1 - expected[:, :1], 1e-12)
    likely = 1 / (1 + np.exp2(-_expected_bits(model, judged, rows)))[:, None]
    # Of what is not one person each other kind has its share, whether that is expected or known.
    told = np.where(judged.same[:, None], 0.0, others)
    surplus = told - others * (1 - likely)
    surplus[:, 0] = judged.same - likely[:, 0]
    factors: dict[tuple[str, str, str], float] = {}
    for column, comparison in enumerate(COMPARISONS):
        for at, kind in enumerate(KINDS):
            name = "m" if at == 0 else kind
            factors.update(_factors(model, comparison, name, judged.vectors[:, column], surplus[:, at]))
    model = model.model_copy(update={"levels": tuple(_scaled(level, factors) for level in model.levels)})
    bits = _shift(_expected_bits(model, judged, rows), judged.same)
    partners = {**model.partners, "same_person": model.partners["same_person"] * 2**bits}
    return model.with_learned(partners, {}, model.trained_pairs)


def _expected_bits(model: Model, judged: Judged, rows: int) -> NDArray[np.float64]:
    """Return the weights of judged pairs, as far as they are of pairs on which more records hang than usual."""
    weights = model.weigh(judged.vectors, COMPARISONS, rows).weight
    expected: NDArray[np.float64] = weights - _FEWER_BITS * np.log2(np.maximum(judged.records, 2) / _USUAL_RECORDS)
    return expected


def _factors(
    model: Model, comparison: str, kind: str, gammas: NDArray[np.int8], surplus: NDArray[np.float64]
) -> dict[tuple[str, str, str], float]:
    """Return by how much each level of a comparison is likelier in one kind of pair than was thought."""
    levels = [level for level in model.of(comparison) if level.learn and getattr(level, kind) is not None]
    by_gamma = np.bincount(gammas + 1, weights=surplus, minlength=17)[1:]
    thought: dict[str, float] = {}
    more: dict[str, float] = {}
    for level in levels:
        thought.setdefault(level.level, getattr(level, kind))  # m of a level's grades is one number
        more[level.level] = more.get(level.level, 0.0) + float(by_gamma[level.gamma])
    # At least half a pair is left of every level: nothing is impossible because a reviewer did not see it.
    counts = {name: max(_LEARNED * share + more[name], min(0.5, _LEARNED * share)) for name, share in thought.items()}
    kept = sum(thought.values()) / max(sum(counts.values()), 1e-12)
    return {(comparison, name, kind): counts[name] * kept / thought[name] for name in thought if thought[name] > 0}


def _scaled(level: Level, factors: dict[tuple[str, str, str], float]) -> Level:
    """Return the level with the probabilities of its kinds multiplied."""
    if not level.learn:
        return level
    before = {kind: getattr(level, kind) for kind in ("m", *KINDS[1:])}
    moved = {
        kind: min(value * factors.get((level.comparison, level.level, kind), 1.0), 1.0)
        for kind, value in before.items()
        if value is not None
    }
    return level.model_copy(update=moved)


def _shift(weights: NDArray[np.float64], same: NDArray[np.bool_]) -> float:
    """Return the bits that make judgements likeliest if added to all weights; penalised, by Newton's method.

    So much of a surplus as may be chance is left unexplained.
    """
    nats, prior = weights * np.log(2), (_PRIOR_BITS * np.log(2)) ** -2
    likely = 1 / (1 + np.exp(-np.clip(nats, -700, 700)))
    surplus = float((same - likely).sum())
    chance = _CHANCE * float(np.sqrt((likely * (1 - likely)).sum())) * np.sign(surplus)
    if abs(surplus) <= abs(chance):
        return 0.0
    shift = 0.0
    for _ in range(_ROUNDS):
        likely = 1 / (1 + np.exp(-np.clip(nats + shift, -700, 700)))
        step = float(((same - likely).sum() - chance - prior * shift) / ((likely * (1 - likely)).sum() + prior))
        shift += max(min(step, 1.0), -1.0)
        if abs(step) < _STILL:
            break
    return shift / float(np.log(2))


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


def _with_share(
    levels: dict[tuple[str, str], float], one: tuple[str, str], share: float
) -> dict[tuple[str, str], float]:
    """Give one level another share, and the others what is left, in proportion."""
    mass, others = sum(levels.values()), sum(levels.values()) - levels[one]
    return {level: share if level == one else value * (mass - share) / others for level, value in levels.items()}


def _m(model: Model, comparison: str, name: str) -> float:
    return next(level.m for level in model.levels if (level.comparison, level.level) == (comparison, name))

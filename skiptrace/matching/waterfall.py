"""How a pair's match weight comes about, field by field, and what would have to change for the opposite answer.

Weights of fields do not simply add up here: what an address says depends on what the family name has said already,
since two of one home have both. So a field's share is the Shapley value: what it adds to the weight, averaged over
every order in which the fields could be read (Shapley 1953, "A value for n-person games")::

    share(f) = sum over sets S of the other known fields of |S|! (n - |S| - 1)! / n! * (weight(S + f) - weight(S))

``weight(S)`` is the match weight, against all kinds of pairs that are not one person, as if only the fields of ``S``
were known. Prior and shares add up to the pair's weight exactly. A missing field has no share.
"""

from __future__ import annotations

from itertools import combinations, product
from math import factorial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.evidence import Bench
from skiptrace.matching.outcomes import match_bars
from skiptrace.matching.roll import enrol
from skiptrace.matching.rulings import PAIR
from skiptrace.matching.sharing import find_shared
from skiptrace.matching.training import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from skiptrace.matching.weights import Model
    from skiptrace.settings import LinkParams

__all__ = ["FIELDS", "Change", "Share", "Waterfall", "compare_pairs", "waterfall"]

FIELDS = {
    "given": "given name",
    "family": "family name",
    "company": "company name",
    "middle": "middle name",
    "suffix": "suffix",
    "characters": "Chinese characters",
    "birth": "birth date",
    "national_id": "national id",
    "phone": "phone",
    "email": "e-mail",
    "address": "address",
    "town": "town",
    "employer": "employer",
}
"""Comparisons in a reviewer's words, in the order in which they are shown."""

_MISSING = -1
_NOT_SAID = "not said by both"
_NOT_ASKED = ("suffix", "characters")
"""Comparisons that most people have nothing to say to: that it is missing is no gap that somebody could fill."""
_OF_COMPANIES = ("company", "national_id", "phone", "email", "address", "town")
"""Comparisons that two companies can be told by; two persons by all but their company name."""


class Share(NamedTuple):
    """What one field says of a pair.

    Attributes
    ----------
    comparison, field
        Its name, and the same in a reviewer's words.
    found
        The level of agreement in a reviewer's words.
    known
        Whether both rows speak to it.
    bits
        Its part of the match weight; 0 where it is not known.
    """

    comparison: str
    field: str
    found: str
    known: bool
    bits: float


class Change(NamedTuple):
    """Another level of one field: ``field``, what was ``found``, and what it would be ``instead``."""

    field: str
    found: str
    instead: str


class Waterfall(NamedTuple):
    """Where a pair's match weight comes from.

    Attributes
    ----------
    prior
        Bits before anything is read: how seldom two rows of such a file are one person.
    shares
        One a comparison, in the order of :data:`FIELDS`.
    weight
        Match weight in bits: ``prior`` and all shares.
    probability
        Of being one person.
    bar
        Bits from which on a pair is a match.
    opposite
        The smallest change, of one field or of two, that leads to the opposite answer; empty if there is none.
    opposite_weight
        The weight then; null if there is none.
    """

    prior: float
    shares: tuple[Share, ...]
    weight: float
    probability: float
    bar: float
    opposite: tuple[Change, ...]
    opposite_weight: float | None


def compare_pairs(people: pl.DataFrame, pairs: pl.DataFrame, params: LinkParams) -> pl.DataFrame:
    """Compare pairs of rows, whether a blocking rule brings them together or not.

    Parameters
    ----------
    people
        PEOPLE, all of them: how rare a value is depends on everybody.
    pairs
        Grain: pair. ``source_l``, ``record_id_l``, ``source_r``, ``record_id_r`` and whatever else.
    params
        As in linkage.

    Returns
    -------
    polars.DataFrame
        ``pairs`` and a ``gamma_*`` (Int8, -1 = missing) a comparison; pairs of one row, or with a row that is not
        there, are left out.
    """
    roll = enrol(people)
    row = (
        roll.ids.with_row_index("row")
        .unique(["source", "record_id"], keep="first")
        .select("source", "record_id", "row")
    )
    named = (
        pairs.join(row.rename({"row": "a"}), left_on=PAIR[:2], right_on=["source", "record_id"], maintain_order="left")
        .join(row.rename({"row": "b"}), left_on=PAIR[2:], right_on=["source", "record_id"], maintain_order="left")
        .filter(pl.col("a") != pl.col("b"))
    )
    numbered = named.select(left=pl.min_horizontal("a", "b"), right=pl.max_horizontal("a", "b"))
    bench = Bench(roll=roll, shared=find_shared(roll.held, params.max_key_holders), params=params)
    gammas = unpack(bench.vectors(numbered)["vector"].to_numpy())
    return named.drop("a", "b").with_columns(
        pl.Series(f"gamma_{name}", gammas[:, at], dtype=pl.Int8) for at, name in enumerate(COMPARISONS)
    )


def waterfall(pair: Mapping[str, Any], model: Model, rows: int, params: LinkParams) -> Waterfall:
    """Say where a pair's match weight comes from.

    Parameters
    ----------
    pair
        Has ``gamma_*`` for each comparison, -1 = missing.
    model
        What it is weighed with.
    rows
        Rows in the file the pair is from.
    params
        From where on pairs are matches; see :func:`skiptrace.matching.outcomes.match_bars`.
    """
    gammas = np.array([pair[f"gamma_{comparison}"] for comparison in COMPARISONS], dtype=np.int8)
    known = np.flatnonzero(gammas != _MISSING)
    # Every subset of the known fields, as bits: the rest is masked as missing, and a missing field weighs nothing.
    subsets = np.arange(2 ** len(known))
    read = (subsets[:, None] >> np.arange(len(known))) & 1
    vectors = np.full((len(subsets), len(COMPARISONS)), _MISSING, dtype=np.int8)
    vectors[:, known] = np.where(read == 1, gammas[known], _MISSING)
    odds = model.weigh(vectors, COMPARISONS, rows)
    shares = dict(zip(known.tolist(), _shapley(odds.weight, read.sum(axis=1)), strict=True))
    turned = _opposite(gammas, model, rows, params)
    at = {comparison: column for column, comparison in enumerate(COMPARISONS)}
    return Waterfall(
        prior=float(odds.weight[0]),
        shares=tuple(
            Share(
                name, field, _meaning(model, name, int(gammas[at[name]])), at[name] in shares, shares.get(at[name], 0.0)
            )
            for name, field in FIELDS.items()
        ),
        weight=float(odds.weight[-1]),
        probability=float(odds.probability[-1]),
        bar=float(match_bars(gammas[None], params, rows)[0]),
        **turned._asdict(),
    )


def _shapley(weights: NDArray[np.float64], sizes: NDArray[np.int64]) -> list[float]:
    """Return the Shapley value of each field from the weights of all subsets, numbered by their bits."""
    count = int(sizes[-1])
    chance = np.array([factorial(size) * factorial(count - size - 1) / factorial(count) for size in range(count)])
    shares = []
    for bit in 2 ** np.arange(count):
        without = np.flatnonzero(np.arange(len(weights)) & bit == 0)
        shares.append(float((chance[sizes[without]] * (weights[without | bit] - weights[without])).sum()))
    return shares


class _Turned(NamedTuple):
    """Part of :class:`Waterfall`."""

    opposite: tuple[Change, ...] = ()
    opposite_weight: float | None = None


def _opposite(gammas: NDArray[np.int8], model: Model, rows: int, params: LinkParams) -> _Turned:
    """Return the change of fewest fields, and of least bits among those, that crosses the bar."""
    now = float(model.weigh(gammas[None], COMPARISONS, rows).weight[0])
    is_match = now >= match_bars(gammas[None], params, rows)[0]
    companies = gammas[COMPARISONS.index("company")] != _MISSING
    # Of address and town only one is ever compared: the other cannot become known beside it.
    told = {name for name in ("address", "town") if gammas[COMPARISONS.index(name)] != _MISSING}
    spoken_for = {"address", "town"} - (told or {"address"})
    others = {
        column: list(_other_levels(model, name, int(gammas[column]), better=not is_match))
        for column, name in enumerate(COMPARISONS)
        if (name in _OF_COMPANIES if companies else name != "company") and name not in spoken_for
    }
    for columns_changed in (1, 2):
        tried = [
            dict(zip(columns, levels, strict=True))
            for columns in combinations(others, columns_changed)
            for levels in product(*(others[column] for column in columns))
        ]
        vectors = np.repeat(gammas[None], len(tried), axis=0)
        for row, change in enumerate(tried):
            vectors[row, list(change)] = list(change.values())
        weights = model.weigh(vectors, COMPARISONS, rows).weight
        crosses = np.flatnonzero((weights >= match_bars(vectors, params, rows)) != is_match)
        if len(crosses):
            best = int(crosses[np.argmin(np.abs(weights[crosses] - now))])
            changes = tuple(
                Change(
                    FIELDS[COMPARISONS[column]],
                    _meaning(model, COMPARISONS[column], int(gammas[column])),
                    _meaning(model, COMPARISONS[column], level),
                )
                for column, level in tried[best].items()
            )
            return _Turned(changes, float(weights[best]))
    return _Turned()


def _other_levels(model: Model, comparison: str, gamma: int, *, better: bool) -> Iterator[int]:
    """Yield the levels a field could be at instead: such as agree more, or such as agree less.

    That a value were rarer or commoner is no other level. A field that is not known could agree or differ as a whole,
    if it is one that a person can be asked for.
    """
    levels = model.of(comparison)
    name = next((level.level for level in levels if level.gamma == gamma), None)
    for level in levels:
        if gamma == _MISSING:
            if comparison not in _NOT_ASKED and level.level == levels[-1 if better else 0].level:
                yield level.gamma
        elif level.level != name and (level.gamma > gamma) == better:
            yield level.gamma
    if gamma != _MISSING:
        yield _MISSING


def _meaning(model: Model, comparison: str, gamma: int) -> str:
    return next((level.meaning for level in model.of(comparison) if level.gamma == gamma), _NOT_SAID)

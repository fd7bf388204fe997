"""Compare and weigh pairs of rows: candidates a stretch at a time, or any pairs that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.matching.blocking import chunks
from skiptrace.matching.comparisons import COMPARISONS, compare
from skiptrace.matching.outcomes import match_bars
from skiptrace.matching.training import learn_m, learn_u, pack, random_pairs, unpack
from skiptrace.matching.weights import Model, default_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from skiptrace.matching.blocking import Block
    from skiptrace.matching.roll import Roll
    from skiptrace.matching.sharing import Shared
    from skiptrace.settings import LinkParams

__all__ = ["Bench", "Candidates"]

_HOPELESS_BITS = -14.0
"""Candidate pairs that the defaults put below these odds are counted for training and then forgotten."""
_HOPELESS_RELATED = 0.05
"""The same for the probability of being of one household or workplace."""


class Candidates(NamedTuple):
    """Candidate pairs after comparison.

    Attributes
    ----------
    pairs
        Grain: pair that may come to something. ``left``, ``right`` (u32), ``vector`` (u64, packed).
    vectors
        Grain: comparison vector among all candidates. ``vector``, ``pairs`` (i64).
    """

    pairs: pl.DataFrame
    vectors: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where pairs of one roll are compared and weighed.

    Attributes
    ----------
    roll
        Everybody.
    shared
        Which pairs share a phone, an e-mail, a mailbox name or an alias.
    params
        Cut-offs.
    """

    roll: Roll
    shared: Mapping[str, Shared]
    params: LinkParams

    def vectors(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Return ``left``, ``right`` and the pairs' comparison ``vector``, packed."""
        gammas = compare(self.roll, self.shared, pairs["left"], pairs["right"])
        return pairs.select("left", "right").with_columns(gammas.select(vector=pack()).to_series())

    def candidates(self, blocks: Sequence[Block], model: Model, *, across_only: bool) -> Candidates:
        """Compare all that the blocking rules bring, and keep what may come to something under ``model``."""
        return self.compared(chunks(self.roll, blocks, self.params, across_only=across_only), model)

    def compared(self, stretches: Iterable[pl.DataFrame], model: Model) -> Candidates:
        """Compare stretches of pairs (``left``, ``right``), and keep what may come to something under ``model``."""
        kept, counted = [_NO_PAIRS], [_NO_VECTORS]
        for pairs in stretches:
            compared = self.vectors(pairs)
            counts = compared.group_by("vector").agg(pairs=pl.len().cast(pl.Int64))
            odds = model.weigh(unpack(counts["vector"].to_numpy()), COMPARISONS, self.roll.population)
            hopeful = (odds.weight > _HOPELESS_BITS) | (odds.related > _HOPELESS_RELATED)
            kept.append(compared.join(counts.filter(pl.Series(hopeful)), on="vector", how="semi"))
            counted.append(counts)
        vectors = pl.concat(counted).group_by("vector").agg(pl.col("pairs").sum()).sort("vector")
        return Candidates(pl.concat(kept).sort("left", "right"), vectors)

    def train(self, candidates: Candidates, seed: int) -> Model:
        """Learn the model of this file from its candidate pairs and from pairs drawn at random."""
        left, right = random_pairs(self.roll.size, self.params.random_pairs, seed)
        drawn = pl.DataFrame({"left": left, "right": right})
        kinds = self.roll.coded["kind"]
        drawn = drawn.filter(kinds.gather(drawn["left"]) == kinds.gather(drawn["right"]))
        model = learn_u(default_model(), unpack(self.vectors(drawn)["vector"].to_numpy()), self.roll.size)
        vectors = candidates.vectors
        return learn_m(
            model,
            unpack(vectors["vector"].to_numpy()),
            vectors["pairs"].to_numpy(),
            self.roll.size,
            self.params.least_namesakes,
        )

    def telling(self, compared: pl.DataFrame, model: Model) -> pl.DataFrame:
        """Keep of pairs with their ``vector`` those that have an outcome: of a crowd of candidates hardly any has."""
        distinct = compared.select("vector").unique()
        odds = model.weigh(unpack(distinct["vector"].to_numpy()), COMPARISONS, self.roll.population)
        least = min(self.params.match_probability, self.params.possible_probability)
        told = (odds.probability >= least) | (odds.related >= self.params.related_probability)
        return compared.join(distinct.filter(pl.Series(told)), on="vector", how="semi", maintain_order="left")

    def weigh(self, compared: pl.DataFrame, model: Model) -> pl.DataFrame:
        """Add ``weight`` (bits), ``probability``, ``related`` and the ``gamma_*`` to pairs with their ``vector``."""
        distinct = compared.select("vector").unique().sort("vector")
        gammas = unpack(distinct["vector"].to_numpy())
        odds = model.weigh(gammas, COMPARISONS, self.roll.population)
        meaning = distinct.with_columns(
            weight=pl.Series(odds.weight),
            probability=pl.Series(odds.probability),
            related=pl.Series(odds.related),
            **{f"gamma_{name}": pl.Series(gammas[:, at], dtype=pl.Int8) for at, name in enumerate(COMPARISONS)},
        )
        return compared.join(meaning, on="vector", how="left", maintain_order="left")

    def matching(self, weighed: pl.DataFrame) -> pl.DataFrame:
        """Keep of weighed pairs those that are matches by their own fields, and those that were settled as such."""
        likely = weighed.filter(pl.col("probability") >= self.params.match_probability)
        clear = (likely["weight"] >= self._bars(likely)) & ~self.contradict(likely)
        return likely.filter(clear | likely["ruling"].is_not_null())

    def _bars(self, weighed: pl.DataFrame) -> pl.Series:
        gammas = weighed.select(f"gamma_{name}" for name in COMPARISONS).to_numpy()
        return pl.Series(match_bars(gammas, self.params, self.roll.population))

    def contradict(self, weighed: pl.DataFrame) -> pl.Series:
        """Tell which pairs cannot be one person, however alike they are otherwise.

        Two valid national ids of one type, a senior and a junior, two sexes (unless the birth date is the same: one
        sex in two hundred is a slip, and twins have two given names), or two full birth dates that lie far apart and
        are no slip of the pen (unless the pair is a match all the same: that the dates differ has been weighed, and
        father and son stay below). A national id that is the same or one slip apart goes before the last two.
        """
        born = self.roll.coded["birth_first"]
        gap = (born.gather(weighed["left"]) - born.gather(weighed["right"])).abs()
        exact = self.roll.coded["birth_day"]
        both_full = exact.gather(weighed["left"]).is_not_null() & exact.gather(weighed["right"]).is_not_null()
        sex = self.roll.coded["sex"]
        two_sexes = (sex.gather(weighed["left"]) != sex.gather(weighed["right"])).fill_null(value=False)
        another_id = pl.col("gamma_national_id") < _SAME_ID
        return weighed.select(
            (pl.col("gamma_national_id") == 0)
            | (pl.col("gamma_suffix") == 0)
            | (two_sexes & another_id & (pl.col("gamma_birth") < _SAME_BIRTH))
            | (
                (pl.col("gamma_birth") == 0)
                & both_full
                & (gap > self.params.max_birth_gap_days)
                & another_id
                & (pl.col("weight") < self._bars(weighed))
            )
        ).to_series()


_SAME_ID = 2
_SAME_BIRTH = 7
_NO_PAIRS = pl.DataFrame(schema={"left": pl.UInt32(), "right": pl.UInt32(), "vector": pl.UInt64()})
_NO_VECTORS = pl.DataFrame(schema={"vector": pl.UInt64(), "pairs": pl.Int64()})

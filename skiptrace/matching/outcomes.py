"""What reviewers are told of weighed pairs: an outcome, a bounded weight, a rounded probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.contracts.outputs import PAIRS
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.rulings import DISCLOSED
from skiptrace.matching.weights import bits_of
from skiptrace.vocabulary import PairOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.settings import LinkParams

__all__ = ["SETTLED_BITS", "match_bars", "name_outcomes", "name_pairs"]

SETTLED_BITS = 40.0
"""Match weight, for or against, of a pair that somebody has settled."""
_NAMES = ("given", "family", "company", "middle", "suffix", "characters")
_PERSONAL = ("birth", "national_id", "phone", "email")
"""Comparisons of what a person has alone, or at least not with everybody of a name or a home."""
_KNOWN_NAMES = 10_000
"""Rows from which on a file shows how rare a name is; in a shorter one any name looks rare."""


def match_bars(gammas: NDArray[np.int8], params: LinkParams, rows: int) -> NDArray[np.float64]:
    """Return the match weight (bits) from which on pairs are a match, by what is compared in them.

    Parameters
    ----------
    gammas
        Comparison vectors, shape (pairs, comparisons).
    params
        Cut-offs.
    rows
        Rows in the file. In one too short to show how rare a name is, a name alone is no match: the bar is then
        :data:`SETTLED_BITS`.
    """
    at = {name: column for column, name in enumerate(COMPARISONS)}
    people = gammas[:, at["company"]] < 0
    impersonal = people & (gammas[:, [at[name] for name in _PERSONAL]] <= 0).all(axis=1)
    usual = bits_of(params.match_probability)
    bars = np.where(impersonal, max(usual, bits_of(params.impersonal_probability)), usual)
    if rows < _KNOWN_NAMES:
        bare = (gammas[:, [column for name, column in at.items() if name not in _NAMES]] < 0).all(axis=1)
        bars = np.where(bare, SETTLED_BITS, bars)
    return np.asarray(bars, dtype=np.float64)


def name_outcomes(pairs: pl.DataFrame, label: NDArray[np.int64], params: LinkParams) -> pl.DataFrame:
    """Return the weighed pairs that have an outcome, with it; ``label`` tells who is together."""
    together = pl.Series(label[pairs["left"].to_numpy()] == label[pairs["right"].to_numpy()])
    likely = pl.col("probability")
    outcome = (
        pl.when(pl.col("ruling") == DISCLOSED)
        .then(pl.lit(PairOutcome.DISCLOSED_RELATION.value))
        .when(pl.col("together") & (likely >= params.match_probability))
        .then(pl.lit(PairOutcome.MATCH.value))
        .when(likely >= params.possible_probability)
        .then(pl.lit(PairOutcome.POSSIBLE_MATCH.value))
        .when(~pl.col("together") & (pl.col("related") >= params.related_probability))
        .then(pl.lit(PairOutcome.POSSIBLY_RELATED.value))
    )
    named = (
        pairs.lazy()
        .with_columns(together=together)
        .with_columns(outcome=outcome)
        .filter(pl.col("outcome").is_not_null())
        .select(
            "left",
            "right",
            weight=pl.col("weight").clip(-SETTLED_BITS, SETTLED_BITS).round(4),
            probability=likely.round(6),
            outcome="outcome",
            **{f"gamma_{name}": f"gamma_{name}" for name in COMPARISONS},
        )
        .collect()
    )
    # As a rule they come sorted, and to sort them is to hold them twice.
    code = named.select(pl.col("left").cast(pl.UInt64) * 2**32 + pl.col("right")).to_series()
    return named if code.is_sorted() else named.sort("left", "right")


def name_pairs(pairs: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of row numbers as PAIRS and gammas; ``ids`` are those of the rows."""
    record, source = ids["record_id"], ids["source"]
    return pairs.select(
        record_id_l=record.gather(pairs["left"]),
        record_id_r=record.gather(pairs["right"]),
        match_weight="weight",
        match_probability="probability",
        outcome="outcome",
        source_l=source.gather(pairs["left"]),
        source_r=source.gather(pairs["right"]),
        **{f"gamma_{name}": f"gamma_{name}" for name in COMPARISONS},
    ).cast(PAIRS.schema)  # type: ignore[arg-type]

"""What reviewers are told of weighed pairs: an outcome, a bounded weight, a rounded probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.outputs import PAIRS
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.rulings import DISCLOSED
from skiptrace.vocabulary import PairOutcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skiptrace.settings import LinkParams

__all__ = ["SETTLED_BITS", "name_outcomes", "name_pairs"]

SETTLED_BITS = 40.0
"""Match weight, for or against, of a pair that somebody has settled."""


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
    named = pairs.with_columns(together=together).with_columns(outcome=outcome)
    return (
        named.filter(pl.col("outcome").is_not_null())
        .sort("left", "right")
        .select(
            "left",
            "right",
            weight=pl.col("weight").clip(-SETTLED_BITS, SETTLED_BITS).round(4),
            probability=likely.round(6),
            outcome="outcome",
            **{f"gamma_{name}": f"gamma_{name}" for name in COMPARISONS},
        )
    )


def name_pairs(pairs: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of row numbers as PAIRS and gammas; ``ids`` are those of the rows."""
    left, right = ids[pairs["left"]], ids[pairs["right"]]
    return pairs.select(
        record_id_l=left["record_id"],
        record_id_r=right["record_id"],
        match_weight="weight",
        match_probability="probability",
        outcome="outcome",
        source_l=left["source"],
        source_r=right["source"],
        **{f"gamma_{name}": f"gamma_{name}" for name in COMPARISONS},
    ).cast(PAIRS.schema)  # type: ignore[arg-type]

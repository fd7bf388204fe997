"""Attempts: what the collector dialled since the debtor was lost, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from leads_worlds.lines import FIRM

if TYPE_CHECKING:
    from leads_worlds.creditor import Book
    from leads_worlds.people import Cast
    from leads_worlds.ways import Ways
    from linkage.chance import Chance

__all__ = ["STATES", "attempts", "states"]

STATES = ("debtor", "near", "firm", "stranger", "nobody")
"""Who has a number, seen from a debtor: the first that holds."""
_OUTCOMES = (
    *("right_party", "third_party", "wrong_number", "human_unverified", "no_answer"),
    *("voicemail", "busy", "switched_off", "disconnected", "refused", "abandoned", "failed"),
)
_CHANCES = np.array(
    [
        # right third wrong  human  none  voice  busy   off  disc. refused aband. failed
        [0.200, 0.010, 0.012, 0.070, 0.330, 0.240, 0.025, 0.070, 0.008, 0.020, 0.010, 0.005],  # debtor
        [0.020, 0.140, 0.080, 0.090, 0.360, 0.220, 0.025, 0.030, 0.006, 0.014, 0.010, 0.005],  # near
        [0.006, 0.120, 0.120, 0.200, 0.280, 0.180, 0.060, 0.000, 0.004, 0.010, 0.015, 0.005],  # firm
        [0.003, 0.008, 0.200, 0.100, 0.370, 0.220, 0.025, 0.040, 0.006, 0.015, 0.008, 0.005],  # stranger
        [0.000, 0.000, 0.000, 0.000, 0.200, 0.020, 0.030, 0.150, 0.520, 0.000, 0.000, 0.080],  # nobody
    ]
)
"""Rows as STATES, columns as outcomes: networks do not always say that a number is dead, agents code wrong, debtors
deny being themselves, those near them pick up."""
_FINAL = {"wrong_number": 1, "disconnected": 2}
"""So many of these end the dialling of a number, mostly."""


def states(asked: pl.DataFrame, uses: pl.DataFrame, cast: Cast) -> pl.Series:
    """Return, for each question (``debtor``, ``number``, ``day``), who has the number: an index into STATES."""
    asked = asked.select("debtor", "number", "day").with_row_index("row")
    near = cast.people.select("person", of="debtor")
    held = (
        asked.join(uses, on="number")
        .filter(pl.col("since") <= pl.col("day"), pl.col("day") < pl.col("until"))
        .join(near, on="person", how="left")
        .with_columns(
            state=pl.when(pl.col("person") == pl.col("debtor"))
            .then(0)
            .when(pl.col("of") == pl.col("debtor"))
            .then(1)
            .when(pl.col("kind") == FIRM)
            .then(2)
            .otherwise(3)
        )
        .group_by("row")
        .agg(pl.col("state").min())
    )
    return asked.join(held, on="row", how="left", maintain_order="left")["state"].fill_null(4)


def attempts(
    cast: Cast, uses: pl.DataFrame, book: Book, records: pl.DataFrame, ways: Ways, chance: Chance
) -> pl.DataFrame:
    """Return ``person``, ``number``, ``at`` (days, with a fraction), ``outcome``, in order of time."""
    pairs = _dialled(book, records, chance)
    tries = chance.rng.poisson(ways.tries, pairs.height)
    made = pairs[np.repeat(np.arange(pairs.height), tries)]
    span = (-1 - made["begin"]).to_numpy()
    hour = (9 + 11 * chance.rng.random(made.height)) / 24
    made = made.with_columns(day=pl.col("begin") + pl.Series((span * chance.rng.random(made.height)).astype(int)))
    made = made.with_columns(at=pl.col("day") + pl.Series(hour)).sort("at", "person", "number")
    shares = _CHANCES[states(made.with_columns(debtor="person"), uses, cast).to_numpy()]
    # Some debtors never pick up, some always do.
    eager = (chance.rng.beta(1.2, 2.2, cast.people.height) / 0.35)[made["person"].to_numpy()]
    shares = shares * np.column_stack([eager, np.ones((made.height, len(_OUTCOMES) - 1))])
    edges = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    drawn = (chance.rng.random(made.height)[:, None] > edges).sum(axis=1).clip(0, len(_OUTCOMES) - 1)
    made = made.with_columns(outcome=pl.Series(_OUTCOMES).gather(drawn))
    goes_on = pl.Series(chance.often(0.1, made.height))
    over = pl.lit(value=False)
    for word, most in _FINAL.items():
        said = (pl.col("outcome") == word).cast(pl.Int64)
        over |= (said.cum_sum() - said).over("person", "number") >= most
    return made.filter(~over | goes_on).select("person", "number", "at", "outcome")


def _dialled(book: Book, records: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return ``person``, ``number``, ``begin``: the creditor's numbers, and those bought for half of the accounts."""
    count = book.accounts.height
    start = book.accounts.select("person", start=pl.col("lost").clip(-540) + 20)
    bought = records.filter(pl.col("person").is_in(np.flatnonzero(chance.often(0.5, count))))
    bought = bought.filter(pl.Series(chance.often(0.6, bought.height)))
    known = pl.concat(
        [
            book.points.select("person", "number", since="given"),
            bought.select("person", "number", since=pl.col("observed") + 20).drop_nulls(),
        ]
    )
    return (
        known.join(start, on="person")
        .with_columns(begin=pl.max_horizontal("since", "start"))
        .filter(pl.col("begin") < -1)
        .group_by("person", "number")
        .agg(pl.col("begin").min())
        .sort("person", "number")
    )

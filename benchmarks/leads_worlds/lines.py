"""Telephone numbers: who uses which from when to when, and what becomes of those given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from leads_worlds.people import FIRST, NEVER, at_home

if TYPE_CHECKING:
    from leads_worlds.people import Cast
    from leads_worlds.ways import Ways
    from linkage.chance import Chance

__all__ = ["FIRM", "HOME", "MOBILE", "drawn_use", "line_uses", "used_at"]

MOBILE, HOME, FIRM = 0, 1, 2
_MOST = 24
_QUARANTINE = 45
_A_FIRM_OF = 25
"""Debtors to a firm."""


def line_uses(cast: Cast, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Return who uses which number.

    Returns
    -------
    polars.DataFrame
        Grain: number × person. ``number`` and ``person`` (i64; people beyond the cast are strangers and firms),
        ``since``, ``until``, ``ends`` (the day the line itself is given up), ``kind``.
    """
    mobiles = _mobiles(cast.people.height, ways, chance)
    homes = _home_lines(cast, ways, int(mobiles["number"].max() or 0) + 1, chance)
    own = pl.concat([mobiles, homes])
    strangers = _handed_on(own, ways, cast.people.height, chance)
    firms = cast.people.filter(pl.col("role") == "debtor").height // _A_FIRM_OF + 1
    first = int(own["number"].max() or 0) + 1
    switchboards = pl.DataFrame(
        {
            "number": first + np.arange(firms),
            "person": cast.people.height + strangers.height + np.arange(firms),
            "since": np.full(firms, FIRST),
            "until": np.full(firms, NEVER),
            "ends": np.full(firms, NEVER),
            "kind": np.full(firms, FIRM),
        }
    )
    return pl.concat([own, strangers, switchboards])


def used_at(uses: pl.DataFrame, asked: pl.DataFrame, by: str) -> pl.DataFrame:
    """Join to each question (``by`` = person or number, and ``day``) every use of that day."""
    return asked.join(uses, on=by).filter(pl.col("since") <= pl.col("day"), pl.col("day") < pl.col("until"))


def drawn_use(uses: pl.DataFrame, asked: pl.DataFrame, landline: pl.Expr, chance: Chance) -> pl.DataFrame:
    """Return ``row`` and ``number``: for each question (``row``, ``person``, ``day``) one number of that day.

    ``landline`` is the preference for that of the home.
    """
    found = used_at(uses, asked, "person").sort("row", "number")
    luck = pl.Series(chance.rng.random(found.height))
    weight = pl.when(pl.col("kind") == HOME).then(landline).otherwise(1 - landline).clip(1e-9, 1)
    return (
        found.with_columns(luck=luck.log() / found.select(weight).to_series())
        .sort("row", "luck", descending=[False, True])
        .unique("row", keep="first", maintain_order=True)
        .select("row", "number")
    )


def _mobiles(count: int, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Give everybody one number after another, and an eighth of them a second one for a time."""
    rng = chance.rng
    # Few keep a number for life, few change every few months.
    rate = rng.gamma(1.2, ways.churn / 1.2, count).clip(0.01)
    lasts = rng.exponential(365 / rate[:, None], (count, _MOST))
    ends = FIRST + np.cumsum(lasts, axis=1)
    ends[:, -1] = NEVER
    starts = np.column_stack([np.full(count, FIRST), ends[:, :-1]])
    person, turn = np.nonzero(starts < 0)
    # One in ten is cut off some weeks before there is a new one.
    cut = chance.often(0.1, len(person)) * rng.exponential(90, len(person))
    since = starts[person, turn]
    until = np.maximum(ends[person, turn] - cut, since + 5)
    second = np.flatnonzero(chance.often(0.12, count))
    also = rng.uniform(-1500, -10, len(second))
    since = np.concatenate([since, also]).astype(int)
    until = np.concatenate([until, also + rng.exponential(700, len(second))]).clip(None, NEVER).astype(int)
    return pl.DataFrame(
        {
            "number": np.arange(len(since)),
            "person": np.concatenate([person, second]),
            "since": since,
            "until": until,
            "ends": until,
            "kind": np.full(len(since), MOBILE),
        }
    )


def _home_lines(cast: Cast, ways: Ways, first: int, chance: Chance) -> pl.DataFrame:
    """Give homes a landline, used by all who live there; it goes with the last of them, or when it is given up."""
    living = at_home(cast.people)
    homes = living.group_by("home").agg(begins=pl.col("since").min(), left=pl.col("until").max()).sort("home")
    homes = homes.filter(pl.Series(chance.often(ways.landlines, homes.height)))
    given_up = homes["begins"].to_numpy() + chance.rng.exponential(365 * 12, homes.height).astype(int)
    lines = homes.with_columns(
        number=first + np.arange(homes.height), ends=pl.min_horizontal("left", pl.Series(given_up))
    )
    return (
        living.join(lines.select("home", "number", "ends"), on="home")
        .with_columns(until=pl.min_horizontal("until", "ends"), kind=pl.lit(HOME, pl.Int64))
        .filter(pl.col("since") < pl.col("until"))
        .select("number", "person", "since", "until", "ends", "kind")
        .sort("number", "person", "since")
    )


def _handed_on(own: pl.DataFrame, ways: Ways, first: int, chance: Chance) -> pl.DataFrame:
    """Give numbers that were given up to strangers."""
    left = own.group_by("number").agg(pl.col("ends").max(), pl.col("kind").first()).sort("number")
    left = left.filter(pl.col("ends") < 0, pl.Series(chance.often(ways.handed_on, left.height)))
    since = left["ends"].to_numpy() + _QUARANTINE + chance.rng.exponential(ways.wait, left.height).astype(int)
    until = since + chance.rng.exponential(1800, left.height).astype(int)
    taken = left.with_columns(since=pl.Series(since), until=pl.Series(until)).filter(pl.col("since") < 0)
    return taken.select(
        "number", pl.int_range(first, first + pl.len()).alias("person"), "since", "until", ends="until", kind="kind"
    )

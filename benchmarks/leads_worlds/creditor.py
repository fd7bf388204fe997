"""The creditor's file: what debtors said when they opened the account and later, and how it was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from leads_worlds.lines import FIRM, drawn_use, used_at
from leads_worlds.people import NEVER

if TYPE_CHECKING:
    from leads_worlds.people import Cast
    from leads_worlds.ways import Ways
    from linkage.chance import Chance

__all__ = ["Book", "book"]

_NO_DATA = 0.2
_LEARNS = 30
"""Days until the list of given-up numbers knows of one."""
_GIVEN = {"mobile": 0.93, "more": 0.5, "later": 0.6}
"""Shares of debtors who give a number when they open the account, another one then, and a new one when asked."""


class Book(NamedTuple):
    """What the creditor holds, in numbers."""

    accounts: pl.DataFrame
    """Grain: account = debtor: ``person``, ``opened``, ``lost`` (the last day the debtor kept in touch)."""
    points: pl.DataFrame
    """Grain: account × number: ``person``, ``number``, ``given``, ``seen`` (null = undated), ``label``, ``checked``
    (null = never), ``result``; in the order on file."""
    relations: pl.DataFrame
    """Grain: person near a debtor: ``person``, ``number``."""


def book(cast: Cast, uses: pl.DataFrame, ways: Ways, fillers: np.ndarray, chance: Chance) -> Book:
    """Open the accounts, and note what debtors say; ``fillers`` are numbers that clerks type where there is none."""
    rng = chance.rng
    debtors = cast.people.filter(pl.col("role") == "debtor").height
    opened = -(200 + rng.gamma(2.0, 600, debtors)).clip(None, 3500).astype(int)
    lost = np.maximum(-(45 + rng.exponential(450, debtors)).astype(int), opened + 20)
    accounts = pl.DataFrame({"person": np.arange(debtors), "opened": opened, "lost": lost})
    asked = _asked(accounts, chance)
    told = asked.join(drawn_use(uses, asked, pl.lit(0.35), chance), on="row")
    mine = told.select("person", "number", given="day", label=pl.lit(None, pl.String))
    given = pl.concat([mine, *_others(cast, accounts, uses, ways, chance), _typed(accounts, ways, fillers, chance)])
    points = (
        given.sort("person", "given", "number", "label")
        .unique(["person", "number"], keep="first", maintain_order=True)
        .join(accounts, on="person", maintain_order="left")
    )
    points = _checked(_dated(points, uses, ways, chance), uses, ways, chance)
    turned = chance.often(0.3, debtors)
    order = pl.when(pl.col("person").is_in(np.flatnonzero(turned))).then(-pl.col("given")).otherwise("given")
    points = points.with_columns(order=order).sort("person", "order", "number")
    return Book(
        accounts,
        points.select("person", "number", "given", "seen", "label", "checked", "result"),
        _related(cast, accounts, uses, ways, chance),
    )


def _asked(accounts: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return the days on which a debtor says a number: at the beginning, at times twice, and later while in touch."""
    count = accounts.height
    spans = (accounts["lost"] - accounts["opened"]).to_numpy()
    parts = [(_GIVEN["mobile"], np.zeros(count)), (_GIVEN["more"], np.zeros(count))]
    parts += [(_GIVEN["later"], chance.rng.random(count) * spans) for _ in range(2)]
    days = [
        accounts.with_columns(day=pl.col("opened") + pl.Series(after.astype(int))).filter(
            pl.Series(chance.often(share, count))
        )
        for share, after in parts
    ]
    return pl.concat(days).select("person", "day").with_row_index("row")


def _others(
    cast: Cast, accounts: pl.DataFrame, uses: pl.DataFrame, ways: Ways, chance: Chance
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return numbers of others that debtors gave as their own: of somebody near them, of the firm."""
    near = cast.people.filter(pl.col("role") != "debtor").unique("debtor", keep="first", maintain_order=True)
    near = near.filter(pl.Series(chance.often(ways.alternates, near.height)))
    asked = near.join(accounts.select(debtor="person", day="opened"), on="debtor", maintain_order="left")
    asked = asked.select("debtor", "person", "day").with_row_index("row")
    alternates = asked.join(drawn_use(uses, asked, pl.lit(0.1), chance), on="row")
    boards = uses.filter(pl.col("kind") == FIRM)["number"].to_numpy()
    works = accounts.filter(pl.Series(chance.often(ways.works, accounts.height)))
    return (
        alternates.select(person="debtor", number="number", given="day", label=pl.lit("home")),
        works.select(
            "person",
            pl.Series("number", boards[chance.rng.integers(0, len(boards), works.height)]),
            given="opened",
            label=pl.lit("work"),
        ),
    )


def _typed(accounts: pl.DataFrame, ways: Ways, fillers: np.ndarray, chance: Chance) -> pl.DataFrame:
    filled = accounts.filter(pl.Series(chance.often(ways.fillers, accounts.height)))
    typed = fillers[chance.ranks(len(fillers), filled.height)]
    return filled.select("person", pl.Series("number", typed), given="opened", label=pl.lit(None, pl.String))


def _dated(points: pl.DataFrame, uses: pl.DataFrame, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Date each number: the day given, the last day it was met working, the day of a new system, or not at all."""
    ended = uses.group_by("person", "number").agg(pl.col("until").max())
    count = points.height
    luck = chance.rng.random(count)
    met = pl.Series(chance.often(0.4, count))
    dated = points.join(ended, on=["person", "number"], how="left", maintain_order="left").with_columns(
        last=pl.min_horizontal("lost", pl.col("until").fill_null(NEVER))
    )
    seen = pl.when(met & (pl.col("last") > pl.col("given"))).then(
        pl.col("given") + ((pl.col("last") - pl.col("given")) * pl.Series(luck)).cast(pl.Int64)
    )
    moved = chance.often(ways.migrated, int(points["person"].max() or 0) + 1)
    system = pl.Series(moved).gather(points["person"]) & (points["given"] < -700)  # noqa: PLR2004  # the day it came
    dated = dated.with_columns(seen=seen.otherwise("given")).with_columns(
        seen=pl.when(system).then(pl.max_horizontal("seen", pl.lit(-700, pl.Int64))).otherwise("seen")
    )
    undated = pl.Series(chance.often(ways.undated, count))
    return dated.with_columns(seen=pl.when(~undated).then("seen"))


def _checked(points: pl.DataFrame, uses: pl.DataFrame, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Put a share of the numbers to a check, which asks whether they were given up since the debtor gave them."""
    count = points.height
    ends = uses.group_by("number").agg(pl.col("ends").min())
    day = pl.Series(chance.rng.integers(-400, -5, count))
    asked = pl.Series(chance.often(ways.checked, count)) & (points["given"] < day)
    silent, slip = (pl.Series(chance.often(share, count)) for share in (_NO_DATA, 0.02))
    gone = (pl.col("ends").fill_null(NEVER) + _LEARNS < day) ^ slip
    result = (
        pl.when(silent)
        .then(pl.lit("no_data"))
        .when(gone)
        .then(pl.lit("reassigned"))
        .otherwise(pl.lit("not_reassigned"))
    )
    return points.join(ends, on="number", how="left", maintain_order="left").with_columns(
        checked=pl.when(asked).then(day), result=pl.when(asked).then(result)
    )


def _related(cast: Cast, accounts: pl.DataFrame, uses: pl.DataFrame, ways: Ways, chance: Chance) -> pl.DataFrame:
    near = cast.people.filter(pl.col("role") != "debtor")
    near = near.filter(pl.Series(chance.often(ways.disclosed, near.height)))
    asked = near.join(accounts.select(debtor="person", day="opened"), on="debtor", maintain_order="left")
    asked = asked.select("person", "day").with_row_index("row")
    return (
        used_at(uses, asked, "person")
        .sort("row", "kind", "number")
        .unique("row", keep="first", maintain_order=True)
        .select("person", "number")
    )

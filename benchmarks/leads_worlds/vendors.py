"""Third-party records: what vendors heard of people, mistook, restamped, and took from one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from leads_worlds.lines import FIRM, drawn_use
from leads_worlds.people import FIRST

if TYPE_CHECKING:
    from leads_worlds.people import Cast
    from leads_worlds.ways import Vendor, Ways
    from linkage.chance import Chance

__all__ = ["filed"]

_ROW = ("vendor", "person", "heard", "observed", "number", "former")


def filed(cast: Cast, uses: pl.DataFrame, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Return the rows of all vendors.

    Returns
    -------
    polars.DataFrame
        Grain: record. ``vendor``, ``person`` (whom it is of), ``heard`` (day), ``observed`` (day it bears),
        ``number`` and ``former`` (an earlier one it lists too; either may be null).
    """
    done: dict[str, pl.DataFrame] = {}
    for vendor in ways.vendors:
        if vendor.copies:
            done[vendor.name] = _copied(done[vendor.copies], vendor, chance)
        else:
            done[vendor.name] = _heard(cast, uses, vendor, ways, chance)
    return pl.concat([*done.values(), _strangers(cast, uses, ways, chance)])


def _heard(cast: Cast, uses: pl.DataFrame, vendor: Vendor, ways: Ways, chance: Chance) -> pl.DataFrame:
    people = cast.people
    share = np.where((people["role"] == "debtor").to_numpy(), vendor.cover, vendor.cover * ways.kin_filed)
    known = chance.rng.random(people.height) < share
    person = np.repeat(np.flatnonzero(known), 1 + chance.rng.poisson(0.35, known.sum()))
    count = len(person)
    day = -(vendor.lag + chance.rng.exponential(vendor.age, count)).astype(int)
    asked = pl.DataFrame({"person": person, "day": day.clip(FIRST, -1)}).with_row_index("row")
    preference = pl.lit(vendor.landline)
    rows = asked.join(drawn_use(uses, asked, preference, chance), on="row", how="left", maintain_order="left")
    # What it knew before, it may list beside.
    back = asked.with_columns(day=pl.col("day") - pl.Series(chance.rng.exponential(900, count).astype(int)))
    former = drawn_use(uses, back, preference, chance).rename({"number": "former"})
    lists = pl.Series(chance.often(vendor.keeps, count))
    rows = rows.join(former, on="row", how="left", maintain_order="left").with_columns(
        former=pl.when(lists & (pl.col("former") != pl.col("number"))).then("former")
    )
    rows = _mistaken(rows, cast, uses, vendor, chance)
    return _stamped(rows, uses, vendor, chance).select(
        pl.lit(vendor.name).alias("vendor"), "person", "observed", "number", "former", heard="day"
    )[list(_ROW)]


def _mistaken(rows: pl.DataFrame, cast: Cast, uses: pl.DataFrame, vendor: Vendor, chance: Chance) -> pl.DataFrame:
    """Put somebody else's number into a share of rows: of one at the same address, or of nobody near."""
    owner = cast.people.select("person", "debtor")
    housed = rows.select("row", "person", "day").join(owner, on="person")
    near = owner.rename({"person": "other"})
    candidates = housed.join(near, on="debtor").filter(pl.col("other") != pl.col("person"))
    asked = candidates.select("row", "day", person="other")
    theirs = drawn_use(uses, asked, pl.lit(0.3), chance).rename({"number": "theirs"})
    anyone = uses.filter(pl.col("kind") != FIRM)["number"].to_numpy()
    wrong = pl.Series(chance.often(vendor.wrong, rows.height))
    at_home = pl.Series(chance.often(0.6, rows.height))
    random = pl.Series(anyone[chance.rng.integers(0, len(anyone), rows.height)])
    other = pl.when(at_home).then(pl.col("theirs").fill_null(random)).otherwise(random)
    return rows.join(theirs, on="row", how="left", maintain_order="left").with_columns(
        number=pl.when(wrong).then(other).otherwise("number")
    )


def _stamped(rows: pl.DataFrame, uses: pl.DataFrame, vendor: Vendor, chance: Chance) -> pl.DataFrame:
    """Date each row: the day of the hearing, or of a later update, which may ask that the line still be in service."""
    count = rows.height
    update = -chance.rng.integers(5, 240, count)
    later = pl.Series(chance.often(vendor.restamps, count)) & pl.Series(update > rows["day"].to_numpy())
    rows = rows.with_columns(update=pl.Series(update))
    if vendor.pings:
        works = (
            rows.select("row", "number", "update")
            .join(uses, on="number")
            .filter(pl.col("since") <= pl.col("update"), pl.col("update") < pl.col("until"))["row"]
        )
        later &= rows["row"].is_in(works.implode())
    return rows.with_columns(observed=pl.when(later).then("update").otherwise("day"))


def _copied(rows: pl.DataFrame, vendor: Vendor, chance: Chance) -> pl.DataFrame:
    """Take over another's rows some months later, and date them by the day of taking over."""
    taken = rows.filter(pl.Series(chance.often(vendor.cover, rows.height)))
    after = 20 + chance.rng.exponential(vendor.copy_lag, taken.height).astype(int)
    return taken.with_columns(
        vendor=pl.lit(vendor.name),
        observed=pl.min_horizontal(pl.col("observed") + pl.Series(after), pl.lit(-3, pl.Int64)),
    )[list(_ROW)]


def _strangers(cast: Cast, uses: pl.DataFrame, ways: Ways, chance: Chance) -> pl.DataFrame:
    """Return rows of those who got the numbers that were given up."""
    new = uses.filter(pl.col("person") >= cast.people.height, pl.col("kind") != FIRM)
    new = new.filter(pl.Series(chance.often(ways.strangers_filed, new.height)))
    last = np.minimum(new["until"].to_numpy(), 0)
    first = new["since"].to_numpy()
    day = (first + (last - first) * chance.rng.random(new.height)).astype(int)
    names = pl.Series([vendor.name for vendor in ways.vendors])
    return new.with_columns(
        vendor=names.gather(chance.rng.integers(0, len(names), new.height)),
        heard=pl.Series(day).clip(None, -1),
        observed=pl.Series(day).clip(None, -1),
        former=pl.lit(None, pl.Int64),
    )[list(_ROW)]

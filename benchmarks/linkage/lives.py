"""What people in every American world have: homes, telephone numbers nobody else has, e-mails, and dates of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from linkage import stocks
from linkage.chance import chosen

if TYPE_CHECKING:
    from linkage.chance import Chance

__all__ = ["emails", "given_names", "homes", "identified", "numbers", "street_lines"]

_LAST_LINE = 10_000
_BLOCK = 24
"""Flats in a block."""
_DOMAINS = ("example.com", "mail.example.com", "example.org", "example.net", "post.example.com")


def homes(count: int, flats: float, chance: Chance) -> pl.DataFrame:
    """Return ``count`` homes, each another: street, number, flat, city, state, zip; ``flats`` of them in blocks.

    Flats of one block share number and street, so a careless address fits two dozen homes.
    """
    rng = chance.rng
    inside = np.sort(chance.often(flats, count))  # houses first, then flats
    houses = int(count - inside.sum())
    building = np.concatenate([np.arange(houses), houses + np.arange(count - houses) // _BLOCK])
    flat = np.concatenate([np.zeros(houses, int), np.arange(count - houses) % _BLOCK + 1])
    buildings = int(building[-1]) + 1
    city = chance.ranks(len(stocks.CITIES), buildings, 0.8)
    district = rng.integers(0, 60, buildings)
    # A district has forty streets of its own.
    street = (city * 7919 + district * 131 + rng.integers(0, 40, buildings) * 17) % (
        len(stocks.STREETS) * len(stocks.STREET_KINDS)
    )
    places = pl.Series(stocks.CITIES).str.split("|")
    found = pl.DataFrame(
        {
            "number": rng.integers(1, 3000, buildings),
            "street": pl.Series(stocks.STREETS).gather(street // len(stocks.STREET_KINDS)),
            "kind": pl.Series(stocks.STREET_KINDS).gather(street % len(stocks.STREET_KINDS)),
            "city": places.list.get(0).gather(city),
            "state": places.list.get(1).gather(city),
            "zip": places.list.get(2).gather(city) + pl.Series(district).cast(pl.String).str.zfill(2),
        }
    )[building].with_columns(pl.Series("flat", flat))
    return found[rng.permutation(count)]


def street_lines(at: pl.DataFrame, chance: Chance, careless: float = 0.15) -> pl.Series:
    """Write number, street and flat as people do: street kinds long or short, the flat left out by the careless."""
    count = at.height
    long, short = at["kind"].str.split(" ").list.get(0), at["kind"].str.split(" ").list.get(1)
    kind = short.zip_with(pl.Series(chance.often(0.6, count)), long)
    line = at["number"].cast(pl.String) + " " + at["street"] + " " + kind
    word = chance.evenly(stocks.HOUSES, count)
    flat = " " + word + pl.Series(np.where(word.to_numpy() == "#", "", " ")) + at["flat"].cast(pl.String)
    named = (at["flat"] > 0) & pl.Series(~chance.often(careless, count))
    return (line + flat).zip_with(named, line)


def numbers(count: int, chance: Chance) -> pl.Series:
    """Return ``count`` telephone numbers of ten digits, each another."""
    whole = len(stocks.AREA_CODES) * _LAST_LINE
    if count > whole:
        raise ValueError(f"asked for {count:,} telephone numbers; there are {whole:,} in the exchange 555")
    drawn = chance.rng.permutation(whole)[:count]
    area = pl.Series(stocks.AREA_CODES).gather(drawn // _LAST_LINE)
    return area + "555" + pl.Series(drawn % _LAST_LINE).cast(pl.String).str.zfill(4)


def emails(given: pl.Series, family: pl.Series, year: pl.Series, chance: Chance) -> pl.Series:
    """Return an address for each, from name and initial; a number tells apart those that would be alike."""
    kind = chance.kinds((4, 3, 2, 2), len(given))
    low, kin = given.str.to_lowercase(), family.str.to_lowercase().str.replace_all(r"[ '-]", "")
    tail = pl.Series(chance.rng.integers(1, 1000, len(given))).cast(pl.String)
    forms = (
        low + "." + kin + tail,
        low.str.head(1) + kin + year.cast(pl.String).str.tail(2) + tail.str.head(1),
        kin + "." + low,
        low + tail + year.cast(pl.String).str.tail(2),
    )
    local = pl.select(
        pl.when(pl.Series(kind == 0))
        .then(forms[0])
        .when(pl.Series(kind == 1))
        .then(forms[1])
        .when(pl.Series(kind == 2))  # noqa: PLR2004  # numbered as in `forms`
        .then(forms[2])
        .otherwise(forms[3])
    ).to_series()
    domain = chance.words(_DOMAINS, len(given))
    return chosen(
        (local + domain).is_duplicated().to_numpy(), local + "." + pl.Series(range(len(given))).cast(pl.String), local
    ) + ("@" + domain)


def given_names(female: np.ndarray, chance: Chance) -> pl.Series:
    """Return a given name for each, by sex."""
    her = chance.words(stocks.WOMEN, len(female), 0.9)
    return her.zip_with(pl.Series(female), chance.words(stocks.MEN, len(female), 0.9))


def identified(records: pl.DataFrame, truth: pl.DataFrame, chance: Chance) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Shuffle the records and name them; return the file and, apart from it, the truth by ``record_id``."""
    order = chance.rng.permutation(records.height)
    names = pl.Series("record_id", np.arange(records.height)).cast(pl.String).str.zfill(8)
    names = ("r" + names).rename("record_id")
    return records[order].insert_column(0, names), truth[order].insert_column(0, names)

"""A world as a creditor's batch: accounts in places whose law is known, numbers reserved for fiction, the past log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import phonenumbers
import polars as pl
from linkage.chance import Chance
from loop_worlds.month import FIRST_WEEK, begin_of, moments
from phonenumbers.timezone import time_zones_for_number
from timing_worlds import agency
from timing_worlds.answering import Came, Tried
from timing_worlds.world import HOME, MAILBOX, ZONES

if TYPE_CHECKING:
    from pathlib import Path

    from timing_worlds.world import World

__all__ = ["write"]

_STATES = (("US-GA", "US-OH", "US-NJ"), ("US-IL", "US-WI", "US-MN"), ("US-CO", "US-UT"), ("US-CA", "US-NV"))
"""Of each zone, in the order of ZONES."""
_SOURCES = ("skip trace", "statement", "application")
"""By how likely a point of the source is the debtor's: up to .4, up to .75, above."""
_SURE = (0.4, 0.75)
_LINES = 100
"""Numbers reserved for fiction in an area: 555-0100 to 555-0199."""
_SYLLABLES = tuple(first + second for first in "bdfgklmnprstvz" for second in "aeiou")
_GIVEN = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gail", "Hugh", "Ivy", "Joel", "Kay", "Lars", "Mona", "Ned")
_CHANNELS = pl.Series(["call", "sms", "email"])
_KNOWN_AT = begin_of(0)


def write(world: World, name: str, seed: int, folder: Path) -> pl.DataFrame:
    """Write ``accounts.csv``, ``contact_points.csv`` and ``attempts.csv`` and return the points.

    Returns
    -------
    polars.DataFrame
        ``person``, ``account_id``, ``contact_point``, ``kind``, ``label``, ``source``, as ``world.points`` are ordered.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = Chance(seed, f"closed loop {name}")
    _accounts(world, chance).write_csv(folder / "accounts.csv")
    points = _points(world)
    named = points.select("account_id", "kind", "label", "source", value="contact_point")
    named.write_csv(folder / "contact_points.csv")
    _log(world, points, chance.rng).write_csv(folder / "attempts.csv", datetime_format="%Y-%m-%dT%H:%M:%S+00:00")
    return points


def _accounts(world: World, chance: Chance) -> pl.DataFrame:
    count = world.accounts.height
    draws = chance.rng.integers(0, 12, count)
    born = [(draw // 28 + 1, draw % 28 + 1) for draw in chance.rng.integers(0, 336, count)]
    return world.accounts.select(
        "account_id",
        kind=pl.lit("person"),
        given_name=pl.Series([_GIVEN[number % len(_GIVEN)] for number in range(count)]),
        family_name=pl.Series([_family(number) for number in range(count)]),
        birth_date=pl.format(
            "{}-{}", "birth_year", pl.Series("born", [f"{month:02d}-{day:02d}" for month, day in born])
        ),
        country=pl.lit("US"),
        region=pl.Series(
            [_STATES[zone][draw % len(_STATES[zone])] for zone, draw in zip(world.believed, draws, strict=True)]
        ),
        time_zone="time_zone",
        age_band="age_band",
        employment_status="employment_status",
        product="product",
        balance=pl.lit(500),
        currency=pl.lit("USD"),
    )


def _family(number: int) -> str:
    """Return a name that no other number has."""
    syllables = []
    for _ in range(4):
        number, place = divmod(number * 37 + 11, len(_SYLLABLES))
        syllables.append(_SYLLABLES[place])
    return "".join(syllables).capitalize()


def _points(world: World) -> pl.DataFrame:
    """Give phones numbers of an area in the zone that the world has for them."""
    areas = _areas()
    taken = dict.fromkeys(range(len(ZONES)), 0)
    values = []
    for number, (kind, zone) in enumerate(world.points.select("kind", "zone").iter_rows()):
        if kind == MAILBOX:
            values.append(f"p{number}@example.com")
            continue
        area, line = divmod(taken[zone], _LINES)
        if area >= len(areas[zone]):
            raise SystemExit(f"so many accounts need more numbers than {ZONES[zone]} has for fiction")
        values.append(f"+1{areas[zone][area]}55501{line:02d}")
        taken[zone] += 1
    ids = world.accounts.select("account_id", person=pl.int_range(pl.len()))
    owner = world.points["p_owner"]
    return world.points.join(ids, on="person", maintain_order="left").select(
        "person",
        "account_id",
        contact_point=pl.Series(values),
        kind=pl.when(pl.col("kind") == MAILBOX).then(pl.lit("email")).otherwise(pl.lit("phone")),
        label=pl.when(pl.col("kind") == HOME)
        .then(pl.lit("home"))
        .when(pl.col("kind") != MAILBOX)
        .then(pl.lit("mobile")),
        source=pl.Series(_SOURCES).gather((owner > _SURE[0]).cast(pl.Int64) + (owner > _SURE[1]).cast(pl.Int64)),
    )


def _areas() -> list[list[int]]:
    """Return the area codes of each of ZONES, those that lie wholly in it."""
    found: dict[tuple[str, ...], list[int]] = {(zone,): [] for zone in ZONES}
    for area in range(201, 990):
        number = phonenumbers.parse(f"+1{area}5550100")
        if phonenumbers.region_code_for_number(number) == "US":
            found.setdefault(tuple(time_zones_for_number(number)), []).append(area)
    return [found[zone,] for zone in ZONES]


def _log(world: World, points: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return what the agency did before the month, and the calls that came in, with the columns of ``attempts``."""
    tried, came = agency.attempts(world, rng)
    back = agency.phoned_back(world, rng)
    talk = rng.lognormal(5, 0.7, len(back.person)).round()
    none = np.full(len(back.person), np.nan)
    spoken = Came(np.full(len(back.person), "right_party"), np.ones(len(back.person), bool), none, talk, none)
    parts = [_rows(world, points, tried, came, "outbound"), _rows(world, points, back, spoken, "inbound")]
    rows = pl.concat(parts)
    early = pl.col("response_at") > _KNOWN_AT
    seconds = pl.Series(rng.integers(-1800, 1800, rows.height))
    return (
        rows.with_columns(pl.col("started_at", "response_at") + pl.duration(seconds=seconds))
        .filter(pl.col("started_at") < _KNOWN_AT)
        .with_columns(
            # What comes after the moment of planning is not known yet.
            outcome=pl.when(early).then(pl.lit("delivered")).otherwise("outcome"),
            response_at=pl.when(~early).then("response_at"),
        )
        .sort("started_at", "contact_point")
        .with_columns(attempt_id=pl.format("T{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(8)))
    )


def _rows(world: World, points: pl.DataFrame, tried: Tried, came: Came, direction: str) -> pl.DataFrame:
    before = np.flatnonzero(tried.week <= FIRST_WEEK)
    tried, came = Tried(*(column[before] for column in tried)), Came(*(column[before] for column in came))
    at = moments(world, tried)
    return points[tried.point].select(
        "account_id",
        "contact_point",
        channel=_CHANNELS.gather(tried.channel),
        started_at=at,
        outcome=pl.Series(came.outcome),
        direction=pl.lit(direction),
        duration_s=pl.Series(came.duration).fill_nan(None),
        ring_s=pl.Series(came.ring).fill_nan(None),
        response_at=at + pl.Series(3_600_000 * came.later).fill_nan(None).cast(pl.Duration("ms")),
    )

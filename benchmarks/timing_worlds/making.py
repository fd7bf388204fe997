"""Write a world: what is known into some files, the truth into others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from linkage.chance import Chance
from timing_worlds import agency
from timing_worlds.answering import CALL, EMAIL, SMS, Came, Tried, came_of, chance_of
from timing_worlds.world import AS_OF, FIRST_LAWFUL, HOME, LAST_LAWFUL, MAILBOX, MOBILE, WEEKS, ZONES
from timing_worlds.worlds import build

if TYPE_CHECKING:
    from pathlib import Path

    from timing_worlds.world import World

__all__ = ["believed_hours", "write"]

_CHANNELS = pl.Series(["call", "sms", "email"])
_TESTS = 15
"""Random calls an account on which forecasts are judged, and a third as many texts and mails."""
_MONDAY = AS_OF.replace(tzinfo=None, hour=0) - timedelta(weeks=WEEKS)


def write(name: str, count: int, seed: int, folder: Path) -> int:
    """Write the world into the folder; return how many attempts it has.

    May be known: ``accounts``, ``points``, ``attempts``, ``slots`` (every lead × lawful hour of the coming week, and
    some random texts and mails). Only the judge sees ``truth`` (the probability of each slot), ``test`` (slots of
    random attempts, and whether they reached the debtor) and ``states`` of the points.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world, rng = build(name, count, seed), Chance(seed, f"timing agency {name}").rng
    points = _named(world)
    known = points.select("account_id", "contact_point", "kind", "label", "p_owner", "p_live", "zone")
    zones = known.group_by("account_id", maintain_order=True).agg(pl.col("zone").first())
    zones = zones.join(world.accounts.select("account_id", "time_zone"), on="account_id").select(
        "account_id", believed=pl.coalesce("time_zone", "zone")
    )
    log = believed_hours(_log(world, points, rng).join(zones, on="account_id"))
    asked, tested = _asked(world, rng)
    rows = pl.DataFrame({"slot": np.arange(len(asked.person), dtype=np.uint32)})
    where = _where(world, points, asked)
    slots = believed_hours(pl.concat([rows, where], how="horizontal").join(zones, on="account_id"), "at")
    reached = came_of(world, Tried(*(column[tested] for column in asked)), rng).reached
    files = {
        "accounts": world.accounts,
        "points": known,
        "attempts": log,
        "slots": slots,
        "truth": rows.with_columns(p=pl.Series(chance_of(world, asked))),
        "test": pl.DataFrame({"slot": tested.astype(np.uint32), "reached": reached}),
        "states": points.select("account_id", "contact_point", "owner", "live", "state"),
    }
    for stem, frame in files.items():
        frame.write_parquet(folder / f"{stem}.parquet")
    return log.height


def believed_hours(rows: pl.DataFrame, at: str = "started_at") -> pl.DataFrame:
    """Return the rows with ``weekday`` and ``hour`` at ``at`` (UTC) where the file believes the person to live."""
    local = pl.coalesce(
        pl.when(pl.col("believed") == zone).then(pl.col(at).dt.convert_time_zone(zone).dt.replace_time_zone(None))
        for zone in ZONES
    )
    return rows.with_columns(weekday=(local.dt.weekday() - 1).cast(pl.Int8), hour=local.dt.hour())


def _named(world: World) -> pl.DataFrame:
    words = {MAILBOX: "email", HOME: "home"}
    ids = world.accounts.select("account_id", person=pl.int_range(pl.len()))
    return world.points.join(ids, on="person", maintain_order="left").with_columns(
        label=pl.col("kind").replace_strict(words, default="mobile", return_dtype=pl.String),
        kind=pl.when(pl.col("kind") == MAILBOX).then(pl.lit("email")).otherwise(pl.lit("phone")),
        zone=pl.col("zone").replace_strict(dict(enumerate(ZONES)), return_dtype=pl.String),
    )


def _log(world: World, points: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return all attempts in order of time, with the columns of CODED_ATTEMPTS that a dialer fills."""
    tried, came = agency.attempts(world, rng)
    back = agency.phoned_back(world, rng)
    parts = [(tried, came, "outbound"), (back, _spoken(len(back.person), rng), "inbound")]
    frames = [
        pl.concat(
            [
                _where(world, points, made),
                pl.DataFrame(
                    {"outcome": what.outcome, "duration_s": what.duration, "ring_s": what.ring, "later": what.later}
                ),
            ],
            how="horizontal",
        ).with_columns(pl.col(pl.Float64).fill_nan(None), direction=pl.lit(way))
        for made, what, way in parts
    ]
    early = pl.col("response_at") > AS_OF
    return (
        pl.concat(frames)
        .with_columns(
            at=pl.col("at") + pl.duration(seconds=pl.Series(rng.integers(-1800, 1800, sum(map(len, frames))))),
        )
        .with_columns(
            started_at="at", response_at=pl.col("at") + pl.duration(seconds=(3600 * pl.col("later")).cast(pl.Int64))
        )
        .with_columns(
            # What comes after the moment of learning is not known yet.
            outcome=pl.when(early).then(pl.lit("delivered")).otherwise("outcome"),
            response_at=pl.when(~early).then("response_at"),
        )
        .sort("started_at", "contact_point")
        .with_columns(attempt_id=pl.format("T{}", pl.int_range(pl.len()).cast(pl.String).str.zfill(8)))
        .drop("at", "later")
    )


def _spoken(count: int, rng: np.random.Generator) -> Came:
    none = np.full(count, np.nan)
    talk = rng.lognormal(5, 0.7, count).round()
    return Came(np.full(count, "right_party"), np.ones(count, bool), none, talk, none)


def _where(world: World, points: pl.DataFrame, tried: Tried) -> pl.DataFrame:
    """Return ``account_id``, ``contact_point``, ``channel`` and ``at``, the middle of the hour (UTC)."""
    hours = pl.Series(tried.week * 168 + tried.hour)
    rows = pl.select(
        zone=pl.Series(ZONES).gather(world.zone[tried.person]),
        local=pl.lit(_MONDAY) + pl.duration(hours=hours, minutes=30),
    )
    moment = pl.coalesce(
        pl.when(pl.col("zone") == zone).then(
            pl.col("local")
            .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
        )
        for zone in ZONES
    )
    picked = points[tried.point]
    return rows.select(
        account_id=picked["account_id"],
        contact_point=picked["contact_point"],
        channel=_CHANNELS.gather(tried.channel),
        at=moment,
    )


def _asked(world: World, rng: np.random.Generator) -> tuple[Tried, np.ndarray]:
    """Return the slots, and which of them are tried: account, then lead, then lawful hour, each as likely as any."""
    days, hours = np.arange(7), np.arange(FIRST_LAWFUL, LAST_LAWFUL + 1)
    lawful = np.add.outer(24 * days, hours).ravel()
    owner, kind = world.points["person"].to_numpy(), world.points["kind"].to_numpy()
    phones = np.flatnonzero(kind != MAILBOX)
    mobiles, mailboxes = np.flatnonzero(kind == MOBILE), np.flatnonzero(kind == MAILBOX)
    count = world.accounts.height
    first, many = np.searchsorted(owner[phones], np.arange(count)), np.bincount(owner[phones], minlength=count)

    def leads(tests: int) -> np.ndarray:
        person = rng.integers(0, count, tests)
        return first[person] + (rng.random(tests) * many[person]).astype(int)

    called = leads(_TESTS * count) * len(lawful) + rng.integers(0, len(lawful), _TESTS * count)
    others = _TESTS * count // 3
    point = np.concatenate([np.repeat(phones, len(lawful)), rng.choice(mobiles, others), rng.choice(mailboxes, others)])
    hour = np.concatenate([np.tile(lawful, len(phones)), rng.choice(lawful, 2 * others)])
    channel = np.repeat([CALL, SMS, EMAIL], [len(phones) * len(lawful), others, others])
    asked = Tried(owner[point], point, channel, np.full(len(point), WEEKS), hour)
    return asked, np.concatenate([called, np.arange(len(phones) * len(lawful), len(point))])

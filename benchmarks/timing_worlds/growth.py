"""Time and memory of ``learn`` alone by size, and of a day more."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from leads_worlds.running import peak_megabytes
from linkage.chance import Chance
from timing_worlds.ours import coded, leads, people
from timing_worlds.world import AS_OF, ZONES, accounts, recorded_zones

from skiptrace.settings import LearnParams
from skiptrace.timing import Learned, learn, updated
from skiptrace.timing.learned import KEY

__all__ = ["Folded", "Grown", "grow"]

_TRIES = 10
_PHONES = 2
_DAYS = 270
_OUTCOMES = ("no_answer", "voicemail", "busy", "switched_off", "disconnected", "wrong_number", "human_unverified")
_SHARES = (0.42, 0.27, 0.06, 0.05, 0.12, 0.05, 0.03)


class Grown(NamedTuple):
    """What one size cost."""

    attempts: int
    before: float
    """Peak MB with the input in memory, before ``learn``."""
    seconds: float
    processor: float
    megabytes: float
    """Peak of the process, input included."""


class Folded(NamedTuple):
    """What folding in a day cost, and how far its forecasts of the accounts concerned are from those learned anew."""

    accounts: int
    seconds: float
    apart: float
    """Mean distance of p_reach over their hours of the week."""
    most: float
    """Its 99.9 % quantile."""
    width: float
    """Mean width of the 90 % interval of the same hours."""


def grow(count: int, seed: int, day: int = 0) -> tuple[Grown, Folded | None]:
    """Learn from so many accounts with ten attempts each on average, and fold in ``day`` attempts of the last day."""
    chance = Chance(seed, f"timing growth {count}")
    rng = chance.rng
    willing = rng.beta(0.8, 3, count)
    _, believed = recorded_zones(count, chance, 0.0)
    file = accounts(chance, np.full(count, "employed"), rng.integers(18, 90, count), willing, believed)
    points = _points(file, believed, rng)
    log = coded(_log(points, willing, day, rng))
    traced, debtors = leads(points, log), people(file)
    del file, points
    before, began, spent = peak_megabytes(), time.perf_counter(), time.process_time()
    learned = learn(traced, log, debtors, AS_OF, LearnParams())
    grown = Grown(log.height, before, time.perf_counter() - began, time.process_time() - spent, peak_megabytes())
    return grown, (_fold(traced, log, debtors, learned) if day else None)


def _fold(traced: pl.DataFrame, log: pl.DataFrame, debtors: pl.DataFrame, anew: Learned) -> Folded:
    """Learn without the last day, fold it in, and hold that against having learned from all."""
    start = AS_OF - timedelta(hours=AS_OF.hour) - timedelta(days=1)
    known = learn(traced, log.filter(pl.col("started_at") < start), debtors, start, LearnParams())
    began = time.perf_counter()
    today = log.filter(pl.col("started_at") >= start)["account_id"].unique().implode()
    mine = pl.col("account_id").is_in(today)
    part = learn(
        traced.filter(mine),
        log.filter(mine),
        debtors.filter(mine),
        AS_OF,
        LearnParams(),
        known.model,
    )
    folded = updated(known, part)
    seconds = time.perf_counter() - began
    asked = folded.weeks.filter(mine).gather_every(7)
    ours, theirs = (
        one.of_weeks(one.weeks.join(asked.select(*KEY), on=list(KEY), how="semi")) for one in (folded, anew)
    )
    apart = (ours["p_reach"] - theirs["p_reach"]).abs()
    width = theirs["p_high"] - theirs["p_low"]
    return Folded(part.cast.persons.height, seconds, apart.mean(), apart.quantile(0.999), width.mean())


def _points(file: pl.DataFrame, believed: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    count = file.height
    person = np.repeat(np.arange(count), _PHONES)
    p_owner, p_live = rng.beta(4, 2, len(person)).clip(0.05, 0.95), rng.beta(6, 2, len(person)).clip(0.05, 0.95)
    return pl.DataFrame(
        {"account_id": file["account_id"].gather(person), "p_owner": p_owner, "p_live": p_live}
    ).with_columns(
        contact_point="+1555" + pl.int_range(pl.len()).cast(pl.String).str.zfill(8),
        kind=pl.lit("phone"),
        label=pl.lit("mobile"),
        zone=pl.Series(ZONES).gather(believed[person]),
    )


def _log(points: pl.DataFrame, willing: np.ndarray, day: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return calls in the agency's office hours, which reach people by how willing they are, more so in the evening."""
    count = _TRIES * len(willing) + day
    point = rng.integers(0, points.height, count)
    days = np.where(np.arange(count) < count - day, rng.integers(2, _DAYS, count), 1)
    seconds = rng.integers(14 * 3600, 25 * 3600, count)
    chance = willing[point // _PHONES] * np.where(seconds > 22 * 3600, 0.6, 0.35)
    hit = rng.random(count) < chance
    missed = pl.Series(_OUTCOMES).gather(rng.choice(len(_OUTCOMES), count, p=_SHARES))
    return pl.select(
        attempt_id=pl.format("T{}", pl.int_range(count)),
        account_id=points["account_id"].gather(point),
        contact_point=points["contact_point"].gather(point),
        channel=pl.lit("call"),
        direction=pl.lit("outbound"),
        started_at=pl.lit(AS_OF - timedelta(hours=AS_OF.hour))
        - pl.duration(days=pl.Series(days))
        + pl.duration(seconds=pl.Series(seconds)),
        outcome=pl.when(pl.Series(hit)).then(pl.lit("right_party")).otherwise(missed),
        ring_s=pl.Series(rng.uniform(2, 35, count).round(1)),
        duration_s=pl.Series(np.where(hit, 150.0, 0.0)),
    )

"""Time and memory of the trace alone, of the index of its network, and of one neighbourhood, by size."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import polars as pl
from leads_worlds.running import peak_megabytes
from leads_worlds.world import AS_OF

from skiptrace.contracts.stages import CODED_ATTEMPTS, PEOPLE, POINTS
from skiptrace.graph import NetworkIndex, TraceInputs, neighbourhood, trace
from skiptrace.settings import TraceParams

__all__ = ["Grown", "grow"]

_RECORDS = 3
_SOURCES = ("bureau", "utility", "retailer", "directory", "broker")
_HUB = 100_000
"""Most debtors who gave one switchboard."""
_CALLS = 7
_TURNS, _WITH_HOME = 4, 2
"""Numbers to a debtor; records of the first two name the home."""
_SHARE_HOME = 0.1


class Grown(NamedTuple):
    """What one size cost."""

    leads: int
    before: float
    """Peak MB with the input in memory, before the trace."""
    seconds: float
    processor: float
    """Processor seconds, which a busy machine distorts less."""
    megabytes: float
    """Peak of the process, input included."""
    index: float
    """Seconds to build what neighbourhoods are looked up in."""
    index_megabytes: float
    """Peak of the process by then."""
    near: float
    """Milliseconds of the median neighbourhood of an account with nothing uncommon about it."""
    hub: int
    """Debtors on one switchboard."""
    at_hub: float
    """Milliseconds of the median neighbourhood of an account at it."""


def grow(accounts: int, seed: int) -> Grown:
    """Trace so many accounts with three records each, linked as they are in truth."""
    known = _inputs(accounts, np.random.default_rng([seed, accounts]))
    before, began, spent = peak_megabytes(), time.perf_counter(), time.process_time()
    traced = trace(known, AS_OF, TraceParams())
    seconds, spent, peak = time.perf_counter() - began, time.process_time() - spent, peak_megabytes()
    began = time.perf_counter()
    index = NetworkIndex(traced, known.people, known.entities)
    indexing, indexed = time.perf_counter() - began, peak_megabytes()
    hub = _at_hub(accounts)

    def median(first: int) -> float:
        taken = []
        for turn in range(_CALLS):
            began = time.perf_counter()
            neighbourhood(index, f"A{first + turn:07d}")
            taken.append(time.perf_counter() - began)
        return 1000 * sorted(taken)[_CALLS // 2]

    near, at_hub = median(accounts - 100), median(100)
    return Grown(traced.leads.height, before, seconds, spent, peak, indexing, indexed, near, hub, at_hub)


def _inputs(accounts: int, rng: np.random.Generator) -> TraceInputs:
    """Return what normalise and link would hand on: a mobile kept or changed, one in ten shared, a home, a mailbox."""
    rows = np.repeat(np.arange(accounts), _RECORDS)
    who = pl.DataFrame({"person": rows, "row": np.arange(len(rows))}).select(
        "person",
        record_id=_named("R", "row"),
        source=pl.Series(_SOURCES).gather(rng.integers(0, len(_SOURCES), len(rows))),
    )
    debtors = pl.DataFrame({"person": np.arange(accounts)}).with_columns(record_id=_named("A", "person"))
    people = pl.concat(
        [
            debtors.with_columns(table=pl.lit("accounts"), source=pl.lit("accounts"), account_id="record_id"),
            who.with_columns(
                table=pl.lit("records"), consent_id=pl.lit("C"), observed_on=_days(rng.integers(1, 2500, len(rows)))
            ),
        ],
        how="diagonal",
    )
    entities = people.select("source", "record_id", entity_id=_named("e_", "person"))
    pairs = who.join(debtors.select("person", record_id_l="record_id"), on="person").select(
        source_l=pl.lit("accounts"),
        record_id_l="record_id_l",
        source_r="source",
        record_id_r="record_id",
        outcome=pl.lit("match"),
        match_probability=pl.lit(0.98),
    )
    points = _points(debtors, who, people["observed_on"].tail(len(rows)), rng)
    tried = rng.integers(0, accounts, 2 * accounts)
    attempts = pl.DataFrame({"person": tried}).select(
        attempt_id=pl.lit("T") + pl.int_range(pl.len()).cast(pl.String),
        account_id=_named("A", "person"),
        channel=pl.lit("call"),
        started_at=pl.lit(AS_OF) - pl.duration(days=pl.Series(rng.integers(1, 500, len(tried)))),
        outcome=pl.Series(["no_answer", "wrong_number", "disconnected", "right_party"]).gather(
            np.minimum(rng.integers(0, 8, len(tried)), 3)
        ),
        point_key=_phone(pl.col("person") * 4),
    )
    return TraceInputs(
        people=PEOPLE.conform(
            people.drop("person").with_columns(kind=pl.lit("person"), full_name=pl.lit("Ann Example"))
        ),
        points=POINTS.conform(points),
        entities=entities,
        pairs=pairs,
        attempts=CODED_ATTEMPTS.conform(attempts),
    )


def _points(
    debtors: pl.DataFrame, records: pl.DataFrame, observed: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """Return POINTS: of accounts two phones, a mailbox and a home; of records a phone, and a home half the time."""
    count = debtors.height
    hub = (
        pl.when(pl.col("person") < _at_hub(count)).then(_phone(pl.lit(-1))).otherwise(_phone(4 * pl.col("person") + 1))
    )
    shared = pl.Series(np.where(rng.random(count) < _SHARE_HOME, rng.integers(0, count, count), np.arange(count)))
    own = {"table": pl.lit("contact_points"), "account_id": pl.col("record_id"), "source": pl.lit(None, pl.String)}
    seen = {"last_seen": _days(rng.integers(1, 3000, count))}
    turn = pl.Series(rng.integers(0, _TURNS, records.height))
    sold = {"table": pl.lit("records"), "consent_id": pl.lit("C"), "last_seen": observed}
    parts = [
        debtors.with_columns(**own, **seen, kind=pl.lit("phone"), point_key=_phone(4 * pl.col("person"))),
        debtors.with_columns(**own, **seen, kind=pl.lit("phone"), point_key=hub),
        debtors.with_columns(**own, **seen, kind=pl.lit("email"), point_key=pl.format("a{}@example.com", "person")),
        debtors.with_columns(**own, **seen, kind=pl.lit("address"), point_key=pl.format("{} elm st", shared)),
        records.with_columns(**sold, kind=pl.lit("phone"), point_key=_phone(4 * pl.col("person") + turn)),
        records.with_columns(**sold, kind=pl.lit("address"), point_key=pl.format("{} elm st", "person")).filter(
            turn < _WITH_HOME
        ),
    ]
    return pl.concat([part.drop("person") for part in parts], how="diagonal").with_columns(
        value="point_key",
        contact_point="point_key",
        line_type=pl.when(pl.col("kind") == "phone").then(pl.lit("fixed_or_mobile")),
        zones=pl.lit(["America/New_York"]),
        places=pl.lit(["US-NY"]),
    )


def _at_hub(accounts: int) -> int:
    """Return how many debtors gave the switchboard; a thousand, or half of few, did not."""
    return min(_HUB, max(accounts - 1000, accounts // 2))


def _named(letter: str, number: str) -> pl.Expr:
    return pl.lit(letter) + pl.col(number).cast(pl.String).str.zfill(7)


def _phone(number: pl.Expr) -> pl.Expr:
    return pl.lit("+1555") + (number + 1).cast(pl.String).str.zfill(8)


def _days(ago: np.ndarray) -> pl.Series:
    return pl.Series(np.datetime64(AS_OF.date()) - ago.astype("timedelta64[D]")).cast(pl.Date)

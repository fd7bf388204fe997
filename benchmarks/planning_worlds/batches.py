"""Whole plans of large batches: everything that planning does but law and reach, which are stood in for."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl
from leads_worlds.running import peak_megabytes

from skiptrace.contracts.inputs import ACCOUNTS, INSTANT
from skiptrace.contracts.outputs import VERDICTS, WITHHELD
from skiptrace.contracts.stages import LEADS, OPENINGS
from skiptrace.planning import PlanInputs, plan
from skiptrace.settings import PlanParams

__all__ = ["Planned", "whole"]

_AS_OF = datetime(2026, 11, 23, 6, tzinfo=UTC)
_DAYS, _SLOTS_A_DAY = 6, 24
_SECOND = 0.5
"""Accounts with a second number."""
_ROOM = 0.6
"""Calls that there is room for, by account."""
_CHANCES = {"call": 1.0, "sms": 0.5, "email": 0.25}


class Planned(NamedTuple):
    """What a plan came to."""

    rows: int
    gap: float
    seconds: float
    processor: float
    before: float
    """Peak MB with the inputs in memory."""
    megabytes: float


def whole(accounts: int, seed: int) -> Planned:
    """Plan a week of half-hours for accounts with one or two numbers, text messages and e-mail; law allows everything.

    Numbers are from a range that Ofcom keeps for fiction, and beyond it: nobody is called.
    """
    rng = np.random.default_rng(seed)
    ids = pl.select(account_id=pl.lit("A") + pl.int_range(accounts).cast(pl.String).str.zfill(8))
    number = ids.select("account_id", contact_point=pl.lit("+447700") + pl.col("account_id").str.slice(1))
    second = ids.select("account_id", contact_point=pl.lit("+447701") + pl.col("account_id").str.slice(1))
    mail = ids.select("account_id", contact_point=pl.col("account_id").str.to_lowercase() + "@example.com")
    points = pl.concat([number, second.filter(pl.Series(rng.random(accounts) < _SECOND)), mail])
    leads = points.with_columns(
        party=pl.lit("debtor"), point_key="contact_point", path=pl.lit("named by the account"), rank=pl.lit(1)
    )
    ways = [
        points.filter(~pl.col("contact_point").str.contains("@", literal=True)).with_columns(channel=pl.lit("call")),
        number.with_columns(channel=pl.lit("sms")),
        mail.with_columns(channel=pl.lit("email")),
    ]
    opens = [_AS_OF.replace(hour=8) + timedelta(days=day) for day in range(_DAYS)]
    windows = pl.concat(ways).join(pl.DataFrame({"not_before": opens}).cast(INSTANT), how="cross")
    windows = windows.with_columns(
        not_after=pl.col("not_before") + timedelta(hours=_SLOTS_A_DAY // 2),
        time_zone=pl.lit("Europe/London"),
        party=pl.lit("debtor"),
        purpose=pl.lit("collect"),
    )
    likely = rng.beta(1.2, 8, accounts)
    inputs = PlanInputs(
        leads=LEADS.conform(leads),
        windows=OPENINGS.conform(windows),
        barred=WITHHELD.empty(),
        accounts=ACCOUNTS.conform(ids),
        p_reach=lambda asked: _reach(asked, likely),
        batch_id="b0",
        seed=seed,
    )
    del windows, leads, points, ways, number, second, mail
    room = max(1, round(_ROOM * accounts / (_DAYS * _SLOTS_A_DAY)))
    params = PlanParams(calls_per_slot=room, messages_per_slot=room, letters_per_day=room)
    before, began, spent = peak_megabytes(), time.perf_counter(), time.process_time()
    made = plan(inputs, _AS_OF, params, _allow)
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    gap = made.diagnostics["optimality_gap"]
    return Planned(made.schedule.height, gap, seconds, processor, before, peak_megabytes())


def _reach(asked: pl.DataFrame, likely: np.ndarray) -> pl.DataFrame:
    """Give each account, by its number, its own chance, and each of its hours half to one and a half times that."""
    at = pl.col("at").dt
    hour = pl.struct("account_id", at.weekday(), at.hour().alias("hour")).hash(7) % 1_000 / 1_000 + 0.5
    chance = pl.col("channel").replace_strict(_CHANCES, return_dtype=pl.Float64)
    own = pl.Series(likely).gather(asked["account_id"].str.slice(1).cast(pl.Int64))
    p = (own * chance * hour).clip(0.001, 0.9)
    return asked.select(p_reach=p, p_low=p / 2, p_high=(2 * p).clip(upper_bound=1))


def _allow(proposals: pl.DataFrame, _history: pl.DataFrame) -> pl.DataFrame:
    return VERDICTS.conform(proposals.select("proposal_id", verdict=pl.lit("allow"), all_provisions=pl.lit(["hours"])))

"""A month of one policy: plan, let it happen, take the results back, plan again."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from loop_worlds import batch
from loop_worlds.happening import Reality
from loop_worlds.month import HORIZON_DAYS, MOST_ROUNDS, begin_of
from loop_worlds.policies import RIVALS, by_clock, hour_rates, lawful_slots
from timing_worlds.world import ZONES
from timing_worlds.worlds import build

from skiptrace.casefile import Casefile, Key
from skiptrace.casefile.linkage import PORTFOLIO, keep_known
from skiptrace.compliance import openings
from skiptrace.compliance.verify import verify
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.pipeline import exporting, gathering, results, runs
from skiptrace.pipeline.habits import keep_model
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import Picture, understand
from skiptrace.settings import PlanParams, Settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["OURS", "Month", "Setting", "lines_for", "run"]

OURS = "ours"
_USABLE_SLOTS = 32 * HORIZON_DAYS
"""Half hours of a round that are lawful somewhere: thirteen hours, and three more as zones follow one another."""
_ROW = ("attempt_id", "account_id", "contact_point", "channel", "not_before", "not_after", "follow_up")
_MIDDLE = pl.col("not_before") + (pl.col("not_after") - pl.col("not_before")) / 2
_LEAD = pl.col("p_owner") * pl.col("p_live")


class Month(NamedTuple):
    """What a policy did in its month.

    Attributes
    ----------
    calls
        Grain: call made. ``round``, ``person``, ``account_id``, ``contact_point``, ``at``, ``outcome``, ``reached`` …
    planned, refused, withdrawn
        Rows planned; rows that `verify` refused; rows that were not made as their plan's follow-up says.
    seconds
        Wall time.
    """

    calls: pl.DataFrame
    planned: int
    refused: int
    withdrawn: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """Where one policy works."""

    folder: Path
    casefile: Casefile
    settings: Settings
    reality: Reality
    seed: int

    def terms(self, turn: int) -> Terms:
        return Terms(as_of=begin_of(turn), seed=self.seed, settings=self.settings)


def lines_for(accounts: int, share: float) -> int:
    """Return the calls that fit into each half hour if a round has room for this share of the accounts."""
    return max(1, round(accounts * share / _USABLE_SLOTS))


class Setting(NamedTuple):
    """What a month is played with: ``lines`` are the calls that fit into each half hour."""

    accounts: int
    rounds: int
    lines: int
    seed: int


def run(world: str, policy: str, setting: Setting, folder: Path) -> Month:
    """Let a policy work for a month in a world, in an empty folder."""
    began = time.perf_counter()
    if setting.rounds > MOST_ROUNDS:
        raise SystemExit(f"the worlds have weeks for {MOST_ROUNDS} rounds")
    truth = build(world, setting.accounts, setting.seed)
    points = batch.write(truth, world, setting.seed, folder / "batch")
    plan = PlanParams(horizon_days=HORIZON_DAYS, calls_per_slot=setting.lines, messages_per_slot=0, letters_per_day=0)
    desk = _Desk(
        folder=folder,
        casefile=Casefile(folder / "loop.casefile", Key("benchmark")),
        settings=Settings(plan=plan),
        reality=Reality(truth, points, setting.seed),
        seed=setting.seed,
    )
    taken_in = gathering.gather([folder / "batch"], desk.casefile, desk.terms(0))
    if taken_in.rejected.height:
        raise SystemExit(f"{world}: {taken_in.rejected.height} rows rejected: {taken_in.rejected['reason'][0]}")
    zones = pl.DataFrame({"account_id": truth.accounts["account_id"], "time_zone": pl.Series(ZONES)[truth.believed]})
    rates = hour_rates(taken_in.tables["attempts"], zones)
    made, planned, refused = [], 0, 0
    for turn in range(setting.rounds):
        rows, bad = _ours(desk, turn) if policy == OURS else _rival(policy, desk, turn, rates)
        planned, refused = planned + rows.height, refused + bad
        calls = _made(rows, desk.reality)
        _report(calls, desk, turn)
        made.append(calls.with_columns(round=pl.lit(turn)))
    calls = pl.concat(made)
    return Month(calls, planned, refused, planned - calls.height, time.perf_counter() - began)


def _ours(desk: _Desk, turn: int) -> tuple[pl.DataFrame, int]:
    """Plan and re-check as `skiptrace plan` and `verify` do; return the rows and how many were refused."""
    terms, out = desk.terms(turn), desk.folder / f"out{turn}"
    runs.run(gathering.gather([], desk.casefile, terms), desk.casefile, out, terms)
    known = gathering.gather([], desk.casefile, terms, keep=False)
    checked = exporting.recheck(out / "schedule.jsonl", known, desk.casefile, terms)
    rows = checked.kept.filter(pl.col("channel") == "call").with_columns(
        pl.col("not_before", "not_after").str.to_datetime(time_zone="UTC")
    )
    return rows.select(_ROW), checked.refused


def _rival(policy: str, desk: _Desk, turn: int, rates: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Choose by another rule from what was learned and is lawful alike; return the rows and how many verify refused."""
    terms = desk.terms(turn)
    picture = _picture(desk, terms)
    until = terms.as_of + timedelta(days=HORIZON_DAYS)
    windows = openings(picture.facts, picture.rulebook, terms.as_of, until, desk.settings.check).windows
    slots = lawful_slots(windows, until, desk.settings.plan.min_window_s)
    leads = picture.learned.leads.filter(pl.col("party") == "debtor")
    lots = np.random.default_rng([desk.seed, turn]).random(slots.height)
    slots = (
        by_clock(slots.with_columns(at=_MIDDLE), "at")
        .join(leads.select("account_id", "contact_point", lead=_LEAD), on=["account_id", "contact_point"])
        .join(rates, on=["weekday", "hour"], how="left")
        .with_columns(pl.col("rate").fill_null(0))
        .sort("account_id", "contact_point", "at")
        .with_columns(lot=lots)
    )
    slots = slots.with_columns(
        p_reach=picture.learned.p_reach(slots)["p_reach"].fill_null(0), chance=desk.reality.chance(slots)
    )
    chosen = RIVALS[policy](slots, desk.settings.plan.calls_per_slot)
    rows = chosen.with_columns(
        attempt_id=pl.format("r{}_{}", pl.lit(turn), pl.int_range(pl.len())),
        follow_up=pl.lit(None, pl.String),
    )
    written = SCHEDULE.conform(rows.with_columns(pl.col("not_before", "not_after").dt.to_string("iso:strict")))
    findings = verify(written, picture.facts, picture.rulebook, terms.as_of, desk.settings.check)
    return rows.join(findings, on="attempt_id", how="anti").select(_ROW), findings.height


def _picture(desk: _Desk, terms: Terms) -> Picture:
    """Understand what is known, going on from what was learned the last time, as a plan does."""
    known = gathering.gather([], desk.casefile, terms)
    picture = understand(known.tables, known.history, terms, known.judgements, known.known, known.model)
    with desk.casefile.open() as opened:
        keep_known(opened, PORTFOLIO, picture.relinked, terms.as_of)
        keep_model(opened, picture.learned.model)
    return picture


def _made(rows: pl.DataFrame, reality: Reality) -> pl.DataFrame:
    """Make the calls of a round, but for those that a dialer takes out by what became of the ones before."""
    rows = rows.sort("not_before", "attempt_id").with_columns(
        at=_MIDDLE,
        nth=pl.int_range(pl.len()).over("account_id", order_by="not_before"),
    )
    found: list[pl.DataFrame] = []
    for nth in range(int(rows["nth"].max() or 0) + 1):
        wave = rows.filter(pl.col("nth") == nth)
        for before in found:
            wave = _without_stopped(wave, before)
        found.append(reality.happen(wave))
    return pl.concat(found)


def _without_stopped(wave: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Drop rows whose account or contact point is to be left alone, as the follow-up of an earlier row says."""
    said = before.filter(pl.col("follow_up").is_not_null()).with_columns(
        action=pl.struct("follow_up", "outcome").map_elements(
            lambda row: json.loads(row["follow_up"]).get(row["outcome"], ""), return_dtype=pl.String
        )
    )
    accounts = said.filter(pl.col("action").is_in(["stop_wave", "stop_account"])).select("account_id")
    here = said.filter(pl.col("action") == "stop_point").select("account_id", "contact_point")
    left = wave.join(accounts, on="account_id", how="anti", maintain_order="left")
    return left.join(here, on=["account_id", "contact_point"], how="anti", maintain_order="left")


def _report(calls: pl.DataFrame, desk: _Desk, turn: int) -> None:
    """Hand back what the dialer says, at the moment of the next round."""
    path = desk.folder / f"results{turn}.csv"
    told = calls.select(
        *("attempt_id", "account_id", "channel", "contact_point", "outcome", "duration_s", "ring_s"),
        direction=pl.lit("outbound"),
        started_at=pl.col("at").dt.to_string("iso:strict"),
    )
    told.write_csv(path)
    taken = results.take_results(path, desk.casefile, desk.terms(turn + 1))
    if taken.new != calls.height:
        raise SystemExit(f"{path.name}: {calls.height} calls reported, {taken.new} taken")

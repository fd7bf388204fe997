from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.planning import PlanInputs, plan
from skiptrace.settings import PlanParams
from skiptrace.timing import lots
from tests.planning.conftest import AS_OF, Law, reach, world

SEEDS = 60
EXPLORING = PlanParams(explore_share=0.5, max_attempts_per_account=1, explore_draws=40)
CELL = ["contact_point", "channel", "part"]


def draw(slots: pl.DataFrame, seed: int) -> pl.DataFrame:
    """What is believed of a contact point and hour may be twice as high, or nothing; the same for the same seed."""
    keys = (slots["at"].to_physical() // 3_600_000_000).to_numpy()
    points = slots["contact_point"].str.extract(r"(\d{1,9})$").cast(pl.Int64).fill_null(0).to_numpy()
    luck = (lots(keys * 1_000 + points, seed) >> np.uint64(11)) / 2.0**53
    return slots.with_columns(p_draw=reach(slots)["p_reach"] * 2 * pl.Series(luck))


@cache
def exploring_world() -> PlanInputs:
    return replace(world(8), p_draw=draw)


@cache
def plans() -> list[pl.DataFrame]:
    made = []
    for seed in range(SEEDS):
        inputs = replace(exploring_world(), seed=seed)
        rows = plan(inputs, AS_OF, EXPLORING, Law(inputs.windows)).schedule
        hour = rows["not_before"].str.slice(11, 2).cast(pl.Int64)
        made.append(rows.with_columns(part=(hour >= 12).cast(pl.Int64) + (hour >= 17), seed=pl.lit(seed)))
    return made


def test_a_plan_that_does_not_explore_tells_no_propensity():
    inputs = exploring_world()
    usual = plan(inputs, AS_OF, PlanParams(), Law(inputs.windows)).schedule
    assert usual["propensity"].null_count() == usual.height > 0
    blind = replace(inputs, p_draw=None)
    assert_frame_equal(
        plan(blind, AS_OF, EXPLORING, Law(blind.windows)).schedule.drop("propensity"),
        plan(blind, AS_OF, PlanParams(max_attempts_per_account=1), Law(blind.windows)).schedule.drop("propensity"),
    )


def test_about_the_stated_share_is_chosen_by_lot_and_says_so():
    rows = pl.concat(plans())
    lot = rows["reasons"].list.join(" ").str.contains("drawn by lot").mean()
    assert lot == pytest.approx(0.5, abs=0.1)
    assert rows["propensity"].null_count() == 0
    assert rows["propensity"].is_between(0.5 / 40, 1).all()


def test_reach_is_told_as_it_is_believed_and_not_as_it_was_drawn():
    rows = plans()[0]
    asked = rows.select(
        "account_id",
        "contact_point",
        "channel",
        "party",
        at=pl.col("not_before").str.to_datetime("%+", time_zone="UTC"),
    )
    assert rows["p_reach"].to_list() == pytest.approx(reach(asked)["p_reach"].to_list())


def test_what_is_told_to_be_likely_is_chosen_that_often():
    rows = pl.concat(plans())
    often = (
        rows.group_by("account_id", *CELL)
        .agg(chosen=pl.len() / SEEDS, told=pl.col("propensity").mean())
        .filter(pl.col("chosen") > 0.15)
    )
    assert often.height >= 8
    apart = often["chosen"] - often["told"]
    assert abs(apart.mean()) < 0.06
    assert apart.abs().max() < 4 * (0.25 / SEEDS) ** 0.5

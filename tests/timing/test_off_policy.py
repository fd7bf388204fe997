"""Logs of worlds whose truth is known: what is said of a plan is as near to it as it claims, or nothing is said."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from skiptrace.settings import BacktestParams
from skiptrace.timing.choosing import folds, propensities
from skiptrace.timing.off_policy import clustered, value_of

FACTORS = ("cell", "lead", "before")
CELLS, LEADS, TRIES = 4, 2, 4
HABIT = np.array([3.0, 2.0, 1.0, 0.6])
"""How much the log likes each cell: not the cells in which people answer."""
FIRST = np.array([2.0, 1.0])
AGAIN = np.array([1.0, 0.5, 3.0])
"""Never tried, tried in vain, reached there."""
SPREAD = 0.7


def chances(level):
    """Return (accounts, cells, leads): the true chance of a reach; accounts differ in level and in their best cell."""
    own = (np.arange(len(level)) % CELLS)[:, None] == np.arange(CELLS)
    odds = -1.4 + level[:, None] + np.where(own, 1.3, 0.0)
    return 1 / (1 + np.exp(-(odds[:, :, None] + np.array([0.3, -0.3]))))


@cache
def truth():
    level = np.random.default_rng(99).normal(0, SPREAD, 400_000)
    return chances(level)[np.arange(len(level)), np.arange(len(level)) % CELLS, 0].mean()


def log(accounts, seed, habit=HABIT):
    """Return a log in the columns of `value_of`; the plan: each account's best cell on the first lead."""
    rng = np.random.default_rng(seed)
    chance = chances(rng.normal(0, SPREAD, accounts))
    state = np.zeros((accounts, CELLS, LEADS), dtype=int)
    who, frames = np.arange(accounts), []
    for number in range(TRIES):
        weight = habit[:, None] * FIRST * AGAIN[state]
        logged = weight / weight.sum(axis=(1, 2), keepdims=True)
        pick = (logged.reshape(accounts, -1).cumsum(axis=1) < rng.random(accounts)[:, None]).sum(axis=1)
        pick = np.minimum(pick, CELLS * LEADS - 1)
        hit = rng.random(accounts) < chance.reshape(accounts, -1)[who, pick]
        which = np.tile(np.arange(CELLS * LEADS), accounts)
        cell, lead, account = which // LEADS, which % LEADS, np.repeat(who, CELLS * LEADS)
        frames.append(
            pl.DataFrame(
                {
                    "decision": account * TRIES + number,
                    "account_id": account,
                    "taken": which == pick[account],
                    "reached": hit[account].astype(int),
                    "cell": cell,
                    "lead": lead,
                    "before": state.flatten(),
                    "propensity": logged.ravel(),
                    "planned": ((cell == account % CELLS) & (lead == 0)).astype(float),
                    # A model that knows neither levels nor leads, and is too sure of itself.
                    "expected": np.where(cell == account % CELLS, 0.6, 0.1),
                }
            )
        )
        state.reshape(accounts, -1)[who, pick] = np.where(hit, 2, 1)
    return pl.concat(frames)


def told(rows, **limits):
    return value_of(rows, BacktestParams(**limits))


def estimated(rows, seed=0):
    return rows.with_columns(propensities(rows, FACTORS, seed=seed))


@pytest.mark.parametrize("how", ["logged", "estimated"])
def test_the_truth_is_in_the_interval_as_often_as_it_says(how):
    found = [told(log(150, seed) if how == "logged" else estimated(log(150, seed))) for seed in range(1000, 1200)]
    assert np.mean([one.silence is not None for one in found]) < 0.05
    for name in ("weighted", "normalised", "robust"):
        estimates = [getattr(one, name) for one in found]
        inside = np.mean([one.low <= truth() <= one.high for one in estimates])
        assert 0.90 <= inside <= 0.99, (name, inside)
        values = np.array([one.value for one in estimates])
        assert abs(values.mean() - truth()) < 3 * values.std() / len(values) ** 0.5, name
        assert np.mean([one.error for one in estimates]) == pytest.approx(values.std(), rel=0.2), name


def test_the_log_as_it_stands_would_have_said_something_else():
    rows = log(20_000, seed=1)
    naive = rows.filter("taken")["reached"].mean()
    assert abs(naive - truth()) > 0.05
    assert told(rows).robust.value == pytest.approx(truth(), abs=0.02)


def test_a_true_model_needs_no_true_propensities_and_a_bad_one_needs_them():
    rows = log(20_000, seed=2)
    wrong = rows.with_columns(propensity=pl.lit(1 / (CELLS * LEADS)))
    level = np.random.default_rng(2).normal(0, SPREAD, 20_000)
    chance = chances(level).reshape(-1)
    sure = wrong.sort("decision", "cell", "lead").with_columns(
        expected=pl.Series(np.repeat(chance.reshape(20_000, 1, -1), TRIES, axis=1).ravel())
    )
    assert told(sure).robust.value == pytest.approx(truth(), abs=0.01)
    assert abs(told(wrong).robust.value - truth()) > 0.01
    assert abs(told(wrong).weighted.value - truth()) > 0.1
    assert told(rows).robust.value == pytest.approx(truth(), abs=0.02)


def test_propensities_are_told_from_the_log():
    rows = log(5_000, seed=3)
    both = rows.select("propensity", found=propensities(rows, FACTORS))
    assert (both["propensity"] - both["found"]).abs().max() < 0.03
    assert rows.select("decision", found=both["found"]).group_by("decision").agg(pl.col("found").sum())[
        "found"
    ].to_numpy() == pytest.approx(1)


def test_no_account_has_a_part_in_its_own_propensities():
    rows = log(40, seed=4)
    mine = rows["account_id"] == 7
    other = rows.filter(mine).with_columns(taken=(pl.col("cell") == 3) & (pl.col("lead") == 1))
    moved = pl.concat([rows.filter(~mine), other])
    before, after = (frame.with_columns(p=propensities(frame, FACTORS, seed=5)) for frame in (rows, moved))
    assert before.filter(mine)["p"].to_list() == after.filter(pl.col("account_id") == 7)["p"].to_list()
    assert before["p"].sum() == pytest.approx(after["p"].sum())
    assert before.filter(~mine)["p"].to_list() != after.filter(pl.col("account_id") != 7)["p"].to_list()


def test_where_the_log_never_went_it_cannot_tell():
    rows = log(2_000, seed=6, habit=np.array([3.0, 2.0, 1.0, 0.0]))
    found = told(estimated(rows))
    assert found.unsupported == pytest.approx(0.25, abs=0.01)
    assert found.silence == "25% of the plan's choices are such as the log never or hardly ever made"


def test_a_log_too_small_cannot_tell():
    found = told(log(20, seed=7))
    assert found.effective < 50
    assert found.silence.endswith("attempts' worth went as the plan would; 50 are needed")
    assert told(log(20, seed=7), least_effective=5).silence is None


def test_an_empty_log_cannot_tell():
    found = told(log(5, seed=8).clear())
    assert found.silence is not None
    assert (found.robust.low, found.robust.high) == (0, 1)


def test_weights_are_cut_and_it_is_said():
    rows = log(400, seed=9).with_columns(pl.col("propensity") / 20)
    found, free = told(rows, clip=2), told(rows, clip=10_000)
    assert (found.clip, free.clip, free.clipped) == (40, 10_000, 0)  # forty: the root of 1,600 decisions
    assert 0 < found.clipped < 1
    assert found.weighted.value < free.weighted.value
    assert told(rows.filter(pl.col("account_id") < 4), clip=50).clip == 50


def test_the_plan_of_the_log_itself_reaches_what_the_log_reached():
    rows = log(300, seed=10).with_columns(planned="propensity")
    found = told(rows)
    assert found.weighted.value == pytest.approx(rows.filter("taken")["reached"].mean())
    assert found.effective == pytest.approx(found.decisions)


def test_attempts_of_one_account_are_not_independent():
    influence = np.random.default_rng(0).normal(size=50)
    once = clustered(influence, np.arange(50))
    assert clustered(np.repeat(influence, 4) / 4, np.repeat(np.arange(50), 4)) == pytest.approx(once)


def test_folds_keep_an_account_together():
    names = pl.Series([f"a{i % 30}" for i in range(90)])
    fold = pl.DataFrame({"name": names, "fold": folds(names, 3, seed=1)})
    assert fold.group_by("name").agg(pl.col("fold").n_unique())["fold"].max() == 1
    assert fold.unique()["fold"].value_counts()["count"].to_list() == [10, 10, 10]

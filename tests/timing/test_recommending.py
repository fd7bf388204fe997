from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from skiptrace.settings import BacktestParams
from skiptrace.timing.clock import week_hours
from skiptrace.timing.recommending import calls_to_choose, choices, in_part, value_of_best
from tests.timing import worlds

SINCE = datetime(2026, 10, 28, 9, 20, tzinfo=UTC)
"""The week after it sets the clocks of New York back."""
LEADS = pl.DataFrame(
    {
        "account_id": ["A", "A", "B", "C"],
        "contact_point": ["1", "2", "3", "4"],
        "point_key": ["1", "2", "3", "4"],
        "rank": [1, 2, 1, 1],
        "zone": ["America/New_York", "America/New_York", "Asia/Kolkata", None],
        "p_owner": [0.5, 0.9, 0.5, 0.5],
        "p_live": [0.8, 0.8, 0.8, 0.8],
    },
    schema_overrides={"rank": pl.Int64},
)
LOG = pl.DataFrame({"week_hour": [10, 10, 11, 34, 130, 168]})


@pytest.fixture
def slots():
    return calls_to_choose(LEADS, LOG, SINCE).with_row_index("slot").with_columns(pl.col("slot").cast(pl.Int64))


def call(account, point, hour, reached, day=0):
    at = SINCE + timedelta(days=day, hours=hour)
    return {"account_id": account, "contact_point": point, "at": at, "week_hour": hour, "reached": reached}


def calls(*rows):
    return pl.DataFrame(rows, schema_overrides={"at": pl.Datetime("us", "UTC"), "reached": pl.Float64})


def test_each_part_of_the_week_stands_for_the_hour_called_most(slots):
    morning = slots.filter(pl.col("part") == 3)
    assert set(morning["week_hour"]) == {10}
    assert morning.height == 3
    assert slots["account_id"].unique().sort().to_list() == ["A", "B"]


def test_moments_are_in_the_week_after_at_that_local_hour(slots):
    assert slots["at"].min() >= SINCE
    assert slots["at"].max() <= SINCE + timedelta(days=9)
    assert week_hours(slots["at"], slots["zone"]).tolist() == slots["week_hour"].to_list()


def test_each_call_stands_beside_all_its_account_could_have_had(slots):
    made = calls(call("A", "1", 10, 1.0), call("A", "2", 130, 0.0), call("B", "3", 9, 0.0), call("C", "4", 9, 1.0))
    rows = choices(slots, made, made, seed=0)
    each = rows.group_by("decision").agg(pl.col("taken").sum(), pl.len(), pl.col("propensity").sum())
    assert each["taken"].to_list() == [1, 1, 1]
    counts = dict(slots.group_by("account_id").len().iter_rows())
    assert sorted(each["len"]) == sorted([counts["A"], counts["A"], counts["B"]])
    assert each["propensity"].to_numpy() == pytest.approx(1)


def test_what_came_of_a_call_later_has_no_part_in_how_an_earlier_one_was_chosen(slots):
    before = calls(*(call("A", "1", 10, 1.0, day=number) for number in range(20)))
    first = calls(call("A", "1", 10, 0.0, day=-9), call("B", "3", 10, 0.0, day=-9))
    alone = choices(slots, first, first, seed=0)
    with_later = choices(slots, first, pl.concat([first, before]), seed=0)
    assert alone.equals(with_later)
    knowing = choices(slots, first, pl.concat([before.with_columns(pl.col("at") - timedelta(days=90)), first]), seed=0)
    assert not alone.equals(knowing)


def value(slots, says, rows=None, **options):
    made = calls(*(call("A", "1", 10, 1.0, day=number) for number in range(8)), call("B", "3", 10, 0.0))
    rows = choices(slots, made, made, seed=0) if rows is None else rows
    model = np.full(slots.height, 0.1)
    return value_of_best(rows, slots, says, model, BacktestParams(), **options)


def test_without_an_opinion_on_hours_a_method_does_as_the_log_does_on_the_likelier_lead(slots):
    nothing = np.full(slots.height, 0.1)
    single = slots.filter(pl.col("contact_point") != "2").with_columns(slot=pl.int_range(pl.len(), dtype=pl.Int64))
    found = value(single, nothing[: single.height])
    assert found.effective == pytest.approx(found.decisions)
    assert found.weighted.value == pytest.approx(8 / 9)
    # On two leads it goes to the one believed in, on which the log never called.
    assert value(slots, nothing).weighted.value == 0


def test_a_call_that_the_log_never_made_has_no_value_unless_only_usual_ones_are_looked_at(slots):
    rows = pl.DataFrame(
        {
            "decision": np.repeat(np.arange(100), 2),
            "account_id": np.repeat([f"X{number}" for number in range(50)], 4),
            "taken": [True, False] * 100,
            "reached": [1.0, 1.0] * 100,
            "propensity": [0.9999, 0.0001] * 100,
            "slot": [0, 1] * 100,
        },
        schema_overrides={"slot": pl.Int64},
    )
    says = np.where(slots["slot"] == 1, 0.9, 0.2)
    assert value(slots, says, rows).unsupported == 1
    usual = value(slots, says, rows, usual=True)
    assert (usual.unsupported, usual.silence) == (0, None)
    assert usual.weighted.value == pytest.approx(1 / 0.9999)


def log_of_agents(kind, seed):
    """Return leads, calls, and the true chance by lead and part of the week, of a log whose agents follow success.

    They call in office hours, go back to the hour that worked, and leave the number that failed most.
    """
    world = worlds.make(kind, 900, 12, seed)
    zone = pl.lit("America/New_York").alias("zone")
    log = world.attempts.with_columns(
        zone, at="started_at", reached=(pl.col("outcome") == "right_party").cast(pl.Float64)
    )
    log = log.with_columns(week_hour=pl.Series(week_hours(log["at"], log["zone"])).cast(pl.Int64)).sort("at")
    leads = world.leads.select(
        *("account_id", "contact_point", "point_key", "rank", zone), p_owner="prior_owner", p_live="prior_live"
    )
    hour = pl.col("weekday").cast(pl.Int64) * 24 + pl.col("hour")
    truth = world.truth().with_columns(week_hour=hour).join(log.group_by("week_hour").len(), on="week_hour")
    weighted = (pl.col("truth") * pl.col("len")).sum() / pl.col("len").sum()
    keys = ["account_id", "contact_point", "part"]
    return leads, log, truth.with_columns(in_part()).group_by(keys).agg(truth=weighted)


@pytest.mark.parametrize("kind", ["bands", "none"])
@pytest.mark.parametrize("seed", range(3))
def test_what_calls_would_reach_is_told_of_a_log_whose_agents_follow_success(kind, seed):
    leads, log, truth = log_of_agents(kind, seed)
    columns = ["account_id", "contact_point", "at", "week_hour", "reached"]
    slots = calls_to_choose(leads, log, worlds.AS_OF).with_row_index("slot").with_columns(pl.col("slot").cast(pl.Int64))
    rows = choices(slots, log.tail(log.height // 2).select(columns), log.select(columns), seed=0)
    true = slots.join(truth, on=["account_id", "contact_point", "part"], how="left", maintain_order="left")
    true = true["truth"].fill_null(0).to_numpy()
    noise = np.random.default_rng(seed).normal(0, 1, slots.height)
    says = 1 / (1 + np.exp(-(np.log((true + 0.01) / (1.01 - true)) + noise)))
    sure = rows.join(pl.DataFrame({"slot": slots["slot"], "true": true}), on="slot").with_columns(reached="true")
    for forecast in (says, np.full(slots.height, 0.1)):
        model = np.full(slots.height, 0.15)
        found = value_of_best(rows, slots, forecast, model, BacktestParams(), usual=True)
        # Of true chances as results and as the model, the doubly robust value is what the plan would reach.
        reach = value_of_best(sure, slots, forecast, true, BacktestParams(), usual=True).robust.value
        assert found.silence is None
        assert abs(found.robust.value - reach) < 2.5 * found.robust.error

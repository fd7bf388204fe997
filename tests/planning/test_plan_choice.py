"""Who is given what, where not everybody can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.planning import plan
from skiptrace.settings import PlanParams
from skiptrace.shifts import CapacityPlan

from .conftest import AS_OF, Law, reach, world
from .soundness import altogether, assert_sound, timed


def test_scarce_slots_go_to_whom_they_are_worth_most():
    inputs = world(6)
    inputs = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))

    def better_later(slots: pl.DataFrame) -> pl.DataFrame:
        p = pl.col("account_id").str.slice(1).cast(pl.Float64) / 10 + 0.1
        return slots.with_columns(p_reach=p, p_low=p, p_high=p)

    opens = inputs.windows["not_before"].max()
    one_slot = inputs.windows.with_columns(
        not_before=pl.lit(opens), not_after=pl.lit(opens + timedelta(minutes=30))
    ).unique(["account_id", "contact_point", "channel"], keep="first")
    params = PlanParams(calls_per_slot=2, horizon_days=9)
    made = plan(replace(inputs, windows=one_slot, p_reach=better_later), AS_OF, params, Law(one_slot))
    assert set(made.schedule["account_id"]) == {"A004", "A005"}
    assert made.schedule.sort("rank")["account_id"].to_list() == ["A005", "A004"]
    assert set(altogether(made.withheld)["provision"]) == {"capacity"}


def test_the_report_is_told_where_capacity_binds_and_how_good_the_plan_is():
    inputs = world(40)
    made = plan(
        inputs, AS_OF, PlanParams(calls_per_slot=1, messages_per_slot=0, letters_per_day=0), Law(inputs.windows)
    )
    told = made.diagnostics
    assert 0 <= told["optimality_gap"] < 0.02
    assert {slot["kind"] for slot in told["dearest_slots"]} == {"calls"}
    prices = [slot["price"] for slot in told["dearest_slots"]]
    assert prices == sorted(prices, reverse=True)
    assert {slot["room"] for slot in told["dearest_slots"]} == {1}
    assert max(slot["wanted"] for slot in told["dearest_slots"]) > 1
    assert plan(inputs, AS_OF, PlanParams(), Law(inputs.windows)).diagnostics["dearest_slots"] == []


def test_accounts_are_called_by_agents_who_speak_their_language_when_those_work():
    inputs = world(9, language=["es", "en", None] * 3)
    inputs = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))
    group = {"agents": 4, "calls_an_hour": 2, "days": "Tue-Wed"}
    groups = [
        {**group, "languages": ["es"], "hours": "10:00-12:00"},
        {**group, "languages": ["en"], "hours": "14:00-16:00"},
    ]
    params = PlanParams(capacity=CapacityPlan.model_validate({"calls": groups}))
    made = plan(inputs, AS_OF, params, Law(inputs.windows))
    rows = timed(made.schedule).join(inputs.accounts.select("account_id", "language"), on="account_id")
    assert rows["account_id"].n_unique() == 9
    hours = {language: set(rows.filter(language=language)["not_before"].dt.hour()) for language in ("es", "en")}
    assert hours["es"] <= {10, 11}
    assert hours["en"] <= {14, 15}
    used = made.diagnostics["capacity"]
    assert used["calls (es)"]["used"] + used["calls (en)"]["used"] == rows.height
    nobody = replace(inputs, accounts=inputs.accounts.with_columns(language=pl.lit("fr")))
    assert plan(nobody, AS_OF, params, Law(inputs.windows)).schedule.is_empty()


def test_where_money_counts_scarce_slots_go_to_large_debts_and_values_are_money():
    owed = [100.0, 200.0, 300.0, 5_000.0, 400.0, 9_000.0]
    inputs = world(6, balance=owed, currency=["GBP"] * 6)
    inputs = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))
    opens = inputs.windows["not_before"].max()
    windows = inputs.windows.with_columns(not_before=pl.lit(opens), not_after=pl.lit(opens + timedelta(minutes=30)))
    inputs = replace(inputs, windows=windows.unique(["account_id", "contact_point", "channel"], keep="first"))
    params = PlanParams(calls_per_slot=2, horizon_days=9, value="money", rate_of_balance=0.1)
    made = plan(inputs, AS_OF, params, Law(inputs.windows))
    rows = {row["account_id"]: row for row in made.schedule.to_dicts()}
    assert set(rows) == {"A003", "A005"}
    assert rows["A005"]["expected_value"] == pytest.approx(rows["A005"]["p_reach"] * 900)
    told = made.diagnostics
    assert told["unit"] == "money"
    assert told["expected_value"] == pytest.approx(made.schedule["expected_value"].sum())
    assert told["expected_contacts"] == pytest.approx(made.schedule["p_reach"].sum())
    assert told["dearest_slots"][0]["price"] > 1
    assert told["value"] <= told["bound"] <= 1.001 * told["value"]


def test_parts_of_a_batch_share_the_room_and_lose_little(monkeypatch):
    size = 120
    inputs = world(size, days=4)
    params = PlanParams(calls_per_slot=2, messages_per_slot=0, letters_per_day=0, horizon_days=3)
    whole = plan(inputs, AS_OF, params, Law(inputs.windows))
    monkeypatch.setattr("skiptrace.planning.planner._TOGETHER", 30)
    parts = plan(inputs, AS_OF, params, Law(inputs.windows))
    assert set(parts.schedule["account_id"]) | set(altogether(parts.withheld)["account_id"]) == {
        f"A{number:03d}" for number in range(size)
    }
    slots = parts.schedule.group_by(pl.col("not_before").str.to_datetime(time_zone="UTC").dt.truncate("30m")).len()
    assert slots["len"].max() <= params.calls_per_slot
    assert parts.diagnostics["value"] <= parts.diagnostics["bound"]
    assert parts.diagnostics["value"] > 0.93 * whole.diagnostics["value"]
    again = plan(inputs, AS_OF, params, Law(inputs.windows))
    assert_frame_equal(parts.schedule, again.schedule)


def test_full_hours_send_people_to_the_hours_that_have_room():
    inputs = world(40)
    inputs = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))
    params = PlanParams(calls_per_slot=1, max_attempts_per_account=1)
    made = plan(inputs, AS_OF, params, Law(inputs.windows))
    assert made.schedule["account_id"].n_unique() == 40


def test_rows_of_one_person_follow_each_other_and_are_bounded():
    inputs = world(9, person_id=["P"] * 9)
    params = PlanParams(max_attempts_per_person=3, max_attempts_per_account=2, min_gap_hours=20)
    made = plan(inputs, AS_OF, params, Law(inputs.windows))
    rows = timed(made.schedule).sort("not_before")
    assert rows.height == 3
    assert rows["account_id"].n_unique() == 3
    gaps = rows.select(pl.col("not_before") - pl.col("not_after").shift(1)).to_series().drop_nulls()
    assert (gaps >= timedelta(hours=20)).all()
    assert altogether(made.withheld).height == 6
    assert set(altogether(made.withheld)["provision"]) == {"capacity"}


def test_of_one_person_an_account_leaves_its_best_day_to_another_that_has_no_other():
    whole = world(2, person_id=["P", "P"])
    first, later = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)
    day = pl.col("not_before").is_between(first, later)
    calls = whole.windows.filter((pl.col("channel") == "call") & day)
    wednesday = pl.col("not_before").dt.truncate("1d") == datetime(2026, 11, 25, tzinfo=UTC)
    windows = calls.filter((pl.col("account_id") == "A000") | wednesday)

    def a_little_better_on_wednesday(slots):
        best = pl.col("at").dt.truncate("1d") == datetime(2026, 11, 25, tzinfo=UTC)
        return reach(slots).with_columns(p_reach=pl.when(best).then(0.35).otherwise(0.3))

    inputs = replace(whole, windows=windows, p_reach=a_little_better_on_wednesday)
    schedule = plan(inputs, AS_OF, PlanParams(max_attempts_per_account=1), Law(windows)).schedule
    assert schedule.sort("not_before")["account_id"].to_list() == ["A000", "A001"]


def test_a_promise_due_today_comes_first_and_today():
    tags = [None] * 11 + ["promise_to_pay"]
    due = [None] * 11 + [AS_OF.date()]
    inputs = world(12, tag=tags, promise_due_on=due)
    made = plan(inputs, AS_OF, PlanParams(), Law(inputs.windows))
    top = made.schedule.filter(pl.col("rank") == 1).row(0, named=True)
    assert top["account_id"] == "A011"
    assert top["not_before"][:10] == "2026-11-23"
    assert "a promise to pay is due on this day" in top["reasons"]


def test_a_promise_due_another_day_is_nothing_special():
    inputs = world(3, tag=["promise_to_pay"] * 3, promise_due_on=[date(2026, 11, 25)] * 3)
    made = plan(inputs, AS_OF, PlanParams(), Law(inputs.windows))
    assert not any("a promise to pay is due on this day" in reasons for reasons in made.schedule["reasons"])


@pytest.mark.parametrize("persons", [240, 80])
def test_large_plans_look_at_what_is_worth_it_and_lose_little(monkeypatch, persons):
    inputs = world(240, days=4, person_id=[f"P{number % persons}" for number in range(240)])
    params = PlanParams(calls_per_slot=4, messages_per_slot=4, letters_per_day=4, horizon_days=3)
    whole = plan(inputs, AS_OF, params, Law(inputs.windows)).diagnostics
    for module in ("planner", "sequences"):
        monkeypatch.setattr(f"skiptrace.planning.{module}.FEW", 0)
    made = plan(inputs, AS_OF, params, Law(inputs.windows))
    assert_sound(made, inputs, params)
    assert made.diagnostics["value"] <= made.diagnostics["bound"]
    assert made.diagnostics["value"] > 0.88 * whole["value"]

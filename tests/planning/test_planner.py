from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from skiptrace.contracts.inputs import ACCOUNTS
from skiptrace.contracts.outputs import SCHEDULE, WITHHELD
from skiptrace.contracts.schemas import schema_of
from skiptrace.contracts.stages import LEADS, OPENINGS
from skiptrace.errors import PromiseBroken
from skiptrace.planning import PlanInputs, plan
from skiptrace.planning.rows import _telephones
from skiptrace.settings import PlanParams

from .conftest import AS_OF, Law, reach, world
from .soundness import altogether, assert_sound, timed

PARAMS = PlanParams()


def test_a_plan_is_sound_and_gives_every_account_two_ways(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    assert_sound(made, inputs, PARAMS)
    assert made.withheld.is_empty()
    assert made.schedule.group_by("account_id").len()["len"].unique().to_list() == [2]
    first = made.schedule.filter(pl.col("wave") == 1)
    assert set(first["channel"]) == {"call"}
    # The law lets no second call follow within the week.
    assert "call" not in set(made.schedule.filter(pl.col("wave") == 2)["channel"])


def test_every_row_was_allowed_at_both_ends_with_the_earlier_rows_as_history(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    rows = timed(made.schedule)
    for row in rows.to_dicts():
        last = row["not_after"] - timedelta(microseconds=1)
        ends = {row["not_before"], last}
        mine = (pl.col("account_id") == row["account_id"]) & (pl.col("contact_point") == row["contact_point"])
        mine &= pl.col("channel") == row["channel"]
        asked = [history for proposals, history in law.asked if ends <= set(proposals.filter(mine)["at"].to_list())]
        assert asked
        earlier = rows.filter((pl.col("account_id") == row["account_id"]) & (pl.col("not_before") < row["not_before"]))
        told = asked[-1].filter(pl.col("account_id") == row["account_id"])
        assert told["attempt_id"].n_unique() == told.height == earlier.height
        assert set(told["contact_point"]) == set(earlier["contact_point"])
        assert told["outcome"].null_count() == told.height
        assert set(told["started_at"]) == {end - timedelta(microseconds=1) for end in earlier["not_after"]}


def test_every_row_meets_the_json_schema(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    validator = jsonschema.Draft202012Validator(
        schema_of("schedule"), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for row in made.schedule.to_dicts():
        row["follow_up"] = json.loads(row["follow_up"])
        validator.validate(row)


def test_times_are_told_with_the_offset_of_the_zone(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    offsets = {zone: set(rows["not_before"].str.slice(-6)) for (zone,), rows in made.schedule.group_by("time_zone")}
    assert offsets == {"Europe/London": {"+00:00"}, "Asia/Kolkata": {"+05:30"}, "America/Denver": {"-07:00"}}


def test_british_columbia_no_longer_changes_its_clocks():
    inputs = world(1)
    inputs = replace(inputs, windows=inputs.windows.with_columns(time_zone=pl.lit("America/Vancouver")))
    made = plan(inputs, AS_OF, PARAMS, Law(inputs.windows))
    assert set(made.schedule["not_before"].str.slice(-6)) == {"-07:00"}


def test_row_order_of_the_inputs_does_not_matter(inputs):
    one = plan(inputs, AS_OF, PARAMS, Law(inputs.windows))
    shuffled = replace(
        inputs,
        leads=inputs.leads.sample(fraction=1, shuffle=True, seed=3),
        windows=inputs.windows.sample(fraction=1, shuffle=True, seed=4),
        accounts=inputs.accounts.sample(fraction=1, shuffle=True, seed=5),
    )
    two = plan(shuffled, AS_OF, PARAMS, Law(inputs.windows))
    assert_frame_equal(one.schedule, two.schedule)
    assert_frame_equal(one.withheld, two.withheld)
    assert one.diagnostics == two.diagnostics


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.integers(0, 15),
    calls=st.integers(0, 3),
    messages=st.integers(0, 2),
    letters=st.integers(0, 2),
    slot=st.sampled_from([15, 17, 30, 60]),
    attempts=st.integers(1, 4),
    allowed=st.integers(1, 3),
    days=st.integers(1, 8),
)
def test_capacity_holds_and_nobody_is_lost_whatever_the_bounds(  # noqa: PLR0913, PLR0917  # one a bound
    size, calls, messages, letters, slot, attempts, allowed, days
):
    params = PlanParams(
        calls_per_slot=calls,
        messages_per_slot=messages,
        letters_per_day=letters,
        slot_minutes=slot,
        max_attempts_per_account=attempts,
        horizon_days=days,
    )
    inputs = world(size, days=days, person_id=[f"P{number // 2}" if number % 3 else None for number in range(size)])
    made = plan(inputs, AS_OF, params, Law(inputs.windows, calls=allowed))
    assert made.schedule.is_empty() or timed(made.schedule)["not_before"].min() >= AS_OF
    if slot != 17:  # polars truncates to other starts
        assert_sound(made, inputs, params)
    told = made.diagnostics
    assert 0 <= told["value"] <= told["bound"] + 1e-6
    # Six decimals are told of both, however small they are.
    rounding = 2e-6 / max(told["bound"], 1e-6)
    gap = 1 - told["value"] / told["bound"] if told["bound"] else 0
    assert told["optimality_gap"] == pytest.approx(gap, abs=1e-4 + rounding)
    used = made.diagnostics["capacity"]
    counts = dict(made.schedule.group_by("channel").len().iter_rows())
    assert used["calls"]["used"] == counts.get("call", 0) <= used["calls"]["available"]
    assert used["messages"]["used"] == counts.get("sms", 0) + counts.get("email", 0)
    assert used["letters"]["used"] == counts.get("letter", 0)


def third_party_world() -> PlanInputs:
    inputs = world(2)
    leads = pl.DataFrame(
        {
            "account_id": ["A000", "A000", "A001"],
            "contact_point": ["+447700900900", "+447700900901", "+447700900902"],
            "point_key": ["+447700900900", "+447700900901", "+447700900902"],
            "kind": ["phone"] * 3,
            "rank": [1, 2, 1],
            "p_owner": [0.8] * 3,
            "p_live": [0.8] * 3,
            "party": ["third_party"] * 3,
            "relation": ["sibling"] * 3,
            "relation_id": ["R1", "R1", "R2"],
        }
    )
    day = datetime(2026, 11, 24, 9, tzinfo=UTC)
    windows = pl.DataFrame(
        [
            (*lead, "call", "third_party", "location_only", "Europe/London", start, start + timedelta(hours=8))
            for lead in leads.select("account_id", "contact_point").iter_rows()
            for start in (day, day + timedelta(days=2), day + timedelta(days=4))
        ],
        schema=list(OPENINGS.schema),
        orient="row",
    )
    accounts = ACCOUNTS.conform(pl.DataFrame({"account_id": ["A000", "A001"], "extra": ['{"colour":"blue"}', None]}))
    return replace(inputs, leads=LEADS.conform(leads), windows=OPENINGS.conform(windows), accounts=accounts)


def test_a_third_party_is_asked_once_and_only_for_a_location():
    inputs = third_party_world()
    made = plan(inputs, AS_OF, PlanParams(max_attempts_per_account=3), Law(inputs.windows, calls=99))
    assert made.schedule["account_id"].to_list().count("A000") == 1
    assert made.schedule["account_id"].to_list().count("A001") == 1
    assert set(made.schedule["purpose"]) == {"location_only"}
    assert set(made.schedule["template_id"]) == {"location_request"}
    assert made.schedule["extra"].null_count() == made.schedule.height
    assert (made.schedule["expected_value"] < made.schedule["p_reach"]).all()


def test_unknown_columns_of_the_account_travel_with_its_rows():
    inputs = world(1, extra=['{"colour":"blue"}'])
    made = plan(inputs, AS_OF, PARAMS, Law(inputs.windows))
    assert set(made.schedule["extra"]) == {'{"colour":"blue"}'}


def test_what_law_denies_is_withheld_with_its_citation():
    inputs = world(2)

    def never(proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
        return Law(inputs.windows.clear())(proposals, history)

    made = plan(inputs, AS_OF, PARAMS, never)
    assert made.schedule.is_empty()
    rows = altogether(made.withheld)
    assert rows.select("provision", "citation", "reason").unique().rows() == [("hours", "Law 1", "not now")]
    assert made.withheld.height > rows.height


def test_review_is_not_permission(inputs, law):
    def review(proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
        return law(proposals, history).with_columns(verdict=pl.lit("review"))

    assert plan(inputs, AS_OF, PARAMS, review).schedule.is_empty()


def test_a_missing_verdict_breaks_the_plan(inputs, law):
    with pytest.raises(PromiseBroken, match="verdicts"):
        plan(inputs, AS_OF, PARAMS, lambda proposals, history: law(proposals, history).head(1))


def test_reasons_of_accounts_that_are_not_scheduled():
    inputs = world(5)
    barred = WITHHELD.conform(
        pl.DataFrame(
            [
                ("A000", "call", "+1", "asked not to be called", "stop.opt_out", "C1", None),
                ("A001", "call", "+2", "not before Monday", "wait", "C2", "2026-11-30T08:00:00Z"),
                ("A001", "email", "a@example.com", "never", "bar", "C3", None),
                ("A004", "sms", "+3", "no basis for texts", "text", "C4", None),
            ],
            schema=list(WITHHELD.schema),
            orient="row",
        )
    )
    windows = inputs.windows.filter(pl.col("account_id").is_in(["A003", "A004"]))

    def unlikely(slots: pl.DataFrame) -> pl.DataFrame:
        found = reach(slots)
        p = pl.when(pl.col("account_id") == "A003").then(1e-6).otherwise("p_reach")
        return found.with_columns(p_reach=p)

    inputs = replace(inputs, windows=windows, barred=barred, p_reach=unlikely)
    made = plan(inputs, AS_OF, PARAMS, Law(windows))
    found = dict(altogether(made.withheld).select("account_id", "provision").iter_rows())
    assert found == {"A000": "stop.opt_out", "A001": "wait", "A002": "no_lead", "A003": "value"}
    assert altogether(made.withheld).filter(account_id="A001")["eligible_again_at"].item() == "2026-11-30T08:00:00Z"
    # Points of scheduled accounts keep their rows.
    assert made.withheld.filter(account_id="A004")["channel"].to_list() == ["sms"]


def test_unknown_reach_is_not_scheduled(inputs, law):
    def unknown(slots: pl.DataFrame) -> pl.DataFrame:
        return slots.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("p_reach", "p_low", "p_high"))

    made = plan(replace(inputs, p_reach=unknown), AS_OF, PlanParams(min_p_reach=0), law)
    assert made.schedule.is_empty()
    assert set(altogether(made.withheld)["provision"]) == {"value"}


def test_windows_are_whole_seconds_and_not_too_short():
    inputs = world(2)
    start = datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC)
    lengths = pl.when(pl.col("account_id") == "A000").then(timedelta(minutes=20)).otherwise(timedelta(seconds=30))
    windows = (
        inputs.windows.filter(pl.col("channel") == "call")
        .with_columns(not_before=pl.lit(start).cast(pl.Datetime("us", "UTC")))
        .with_columns(not_after=pl.col("not_before") + lengths)
        .unique(["account_id", "contact_point"])
    )
    made = plan(replace(inputs, windows=OPENINGS.conform(windows)), AS_OF, PARAMS, Law(windows))
    row = timed(made.schedule).row(0, named=True)
    assert row["account_id"] == "A000"
    assert (row["not_before"].second, row["not_before"].microsecond) == (1, 0)
    assert made.schedule.height == 1
    assert altogether(made.withheld).select("account_id", "provision").rows() == [("A001", "capacity")]


def test_second_tries_of_one_point_are_at_another_daypart():
    inputs = world(3)
    point = inputs.leads.filter(pl.col("kind") == "phone").unique("account_id", keep="first")["contact_point"]
    windows = inputs.windows.filter((pl.col("channel") == "call") & pl.col("contact_point").is_in(point.implode()))
    made = plan(replace(inputs, windows=windows), AS_OF, PlanParams(max_attempts_per_account=5), Law(windows, calls=9))
    assert made.schedule.group_by("account_id").len()["len"].unique().to_list() == [3]
    hours = made.schedule.select("account_id", hour=pl.col("not_before").str.slice(11, 2).cast(pl.Int64))
    parts = hours.with_columns(part=(pl.col("hour") >= 12).cast(int) + (pl.col("hour") >= 17).cast(int))
    assert parts.unique(["account_id", "part"]).height == parts.height


def test_expected_value_is_what_the_row_adds(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    account = made.schedule.filter(account_id="A000").sort("wave")
    first, second = account.to_dicts()
    worth = {"call": 1.0, "sms": 0.5, "email": 0.5, "letter": 0.1}
    assert first["expected_value"] == pytest.approx(worth[first["channel"]] * first["p_reach"])
    added = worth[second["channel"]] * (1 - first["p_reach"]) * second["p_reach"]
    assert second["expected_value"] == pytest.approx(added, abs=1e-6)
    total = made.schedule["expected_value"].sum()
    assert made.diagnostics["expected_contacts"] == pytest.approx(total)


def test_phone_numbers_are_split_as_dialers_want_them(inputs, law):
    made = plan(inputs, AS_OF, PARAMS, law)
    calls = made.schedule.filter(pl.col("channel") == "call")
    whole = calls.select("+" + pl.col("country_code") + pl.col("national_number")).to_series()
    assert whole.to_list() == calls["contact_point"].to_list()
    others = made.schedule.filter(pl.col("channel").is_in(["email", "letter"]))
    assert others["country_code"].null_count() == others.height
    assert calls["max_ring_s"].unique().to_list() == [PARAMS.max_ring_s]


def test_nothing_at_all_gives_an_empty_plan(law):
    inputs = world(0)
    made = plan(inputs, AS_OF, PARAMS, law)
    assert made.schedule.schema == SCHEDULE.schema
    assert made.withheld.schema == WITHHELD.schema
    assert made.schedule.is_empty()
    assert made.withheld.is_empty()
    assert law.asked == []


def test_accounts_without_leads_are_withheld(law):
    inputs = replace(world(3), leads=LEADS.empty(), windows=OPENINGS.empty())
    made = plan(inputs, AS_OF, PARAMS, law)
    assert altogether(made.withheld)["provision"].to_list() == ["no_lead"] * 3


def test_rows_are_worked_by_time_and_then_rank(inputs, law):
    rows = timed(plan(inputs, AS_OF, PARAMS, law).schedule)
    assert_frame_equal(rows, rows.sort("not_before", "rank"))


def test_ids_change_with_the_batch_and_the_seed_decides_only_between_equals(inputs, law):
    one = plan(inputs, AS_OF, PARAMS, law)
    other = plan(replace(inputs, batch_id="b1"), AS_OF, PARAMS, law)
    assert not set(one.schedule["attempt_id"]) & set(other.schedule["attempt_id"])
    kept = ["account_id", "channel", "contact_point", "not_before"]
    assert_frame_equal(one.schedule.select(kept), other.schedule.select(kept), check_row_order=False)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("+390612345678", ("39", "0612345678")),
        ("+12125550100", ("1", "2125550100")),
        ("+358401234567", ("358", "401234567")),
        ("+999123", (None, None)),
        ("a+1@example.com", (None, None)),
    ],
)
def test_a_number_is_split_after_its_calling_code(point, expected):
    assert pl.DataFrame({"contact_point": [point]}).select(_telephones()).row(0) == expected

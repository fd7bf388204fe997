"""A first call that nobody answers is followed by a text message at once, where law and bounds allow."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jsonschema
import polars as pl
import pytest

from skiptrace.contracts.schemas import schema_of
from skiptrace.planning import PlanInputs, plan
from skiptrace.planning.rounds import ROUND
from skiptrace.planning.rows import follow_up
from skiptrace.settings import PlanParams
from skiptrace.vocabulary import Channel, Party

from .conftest import AS_OF, Law
from .soundness import assert_sound, timed
from .test_pace import treated_world

PARAMS = PlanParams()


def phones_only(size: int = 6, **facts: object) -> PlanInputs:
    """Leave each account one phone, to be called and texted."""
    inputs = treated_world(size, **facts)
    point = inputs.leads.filter(kind="phone", rank=1)["contact_point"]
    return replace(inputs, windows=inputs.windows.filter(pl.col("contact_point").is_in(point.implode())))


def texted_today_only(inputs: PlanInputs) -> PlanInputs:
    """Leave text messages only the first local day: too soon after a call for a wave of their own."""
    sms = pl.col("channel") == "sms"
    first = pl.col("not_before") < datetime(2026, 11, 23, 20, tzinfo=UTC)
    return replace(inputs, windows=inputs.windows.filter(~sms | first))


def rows_of(inputs: PlanInputs, params: PlanParams = PARAMS, law: Law | None = None) -> pl.DataFrame:
    made = plan(inputs, AS_OF, params, law or Law(inputs.windows))
    assert_sound(made, inputs, params)
    counts = dict(made.schedule.group_by("channel").len().iter_rows())
    assert made.diagnostics["capacity"]["messages"]["used"] == counts.get("sms", 0) + counts.get("email", 0)
    own = made.schedule.filter(sequence=1)
    assert own.group_by("account_id").len()["len"].max() <= params.max_attempts_per_account
    assert made.schedule.filter(sequence=2)["account_id"].is_unique().all()
    return made.schedule.sort("account_id", "wave", "sequence")


@pytest.fixture(scope="module")
def texted() -> pl.DataFrame:
    return rows_of(phones_only())


def test_the_message_stands_right_after_the_call_on_the_same_number(texted):
    assert texted["channel"].to_list() == ["call", "sms"] * 6
    assert texted.select("wave", "sequence").rows() == [(1, 1), (1, 2)] * 6
    calls, texts = texted.filter(sequence=1), texted.filter(sequence=2)
    assert calls["contact_point"].to_list() == texts["contact_point"].to_list()
    assert calls["not_after"].to_list() == texts["not_before"].to_list()
    lengths = timed(texts).select(pl.col("not_after") - pl.col("not_before")).to_series()
    assert lengths.max() <= timedelta(minutes=30)
    assert set(texts["template_id"]) == {"sms_missed_call"}
    assert all("at once after the call of this wave, if nobody answers it" in one for one in texts["reasons"])
    assert texted["attempt_id"].is_unique().all()
    assert texted["permit_id"].is_unique().all()


def test_the_call_says_so_for_those_outcomes_only(texted):
    plain = follow_up(Channel.CALL, Party.DEBTOR)
    for said in texted.filter(channel="call")["follow_up"]:
        found = json.loads(said)
        changed = {outcome for outcome in plain if found[outcome] != plain[outcome]}
        assert changed == {"no_answer", "voicemail"}
        assert {found[outcome] for outcome in changed} == {"sms:sms_missed_call"}
    for said in texted.filter(channel="sms")["follow_up"]:
        assert json.loads(said) == follow_up(Channel.SMS, Party.DEBTOR)


def test_the_rows_meet_the_json_schema_and_other_words_do_not(texted):
    validator = jsonschema.Draft202012Validator(schema_of("schedule"))
    for row in texted.to_dicts():
        row["follow_up"] = json.loads(row["follow_up"])
        validator.validate(row)
    row["follow_up"] = {"no_answer": "sms:"}
    assert not validator.is_valid(row)


def test_what_a_message_is_worth_is_what_it_adds_to_the_call(texted):
    call, text = texted.filter(account_id="A000").to_dicts()
    assert text["expected_value"] == pytest.approx(0.5 * (1 - call["p_reach"]) * text["p_reach"], abs=1e-6)


def test_law_is_asked_for_both_ends_with_the_call_counted():
    inputs = phones_only()
    law = Law(inputs.windows)
    rows = timed(rows_of(inputs, law=law))
    for row in rows.filter(sequence=2).to_dicts():
        ends = {row["not_before"], row["not_after"] - timedelta(microseconds=1)}
        mine = (pl.col("account_id") == row["account_id"]) & (pl.col("channel") == "sms")
        (history,) = [history for asked, history in law.asked if ends <= set(asked.filter(mine)["at"].to_list())]
        assert "call" in set(history.filter(pl.col("account_id") == row["account_id"])["channel"])


def test_what_law_denies_after_the_call_is_not_sent_and_the_later_row_stays():
    inputs = phones_only()

    class OneADay(Law):
        def __call__(self, proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
            verdicts = super().__call__(proposals, history)
            made = history.select("account_id", made="started_at")
            soon = (
                proposals.select("account_id", "at")
                .with_row_index()
                .join(made, on="account_id")
                .filter((pl.col("at") - pl.col("made")).abs() < timedelta(hours=12))["index"]
            )
            near = pl.int_range(pl.len()).is_in(soon.unique().implode())
            return verdicts.with_columns(verdict=pl.when(near).then(pl.lit("deny")).otherwise("verdict"))

    rows = rows_of(inputs, law=OneADay(inputs.windows))
    assert rows.select("channel", "wave", "sequence").rows() == [("call", 1, 1), ("sms", 2, 1)] * 6
    assert not any("sms:" in said for said in rows["follow_up"])


def test_the_message_belongs_to_its_call_so_that_bounds_count_the_two_as_one():
    inputs = texted_today_only(phones_only())
    late = pl.col("channel").eq("call") & (pl.col("not_before") > datetime(2026, 11, 23, 20, tzinfo=UTC))
    today = replace(inputs, windows=inputs.windows.filter(~late))
    assert rows_of(today)["channel"].to_list() == ["call", "sms"] * 6
    assert rows_of(today, PlanParams(max_attempts_per_account=1))["channel"].to_list() == ["call", "sms"] * 6
    assert set(rows_of(today, PlanParams(messages_per_slot=0))["channel"]) == {"call"}
    assert set(rows_of(today, PlanParams(min_p_reach=0.15))["channel"]) == {"call"}


def test_without_a_window_for_texts_after_the_call_there_is_none():
    inputs = phones_only()
    calls = replace(inputs, windows=inputs.windows.filter(channel="call"))
    assert set(rows_of(calls)["channel"]) == {"call"}


def test_capacity_for_messages_holds_and_the_likeliest_go_first():
    inputs = phones_only(12)
    day = pl.col("not_before") < datetime(2026, 11, 23, 20, tzinfo=UTC)
    rows = rows_of(replace(inputs, windows=inputs.windows.filter(day)), PlanParams(messages_per_slot=1))
    assert 0 < rows.filter(sequence=2).height < 12


def call_and_letter() -> PlanInputs:
    """Leave text messages the first day only, and calls: what follows later is a letter."""
    inputs = texted_today_only(treated_world(6))
    late = pl.col("channel").eq("call") & (pl.col("not_before") > datetime(2026, 11, 23, 20, tzinfo=UTC))
    ways = pl.col("channel").is_in(["call", "sms", "letter"])
    return replace(inputs, windows=inputs.windows.filter(ways & ~late))


def test_whoever_has_later_rows_gets_it_too():
    rows = rows_of(call_and_letter())
    assert rows.select("channel", "wave", "sequence").rows() == [("call", 1, 1), ("sms", 1, 2), ("letter", 2, 1)] * 6


def test_there_is_none_that_law_would_refuse_a_later_row_for():
    inputs = replace(call_and_letter(), counted={"two": ("call", "sms", "letter")})

    class Two(Law):
        """Allow a letter after one attempt, not after two, and tell which provision says so."""

        def __call__(self, proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
            verdicts = super().__call__(proposals, history).with_columns(all_provisions=pl.lit(["two:allow"]))
            made = history.group_by("account_id").len("made")
            asked = proposals.select("account_id", "channel").join(
                made, on="account_id", how="left", maintain_order="left"
            )
            over = (
                asked.select((pl.col("channel") == "letter") & (pl.col("made") > 1)).to_series().fill_null(value=False)
            )
            return verdicts.with_columns(verdict=pl.when(over).then(pl.lit("deny")).otherwise("verdict"))

    rows = rows_of(inputs, law=Two(inputs.windows))
    assert rows.select("channel", "wave", "sequence").rows() == [("call", 1, 1), ("letter", 2, 1)] * 6


def test_a_round_has_one():
    inputs = call_and_letter()
    before = {"account_id": "A000", "channel": "call", "point_key": "+44770090000900", "dead": False}
    tried = ROUND.conform(pl.DataFrame([before | {"started_at": AS_OF - timedelta(days=3), "ago_s": 3 * 86_400}]))
    assert rows_of(replace(inputs, tried=tried)).filter(sequence=2)["account_id"].to_list() == [
        f"A00{number}" for number in range(1, 6)
    ]


def test_the_person_is_left_alone_after_it_as_after_any_row():
    rows = timed(rows_of(call_and_letter())).sort("account_id", "not_before")
    gap = pl.col("not_before") - pl.col("not_after").shift(1).over("account_id", order_by="not_before")
    assert rows.filter(sequence=1, wave=2).height == 6
    assert rows.select(pl.col("channel"), gap=gap).filter(channel="letter")["gap"].min() >= timedelta(hours=20)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"promise": "due", "tag": "promise_to_pay"}, "sms_promise_due"),
        ({"promises_broken": 1, "replies": 1}, "sms_hardship_help"),
        ({"missed_calls": 3}, "sms_missed_call"),
    ],
)
def test_the_message_fits_the_treatment(facts, text):
    rows = rows_of(phones_only(3, **facts))
    assert set(rows.filter(sequence=2)["template_id"]) == {text}


def test_companies_are_not_texted():
    rows = rows_of(phones_only(3, kind="company"))
    assert set(rows["channel"]) == {"call"}


def test_a_message_that_is_far_less_likely_than_the_later_one_does_not_take_its_place():
    inputs = phones_only()
    rows = rows_of(inputs, PlanParams(text_at_once_share=5))
    assert rows.select("channel", "wave", "sequence").rows() == [("call", 1, 1), ("sms", 2, 1)] * 6

"""A plan goes on with the round under way: its waves are counted on, and what failed in it is not done again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.planning import plan
from skiptrace.planning.rounds import ROUND, round_so_far
from skiptrace.settings import PlanParams
from tests.planning.conftest import AS_OF, Law
from tests.planning.test_pace import treated_world

PARAMS = PlanParams()
PHONE, MAIL = "+44770090000100", "a000@example.com"


def tried(*rows):
    frame = pl.DataFrame(
        [
            {"account_id": "A000", "channel": channel, "point_key": point, "started_at": at, "dead": dead}
            | {"ago_s": int((AS_OF - at).total_seconds())}
            for channel, point, at, dead in rows
        ]
    )
    return ROUND.conform(frame)


def schedule(inputs, *rows, calls=9):
    inputs = replace(inputs, tried=tried(*rows)) if rows else inputs
    return plan(inputs, AS_OF, PARAMS, Law(inputs.windows, calls=calls)).schedule.filter(account_id="A000").sort("wave")


def part(text):
    hour = int(text[11:13])
    return "morning" if hour < 12 else "afternoon" if hour < 17 else "evening"


def test_the_next_wave_takes_a_time_of_day_at_which_nothing_failed():
    inputs = treated_world(1)
    calls = replace(inputs, windows=inputs.windows.filter(channel="call", contact_point=PHONE))
    usual = schedule(calls)["not_before"][0]
    hour = {"morning": 9, "afternoon": 13, "evening": 18}[part(usual)]
    failed = AS_OF.replace(hour=hour) - timedelta(days=2)
    again = schedule(calls, ("call", PHONE, failed, False))
    early = {part(at) for at in again["not_before"] if datetime.fromisoformat(at) < failed + timedelta(days=7)}
    assert early
    assert part(usual) not in early
    assert again["wave"].to_list() == [2, 3]
    assert "wave 2: attempts before it in this round that did not reach the debtor: 1" in again["reasons"][0]


def test_after_a_week_the_same_time_of_day_may_be_tried_again():
    inputs = treated_world(1)
    calls = replace(inputs, windows=inputs.windows.filter(channel="call", contact_point=PHONE))
    usual = schedule(calls)["not_before"][0]
    hour = {"morning": 9, "afternoon": 13, "evening": 18}[part(usual)]
    failed = ("call", PHONE, AS_OF.replace(hour=hour) - timedelta(days=8), False)
    assert schedule(calls, failed)["not_before"][0] == usual
    patient = PARAMS.model_copy(update={"retry_days": 14})
    rows = plan(replace(calls, tried=tried(failed)), AS_OF, patient, Law(calls.windows)).schedule
    assert part(usual) not in {part(at) for at in rows["not_before"]}


def test_a_person_with_whom_every_way_has_failed_is_not_left_out():
    inputs = treated_world(1)
    calls = replace(inputs, windows=inputs.windows.filter(channel="call", contact_point=PHONE))
    before = [("call", PHONE, AS_OF.replace(hour=hour) - timedelta(days=2), False) for hour in (9, 13, 18)]
    assert schedule(calls, *before)["wave"].to_list()[0] == 4


def test_help_goes_on_from_the_message_to_another_channel():
    inputs = treated_world(1, tag="needs_help")
    first = schedule(inputs)
    assert first["channel"][0] in {"email", "sms", "letter"}
    rows = schedule(inputs, (first["channel"][0], first["contact_point"][0], AS_OF - timedelta(days=4), False))
    assert first["channel"][0] not in rows["channel"].to_list()
    assert rows["wave"][0] == 2
    called = schedule(inputs, ("call", PHONE, AS_OF - timedelta(days=4), False))
    assert called["channel"][0] in {"email", "sms", "letter"}  # a call of before is no offer in writing


def test_a_dead_point_is_not_tried_while_another_is_left():
    inputs = treated_world(1, promise="ahead", tag="promise_to_pay")
    mail = replace(inputs, windows=inputs.windows.filter(pl.col("channel").is_in(["email", "call"])))
    assert schedule(mail)["channel"][0] == "email"
    rows = schedule(mail, ("email", MAIL, AS_OF - timedelta(days=4), True))
    assert rows["channel"].to_list() == ["call"]


def test_a_text_at_once_after_a_call_is_of_its_wave():
    at = AS_OF - timedelta(days=2)
    rows = schedule(treated_world(1), ("call", PHONE, at, False), ("sms", PHONE, at + timedelta(minutes=30), False))
    assert rows["wave"][0] == 2


@pytest.mark.parametrize(
    ("outcomes", "left"),
    [
        (["no_answer", "voicemail"], 2),
        (["no_answer", "right_party"], 0),
        (["right_party", "no_answer"], 1),
        ([None], 1),
    ],
)
def test_a_round_begins_anew_when_the_debtor_was_reached(outcomes, left):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    rows = [
        {
            "attempt_id": str(number),
            "account_id": "A",
            "channel": "call",
            "point_key": PHONE,
            "outcome": outcome,
            "started_at": now - timedelta(days=9 - number),
        }
        for number, outcome in enumerate(outcomes)
    ]
    attempts = CODED_ATTEMPTS.conform(pl.DataFrame(rows, schema_overrides={"outcome": pl.String}))
    assert round_so_far(attempts, now, PARAMS).height == left
    assert round_so_far(attempts, now + timedelta(days=20), PARAMS).is_empty()


def test_a_point_that_worked_again_is_not_dead():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    both = [
        {"attempt_id": str(n), "account_id": "A", "channel": "call", "point_key": PHONE, "outcome": outcome}
        | {"started_at": now - timedelta(days=9 - n)}
        for n, outcome in enumerate(["disconnected", "no_answer"])
    ]
    attempts = CODED_ATTEMPTS.conform(pl.DataFrame(both))
    assert round_so_far(attempts, now, PARAMS)["dead"].to_list() == [False, False]
    assert round_so_far(attempts.head(1), now, PARAMS)["dead"].to_list() == [True]

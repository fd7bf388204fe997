"""What is told of an account from its attempts, on both sides of each bound."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from skiptrace.contracts.inputs import ACCOUNTS
from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS
from skiptrace.planning.history import HISTORY, account_history
from skiptrace.settings import PlanParams

from .conftest import AS_OF

OWN, SIBLINGS, FOUND = "+442079460101", "+442079460102", "+442079460103"
LEAD_ROWS = LEADS.conform(
    pl.DataFrame(
        {
            "account_id": ["A", "A", "A"],
            "contact_point": [OWN, SIBLINGS, FOUND],
            "point_key": [OWN, SIBLINGS, FOUND],
            "kind": ["phone"] * 3,
            "party": ["debtor", "third_party", "debtor"],
            "own": [True, True, False],
        }
    )
)


def history(*attempts: dict, params: PlanParams | None = None, **account: object) -> dict:
    """Tell the history of one account; attempts are calls on its own number, a day old, unless said."""
    rows = [
        {
            "attempt_id": str(number),
            "account_id": "A",
            "channel": "call",
            "point_key": OWN,
            "started_at": AS_OF - timedelta(days=attempt.pop("age", 1)),
            **attempt,
        }
        for number, attempt in enumerate(attempts)
    ]
    made = CODED_ATTEMPTS.conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else CODED_ATTEMPTS.empty()
    accounts = ACCOUNTS.conform(pl.DataFrame([{"account_id": "A", "full_name": "Ada Quill", **account}]))
    found = account_history(accounts, made, LEAD_ROWS, AS_OF, params or PlanParams())
    assert HISTORY.validate(found).rejected.is_empty()
    (row,) = found.to_dicts()
    return row


def test_without_history_counts_are_nothing_and_promises_unknown():
    row = history()
    assert {row[name] for name in ("reached", "replies", "refusals", "hang_ups", "missed_calls", "own_attempts")} == {0}
    assert row["promises_kept"] is None
    assert row["promises_broken"] is None
    assert row["promise"] is None


@pytest.mark.parametrize(
    ("outcome", "counted"),
    [
        ("right_party", {"reached", "replies"}),
        ("promise_to_pay", {"reached", "replies"}),
        ("refused", {"refusals"}),
        ("complained", {"refusals"}),
        ("no_answer", {"missed_calls"}),
        ("voicemail", {"missed_calls"}),
        ("busy", set()),
        ("human_unverified", set()),
        ("wrong_number", {"own_wrong_numbers"}),
        (None, set()),
    ],
)
def test_what_an_outcome_counts_as(outcome, counted):
    row = history({"outcome": outcome})
    names = ("reached", "replies", "refusals", "hang_ups", "missed_calls", "own_wrong_numbers")
    assert {name for name in names if row[name]} == counted
    assert row["own_attempts"] == 1


def test_what_the_debtor_sent_is_a_reply():
    row = history({"channel": "sms", "outcome": "delivered", "direction": "inbound"})
    assert (row["replies"], row["own_attempts"]) == (1, 0)


@pytest.mark.parametrize(
    ("outcome", "seconds", "expected"),
    [
        ("human_unverified", 10.0, 1),
        ("human_unverified", 10.1, 0),
        ("human_unverified", 0.0, 0),
        ("human_unverified", None, 0),
        ("right_party", 4.0, 1),
        ("voicemail", 4.0, 0),
        ("third_party", 4.0, 0),
    ],
)
def test_a_call_is_cut_short_within_ten_seconds(outcome, seconds, expected):
    assert history({"outcome": outcome, "duration_s": seconds})["hang_ups"] == expected


def test_what_is_older_than_a_year_counts_only_as_having_been_reached():
    row = history({"outcome": "right_party", "age": 366}, {"outcome": "refused", "age": 365})
    assert (row["reached"], row["replies"], row["refusals"]) == (1, 0, 0)
    assert history({"outcome": "refused", "age": 364})["refusals"] == 1


def test_attempts_after_the_moment_and_on_third_parties_are_left_out():
    row = history({"outcome": "refused", "age": -1}, {"outcome": "refused", "point_key": SIBLINGS})
    assert row["refusals"] == 0
    assert row["own_attempts"] == 0


def test_attempts_on_points_that_are_not_known_count_but_are_not_own():
    row = history({"outcome": "refused", "point_key": None}, {"outcome": "wrong_number", "point_key": FOUND})
    assert (row["refusals"], row["own_attempts"], row["own_wrong_numbers"]) == (1, 0, 0)


def test_a_wrong_number_counts_once_however_often_it_was_called():
    assert history({"outcome": "wrong_number"}, {"outcome": "wrong_number"})["own_wrong_numbers"] == 1


@pytest.mark.parametrize(
    ("age", "arrears", "kept", "broken"),
    [
        (30, 30, 0, 1),  # the arrears are as old as the promise
        (30, 29, 1, 0),  # they began after it
        (29, 90, 0, 0),  # too young to tell
        (40, None, None, None),
    ],
)
def test_the_arrears_tell_whether_a_promise_was_kept(age, arrears, kept, broken):
    row = history({"outcome": "promise_to_pay", "age": age}, days_past_due=arrears)
    assert (row["promises_kept"], row["promises_broken"]) == (kept, broken)


@pytest.mark.parametrize(
    ("due", "promise", "broken"),
    [
        (date(2026, 11, 21), None, 1),
        (date(2026, 11, 22), "due", 0),
        (date(2026, 11, 23), "due", 0),
        (date(2026, 11, 24), "due", 0),
        (date(2026, 11, 25), "ahead", 0),
    ],
)
def test_a_promise_is_due_today_give_or_take_a_day(due, promise, broken):
    row = history(tag="promise_to_pay", promise_due_on=due, days_past_due=90)
    assert (row["promise"], row["promises_broken"]) == (promise, broken)


def test_a_due_date_without_the_tag_is_no_promise_any_more():
    assert history(promise_due_on=date(2026, 11, 23))["promise"] is None


@pytest.mark.parametrize(
    ("outcome", "hours", "promise"),
    [
        ("right_party", 2, "reminded"),
        ("promise_to_pay", 2, "reminded"),
        ("no_answer", 2, "due"),
        ("third_party", 2, "due"),
        ("right_party", 7, "due"),  # the evening before
    ],
)
def test_whoever_was_reached_on_the_day_of_a_promise_is_reminded_of_it(outcome, hours, promise):
    call = {"outcome": outcome, "started_at": AS_OF - timedelta(hours=hours)}
    assert history(call, tag="promise_to_pay", promise_due_on=AS_OF.date())["promise"] == promise


@pytest.mark.parametrize(
    ("age", "account", "promise"),
    [
        (1, {}, "made"),
        (7, {"tag": "lost"}, "made"),
        (8, {"tag": "lost"}, None),
        (1, {"tag": "promise_to_pay"}, "made"),
        (1, {"tag": "promise_to_pay", "promise_due_on": date(2026, 11, 10)}, "made"),
        (5, {"tag": "promise_to_pay", "promise_due_on": date(2026, 11, 20)}, None),
        (1, {"tag": "promise_to_pay", "promise_due_on": date(2026, 12, 10)}, "ahead"),
        (1, {"tag": "needs_help"}, None),
    ],
)
def test_a_promise_of_late_stands_until_the_creditor_tells_its_day(age, account, promise):
    assert history({"outcome": "promise_to_pay", "age": age}, **account)["promise"] == promise


def test_one_promise_in_both_places_is_one():
    call = {"outcome": "promise_to_pay", "age": 40}
    row = history(call, tag="promise_to_pay", promise_due_on=date(2026, 10, 20), days_past_due=90)
    assert row["promises_broken"] == 1
    row = history(call, tag="promise_to_pay", promise_due_on=date(2026, 10, 20), days_past_due=5)
    assert (row["promises_kept"], row["promises_broken"]) == (1, 0)


def test_bounds_are_settings():
    params = PlanParams(hang_up_s=3, history_days=10, promise_days=5)
    row = history(
        {"outcome": "right_party", "duration_s": 4.0},
        {"outcome": "refused", "age": 11},
        {"outcome": "promise_to_pay", "age": 6},
        params=params,
        days_past_due=50,
    )
    assert (row["hang_ups"], row["refusals"], row["promises_broken"]) == (0, 0, 1)


def two_accounts(tags: tuple[str | None, str | None], params: PlanParams | None = None, **person: object) -> list[dict]:
    """Tell of two accounts, the first of which was refused once."""
    accounts = ACCOUNTS.conform(
        pl.DataFrame({"account_id": ["A", "B"], "full_name": ["Ada Quill"] * 2, "tag": tags, **person})
    )
    row = {"attempt_id": "1", "account_id": "A", "channel": "call", "point_key": OWN, "outcome": "refused"}
    made = CODED_ATTEMPTS.conform(pl.DataFrame([{**row, "started_at": AS_OF - timedelta(days=1)}]))
    return account_history(accounts, made, LEAD_ROWS, AS_OF, params or PlanParams()).to_dicts()


def test_what_somebody_said_on_one_account_holds_for_their_others():
    one, other = two_accounts((None, None), person_id=["P", "P"])
    assert (one["refusals"], other["refusals"]) == (1, 1)
    assert (one["own_attempts"], other["own_attempts"]) == (1, 0)
    one, other = two_accounts((None, None), person_id=["P", "Q"])
    assert (one["refusals"], other["refusals"]) == (1, 0)
    one, other = two_accounts((None, None))
    assert (one["refusals"], other["refusals"]) == (1, 0)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, "needs_help"),
        ("lost", "needs_help"),
        ("wilful", "needs_help"),
        ("dispute", "dispute"),
        ("promise_to_pay", "promise_to_pay"),
    ],
)
def test_a_need_of_help_is_the_persons(tag, expected):
    assert two_accounts(("needs_help", tag), person_id=["P", "P"])[1]["tag"] == expected
    assert two_accounts(("needs_help", tag), person_id=["P", "Q"])[1]["tag"] == tag


def test_a_filler_value_makes_nobody_one_person():
    tags = ("needs_help", "lost")
    assert two_accounts(tags, PlanParams(max_accounts_per_person=2), person_id=["0", "0"])[1]["tag"] == "needs_help"
    assert two_accounts(tags, PlanParams(max_accounts_per_person=1), person_id=["0", "0"])[1]["tag"] == "lost"

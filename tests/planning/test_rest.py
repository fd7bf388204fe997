"""A person is left alone after an attempt that was made, as after a row of the plan."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from skiptrace.planning import plan
from skiptrace.settings import PlanParams
from tests.planning.conftest import AS_OF, Law, world

PARAMS = PlanParams(min_gap_hours=20)


def begins(inputs):
    rows = plan(inputs, AS_OF, PARAMS, Law(inputs.windows)).schedule
    at = rows.with_columns(at=pl.col("not_before").str.to_datetime("%+", time_zone="UTC"))
    return dict(at.group_by("account_id").agg(pl.col("at").min()).iter_rows())


def attempted(*accounts, hours):
    return pl.DataFrame({"account_id": list(accounts), "ago_s": [hours * 3_600] * len(accounts)})


@pytest.mark.parametrize("hours", [0, 6, 19])
def test_the_next_row_waits_for_the_gap_after_the_last_attempt(hours):
    inputs = world(6)
    usual = begins(inputs)
    soon = [account for account, at in usual.items() if at < AS_OF + timedelta(hours=20 - hours)]
    assert hours == 19 or soon
    rested = begins(replace(inputs, attempted=attempted("A000", *soon, hours=hours)))
    assert rested.keys() == usual.keys()
    for account in ["A000", *soon]:
        assert rested[account] >= AS_OF + timedelta(hours=20 - hours)
    assert begins(replace(inputs, attempted=attempted("A000", hours=20))) == usual


def test_one_attempt_rests_all_accounts_of_a_person():
    inputs = world(2, person_id=["P", "P"])
    rested = begins(replace(inputs, attempted=attempted("A001", hours=2)))
    assert rested["A000"] >= AS_OF + timedelta(hours=18)


def test_a_promise_that_falls_due_is_not_missed_for_a_reminder_of_yesterday():
    today = date(AS_OF.year, AS_OF.month, AS_OF.day)
    inputs = world(3, tag=["promise_to_pay", None, None], promise_due_on=[today, None, None])
    rested = begins(replace(inputs, attempted=attempted("A000", "A001", hours=1)))
    assert rested["A000"] < AS_OF + timedelta(hours=19) <= rested["A001"]

"""Two readings of the law, written apart: whatever is asked of both, they must say the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.compliance import openings
from skiptrace.compliance.law import Bar, Cap, Need, Wait, Window
from skiptrace.compliance.verify import verify
from skiptrace.settings import CheckParams
from tests.compliance.agreement import PARAMS, compare, schedule
from tests.compliance.random_rulebooks import random_rulebook
from tests.compliance.random_worlds import random_world
from tests.compliance.test_scenarios import SCENARIOS, told
from tests.compliance.test_scenarios import judged as judged_by_check

MICRO = timedelta(microseconds=1)
JUDGED = {"window": Window, "cap": Cap, "wait": Wait, "need": Need, "bar": Bar}
UNPLANNED = ("in_reply_to", "sent_at")
"""What a schedule never holds: replies, and messages sent at another time than planned."""


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_verify_says_of_every_scenario_what_check_says(scenario, world, proposals, rulebook):
    facts, first = world(told(scenario)), told(scenario)["points"][0]["contact_point"]
    for case, row in judged_by_check(scenario, world, proposals, rulebook):
        as_of = datetime.fromisoformat(case.get("as_of", scenario.get("as_of", "2026-11-23T00:00:00Z")))
        # What lies before as_of has expired; `check` judges it as if it were planned then.
        if datetime.fromisoformat(case["at"]) < as_of or any(name in case for name in UNPLANNED):
            continue
        params = CheckParams(expected_call_s=case.get("expected_duration_s", 300))
        rows = schedule([{"account_id": "A1", "contact_point": first, **case}], window=MICRO)
        found = verify(rows, facts, rulebook, as_of, params)["provision"].to_list()
        assert bool(found) == (row["verdict"] != "allow"), (case, row, found)
        against = {entry.rpartition(":")[0] for entry in row["all_provisions"] if not entry.endswith(":allow")}
        assert set(found) <= against | {"input", "place"}, (case, row, found)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_check_and_verify_agree_on_whole_worlds(rulebook, seed):
    judged = compare(random_world(seed, accounts=30, rounds=4), rulebook)
    assert [one for one in judged if one.differs] == []
    assert any(not one.check for one in judged)


@pytest.mark.parametrize("seed", range(3))
def test_check_and_verify_agree_on_these_worlds(rulebook, seed):
    judged = compare(random_world(seed, accounts=15, rounds=4), rulebook)
    assert [one for one in judged if one.differs] == []


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_check_and_verify_agree_under_any_rulebook(rulebook, seed):
    judged = compare(random_world(seed, accounts=30, rounds=4), random_rulebook(seed, rulebook))
    assert [one for one in judged if one.differs] == []


@pytest.mark.parametrize("seed", range(6))
def test_check_and_verify_agree_under_these_rulebooks(rulebook, seed):
    judged = compare(random_world(seed, accounts=15, rounds=4), random_rulebook(seed, rulebook))
    assert [one for one in judged if one.differs] == []


def test_random_rulebooks_hold_every_kind_of_provision_and_leave_room_for_some_contacts(rulebook):
    made = [one for seed in range(20) for one in random_rulebook(seed, rulebook).provisions if one.citation == "a seed"]
    said = {(one.kind, name) for one in made for name, value in one.model_dump(exclude_defaults=True).items()}
    asked = {kind: set(model.model_fields) for kind, model in JUDGED.items()}
    assert {(kind, name) for kind, names in asked.items() for name in names - {"override_reason"}} <= said
    judged = [one for seed in range(4) for one in compare(random_world(seed, 10, 2), random_rulebook(seed, rulebook))]
    assert sum(not one.check for one in judged) > len(judged) / 10


@pytest.mark.parametrize("seed", range(2))
def test_verify_refuses_nothing_that_an_opening_allows(world, rulebook, seed):
    made = random_world(seed, accounts=40, rounds=0)
    facts = world(made.told)
    opened = openings(facts, rulebook, made.as_of, made.as_of + timedelta(days=3), PARAMS).windows
    lone = opened.sample(fraction=1, shuffle=True, seed=seed).unique("account_id", keep="first", maintain_order=True)
    # One row for each person: A7 and B7 are the accounts of one.
    lone = lone.unique(pl.col("account_id").str.slice(1), keep="first", maintain_order=True)
    rows = [
        row | {"not_before": row["not_before"].isoformat(), "not_after": row["not_after"].isoformat()}
        for row in lone.iter_rows(named=True)
    ]
    assert len(rows) > 10
    assert verify(schedule(rows), facts, rulebook, made.as_of, PARAMS).to_dicts() == []

"""One verdict a proposal, whatever the proposal."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from skiptrace.compliance import check
from skiptrace.contracts.outputs import VERDICTS
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.settings import CheckParams

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
NOON = "2026-11-23T12:00:00Z"
BRITON = {
    "accounts": [{"country": "GB", "postal_code": "M11AA"}],
    "points": [
        {"contact_point": "+447700900001", "zones": ["Europe/London"], "places": ["GB"]},
        {"contact_point": "jane@example.com"},
    ],
}
CALL = {"contact_point": "+447700900001", "at": NOON}


def judged(rows, facts, rulebook, proposals):
    return check(proposals(rows), facts, rulebook, AS_OF, CheckParams())


@pytest.mark.parametrize(
    "change",
    [
        {"problem": "at: no offset from UTC"},
        {"at": None},
        {"account_id": None},
        {"account_id": "nobody"},
        {"channel": None},
        {"channel": "pigeon"},
        {"channel": "sms", "contact_point": "jane@example.com"},
        {"contact_point": None},
        {"party": "stranger"},
        {"purpose": "pressure"},
        {"expected_duration_s": -1.0},
        {"expected_duration_s": float("nan")},
        {"expected_duration_s": float("inf")},
    ],
)
def test_a_malformed_proposal_is_denied_as_input(change, world, proposals, rulebook):
    row = judged([CALL | change], world(BRITON), rulebook, proposals).row(0, named=True)
    assert (row["verdict"], row["provision"]) == ("deny", "input")
    assert row["reason"]
    assert row["all_provisions"] == ["input:deny"]


def test_the_reason_of_a_malformed_proposal_is_what_was_wrong_with_it(world, proposals, rulebook):
    row = judged([CALL | {"problem": "at: no offset from UTC"}], world(BRITON), rulebook, proposals)
    assert row["reason"].to_list() == ["at: no offset from UTC"]


def test_verdicts_keep_the_order_and_repeated_ids_are_judged_each_time(world, proposals, rulebook):
    night = CALL | {"at": "2026-11-23T03:00:00Z"}
    rows = [CALL | {"proposal_id": "same"}, night | {"proposal_id": "same"}, CALL | {"problem": "no"}, CALL, night]
    verdicts = judged(rows, world(BRITON), rulebook, proposals)
    assert verdicts["verdict"].to_list() == ["allow", "deny", "deny", "allow", "deny"]
    assert verdicts["proposal_id"].to_list() == ["same", "same", "2", "3", "4"]
    assert dict(verdicts.schema) == VERDICTS.schema


def test_no_proposals_no_verdicts(world, proposals, rulebook):
    assert judged([], world(BRITON), rulebook, proposals).height == 0
    assert dict(judged([], world({"accounts": []}), rulebook, proposals).schema) == VERDICTS.schema


def test_without_any_facts_everything_is_denied(world, proposals, rulebook):
    assert judged([CALL], world({"accounts": []}), rulebook, proposals)["provision"].to_list() == ["input"]
    bare = world({"accounts": [{}]})
    assert judged([CALL], bare, rulebook, proposals)["provision"].to_list() == ["house.point"]


def test_a_proposal_of_nothing_but_nulls_is_denied(world, rulebook):
    nothing = pl.DataFrame([dict.fromkeys(PROPOSALS.schema)], schema=PROPOSALS.schema)
    assert check(nothing, world(BRITON), rulebook, AS_OF, CheckParams())["provision"].to_list() == ["input"]


def test_columns_that_nobody_gave_are_unknown(world, rulebook):
    few = pl.DataFrame({"account_id": ["A1"], "channel": ["call"]})
    assert check(few, world(BRITON), rulebook, AS_OF, CheckParams())["verdict"].to_list() == ["deny"]


def test_two_spellings_of_an_instant_get_one_verdict(world, proposals, rulebook):
    rows = [
        CALL | {"at": at} for at in ("2026-11-23T20:00:00Z", "2026-11-24T01:30:00+05:30", "2026-11-23T09:00:00-11:00")
    ]
    assert judged(rows, world(BRITON), rulebook, proposals).drop("proposal_id").is_unique().any() is False


def test_every_provision_that_was_checked_is_named_with_its_verdict(world, proposals, rulebook):
    named = judged([CALL], world(BRITON), rulebook, proposals)["all_provisions"].to_list()[0]
    assert "house.hours:allow" in named
    assert "house.stop.cease:allow" in named
    assert not [entry for entry in named if entry.startswith("us.")]


def test_the_usual_length_of_a_call_is_a_parameter(world, proposals, rulebook):
    late = proposals([CALL | {"at": "2026-11-23T19:59:00Z"}])
    facts = world(BRITON)
    assert check(late, facts, rulebook, AS_OF, CheckParams())["verdict"].to_list() == ["deny"]
    assert check(late, facts, rulebook, AS_OF, CheckParams(expected_call_s=60))["verdict"].to_list() == ["allow"]


def test_a_denial_that_time_does_not_heal_has_no_date(world, proposals, rulebook):
    stopped = BRITON | {"stops": [{"account_id": "A1", "kind": "cease"}]}
    row = judged([CALL | {"at": "2026-11-23T03:00:00Z"}], world(stopped), rulebook, proposals).row(0, named=True)
    assert (row["provision"], row["eligible_again_at"]) == ("house.stop.cease", None)


@pytest.mark.parametrize(
    ("until", "again"),
    [
        ("2031-05-01T12:00:00Z", datetime(2031, 5, 1, 12, tzinfo=UTC)),
        ("2099-05-01T12:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
    ],
)
def test_a_stop_until_the_end_of_time_is_one_without_an_end(world, proposals, rulebook, until, again):
    stopped = BRITON | {"stops": [{"account_id": "A1", "kind": "cease", "until": until}]}
    row = judged([CALL], world(stopped), rulebook, proposals).row(0, named=True)
    assert (row["provision"], row["eligible_again_at"]) == ("house.stop.cease", again)


def test_what_is_eligible_again_is_allowed_then(world, proposals, rulebook):
    told = {
        "accounts": [{"country": "US", "region": "US-MA", "postal_code": "02108"}],
        "points": [{"contact_point": "+16175550101", "zones": ["America/New_York"], "places": ["US-MA"]}],
        "attempts": [
            {"contact_point": "+16175550101", "started_at": at, "outcome": outcome}
            for at, outcome in (
                ("2026-11-17T15:00:00Z", "right_party"),
                ("2026-11-18T15:00:00Z", "no_answer"),
                ("2026-11-20T15:00:00Z", "no_answer"),
            )
        ],
        "stops": [{"account_id": "A1", "kind": "inconvenient_time", "detail": "07:00-12:00"}],
    }
    facts = world(told)
    call = {"contact_point": "+16175550101"}
    first = check(proposals([call | {"at": "2026-11-21T04:00:00Z"}]), facts, rulebook, AS_OF, CheckParams())
    again = first["eligible_again_at"][0]
    assert again == datetime(2026, 11, 25, 17, tzinfo=UTC)  # noon: one of the two calls has left the window
    assert check(proposals([call | {"at": again}]), facts, rulebook, AS_OF, CheckParams())["verdict"].to_list() == [
        "allow"
    ]

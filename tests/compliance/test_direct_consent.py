"""Calls under a direct consent, free of caps and waits: the same to both readings, whatever else is asked with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from skiptrace.compliance import check
from skiptrace.compliance.law import Provision
from skiptrace.settings import CheckParams
from tests.compliance.agreement import by_verify

READER = TypeAdapter(Provision)
AS_OF = datetime(2026, 3, 3, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
ASKED, OTHER, MAIL = "+12125550101", "+12125550102", "jane@example.com"
GIVEN = "2026-03-01T12:00:00Z"
CAP = {"kind": "cap", "count": "attempts", "per": "debt", "days": 7, "maximum": 1}
WAIT = {"kind": "wait", "after": "conversation", "days": 7}


def call(at, point=ASKED, **more):
    return {"contact_point": point, "started_at": at, "outcome": "no_answer", **more}


def told(*attempts, zones=("America/New_York",), **more):
    """Tell of a person with two debts, who asked to be called at one number, and of attempts."""
    asked = {"contact_point": ASKED, "zones": list(zones), "places": ["US-NY"], "consent_ids": ["BACK"], "own": True}
    return {
        "accounts": [
            {"account_id": name, "person_id": "P", "jurisdiction": "US-NY", "time_zone": "America/New_York"}
            for name in ("A1", "A2")
        ],
        "points": [
            asked,
            asked | {"account_id": "A2"},
            asked | {"contact_point": MAIL, "zones": [], "places": []},
            {"contact_point": OTHER, "zones": ["America/New_York"], "places": ["US-NY"]},
        ],
        "consents": [{"consent_id": "BACK", "scope": "call_back", "purposes": ["contact"], "given_at": GIVEN}],
        "attempts": list(attempts),
        **more,
    }


@pytest.fixture
def allowed(rulebook, world, proposals):
    """Return of each row, asked by itself, whether both readings allow it under one provision and no other."""

    def judge(provision, facts_told, *rows, as_of=AS_OF):
        common = {"id": "one", "summary": "as drawn", "citation": "a test", "status": "P", "places": ["*"]}
        law = replace(rulebook, provisions=(READER.validate_python(common | provision),))
        facts, found = world(facts_told), []
        for said in rows:
            row = {"account_id": "A1", "channel": "call", "at": "2026-03-04T12:00:00Z", **said}
            at = datetime.fromisoformat(row["at"])
            (verdict,) = check(proposals([row]), facts, law, as_of, CheckParams())["verdict"]
            (against,) = by_verify([row | {"at": at, "open_for": MICRO}], facts, law, as_of)
            assert (verdict == "allow") == (not against), (row, verdict, against)
            found.append(verdict == "allow")
        return found

    return judge


FREE = {"except_direct_consent": True}
CALL, TEXT = {"contact_point": ASKED}, {"contact_point": ASKED, "channel": "sms"}
EMAIL, ELSEWHERE = {"contact_point": MAIL, "channel": "email"}, {"contact_point": OTHER}


@pytest.mark.parametrize("provision", [CAP, WAIT], ids=["cap", "wait"])
def test_a_consent_to_be_called_frees_calls_and_no_text_or_email(allowed, provision):
    talk = call("2026-02-28T12:00:00Z", outcome="right_party")
    rows = (CALL, TEXT, EMAIL, ELSEWHERE)
    assert allowed(provision | FREE, told(talk), *rows) == [True, False, False, False]
    assert allowed(provision, told(talk), *rows) == [False, False, False, False]


def test_a_call_under_the_consent_is_not_counted_against_one_elsewhere_though_that_is_asked_alone(allowed):
    free, counted = told(call("2026-03-02T12:00:00Z")), told(call("2026-03-01T11:59:59Z"))
    assert allowed(CAP | FREE, free, ELSEWHERE, EMAIL) == [True, True]
    assert allowed(CAP | FREE, counted, ELSEWHERE, EMAIL) == [False, False]
    assert allowed(CAP, free, ELSEWHERE, EMAIL) == [False, False]


@pytest.mark.parametrize("other", [{"contact_point": None}, {"contact_point": OTHER}, {"channel": "sms"}])
def test_a_call_told_in_two_ways_is_free_only_if_it_is_in_both(allowed, other):
    row = call("2026-03-02T12:00:00Z", attempt_id="T")
    assert allowed(CAP | FREE, told(row, row | {"outcome": "busy"}), ELSEWHERE) == [True]
    assert allowed(CAP | FREE, told(row, row | other), ELSEWHERE) == [False]


def test_a_past_call_is_free_until_a_conversation_about_its_own_debt(allowed):
    """Both debts are one person's, and what is judged is a call about the one the past call was not about."""
    per_person = CAP | FREE | {"per": "person", "maximum": 2}
    made = call("2026-03-02T12:00:00Z", account_id="A2")
    rows = (ELSEWHERE, CALL | {"account_id": "A2", "at": "2026-03-10T12:00:00Z"})
    for account, free in (("A1", True), ("A2", False)):
        talk = call("2026-03-01T18:00:00Z", OTHER, account_id=account, outcome="right_party")
        assert allowed(per_person, told(talk, made), ELSEWHERE) == [free]
        later = call("2026-03-02T12:00:00.000001Z", OTHER, account_id=account, outcome="right_party")
        assert allowed(per_person, told(later, made), *rows) == [True, True]


@pytest.mark.parametrize(("at", "free"), [("2026-03-07T14:59:59Z", True), ("2026-03-07T15:00:00Z", False)])
def test_a_past_call_s_seven_days_are_counted_in_every_zone_of_its_own_point(allowed, at, free):
    """In Tokyo the eighth day begins at 15:00; that the number is dead by now leaves the zones of the other alone."""
    since_dead = call("2026-03-08T12:00:00Z", outcome="disconnected")
    facts = told(call(at), since_dead, zones=("America/New_York", "Asia/Tokyo"))
    row = ELSEWHERE | {"at": "2026-03-10T12:00:00Z"}
    connected = CAP | FREE | {"count": "connected"}
    assert allowed(connected, facts, row, as_of=datetime(2026, 3, 9, tzinfo=UTC)) == [free]


@pytest.mark.parametrize("own", [True, False])
def test_a_past_call_of_which_no_zone_is_known_is_not_free(allowed, own):
    """A number found elsewhere without a consent says where its owner is only if it is the one contacted."""
    facts = told(call("2026-03-02T12:00:00Z"), accounts=[{"jurisdiction": "US-NY"}], zones=())
    facts["points"] = [facts["points"][0], facts["points"][3] | {"own": own}]
    assert allowed(CAP | FREE, facts, ELSEWHERE) == [own]

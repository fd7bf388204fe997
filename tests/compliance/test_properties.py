"""Doubt never helps: what is added to the facts never turns a denial into an allowance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.compliance import check
from skiptrace.settings import CheckParams

pytestmark = pytest.mark.slow
AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
RANK = {"deny": 0, "review": 1, "allow": 2}
PLACES = {
    "us": {"country": "US", "region": "US-MA", "postal_code": "02108"},
    "gb": {"country": "GB", "postal_code": "M11AA"},
    "cn": {"country": "CN", "region": "CN-SH"},
    "au": {"country": "AU", "region": "AU-NSW", "postal_code": "2000"},
    "bc": {"country": "CA", "region": "CA-BC", "postal_code": "V5K0A1"},
}
ZONES = {
    "us": "America/New_York",
    "gb": "Europe/London",
    "cn": "Asia/Shanghai",
    "au": "Australia/Sydney",
    "bc": "America/Vancouver",
}
MOMENTS = st.integers(-12 * 24 * 4, 7 * 24 * 4).map(
    lambda quarter: (AS_OF + timedelta(minutes=15 * quarter)).isoformat()
)
POINT = st.sampled_from(["+1", "+2"])
ATTEMPTS = st.fixed_dictionaries(
    {
        "contact_point": st.one_of(st.none(), POINT),
        "started_at": MOMENTS,
        "outcome": st.sampled_from([None, "no_answer", "right_party", "busy", "voicemail"]),
        "direction": st.sampled_from(["outbound", "outbound", "inbound"]),
    }
)
STOPS = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(["A1", None]),
        "contact_point": st.sampled_from(["+1", "+2"]),
        "kind": st.sampled_from(
            ["cease", "opt_out", "do_not_call", "attorney", "wrong_party", "refused", "bankrupt", "dispute",
             "inconvenient_time", "inconvenient_place", "employer_prohibits", "unreadable"]
        ),
        "channel": st.sampled_from([None, "call", "sms"]),
        "since": MOMENTS,
        "detail": st.sampled_from([None, "home", "work", "09:00-12:00", "Mon 20:00-10:00", "sometimes"]),
    }
)  # fmt: skip
FACTS = st.fixed_dictionaries(
    {
        "place": st.sampled_from(sorted(PLACES)),
        "attempts": st.lists(ATTEMPTS, max_size=8),
        "stops": st.lists(STOPS, max_size=2),
        "label": st.sampled_from([None, "home", "work", "mobile"]),
    }
)
CALLS = st.lists(
    st.fixed_dictionaries({"contact_point": POINT, "at": MOMENTS, "channel": st.sampled_from(["call", "sms"])}),
    min_size=1,
    max_size=12,
)
FEW = settings(max_examples=25, deadline=None)


def told(facts, *, jurisdiction=None, time_zone=None):
    place = facts["place"]
    named = {
        "zones": [ZONES[place]],
        "places": [PLACES[place].get("region", PLACES[place]["country"])],
        "label": facts["label"],
    }
    return {
        "accounts": [{**PLACES[place], "jurisdiction": jurisdiction, "time_zone": time_zone}],
        "points": [{"contact_point": "+1", **named}, {"contact_point": "+2", **named}],
        "attempts": [{"attempt_id": f"T{number}", **row} for number, row in enumerate(facts["attempts"])],
        "stops": facts["stops"],
    }


@pytest.fixture(scope="session")
def verdicts(world, proposals, rulebook):
    def judge(story, calls):
        return check(proposals(calls), world(story), rulebook, AS_OF, CheckParams())

    return judge


def never_milder(before, after):
    assert all(RANK[late] <= RANK[early] for early, late in zip(before["verdict"], after["verdict"], strict=True))


@FEW
@given(FACTS, CALLS, STOPS)
def test_a_further_stop_never_helps(verdicts, facts, calls, stop):
    never_milder(verdicts(told(facts), calls), verdicts(told({**facts, "stops": [*facts["stops"], stop]}), calls))


@FEW
@given(FACTS, CALLS, ATTEMPTS)
def test_a_further_call_never_helps(verdicts, facts, calls, attempt):
    more = told({**facts, "attempts": [*facts["attempts"], attempt]})
    never_milder(verdicts(told(facts), calls), verdicts(more, calls))


@FEW
@given(FACTS, CALLS, st.sampled_from(["US", "US-MA", "US-NY-NYC", "CN", "IN", "FR", "CA-QC"]))
def test_a_further_place_never_helps(verdicts, facts, calls, place):
    never_milder(verdicts(told(facts), calls), verdicts(told(facts, jurisdiction=place), calls))


@FEW
@given(FACTS, CALLS, st.sampled_from(["America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia"]))
def test_a_further_zone_never_helps(verdicts, facts, calls, zone):
    never_milder(verdicts(told(facts), calls), verdicts(told(facts, time_zone=zone), calls))


@FEW
@given(FACTS, CALLS)
def test_an_outcome_that_cannot_be_read_never_helps(verdicts, facts, calls):
    blurred = {**facts, "attempts": [{**row, "outcome": None} for row in facts["attempts"]]}
    never_milder(verdicts(told(facts), calls), verdicts(told(blurred), calls))


@FEW
@given(FACTS, CALLS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_facts_do_not_matter(verdicts, facts, calls, random):
    story = told(facts)
    shuffled = {key: [*rows, *(rows if key in ("attempts", "stops") else [])] for key, rows in story.items()}
    for rows in shuffled.values():
        random.shuffle(rows)
    assert verdicts(story, calls).equals(verdicts(shuffled, calls))


@FEW
@given(FACTS, CALLS)
def test_each_proposal_is_judged_as_if_it_were_alone(verdicts, facts, calls):
    together = verdicts(told(facts), calls).drop("proposal_id")
    alone = [verdicts(told(facts), [call]).drop("proposal_id") for call in calls[:3]]
    assert all(together.slice(number, 1).equals(one) for number, one in enumerate(alone))

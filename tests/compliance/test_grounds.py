"""Facts in words: what a verdict says of why, and what stands behind a permit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from skiptrace.compliance import check
from skiptrace.compliance.grounds import grounds
from skiptrace.compliance.law import Cap
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.settings import CheckParams
from tests.compliance.random_worlds import random_world
from tests.compliance.test_scenarios import EXPECTED, SCENARIOS, told

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
PHONE = "+12125550101"
PARAMS = CheckParams()
NOON, MORNING_IN_SEOUL = "2026-11-24T17:00:00Z", "2026-11-24T10:00:00+09:00"
BOSTON = {
    "accounts": [{"country": "US", "region": "US-MA", "postal_code": "02108"}],
    "points": [{"contact_point": PHONE, "zones": ["America/New_York"], "places": ["US-MA"]}],
}


@pytest.fixture
def reason(rulebook, world, proposals):
    """Return, of a call about a debtor in Boston, the provision that decided and its reason after the summary."""

    def judged(facts, **row):
        asked = proposals([{"contact_point": PHONE, "at": NOON, **row}])
        found = check(asked, world({**BOSTON, **facts}), rulebook, AS_OF, PARAMS).row(0, named=True)
        law = rulebook.by_id.get(found["provision"])
        summary = law.summary if law else found["reason"].rpartition(": ")[0]
        assert found["reason"].startswith(summary), found
        return found["provision"], found["reason"].removeprefix(summary).removeprefix(": ")

    return judged


def asked_of(made):
    """Return the rows of a world as proposals know them."""
    return [{key: row[key] for key in row if key in PROPOSALS.schema} for rows in made.rounds for row in rows]


def stop(kind, **more):
    return {"stops": [{"account_id": "A1", "kind": kind, "since": "2026-11-02T10:00:00Z", **more}]}


def test_hours_tell_what_the_clock_would_show_and_where(reason):
    early = {"at": "2026-11-24T12:59:30Z", "expected_duration_s": 0.0}
    assert reason({}, **early) == ("us-ma.hours", "it would be 07:59:30 on Tue 2026-11-24 in America/New_York")
    late = {"at": "2026-11-25T01:58:00Z"}
    assert reason({}, **late)[1] == "it would be 20:58:00 to 21:03:00 on Tue 2026-11-24 in America/New_York"


def test_of_several_zones_one_that_closes_is_named(reason):
    both = {"accounts": [BOSTON["accounts"][0] | {"time_zone": "America/Los_Angeles"}]}
    assert reason(both, at="2026-11-24T13:30:00Z")[1].endswith("05:35:00 on Tue 2026-11-24 in America/Los_Angeles")
    assert reason(both, at="2026-11-25T03:00:00Z")[1].endswith("22:05:00 on Tue 2026-11-24 in America/New_York")


def test_a_public_holiday_is_called_one(rulebook, world, proposals):
    facts = world(
        {
            "accounts": [{"country": "AU", "region": "AU-NSW", "postal_code": "2000"}],
            "points": [{"contact_point": PHONE, "zones": ["Australia/Sydney"], "places": ["AU-NSW"]}],
        }
    )
    asked = proposals([{"contact_point": PHONE, "at": "2026-12-25T12:00:00+11:00"}])
    found = check(asked, facts, rulebook, AS_OF, PARAMS)["reason"].item()
    assert found.endswith("12:00:00 to 12:05:00 on Fri 2026-12-25 in Australia/Sydney, a public holiday")


def test_stops_tell_since_when_they_stand_and_what_can_be_read_of_them(reason):
    assert reason(stop("cease")) == ("house.stop.cease", "since 2026-11-02T10:00:00Z")
    until = stop("cease", until="2026-12-01T00:00:00Z")
    assert reason(until)[1] == "since 2026-11-02T10:00:00Z, until 2026-12-01T00:00:00Z"
    assert reason(stop("cease", since=None))[1] == "since an unknown day"
    assert reason(stop("inconvenient_place", detail=" Work"))[1] == "since 2026-11-02T10:00:00Z, at work"
    hours = reason(stop("inconvenient_time", detail="Tue 11:00-13:00"))[1]
    assert hours == (
        "since 2026-11-02T10:00:00Z, Tue 11:00-13:00; it would be 12:00:00 to 12:05:00 on Tue 2026-11-24"
        " in America/New_York"
    )


@pytest.mark.parametrize("kind", ["inconvenient_time", "inconvenient_place", "cease"])
def test_a_detail_that_cannot_be_read_is_not_repeated(reason, kind):
    said = reason(stop(kind, detail="not while Jane Roe of 12 Elm St is in"))[1]
    assert "Jane" not in said
    assert ("cannot be read" in said) == (kind != "cease")


@pytest.mark.parametrize(("detail", "said"), [("more.csv line 7", ", more.csv line 7"), ("Jane Roe", ""), (None, "")])
def test_an_account_that_could_not_be_read_is_told_with_its_file_and_line(reason, detail, said):
    facts = reason(stop("account_unreadable", detail=detail))
    assert facts == ("house.stop.account-unreadable", f"since 2026-11-02T10:00:00Z{said}")


def test_the_stop_that_lasts_longest_is_the_one_told(reason):
    short = stop("cease", until="2026-11-25T00:00:00Z")["stops"]
    assert reason({"stops": [*short, *stop("cease", since="2026-11-20T00:00:00Z")["stops"]]})[1] == (
        "since 2026-11-20T00:00:00Z"
    )


def test_consents_tell_which_there_is_and_when_it_holds(reason):
    found_point = {"points": [BOSTON["points"][0] | {"own": False, "consent_ids": ["C1"]}]}
    assert reason(found_point) == ("house.consent", "no consent for contact")
    ended = {"consent_id": "C1", "purposes": ["contact"], "given_at": "2026-01-01T00:00:00Z"}
    consents = {"consents": [ended | {"valid_until": "2026-11-01T00:00:00Z"}]}
    assert reason(found_point | consents)[1] == "consent C1 holds from 2026-01-01T00:00:00Z until 2026-11-01T00:00:00Z"
    for_another = {"consents": [ended | {"purposes": ["locate"]}]}
    assert reason(found_point | for_another)[1] == "no consent for contact"


def test_a_third_party_without_the_relations_own_consent_is_told_so(reason):
    third = BOSTON["points"][0] | {"party": "third_party", "relation_id": "R1", "own": False, "consent_ids": ["C1"]}
    told = {
        "points": [third],
        "relations": [{"relation": "guarantor", "consent_id": "C2", **BOSTON["accounts"][0]}],
        "consents": [{"consent_id": "C1", "purposes": ["locate", "contact"]}],
    }
    asking = {"party": "third_party", "purpose": "location_only"}
    assert reason(told, **asking) == ("house.consent-locate", "no consent for locate of the relation itself")


def test_texts_tell_the_last_thing_they_could_rest_on(reason):
    checked = BOSTON["points"][0] | {"reassignment_result": "not_reassigned"}
    old = {"points": [checked | {"reassignment_checked_on": "2026-09-01T00:00:00Z"}]}
    assert reason(old, channel="sms") == (
        "us.regf.text",
        "number checked 2026-09-01T00:00:00Z, older than 60 days",
    )
    nothing = "no text of theirs, no consent, no check that the number is theirs"
    assert reason({}, channel="sms") == ("us.regf.text", nothing)


def test_places_without_a_pack_are_named(reason):
    french = {"accounts": [{"country": "FR", "city": "lyon"}], "points": [BOSTON["points"][0] | {"places": ["FR"]}]}
    assert reason(french) == ("house.place", "no pack for FR")
    assert reason({"accounts": [{}], "points": [{"contact_point": PHONE}]}) == (
        "house.place",
        "the place is not known",
    )


def test_reasons_without_the_facts_are_what_the_provision_says(rulebook, world, proposals):
    facts = world(BOSTON | stop("cease"))
    asked = proposals([{"contact_point": PHONE, "at": NOON}, {"contact_point": PHONE, "at": NOON, "channel": "sms"}])
    full = check(asked, facts, rulebook, AS_OF, PARAMS)
    bare = check(asked, facts, rulebook, AS_OF, PARAMS, telling=False)
    assert bare["reason"].unique().to_list() == [rulebook.by_id["house.stop.cease"].summary]
    assert full.drop("reason").equals(bare.drop("reason"))


def test_a_reason_does_not_depend_on_what_else_is_asked(rulebook, world, proposals):
    made = random_world(4, accounts=40, rounds=2)
    facts, rows = world(made.told), asked_of(made)
    together = check(proposals(rows), facts, rulebook, made.as_of, PARAMS).drop("proposal_id")
    alone = [check(proposals([row]), facts, rulebook, made.as_of, PARAMS).drop("proposal_id") for row in rows[::3]]
    assert together[::3].to_dicts() == pl.concat(alone).to_dicts()
    assert together["reason"].n_unique() > 30


def test_no_reason_holds_a_contact_point_an_account_or_a_free_text(rulebook, world, proposals):
    made = random_world(5, accounts=40, rounds=2)
    said = grounds(proposals(asked_of(made)), world(made.told), rulebook, made.as_of, PARAMS)["found"].drop_nulls()
    points = {point["contact_point"] for point in made.told["points"]}
    accounts = [row["account_id"] for row in made.told["accounts"]]
    assert said.filter(said.str.contains_any([*points, "Jane", "mornings", "elsewhere", "25:00-26:00"])).to_list() == []
    # C4A7 is a consent's name, no account's.
    assert said.filter(said.str.contains(rf"\b({'|'.join(accounts)})\b")).to_list() == []


@pytest.mark.parametrize("scenario", SCENARIOS[::4])
def test_grounds_say_of_every_provision_what_check_says(scenario, rulebook, world, proposals):
    facts_told = told(scenario)
    first = facts_told["points"][0]["contact_point"]
    as_of = datetime.fromisoformat(scenario.get("as_of", "2026-11-23T00:00:00Z"))
    asked = proposals(
        [
            {"contact_point": first} | {key: value for key, value in case.items() if key not in EXPECTED}
            for case in scenario["cases"]
        ]
    )
    facts = world(facts_told)
    verdicts = check(asked, facts, rulebook, as_of, PARAMS)
    found = grounds(asked, facts, rulebook, as_of, PARAMS)
    entries = found.group_by("proposal_id", maintain_order=True).agg(entry=pl.format("{}:{}", "provision", "verdict"))
    assert entries["entry"].to_list() == verdicts["all_provisions"].to_list()
    decided = found.join(verdicts, on=["proposal_id", "provision"]).filter(pl.col("found").is_not_null())
    assert decided.filter(~pl.col("reason").str.starts_with(pl.col("text"))).to_dicts() == []
    assert found.filter(pl.col("citation").is_null() | pl.col("text").is_null()).to_dicts() == []


def test_grounds_name_every_place_and_zone_that_must_allow(rulebook, world, proposals):
    facts = world(BOSTON | {"accounts": [BOSTON["accounts"][0] | {"time_zone": "America/Denver"}]})
    asked = proposals([{"contact_point": PHONE, "at": NOON}, {"contact_point": "+1", "at": NOON}])
    rows = grounds(asked, facts, rulebook, AS_OF, PARAMS).unique("proposal_id", keep="first", maintain_order=True)
    assert rows["places"].to_list() == [["US", "US-MA"], []]
    assert rows["zones"].to_list() == [["America/Denver", "America/New_York"], []]


def test_grounds_of_nothing(rulebook, world, proposals):
    found = grounds(proposals([]), world(BOSTON), rulebook, AS_OF, PARAMS)
    assert found.is_empty()
    assert found.columns[:4] == ["proposal_id", "provision", "verdict", "found"]


def counting(**span):
    return Cap(
        id="x.cap", kind="cap", summary="few", citation="none", status="P", places=("*",), maximum=2, per="debt",
        count="attempts", **span,
    )  # fmt: skip


def in_span(cap, at, zone):
    """Return what tells, of two moments, whether one span holds both, as a distance below one."""
    if cap.hours is not None:
        return at.timestamp() / 3600 / cap.hours
    local = at.astimezone(ZoneInfo(zone))
    if cap.months is not None:
        return local.year * 12 + local.month
    return local.date().toordinal() / cap.days


def fullest(cap, at, made, zone):
    """Count by brute force: every span that ends at the contact or at an attempt, and holds the contact."""
    own = in_span(cap, at, zone)
    numbers = [in_span(cap, moment, zone) for moment in made]
    ends = [own, *(number for number in numbers if own < number < own + 1 - 1e-9)]
    return max(sum(end - 1 + 1e-9 < number <= end + 1e-12 for number in numbers) for end in ends)


@pytest.mark.parametrize("span", [{"days": 1}, {"days": 3}, {"hours": 30}, {"months": 1}])
@pytest.mark.parametrize("seed", range(3))
def test_the_number_told_is_that_of_the_fullest_span(span, seed, rulebook, world, proposals):
    random, cap, zones = Random(seed), counting(**span), ("America/New_York", "America/Los_Angeles")  # noqa: S311
    made = [AS_OF + timedelta(minutes=random.randrange(-9 * 1440, 9 * 1440)) for _ in range(14)]
    asked = [AS_OF + timedelta(minutes=random.randrange(8 * 1440), seconds=1) for _ in range(25)]
    facts = world(
        BOSTON
        | {
            "accounts": [BOSTON["accounts"][0] | {"time_zone": zones[1]}],
            "attempts": [{"contact_point": PHONE, "started_at": at, "outcome": "no_answer"} for at in made],
        }
    )
    law = replace(rulebook, provisions=(cap,))
    rows = proposals([{"contact_point": PHONE, "at": at} for at in asked])
    found = grounds(rows, facts, law, AS_OF, PARAMS)
    counts = [max(fullest(cap, at, made, zone) for zone in zones) for at in asked]
    assert found["found"].str.extract(r"^(\d+) counted").cast(pl.Int64).to_list() == counts
    assert found["verdict"].to_list() == ["deny" if count >= cap.maximum else "allow" for count in counts]
    assert found["found"].str.contains("counted of 2").to_list() == [count < cap.maximum for count in counts]


def attempted(*moments, **more):
    return {"attempts": [{"contact_point": PHONE, "started_at": at, "outcome": "no_answer", **more} for at in moments]}


def test_caps_tell_the_span_in_its_own_words(rulebook, world, proposals):
    facts = world(BOSTON | attempted("2026-11-20T17:00:00Z", "2026-11-24T02:00:00Z"))
    asked = proposals([{"contact_point": PHONE, "at": NOON}])
    said = {
        "days": (5, "2 counted from 2026-11-20 to 2026-11-24 (America/New_York)"),
        "hours": (20, "1 counted of 2 in the 20 hours to 2026-11-24T17:00:00Z"),
        "months": (1, "2 counted in 2026-11 (America/New_York)"),
    }
    for word, (length, text) in said.items():
        law = replace(rulebook, provisions=(counting(**{word: length}),))
        assert grounds(asked, facts, law, AS_OF, PARAMS)["found"].to_list() == [text]
    one_day = replace(rulebook, provisions=(counting(days=1),))
    said_of_today = grounds(asked, facts, one_day, AS_OF, PARAMS)["found"].to_list()
    assert said_of_today == ["0 counted of 2 on 2026-11-24 (America/New_York)"]


def test_waits_tell_the_conversation_and_the_notice(reason):
    talked = attempted("2026-11-20T17:00:00Z", outcome="right_party")
    assert reason(talked) == ("us.regf.after-conversation", "last conversation 2026-11-20 (America/New_York)")
    coming = attempted("2026-11-26T17:00:00Z", outcome="right_party")
    assert reason(coming)[1] == "a conversation is known on 2026-11-26 (America/New_York)"
    seoul = BOSTON["points"][0] | {"zones": ["Asia/Seoul"], "places": ["KR"]}
    korean = {"accounts": [{"country": "KR"}], "points": [seoul]}
    assert reason(korean, at=MORNING_IN_SEOUL)[1] == "no notice"
    noticed = korean | {"accounts": [{"country": "KR", "notice_sent_on": "2026-11-23"}]}
    assert reason(noticed, at=MORNING_IN_SEOUL) == ("kr.notice", "notice of 2026-11-23, so not before 2026-11-26")


def test_a_cap_that_does_not_hold_says_why(rulebook, world, proposals):
    ontario = {
        "accounts": [{"country": "CA", "region": "CA-ON", "postal_code": "M5V1A1", "notice_sent_on": "2026-10-01"}],
        "points": [{"contact_point": PHONE, "zones": ["America/Toronto"], "places": ["CA-ON"]}],
    }
    facts = world(ontario | attempted(*["2026-11-20T17:00:00Z"] * 3, outcome="voicemail"))
    asked = proposals([{"contact_point": PHONE, "at": NOON}])
    found = grounds(asked, facts, rulebook, AS_OF, PARAMS).filter(provision="ca-on.contacts")
    assert found.select("verdict", "found").rows() == [
        (
            "allow",
            "3 counted of 3 from 2026-11-18 to 2026-11-24 (America/Toronto), but there was no conversation yet",
        )
    ]

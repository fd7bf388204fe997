"""The re-check under provisions that a rulebook may hold: spans of a cap, scopes of a consent, hours of any shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from skiptrace.compliance.law import Provision
from skiptrace.compliance.verify import verify
from skiptrace.compliance.verify.hours import inconvenient, inside
from skiptrace.settings import CheckParams
from tests.compliance.agreement import schedule

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
POINT = {"contact_point": "+91", "zones": ["Asia/Kolkata"], "places": ["IN-MH"]}
HOME = {"country": "IN", "region": "IN-MH"}
NOON = "2026-11-25T12:00:00+05:30"
ALWAYS = [{"days": "mon-sun", "open": "00:00", "close": "00:00"}]
READER = TypeAdapter(Provision)


@pytest.fixture
def refused(world, rulebook):
    """Return what refuses a row, with one provision in place of those of its kind in India."""

    def judge(provision, at=NOON, *, window=MICRO, row=None, **told):
        common = {"id": "one", "summary": "as drawn", "citation": "a test", "status": "P", "places": ["IN"]}
        one = READER.validate_python(common | provision)
        rest = [other for other in rulebook.provisions if other.places != ("IN",) or one.kind != "window"]
        law = replace(rulebook, provisions=(*rest, one))
        facts = world({"accounts": [HOME], "points": [POINT], **told})
        rows = schedule([{"account_id": "A1", "contact_point": "+91", "at": at, **(row or {})}], window)
        found = verify(rows, facts, law, AS_OF, CheckParams())["provision"].to_list()
        return found[0] if found else None

    return judge


def made(*times, **cells):
    return [
        {"attempt_id": f"T{number}", "contact_point": "+91", "outcome": "no_answer", "started_at": at, **cells}
        for number, at in enumerate(times)
    ]


def cap(**cells):
    return {"kind": "cap", "count": "attempts", "per": "debt", "maximum": 1, **cells}


@pytest.mark.parametrize("sign", [-1, 1], ids=["before", "after"])
def test_two_attempts_exactly_so_many_hours_apart_are_in_no_one_span(refused, sign):
    three_hours = datetime.fromisoformat(NOON) + sign * timedelta(hours=3)
    assert refused(cap(hours=3), attempts=made(three_hours)) is None
    assert refused(cap(hours=3), attempts=made(three_hours - sign * MICRO)) == "one"


def test_a_span_of_hours_may_lie_on_both_sides_of_an_attempt(refused):
    around = made("2026-11-25T11:00:00+05:30", "2026-11-25T13:00:00+05:30")
    assert refused(cap(hours=3, maximum=2), attempts=around) == "one"
    assert refused(cap(hours=2, maximum=2), attempts=around) is None


def test_a_month_is_the_calendars_in_every_zone(refused):
    last_of_october = made("2026-10-31T23:59:59+05:30")
    first_of_november = made("2026-11-01T00:00:00+05:30")
    assert refused(cap(months=1), attempts=last_of_october) is None
    assert refused(cap(months=1), attempts=first_of_november) == "one"
    further_east = {**POINT, "zones": ["Asia/Kolkata", "Asia/Tokyo"]}
    assert refused(cap(months=1), attempts=last_of_october, points=[further_east]) == "one"


def test_a_file_counts_what_stands_in_it_whatever_debts_it_was_about(refused):
    elsewhere = made("2026-11-24T12:00:00+05:30", account_id="A2", debt_ids=["A1"])
    accounts = [HOME, HOME]
    assert refused(cap(days=7), attempts=elsewhere, accounts=accounts) == "one"
    assert refused(cap(days=7, per="account"), attempts=elsewhere, accounts=accounts) is None


def test_an_attempt_told_in_two_ways_counts_once_in_the_stricter(refused):
    twice = [
        {**made("2026-11-24T12:00:00+05:30")[0], "outcome": outcome} for outcome in ("no_answer", "right_party", None)
    ]
    assert refused(cap(days=7, count="contacts"), attempts=twice) == "one"
    assert refused(cap(days=7, count="contacts", maximum=2), attempts=twice) is None


def test_a_cap_is_asked_wherever_an_attempt_known_to_come_enters_its_span(refused):
    coming = made("2026-11-25T14:00:00+05:30", "2026-11-25T10:00:00+05:30")
    hour = timedelta(hours=1)
    # From 11:00 on the one to come is within three hours, until 13:00 the one that was.
    assert refused(cap(hours=3, maximum=2), attempts=coming, window=hour) is None
    assert refused(cap(hours=4, maximum=2), attempts=coming, at="2026-11-25T13:30:00+05:30", window=hour) is None
    assert refused(cap(hours=5, maximum=2), attempts=coming, window=hour) == "one"


def test_a_provision_may_bear_on_one_purpose(refused):
    nothing = cap(days=7, maximum=0, purpose="location_only")
    assert refused(nothing) is None
    assert refused(nothing, row={"purpose": "location_only"}) == "one"


# Hours ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "ends", "at", "passes"),
    [
        ("mon-sun", "closed", "2026-11-25T23:58:00+05:30", True),
        ("mon-wed", "closed", "2026-11-25T23:55:00+05:30", True),  # a Wednesday; over at midnight
        ("mon-wed", "closed", "2026-11-25T23:55:00.000001+05:30", False),
        ("mon-wed", "open", "2026-11-25T23:55:00+05:30", False),
        ("mon-sun", "open", "2026-11-25T23:58:00+05:30", False),  # midnight itself is out
    ],
)
def test_hours_that_end_and_begin_at_midnight_are_one_stretch(refused, days, ends, at, passes):
    window = {"kind": "window", "ends": ends, "hours": [{"days": days, "open": "00:00", "close": "00:00"}]}
    assert refused(window, at) == (None if passes else "one")


@pytest.mark.parametrize(("ends", "passes"), [("closed", True), ("open", False)])
def test_a_letter_that_has_hours_is_followed_through_its_whole_window(refused, ends, passes):
    # From an hour before midnight to an hour after it; open ends leave midnight itself out.
    window = {"kind": "window", "ends": ends, "channels": ["letter"], "hours": ALWAYS}
    point = {"contact_point": "1 main st", "kind": "address", "places": ["IN-MH"]}
    row = {"contact_point": "1 main st", "channel": "letter"}
    found = refused(window, "2026-11-25T23:00:00+05:30", window=timedelta(hours=2), row=row, points=[point])
    assert found == (None if passes else "one")


def test_a_stretch_ends_where_a_holiday_begins(refused):
    # The 25th of December is a holiday in India; a call of five minutes.
    window = {"kind": "window", "hours": ALWAYS, "holidays": "IN"}
    assert refused(window, "2026-12-24T23:55:00+05:30") is None
    assert refused(window, "2026-12-24T23:55:01+05:30") == "one"
    assert refused(window, "2026-12-25T12:00:00+05:30") == "one"


def test_a_contact_is_followed_over_a_change_of_the_clock():
    # At 2:00 the clock goes back to 1:00: five minutes after 1:58 it is 1:03.
    hours = [{"days": "mon-sun", "open": "01:30", "close": "02:30"}]
    cells = {
        "id": "one",
        "kind": "window",
        "summary": "as drawn",
        "citation": "a test",
        "status": "P",
        "places": ["US"],
    }
    window = READER.validate_python({**cells, "hours": hours})
    five = timedelta(minutes=5)
    for at, within in (("01:50:00-04:00", True), ("01:58:00-04:00", False), ("01:58:00-05:00", True)):
        begin = datetime.fromisoformat(f"2027-11-07T{at}")
        assert inside(window, "America/New_York", begin, begin + five) is within
        assert inconvenient("01:00-01:30", "America/New_York", begin, begin + five) is not within


@pytest.mark.parametrize(("adds", "passes"), [(True, False), (False, True)])
def test_hours_that_only_add_leave_the_houses_in_place(refused, adds, passes):
    window = {"kind": "window", "hours": ALWAYS, "adds": adds}
    assert refused(window, "2026-11-25T21:00:00+05:30") == (None if passes else "house.hours")
    assert refused(window) is None


def test_dated_hours_hold_in_the_zones_whose_day_they_are_in_force_on(refused):
    # At noon in London it is the 26th in Auckland already.
    night = [{"days": "mon-sun", "open": "20:00", "close": "21:00"}]
    window = {"kind": "window", "hours": night, "adds": True, "valid_until": "2026-11-25", "places": ["GB"]}
    both = {**POINT, "zones": ["Europe/London", "Pacific/Auckland"], "places": ["GB"]}
    row = {"channel": "letter"}  # a letter has no hour: the house says nothing of it
    assert refused(window, "2026-11-25T20:30:00+00:00", row=row, points=[both], accounts=[{"country": "GB"}]) == "input"
    post = {**both, "contact_point": "gb|town|1 high st", "zones": []}
    told = {"points": [post], "accounts": [{"country": "GB", "time_zone": "Pacific/Auckland"}]}
    row |= {"contact_point": "gb|town|1 high st"}
    assert refused(window, "2026-11-25T20:30:00+00:00", row=row, **told) is None
    assert refused(window, "2026-11-25T19:30:00+00:00", row=row, **told) == "one"


# Consents that lift ---------------------------------------------------------------------------------------------------

SINCE = "2026-11-20T00:00:00+00:00"
SCOPES = ("attorney", "employer_prohibits", "inconvenient_place", "inconvenient_time")


@pytest.fixture
def barred(refused):
    """Return what refuses a row to a workplace while a stop of some kind stands that a consent may lift."""

    def judge(scope, consent, *, at=NOON, others=(), stop=None, point=None):
        return refused(
            {"kind": "bar", "id": "two", "stop": scope, "lifted_by": scope, "labels": ["work"]},
            at,
            points=[{**POINT, "label": "work", "consent_ids": ["C1"], "own": True, **(point or {})}],
            consents=[{"consent_id": "C1", "scope": scope, "purposes": ["contact"], **consent}],
            stops=[{"account_id": "A1", "kind": scope, "since": SINCE, **(stop or {})}, *others],
        )

    return judge


GIVEN = {"given_at": "2026-11-21T00:00:00+00:00"}


@pytest.fixture
def liftable(rulebook, monkeypatch):
    """Let the house's own bars be lifted too, so that only the one in question is left."""
    for one in rulebook.provisions:
        if getattr(one, "stop", None) in SCOPES:
            monkeypatch.setitem(one.__dict__, "lifted_by", str(one.stop))


@pytest.mark.usefixtures("liftable")
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(
    ("flaw", "lifts"),
    [
        ({}, True),
        ({"given_at": SINCE}, False),
        ({"given_at": "2026-11-20T00:00:00.000001+00:00"}, True),
        ({"given_by": "third_party"}, False),
        ({"given_to": "creditor"}, False),
        ({"given_to": None}, False),
        ({"basis": "contract"}, False),
        ({"basis": "separate_consent"}, True),
        ({"purposes": ["locate", "share"]}, False),
        ({"channels": ["sms"]}, False),
        ({"channels": []}, False),
        ({"channels": ["call"]}, True),
        ({"scope": "call_back"}, False),
        ({"consent_id": "C2"}, False),
        ({"valid_until": "2026-11-25T12:05:00+05:30"}, True),  # the call's very end
        ({"revoked_at": "2026-11-25T12:04:59+05:30"}, False),
        ({"revocation_received_at": "2026-11-25T12:00:00+05:30"}, False),
        ({"given_at": "2026-11-25T12:00:00+05:30"}, True),
        ({"given_at": "2026-11-25T12:00:00.000001+05:30"}, False),
    ],
)
def test_a_consent_lifts_what_it_names_if_it_has_no_flaw(barred, scope, flaw, lifts):
    assert (barred(scope, GIVEN | flaw) is None) is lifts


@pytest.mark.usefixtures("liftable")
def test_a_later_stop_bars_again(barred):
    again = {"account_id": "A1", "kind": "attorney", "since": "2026-11-22T00:00:00+00:00"}
    assert barred("attorney", GIVEN) is None
    assert barred("attorney", GIVEN, others=[again]) is not None
    assert barred("attorney", GIVEN, others=[{**again, "until": "2026-11-24T00:00:00+00:00"}]) is None


@pytest.mark.usefixtures("liftable")
@pytest.mark.parametrize("kind", ["unreadable", "cease", "opt_out", "do_not_call", "refused"])
def test_no_other_stop_is_lifted(barred, kind):
    assert barred("attorney", GIVEN, others=[{"account_id": "A1", "kind": kind, "since": SINCE}]) is not None


@pytest.mark.usefixtures("liftable")
def test_a_consent_that_ends_within_a_rows_window_lifts_no_later_part_of_it(refused):
    def judge(until):
        return refused(
            {"kind": "bar", "stop": "attorney", "lifted_by": "attorney"},
            window=timedelta(minutes=10),
            points=[{**POINT, "consent_ids": ["C1"], "own": True}],
            consents=[
                {"consent_id": "C1", "scope": "attorney", "purposes": ["contact"], **GIVEN, "valid_until": until}
            ],
            stops=[{"account_id": "A1", "kind": "attorney", "since": SINCE, "until": "2026-11-25T12:09:00+05:30"}],
        )

    assert judge("2026-11-25T12:14:00+05:30") is None
    # Barred at 12:01 to 12:09 alone: both ends of the window are free.
    assert judge("2026-11-25T12:06:00+05:30") == "house.stop.attorney"


def test_a_lifted_window_stays_the_hours_that_law_names(refused):
    evening = [{"days": "mon-sun", "open": "20:30", "close": "21:00"}]
    told = {
        "points": [{**POINT, "consent_ids": ["C1"], "own": True}],
        "consents": [{"consent_id": "C1", "scope": "inconvenient_time", "purposes": ["contact"], **GIVEN}],
    }
    window = {"kind": "window", "hours": evening, "lifted_by": "inconvenient_time"}
    late = "2026-11-25T22:00:00+05:30"
    assert refused(window, late, **told) is None
    assert refused({**window, "lifted_by": None}, late, **told) == "one"
    assert refused({**window, "lifted_by": "attorney"}, late, **told) == "one"
    assert refused({**window, "status": "M"}, late, **told) == "one"  # somebody must look


def test_a_bar_without_a_stop_is_lifted_by_the_consent_alone(refused):
    told = {
        "points": [{**POINT, "consent_ids": ["C1"], "own": True}],
        "consents": [{"consent_id": "C1", "scope": "inconvenient_place", "purposes": ["contact"], **GIVEN}],
    }
    assert refused({"kind": "bar", "channels": ["call"]}, **told) == "one"
    assert refused({"kind": "bar", "channels": ["call"], "lifted_by": "inconvenient_place"}, **told) is None


@pytest.mark.parametrize(
    ("more", "speaks"), [({}, True), ({"adds": True}, False), ({"places": ["*"]}, False), ({"status": "M"}, False)]
)
def test_only_a_places_own_law_lets_third_parties_be_asked(refused, more, speaks):
    third = {**POINT, "contact_point": "+92", "party": "third_party", "relation": "spouse", "relation_id": "R1",
             "own": False, "consent_ids": ["C1"]}  # fmt: skip
    told = {
        "points": [POINT, third],
        "relations": [{"relation": "spouse", **HOME}],
        "consents": [{"consent_id": "C1", "purposes": ["locate", "contact"], **GIVEN}],
        "attempts": made("2026-11-24T12:00:00+05:30", outcome="busy"),
    }
    need = {"kind": "need", "need": "unreachable", "channels": ["call"], "party": "third_party", **more}
    row = {"contact_point": "+92", "party": "third_party", "purpose": "location_only"}
    assert refused(need, row=row, **told) == (None if speaks else "house.third-party.place")


@pytest.mark.parametrize(("outcomes", "enough"), [(["busy", "voicemail"], False), (["busy", None], False)])
def test_an_attempt_that_failed_in_two_ways_failed_once(refused, outcomes, enough):
    third = {**POINT, "contact_point": "+92", "party": "third_party", "relation": "spouse", "relation_id": "R1",
             "own": False, "consent_ids": ["C1"]}  # fmt: skip
    told = {
        "points": [POINT, third],
        "relations": [{"relation": "spouse", **HOME}],
        "consents": [{"consent_id": "C1", "purposes": ["locate", "contact"], **GIVEN}],
        "attempts": [{**made("2026-11-24T12:00:00+05:30")[0], "outcome": outcome} for outcome in outcomes],
    }
    need = {"kind": "need", "need": "unreachable", "channels": ["call"], "party": "third_party", "failures": 2}
    row = {"contact_point": "+92", "party": "third_party", "purpose": "location_only"}
    assert (refused(need, row=row, **told) is None) is enough

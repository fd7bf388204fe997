"""The re-check by itself: on both sides of each boundary, and what only a whole schedule can do wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from skiptrace.compliance import check
from skiptrace.compliance.verify import verify
from skiptrace.compliance.verify.clock import local
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.settings import CheckParams
from tests.compliance.agreement import schedule
from tests.compliance.test_scenarios import PRESETS

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
MICRO = timedelta(microseconds=1)


@pytest.fixture
def refused(world, rulebook):
    """Return which provision refuses each row of a schedule, by attempt_id."""

    def judge(told, rows, *, as_of=AS_OF, window=timedelta(minutes=1), call_s=300.0):
        point = told["points"][0]["contact_point"]
        asked = [{"account_id": "A1", "contact_point": point, **row} for row in rows]
        params = CheckParams(expected_call_s=call_s)
        found = verify(schedule(asked, window), world(told), rulebook, as_of, params)
        return dict(zip(found["attempt_id"], found["provision"], strict=True))

    return judge


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_first_and_the_last_day_of_the_calendar_have_a_wall_clock_anywhere(moment, zone):
    at = datetime.fromisoformat(moment)
    assert abs(local(at, zone).date() - at.date()) <= timedelta(days=1)


def debtor(preset, **more):
    made = PRESETS[preset]
    account = made["accounts"][0] | more.pop("account", {})
    point = made["points"][0] | more.pop("point", {})
    return {"accounts": [account], "points": [point, *more.pop("points", [])], **more}


def calls(*times, **cells):
    return [{"at": at, **cells} for at in times]


# Hours ----------------------------------------------------------------------------------------------------------------

HOURS = [
    # Regulation F excludes its ends; a call of five minutes must be over before 21:00.
    ("us-ny", "call", "2026-11-23T08:00:00-05:00", "2026-11-23T08:00:00.000001-05:00", "us.regf.hours"),
    ("us-ny", "call", "2026-11-23T20:54:00.000001-05:00", "2026-11-23T20:54:00-05:00", "us.regf.hours"),
    ("us-ma", "call", "2026-11-23T07:30:00-05:00", "2026-11-23T08:00:01-05:00", "us-ma.hours"),
    ("us-nyc", "call", "2026-11-23T20:54:30-05:00", "2026-11-23T20:53:59-05:00", "us-nyc.hours"),
    ("cn", "call", "2026-11-24T07:59:59.999999+08:00", "2026-11-24T08:00:00+08:00", "cn.cba.hours"),
    ("cn", "call", "2026-11-23T21:54:00.000002+08:00", "2026-11-23T21:54:00.000001+08:00", "cn.cba.hours"),
    # No hours in the pack: those of the house, Monday to Saturday.
    ("gb", "call", "2026-11-23T08:59:59.999999+00:00", "2026-11-23T09:00:00+00:00", "house.hours"),
    ("gb", "call", "2026-11-29T12:00:00+00:00", "2026-11-28T12:00:00+00:00", "house.hours"),
    # A zone of half an hour.
    ("in", "call", "2026-11-23T02:29:59.999999+00:00", "2026-11-23T02:30:00+00:00", "in.rbi.hours"),
    ("in", "call", "2026-11-23T13:24:01+00:00", "2026-11-23T13:24:00+00:00", "in.rbi.hours"),
    ("au-sa", "call", "2026-11-23T20:59:59.999999+00:00", "2026-11-23T21:00:00+00:00", "au.rg96.hours"),
    ("au", "call", "2026-11-28T08:59:59+11:00", "2026-11-28T09:00:00+11:00", "au.rg96.hours"),
    ("au", "call", "2026-12-25T12:00:00+11:00", "2026-12-24T12:00:00+11:00", "au.rg96.hours"),
    ("ca-on", "call", "2026-11-29T12:59:59-05:00", "2026-11-29T13:00:00-05:00", "ca-on.hours"),
    ("ca-on", "call", "2026-11-29T16:54:01-05:00", "2026-11-29T16:54:00-05:00", "ca-on.hours"),
    ("ca-on", "call", "2026-12-25T12:00:00-05:00", "2026-12-24T12:00:00-05:00", "ca-on.hours"),
    ("ca-qc", "call", "2027-03-29T12:00:00-04:00", "2027-03-30T12:00:00-04:00", "ca-qc.hours"),
]


@pytest.mark.parametrize(("preset", "channel", "outside", "inside", "provision"), HOURS)
def test_hours_end_where_the_law_says(refused, preset, channel, outside, inside, provision):
    told = debtor(preset)
    assert refused(told, calls(outside, channel=channel)) == {"0": provision}
    assert refused(told, calls(inside, channel=channel)) == {}


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2026-10-31T12:00:00+00:00", "2026-10-31T12:00:01+00:00"),  # 08:00:00 and 08:00:01 in summer
        ("2026-11-01T13:00:00+00:00", "2026-11-01T13:00:01+00:00"),  # the clock has gone back that night
        ("2027-03-13T13:00:00+00:00", "2027-03-13T13:00:01+00:00"),
        ("2027-03-14T12:00:00+00:00", "2027-03-14T12:00:01+00:00"),  # and forward
    ],
)
def test_eight_in_the_morning_follows_the_clock(refused, early, late):
    as_of = datetime.fromisoformat(early) - timedelta(hours=1)
    assert refused(debtor("us-ny"), calls(early), as_of=as_of) == {"0": "us.regf.hours"}
    assert refused(debtor("us-ny"), calls(late), as_of=as_of) == {}


def test_every_minute_of_a_long_window_is_asked(refused):
    row = {"not_before": "2026-11-23T12:00:00-05:00", "not_after": "2026-11-24T12:00:00-05:00"}
    assert refused(debtor("us-ny"), [row]) == {"0": "us.regf.hours"}


def test_every_zone_must_be_open(refused):
    told = debtor("us-ny", point={"zones": ["America/New_York", "America/Los_Angeles"]})
    assert refused(told, calls("2026-11-23T10:59:00-05:00")) == {"0": "us.regf.hours"}
    assert refused(told, calls("2026-11-23T11:00:01-05:00")) == {}


def test_hours_from_memory_never_suffice(refused):
    assert refused(debtor("ca-bc"), calls("2026-11-23T12:00:00-08:00")) == {"0": "ca-bc.hours"}


def test_at_work_in_australia_the_hours_of_work_hold(refused):
    told = debtor("au", point={"label": "work"})
    assert refused(told, calls("2026-11-24T08:59:59+11:00")) == {"0": "au.rg96.work-hours"}
    assert refused(told, calls("2026-11-24T09:00:00+11:00")) == {}


def test_no_place_or_no_law_means_no(refused):
    assert refused(debtor("fr"), calls("2026-11-23T12:00:00Z")) == {"0": "place"}
    nowhere = {"points": [{"contact_point": "+18005550100", "zones": ["Etc/Unknown"]}]}
    assert refused(nowhere, calls("2026-11-23T12:00:00Z")) == {"0": "place"}


# Caps and waits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "many", "outcome", "zone", "provision"),
    [
        ("us-ny", 7, "no_answer", "-05:00", "us.regf.calls"),
        ("us-ma", 2, "no_answer", "-05:00", "us-ma.calls"),
        ("us-nyc", 3, "busy", "-05:00", "us-nyc.attempts"),
        ("au", 3, "third_party", "+11:00", "au.rg96.week"),
        ("ca-on", 3, "right_party", "-05:00", "ca-on.contacts"),
    ],
)
def test_a_week_is_seven_local_days(refused, preset, many, outcome, zone, provision):
    place = PRESETS[preset]["points"][0]["contact_point"]
    made = [
        {"contact_point": place, "outcome": outcome, "started_at": f"2026-11-{day}T12:00:00{zone}"}
        for day in (24, 25, 26, 27, 28, 29, 30)[:many]
    ]
    last_day_of_it, day_after = calls(f"2026-11-30T15:00:00{zone}"), calls(f"2026-12-01T09:00:00{zone}")
    assert refused(debtor(preset, attempts=made), last_day_of_it) == {"0": provision}
    assert refused(debtor(preset, attempts=made), day_after) == {}
    assert refused(debtor(preset, attempts=made[1:]), last_day_of_it) == {}


def test_china_counts_by_the_day(refused):
    place = "+8613900000001"
    talked = [{"contact_point": place, "outcome": "third_party", "started_at": f"2026-11-24T{hour}:00:00+08:00"}
              for hour in ("09", "10", "11")]  # fmt: skip
    told = debtor("cn", attempts=talked)
    assert refused(told, calls("2026-11-24T12:00:00+08:00")) == {"0": "cn.gbt.calls"}
    assert refused(told, calls("2026-11-25T08:00:00+08:00")) == {}
    assert refused(debtor("cn", attempts=talked[:2]), calls("2026-11-24T12:00:00+08:00")) == {}


def test_a_number_in_china_is_dialled_six_times_a_day_whoever_dials(refused):
    place = "+8613900000001"
    rung = [{"contact_point": place, "outcome": "no_answer", "account_id": f"X{minute}",
             "started_at": f"2026-11-24T09:{minute}:00+08:00"} for minute in range(10, 16)]  # fmt: skip
    assert refused(debtor("cn", attempts=rung), calls("2026-11-24T12:00:00+08:00")) == {"0": "cn.cba.unanswered"}
    assert refused(debtor("cn", attempts=rung[:5]), calls("2026-11-24T12:00:00+08:00")) == {}


def test_an_earlier_row_counts_as_an_attempt(refused):
    told = debtor("us-ma", attempts=[{"contact_point": "+16175550101", "outcome": "no_answer",
                                      "started_at": "2026-11-20T12:00:00-05:00"}])  # fmt: skip
    texts = {"channel": "sms"}
    told["points"][0] |= {
        "reassignment_result": "not_reassigned",
        "reassignment_checked_on": "2026-11-01T00:00:00Z",
    }
    rows = calls("2026-11-24T12:00:00-05:00", "2026-11-25T12:00:00-05:00", "2026-11-27T12:00:00-05:00", **texts)
    assert refused(told, rows[:1]) == {}
    # The second of the three is one too many; refused, it does not count against the third.
    assert refused(told, rows) == {"1": "us-ma.calls"}


def test_a_row_not_yet_made_may_be_a_conversation(refused):
    rows = calls("2026-11-24T12:00:00-05:00", "2026-11-30T12:00:00-05:00", "2026-12-01T12:00:00-05:00")
    assert refused(debtor("us-ny"), rows) == {"1": "us.regf.after-conversation"}


def test_a_row_for_another_person_at_the_same_number_counts_there(refused):
    told = debtor("cn")
    told["accounts"] = [dict(told["accounts"][0], account_id=f"A{n}") for n in range(1, 9)]
    told["points"] = [dict(told["points"][0], account_id=f"A{n}") for n in range(1, 9)]
    rows = [{"account_id": f"A{n}", "at": f"2026-11-24T1{n}:00:00+08:00"} for n in range(1, 8)]
    assert refused(told, rows) == {"6": "cn.cba.unanswered"}


def test_an_attempt_known_to_come_counts_both_ways(refused):
    told = debtor("us-ny", attempts=[{"contact_point": "+17165550101", "started_at": "2026-11-30T12:00:00-05:00"}])
    rows = calls("2026-11-24T12:00:00-05:00", "2026-11-23T12:00:00-05:00")
    assert refused(told, rows[:1]) == {"0": "us.regf.after-conversation"}
    assert refused(told, rows[1:]) == {}


def test_a_conversation_told_in_two_ways_is_one(refused):
    told = debtor("us-ny", attempts=[{"contact_point": "+17165550101", "started_at": "2026-11-20T12:00:00-05:00",
                                      "outcome": "right_party", "conversation": False}])  # fmt: skip
    assert refused(told, calls("2026-11-24T12:00:00-05:00")) == {"0": "us.regf.after-conversation"}
    told["attempts"][0]["outcome"] = "no_answer"
    assert refused(told, calls("2026-11-24T12:00:00-05:00")) == {}


def test_after_a_conversation_seven_days_pass_its_own_being_the_first(refused):
    told = debtor("us-ny", attempts=[{"contact_point": "+17165550101", "outcome": "right_party",
                                      "started_at": "2026-11-17T23:00:00-05:00"}])  # fmt: skip
    assert refused(told, calls("2026-11-23T12:00:00-05:00")) == {"0": "us.regf.after-conversation"}
    assert refused(told, calls("2026-11-24T12:00:00-05:00")) == {}


@pytest.mark.parametrize(
    ("preset", "sent", "early", "due"),
    [
        ("ca-on", "2026-11-17", "2026-11-21T12:00:00-05:00", "2026-11-23T07:00:00-05:00"),
        ("kr", "2026-11-19", "2026-11-23T20:00:00+09:00", "2026-11-24T08:00:00+09:00"),  # a weekend lies between
    ],
)
def test_a_notice_comes_first(refused, preset, sent, early, due):
    as_of = AS_OF - timedelta(days=3)
    provision = f"{preset}.notice"
    noticed = debtor(preset, account={"notice_sent_on": sent})
    assert refused(noticed, calls(early), as_of=as_of) == {"0": provision}
    assert refused(noticed, calls(due), as_of=as_of) == {}
    assert refused(debtor(preset, account={"notice_sent_on": None}), calls(due), as_of=as_of) == {"0": provision}


# Needs ----------------------------------------------------------------------------------------------------------------

CHECKED = "2026-09-25T17:00:00Z"
SIXTY = datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.mark.parametrize(("after", "passes"), [(timedelta(0), True), (MICRO, False), (timedelta(seconds=1), False)])
@pytest.mark.parametrize("by", ["check", "text", "consent"])
def test_sixty_days_are_counted_to_the_second(refused, by, after, passes):
    told = debtor("us-fl")
    point = told["points"][0]
    if by == "check":
        point |= {"reassignment_result": "not_reassigned", "reassignment_checked_on": CHECKED}
    elif by == "text":
        told["attempts"] = [{"channel": "sms", "direction": "inbound", "outcome": "replied", "started_at": CHECKED,
                             "contact_point": point["contact_point"]}]  # fmt: skip
    else:
        point |= {"consent_ids": ["C1"], "own": True}
        told["consents"] = [{"consent_id": "C1", "purposes": ["contact"], "given_at": CHECKED}]
    row = calls((SIXTY + after).isoformat(), channel="sms")
    assert refused(told, row, window=MICRO) == ({} if passes else {"0": "us.regf.text"})


def test_a_consent_holds_to_the_very_end(refused):
    told = debtor(
        "gb",
        point={"consent_ids": ["C1"], "own": False},
        consents=[{"consent_id": "C1", "purposes": ["contact"], "valid_until": "2026-11-24T12:06:00Z"}],
    )
    # A call begun at the last instant of the window lasts five minutes.
    assert refused(told, calls("2026-11-24T12:00:00Z")) == {}
    assert refused(told, calls("2026-11-24T12:00:00.000002Z")) == {"0": "house.consent"}


@pytest.mark.parametrize(
    "flaw",
    [
        {"given_to": None},
        {"purposes": ["locate"]},
        {"channels": ["sms"]},
        {"given_at": "2026-11-24T12:00:00.000001Z"},
        {"revoked_at": "2026-11-24T12:00:00Z"},
        {"revocation_received_at": "2026-11-24T12:00:00Z"},
        {"consent_id": "C2"},
        {"basis": "handshake"},
    ],
)
def test_a_flawed_consent_permits_nothing(refused, flaw):
    told = debtor(
        "gb",
        point={"consent_ids": ["C1"], "own": False},
        consents=[{"consent_id": "C1", "purposes": ["contact"], **flaw}],
    )
    assert refused(told, calls("2026-11-24T12:00:00Z")) == {"0": "house.consent"}


@pytest.mark.parametrize(
    ("consent", "passes"),
    [
        ({"purposes": ["contact", "share"]}, True),
        ({"purposes": ["contact"]}, False),
        ({"purposes": ["contact", "share"], "basis": "legitimate_interest"}, False),
    ],
)
def test_in_china_a_found_number_needs_consent_to_share(refused, consent, passes):
    told = debtor(
        "cn", point={"consent_ids": ["C1"], "own": False}, consents=[{"consent_id": "C1", "purposes": [], **consent}]
    )
    assert refused(told, calls("2026-11-24T12:00:00+08:00")) == ({} if passes else {"0": "cn.pipl.basis"})


# Stops and other bars -------------------------------------------------------------------------------------------------

NOON = "2026-11-24T12:00:00-05:00"
BARS = {
    "cease": "house.stop.cease",
    "opt_out": "house.stop.opt-out",
    "do_not_call": "house.stop.do-not-call",
    "attorney": "house.stop.attorney",
    "wrong_party": "house.stop.wrong-party",
    "refused": "house.stop.refused",
    "deceased": "house.stop.deceased",
    "bankrupt": "house.stop.bankrupt",
    "dispute": "house.stop.dispute",
    "inconvenient_time": "house.stop.inconvenient-time",
    "inconvenient_place": "house.stop.inconvenient-place",
    "employer_prohibits": "house.stop.employer",
    "unreadable": "house.stop.unreadable",
    "account_unreadable": "house.stop.account-unreadable",
}


@pytest.mark.parametrize("kind", BARS)
@pytest.mark.parametrize("on", [{"account_id": "A1"}, {"contact_point": "+17165550101"}])
def test_a_stop_bars_from_its_first_instant_to_its_last(refused, kind, on):
    def told(since, until):
        return debtor("us-ny", stops=[{"kind": kind, "since": since, "until": until, **on}])

    later = (datetime.fromisoformat(NOON) + MICRO).isoformat()
    assert refused(told(NOON, later), calls(NOON), window=MICRO) == {"0": BARS[kind]}
    assert refused(told(later, None), calls(NOON), window=MICRO) == {}
    assert refused(told("2026-01-01T00:00:00Z", NOON), calls(NOON), window=MICRO) == {}
    assert refused(told("2026-01-01T00:00:00Z", None), calls(NOON)) == {"0": BARS[kind]}


def test_a_stop_on_another_channel_or_point_bars_nothing_here(refused):
    stops = [
        {"account_id": "A1", "kind": "opt_out", "channel": "sms"},
        {"account_id": "A1", "kind": "do_not_call", "contact_point": "+17165550102"},
        {"account_id": "A2", "kind": "cease"},
    ]
    assert refused(debtor("us-ny", stops=stops), calls(NOON)) == {}


@pytest.mark.parametrize(("kind", "barred"), [("attorney", True), ("dispute", False)])
def test_what_is_about_the_person_bars_all_their_accounts(refused, kind, barred):
    told = debtor("us-ny", account={"person_id": "P"}, stops=[{"account_id": "A2", "kind": kind}])
    told["accounts"].append({"account_id": "A2", "person_id": "P", "country": "US"})
    assert bool(refused(told, calls(NOON))) is barred


@pytest.mark.parametrize(
    ("detail", "barred", "free"),
    [
        ("12:00-13:00", ["12:00:00", "12:59:59", "11:54:01"], ["13:00:00", "11:53:59"]),
        ("Tue 22:00-10:00", ["09:00:00+1"], ["09:00:00", "10:00:00+1"]),  # crosses midnight, belongs to Tuesday
        ("Tue-Wed 09:00-10:00; 15:00-16:00", ["09:30:00", "15:30:00", "09:30:00+1"], ["14:00:00"]),
        ("Mon 09:00-10:00", [], ["09:30:00"]),
        ("Tuesday 9:00 - 10:00", ["09:30:00"], ["10:00:00"]),
        ("Sat-Tue 12:00-13:00", ["12:30:00"], ["12:30:00+1"]),
        ("00:00-24:00", ["12:00:00"], []),
        ("12:00-12:00", ["09:00:00", "15:00:00"], []),
        ("in the mornings", ["15:00:00"], []),
        ("25:00-26:00", ["15:00:00"], []),
        (None, ["15:00:00"], []),
    ],
)
def test_inconvenient_hours_are_those_the_debtor_named(refused, detail, barred, free):
    told = debtor("us-ny", stops=[{"account_id": "A1", "kind": "inconvenient_time", "detail": detail}])
    for clock in [*barred, *free]:
        day = "2026-11-25" if clock.endswith("+1") else "2026-11-24"  # the first is a Tuesday
        row = calls(f"{day}T{clock[:8]}-05:00", channel="call")
        expected = {"0": "house.stop.inconvenient-time"} if clock in barred else {}
        assert refused(told, row) == expected, clock


@pytest.mark.parametrize(
    ("kind", "detail", "label", "barred"),
    [
        ("inconvenient_place", "work", "work", True),
        ("inconvenient_place", "work", None, True),
        ("inconvenient_place", "work", "home", False),
        ("inconvenient_place", "home", "work", False),
        ("inconvenient_place", "in the shop", "home", True),
        ("inconvenient_place", "in the shop", "mobile", False),
        ("employer_prohibits", None, "work", True),
        ("employer_prohibits", None, "home", False),
    ],
)
def test_a_place_is_barred_where_it_may_be_that_place(refused, kind, detail, label, barred):
    stops = [{"account_id": "A1", "kind": kind, "detail": detail}]
    assert bool(refused(debtor("us-ny", point={"label": label}, stops=stops), calls(NOON))) is barred


def test_what_happened_is_a_stop_too(refused):
    def told(outcome, channel="call"):
        row = {"contact_point": "+17165550101", "started_at": "2026-11-01T12:00:00-05:00", "channel": channel}
        return debtor("us-ny", attempts=[row | {"outcome": outcome}])

    assert refused(told("wrong_number"), calls(NOON)) == {"0": "house.stop.wrong-party"}
    assert refused(told("opted_out"), calls(NOON)) == {"0": "house.stop.opt-out"}
    assert refused(told("opted_out", "sms"), calls(NOON)) == {}


def test_a_reassigned_number_is_not_called(refused):
    for result in ("not_reassigned", "no_data", None):
        assert refused(debtor("us-ny", point={"reassignment_result": result}), calls(NOON)) == {}
    told = debtor("us-ny", point={"reassignment_result": "reassigned"})
    assert refused(told, calls(NOON)) == {"0": "house.reassigned"}


def test_work_email_and_disputed_debts_are_left_alone(refused):
    mail = {"contact_point": "jane@example.com", "zones": [], "places": []}
    sent = calls(NOON, channel="email")
    assert refused(debtor("us-ny", point=mail), sent) == {}
    assert refused(debtor("us-ny", point=mail | {"label": "work"}), sent) == {"0": "us.regf.work-email"}
    assert refused(debtor("us-ny", account={"tag": "dispute"}), calls(NOON)) == {"0": "house.tag.dispute"}


# Third parties --------------------------------------------------------------------------------------------------------


def asked(preset="us-ny", relation="spouse", *, failed=("busy",), **more):
    """Tell of a debtor whose only number failed, and of a relation who may be asked."""
    place = PRESETS[preset]
    value = place["points"][0]["contact_point"]
    third = {
        "contact_point": value[:-1] + "9",
        "party": "third_party",
        "relation": relation,
        "relation_id": "R1",
        "own": False,
        "consent_ids": ["C1"],
        "zones": place["points"][0]["zones"],
        "places": place["points"][0]["places"],
    }
    home = {
        key: place["accounts"][0][key] for key in ("country", "region", "postal_code") if key in place["accounts"][0]
    }
    tried = [
        {"contact_point": value, "outcome": outcome, "started_at": f"2026-11-{day:02}T12:00:00Z"}
        for day, outcome in enumerate(failed, 1)
    ]
    told = debtor(preset, points=[third], relations=[{"relation": relation, "consent_id": "C1", **home}])
    told |= {"attempts": tried + more.pop("attempts", [])}
    told |= {"consents": [{"consent_id": "C1", "purposes": ["locate", "contact", "share"]}], **more}
    told["accounts"][0] |= {"product": "loan"}
    return told


def asking(told, *times, **cells):
    row = {"contact_point": told["points"][1]["contact_point"], "party": "third_party", "purpose": "location_only"}
    return calls(*times, **(row | cells))


def test_a_third_party_is_asked_for_a_location_only(refused):
    told = asked()
    assert refused(told, asking(told, NOON)) == {}
    assert refused(told, asking(told, NOON, purpose="collect")) == {"0": "house.third-party.collect"}


def test_a_third_party_is_asked_once(refused):
    call = {"contact_point": "+17165550109", "started_at": "2026-11-10T12:00:00-05:00", "outcome": "busy"}
    told = asked(attempts=[call])
    assert refused(told, asking(told, NOON)) == {"0": "house.third-party.once"}
    told["consents"][0] |= {"given_by": "third_party", "scope": "call_back", "given_at": "2026-11-11T00:00:00Z"}
    assert refused(told, asking(told, NOON)) == {}
    told["consents"][0]["channels"] = ["sms"]
    assert "0" in refused(told, asking(told, NOON))


def test_one_schedule_asks_a_third_party_once(refused):
    told = asked()
    assert refused(told, asking(told, NOON, "2026-12-08T12:00:00-05:00")) == {"1": "input"}


def test_where_the_law_is_silent_nobody_else_is_asked(refused):
    told = asked("in")
    assert refused(told, asking(told, "2026-11-24T12:00:00+05:30")) == {"0": "house.third-party.place"}
    told = asked()
    assert refused(told, asking(told, NOON, channel="sms"))["0"].startswith("house.third-party.place")


@pytest.mark.parametrize(
    ("preset", "failed", "passes"),
    [
        ("us-ny", (), False),
        ("us-ny", ("busy", "voicemail"), True),
        ("us-ny", ("busy", "human_unverified"), False),
        ("us-ny", ("disconnected",), True),
        ("cn", ("busy", "busy"), False),
        ("cn", ("busy", "busy", "no_answer"), True),
        ("cn", ("busy", "abandoned", "busy", "busy"), False),
    ],
)
def test_a_third_party_is_asked_when_the_debtor_is_out_of_reach(refused, preset, failed, passes):
    told = asked(preset, failed=failed)
    noon = NOON if preset == "us-ny" else "2026-11-24T12:00:00+08:00"
    provision = "us.regf.locate" if preset == "us-ny" else "cn.cba.third-parties"
    assert refused(told, asking(told, noon)) == ({} if passes else {"0": provision})


def test_a_third_party_needs_a_consent_for_locating(refused):
    told = asked()
    told["consents"][0]["purposes"] = ["contact"]
    assert refused(told, asking(told, NOON)) == {"0": "house.consent-locate"}


@pytest.mark.parametrize(
    ("relations_own", "refusal"),
    [
        ({"consent_id": "C2"}, None),
        ({"consent_id": "C2", "purposes": ["contact"]}, "house.consent-locate"),
        ({"consent_id": "C2", "valid_until": "2026-11-24T00:00:00Z"}, "house.consent-locate"),
        ({"consent_id": "C2", "given_to": None}, "house.consent-locate"),
        (None, "house.consent-locate"),
    ],
)
def test_a_third_party_whose_point_a_record_gave_needs_the_relations_own_consent_too(
    relations_own, refusal, refused, world, proposals, rulebook
):
    told = asked()
    told["relations"][0]["consent_id"] = relations_own and "C2"
    told["consents"] += [{"purposes": ["locate"], **relations_own}] if relations_own else []
    assert refused(told, asking(told, NOON)) == ({"0": refusal} if refusal else {})
    asked_of_check = proposals(asking(told, NOON))
    found = check(asked_of_check, world(told), rulebook, AS_OF, CheckParams()).row(0, named=True)
    assert (found["verdict"], found["provision"]) == (("deny", refusal) if refusal else ("allow", None))


def test_the_relations_consent_does_not_let_the_records_point_be_contacted(refused):
    told = asked()
    told["relations"][0]["consent_id"] = "C2"
    told["consents"] = [
        {"consent_id": "C1", "purposes": ["locate"]},
        {"consent_id": "C2", "purposes": ["locate", "contact", "share"]},
    ]
    assert refused(told, asking(told, NOON)) == {"0": "house.consent"}


def test_only_the_executor_stands_in_for_the_dead(refused):
    dead = [{"account_id": "A1", "kind": "deceased"}]
    told = asked(relation="executor", failed=(), stops=dead)
    assert refused(told, asking(told, NOON, purpose="collect")) == {}
    assert refused(told, calls(NOON)) == {"0": "house.stop.deceased"}
    spouse = asked(relation="spouse", stops=dead)
    assert refused(spouse, asking(spouse, NOON)) == {"0": "house.stop.deceased"}
    alive = asked(relation="executor", failed=())
    assert "0" in refused(alive, asking(alive, NOON, purpose="collect"))


# What only a schedule can do wrong ------------------------------------------------------------------------------------


def test_an_empty_schedule_has_no_findings(world, rulebook):
    found = verify(SCHEDULE.empty(), world({"accounts": [], "points": []}), rulebook, AS_OF)
    assert found.is_empty()
    assert found.columns == ["attempt_id", "provision", "reason"]


def test_a_row_that_has_expired_does_not_go_out(refused):
    as_of = datetime.fromisoformat(NOON)
    told = debtor("us-ny")
    assert refused(told, calls(NOON), as_of=as_of + timedelta(minutes=1)) == {"0": "expired"}
    assert refused(told, calls(NOON), as_of=as_of + timedelta(seconds=59)) == {}


@pytest.mark.parametrize(
    "fault",
    [
        {"account_id": "A9"},
        {"contact_point": "+17165550199"},
        {"party": "third_party"},
        {"channel": "email"},
        {"not_before": "soon"},
        {"not_before": "2026-11-24T12:00:00"},
        {"not_after": NOON},
    ],
)
def test_a_row_that_fits_nothing_known_is_refused(refused, fault):
    row = {"not_before": NOON, "not_after": "2026-11-24T12:30:00-05:00"}
    assert refused(debtor("us-ny"), [row]) == {}
    assert refused(debtor("us-ny"), [row | fault]) == {"0": "input"}


def test_rows_of_one_account_do_not_overlap_nor_share_a_name(refused):
    told = debtor("us-ny", points=[{"contact_point": "jane@example.com"}])
    mail = {"channel": "email", "contact_point": "jane@example.com"}
    first = {"not_before": NOON, "not_after": "2026-11-24T12:30:00-05:00"}
    touching = mail | {"not_before": "2026-11-24T12:30:00-05:00", "not_after": "2026-11-24T13:00:00-05:00"}
    overlapping = touching | {"not_before": "2026-11-24T12:29:59-05:00"}
    assert refused(told, [first, touching]) == {}
    assert refused(told, [first, overlapping]) == {"1": "input"}
    assert refused(told, [first, touching | {"attempt_id": "0"}]) == {"0": "input"}


def test_the_order_of_the_rows_does_not_matter(refused):
    rows = [
        {"attempt_id": name, "at": f"2026-{day}T12:00:00-05:00"}
        for name, day in (("a", "11-24"), ("b", "11-30"), ("c", "12-01"), ("d", "12-07"))
    ]
    found = refused(debtor("us-ny"), rows)
    assert found == refused(debtor("us-ny"), rows[::-1])
    assert sorted(found) == ["b", "d"]

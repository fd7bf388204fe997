"""Caps: what counts, in which spans, and from when on there is room again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from skiptrace.compliance import check, openings
from skiptrace.compliance.caps import cap_edges
from skiptrace.compliance.docket import know
from skiptrace.compliance.law import Bar, Cap
from skiptrace.settings import CheckParams

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
MICRO, SECOND, HOUR, DAY = timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PHONE = "+12125550101"
NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
LONDONER = {"accounts": [{"country": "GB", "postal_code": "M11AA"}]}
PARAMS = CheckParams(expected_call_s=0)


def cap(maximum=1, per="debt", count="attempts", **span):
    return Cap(
        id="x.cap",
        kind="cap",
        summary="few",
        citation="none",
        status="P",
        places=("*",),
        maximum=maximum,
        per=per,
        count=count,
        **span,
    )


def told(*moments, zone="Europe/London", **more):
    """Tell of a person with a telephone in a zone, and of attempts there."""
    made = [moment if isinstance(moment, dict) else {"started_at": moment} for moment in moments]
    return {
        **LONDONER,
        "points": [{"contact_point": PHONE, "zones": [zone], "places": ["GB"]}],
        "attempts": [{"contact_point": PHONE, "outcome": "no_answer", **row} for row in made],
        **more,
    }


@pytest.fixture
def judge(rulebook, world, proposals):
    """Return verdict and eligible_again_at of calls under one provision and no other."""

    def judged(provision, facts, *moments, as_of=AS_OF, **more):
        rows = proposals([{"contact_point": PHONE, "at": at, **more} for at in moments])
        found = check(rows, world(facts), replace(rulebook, provisions=(provision,)), as_of, PARAMS)
        return list(zip(found["verdict"], found["eligible_again_at"], strict=True))

    return judged


def test_attempts_fewer_hours_apart_than_the_span_are_counted_together_and_no_others(judge):
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    late = made + 24 * HOUR
    found = judge(cap(hours=24), told(made), made, late - MICRO, late, late + MICRO)
    assert found == [("deny", late), ("deny", late), ("allow", None), ("allow", None)]


def test_hours_pass_alike_when_the_clock_changes(judge):
    made = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)  # the clock goes forward on the 8th
    facts = told(made, zone="America/New_York")
    next_noon = datetime(2026, 3, 8, 12, tzinfo=NEW_YORK)
    again = datetime(2026, 3, 8, 13, tzinfo=NEW_YORK).astimezone(UTC)
    assert judge(cap(hours=24), facts, next_noon, again - MICRO, again) == [
        ("deny", again),
        ("deny", again),
        ("allow", None),
    ]


def test_hours_are_exact_to_the_microsecond_of_the_attempt(judge):
    made = datetime(2026, 3, 2, 12, 0, 0, 1, tzinfo=UTC)
    assert judge(cap(hours=1), told(made), made + HOUR - MICRO, made + HOUR) == [
        ("deny", datetime(2026, 3, 2, 13, 0, 1, tzinfo=UTC)),  # the first whole second
        ("allow", None),
    ]


def test_of_several_attempts_the_one_whose_going_makes_room_tells_when(judge):
    made = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 9, 10, 11)]
    found = judge(cap(maximum=3, hours=24), told(*made), made[3] + HOUR)
    assert found == [("deny", made[1] + 24 * HOUR)]


@pytest.mark.parametrize(
    ("made", "first"),
    [
        ("2026-03-01T00:30", "2026-04-01"),
        ("2028-02-29T23:30", "2028-03-01"),
        ("2026-12-31T23:59:59", "2027-01-01"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_a_month_is_the_calendar_month_of_the_person_s_place(judge, made, first, zone):
    here = ZoneInfo(zone)
    made, first = (datetime.fromisoformat(text).replace(tzinfo=here) for text in (made, first))
    begun = made.replace(day=1, hour=0, minute=0, second=0).astimezone(UTC)
    facts = told(made, zone=zone, accounts=[{"jurisdiction": "GB", "time_zone": zone}])
    early = AS_OF - 9999 * DAY
    found = judge(cap(months=1), facts, begun - MICRO, first - MICRO, first, as_of=early)
    assert found == [("allow", None), ("deny", first), ("allow", None)]


def test_in_several_zones_the_month_must_be_over_in_each(judge):
    made = datetime(2026, 3, 31, 12, tzinfo=UTC)
    points = [{"contact_point": PHONE, "zones": ["America/New_York", "America/Los_Angeles"], "places": ["US"]}]
    facts = told(made, accounts=[{"jurisdiction": "US"}], points=points)
    east, west = (datetime(2026, 4, 1, tzinfo=zone).astimezone(UTC) for zone in (NEW_YORK, LOS_ANGELES))
    assert judge(cap(months=1), facts, east, west - MICRO, west) == [("deny", west), ("deny", west), ("allow", None)]


@pytest.mark.parametrize("span", [{"hours": 48}, {"days": 2}, {"months": 1}])
def test_a_later_attempt_that_is_known_fills_the_span_too(judge, span):
    coming = datetime(2026, 3, 10, tzinfo=UTC)
    before = {"hours": coming - 48 * HOUR, "days": coming - DAY - MICRO, "months": datetime(2026, 2, 28, tzinfo=UTC)}
    again = {"hours": coming + 48 * HOUR, "days": coming + 2 * DAY, "months": datetime(2026, 3, 31, 23, tzinfo=UTC)}
    (name,) = span
    free = before[name]
    first_denied = free + (MICRO if name != "months" else DAY)
    found = judge(cap(**span), told(coming), free, first_denied, as_of=AS_OF - 9 * DAY)
    assert found == [("allow", None), ("deny", again[name])]


def test_an_attempt_after_a_row_in_the_past_is_not_held_against_it(judge):
    made = datetime(2026, 2, 10, tzinfo=UTC)
    facts = told(made)
    assert judge(cap(hours=48), facts, made - HOUR, made) == [("allow", None), ("deny", made + 48 * HOUR)]


def test_room_between_two_known_attempts_is_found(judge):
    first, second = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    found = judge(cap(hours=24), told(first, second), first + HOUR, first + 24 * HOUR, second - HOUR)
    assert found == [("deny", first + 24 * HOUR), ("allow", None), ("deny", second + 24 * HOUR)]
    # With 48 hours each the two leave no room between them.
    assert judge(cap(hours=48), told(first, second), first + HOUR) == [("deny", second + 48 * HOUR)]


@pytest.mark.parametrize("per", ["debt", "account", "person", "number"])
def test_what_a_cap_counts_per_is_what_it_says(judge, per):
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    other = "+12125550199"
    cases = {
        "its own file": ({"account_id": "A1"}, {"debt", "account", "person", "number"}),
        "another number": ({"account_id": "A1", "contact_point": other}, {"debt", "account", "person"}),
        "the person's other debt": ({"account_id": "A2", "contact_point": other}, {"person"}),
        "about both debts": (
            {"account_id": "A2", "contact_point": other, "debt_ids": ["A1", "A2"]},
            {"debt", "person"},
        ),
        "somebody else's": ({"account_id": "B", "contact_point": PHONE}, {"number"}),
        "somebody else's, but about this debt": (
            {"account_id": "B", "contact_point": other, "debt_ids": ["A1"]},
            {"debt", "person"},
        ),
    }
    people = [
        {"account_id": name, "person_id": name[0], "country": "GB", "city": "leeds"} for name in ("A1", "A2", "B")
    ]
    for case, (attempt, counted) in cases.items():
        facts = told({"started_at": made, **attempt}, accounts=people)
        ((verdict, _),) = judge(cap(per=per, hours=24), facts, made + HOUR)
        assert (verdict == "deny") == (per in counted), case


def test_two_versions_of_one_attempt_are_one(judge):
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    row = {"attempt_id": "T", "started_at": made}
    for per in ("debt", "account", "person", "number"):
        provision = cap(maximum=2, per=per, hours=24)
        twice = told(row, row | {"outcome": "busy"})
        assert judge(provision, twice, made + HOUR) == [("allow", None)]
        assert judge(provision, told(row, row | {"attempt_id": "U"}), made + HOUR)[0][0] == "deny"


@pytest.mark.parametrize("per", ["debt", "account", "person"])
@pytest.mark.parametrize(
    ("label", "line", "counted"),
    [(None, "mobile", True), (None, "fixed", False), (None, None, False), ("home", "mobile", False)],
)
def test_a_mobile_line_without_a_label_counts_as_mobile_and_no_other_line_does(judge, per, label, line, counted):
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    facts = told(made)
    facts["points"][0] |= {"label": label, "line_type": line}
    ((verdict, _),) = judge(cap(per=per, hours=24, counted_labels=("mobile",)), facts, made + HOUR)
    assert (verdict == "deny") == counted


def test_a_cap_of_none_denies_for_good(judge):
    assert judge(cap(maximum=0, months=1), told(), AS_OF + DAY) == [("deny", None)]


def test_a_provision_bears_on_its_purpose_alone(judge):
    made = datetime(2026, 3, 2, 12, tzinfo=UTC)
    common = {"id": "x.bar", "summary": "none", "citation": "none", "status": "P", "places": ("*",)}
    provisions = (
        cap(hours=24).model_copy(update={"purpose": "collect"}),
        Bar(kind="bar", purpose="collect", **common),
    )
    for provision in provisions:
        asked = [judge(provision, told(made), made + HOUR, purpose=purpose) for purpose in ("collect", "location_only")]
        assert [found[0][0] for found in asked] == ["deny", "allow"]


@pytest.mark.parametrize("span", [{}, {"days": 1, "hours": 24}, {"hours": 1, "months": 1}, {"months": 2}, {"hours": 0}])
def test_a_cap_has_one_span(span):
    with pytest.raises(ValidationError):
        cap(**span)


def test_the_edges_of_caps_in_hours_are_where_they_fill_and_empty(rulebook, world):
    made = AS_OF + HOUR
    facts = world(told(made))
    bound = AS_OF + 9 * DAY
    micros = int(bound.timestamp()) * 1_000_000
    days = know(facts, replace(rulebook, provisions=(cap(days=1), cap(months=1))), AS_OF)
    assert cap_edges(days, micros).is_empty()
    hours = know(facts, replace(rulebook, provisions=(cap(hours=24),)), AS_OF)
    found = cap_edges(hours, micros)
    assert set(found["edge"].cast(int)) == {int((made + shift).timestamp() * 10**6) for shift in (MICRO - DAY, DAY)}


@pytest.mark.parametrize("per", ["account", "number"])
def test_openings_keep_clear_of_known_attempts_by_the_hours_of_a_cap(rulebook, world, per):
    first, second = AS_OF + 5 * HOUR, AS_OF + 40 * HOUR + 300 * SECOND
    facts = world(told(first, second))
    found = openings(facts, replace(rulebook, provisions=(cap(per=per, hours=10),)), AS_OF, AS_OF + 3 * DAY, PARAMS)
    windows = list(zip(found.windows["not_before"], found.windows["not_after"], strict=True))
    calls = sorted(set(windows))
    assert calls == [(first + 10 * HOUR, second - 10 * HOUR), (second + 10 * HOUR, AS_OF + 3 * DAY)]


def _number(span, zone, at):
    """Return the local day, local month or microsecond of a moment, by the standard library."""
    local = at.astimezone(zone)
    return {"days": local.toordinal(), "months": local.year * 12 + local.month, "hours": (at - AS_OF) // MICRO}[span]


def _too_many(cap, zones, made, at):
    """Count, span by span, as the law is written."""
    ((span, width),) = ((name, getattr(cap, name)) for name in ("days", "hours", "months") if getattr(cap, name))
    width *= HOUR // MICRO if span == "hours" else 1
    for zone in zones:
        here = _number(span, zone, at)
        numbers = [_number(span, zone, one) for one in made]
        # A span that holds one too many can be moved until it begins at the first of them.
        for begin in {here, *numbers}:
            if begin <= here < begin + width and sum(begin <= one < begin + width for one in numbers) >= cap.maximum:
                return True
    return False


@pytest.mark.parametrize("seed", range(6))
def test_verdicts_and_the_time_of_room_are_those_of_counting_by_hand(judge, seed):
    random = Random(seed)  # noqa: S311  # histories, not secrets
    names = random.choice((("America/New_York",), ("America/Los_Angeles", "America/New_York"), ("Asia/Kathmandu",)))
    zones = [ZoneInfo(name) for name in names]
    facts = {
        "accounts": [{"jurisdiction": "US"}],
        "points": [{"contact_point": PHONE, "zones": names, "places": ["US"]}],
    }
    near = AS_OF + 6 * DAY  # the American clock changes on the 8th of March
    for _ in range(12):
        span = random.choice(({"hours": random.choice((1, 24, 30))}, {"days": random.choice((1, 2, 7))}, {"months": 1}))
        provision = cap(maximum=random.choice((1, 2, 3)), **span)
        made = [near + random.randrange(-30 * 24, 40 * 24) * HOUR / 4 for _ in range(random.choice((0, 2, 6, 12)))]
        asked = [AS_OF + random.randrange(0, 20 * 24) * HOUR for _ in range(8)]
        asked += [max(one + shift, AS_OF) for one in made for shift in (24 * HOUR, -24 * HOUR + MICRO)]
        told = facts | {"attempts": [{"contact_point": PHONE, "started_at": at, "outcome": "busy"} for at in made]}
        for at, (verdict, again) in zip(asked, judge(provision, told, *asked), strict=True):
            assert (verdict == "deny") == _too_many(provision, zones, made, at), (provision, made, at)
            if verdict == "deny" and len(zones) == 1:
                assert again > at
                assert not _too_many(provision, zones, made, again)
                assert _too_many(provision, zones, made, again - SECOND)
                between = [at + (again - at) * step / 40 for step in range(40)]
                assert all(_too_many(provision, zones, made, moment) for moment in between)

"""What a consent given directly to this collector lifts, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.compliance import check, openings
from skiptrace.compliance.law import Bar, Hours, Window
from skiptrace.settings import CheckParams

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PHONE = "+447700900001"
NIGHT, NOON = "2026-11-24T03:00:00Z", "2026-11-24T12:00:00Z"
PARAMS = CheckParams()
SCOPES = {
    "attorney": {"kind": "attorney"},
    "employer_prohibits": {"kind": "employer_prohibits"},
    "inconvenient_place": {"kind": "inconvenient_place", "detail": "work"},
    "inconvenient_time": {"kind": "inconvenient_time", "detail": "09:00-15:00"},
}
COMMON = {"summary": "in the way", "citation": "none", "status": "P", "places": ("*",)}
DAYTIME = Window(
    id="x.day",
    kind="window",
    hours=(Hours.model_validate({"days": "mon-sun", "open": "08:00", "close": "20:00"}),),
    lifted_by="inconvenient_time",
    **COMMON | {"places": ("GB",)},
)
HOUSE = DAYTIME.model_copy(
    update={
        "id": "house.hours",
        "places": ("*",),
        "lifted_by": None,
        "hours": (Hours.model_validate({"days": "mon-sun", "open": "10:00", "close": "18:00"}),),
    }
)


def bar(scope, **more):
    return Bar(id=f"x.{scope}".replace("_", "-"), kind="bar", lifted_by=scope, **COMMON, **more)


def told(scope="inconvenient_time", consent=(), **more):
    return {
        "accounts": [{"country": "GB", "postal_code": "M11AA"}],
        "points": [
            {"contact_point": PHONE, "zones": ["Europe/London"], "places": ["GB"], "label": "work", "own": True,
             "consent_ids": ["C1"]}
        ],
        "consents": [
            {"consent_id": "C1", "purposes": ["contact"], "scope": scope, "given_at": "2026-11-10T00:00:00Z",
             **dict(consent)}
        ],
        **more,
    }  # fmt: skip


@pytest.fixture
def judge(rulebook, world, proposals):
    def judged(facts, *provisions, at=NOON, **more):
        law = replace(rulebook, provisions=provisions)
        row = {"contact_point": PHONE, "at": at, "expected_duration_s": 300.0, **more}
        return check(proposals([row]), world(facts), law, AS_OF, PARAMS).row(0, named=True)

    return judged


def stopped(kind, since="2026-11-02T00:00:00Z", **consent):
    return told(kind, consent, stops=[{"account_id": "A1", "since": since, **SCOPES[kind]}])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_consent_given_after_the_stop_lifts_it_and_no_other_scope_does(judge, scope):
    mine = bar(scope, stop=SCOPES[scope]["kind"])
    for other in SCOPES:
        given_for_other = stopped(scope) | {"consents": told(other)["consents"]}
        assert judge(given_for_other, mine)["verdict"] == ("allow" if other == scope else "deny")
    assert judge(stopped(scope), mine.model_copy(update={"lifted_by": None}))["verdict"] == "deny"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "allow"),
        ({"given_by": "third_party"}, "deny"),
        ({"given_to": "creditor"}, "deny"),
        ({"given_to": None}, "deny"),
        ({"basis": "contract"}, "deny"),
        ({"basis": "explicit_consent"}, "allow"),
        ({"basis": "separate_consent"}, "allow"),
        ({"purposes": ["locate", "share"]}, "deny"),
        ({"purposes": None}, "deny"),
        ({"channels": ["call", "email"]}, "allow"),
        ({"channels": ["sms"]}, "deny"),
        ({"scope": None}, "deny"),
        ({"consent_id": "C2"}, "deny"),
        ({"given_at": "2026-11-02T00:00:00Z"}, "deny"),
        ({"given_at": "2026-11-02T00:00:00.000001Z"}, "allow"),
        ({"given_at": NOON}, "allow"),
        ({"given_at": "2026-11-24T12:00:00.000001Z"}, "deny"),
        ({"valid_until": "2026-11-24T12:05:00Z"}, "allow"),
        ({"valid_until": "2026-11-24T12:04:59.999999Z"}, "deny"),
        ({"revoked_at": "2026-11-24T12:04:59Z"}, "deny"),
        ({"revocation_received_at": "2026-11-20T00:00:00Z"}, "deny"),
    ],
)
def test_every_condition_of_the_consent_counts(judge, change, verdict):
    assert judge(stopped("attorney", **change), bar("attorney", stop="attorney"))["verdict"] == verdict


def test_a_later_stop_bars_again_and_one_of_unknown_beginning_is_never_lifted(judge):
    lifting = bar("attorney", stop="attorney")
    later = {"account_id": "A1", "kind": "attorney", "since": "2026-11-15T00:00:00Z"}
    facts = stopped("attorney")
    assert judge(facts, lifting)["verdict"] == "allow"
    for stop in (later, later | {"since": None}):
        assert judge(facts | {"stops": [*facts["stops"], stop]}, lifting)["verdict"] == "deny"


def test_the_last_of_several_consents_says_which_stops_are_lifted(judge):
    facts = stopped("attorney", since="2026-11-15T00:00:00Z")
    newer = facts["consents"][0] | {"consent_id": "C2", "given_at": "2026-11-16T00:00:00Z"}
    both = facts | {"consents": [*facts["consents"], newer]}
    both["points"] = [facts["points"][0] | {"consent_ids": ["C1", "C2"]}]
    assert judge(facts, bar("attorney", stop="attorney"))["verdict"] == "deny"
    assert judge(both, bar("attorney", stop="attorney"))["verdict"] == "allow"


def test_no_consent_lifts_a_stop_that_cannot_be_read(judge, rulebook):
    unreadable = rulebook.by_id["house.stop.unreadable"]
    facts = told("attorney", stops=[{"account_id": "A1", "kind": "unreadable", "since": "2026-11-02T00:00:00Z"}])
    assert judge(facts, unreadable, bar("attorney", stop="attorney"))["provision"] == "house.stop.unreadable"


def test_a_bar_without_a_stop_is_lifted_by_the_consent_alone(judge):
    tagged = bar("attorney", tag="dispute")
    facts = told("attorney", accounts=[{"country": "GB", "postal_code": "M11AA", "tag": "dispute"}])
    assert judge(facts, tagged)["verdict"] == "allow"
    assert judge(facts | {"consents": []}, tagged)["verdict"] == "deny"


def test_a_window_is_lifted_and_still_keeps_the_house_hours_out(judge):
    assert judge(told(), DAYTIME, HOUSE, at=NIGHT)["verdict"] == "allow"
    assert judge(told() | {"consents": []}, DAYTIME, HOUSE, at=NIGHT)["provision"] == "x.day"
    assert judge(told("attorney"), DAYTIME, HOUSE, at=NIGHT)["provision"] == "x.day"


def test_hours_from_memory_are_never_more_than_reviewed_though_lifted(judge):
    assert judge(told(), DAYTIME.model_copy(update={"status": "M"}), at=NIGHT)["verdict"] == "review"


def test_a_window_that_only_adds_leaves_the_house_hours_beside_it(judge):
    added = DAYTIME.model_copy(update={"adds": True, "lifted_by": None})
    named = added.model_copy(update={"adds": False})
    early = "2026-11-24T09:00:00Z"
    facts = told("attorney")
    assert judge(facts, added, HOUSE, at=early)["provision"] == "house.hours"
    assert judge(facts, added, HOUSE, at=NIGHT)["provision"] == "x.day"
    assert judge(facts, named, HOUSE, at=early)["verdict"] == "allow"
    other = named.model_copy(update={"id": "x.other"})
    assert judge(facts, added, other, HOUSE, at=early)["verdict"] == "allow"


def test_eligible_again_does_not_outlast_the_consent_that_lifts(judge):
    mine = (bar("attorney", stop="attorney"), HOUSE)
    assert judge(stopped("attorney"), *mine, at=NIGHT)["eligible_again_at"] == datetime(2026, 11, 24, 10, tzinfo=UTC)
    ending = stopped("attorney", valid_until="2026-11-24T10:04:59Z")
    assert judge(ending, *mine, at=NIGHT)["eligible_again_at"] is None


def test_nobody_is_planned_into_hours_that_only_a_consent_opens(rulebook, world):
    law = replace(rulebook, provisions=(DAYTIME, bar("inconvenient_time", stop="inconvenient_time"), HOUSE))
    facts = told(stops=[{"account_id": "A1", "since": "2026-11-02T00:00:00Z", **SCOPES["inconvenient_time"]}])
    found = openings(world(facts), law, AS_OF, AS_OF + timedelta(days=1), PARAMS)
    times = found.windows.filter(channel="sms").select("not_before", "not_after").row(0)
    assert times == (datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 11, 23, 20, tzinfo=UTC))
    night = openings(world(facts), law, AS_OF, AS_OF + timedelta(hours=5), PARAMS)
    assert night.windows.is_empty()
    assert night.withheld.select("channel", "provision").rows() == [("call", "x.day"), ("sms", "x.day")]


HOURS = st.integers(-72, 60).map(lambda hour: (AS_OF + timedelta(hours=hour, minutes=7)).isoformat())
STOPS = st.builds(lambda scope, since, until: {"account_id": "A1", **SCOPES[scope], "since": since, "until": until},
                  st.sampled_from(sorted(SCOPES)), HOURS, st.none() | HOURS)  # fmt: skip
CONSENTS = st.fixed_dictionaries(
    {
        "scope": st.sampled_from(sorted(SCOPES)),
        "given_at": HOURS,
        "valid_until": st.none() | HOURS,
        "channels": st.sampled_from([None, ["call"], ["sms"]]),
        "given_by": st.sampled_from(["debtor", "debtor", "debtor", "third_party"]),
    }
)
WORLDS = st.tuples(st.lists(STOPS, max_size=3), st.lists(CONSENTS, max_size=3))
LAW = (DAYTIME, HOUSE, *(bar(scope, stop=stop["kind"]) for scope, stop in SCOPES.items()))


def mixed(stops, consents):
    facts = told(stops=stops)
    ids = [f"C{number}" for number in range(len(consents))]
    facts["points"] = [facts["points"][0] | {"consent_ids": ids}]
    facts["consents"] = [
        {"consent_id": name, "purposes": ["contact"], **one} for name, one in zip(ids, consents, strict=True)
    ]
    return facts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORLDS, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_every_instant_of_an_opening_is_allowed(rulebook, world, proposals, made, shares):
    facts, law = world(mixed(*made)), replace(rulebook, provisions=LAW)
    found = openings(facts, law, AS_OF, AS_OF + timedelta(days=2), PARAMS).windows
    rows = []
    for row in found.iter_rows(named=True):
        length = row["not_after"] - row["not_before"]
        moments = [row["not_before"] + share * length for share in shares] + [row["not_after"] - TICK]
        rows += [
            {"contact_point": PHONE, "channel": row["channel"], "at": min(at, row["not_after"] - TICK)}
            for at in moments
        ]
    assert set(check(proposals(rows), facts, law, AS_OF, PARAMS)["verdict"]) <= {"allow"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORLDS, st.integers(0, 40))
def test_eligible_again_is_unknown_or_not_before_the_truth(rulebook, world, proposals, made, quarter):
    # Stops and consents that begin later are no part of the promise.
    known = [[one for one in told_of if one.get("since", one.get("given_at")) < AS_OF.isoformat()] for told_of in made]
    facts, law = world(mixed(*known)), replace(rulebook, provisions=LAW)
    at = AS_OF + timedelta(minutes=15 * quarter, seconds=11)
    call = {"contact_point": PHONE, "channel": "call"}
    row = check(proposals([call | {"at": at}]), facts, law, AS_OF, PARAMS).row(0, named=True)
    again = row["eligible_again_at"]
    if again is not None:
        assert check(proposals([call | {"at": again}]), facts, law, AS_OF, PARAMS)["verdict"].to_list() == ["allow"]

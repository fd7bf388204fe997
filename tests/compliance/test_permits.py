"""A permit names exactly what was allowed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.compliance import explain_permit, permit_ids
from skiptrace.compliance.permits import PERMIT_COLUMNS
from skiptrace.settings import CheckParams

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
ROW = {
    "account_id": "A1",
    "contact_point": "+447700900001",
    "channel": "call",
    "party": "debtor",
    "not_before": datetime(2026, 11, 23, 12, tzinfo=UTC),
    "not_after": datetime(2026, 11, 23, 13, tzinfo=UTC),
    "all_provisions": ["house.hours:allow"],
}


def test_a_permit_has_a_short_name_that_does_not_depend_on_other_rows():
    alone = permit_ids(pl.DataFrame([ROW]), AS_OF, "law")
    among = permit_ids(pl.DataFrame([ROW | {"account_id": "A0"}, ROW]), AS_OF, "law")
    assert alone[0] == among[1] != among[0]
    assert alone.str.contains(r"^P[A-Z2-7]{15}$").all()
    assert permit_ids(pl.DataFrame([ROW]).clear(), AS_OF, "law").len() == 0


@pytest.mark.parametrize("name", PERMIT_COLUMNS)
def test_whatever_changes_in_it_changes_its_name(name):
    value = ROW[name]
    other = (
        [*value, "x:allow"]
        if isinstance(value, list)
        else value + (timedelta(1) if isinstance(value, datetime) else "0")
    )
    one, two = permit_ids(pl.DataFrame([ROW, ROW | {name: other}]), AS_OF, "law")
    assert one != two


def test_another_moment_or_another_law_is_another_permit():
    rows = pl.DataFrame([ROW])
    names = {
        permit_ids(rows, AS_OF, "law")[0],
        permit_ids(rows, AS_OF, "new law")[0],
        permit_ids(rows, AS_OF + timedelta(1), "law")[0],
    }
    assert len(names) == 3


def test_a_permit_is_explained_with_citations_duties_and_evidence(world, rulebook):
    row = {
        "account_id": "A1",
        "contact_point": "jane@example.com",
        "point_key": "jane@example.com",
        "channel": "email",
        "party": "debtor",
        "purpose": "collect",
        "at": datetime(2026, 11, 23, 17, tzinfo=UTC),
    }
    facts = world(
        {
            "accounts": [{"country": "US", "region": "US-NY", "postal_code": "14201", "time_zone": "America/New_York"}],
            "points": [{"contact_point": "jane@example.com", "path": "given by the creditor", "record_ids": ["A1"]}],
        }
    )
    told = explain_permit(row, facts, rulebook, AS_OF, CheckParams())
    assert told["verdict"] == "allow"
    assert told["rulebook"] == rulebook.version
    assert {"us.regf.hours", "house.stop.cease"} <= {entry["provision"] for entry in told["checked"]}
    assert all(entry["citation"] and entry["found"] for entry in told["checked"])
    found = {entry["provision"]: entry["found"] for entry in told["checked"]}
    assert found["us.regf.hours"] == "it would be 12:00:00 on Mon 2026-11-23 in America/New_York"
    assert (told["places"], told["zones"]) == (["US", "US-NY"], ["America/New_York"])
    assert "us.regf.opt-out-line" in {duty["provision"] for duty in told["duties"]}
    assert told["rests_on"]["path"] == "given by the creditor"
    assert json.dumps(told) == json.dumps(explain_permit(row, facts, rulebook, AS_OF, CheckParams()))


def test_a_contact_no_longer_allowed_is_explained_as_what_it_is(world, rulebook):
    facts = world(
        {
            "accounts": [{"country": "FR"}],
            "points": [{"contact_point": "+33199000000", "zones": ["Europe/Paris"], "places": ["FR"]}],
        }
    )
    row = {"account_id": "A1", "contact_point": "+33199000000", "point_key": "+33199000000", "channel": "call"}
    row |= {"party": "debtor", "purpose": "collect", "at": datetime(2026, 11, 23, 12, tzinfo=UTC)}
    told = explain_permit(row, facts, rulebook, AS_OF, CheckParams())
    assert told["verdict"] == "deny"
    assert [(entry["provision"], entry["found"]) for entry in told["checked"]] == [("house.place", "no pack for FR")]
    assert (told["places"], told["zones"]) == (["FR"], ["Europe/Paris"])
    lost = explain_permit(row | {"point_key": "+1"}, facts, rulebook, AS_OF, CheckParams())
    assert [entry["provision"] for entry in lost["checked"]] == ["house.point"]
    assert lost["places"] == lost["zones"] == []

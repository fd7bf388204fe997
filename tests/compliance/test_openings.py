"""Windows hold exactly the moments that check allows."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.compliance import check, openings
from skiptrace.contracts.outputs import WITHHELD
from skiptrace.contracts.stages import OPENINGS
from skiptrace.settings import CheckParams

AS_OF = datetime(2026, 11, 23, 4, 30, 30, tzinfo=UTC)
MIXED = tomllib.loads((Path(__file__).parent / "worlds" / "mixed.toml").read_text(encoding="utf-8"))


def opened(facts, rulebook, days=7):
    return openings(facts, rulebook, AS_OF, AS_OF + timedelta(days=days), CheckParams())


def allowed(facts, rulebook, contact, moments):
    asked = pl.DataFrame({"at": moments}, schema={"at": pl.Datetime("us", "UTC")}).with_columns(
        pl.lit(value).alias(name) for name, value in contact.items()
    )
    return check(asked, facts, rulebook, AS_OF, CheckParams())["verdict"] == "allow"


def contacts(facts):
    kinds = {"phone": ("call", "sms"), "email": ("email",), "address": ("letter",)}
    for lead in facts.leads.iter_rows(named=True):
        for channel in kinds[lead["kind"]]:
            if lead["party"] == "debtor" or channel == "call":
                purpose = "collect" if lead["party"] == "debtor" else "location_only"
                yield {**{key: lead[key] for key in ("account_id", "contact_point", "point_key", "party")},
                       "channel": channel, "purpose": purpose}  # fmt: skip


def of(windows, contact):
    keys = ("account_id", "contact_point", "channel", "party")
    return windows.filter(pl.all_horizontal(pl.col(key) == contact[key] for key in keys))


def compare(facts, rulebook, days=7):
    found = opened(facts, rulebook, days)
    minutes = [AS_OF + timedelta(minutes=minute) for minute in range(days * 24 * 60)]
    for contact in contacts(facts):
        mine = of(found.windows, contact)
        starts, ends = mine["not_before"].to_list(), mine["not_after"].to_list()
        second, tick = timedelta(seconds=1), timedelta(microseconds=1)
        inside = [
            moment for start, end in zip(starts, ends, strict=True) for moment in (start, end - second, end - tick)
        ]
        outside = [start - second for start in starts if start > AS_OF] + [
            end + second for end in ends if end < minutes[-1]
        ]
        got = allowed(facts, rulebook, contact, minutes)
        within = pl.Series([any(start <= at < end for start, end in zip(starts, ends, strict=True)) for at in minutes])
        assert (got == within).all(), (
            contact,
            [at for at, same in zip(minutes, got == within, strict=True) if not same][:3],
        )
        assert allowed(facts, rulebook, contact, inside).all(), contact
        assert not allowed(facts, rulebook, contact, outside).any(), (contact, outside)
        barred = found.withheld.filter(
            (pl.col("account_id") == contact["account_id"])
            & (pl.col("channel") == contact["channel"])
            & (pl.col("contact_point") == contact["contact_point"])
        )
        assert barred.height == (0 if starts else 1), contact
    return found


@pytest.mark.slow
def test_windows_are_exactly_what_check_allows_minute_by_minute(world, rulebook):
    found = compare(world(MIXED), rulebook)
    assert found.windows.height > 50
    assert {"ca-bc.hours", "us.regf.text"} <= set(found.withheld["provision"])


PLACES = (("US", "US-NY", "14201", "America/New_York"), ("US", "US-MA", "02108", "America/New_York"),
          ("GB", None, "M11AA", "Europe/London"), ("CN", "CN-SH", None, "Asia/Shanghai"),
          ("AU", "AU-NSW", "2000", "Australia/Sydney"))  # fmt: skip
TIMES = st.integers(-10 * 24 * 60, 3 * 24 * 60).map(
    lambda minute: (AS_OF + timedelta(minutes=minute, seconds=7)).isoformat()
)
"""Never on the grid of minutes: a window leaves out the one instant at which a contact would end just in time."""


OUTCOMES = (None, "no_answer", "right_party", "busy", "voicemail", "wrong_number")


@st.composite
def worlds(draw):
    country, region, postal, zone = draw(st.sampled_from(PLACES))
    point = {
        "contact_point": "+1x",
        "zones": [zone],
        "places": [region or country],
        "line_type": "mobile",
        "consent_ids": draw(st.sampled_from([[], ["C1"]])),
    }
    point["own"] = not point["consent_ids"] or draw(st.booleans())
    given_at, until = sorted([draw(TIMES), draw(TIMES)])
    return {
        "accounts": [{"country": country, "region": region, "postal_code": postal}],
        "points": [point],
        "attempts": draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "contact_point": st.just("+1x"),
                        "started_at": TIMES,
                        "outcome": st.sampled_from(OUTCOMES),
                        "channel": st.sampled_from(["call", "call", "sms"]),
                        "direction": st.sampled_from(["outbound", "outbound", "inbound"]),
                    }
                ),
                max_size=6,
            )
        ),
        "stops": draw(
            st.lists(
                st.builds(
                    lambda kind, since, detail: {"account_id": "A1", "kind": kind, "since": since, "detail": detail},
                    st.sampled_from(["do_not_call", "inconvenient_time", "inconvenient_time"]),
                    TIMES,
                    st.sampled_from(["Tue 10:00-12:00", "22:00-09:30", "Mon-Wed 11:00-13:00; Thu 15:00-16:00"]),
                ),
                max_size=2,
            )
        ),
        "consents": [
            {"consent_id": "C1", "purposes": ["locate", "contact", "share"], "given_at": given_at, "valid_until": until,
             "scope": draw(st.sampled_from([None, "call_back"]))}
        ],
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(told=worlds())
def test_windows_are_what_check_allows_in_random_worlds(told, world, rulebook):
    compare(world(told), rulebook, days=3)


def test_openings_of_nobody(world, rulebook):
    found = opened(world({"accounts": []}), rulebook)
    assert dict(found.windows.schema) == OPENINGS.schema
    assert dict(found.withheld.schema) == WITHHELD.schema
    assert found.windows.height == found.withheld.height == 0


def test_the_order_of_facts_does_not_matter(world, rulebook):
    def turned(rows):
        return list(reversed(rows))

    named = [{"account_id": f"A{number + 1}", **row} for number, row in enumerate(MIXED["accounts"])]
    told = {key: turned(rows) for key, rows in {**MIXED, "accounts": named}.items()}
    straight, reverse = opened(world(MIXED), rulebook, 3), opened(world(told), rulebook, 3)
    assert straight.windows.equals(reverse.windows)
    assert straight.withheld.equals(reverse.withheld)


def test_landlines_are_sent_no_texts_and_third_parties_are_only_called(world, rulebook):
    told = {
        **MIXED,
        "points": [{**MIXED["points"][0], "line_type": "fixed"}, MIXED["points"][4]],
        "attempts": [
            {"contact_point": "+17165550101", "started_at": "2026-11-10T15:00:00Z", "outcome": "disconnected"}
        ],
    }
    found = opened(world(told), rulebook, 2)
    both = pl.concat(
        [found.windows.select("channel", "contact_point"), found.withheld.select("channel", "contact_point")]
    )
    assert set(both.iter_rows()) == {("call", "+17165550101"), ("call", "+12135550101")}
    assert set(found.windows.filter(pl.col("party") == "third_party")["purpose"]) == {"location_only"}

from __future__ import annotations

import polars as pl

from skiptrace.contracts.stages import LEADS, PEOPLE
from skiptrace.timing.clock import known_zones
from skiptrace.timing.zones import _places, lead_zones, person_zones


def people(**values):
    row = {"table": "accounts", "record_id": "A1", "source": "accounts", "account_id": "A1", "kind": "person"} | values
    return PEOPLE.conform(pl.DataFrame([row]))


def leads(*rows):
    base = {"account_id": "A1", "contact_point": "p", "point_key": "p", "kind": "phone", "rank": 1, "party": "debtor"}
    return LEADS.conform(pl.DataFrame([base | row for row in rows], schema_overrides={"zones": pl.List(pl.String)}))


def zone(lead, **person):
    return lead_zones(leads(lead), people(**person)).to_list()


def test_a_declared_zone_comes_first_then_region_then_country_then_the_number():
    number = {"zones": ["America/Chicago"]}
    assert zone(number, time_zone="Asia/Tokyo", region="US-CA", country="US") == ["Asia/Tokyo"]
    assert zone(number, region="US-CA", country="US") == ["America/Los_Angeles"]
    assert zone(number, country="IN") == ["Asia/Kolkata"]
    assert zone(number, country="CN") == ["Asia/Shanghai"]
    assert zone(number, country="US") == ["America/Chicago"]


def test_a_declared_zone_that_does_not_exist_is_passed_over():
    assert zone({"zones": ["America/Chicago"]}, time_zone="America/Nowhere") == ["America/Chicago"]


def test_a_number_of_many_zones_is_taken_for_the_one_where_most_people_live():
    assert zone({"zones": ["Australia/Adelaide", "Australia/Perth", "Australia/Sydney"]}) == ["Australia/Sydney"]
    assert zone({"zones": ["America/Menominee", "America/Detroit"]}) == ["America/Detroit"]


def test_an_email_takes_the_zone_of_the_persons_best_number():
    several = leads(
        {"contact_point": "a@example.com", "kind": "email", "zones": []},
        {"contact_point": "n2", "rank": 2, "zones": ["Asia/Tokyo"]},
        {"contact_point": "n1", "rank": 1, "zones": ["America/Denver"]},
    )
    assert lead_zones(several, PEOPLE.empty()).to_list() == ["America/Denver", "Asia/Tokyo", "America/Denver"]


def test_where_nothing_tells_the_zone_is_null_and_never_utc():
    assert zone({"zones": []}, country="US") == [None]
    assert zone({"zones": None}) == [None]


def test_a_third_party_lives_where_the_relation_lives():
    relation = PEOPLE.conform(
        pl.DataFrame(
            [
                {
                    "table": "relations",
                    "record_id": "R1",
                    "source": "relations",
                    "account_id": "A1",
                    "kind": "person",
                    "country": "GB",
                }
            ]
        )
    )
    third = leads({"party": "third_party", "relation_id": "R1", "zones": []})
    assert lead_zones(third, pl.concat([relation, people(country="JP")])).to_list() == ["Europe/London"]
    assert person_zones(relation).rows() == [("A1", "R1", "Europe/London")]


def test_every_zone_in_the_table_exists_and_every_place_stands_once():
    places = _places()
    assert set(places["zone"]) <= known_zones()
    assert places["place"].is_unique().all()
    assert places.filter(pl.col("place").str.starts_with("US-")).height >= 51

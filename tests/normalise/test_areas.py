from __future__ import annotations

from importlib.resources import files

import phonenumbers
import pytest
from phonenumbers.tzdata import TIMEZONE_DATA

from skiptrace.normalise.areas import area_of_code
from skiptrace.normalise.facts import fact_rows

CODES = [row["area_code"] for row in fact_rows("area_codes")]
ZONES = set(files("tzdata").joinpath("zones").read_text().split())


def test_every_area_code_has_zones_that_exist_and_places():
    for code in CODES:
        zones, places = area_of_code(code)
        assert zones
        assert set(zones) <= ZONES
        assert places


def test_no_exchange_lies_in_a_zone_its_area_code_lacks():
    for code in CODES:
        known = {zone for prefix, each in TIMEZONE_DATA.items() if prefix.startswith(f"1{code}") for zone in each}
        assert known <= set(area_of_code(code)[0])


@pytest.mark.parametrize(
    "row", [row for row in fact_rows("area_codes") if row["covers"]], ids=lambda row: row["area_code"]
)
def test_an_overlay_has_the_zones_of_the_ground_it_covers(row):
    for covered in row["covers"].split(";"):
        assert set(area_of_code(covered)[0]) <= set(area_of_code(row["area_code"])[0])


def test_the_plan_knows_no_area_code_that_we_do_not():
    missing = []
    for code in range(200, 1000):
        number = phonenumbers.PhoneNumber(country_code=1, national_number=code * 10**7 + 5550123)
        kind = phonenumbers.number_type(number)
        if kind == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE and str(code) not in CODES:
            missing.append(code)
    assert missing == []


def test_each_code_stands_once_and_its_states_have_codes_of_iso():
    assert len(CODES) == len(set(CODES))
    states = {row["code"] for row in fact_rows("regions")}
    for row in fact_rows("area_codes"):
        assert all(place in states or len(place) == 2 for place in row["places"].split(";"))

from __future__ import annotations

import phonenumbers
import pytest

from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.places import (
    country_code,
    is_new_york_city,
    likely_country,
    region_code,
    region_of_postal_code,
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USA", "US"), ("U.S.", "US"), ("United States of America", "US"), ("美国", "US"), ("UK", "GB"),
        ("England", "GB"), ("Northern Ireland", "GB"),
        ("中国", "CN"), ("P.R.C.", "CN"), ("CHN", "CN"), ("香港", "HK"),
        ("Hong Kong", "HK"),
        ("Deutschland", "DE"), ("The Netherlands", "NL"), ("Côte d'Ivoire", "CI"), ("US-MA", "US"), ("in", "IN"),
        ("", None), (None, None), ("Atlantis", None), ("XX", None),
    ],
)  # fmt: skip
def test_countries_as_people_write_them(text, code):
    assert country_code(text) == code


def test_every_country_with_a_numbering_plan_is_known():
    ours = {row["alpha_2"] for row in fact_rows("countries")}
    assert set(phonenumbers.SUPPORTED_REGIONS) - ours == {"AC", "TA", "XK"}
    assert all(len(row["alpha_3"]) == 3 for row in fact_rows("countries"))


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("US", "Mass.", "US-MA"), ("US", "ma", "US-MA"), ("US", "US-MA", "US-MA"), ("US", "D.C.", "US-DC"),
        ("CA", "Québec", "CA-QC"), ("AU", "New South Wales", "AU-NSW"), ("CN", "广东省", "CN-GD"),
        ("CN", "广东", "CN-GD"),
        ("IN", "Maharashtra", "IN-MH"), ("BR", "São Paulo", "BR-SP"), ("MX", "CDMX", "MX-CMX"),
        (None, "US-NY", "US-NY"), ("GB", "Kent", None), ("US", "Ontario", None), ("CA", "US-NY", None),
        ("US", None, None),
    ],
)  # fmt: skip
def test_states_as_people_write_them(country, text, code):
    assert region_code(country, text) == code


@pytest.mark.parametrize(
    ("country", "postal_code", "code"),
    [
        ("US", "89132", "US-NV"), ("US", "00901", "US-PR"), ("US", "00802", "US-VI"), ("US", "06390", "US-NY"),
        ("US", "06320", "US-CT"), ("US", "96799", "US-AS"), ("US", "96701", "US-HI"), ("US", "96910", "US-GU"),
        ("US", "09001", None), ("CA", "M5H2N2", "CA-ON"), ("CA", "X0A0A0", "CA-NU"), ("CA", "X0E0A0", "CA-NT"),
        ("AU", "2600", "AU-ACT"), ("AU", "2000", "AU-NSW"), ("AU", "0800", "AU-NT"), ("CN", "518000", "CN-GD"),
        ("GB", "OX14AB", None), (None, "89132", None), ("US", None, None),
    ],
)  # fmt: skip
def test_states_by_postal_code(country, postal_code, code):
    assert region_of_postal_code(country, postal_code) == code


def test_new_york_city_is_told_by_zip_code_or_name_within_the_state():
    assert is_new_york_city("US-NY", None, "11201")
    assert is_new_york_city("US-NY", "staten island", None)
    assert not is_new_york_city("US-NY", "yonkers", "10701")
    assert not is_new_york_city("US-NJ", "brooklyn", "11201")


def test_a_country_is_inferred_only_where_nothing_else_fits():
    assert likely_country("NV", "89111") == "US"
    assert likely_country(None, "ox1 4ab") == "GB"
    assert likely_country(None, "M5H 2N2") == "CA"
    assert likely_country("Ontario", None) == "CA"
    assert likely_country("Victoria", "3000") == "AU"
    for region, postal in (("WA", None), (None, "89111"), (None, None), ("Kent", "12345")):
        assert likely_country(region, postal) is None

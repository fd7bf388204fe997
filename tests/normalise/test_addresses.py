from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.normalise.addresses import Address, address_key, country_of_line, read_address
from skiptrace.normalise.distinct import Unreadable

SAME = {
    "US": [
        ("123 Main Street, Las Vegas NV 89132", None, None, None, None),
        ("123 MAIN ST., Las Vegas, Nevada, 89132-1234, USA", None, None, None, None),
        ("123 Main St", "Las Vegas", "NV", "89132", "US"),
        ("123 Main St, Las Vegas", "LAS VEGAS", "Nevada", "89132", None),
    ],
    "US flat": [
        ("Apt 4B, 12 N. Park Road", "Albany", "NY", "12203", "US"),
        ("12 North Park Rd #4B", "Albany", "NY", "12203", "US"),
        ("12 N Park Rd Unit 4B, Albany NY 12203", None, None, None, "US"),
        ("12 North Park Rd. Apartment 4B", None, None, "12203", "US"),
    ],
    "US ordinal": [
        ("350 Fifth Avenue, New York, NY", None, None, None, "US"),
        ("350 5th Ave", "New York City", "New York", None, "US"),
    ],
    "GB": [
        ("Flat 3, 12 High Street, Oxford, Oxfordshire, OX1 4AB, United Kingdom", None, None, None, None),
        ("12 High St, Flat 3", "Oxford", None, "ox1 4ab", "GB"),
        ("Flat 3 12 High Street, Oxford OX14AB", None, None, None, "GB"),
    ],
    "AU": [
        ("5/12 Smith Street, Carlton VIC 3053", None, None, None, "AU"),
        ("Unit 5, 12 Smith St", "Carlton", "Victoria", "3053", "AU"),
    ],
    "CN": [
        ("广东省深圳市南山区科技园路12号3栋501室", None, None, None, "CN"),
        ("广东深圳市南山区科技园路12号3栋501", None, None, None, "CN"),
        ("中国 深圳 南山区 科技园路 １２号 ３栋 ５０１室", None, None, None, None),
        ("深圳市南山区科技园路十二号三栋五〇一室", None, None, None, "CN"),
        ("南山区科技园路12号3栋501室", "深圳市", "广东省", "518000", "CN"),
    ],
    "CN municipality": [
        ("北京市朝阳区建国路88号", None, None, None, "CN"),
        ("北京朝阳区建国路88号", None, None, None, "CN"),
        ("朝阳区建国路88号", "北京", None, None, "CN"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("spellings", SAME.values(), ids=SAME)
def test_spellings_of_one_address_have_one_key(spellings):
    assert len({read_address(*each).key for each in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 High Street, Oxford OX1 4AB", "14 High Street, Oxford OX1 4AB"),
        ("Flat 3, 12 High Street, Oxford OX1 4AB", "Flat 4, 12 High Street, Oxford OX1 4AB"),
        ("12 High Street, Oxford OX1 4AB", "12 High Road, Oxford OX1 4AB"),
        ("12 N Main St, Reno NV 89501", "12 S Main St, Reno NV 89501"),
        ("12 Main St, Reno NV 89501", "12 Main St, Reno NV 89502"),
    ],
)
def test_neighbours_have_keys_of_their_own(one, other):
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    ("line", "country", "city", "region", "postal_code"),
    [
        ("80 Delaware Ave SE Washington DC 20003", "US", "washington", "US-DC", "20003"),
        ("3212 W. 32nd St Palm Harbor, FL 34683", "US", "palm harbor", "US-FL", "34683"),
        ("173 John Lane, 08030", "US", None, "US-NJ", "08030"),
        ("100 Queen St W, Toronto, ON M5H 2N2", None, "toronto", "CA-ON", "M5H2N2"),
        ("Flat 12, MG Road, Bengaluru, Karnataka 560001", "IN", "bengaluru", "IN-KA", "560001"),
        ("18 Danver Pl, Loughborough, Leicestershire, United Kingdom, LE11 1UU", None, "loughborough", None, "LE111UU"),
        ("Ansbacher Strasse 23, 56422 Dusseldorf", "DE", "dusseldorf", None, "56422"),
        ("133 New Bridge Road, Singapore 059413", None, None, None, "059413"),
        ("吉林省吉林市船营区解放大路5号", "CN", "jilin", "CN-JL", None),
        ("上海浦东新区世纪大道100号", "CN", "shanghai", "CN-SH", None),
        ("P.O. Box 12987", "US", None, None, None),
    ],
)  # fmt: skip
def test_the_place_is_read_off_an_address_on_one_line(line, country, city, region, postal_code):
    found = read_address(line, None, None, None, country)
    assert (found.city, found.region, found.postal_code) == (city, region, postal_code)


@pytest.mark.parametrize(
    ("line", "house", "unit"),
    [
        ("Suite 900, 1450 N City Rd", "1450", "900"),
        ("1450 N City Rd Suite 900", "1450", "900"),
        ("12A St James's Square", "12a", None),
        ("Adventura Apartments 638 Downey St, Salem, OR", "638", None),
        ("#01-11, HillV2, 4 Hillview Rise", "4", "01-11"),
        ("Room 501, No. 12 Keji Road", "12", "501"),
        ("Rose Cottage, Church Lane", None, None),
        ("One Park Lane", "1", None),
        ("四川省成都市武侯区天府大道北段1700号1栋2单元801室", "1700", "1-2-801"),
    ],
)
def test_house_number_and_unit(line, house, unit):
    found = read_address(line, None, None, None, None)
    assert (found.house_number, found.unit) == (house, unit)


def test_places_name_the_state_the_country_and_new_york_city():
    assert read_address("1 Elm St", "Brooklyn", "NY", "11201", "US").places == ("US-NY", "US-NY-NYC")
    assert read_address("1 Elm St", "Albany", "NY", "12203", "US").places == ("US-NY",)
    assert read_address("1 High St", "Oxford", None, "OX1 4AB", "GB").places == ("GB",)
    assert read_address("1 Calle Luna", "San Juan", None, "00901", "PR").places == ("US-PR",)
    assert read_address("香港九龙弥敦道100号", None, None, None, None).places == ("HK",)
    assert read_address("1 Nowhere", None, None, None, None).places == ()


def test_an_address_on_one_line_says_what_its_columns_say_once():
    assert (
        read_address("1515 Adela Lane", "Las Vegas", "NV", "89111", "US").line == "1515 Adela Lane, Las Vegas, NV 89111"
    )
    whole = "123 Main Street, Las Vegas NV 89132"
    assert read_address(whole, "Las Vegas", "NV", "89132", "US").line == whole


@pytest.mark.parametrize("text", [None, "", "n/a", "unknown", "???", "12345", "无", "same as above"])
def test_placeholders_are_no_address(text):
    found = read_address(text, "Reno", "NV", None, "US")
    assert isinstance(found, Unreadable)


@given(st.text(max_size=60), st.sampled_from([None, "US", "GB", "CN", "DE"]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text, country):
    found = read_address(text, None, None, None, country)
    assert isinstance(found, Unreadable) or (isinstance(found, Address) and found.key.count("|") >= 4)
    country_of_line(text)

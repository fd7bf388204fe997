from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.normalise.distinct import Unreadable
from skiptrace.normalise.phones import CALLING_CODES, Phone, e164, read_phone
from skiptrace.vocabulary import LineType


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("(212) 555-0123", "US", "+12125550123"),
        ("1-212-555-0123", "US", "+12125550123"),
        ("212.555.0123 ext. 45", "US", "+12125550123"),
        ("212-555-0123 x12 (work)", "US", "+12125550123"),
        ("tel:+1-212-555-0123;ext=5", None, "+12125550123"),
        ("cell: 2125550123", "US", "+12125550123"),
        ("212-555-0123 (mobile)", "US", "+12125550123"),
        ("2125550123.0", "US", "+12125550123"),
        ("416 555 0123", "CA", "+14165550123"),
        ("+1 (0) 2125550123", "GB", None),
        ("011 44 20 7946 0123", "US", "+442079460123"),
        ("0044 20 7946 0123", "US", "+442079460123"),
        ("+44 (0)20 7946 0123", None, "+442079460123"),
        ("07700 900123", "GB", "+447700900123"),
        ("447700900123", "GB", "+447700900123"),
        ("0113 496 0123", "GB", "+441134960123"),
        ("0491 570 156", "AU", "+61491570156"),
        ("0011 1 212 555 0123", "AU", "+12125550123"),
        ("138 0000 1234", "CN", "+8613800001234"),
        ("013800001234", "CN", "+8613800001234"),
        ("8613800001234", "CN", "+8613800001234"),
        ("86 138 0000 1234", None, "+8613800001234"),
        ("１３８－００００－１２３４", "CN", "+8613800001234"),
        ("手机：138 0000 1234", "CN", "+8613800001234"),
        ("100 0000 1234", "CN", "+8610000001234"),
        ("179 0000 1234", "CN", "+8617900001234"),
        ("010-00001234转801", "CN", "+861000001234"),
        ("（０７５５）８０００ １２３４", "CN", "+8675580001234"),
        ("98765 43210", "IN", "+919876543210"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
    ],
)
def test_every_way_of_writing_a_number_gives_one_number(text, country, expected):
    assert e164(text, country) == expected


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("call mother", "US", "letters"),
        ("55O-0123-123", "US", "letters"),
        ("1-800-FLOWERS", "US", "letters"),
        ("1.3800001234E+10", "CN", "scientific"),
        ("0000000000", "US", "repeated"),
        ("123-456-7890", "US", "no such area code"),
        ("555-0123", "US", "area code missing"),
        ("12", "US", "too few"),
        ("", "US", "too few"),
        ("212 555 0123", None, "no country"),
        ("212 555 0123 / +44 20 7946 0123", "US", "more than one"),
        ("2125550123012345678", "US", "too many"),
        ("+999 1234 5678", None, "calling code"),
        ("212@555", "US", "marks"),
    ],
)
def test_what_is_no_number_says_why_without_repeating_it(text, country, why):
    found = read_phone(text, country)
    assert isinstance(found, Unreadable)
    assert why in found.reason
    assert not any(letter.isdigit() for letter in found.reason.replace("0 or 1", ""))


def test_line_types_come_from_the_numbering_plan():
    types = {text: read_phone(text).line_type for text in ("+12125550123", "+442079460123", "+8613800001234")}
    assert list(types.values()) == [LineType.FIXED_OR_MOBILE, LineType.FIXED, LineType.MOBILE]
    assert read_phone("+18005550199").line_type == LineType.TOLL_FREE
    assert read_phone("+447700900123").line_type == LineType.UNKNOWN


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("+12195550123", {"America/Chicago", "America/New_York"}),
        ("+12705550123", {"America/Chicago", "America/New_York"}),
        ("+13645550123", {"America/Chicago", "America/New_York"}),
        ("+19285550123", {"America/Phoenix", "America/Denver"}),
        ("+12085550123", {"America/Boise", "America/Denver", "America/Los_Angeles"}),
        ("+18685550123", {"America/Port_of_Spain"}),
        ("+861000001234", {"Asia/Shanghai"}),
        ("+18005550199", set()),
        ("+15555550123", set()),
        ("+870773111632", set()),
    ],
)
def test_zones_are_those_of_the_whole_area_code(text, zones):
    assert set(read_phone(text).zones) == zones


def test_canada_s_north_has_the_zones_of_all_three_territories():
    zones = set(read_phone("+18675550123").zones)
    assert {"America/Whitehorse", "America/Yellowknife", "America/Iqaluit", "America/Rankin_Inlet"} <= zones
    assert read_phone("+18675550123").places == ("CA-YT", "CA-NT", "CA-NU")


def test_an_australian_mobile_can_be_anywhere_in_australia():
    assert len(read_phone("+61491570006").zones) == 8
    assert read_phone("+61255501234").zones == ("Australia/Lord_Howe", "Australia/Sydney")


def test_places_are_states_in_north_america_and_countries_elsewhere():
    places = [read_phone(text).places for text in ("+12125550123", "+17875550123", "+18765550123", "+447700900123")]
    assert places == [("US-NY",), ("US-PR",), ("JM",), ("GB",)]


@given(st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999))
@settings(max_examples=500, deadline=None)
def test_the_short_way_through_the_north_american_plan_agrees_with_the_parser(area, exchange, line):
    text = f"+1{area}{exchange}{line:04d}"
    number = phonenumbers.parse(text)
    found = read_phone(text)
    assert isinstance(found, Phone)
    assert found.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        assert found.line_type != LineType.UNKNOWN


@given(st.text(max_size=30), st.sampled_from([None, "US", "GB", "CN", "XX"]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_and_what_is_read_stays_the_same(text, country):
    found = read_phone(text, country)
    if isinstance(found, Phone):
        assert e164(found.e164) == found.e164


@pytest.mark.parametrize("label", ["home", "(work)", "M:", "手机", "tel", "ph."])
def test_labels_do_not_change_the_number(label):
    assert e164(f"{label} 212 555 0123", "US") == e164(f"212 555 0123 {label}", "US") == "+12125550123"


def test_no_calling_code_begins_with_another():
    codes = set(CALLING_CODES)
    assert {"1", "44", "86", "852"} <= codes
    assert not [code for code in codes if {code[:1], code[:2]} - {code} & codes]

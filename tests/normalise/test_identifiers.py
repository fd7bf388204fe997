from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.normalise.identifiers import cn_check_digit, read_national_id, sealed_national_ids, stored_id

CHINESE = "11010519491231002X"
KEY = b"key"


def test_a_chinese_id_holds_its_check_digit_and_a_birth_date():
    found = read_national_id(" 110105 19491231 002x ")
    assert (found.kind, found.canonical, found.last4, found.birth) == (
        "cn_resident", CHINESE, "002X", dt.date(1949, 12, 31),
    )  # fmt: skip
    assert read_national_id("110105491231002", "CN").canonical == CHINESE


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_found(at, more):
    wrong = CHINESE[:at] + str((int(CHINESE[at]) + more) % 10) + CHINESE[at + 1 :]
    assert read_national_id(wrong, "CN").canonical != CHINESE
    if wrong[0] in "12345678" and wrong[6:8] in {"18", "19", "20"}:
        assert read_national_id(wrong).kind is None
    assert cn_check_digit(wrong[:17]) != "X"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("219-45-6788", "us_ssn"),
        ("219456788", "us_ssn"),
        ("000-45-6788", None),
        ("666-45-6788", None),
        ("219-00-6788", None),
        ("219-45-0000", None),
        ("078-05-1120", None),
        ("900-70-1234", "us_itin"),
        ("900-10-1234", None),
    ],
)
def test_ranges_of_social_security_numbers(text, kind):
    assert read_national_id(text, "US").kind == kind


def test_other_ids_are_kept_as_unknown_unless_too_short_or_a_placeholder():
    assert read_national_id("AB 12 34 56 C").kind == "unknown"
    assert read_national_id("AB123").last4 is None
    for text in ("1234", "00000000", "NONE", "", None):
        assert read_national_id(text).kind is None


def test_a_masked_number_gives_the_last_four_only():
    assert stored_id("XXX-XX-1234", "US", KEY) == (None, "1234", "us_ssn", None, None)


@pytest.mark.parametrize("slip", ["2194567889", "2195467880", "9194567880", "2194576880"])
def test_ids_one_slip_apart_have_something_in_common(slip):
    near = set(stored_id("2194567880", None, KEY).near)
    assert near & set(stored_id(slip, None, KEY).near)
    assert not near & set(stored_id("2194561117", None, KEY).near)
    assert not near & set(stored_id(slip, None, b"other").near)


def test_ids_sealed_before_nearness_was_kept_are_still_read():
    assert stored_id("sealed:unknown:ab12:345C:", None, KEY) == ("ab12", "345C", "unknown", None, None)


def test_the_hash_depends_on_the_key_and_holds_nothing_of_the_number():
    one, other = stored_id("219-45-6788", "US", KEY), stored_id("219-45-6788", "US", b"other")
    assert one.hash != other.hash
    assert one.hash == stored_id("219456788", "US", KEY).hash
    assert "219456" not in repr(one)


def test_sealed_ids_say_the_same_as_the_ids_themselves_and_hide_them():
    values = pl.Series(["219-45-6788", CHINESE, "00000000", None, "AB123456C"])
    sealed = sealed_national_ids(values, KEY)
    assert [stored_id(text, "US", b"unused") for text in sealed] == [stored_id(text, "US", KEY) for text in values]
    assert not any(text and ("219456" in text or CHINESE in text) for text in sealed)
    assert sealed_national_ids(sealed, b"other").to_list() == sealed.to_list()
    assert sealed_national_ids(pl.Series([], dtype=pl.String), KEY).is_empty()

from __future__ import annotations

import polars as pl
import pytest

from skiptrace.ingest.points import point_problems
from skiptrace.vocabulary import PointKind


@pytest.mark.parametrize(
    "text",
    [
        "+44 20 7946 0000",
        "(415) 555-0100",
        "020 7946 0000 ext. 12",
        "tel:+1-415-555-0100",
        "010-12345678分机12",
        "１３８００００００００",
    ],
)
def test_what_can_be_a_phone_passes(text):
    assert point_problems(pl.Series([text]), PointKind.PHONE).to_list() == [None]


@pytest.mark.parametrize("text", ["ask Bob", "1-800-FLOWERS", "12", "张伟", "+"])
def test_what_cannot_be_a_phone_says_why(text):
    assert point_problems(pl.Series([text]), PointKind.PHONE)[0].startswith("found")


@pytest.mark.parametrize(
    ("text", "fine"), [("a@example.com", True), ("Ann <a@example.com>", True), ("a.example.com", False), ("@", False)]
)
def test_an_email_has_a_name_and_a_domain(text, fine):
    assert (point_problems(pl.Series([text]), PointKind.EMAIL)[0] is None) == fine


def test_an_address_can_be_anything():
    assert point_problems(pl.Series(["??"]), PointKind.ADDRESS).to_list() == [None]

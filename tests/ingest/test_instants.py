from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.errors import SettingsError
from skiptrace.ingest.instants import instants, load_zone

TEN = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)


def one(text: str | None, zone: str | None = None, *, date_only: bool = False) -> tuple[dt.datetime | None, str | None]:
    read, problems = instants(pl.Series([text], dtype=pl.String), zone, None, date_only=date_only)
    return read[0], problems[0]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-05T10:00:00Z", "2026-03-05t10:00:00z", "2026-03-05 10:00:00+00:00", "2026-03-05T18:00:00+08:00"),
        *("2026-03-05T15:30+05:30", "2026-03-05T05:00:00.000-0500", "2026-03-05T10:00:00-00:00", "2026/3/5 10:00 +00"),
    ],
)
def test_one_moment_is_read_however_it_is_written(text):
    assert one(text) == (TEN, None)


@given(
    at=st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2099, 1, 1)),  # noqa: DTZ001  # given a zone below
    minutes=st.integers(-14 * 60, 14 * 60),
    gap=st.sampled_from("T "),
)
def test_every_moment_survives_being_written(at, minutes, gap):
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    written = at.replace(tzinfo=dt.UTC).astimezone(zone)
    assert one(written.isoformat(gap))[0] == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-03-05T10:00:00", "found a time without offset"),
        ("2026-03-05", "found a date without time"),
        ("2026-02-30T10:00:00Z", "impossible date"),
        ("2026-03-05T24:00:00Z", "impossible time"),
        ("2026-03-05T10:00:60Z", "impossible time"),
        ("2026-03-05T10:00:00+25:00", "impossible time"),
        ("1741168800", "found text that is not a time"),
        ("soon", "found text that is not a time"),
    ],
)
def test_what_is_no_moment_says_why(text, reason):
    read, problem = one(text)
    assert read is None
    assert problem.startswith(reason)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-03-05 05:00", TEN),
        ("2026-03-08 02:30", "impossible time: clocks in the declared time_zone skipped it"),
        ("2026-03-08 03:00", dt.datetime(2026, 3, 8, 7, tzinfo=dt.UTC)),
        ("2026-11-01 01:30", "ambiguous time: clocks in the declared time_zone showed it twice; expected an offset"),
        ("2026-11-01 02:00", dt.datetime(2026, 11, 1, 7, tzinfo=dt.UTC)),
    ],
)
def test_a_time_without_offset_is_read_where_the_declared_clock_showed_it_once(text, found):
    assert found in one(text, "America/New_York")


def test_zones_come_from_the_tzdata_package_which_knows_that_vancouver_keeps_summer_time():
    assert one("2026-12-15 10:00", "America/Vancouver")[0] == dt.datetime(2026, 12, 15, 17, tzinfo=dt.UTC)


def test_a_date_alone_is_its_first_moment_where_that_is_allowed():
    midnight = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    assert one("2026-03-05", date_only=True)[0] == midnight
    assert one("2026-03-05", "Asia/Shanghai", date_only=True)[0] == midnight - dt.timedelta(hours=8)


def test_nothing_is_no_moment_and_no_problem():
    assert one(None) == (None, None)


@given(text=st.text(max_size=30))
def test_no_text_breaks_the_reading(text):
    read, problem = one(text)
    assert (read is None) == (problem is not None)


def test_an_unknown_zone_is_an_error():
    with pytest.raises(SettingsError, match="unknown time zone Mars/Olympus"):
        load_zone("Mars/Olympus")


def test_a_time_shown_twice_can_be_taken_as_the_later_and_a_skipped_one_never():
    texts = pl.Series(["2026-11-01 01:30", "2026-11-01 00:59", "2026-03-08 02:30"])
    read, problems = instants(texts, "America/New_York", None, date_only=False, twice_is_later=True)
    assert [each and each.isoformat() for each in read] == [
        "2026-11-01T06:30:00+00:00",
        "2026-11-01T04:59:00+00:00",
        None,
    ]
    assert problems[0] is problems[1] is None
    assert problems[2].startswith("impossible time")

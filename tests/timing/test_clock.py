from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.timing.clock import UNKNOWN_HOUR, known_zones, week_hours

SOME_ZONES = ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"]


def one(at: datetime, zone: str | None) -> int:
    return int(week_hours(pl.Series([at]), pl.Series([zone], dtype=pl.String))[0])


def of_the_wheel(zone: str) -> ZoneInfo:
    with (files("tzdata") / "zoneinfo" / zone).open("rb") as source:
        return ZoneInfo.from_file(source)


def test_the_week_begins_on_monday_at_midnight_local_time():
    assert one(datetime(2026, 11, 23, 5, tzinfo=UTC), "America/New_York") == 0
    assert one(datetime(2026, 11, 23, 4, 59, tzinfo=UTC), "America/New_York") == 167


@pytest.mark.parametrize(
    ("instant", "hour"),
    [("2026-03-08T06:59:00Z", 145), ("2026-03-08T07:00:00Z", 147), ("2026-11-01T06:30:00Z", 145)],
)
def test_a_change_of_clocks_moves_the_hour_at_its_minute(instant, hour):
    assert one(datetime.fromisoformat(instant), "America/New_York") == hour


def test_british_columbia_no_longer_changes_its_clocks():
    assert one(datetime(2026, 12, 7, 7, tzinfo=UTC), "America/Vancouver") == 0


@given(
    seconds=st.lists(st.integers(160_000_000, 2_800_000_000), min_size=1, max_size=8),
    zone=st.sampled_from(SOME_ZONES),
)
def test_hours_are_those_of_zoneinfo(seconds, zone):
    at = [datetime.fromtimestamp(second, UTC) for second in seconds]
    local = [moment.astimezone(of_the_wheel(zone)) for moment in at]
    found = week_hours(pl.Series(at, dtype=pl.Datetime("us", "UTC")), pl.Series([zone] * len(at)))
    assert found.tolist() == [moment.weekday() * 24 + moment.hour for moment in local]


def test_a_zone_that_is_missing_or_does_not_exist_gives_the_unknown_hour():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert one(at, None) == UNKNOWN_HOUR
    assert one(at, "Mars/Olympus") == UNKNOWN_HOUR
    assert week_hours(pl.Series([], dtype=pl.Datetime("us", "UTC")), pl.Series([], dtype=pl.String)).tolist() == []


def test_zones_are_those_of_the_wheel():
    assert {"Europe/Kyiv", "Asia/Shanghai"} <= known_zones()

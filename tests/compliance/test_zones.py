"""Local time comes from the wheel and agrees with zoneinfo at every instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.compliance.windows import Intervals, fits, intersect, local_hours, next_fit, outside, stop_hours
from skiptrace.compliance.zones import DAY, SECOND, day_starts, is_zone, local_days, offsets, representatives

ZONES = (
    "America/New_York",
    "America/Vancouver",
    "America/Edmonton",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
    "Europe/Dublin",
)


def wheel(name):
    with files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def micros(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND


@given(st.sampled_from(ZONES), st.lists(st.integers(0, 70 * 366 * 86_400), min_size=1, max_size=20))
def test_offsets_are_those_of_the_wheel(name, seconds):
    zone = wheel(name)
    got = offsets(name, np.array(seconds, dtype=np.int64) * SECOND)
    expected = [datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset() for at in seconds]
    assert [timedelta(microseconds=int(one)) for one in got] == expected


@pytest.mark.parametrize("name", ZONES)
def test_offsets_change_at_the_second_at_which_the_wheel_changes(name):
    zone = wheel(name)
    hours = np.arange(micros(2010, 1, 1), micros(2012, 1, 1), 3600 * SECOND)
    expected = [datetime.fromtimestamp(int(at) // SECOND, UTC).astimezone(zone).utcoffset() for at in hours]
    assert [timedelta(microseconds=int(one)) for one in offsets(name, hours)] == expected


def test_british_columbia_and_alberta_keep_one_time_where_polars_does_not_know():
    winter = np.array([micros(2026, 12, 1, 12)])
    assert offsets("America/Vancouver", winter)[0] == -7 * 3600 * SECOND
    assert offsets("America/Edmonton", winter)[0] == -6 * 3600 * SECOND


def test_the_date_line_and_a_leap_day():
    assert local_days("Pacific/Kiritimati", np.array([micros(2028, 2, 28, 10)]))[0] * DAY == micros(2028, 2, 29)
    assert local_days("Pacific/Pago_Pago", np.array([micros(2028, 3, 1, 10)]))[0] * DAY == micros(2028, 2, 29)


def test_a_day_starts_after_the_gap_where_midnight_is_skipped():
    sao_paulo = np.array([micros(2018, 11, 4) // DAY])  # clocks went from 00:00 to 01:00
    assert day_starts("America/Sao_Paulo", sao_paulo)[0] == micros(2018, 11, 4, 3)
    apia = np.array([micros(2011, 12, 30) // DAY, micros(2011, 12, 31) // DAY])  # the 30th never was
    first, second = day_starts("Pacific/Apia", apia)
    assert first == second == micros(2011, 12, 30, 10)


def test_zones_are_alike_only_if_they_are_alike_over_the_whole_span():
    span = micros(2026, 6, 1), micros(2026, 7, 1)
    alike = representatives(["America/Phoenix", "America/Denver", "America/Boise"], *span)
    assert alike["America/Boise"] == alike["America/Denver"] != alike["America/Phoenix"]


@pytest.mark.parametrize("name", ["", "Etc/Unknown", "Mars/Olympus", "../zone.tab", "US/.."])
def test_what_is_no_zone_is_no_zone(name):
    assert not is_zone(name)


def test_wall_clock_hours_that_come_twice_are_in_twice_and_skipped_ones_not_at_all():
    back, forward = micros(2026, 11, 1), micros(2026, 3, 8)
    half = 30 * 60 * SECOND
    twice = local_hours(np.array([back + 2 * half + half]), np.array([back + 4 * half]), "America/New_York")
    assert [(end - start) // half for start, end in zip(*twice, strict=True)] == [1, 1]
    never = local_hours(np.array([forward + 4 * half]), np.array([forward + 5 * half]), "America/New_York")
    assert never.starts.size == 0


SETS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 10)), max_size=6).map(
    lambda spans: sorted({start + step for start, length in spans for step in range(length)})
)


def as_intervals(minutes):
    runs: list[list[int]] = []
    for minute in minutes:
        if runs and runs[-1][1] == minute:
            runs[-1][1] += 1
        else:
            runs.append([minute, minute + 1])
    pairs = np.array(runs, dtype=np.int64).reshape(-1, 2) * SECOND
    return Intervals(pairs[:, 0], pairs[:, 1])


@given(SETS, SETS, st.integers(0, 8))
def test_intervals_behave_like_sets_of_instants(left, right, length):
    both = intersect(as_intervals(left), as_intervals(right))
    common = set(left) & set(right)
    assert [list(map(int, part)) for part in both] == [list(map(int, part)) for part in as_intervals(sorted(common))]
    starts = np.arange(80, dtype=np.int64) * SECOND
    inside = fits(both, starts, starts + length * SECOND)
    expected = [all(at + step in common for step in range(max(length, 1))) for at in range(80)]
    assert inside.tolist() == expected
    assert fits(outside(both), starts, starts).tolist() == [at not in common for at in range(80)]
    following = next_fit(both, np.array([0]), np.array([length * SECOND]))[0]
    if following >= 0:
        assert following == expected.index(True) * SECOND


@pytest.mark.parametrize(
    ("detail", "days", "crosses"),
    [
        ("Mon 09:00-17:00", (0,), False),
        ("mon-fri 9:00-17:00", (0, 1, 2, 3, 4), False),
        ("Sat-Mon 22:00-06:00", (5, 6, 0), True),
        ("20:00-24:00", (0, 1, 2, 3, 4, 5, 6), False),
        ("00:00-00:00", (0, 1, 2, 3, 4, 5, 6), False),
        ("12:00-12:00", (0, 1, 2, 3, 4, 5, 6), True),
    ],
)
def test_inconvenient_hours_are_read(detail, days, crosses):
    read = stop_hours(detail)
    assert read is not None
    assert (read[0][0].days, read[0][1]) == (days, crosses)


@pytest.mark.parametrize("detail", [None, "", "mornings", "25:00-26:00", "Mon", "09:00", "Mon-Fri 09:00-17:00; later"])
def test_hours_that_cannot_be_read_are_none(detail):
    assert stop_hours(detail) is None

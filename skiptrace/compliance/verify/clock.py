"""Local time from the tzdata wheel, whatever the system's own copy says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays as holiday_calendars

__all__ = ["is_holiday", "local", "zone_named"]


@cache
def zone_named(name: str) -> ZoneInfo | None:
    """Return a zone from the wheel; null if there is none of that name."""
    place = files("tzdata.zoneinfo").joinpath(*name.split("/"))
    if not place.is_file():
        return None
    with place.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache(maxsize=200_000)
def local(moment: datetime, zone: str) -> datetime:
    """Return the wall clock of a zone at an instant; where the calendar begins and ends, that of UTC.

    Dialers and books write the first or last day of all for a day that they do not know, or that never comes.
    """
    found = zone_named(zone)
    if found is None:
        raise LookupError(zone)
    try:
        return moment.astimezone(found)
    except OverflowError:
        return moment.replace(tzinfo=found)


@lru_cache(maxsize=100_000)
def is_holiday(day: date, calendar: str, added: tuple[str, ...] = ()) -> bool:
    """Tell whether a day is a public holiday of a country or one of its parts, or one of those added."""
    if "easter_monday" in added and day == _easter(day.year) + timedelta(days=1):
        return True
    country, _, part = calendar.partition("-")
    return day in _calendar(country, part or None)


@cache
def _calendar(country: str, part: str | None) -> holiday_calendars.HolidayBase:
    return holiday_calendars.country_holidays(country, subdiv=part)


def _easter(year: int) -> date:
    """Return Easter Sunday (Gregorian), after the anonymous algorithm published in Nature, 1876."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)

"""Hours as sets of instants: sorted, disjoint, half-open intervals of microseconds.

A contact [t, t + length] fits an interval [start, end) when start ≤ t < end and t + length ≤ end. Where the law
excludes the ends themselves, the interval is a microsecond shorter at both.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from functools import cache
from typing import NamedTuple

import holidays
import numpy as np

from skiptrace.compliance.law import DAYS, Hours, Window
from skiptrace.compliance.zones import DAY, SECOND, Instants, segments

__all__ = [
    "ALWAYS",
    "Intervals",
    "business_day_after",
    "fits",
    "intersect",
    "is_holiday",
    "local_hours",
    "next_fit",
    "outside",
    "stop_allows",
    "stop_hours",
    "window_hours",
]

_FAR = np.iinfo(np.int64).max // 4
_EPOCH = date(1970, 1, 1)


class Intervals(NamedTuple):
    """Sorted, disjoint, half-open intervals."""

    starts: Instants
    ends: Instants


ALWAYS = Intervals(np.array([-_FAR], dtype=np.int64), np.array([_FAR], dtype=np.int64))
_NEVER = Intervals(np.array([], dtype=np.int64), np.array([], dtype=np.int64))


@cache
def _holidays(calendar: str, added: tuple[str, ...], year: int) -> frozenset[int]:
    country, _, region = calendar.partition("-")
    found = set(holidays.country_holidays(country, subdiv=region or None, years=year, observed=True))
    if "easter_monday" in added:
        found.add(_easter(year) + timedelta(days=1))
    return frozenset((day - _EPOCH).days for day in found)


def _easter(year: int) -> date:
    """Return Easter Sunday (Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def is_holiday(days: Instants, calendar: str | None, added: tuple[str, ...]) -> np.ndarray:
    """Tell of local days whether a calendar of public holidays has them; without one, none is."""
    if calendar is None or days.size == 0:
        return np.zeros(days.shape, dtype=bool)
    years = range((_EPOCH + timedelta(int(days.min()))).year, (_EPOCH + timedelta(int(days.max()))).year + 1)
    listed = sorted(day for year in years for day in _holidays(calendar, added, year))
    return np.isin(days, np.array(listed, dtype=np.int64))


def business_day_after(day: int, count: int, calendar: str) -> int:
    """Return the day on which ``count`` business days (Monday to Friday, no holidays) have passed since a day."""
    while count:
        day += 1
        on = np.array([day], dtype=np.int64)
        if (day + 3) % 7 < DAYS.index("sat") and not is_holiday(on, calendar, ())[0]:
            count -= 1
    return day


def window_hours(window: Window, zone: str, days: Instants, held: np.ndarray) -> Intervals:
    """Return when a window is open in a zone.

    Parameters
    ----------
    window
        The provision.
    zone
        Whose local time counts.
    days
        Consecutive local days to cover.
    held
        Whether the window holds on each day; on the others every hour is open.
    """
    closed = is_holiday(days, window.holidays, window.holidays_added)
    wall_starts, wall_ends = [days[~held] * DAY], [(days[~held] + 1) * DAY]
    edge = 1 if window.ends == "open" else 0
    for hours in window.hours:
        on = days[held & ~closed & np.isin((days + 3) % 7, hours.days)]
        wall_starts.append(on * DAY + _micros(hours.open) + edge)
        wall_ends.append(on * DAY + (_micros(hours.close) or DAY) - edge)
    return local_hours(np.concatenate(wall_starts), np.concatenate(wall_ends), zone)


def local_hours(wall_starts: Instants, wall_ends: Instants, zone: str) -> Intervals:
    """Return the instants at which a zone's clock shows one of these half-open wall-clock intervals.

    A time that the clock shows twice is in twice, one that it skips is not in at all.
    """
    if wall_starts.size == 0:
        return _NEVER
    starts, offset = segments(zone, int(wall_starts.min()) - DAY, int(wall_ends.max()) + DAY)
    ends = np.append(starts[1:], _FAR)
    begin = np.maximum(wall_starts[:, None] - offset[None, :], starts[None, :]).ravel()
    finish = np.minimum(wall_ends[:, None] - offset[None, :], ends[None, :]).ravel()
    real = begin < finish
    return _merged(begin[real], finish[real])


def _merged(starts: Instants, ends: Instants) -> Intervals:
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], np.maximum.accumulate(ends[order]) if starts.size else ends
    if starts.size == 0:
        return _NEVER
    fresh = np.append(True, starts[1:] > ends[:-1])
    last = np.append(np.flatnonzero(fresh)[1:] - 1, starts.size - 1)
    return Intervals(starts[fresh], ends[last])


def intersect(*sets: Intervals) -> Intervals:
    """Return the instants in every set.

    >>> one = Intervals(np.array([0, 20]), np.array([10, 30]))
    >>> [part.tolist() for part in intersect(one, Intervals(np.array([5]), np.array([25])))]
    [[5, 20], [10, 25]]
    """
    if len(sets) == 1:
        return sets[0]
    at = np.concatenate([part for found in sets for part in (found.starts, found.ends)])
    step = np.concatenate(
        [np.full(part.size, sign) for found in sets for part, sign in ((found.starts, 1), (found.ends, -1))]
    )
    order = np.lexsort((step, at))
    at, inside = at[order], np.cumsum(step[order]) == len(sets)
    begin = np.flatnonzero(inside)
    return Intervals(at[begin], at[begin + 1])


def outside(found: Intervals) -> Intervals:
    """Return the instants in none of the intervals."""
    if found.starts.size == 0:
        return ALWAYS
    starts, ends = np.append(-_FAR, found.ends), np.append(found.starts, _FAR)
    real = starts < ends
    return Intervals(starts[real], ends[real])


def fits(found: Intervals, starts: Instants, ends: Instants) -> np.ndarray:
    """Tell of each contact [start, end] whether one interval holds it whole."""
    if found.starts.size == 0:
        return np.zeros(starts.shape, dtype=bool)
    index = np.searchsorted(found.starts, starts, side="right") - 1
    close = found.ends[np.maximum(index, 0)]
    fitting: np.ndarray = (index >= 0) & (starts < close) & (ends <= close)
    return fitting


def next_fit(found: Intervals, starts: Instants, lengths: Instants) -> Instants:
    """Return the first whole second from each start on at which a contact of that length fits, or -1."""
    result = np.full(starts.shape, -1, dtype=np.int64)
    if found.starts.size == 0:
        return result
    index = np.maximum(np.searchsorted(found.starts, starts, side="right") - 1, 0)
    for _ in range(4):  # a contact longer than three intervals running fits nowhere near
        inside = (result < 0) & (index < found.starts.size)
        at = np.minimum(index, found.starts.size - 1)
        begin = -(-np.maximum(starts, found.starts[at]) // SECOND) * SECOND
        fitting = inside & (begin < found.ends[at]) & (begin + lengths <= found.ends[at])
        result = np.where(fitting, begin, result)
        index = index + 1
    return result


def _micros(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * SECOND + at.microsecond


_PART = re.compile(
    r"^(?:(?P<first>mon|tue|wed|thu|fri|sat|sun)[a-z]*(?:\s*-\s*(?P<last>mon|tue|wed|thu|fri|sat|sun)[a-z]*)?\s+)?"
    r"(?P<open>\d{1,2}:\d{2})\s*-\s*(?P<close>\d{1,2}:\d{2})$"
)


@cache
def stop_hours(detail: str | None) -> tuple[tuple[Hours, bool], ...] | None:
    """Read the hours of an ``inconvenient_time`` stop: (days and hours, whether they cross midnight), or None.

    None means that it cannot be read, and so bars every hour. Equal ends mean the whole day.

    >>> stop_hours("Mon-Fri 22:00-06:00")[0][1], stop_hours("mornings") is None
    (True, True)
    """
    found = []
    for part in (detail or "").strip().rstrip(";").split(";"):
        match = _PART.match(part.strip().lower())
        if match is None:
            return None
        try:
            opens, closes = (_wall(match[name]) for name in ("open", "close"))
        except ValueError:
            return None
        first = DAYS.index(match["first"]) if match["first"] else 0
        last = DAYS.index(match["last"] or match["first"]) if match["first"] else 6
        days = tuple((first + step) % 7 for step in range((last - first) % 7 + 1))
        crosses = closes <= opens and closes != time(0)
        found.append((Hours.model_construct(days=days, open=opens, close=closes), crosses))
    return tuple(found)


def _wall(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text.zfill(5))


@cache
def _stop_wall(detail: str | None, first: int, last: int) -> tuple[Instants, Instants] | None:
    read = stop_hours(detail)
    if read is None:
        return None
    days = np.arange(first - 1, last + 2, dtype=np.int64)
    starts, ends = [], []
    for hours, crosses in read:
        on = days[np.isin((days + 3) % 7, hours.days)]
        starts.append(on * DAY + _micros(hours.open))
        ends.append((on + crosses) * DAY + (_micros(hours.close) or DAY))
    return np.concatenate(starts), np.concatenate(ends)


@cache
def stop_allows(detail: str | None, zone: str, first: int, last: int) -> Intervals:
    """Return the instants that the hours of a stop leave open, from local day first to last."""
    wall = _stop_wall(detail, first, last)
    return _NEVER if wall is None else outside(local_hours(*wall, zone))

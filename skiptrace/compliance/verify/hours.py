"""Hours: those in which the law lets a contact take place, and those which the debtor called inconvenient."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.compliance.verify.clock import is_holiday, local

if TYPE_CHECKING:
    from skiptrace.compliance.law import Window

__all__ = ["inconvenient", "inside"]

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
"""Minutes."""
_SPOKEN = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun)[a-z]*(?: ?- ?(mon|tue|wed|thu|fri|sat|sun)[a-z]*)? )?"
    r"(\d{1,2}):(\d\d) ?- ?(\d{1,2}):(\d\d)"
)


class _Hours(NamedTuple):
    """Minutes of the day, on some days of the week; more than a day's minutes reach into the next."""

    days: frozenset[int]
    opens: int
    closes: int


def inside(window: Window, zone: str, at: datetime, until: datetime) -> bool:
    """Tell whether a contact lies within a window, from start to end, by the clocks of a zone."""
    start, end = local(at, zone), local(until, zone)
    if window.holidays and any(
        is_holiday(day, window.holidays, window.holidays_added) for day in {start.date(), end.date()}
    ):
        return False
    begin, finish = start.replace(tzinfo=None), end.replace(tzinfo=None)
    for hours in window.hours:
        if start.weekday() not in hours.days:
            continue
        night = hours.close == time(0)
        opening = datetime.combine(start.date(), hours.open)
        closing = datetime.combine(start.date() + timedelta(days=1 if night else 0), hours.close)
        if window.ends == "open":
            if opening < begin < closing and finish < closing:
                return True
        elif opening <= begin < closing and finish <= closing:
            return True
    return False


def inconvenient(detail: str | None, zone: str, at: datetime, until: datetime) -> bool:
    """Tell whether a contact touches hours that the debtor called inconvenient; all are if they cannot be read."""
    spoken = _read(detail)
    if spoken is None:
        return True
    start, end = local(at, zone), local(until, zone)
    begin, finish = start.replace(tzinfo=None), end.replace(tzinfo=None)
    for back in (-1, 0, 1):
        day = start.date() + timedelta(days=back)
        for hours in spoken:
            midnight = datetime.combine(day, time())
            opening, closing = (midnight + timedelta(minutes=one) for one in (hours.opens, hours.closes))
            if day.weekday() in hours.days and begin < closing and (opening < finish or opening <= begin):
                return True
    return False


@cache
def _read(detail: str | None) -> tuple[_Hours, ...] | None:
    parts = [_read_part(" ".join(part.lower().split())) for part in (detail or "").strip().rstrip(";").split(";")]
    return None if None in parts else tuple(part for part in parts if part is not None)


def _read_part(text: str) -> _Hours | None:
    """Read ``[Mon[-Fri] ]HH:MM-HH:MM``; an end that is not after the start is one of the next day."""
    said = _SPOKEN.fullmatch(text)
    if said is None:
        return None
    hour, minute, last_hour, last_minute = map(int, said.groups()[2:])
    opens, closes = 60 * hour + minute, 60 * last_hour + last_minute
    if max(opens, closes) > _DAY or max(minute, last_minute) >= 60:  # noqa: PLR2004  # minutes of an hour
        return None
    first, last = ((_WEEK.index(name) if name else None) for name in said.groups()[:2])
    if first is None:
        days = frozenset(range(7))
    else:
        days = frozenset((first + step) % 7 for step in range(((first if last is None else last) - first) % 7 + 1))
    return _Hours(days, opens, closes if closes > opens else closes + _DAY)

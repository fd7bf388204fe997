"""Hours: those in which the law lets a contact take place, and those which the debtor called inconvenient."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.compliance.verify.clock import is_holiday, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.law import Window

__all__ = ["inconvenient", "inside"]

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
"""Minutes."""
_MINUTE = timedelta(minutes=1)
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
    if not all(_open(window, _clock(moment, zone)) for moment in _instants(at, until)):
        return False
    return at == until or _open(window, _clock(until, zone), ending=True)


def _open(window: Window, now: datetime, *, ending: bool = False) -> bool:
    """Tell whether a contact may go on at a local time, or if it is ``ending``, may end then.

    A day that is a holiday has no hours; midnight may be the end of the day before.
    """
    for day in (now.date(), now.date() - timedelta(days=1)):
        if window.holidays and is_holiday(day, window.holidays, window.holidays_added):
            continue
        for hours in window.hours:
            if day.weekday() not in hours.days:
                continue
            opening = datetime.combine(day, hours.open)
            closing = datetime.combine(day + timedelta(days=hours.close == time(0)), hours.close)
            if window.ends == "open":
                if opening < now < closing:
                    return True
            elif opening <= now < closing or (ending and now == closing):
                return True
    return False


def inconvenient(detail: str | None, zone: str, at: datetime, until: datetime) -> bool:
    """Tell whether a contact touches hours that the debtor called inconvenient; all are if they cannot be read."""
    spoken = _read(detail)
    return spoken is None or any(_unwelcome(spoken, _clock(moment, zone)) for moment in _instants(at, until))


def _unwelcome(spoken: tuple[_Hours, ...], now: datetime) -> bool:
    for back in (0, 1):
        midnight = datetime.combine(now.date() - timedelta(days=back), time())
        minutes = (now - midnight) / _MINUTE
        if any(midnight.weekday() in hours.days and hours.opens <= minutes < hours.closes for hours in spoken):
            return True
    return False


def _clock(moment: datetime, zone: str) -> datetime:
    return local(moment, zone).replace(tzinfo=None)


def _instants(at: datetime, until: datetime) -> Iterator[datetime]:
    """Return a contact's start and every full minute before its end: hours are told in minutes, in every zone."""
    yield at
    moment = at.replace(second=0, microsecond=0) + _MINUTE
    while moment < until:
        yield moment
        moment += _MINUTE


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

"""Local time, from the tzdata wheel alone: the system's zones and those built into polars can be years old.

Instants are whole microseconds since 1970 UTC, days are whole days since 1970 in local time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DAY", "SECOND", "Instants", "day_starts", "is_zone", "local_days", "offsets", "representatives", "segments"]

Instants: TypeAlias = npt.NDArray[np.int64]
SECOND = 1_000_000
DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
"""Outside these years the offset of the nearest one is taken; nothing is planned there."""


@cache
def is_zone(name: str) -> bool:
    """Tell whether the wheel knows a zone that says something of where one is.

    >>> is_zone("America/New_York"), is_zone("Etc/Unknown"), is_zone("../passwd")
    (True, False, False)
    """
    if not name or not name.replace("/", "").replace("_", "").replace("-", "").replace("+", "").isalnum():
        return False
    return files("tzdata.zoneinfo").joinpath(name).is_file()


@cache
def _zone(name: str) -> ZoneInfo:
    with files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _offset(name: str, at: datetime) -> timedelta:
    return at.astimezone(_zone(name)).utcoffset() or timedelta(0)


@cache
def _changes(name: str, year: int) -> tuple[tuple[int, int], ...]:
    """Return when in a UTC year the offset changes, and to what; the first entry is the year's beginning.

    Days are compared and the second of a change is found by halving; no zone has two changes within a day.
    """
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    before = _offset(name, day)
    found = [(_micros(day), before // timedelta(microseconds=1))]
    while day < end:
        after = _offset(name, day + timedelta(days=1))
        if after != before and day + timedelta(days=1) <= end:
            low, high = 0, 86_400
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(name, day + timedelta(seconds=middle)) == before:
                    low = middle
                else:
                    high = middle
            found.append((_micros(day + timedelta(seconds=high)), after // timedelta(microseconds=1)))
        before = after
        day += timedelta(days=1)
    return tuple(found)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _year(instant: int) -> int:
    year = 1970 + instant // (DAY * 1461 // 4)
    return min(max(year, _FIRST_YEAR), _LAST_YEAR)


def segments(name: str, first: int, last: int) -> tuple[Instants, Instants]:
    """Return the stretches of constant offset that cover [first, last].

    Returns
    -------
    tuple of arrays
        Where each stretch begins (the first reaches back for ever, the last on for ever), and its offset; in
        microseconds.
    """
    return _segments(name, _year(first) - 1, _year(last) + 1)


@cache
def _segments(name: str, first_year: int, last_year: int) -> tuple[Instants, Instants]:
    changes = [change for year in range(first_year, last_year + 1) for change in _changes(name, year)]
    kept = [change for index, change in enumerate(changes) if index == 0 or change[1] != changes[index - 1][1]]
    starts = np.array([start for start, _ in kept], dtype=np.int64)
    starts[0] = np.iinfo(np.int64).min // 4
    return starts, np.array([offset for _, offset in kept], dtype=np.int64)


def offsets(name: str, instants: Instants) -> Instants:
    """Return the offset from UTC at each instant, in microseconds.

    >>> summer_and_winter = np.array([1_783_000_000, 1_798_700_000]) * SECOND
    >>> (offsets("America/Vancouver", summer_and_winter) // SECOND // 3600).tolist()
    [-7, -7]
    """
    if instants.size == 0:
        return instants
    starts, values = segments(name, int(instants.min()), int(instants.max()))
    found: Instants = values[np.searchsorted(starts, instants, side="right") - 1]
    return found


def local_days(name: str, instants: Instants) -> Instants:
    """Return the local day of each instant."""
    days: Instants = np.floor_divide(instants + offsets(name, instants), DAY)
    return days


def day_starts(name: str, days: Instants) -> Instants:
    """Return the first instant of each local day (where midnight is skipped, the instant after the gap)."""
    if days.size == 0:
        return days
    wall = days * DAY
    starts, values = segments(name, int(wall.min()) - DAY, int(wall.max()) + DAY)
    ends = np.append(starts[1:], np.iinfo(np.int64).max)
    # The earliest instant of any stretch at which the wall clock shows this midnight or later.
    candidates = np.maximum(wall[:, None] - values[None, :], starts[None, :])
    candidates = np.where(candidates < ends[None, :], candidates, np.iinfo(np.int64).max)
    first: Instants = candidates.min(axis=1)
    return first


def representatives(names: Iterable[str], first: int, last: int) -> dict[str, str]:
    """Map zones that keep the same time from first to last to one of them, so that each time is computed once.

    >>> representatives(["America/Toronto", "America/New_York"], 1_780_000_000 * SECOND, 1_800_000_000 * SECOND)
    {'America/New_York': 'America/New_York', 'America/Toronto': 'America/New_York'}
    """
    known: dict[tuple[bytes, bytes], str] = {}
    found: dict[str, str] = {}
    for name in sorted(names):
        starts, values = segments(name, first, last)
        found[name] = known.setdefault((starts.tobytes(), values.tobytes()), name)
    return found

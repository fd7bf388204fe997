"""The local hour of the week, 0 (Monday 00:00) to 167 (Sunday 23:00), and 168 where the zone is not known.

Zones come from the ``tzdata`` wheel itself: polars compiles its own copy in, and ``zoneinfo`` prefers the system's;
both can be older than the change that matters (British Columbia stopped changing its clocks in November 2026).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HOURS", "UNKNOWN_HOUR", "known_zones", "week_hours"]

HOURS = 168
UNKNOWN_HOUR = HOURS

_STEP = 7 * 86_400
"""Seconds between looks at a zone's offset: no rule of any zone has lasted less than a week since 1970."""
_EPOCH_IS_THURSDAY = 72
"""Hours from Monday 00:00 to Thursday 00:00, the weekday on which Unix time begins."""
_FIRST, _LAST = 1970, 2200


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones that the ``tzdata`` wheel holds."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


def week_hours(at: pl.Series, zones: pl.Series) -> NDArray[np.int16]:
    """Return the local hour of the week of each instant.

    Parameters
    ----------
    at
        Instants (microseconds, UTC); no nulls.
    zones
        IANA name each; null or unknown gives ``UNKNOWN_HOUR``.

    Examples
    --------
    >>> at = pl.Series([datetime(2026, 11, 1, 5, 59, tzinfo=UTC), datetime(2026, 11, 1, 7, 0, tzinfo=UTC)])
    >>> week_hours(at, pl.Series(["America/New_York", "America/New_York"])).tolist()
    [145, 146]
    """
    seconds = at.cast(pl.Datetime("us", "UTC")).to_physical().to_numpy() // 1_000_000
    found = np.full(len(seconds), UNKNOWN_HOUR, dtype=np.int16)
    if not len(seconds):
        return found
    names = zones.cast(pl.String).rechunk().unique().drop_nulls().sort()
    names = names.filter(names.is_in(sorted(known_zones())))
    codes = zones.to_frame("zone").join(
        names.to_frame("zone").with_row_index("code"), on="zone", how="left", maintain_order="left"
    )["code"]
    code = codes.cast(pl.Int64).fill_null(-1).to_numpy()
    first = max(_FIRST, _year(int(seconds.min())))
    last = min(_LAST, _year(int(seconds.max())))
    for number, name in enumerate(names):
        mine = code == number
        starts, offsets = _offsets(name, first, last)
        here = seconds[mine]
        local = here + offsets[np.searchsorted(starts, here, side="right") - 1]
        found[mine] = (local // 3_600 + _EPOCH_IS_THURSDAY) % HOURS
    return found


@cache
def _offsets(zone: str, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return when each offset of a zone begins (Unix seconds, the first one open), and the offsets in seconds."""
    folder, _, name = zone.rpartition("/")
    package = ".".join(["tzdata.zoneinfo", *folder.split("/")] if folder else ["tzdata.zoneinfo"])
    with (files(package) / name).open("rb") as source:
        rules = ZoneInfo.from_file(source, key=zone)

    def offset(second: int) -> int:
        return int(datetime.fromtimestamp(second, rules).utcoffset().total_seconds())  # type: ignore[union-attr]

    begin = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()) - _STEP
    end = int(datetime(last + 1, 1, 1, tzinfo=UTC).timestamp()) + _STEP
    starts, offsets = [np.iinfo(np.int64).min], [offset(begin)]
    for later in range(begin + _STEP, end + 1, _STEP):
        new = offset(later)
        if new == offsets[-1]:
            continue
        low, high = later - _STEP, later
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        starts.append(high)
        offsets.append(new)
    return np.array(starts, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _year(second: int) -> int:
    return 1970 + second // 31_556_952

"""The month that is planned: it lies inside the weeks of a world, so that what changes there goes on changing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl
from timing_worlds.world import AS_OF, WEEKS, ZONES

if TYPE_CHECKING:
    import numpy as np
    from timing_worlds.answering import Tried
    from timing_worlds.world import World

__all__ = ["FIRST_WEEK", "HORIZON_DAYS", "MOST_ROUNDS", "begin_of", "in_week", "moments"]

FIRST_WEEK = 30
"""Worlds change up to about week 36: a month that begins here has as much of it as the log before."""
HORIZON_DAYS = 3
MOST_ROUNDS = 2 * (WEEKS - FIRST_WEEK)
"""Two rounds a week, from Monday and from Thursday."""
_MONDAY = AS_OF.replace(tzinfo=None, hour=0) - timedelta(weeks=WEEKS)
_SECOND_ROUND_DAY = 3


def begin_of(turn: int) -> datetime:
    """Return the moment at which a round is planned: midnight at the agency's."""
    days = 7 * (FIRST_WEEK + turn // 2) + _SECOND_ROUND_DAY * (turn % 2)
    return (_MONDAY + timedelta(days=days)).replace(tzinfo=ZoneInfo(ZONES[0])).astimezone(UTC)


def moments(world: World, tried: Tried) -> pl.Series:
    """Return the middle of the hour of each attempt (UTC)."""
    rows = pl.select(
        zone=pl.Series(ZONES).gather(world.zone[tried.person]),
        local=pl.lit(_MONDAY) + pl.duration(hours=pl.Series(tried.week * 168 + tried.hour), minutes=30),
    )
    of_zone = (
        pl.when(pl.col("zone") == zone).then(
            pl.col("local")
            .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
        )
        for zone in ZONES
    )
    return rows.select(at=pl.coalesce(of_zone)).to_series()


def in_week(zone: np.ndarray, at: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the week of the world and the hour of the week of moments (UTC), by the clocks of zones (numbers)."""
    rows = pl.DataFrame({"zone": pl.Series(ZONES).gather(zone), "at": at})
    local = pl.coalesce(
        pl.when(pl.col("zone") == name).then(pl.col("at").dt.convert_time_zone(name).dt.replace_time_zone(None))
        for name in ZONES
    )
    hours = rows.select(((local - pl.lit(_MONDAY)).dt.total_seconds() // 3600).cast(pl.Int64)).to_series().to_numpy()
    return hours // 168, hours % 168

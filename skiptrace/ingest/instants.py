"""Moments in time.

One without an offset is a moment only where a time zone is declared, and only if clocks there showed it exactly once.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.errors import SettingsError
from skiptrace.ingest.dates import date_order, read_dates

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["instants", "load_zone", "zone_name", "zone_names"]

_NO_OFFSET = "found a time without offset, expected RFC 3339 with offset (or a declared time_zone)"
_NO_TIME = "found a date without time, expected RFC 3339 with offset"
_NOT_A_TIME = "found text that is not a time, expected RFC 3339 with offset"
_IMPOSSIBLE = "impossible time: no such moment"
_SKIPPED = "impossible time: clocks in the declared time_zone skipped it"
_TWICE = "ambiguous time: clocks in the declared time_zone showed it twice; expected an offset"

_FORM = (
    r"^(?P<date>\S.*?)(?:(?:[Tt]\s*|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d+)?)?"
    r"\s*(?P<offset>[Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
_LAST_HOUR, _LAST_MINUTE = 23, 59
_FARTHEST_OFFSET_H = 15
"""No place on Earth is farther from UTC than 14 hours."""


def instants(
    values: pl.Series, time_zone: str | None, order: str | None, *, date_only: bool, twice_is_later: bool = False
) -> tuple[pl.Series, pl.Series]:
    """Read moments.

    Parameters
    ----------
    values
        As read (str): RFC 3339, a blank instead of the T allowed; other ways to write the date as in
        :mod:`skiptrace.ingest.dates`.
    time_zone
        IANA zone of times without offset; without it they are refused.
    order
        Declared order of day and month, otherwise deduced from the column.
    date_only
        Whether a date alone is taken as its first moment (in ``time_zone``, otherwise UTC).
    twice_is_later
        Whether a time that clocks showed twice is taken as the later of the two, rather than refused.

    Returns
    -------
    tuple of polars.Series
        Instants (UTC, microseconds), null where unreadable; and the problem of each (str), null where there is none.

    Examples
    --------
    >>> texts = pl.Series(["2026-03-05T10:00:00+08:00", "2026-03-05 10:00"])
    >>> read, problems = instants(texts, None, None, date_only=False)
    >>> read[0].isoformat(), problems[1][:27]
    ('2026-03-05T02:00:00+00:00', 'found a time without offset')
    """
    # The plain form first: nearly every file is written in it, and reading it is ten times faster.
    tidy = values.to_frame("v").select(pl.when(~pl.col("v").str.contains(":60", literal=True)).then(pl.col("v")))
    fast = tidy.to_series().str.to_datetime("%+", strict=False, time_unit="us", time_zone="UTC")
    if fast.null_count() == values.null_count():
        return fast.cast(INSTANT).alias(values.name), pl.Series([None], dtype=pl.String).new_from_index(0, values.len())
    rest = values.filter(fast.is_null() & values.is_not_null()).unique()
    slow = _read(rest, time_zone, order, date_only=date_only)
    if twice_is_later:
        slow = slow.with_columns(
            instant=pl.coalesce("instant", pl.when(pl.col("problem") == _TWICE).then("later")),
            problem=pl.when(pl.col("problem") != _TWICE).then("problem"),
        )
    joined = (
        pl.DataFrame({"text": values, "fast": fast})
        .join(slow, on="text", how="left", maintain_order="left")
        .select(
            pl.col("fast").fill_null(pl.col("instant")).cast(INSTANT).alias(values.name),
            pl.when(pl.col("fast").is_null()).then(pl.col("problem")).alias("problem"),
        )
    )
    return joined.to_series(0), joined.to_series(1)


def _read(texts: pl.Series, time_zone: str | None, order: str | None, *, date_only: bool) -> pl.DataFrame:
    parts = texts.alias("text").to_frame().with_columns(pl.col("text").str.extract_groups(_FORM).alias("p")).unnest("p")
    days = parts.get_column("date")
    dates = read_dates(days, order or date_order(days))
    parts = parts.with_columns(day=dates.get_column("date"), day_problem=dates.get_column("problem"))
    hour, minute, second = (pl.col(name).cast(pl.Int64, strict=False) for name in ("hour", "minute", "second"))
    clock_ok = (hour <= _LAST_HOUR) & (minute <= _LAST_MINUTE) & (second.fill_null(0) <= _LAST_MINUTE)
    micros = pl.col("fraction").str.slice(1, 6).str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(
        0
    ) + 1_000_000 * (second.fill_null(0) + 60 * (minute + 60 * hour)).fill_null(0)
    digits = pl.col("offset").str.replace_all(r"\D", "").str.pad_end(4, "0")
    away = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 60 + digits.str.slice(2, 2).cast(
        pl.Int64, strict=False
    )
    offset = (
        pl.when(pl.col("offset").str.contains(r"^[ZzU]"))
        .then(0)
        .when(pl.col("offset").str.starts_with("-"))
        .then(-away)
        .otherwise(away)
    )
    local = pl.col("day").cast(pl.Datetime("us")) + pl.duration(microseconds=micros)
    parts = parts.with_columns(offset_min=offset, local=local)
    timed = pl.col("hour").is_not_null()
    declared = pl.lit(time_zone is not None) | ~timed
    zone = time_zone or ("UTC" if date_only else None)
    found = parts.join(_on_the_clock(parts, zone), on="local", how="left", maintain_order="left").with_columns(
        by_offset=(pl.col("local") - pl.duration(minutes=pl.col("offset_min"))).dt.replace_time_zone("UTC")
    )
    problem = (
        pl.when(pl.col("day").is_null())
        .then(
            pl.when(pl.col("day_problem").str.contains("^(impossible|ambiguous)"))
            .then("day_problem")
            .otherwise(pl.lit(_NOT_A_TIME))
        )
        .when(timed & ~clock_ok | (pl.col("offset_min").abs() > _FARTHEST_OFFSET_H * 60))
        .then(pl.lit(_IMPOSSIBLE))
        .when(~timed & pl.lit(not date_only))
        .then(pl.lit(_NO_TIME))
        .when(pl.col("offset").is_null() & ~declared)
        .then(pl.lit(_NO_OFFSET))
        .when(pl.col("offset").is_null() & (pl.col("times_shown") != 1))
        .then(pl.when(pl.col("times_shown") == 0).then(pl.lit(_SKIPPED)).otherwise(pl.lit(_TWICE)))
    )
    return found.select(
        "text",
        pl.when(problem.is_null())
        .then(pl.when(pl.col("offset").is_null()).then(pl.col("in_zone")).otherwise(pl.col("by_offset")))
        .alias("instant"),
        problem.alias("problem"),
        "later",
    )


def _on_the_clock(parts: pl.DataFrame, zone: str | None) -> pl.DataFrame:
    """Return for each local time without offset the moment it was in the zone, and how many times clocks showed it.

    Polars carries time zones of its own, which can be older than the installed tzdata; so each distinct minute is asked
    of zoneinfo.
    """
    schema = {"local": pl.Datetime("us"), "in_zone": INSTANT, "later": INSTANT, "times_shown": pl.Int64()}
    if zone is None:
        return pl.DataFrame(schema=schema)
    times = parts.filter(pl.col("offset").is_null()).get_column("local").drop_nulls().unique()
    minutes = times.dt.truncate("1m").unique().to_list()
    clock = load_zone(zone)
    before = [_offset(clock, minute, fold=0) for minute in minutes]
    after = [_offset(clock, minute, fold=1) for minute in minutes]
    shown = [1 if one == other else 0 if one < other else 2 for one, other in zip(before, after, strict=True)]
    known = pl.DataFrame(
        {"minute": minutes, "away": before, "away_later": after, "times_shown": shown},
        schema={"minute": pl.Datetime("us"), "away": pl.Int64, "away_later": pl.Int64, "times_shown": pl.Int64},
    )
    return (
        times.to_frame("local")
        .with_columns(minute=pl.col("local").dt.truncate("1m"))
        .join(known, on="minute", how="left")
        .select(
            "local",
            *(
                (pl.col("local") - pl.duration(seconds=pl.col(away))).dt.replace_time_zone("UTC").alias(name)
                for name, away in (("in_zone", "away"), ("later", "away_later"))
            ),
            "times_shown",
        )
        .cast({"in_zone": INSTANT, "later": INSTANT, "times_shown": pl.Int64})
    )


def _offset(clock: ZoneInfo, local: dt.datetime, *, fold: int) -> int:
    away = local.replace(tzinfo=clock, fold=fold).utcoffset()
    return 0 if away is None else int(away.total_seconds())


@cache
def load_zone(name: str) -> ZoneInfo:
    """Return a time zone from the tzdata package, never from the system's, which can be stale.

    Raises
    ------
    SettingsError
        If there is no such zone.
    """
    try:
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as stream:
            return ZoneInfo.from_file(stream, key=name)
    except (OSError, ValueError) as error:
        raise SettingsError(f"ingest.time_zone: unknown time zone {name}, expected an IANA name") from error


def zone_name(text: str) -> str | None:
    """Return the IANA name that a text stands for, whatever its case and blanks; null if there is no such zone.

    Examples
    --------
    >>> zone_name("america/new york"), zone_name("Mars/Olympus")
    ('America/New_York', None)
    """
    return _by_lower_case().get(text.strip().replace(" ", "_").lower())


@cache
def zone_names() -> tuple[str, ...]:
    """Return the IANA names of the tzdata wheel, not of the system: what one machine knows, every machine must."""
    return tuple(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def _by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in zone_names()}

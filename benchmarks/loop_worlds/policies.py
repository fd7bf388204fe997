"""Ways to fill the same lines at the same lawful hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["RIVALS", "by_clock", "hour_rates", "lawful_slots"]

_PRIOR = 20.0
"""Attempts that the general rate counts for in the rate of an hour."""
_SLOT = "30m"


def lawful_slots(windows: pl.DataFrame, until: datetime, least_s: int) -> pl.DataFrame:
    """Cut OPENINGS of calls to debtors into half hours, each as far as it lies in them, and for ``least_s`` at least.

    Returns
    -------
    polars.DataFrame
        ``account_id``, ``contact_point``, ``channel``, ``party``, ``purpose``, ``time_zone``, ``slot`` (begin of the
        half hour), ``not_before``, ``not_after`` (UTC).
    """
    open_ = windows.filter((pl.col("channel") == "call") & (pl.col("party") == "debtor")).with_columns(
        not_after=pl.min_horizontal("not_after", pl.lit(until))
    )
    return (
        open_.filter(pl.col("not_before") < pl.col("not_after"))
        .with_columns(
            slot=pl.datetime_ranges(pl.col("not_before").dt.truncate(_SLOT), "not_after", _SLOT, closed="left")
        )
        .explode("slot")
        .with_columns(
            not_before=pl.max_horizontal("not_before", "slot"),
            not_after=pl.min_horizontal("not_after", pl.col("slot") + pl.duration(minutes=30)),
        )
        .filter(pl.col("not_after") - pl.col("not_before") >= pl.duration(seconds=least_s))
    )


def hour_rates(attempts: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """Return ``weekday``, ``hour`` (local, as believed) and ``rate``: how often calls of the log reached anybody."""
    calls = attempts.filter((pl.col("channel") == "call") & (pl.col("direction") == "outbound"))
    calls = by_clock(calls.join(zones, on="account_id"), "started_at").with_columns(
        hit=pl.col("outcome").is_in(["right_party", "promise_to_pay"])
    )
    mean = calls["hit"].mean()
    return calls.group_by("weekday", "hour").agg(rate=(pl.col("hit").sum() + _PRIOR * mean) / (pl.len() + _PRIOR))


def by_clock(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the rows with ``weekday`` and ``hour`` of a moment by the clock of their ``time_zone``."""
    parts = [
        part.with_columns(
            weekday=pl.col(name).dt.convert_time_zone(str(zone)).dt.weekday(),
            hour=pl.col(name).dt.convert_time_zone(str(zone)).dt.hour(),
        )
        for (zone,), part in sorted(rows.partition_by("time_zone", as_dict=True).items(), key=lambda one: str(one[0]))
    ]
    return pl.concat(parts) if parts else rows.with_columns(weekday=pl.lit(0, pl.Int8), hour=pl.lit(0, pl.Int8))


def _fill(slots: pl.DataFrame, room: int) -> pl.DataFrame:
    """Take slots in their order, each account once and each slot as often as there are lines."""
    account = slots["account_id"].rank("dense").to_list()
    slot = slots["slot"].to_physical().to_list()
    done: set[int] = set()
    left: dict[int, int] = {}
    taken = []
    for row, (who, when) in enumerate(zip(account, slot, strict=True)):
        if who not in done and left.setdefault(when, room) > 0:
            done.add(who)
            left[when] -= 1
            taken.append(row)
    return slots[taken]


def _best_lead(slots: pl.DataFrame) -> pl.DataFrame:
    return slots.filter(pl.col("lead") == pl.col("lead").max().over("account_id"))


def _best_hour(slots: pl.DataFrame, room: int) -> pl.DataFrame:
    """Call the best leads at the hours that reached most in the log, the next hour when one is full."""
    return _fill(_best_lead(slots).sort("lead", "rate", "lot", descending=[True, True, False]), room)


def _greedy(slots: pl.DataFrame, room: int) -> pl.DataFrame:
    """Call the likeliest first, by p_reach as learned."""
    return _fill(slots.sort("p_reach", "lot", descending=[True, False]), room)


def _random(slots: pl.DataFrame, room: int) -> pl.DataFrame:
    """Call accounts by lot, at an hour by lot, on their best lead."""
    return _fill(_best_lead(slots).sort("lot"), room)


def _truth(slots: pl.DataFrame, room: int) -> pl.DataFrame:
    """Call the likeliest first, by the truth: how well a round could be filled."""
    return _fill(slots.sort("chance", "lot", descending=[True, False]), room)


RIVALS: dict[str, Callable[[pl.DataFrame, int], pl.DataFrame]] = {
    "greedy": _greedy,
    "best hour": _best_hour,
    "random": _random,
    "truth": _truth,
}
"""From slots (with ``lead``, ``rate``, ``p_reach``, ``chance`` and a ``lot`` of their own) and lines to calls."""

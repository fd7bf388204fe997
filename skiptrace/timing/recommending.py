"""The call that a method would make next for each account, among those that could be made, and what it is worth.

What is chosen is a lead and a part of the week: Monday to Friday, Saturday or Sunday, by three hours. Each part stands
for the hour of it at which the log calls most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.timing.choosing import propensities
from skiptrace.timing.clock import HOURS, UNKNOWN_HOUR, week_hours
from skiptrace.timing.off_policy import clip_of, value_of

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import BacktestParams
    from skiptrace.timing.off_policy import Valued
    from skiptrace.timing.week import Floats

__all__ = ["calls_to_choose", "choices", "in_part", "value_of_best"]

_PART = 3
_SATURDAY, _SUNDAY = 5, 6
_CALLED = (8, 21)
"""Local hours in which a method may recommend a call whether or not the log ever called then."""
_RANKS = 4
"""Leads from this rank on are chosen alike."""
_SEEN = {"part": ("part",), "lead": ("contact_point",), "slot": ("contact_point", "part")}
_FACTORS = ("part", "lead", *(f"at_{name}" for name in _SEEN), "worked_last")
"""What the log is taken to choose by."""
_COUNTED = 3
"""More reaches or misses than these are taken alike."""
_TIES = 7
"""Digits to which slots tie: a method that knows no hour must not choose one by the last digit."""


def in_part(week_hour: str = "week_hour") -> pl.Expr:
    """Return the part of the week of a local hour of the week; null where that is not known.

    Examples
    --------
    >>> pl.DataFrame({"week_hour": [9, 33, 129, 168]}).select(in_part())["part"].to_list()
    [3, 3, 11, None]
    """
    hour = pl.when(pl.col(week_hour) != UNKNOWN_HOUR).then(pl.col(week_hour).cast(pl.Int64))
    day = hour // 24
    kind = pl.when(day < _SATURDAY).then(0).when(day < _SUNDAY).then(1).otherwise(2)
    return (kind * (24 // _PART) + hour % 24 // _PART).alias("part")


def calls_to_choose(leads: pl.DataFrame, log: pl.DataFrame, since: datetime) -> pl.DataFrame:
    """Return the calls that could be made.

    Parameters
    ----------
    leads
        Debtors' phones: ``account_id``, ``contact_point``, ``point_key``, ``rank``, ``zone``, ``p_owner``, ``p_live``.
    log
        Past calls: ``week_hour``.
    since
        The calls are in the week after this moment.

    Returns
    -------
    polars.DataFrame
        Grain: lead × part of the week, sorted. The lead's columns, ``part``, ``week_hour`` and ``at``.
    """
    waking = pl.DataFrame({"week_hour": range(HOURS)}).filter((pl.col("week_hour") % 24).is_between(*_CALLED, "left"))
    hours = (
        pl.concat([log.select(pl.col("week_hour").cast(pl.Int64)), waking])
        .filter(pl.col("week_hour") != UNKNOWN_HOUR)
        .with_columns(in_part())
        .group_by("part", "week_hour")
        .len()
        .sort("part", "len", "week_hour", descending=[False, True, False])
        .group_by("part", maintain_order=True)
        .agg(pl.col("week_hour").first())
    )
    return (
        leads.filter(pl.col("zone").is_not_null())
        .join(hours, how="cross")
        .join(_moments(leads["zone"], since), on=["zone", "week_hour"], how="inner")
        .sort("account_id", "rank", "contact_point", "part")
    )


def _moments(zones: pl.Series, since: datetime) -> pl.DataFrame:
    """Return a moment of each local hour of the week after ``since``, for each zone."""
    begin = since.replace(minute=59, second=0, microsecond=0)
    hourly = pl.datetime_range(begin, begin + timedelta(days=8), "1h", eager=True).cast(INSTANT).alias("at")
    both = zones.drop_nulls().unique().sort().to_frame("zone").join(hourly.to_frame(), how="cross")
    return (
        both.with_columns(week_hour=pl.Series(week_hours(both["at"], both["zone"])).cast(pl.Int64))
        .sort("zone", "at")
        .unique(["zone", "week_hour"], keep="first", maintain_order=True)
    )


def choices(slots: pl.DataFrame, calls: pl.DataFrame, past: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return each call that was made, beside those that could have been, with how likely the log was to choose each.

    Parameters
    ----------
    slots
        As of :func:`calls_to_choose`, with ``slot`` (their number).
    calls
        Calls to judge by: ``account_id``, ``contact_point``, ``at``, ``week_hour``, ``reached``. Those that are none of
        the slots are left out.
    past
        All calls, earlier ones too, in the same columns: what came of those in the same part of the week and on the
        same lead bears on what the log chooses.
    seed
        Of the folds in which propensities are told.

    Returns
    -------
    polars.DataFrame
        Grain: call × slot of its account: the columns that :func:`skiptrace.timing.off_policy.value_of` needs but
        ``planned`` and ``expected``, and ``slot``.
    """
    keys = ["account_id", "contact_point", "part"]
    made = (
        calls.with_columns(in_part())
        .join(slots.select(*keys, taken="slot"), on=keys)
        .sort("at", *keys, "taken")
        .with_row_index("decision")
        .select("decision", "account_id", "at", "reached", took="taken")
    )
    rows = made.join(slots.select(*keys, "rank", "slot"), on="account_id").with_columns(
        taken=pl.col("took") == pl.col("slot")
    )
    rows = _with_history(rows.sort("at"), past.with_columns(in_part()).sort("at", *keys)).sort("decision", "slot")
    return rows.with_columns(propensities(rows, _FACTORS, seed=seed)).select(
        "decision", "account_id", "taken", "reached", "propensity", "slot"
    )


def _with_history(rows: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Add what an agent may go by: what came of the account's calls before in that part, on that lead, and on both.

    Agents go back to the hour that worked last and to what ever worked, and leave the lead that failed most.
    """
    hit = pl.col("reached") == 1
    for name, by in _SEEN.items():
        seen = past.select(
            *("account_id", *by, "at"),
            pl.col("reached").alias(f"{name}_last"),
            hit.cum_sum().over("account_id", *by).alias(f"{name}_hits"),
            (~hit).cum_sum().over("account_id", *by).alias(f"{name}_misses"),
        )
        rows = _as_of(rows, seen, ["account_id", *by])
    worked = past.filter(hit).select("account_id", "at", worked="part")
    rows = _as_of(rows, worked, ["account_id"])
    misses = pl.col("lead_misses").fill_null(0)
    more = misses - misses.min().over("decision")
    # How many leads failed as seldom as the one that failed least.
    alike = (pl.col("contact_point").filter(more == 0).n_unique()).over("decision")
    return rows.with_columns(
        *(
            pl.concat_str(
                pl.col(f"{name}_last").cast(pl.Int8),
                pl.col(f"{name}_hits").clip(upper_bound=_COUNTED),
                pl.col(f"{name}_misses").clip(upper_bound=_COUNTED),
                separator=" ",
            ).alias(f"at_{name}")
            for name in _SEEN
        ),
        worked_last=pl.col("worked") == pl.col("part"),
        lead=pl.concat_str(
            pl.col("rank").clip(upper_bound=_RANKS),
            more.clip(upper_bound=_COUNTED),
            alike.clip(upper_bound=_COUNTED),
            separator=" ",
        ),
    )


def _as_of(rows: pl.DataFrame, seen: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return rows.join_asof(seen, on="at", by=by, strategy="backward", allow_exact_matches=False, check_sortedness=False)


def value_of_best(
    rows: pl.DataFrame,
    slots: pl.DataFrame,
    forecast: Floats,
    model: Floats,
    params: BacktestParams,
    *,
    usual: bool = False,
) -> Valued:
    """Return the value of calling each account where a forecast is highest.

    Parameters
    ----------
    rows
        As of :func:`choices`.
    slots
        As of :func:`calls_to_choose`.
    forecast, model
        By slot: what the method says, and the reward model of the doubly robust estimator.
    params
        Clip, and what a log must offer.
    usual
        Choose only among what the log chooses often enough to tell of.

    Notes
    -----
    Where slots tie, the lead that was believed in before any attempt goes first; where they still tie, the method has
    no opinion, and does as the log does.
    """
    says = slots.select(
        "slot",
        prior=(pl.col("p_owner") * pl.col("p_live")).round(_TIES),
        says=pl.Series(forecast).round(_TIES),
        expected=pl.Series(model),
    )
    enough = pl.col("propensity") * clip_of(rows, params) >= 1
    by = "decision"
    planned = (
        rows.join(says, on="slot", how="left", maintain_order="left")
        # Where nothing is usual, all is open.
        .with_columns(open=enough | ~enough.any().over(by) if usual else pl.lit(value=True))
        .with_columns(top=pl.when("open").then(pl.col("says") == pl.col("says").filter("open").max().over(by)))
        .with_columns(best=pl.col("top") & (pl.col("prior") == pl.col("prior").filter("top").max().over(by)))
        .with_columns(liked=pl.col("propensity") * pl.col("best").fill_null(value=False))
        .with_columns(planned=pl.col("liked") / pl.col("liked").sum().over(by))
    )
    return value_of(planned, params)

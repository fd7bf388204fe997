"""What simple methods may look at: of each attempt what was known before it, of each slot all that is known now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FEATURES", "WORDS", "table"]

WORDS = ("last_outcome", "last_outcome_here", "age_band", "employment_status", "product", "label")
"""Features that are words."""
FEATURES = (
    *("tries", "hits", "rate", "tries_here", "hits_here", "rate_here", "days_since", "days_since_hit"),
    *("weekday", "hour", "daypart", "tries_daypart", "hits_daypart", "rate_daypart", "hours_from_hit"),
    *("p_owner", "p_live", "prior", "numbers", "replies", "phoned_back", "pushed_away", *WORDS),
)
_REACHED = ("right_party", "promise_to_pay", "replied", "opted_out")
_UNKNOWN = ("human_unverified", "abandoned")
_STRENGTH = 5.0
"""Attempts that the general rate counts for in a person's rate."""
_SHORT_RING = 15.0


def table(folder: Path) -> pl.DataFrame:
    """Return FEATURES of all outbound calls whose outcome says yes or no, and of all slots to call.

    With ``account_id``, ``contact_point``, ``at``, ``hit`` (null: a slot) and ``slot`` (null: an attempt).
    """
    read = {name: pl.read_parquet(folder / f"{name}.parquet") for name in ("accounts", "points", "attempts", "slots")}
    log = read["attempts"].with_columns(at="started_at", word=pl.col("outcome"))
    called = (pl.col("channel") == "call") & (pl.col("direction") == "outbound")
    hit = pl.col("outcome").is_in(_REACHED)
    log = log.with_columns(
        hit=pl.when(called & ~pl.col("outcome").is_in(_UNKNOWN)).then(hit),
        reply=(~called & hit & (pl.col("direction") == "outbound")).cast(pl.Int32),
        inbound=(pl.col("direction") == "inbound").cast(pl.Int32),
        pushed=(called & ~hit & (pl.col("ring_s") < _SHORT_RING)).fill_null(value=False).cast(pl.Int32),
    )
    slots = read["slots"].filter(pl.col("channel") == "call")
    rows = pl.concat([log, slots], how="diagonal").with_columns(
        daypart=pl.col("hour").cast(pl.Int32) // 3,
        tried=pl.col("hit").is_not_null().cast(pl.Int32),
        yes=pl.col("hit").fill_null(value=False).cast(pl.Int32),
        reply=pl.col("reply").fill_null(0),
        inbound=pl.col("inbound").fill_null(0),
        pushed=pl.col("pushed").fill_null(0),
    )
    # Slots lie after every attempt.
    rows = rows.sort("at", "contact_point", maintain_order=True)
    general = log["hit"].mean()
    by = {"": ["account_id"], "_here": ["account_id", "contact_point"], "_daypart": ["account_id", "daypart"]}
    rows = rows.with_columns(
        *(
            (pl.col(column).cum_sum() - pl.col(column)).over(keys).alias(name + end)
            for end, keys in by.items()
            for name, column in (("tries", "tried"), ("hits", "yes"))
        ),
        *(
            (pl.col(column).cum_sum() - pl.col(column)).over("account_id").alias(name)
            for name, column in (("replies", "reply"), ("phoned_back", "inbound"), ("pushed_away", "pushed"))
        ),
        last_at=_last(pl.when(pl.col("word").is_not_null()).then("at")),
        hit_at=_last(pl.when(pl.col("yes") == 1).then("at")),
        hit_hour=_last(pl.when(pl.col("yes") == 1).then("hour")),
        last_outcome=_last(pl.col("word")),
        last_outcome_here=_last(pl.col("word"), "account_id", "contact_point"),
    )
    people = read["accounts"].select("account_id", "age_band", "employment_status", "product")
    points = read["points"].select("account_id", "contact_point", "label", "p_owner", "p_live")
    points = points.with_columns(numbers=pl.len().over("account_id"))
    gap = (pl.col("hour").cast(pl.Int32) - pl.col("hit_hour").cast(pl.Int32)).abs()
    return (
        rows.filter(pl.col("hit").is_not_null() | pl.col("slot").is_not_null())
        .join(people, on="account_id", how="left", maintain_order="left")
        .join(points, on=["account_id", "contact_point"], how="left", maintain_order="left")
        .with_columns(
            *(
                ((pl.col("hits" + end) + _STRENGTH * general) / (pl.col("tries" + end) + _STRENGTH)).alias("rate" + end)
                for end in by
            ),
            days_since=(pl.col("at") - pl.col("last_at")).dt.total_hours() / 24,
            days_since_hit=(pl.col("at") - pl.col("hit_at")).dt.total_hours() / 24,
            hours_from_hit=gap,
            prior=pl.col("p_owner") * pl.col("p_live"),
        )
        .select("account_id", "contact_point", "at", "hit", "slot", *FEATURES)
    )


def _last(value: pl.Expr, *by: str) -> pl.Expr:
    """Return the last value that is not null before the row."""
    return value.shift(1).forward_fill().over(by or ("account_id",))

"""What simple methods may look at: of a past attempt what was known before it, of a later one all that is known now."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from skiptrace.timing.clock import UNKNOWN_HOUR

__all__ = ["FEATURES", "WORDS", "Known", "feature_table"]

WORDS = ("channel", "last_outcome", "last_outcome_here", "age_band", "employment_status", "product", "label")
"""Features that are words."""
FEATURES = (
    *("tries", "hits", "rate", "tries_here", "hits_here", "rate_here", "days_since", "days_since_hit"),
    *("weekday", "hour", "daypart", "tries_daypart", "hits_daypart", "rate_daypart", "hours_from_hit"),
    *("p_owner", "p_live", "prior", "numbers", "replies", "phoned_back", "pushed_away", *WORDS),
)
_STRENGTH = 5.0
"""Attempts that the general rate counts for in a person's rate."""
_SHORT_RING = 15.0
"""Seconds: who rejects a call lets it ring for less."""
_DAYPART = 3
_BY = {"": ("account_id", "channel"), "_here": ("account_id", "channel", "point_key")}
_BY |= {"_daypart": ("account_id", "channel", "daypart")}


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that was known at a moment.

    Attributes
    ----------
    log
        Grain: attempt. ``account_id``, ``point_key``, ``channel``, ``at``, ``week_hour`` (local; 168: not known),
        ``outcome``, ``inbound``, ``ring_s``, ``reached`` (1.0, 0.0, null: not told).
    accounts
        Grain: account. ``account_id``, ``age_band``, ``employment_status``, ``product``.
    points
        Grain: account × point. ``account_id``, ``point_key``, ``label``, ``p_owner``, ``p_live`` (before any attempt
        was heard), ``numbers`` (how many the account has).
    """

    log: pl.DataFrame
    accounts: pl.DataFrame
    points: pl.DataFrame


def feature_table(known: Known, asked: pl.DataFrame) -> pl.DataFrame:
    """Return FEATURES of the log's attempts that tell, and of what is asked.

    Parameters
    ----------
    known
        All that was known.
    asked
        ``ask`` (its number), ``account_id``, ``point_key``, ``channel``, ``at`` (later than all of the log),
        ``week_hour``.

    Returns
    -------
    polars.DataFrame
        ``ask`` (null: an attempt of the log), ``account_id``, ``reached`` (null: asked), ``at`` and FEATURES. Nothing
        of what is asked has a part in the features of anything else.
    """
    rows = _counted(pl.concat([_heard(known.log), asked], how="diagonal"))
    general = rows.filter("tried").group_by("channel").agg(general=pl.col("reached").mean())
    owner, live = (pl.col(name).fill_null(0.5) for name in ("p_owner", "p_live"))
    return (
        rows.filter(pl.col("tried") | pl.col("ask").is_not_null())
        .join(general, on="channel", how="left", maintain_order="left")
        .join(known.accounts, on="account_id", how="left", maintain_order="left")
        .join(known.points, on=["account_id", "point_key"], how="left", maintain_order="left")
        .with_columns(pl.col("general").fill_null(0.0), pl.col("numbers").fill_null(0), p_owner=owner, p_live=live)
        .with_columns(
            *(
                ((pl.col("hits" + end) + _STRENGTH * pl.col("general")) / (pl.col("tries" + end) + _STRENGTH)).alias(
                    "rate" + end
                )
                for end in _BY
            ),
            days_since=(pl.col("at") - pl.col("last_at")).dt.total_seconds() / 86_400,
            days_since_hit=(pl.col("at") - pl.col("hit_at")).dt.total_seconds() / 86_400,
            hours_from_hit=(pl.col("hour") - pl.col("hit_hour")).abs(),
            prior=owner * live,
        )
        .select("ask", "account_id", "reached", "at", *FEATURES)
    )


def _heard(log: pl.DataFrame) -> pl.DataFrame:
    out, called = ~pl.col("inbound"), pl.col("channel") == "call"
    hit = pl.col("reached") == 1
    return log.with_columns(
        word=pl.col("outcome"),
        tried=out & pl.col("reached").is_not_null(),
        reply=~called & hit & out,
        phoned=pl.col("inbound"),
        pushed=called & ~hit & (pl.col("ring_s") < _SHORT_RING),
    )


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what came before each row; what is asked comes last and adds nothing."""
    known_hour = pl.when(pl.col("week_hour") != UNKNOWN_HOUR).then(pl.col("week_hour").cast(pl.Int64))
    flags = pl.col("tried", "reply", "phoned", "pushed").fill_null(value=False)
    rows = (
        rows.with_columns(flags, weekday=known_hour // 24, hour=known_hour % 24)
        .with_columns(daypart=pl.col("hour") // _DAYPART, yes=pl.col("tried") & (pl.col("reached") == 1))
        .with_columns(pl.col("yes").fill_null(value=False))
        .sort("at", "account_id", "point_key", "channel", "word", "ask", nulls_last=True, maintain_order=True)
    )
    return rows.with_columns(
        *(
            _before(column, keys).alias(name + end)
            for end, keys in _BY.items()
            for name, column in (("tries", "tried"), ("hits", "yes"))
        ),
        *(
            _before(column, ("account_id",)).alias(name)
            for name, column in (("replies", "reply"), ("phoned_back", "phoned"), ("pushed_away", "pushed"))
        ),
        last_at=_last(pl.when(pl.col("word").is_not_null()).then("at"), "account_id"),
        hit_at=_last(pl.when("yes").then("at"), "account_id"),
        hit_hour=_last(pl.when("yes").then("hour"), "account_id"),
        last_outcome=_last(pl.col("word"), "account_id"),
        last_outcome_here=_last(pl.col("word"), "account_id", "point_key"),
    )


def _before(column: str, keys: tuple[str, ...]) -> pl.Expr:
    count = pl.col(column).cast(pl.Int64)
    return (count.cum_sum() - count).over(keys)


def _last(value: pl.Expr, *by: str) -> pl.Expr:
    """Return the last value that is not null before the row."""
    return value.shift(1).forward_fill().over(by)

"""What simpler methods make of the same attempts: forecasts for our own to be held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.timing.logistic import by_logistic
from skiptrace.timing.rival_features import feature_table
from skiptrace.timing.trees import by_trees, trees_installed

if TYPE_CHECKING:
    from skiptrace.timing.rival_features import Known
    from skiptrace.timing.week import Floats

__all__ = ["RIVALS", "TREES", "forecast_rivals"]

TREES = "lightgbm"
RIVALS = {
    "cohort": "the rate of the channel and of age band, employment and product",
    "best hour": "the rate of the channel at that hour of the week, whoever is asked",
    "last hour": "the hour and contact point that worked the last time",
    "person": "each account's own rate on the channel, drawn to that of all (beta-binomial)",
    "logistic": "logistic regression with ridge on history, hour, contact point and account",
    TREES: "boosted trees on the same, if LightGBM is installed",
}
"""Each method, and what it goes by."""
_PRIOR = 20.0
"""Attempts that the channel's rate counts for in the rate of a group."""
_GROUPS = {
    "cohort": ("channel", "age_band", "employment_status", "product"),
    "best hour": ("channel", "weekday", "hour"),
    "last hour": ("channel", "worked", "same_hour", "same_point"),
}


def forecast_rivals(known: Known, asked: pl.DataFrame, seed: int) -> dict[str, Floats]:
    """Return each method's forecasts of what is asked, in the order asked.

    Parameters
    ----------
    known, asked
        As :func:`skiptrace.timing.rival_features.feature_table` takes them.
    seed
        Of what is drawn while trees grow.
    """
    table = feature_table(known, asked).with_columns(
        worked=pl.col("hits") > 0,
        same_hour=(pl.col("hours_from_hit") == 0).fill_null(value=False),
        same_point=pl.col("hits_here") > 0,
    )
    past = table.filter(pl.col("ask").is_null())
    wanted = table.filter(pl.col("ask").is_not_null()).sort("ask")
    general = past.group_by("channel").agg(general=pl.col("reached").mean())
    wanted = wanted.join(general, on="channel", how="left", maintain_order="left").with_columns(
        pl.col("general").fill_null(past["reached"].mean())
    )
    found = {name: _by_group(past, wanted, by) for name, by in _GROUPS.items()}
    found["person"] = _by_person(past, wanted)
    found["logistic"] = by_logistic(past, wanted)
    if trees_installed():
        found[TREES] = by_trees(past, wanted, seed)
    return found


def _by_group(past: pl.DataFrame, wanted: pl.DataFrame, by: tuple[str, ...]) -> Floats:
    counts = past.group_by(by).agg(yes=pl.col("reached").sum(), count=pl.len())
    joined = wanted.join(counts, on=by, how="left", nulls_equal=True, maintain_order="left")
    yes, count = pl.col("yes").fill_null(0), pl.col("count").fill_null(0)
    result: Floats = joined.select((yes + _PRIOR * pl.col("general")) / (count + _PRIOR)).to_series().to_numpy()
    return result


def _by_person(past: pl.DataFrame, wanted: pl.DataFrame) -> Floats:
    """Return each person's rate, drawn to the channel's as their spread demands (beta-binomial, by moments).

    E (hits - tries·mean)² = mean·(1 - mean)·Σ tries·(1 + (tries - 1)·rho) (Kleinman 1973); strength = 1/rho - 1.
    """
    counts = past.group_by("channel", "account_id").agg(yes=pl.col("reached").sum(), count=pl.len().cast(pl.Float64))
    mean = pl.col("yes").sum() / pl.col("count").sum()
    pairs = (pl.col("count") * (pl.col("count") - 1)).sum()
    apart = ((pl.col("yes") - pl.col("count") * mean) ** 2).sum() / (mean * (1 - mean)).clip(1e-6)
    rho = pl.when(pairs > 0).then((apart - pl.col("count").sum()) / pairs.clip(1)).otherwise(0.0).clip(1e-3, 0.9)
    strength = counts.sort("channel", "account_id").group_by("channel").agg(strength=1 / rho - 1)
    joined = wanted.join(counts, on=["channel", "account_id"], how="left", maintain_order="left").join(
        strength, on="channel", how="left", maintain_order="left"
    )
    yes, count, drawn = (pl.col(name).fill_null(0) for name in ("yes", "count", "strength"))
    rate = (yes + drawn * pl.col("general")) / (count + drawn)
    result: Floats = joined.select(pl.when(count + drawn > 0).then(rate).otherwise("general")).to_series().to_numpy()
    return result

"""What simple rules make of the same attempts: a probability for every slot to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from timing_worlds.features import table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RULES", "run"]

RULES = ("cohort", "best hour", "last hour", "person")
_PRIOR = 20.0
"""Attempts that the general rate counts for in the rate of a group."""
_COHORT = ("age_band", "employment_status", "product")
_LAST = ("worked", "same_hour", "same_point")


def run(folder: Path) -> None:
    """Leave ``<rule>.parquet`` with ``slot`` and ``p`` for each rule, and ``features.parquet`` for the peers."""
    rows = table(folder)
    rows.write_parquet(folder / "features.parquet")
    rows = rows.with_columns(
        worked=pl.col("hits") > 0,
        same_hour=(pl.col("hours_from_hit") == 0).fill_null(value=False),
        same_point=pl.col("hits_here") > 0,
    )
    past, asked = rows.filter(pl.col("hit").is_not_null()), rows.filter(pl.col("hit").is_null())
    groups = {"cohort": _COHORT, "best hour": ("weekday", "hour"), "last hour": _LAST}
    for rule, by in groups.items():
        rates = past.group_by(by).agg(p=(pl.col("hit").sum() + _PRIOR * past["hit"].mean()) / (pl.len() + _PRIOR))
        found = asked.join(rates, on=by, how="left", nulls_equal=True).with_columns(
            pl.col("p").fill_null(past["hit"].mean())
        )
        found.select("slot", "p").write_parquet(folder / f"{rule}.parquet")
    _by_person(past, asked).select("slot", "p").write_parquet(folder / "person.parquet")


def _by_person(past: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Return each person's rate, drawn to the general one as their spread demands (beta-binomial, by moments)."""
    counts = past.group_by("account_id").agg(hits=pl.col("hit").sum(), tries=pl.len())
    hits, tries = counts["hits"].cast(pl.Float64), counts["tries"].cast(pl.Float64)
    mean = hits.sum() / tries.sum()
    # E (hits - tries·mean)² = mean (1 - mean) · sum of tries · (1 + (tries - 1) · rho)
    pairs = (tries * (tries - 1)).sum()
    rho = (((hits - tries * mean) ** 2).sum() / (mean * (1 - mean)) - tries.sum()) / pairs
    strength = 1 / min(max(rho, 1e-3), 0.9) - 1
    rates = counts.select("account_id", p=(pl.col("hits") + strength * mean) / (pl.col("tries") + strength))
    return (
        asked.drop("hits", "tries").join(rates, on="account_id", how="left").with_columns(pl.col("p").fill_null(mean))
    )

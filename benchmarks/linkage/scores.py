"""Hold what a side found against the truth: pairs, clusters, merges within a household, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Quality", "clusters_f1", "matched", "measure", "true_pairs"]

_FLOOR = 0.01
"""Calibration is of pairs at or above this. Both sides look at far more pairs and write few of them below it."""
_SPLINKS_USUAL = 0.95


class Quality(NamedTuple):
    """How good one side's answer is on one world."""

    f1: float
    precision: float
    recall: float
    """Of pairs at the default threshold."""
    best: float
    """Pair F1 at the threshold that is best in hindsight."""
    clusters: float
    """F1 of the pairs within clusters."""
    kin: int | None
    """Pairs within clusters who share a household and are two people; null where the truth knows no household."""
    error: float
    """Expected calibration error in ten bins."""


def measure(folder: Path, side: str) -> Quality:
    """Measure what lies in the folder of a side (``ours`` or ``splink``) against ``truth.parquet`` beside it."""
    truth = pl.read_parquet(folder / "truth.parquet")
    pairs = _judged(pl.read_parquet(folder / side / "pairs.parquet"), truth)
    entities = pl.read_parquet(folder / side / "entities.parquet").join(truth, on="record_id")
    real = _true_count(truth)
    said = matched(pairs)
    right = int(said["same"].sum())
    together, same = _within(entities, ["entity_id"]), _within(entities, ["entity_id", "person"])
    kin = None
    if "household" in truth.columns:
        kin = _within(entities, ["entity_id", "household"]) - same
    return Quality(
        _f1(right, said.height, real),
        right / max(said.height, 1),
        right / real,
        _best(pairs, real),
        _f1(same, together, real),
        kin,
        _calibration_error(pairs),
    )


def clusters_f1(entities: pl.DataFrame, truth: pl.DataFrame) -> float:
    """Return the F1 of the pairs within entities; ``truth`` is ``record_id``, ``person``."""
    both = entities.join(truth, on="record_id")
    return _f1(_within(both, ["entity_id", "person"]), _within(both, ["entity_id"]), _within(both, ["person"]))


def matched(pairs: pl.DataFrame) -> pl.DataFrame:
    """Keep the pairs a side calls matches at its default threshold."""
    is_match = (
        pl.col("outcome") == "match" if "outcome" in pairs.columns else pl.col("match_probability") >= _SPLINKS_USUAL
    )
    return pairs.filter(is_match)


def true_pairs(truth: pl.DataFrame) -> pl.DataFrame:
    """Return every pair of records of one person, ``record_id_l`` < ``record_id_r``; of two files only across."""
    sides = truth.select("record_id", "person", *(["file"] if "file" in truth.columns else []))
    pairs = sides.join(sides, on="person", suffix="_r").filter(pl.col("record_id") < pl.col("record_id_r"))
    if "file" in truth.columns:
        pairs = pairs.filter(pl.col("file") != pl.col("file_r"))
    return pairs.select(pl.col("record_id").alias("record_id_l"), "record_id_r", "person")


def _true_count(truth: pl.DataFrame) -> int:
    whole = _within(truth, ["person"])
    return whole - _within(truth, ["person", "file"]) if "file" in truth.columns else whole


def _judged(pairs: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """Say of each pair whether it is one person."""
    person = truth.select("record_id", "person")
    return (
        pairs.join(person, left_on="record_id_l", right_on="record_id")
        .join(person, left_on="record_id_r", right_on="record_id", suffix="_r")
        .with_columns(same=pl.col("person") == pl.col("person_r"))
    )


def _within(frame: pl.DataFrame, keys: list[str]) -> int:
    """Count the pairs of rows that agree on the keys."""
    sizes = frame.group_by(keys).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _f1(right: int, said: int, real: int) -> float:
    return 2 * right / max(said + real, 1)


def _best(pairs: pl.DataFrame, real: int) -> float:
    """Return the best F1 over all thresholds on the match weight."""
    steps = pairs.group_by("match_weight").agg(pl.col("same").sum(), pl.len()).sort("match_weight", descending=True)
    f1 = 2 * steps["same"].cum_sum() / (steps["len"].cum_sum() + real)
    return float(f1.max() or 0)


def _calibration_error(pairs: pl.DataFrame) -> float:
    """Return the mean distance, weighted by pairs, of stated and true share of matches in ten bins of equal width."""
    kept = pairs.filter(pl.col("match_probability") >= _FLOOR)
    bins = kept.group_by((pl.col("match_probability") * 10).floor().clip(0, 9).alias("bin")).agg(
        stated=pl.col("match_probability").mean(), true=pl.col("same").mean(), pairs=pl.len()
    )
    return float(((bins["stated"] - bins["true"]).abs() * bins["pairs"]).sum() / max(kept.height, 1))

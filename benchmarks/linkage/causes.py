"""Where a side's errors come from: whom it took for one person, and what the pairs it missed look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from linkage.scores import matched, true_pairs
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["explain"]

_NEAR = 0.85
_SHOWN = 12
_SKIPPED = ("record_id", "updated", "state", "address_2")


def explain(folder: Path, side: str) -> str:
    """Return, as text, false matches by how the two people stand to each other and missed pairs by what differs."""
    truth = pl.read_parquet(folder / "truth.parquet")
    records = pl.concat(
        [
            pl.read_csv(path, infer_schema=False).rename({"rec_id": "record_id"}, strict=False)
            for path in sorted(folder.glob("records*.csv"))
        ]
    )
    pairs = pl.read_parquet(folder / side / "pairs.parquet").with_columns(
        pl.min_horizontal("record_id_l", "record_id_r").alias("record_id_l"),
        pl.max_horizontal("record_id_l", "record_id_r").alias("record_id_r"),
    )
    said = matched(pairs).select("record_id_l", "record_id_r")
    real = true_pairs(truth)
    false = said.join(real, on=["record_id_l", "record_id_r"], how="anti")
    missed = real.join(said, on=["record_id_l", "record_id_r"], how="anti")
    lines = [f"{side}: {false.height:,} false matches", *_tally(_relation(false, truth, records))]
    lines += [f"{side}: {missed.height:,} of {real.height:,} true pairs missed", *_tally(_fate(missed, pairs))]
    if missed.height:
        lines += ["  what differs, in the missed and in all true pairs:"]
        sample = real.sample(min(real.height, 20_000), seed=0)
        lines += _shares(_cells(missed, records), _cells(sample, records))
        lines += ["  the missed by fields (= equal, ~ alike, # other, . missing in one or both):"]
        lines += _tally(_cells(missed, records).select(pl.concat_str(pl.all(), separator=" ")).to_series())
    return "\n".join(lines)


def _tally(kinds: pl.Series) -> list[str]:
    counts = kinds.rename("kind").value_counts(sort=True).sort("count", "kind", descending=[True, False]).head(_SHOWN)
    return [f"{count:>10,}  {kind}" for kind, count in counts.iter_rows()]


def _fate(missed: pl.DataFrame, pairs: pl.DataFrame) -> pl.Series:
    """Say what became of each missed pair: never written (not compared, or far below), or what it was called."""
    called = pl.col("outcome") if "outcome" in pairs.columns else pl.lit("below the threshold")
    kept = pairs.select("record_id_l", "record_id_r", fate=called)
    found = missed.join(kept, on=["record_id_l", "record_id_r"], how="left")
    return found["fate"].fill_null("not among the pairs written")


def _both(pairs: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Put the columns of both records beside each pair, as ``x`` and ``x_r``."""
    left = pairs.select("record_id_l", "record_id_r").join(
        frame, left_on="record_id_l", right_on="record_id", how="left", maintain_order="left"
    )
    return left.join(frame, left_on="record_id_r", right_on="record_id", how="left", suffix="_r", maintain_order="left")


def _relation(false: pl.DataFrame, truth: pl.DataFrame, records: pl.DataFrame) -> pl.Series:
    """Say how the two people of a false match stand to each other."""
    known = _both(false, truth)
    cells = _cells(false, records)
    shared = pl.concat_str(
        *(
            pl.when(pl.col(name).str.ends_with("=")).then(pl.lit(f" {name}")).otherwise(pl.lit(""))
            for name in cells.columns
        )
    )
    strangers = "strangers with the same" + cells.select(shared).to_series()
    if "household" not in truth.columns:
        return strangers
    home = pl.col("household") == pl.col("household_r")
    roles = pl.concat_list("role", "role_r").list.sort().list.join(" and ")
    kin = (
        pl.when(pl.col("birth_true") == pl.col("birth_true_r"))
        .then(pl.lit("twins"))
        .when(pl.col("given_true") == pl.col("given_true_r"))
        .then("one name in one household: " + roles)
        .otherwise("one household: " + roles)
    )
    return (
        known.with_columns(strangers.alias("strangers"))
        .select(pl.when(home).then(kin).otherwise("strangers"))
        .to_series()
    )


def _cells(pairs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Mark each field of each pair: equal, alike, other, or missing."""
    names = [name for name in records.columns if name not in _SKIPPED]
    letters = pl.col(names).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    plain = records.select("record_id", letters).with_columns(pl.col("^phone$").str.tail(10))
    both = _both(pairs, plain)
    marks = []
    for name in names:
        left, right = both[name], both[f"{name}_r"]
        alike = process.cpdist(
            left.fill_null("").to_list(), right.fill_null("").to_list(), scorer=JaroWinkler.normalized_similarity
        )
        mark = (
            pl.when(left.is_null() | right.is_null())
            .then(pl.lit("."))
            .when(left == right)
            .then(pl.lit("="))
            .when(pl.Series(alike) >= _NEAR)
            .then(pl.lit("~"))
            .otherwise(pl.lit("#"))
        )
        marks.append((name + mark).alias(name))
    return pl.select(marks)


def _shares(missed: pl.DataFrame, sample: pl.DataFrame) -> list[str]:
    """Return a line a field: in how many per cent it is missing, alike, other, among the missed and among all."""
    lines = []
    for name in missed.columns:
        parts = []
        for mark, word in ((".", "missing"), ("~", "alike"), ("#", "other")):
            here, all_ = (100 * frame[name].str.ends_with(mark).mean() for frame in (missed, sample))
            parts.append(f"{word} {here:3.0f} ({all_:3.0f}) %")
        lines.append(f"    {name:<15} " + "  ".join(parts))
    return lines

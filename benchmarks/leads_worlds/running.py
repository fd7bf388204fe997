"""Take a world's files through our real path, from reading to leads, and say what each stage cost."""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.graph import trace
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import identify, trace_inputs

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from skiptrace.graph import TraceInputs

__all__ = ["Spent", "peak_megabytes", "run"]


class Spent(NamedTuple):
    """What our path cost."""

    link: float
    """Seconds to read, normalise and link."""
    trace: float
    """Seconds to trace."""
    megabytes: float
    """Peak of the process."""


def run(folder: Path, as_of: datetime, seed: int) -> Spent:
    """Leave ``leads.parquet``, and ``sightings.parquet``: what each account's own rows and linked records name."""
    terms = Terms(as_of=as_of, seed=seed)
    began = time.perf_counter()
    gathered = gather([folder / "batch"], None, terms)
    if gathered.rejected.height:
        raise SystemExit(f"{folder.name}: {gathered.rejected.height} rows rejected: {gathered.rejected['reason'][0]}")
    normalised, linked = identify(gathered.tables, gathered.history, terms)
    ready = time.perf_counter()
    inputs = trace_inputs(normalised, linked)
    leads = trace(inputs, as_of, terms.settings.trace).leads
    done = time.perf_counter()
    leads.filter(pl.col("kind") == "phone").write_parquet(folder / "leads.parquet")
    _sightings(inputs, gathered.tables["contact_points"]).write_parquet(folder / "sightings.parquet")
    return Spent(ready - began, done - ready, peak_megabytes())


def peak_megabytes() -> float:
    """Return the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def _sightings(known: TraceInputs, file: pl.DataFrame) -> pl.DataFrame:
    """Return ``account_id``, ``point_key``, ``row_id``, ``source``, ``last_seen``, ``place`` (order on file).

    Of the account itself and of the records that linkage put into its entity.
    """
    order = file.select("account_id", "value", place=pl.int_range(pl.len()))
    phones = known.points.filter(pl.col("kind") == "phone").select(
        "table", "record_id", "account_id", "point_key", "value", "source", "last_seen"
    )
    own = (
        phones.filter(pl.col("table") == "contact_points")
        .join(order, on=["account_id", "value"], how="left")
        .with_columns(source=pl.lit("accounts"))
    )
    ids = known.entities.select("source", "record_id", "entity_id")
    accounts = ids.filter(pl.col("source") == "accounts").select("entity_id", account_id="record_id")
    matched = (
        phones.filter(pl.col("table") == "records")
        .drop("account_id")
        .join(ids, on=["source", "record_id"])
        .join(accounts, on="entity_id")
        .with_columns(place=file.height + pl.col("record_id").rank("dense").cast(pl.Int64))
    )
    columns = ("account_id", "point_key", "record_id", "source", "last_seen", "place")
    return pl.concat([own.select(columns), matched.select(columns)], how="vertical_relaxed").rename(
        {"record_id": "row_id"}
    )

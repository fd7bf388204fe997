"""The files of a run, written into a staging folder; each returns how many rows it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.csv_files import write_csv
from skiptrace.contracts.outputs import LEADS_FILE, REJECTED, WITHHELD
from skiptrace.dialers import write_schedule
from skiptrace.graph import write_graphml
from skiptrace.pipeline.graphs import whole_graph
from skiptrace.pipeline.models import write_model

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.pipeline.understanding import Picture
    from skiptrace.planning import Plan

__all__ = ["write_lead_files", "write_plan_files", "write_rejected"]


def write_plan_files(plan: Plan, folder: Path) -> dict[str, int | None]:
    """Write the schedule in its three forms, and what was withheld."""
    write_schedule(plan.schedule, folder)
    write_csv(plan.withheld.select(list(WITHHELD.schema)), folder / "withheld.csv")
    height = plan.schedule.height
    return {
        "schedule.jsonl": height,
        "schedule.csv": height,
        "schedule.parquet": height,
        "withheld.csv": plan.withheld.height,
    }


def write_lead_files(picture: Picture, folder: Path) -> dict[str, int | None]:
    """Write leads, reach, pairs, entities, the model they were linked with, and the relationship graph."""
    leads = picture.learned.leads.select(list(LEADS_FILE.schema)).sort("account_id", "party", "kind", "rank")
    write_csv(leads, folder / "leads.csv")
    picture.learned.reach().sink_parquet(folder / "reach.parquet")
    picture.linked.pairs.write_parquet(folder / "pairs.parquet")
    picture.linked.entities.write_parquet(folder / "entities.parquet")
    model = write_model(picture.linked.model, folder)
    write_graphml(whole_graph(picture), folder / "graph.graphml")
    return {
        "leads.csv": leads.height,
        "reach.parquet": pl.scan_parquet(folder / "reach.parquet").select(pl.len()).collect().item(),
        "pairs.parquet": picture.linked.pairs.height,
        "entities.parquet": picture.linked.entities.height,
        "graph.graphml": None,
        **model,
    }


def write_rejected(rejected: pl.DataFrame, folder: Path) -> dict[str, int | None]:
    """Write the input rows that were not taken, by file and line."""
    rows = rejected.select(list(REJECTED.schema)).sort("file", "line", maintain_order=True)
    write_csv(rows, folder / "rejected.csv")
    return {"rejected.csv": rows.height}

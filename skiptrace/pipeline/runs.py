"""The main job: a batch goes in, a lawful, ranked schedule and its evidence come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.casefile.linkage import PORTFOLIO, keep_known
from skiptrace.contracts.outputs import WHOLE_ACCOUNT
from skiptrace.pipeline.desk import find_doubt
from skiptrace.pipeline.habits import keep_model
from skiptrace.pipeline.lawbook import used
from skiptrace.pipeline.manifest import reconcile, versions, write_manifest
from skiptrace.pipeline.outputs import write_lead_files, write_plan_files, write_rejected
from skiptrace.pipeline.pair_words import Evidence, tell_pair, without_values
from skiptrace.pipeline.planned import batch_id, make_plan
from skiptrace.pipeline.plans import keep_plan
from skiptrace.pipeline.release import staged
from skiptrace.pipeline.understanding import Picture, understand
from skiptrace.report import ReportInputs, write_report

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms
    from skiptrace.planning import Plan

__all__ = ["Summary", "run"]

TOP_REASONS = 8
"""Reasons shown in the terminal; withheld.csv has them all."""
DOUBTFUL_PAIRS = 6
"""Pairs of records shown on the page; `skiptrace review` shows the others."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a run did, for a person in the terminal or a program reading ``--json``."""

    batch_id: str
    as_of: datetime
    accounts: dict[str, int]
    rows_read: int
    rows_rejected: int
    leads: int
    found: int
    attempts: int
    by_channel: dict[str, int]
    expected: float
    reasons: list[tuple[str, int]]
    files: list[str]


def run(gathered: Gathered, casefile: Casefile | None, out: Path, terms: Terms) -> Summary:
    """Plan what was gathered, write every output, and keep the plan in the casefile.

    Raises
    ------
    PromiseBroken
        If a count does not add up or the re-check refuses a row; then nothing is released.
    UsageError
        If the outputs cannot be written; then nothing is released either.
    """
    picture = understand(gathered.tables, gathered.history, terms, gathered.judgements, gathered.known, gathered.model)
    name = batch_id(gathered.origin, terms)
    plan = make_plan(picture, gathered.set_aside, name, terms)
    reconciliation = reconcile(
        gathered.files, gathered.unread, picture.tables["accounts"], plan.schedule, plan.withheld
    )
    terms.on_stage("write")
    with staged(out) as folder:
        rows = (
            write_plan_files(plan, folder)
            | write_lead_files(picture, folder)
            | write_rejected(gathered.rejected, folder)
        )
        contents = _contents(picture, plan, name, reconciliation, gathered)
        report = ReportInputs(
            schedule=plan.schedule,
            withheld=plan.withheld,
            leads=picture.learned.leads,
            rejected=gathered.rejected,
            reach=pl.scan_parquet(folder / "reach.parquet"),
            attempts=picture.normalised.attempts,
            manifest=contents,
            as_of=terms.as_of,
            **_in_doubt(picture, gathered, terms),
        )
        write_report(report, folder / "report.html")
        manifest = write_manifest(folder, {**rows, "report.html": None}, terms, contents)
        if casefile is not None:  # before release: what goes out must be on record, so that law counts it
            _keep(casefile, picture, plan, manifest, terms)
    return _summary(picture, plan, manifest, out, terms)


def _contents(
    picture: Picture, plan: Plan, name: str, reconciliation: dict[str, Any], gathered: Gathered
) -> dict[str, Any]:
    return {
        "batch_id": name,
        "versions": versions(picture.rulebook),
        "rulebook": used(picture.rulebook),
        "reconciliation": {
            **reconciliation,
            "set_aside": gathered.set_aside.height,
            "conflicts": gathered.conflicts.height,
        },
        "model": {"link": picture.linked.diagnostics, "learn": picture.learned.diagnostics},
        "capacity": plan.diagnostics.get("capacity", {}),
        "optimality_gap": plan.diagnostics.get("optimality_gap"),
        "planning": {
            name: plan.diagnostics[name]
            for name in ("unit", "expected_contacts", "expected_value", "value", "bound", "dearest_slots")
            if name in plan.diagnostics
        },
    }


def _in_doubt(picture: Picture, gathered: Gathered, terms: Terms) -> dict[str, Any]:
    """Return what the page shows of pairs in doubt: ids, words and bars."""
    known = Evidence(
        people=picture.normalised.people,
        linked=picture.linked,
        judgements=gathered.judgements,
        params=terms.settings.link,
    )
    doubt = find_doubt(known, DOUBTFUL_PAIRS)
    known = known.among(doubt.pairs)
    told = [without_values(tell_pair(row, known.among(row))) for row in doubt.pairs.iter_slices(1)]
    return {"doubtful": told, "possible": doubt.possible}


def _keep(casefile: Casefile, picture: Picture, plan: Plan, manifest: dict[str, Any], terms: Terms) -> None:
    with casefile.open() as opened:
        keep_known(opened, PORTFOLIO, picture.relinked, terms.as_of)
        keep_model(opened, picture.learned.model)
        opened.replace("leads", picture.learned.leads)
        opened.replace("withheld", plan.withheld)
        number = keep_plan(opened, plan.schedule, picture.facts, picture.rulebook, manifest["batch_id"], terms)
        counts = {name: manifest["reconciliation"]["accounts"][name] for name in ("scheduled", "withheld")}
        done = {
            "plan": number,
            "batch_id": manifest["batch_id"],
            "seed": terms.seed,
            "rulebook": picture.rulebook.version,
            "accounts": counts,
            "attempts": plan.schedule.height,
            "schedule_sha256": manifest["files"]["schedule.jsonl"]["sha256"],
        }
        note(opened, "plan", terms.as_of, done)


def _summary(picture: Picture, plan: Plan, manifest: dict[str, Any], out: Path, terms: Terms) -> Summary:
    inputs = manifest["reconciliation"]["inputs"].values()
    leads = picture.learned.leads
    channels = plan.schedule.group_by("channel").len().sort("len", "channel", descending=[True, False])
    altogether = plan.withheld.filter(WHOLE_ACCOUNT)
    reasons = altogether.group_by("reason").len().sort("len", "reason", descending=[True, False]).head(TOP_REASONS)
    return Summary(
        batch_id=manifest["batch_id"],
        as_of=terms.as_of,
        accounts=manifest["reconciliation"]["accounts"],
        rows_read=sum(entry["read"] for entry in inputs),
        rows_rejected=sum(entry["rejected"] for entry in inputs),
        leads=leads.height,
        found=leads.filter(~pl.col("own").fill_null(value=False)).height,
        attempts=plan.schedule.height,
        by_channel=dict(channels.iter_rows()),
        expected=float(plan.schedule["p_reach"].sum()),
        reasons=list(reasons.iter_rows()),
        files=[str(out / name) for name in sorted([*manifest["files"], "manifest.json"])],
    )

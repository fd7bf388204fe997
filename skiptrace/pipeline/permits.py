"""A permit that was issued, explained from what its plan rested on: the same words whatever has come in since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace import __version__
from skiptrace.compliance import check, explain_permit, permit_ids
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.contracts.stages import CODED_ATTEMPTS, PROPOSALS
from skiptrace.errors import UsageError
from skiptrace.pipeline.plans import PLACEMENTS, KeptPlan, read_plan
from skiptrace.vocabulary import Direction

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.compliance import Facts

__all__ = ["explain_issued"]

Explanation = dict[str, Any]


def explain_issued(what: str, casefile: Casefile) -> Explanation | None:
    """Explain a permit or an attempt of any plan in the casefile; null if none goes by that name.

    It is judged again at the beginning of its window, as of its plan, by its plan's rulebook, on the facts that its
    plan rested on, with the plan's rows that begin before it counted as attempts of unknown outcome.

    Returns
    -------
    dict
        ``title``, ``sentences``, ``rows`` (one a provision: ``provision``, ``verdict``, ``found``, ``citation``,
        ``status``, ``text``), and ``permit``: everything else, ``matches`` (whether the id that follows from what is
        kept is the one issued) among it.

    Raises
    ------
    UsageError
        If the plan is older than the keeping of facts.
    RulebookError
        If this program cannot read the rulebook it was judged by.
    """
    with casefile.open(make=False) as opened:
        named = opened.read("placements", PLACEMENTS)
        found = named.filter((pl.col("permit_id") == what) | (pl.col("attempt_id") == what))
        if found.is_empty():
            return None
        placed = found.row(0, named=True)  # the first that was issued by this name
        if placed["plan"] is None:
            raise UsageError(f"{what}: its plan was made by a skiptrace that kept no facts with its plans; plan again")
        plan = read_plan(opened, placed["plan"])
    beside = named.filter((pl.col("plan") == plan.number) & (pl.col("attempt_id") != placed["attempt_id"]))
    return _explained(placed, plan, _with_own_rows(placed, beside, plan.facts))


def _with_own_rows(placed: dict[str, Any], beside: pl.DataFrame, facts: Facts) -> Facts:
    """Add the plan's rows that begin before this one: about all the person's debts, at their last moment."""
    begins = pl.col("not_before").str.to_datetime(time_zone="UTC")
    before = beside.filter(begins < datetime.fromisoformat(placed["not_before"]))
    person = pl.coalesce("person_id", "account_id").alias("person")
    accounts = facts.accounts.select("account_id", person)
    debts = accounts.group_by("person").agg(debt_ids=pl.col("account_id").sort())
    keys = facts.leads.select("account_id", "contact_point", "party", "point_key")
    rows = (
        before.join(keys, on=["account_id", "contact_point", "party"], how="left", maintain_order="left")
        .join(accounts.join(debts, on="person"), on="account_id", how="left", maintain_order="left")
        .with_columns(
            started_at=pl.col("not_after").str.to_datetime(time_zone="UTC").cast(INSTANT) - pl.duration(microseconds=1),
            direction=pl.lit(Direction.OUTBOUND.value),
        )
    )
    told = ("attempt_id", "account_id", "channel", "point_key", "started_at", "direction", "debt_ids")
    made = CODED_ATTEMPTS.conform(rows.select(told))
    return replace(facts, attempts=pl.concat([facts.attempts, made.select(facts.attempts.columns)]))


def _explained(placed: dict[str, Any], plan: KeptPlan, facts: Facts) -> Explanation:
    lead = facts.leads.filter(
        (pl.col("account_id") == placed["account_id"])
        & (pl.col("contact_point") == placed["contact_point"])
        & (pl.col("party") == placed["party"])
    )
    row = {
        **placed,
        "point_key": lead["point_key"][0] if lead.height else "",  # known to nobody
        "relation": lead["relation"][0] if lead.height else None,
        "at": datetime.fromisoformat(placed["not_before"]),
    }
    found: Any = explain_permit(row, facts, plan.rulebook, plan.as_of, plan.params)
    recomputed = _permit_id(row, plan, facts)
    matches = recomputed == placed["permit_id"]
    rows = [
        {name: entry.get(name) for name in ("provision", "verdict", "found", "citation", "status", "text")}
        for entry in found["checked"]
    ]
    permit = {
        "permit_id": placed["permit_id"],
        "recomputed": recomputed,
        "matches": matches,
        "plan": {
            "number": plan.number,
            "batch_id": plan.batch_id,
            "as_of": plan.as_of.isoformat(),
            "rulebook": plan.rulebook_version,
            "program": plan.program,
            "tzdata": plan.tzdata,
        },
        "placement": {name: placed[name] for name in SCHEDULE.schema},
        **{name: value for name, value in found.items() if name not in ("checked", "rulebook", "as_of")},
    }
    return {
        "title": f"permit {placed['permit_id']}: {placed['channel']} to the {placed['party'].replace('_', ' ')}",
        "sentences": list(_sentences(permit)),
        "rows": rows,
        "permit": permit,
    }


def _permit_id(row: dict[str, Any], plan: KeptPlan, facts: Facts) -> str:
    asked = PROPOSALS.conform(
        pl.DataFrame([{name: row.get(name) for name in PROPOSALS.schema}], schema=PROPOSALS.schema)
    )
    provisions = check(asked, facts, plan.rulebook, plan.as_of, plan.params)["all_provisions"]
    window = {
        name: pl.Series([datetime.fromisoformat(row[name])], dtype=INSTANT) for name in ("not_before", "not_after")
    }
    given = {name: [row[name]] for name in ("account_id", "contact_point", "channel", "party")}
    permitted = pl.DataFrame({**given, **window, "all_provisions": provisions})
    return str(permit_ids(permitted, plan.as_of, plan.rulebook_version).item())


def _sentences(permit: dict[str, Any]) -> list[str]:
    placed, plan, rests = permit["placement"], permit["plan"], permit["rests_on"] or {}
    consents = ", ".join(rests.get("consent_ids") or ()) or "none needed"
    where = "; ".join(
        f"{word} {', '.join(permit[name])}"
        for name, word in (("places", "places"), ("zones", "zones"))
        if permit.get(name)
    )
    return [
        (
            f"Who: account {placed['account_id']} at {placed['contact_point']}, for "
            f"{placed['purpose'].replace('_', ' ')}; attempt {placed['attempt_id']} of plan {plan['number']} "
            f"({plan['batch_id']})."
        ),
        *([f"Where: {where}."] if where else []),
        (
            f"When: it may start from {placed['not_before']} until just before {placed['not_after']} "
            f"({placed['time_zone']})."
        ),
        (
            f"Judged as of {plan['as_of']} by rulebook {plan['rulebook']} (skiptrace {plan['program']}, "
            f"tzdata {plan['tzdata']}): {permit['verdict']}."
        ),
        f"The contact point rests on: {rests.get('path') or 'nothing that is kept'}; consents: {consents}.",
        *(f"Duty: {duty['text']} ({duty['citation']})." for duty in permit["duties"]),
        _comparison(permit),
    ]


def _comparison(permit: dict[str, Any]) -> str:
    if permit["matches"]:
        return "The permit's id follows from what is kept."
    plan, installed = permit["plan"], (__version__, version("tzdata"))
    another = (plan["program"], plan["tzdata"]) != installed
    judged = f"; this is skiptrace {installed[0]} with tzdata {installed[1]}" if another else ""
    return f"THE PERMIT'S ID DOES NOT FOLLOW from what is kept: {permit['recomputed']} does{judged}."

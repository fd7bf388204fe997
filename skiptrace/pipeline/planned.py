"""From a picture to a plan that law has allowed row by row, and that a second reading of the law agrees with."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance import channels_counted, openings
from skiptrace.compliance.verify import verify
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import WITHHELD
from skiptrace.errors import PromiseBroken
from skiptrace.pipeline.treating import treated
from skiptrace.pipeline.unread import withheld_whole
from skiptrace.planning import Plan, PlanInputs, plan
from skiptrace.planning.rounds import round_so_far
from skiptrace.timing import draw_reach
from skiptrace.vocabulary import Direction

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture

__all__ = ["batch_id", "make_plan"]


def batch_id(origin: str, terms: Terms) -> str:
    """Return the name of a plan: the same for the same inputs, moment, seed and settings that plans depend on."""
    settings = terms.settings.model_dump_json(exclude={"backtest", "export"})
    parts = [origin, terms.as_of.isoformat(), str(terms.seed), settings]
    return "b" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def make_plan(picture: Picture, set_aside: pl.DataFrame, name: str, terms: Terms) -> Plan:
    """Plan, and have every row re-checked by the second implementation of the law.

    Parameters
    ----------
    picture
        What is known.
    set_aside
        Contact points of accepted accounts that could not be read: ``account_id``, ``value``, ``reason`` …; they
        are withheld with that reason.
    name
        The batch id.
    terms
        When, seed, settings.

    Raises
    ------
    PromiseBroken
        If the re-check refuses a row.
    SettingsError
        If a text, cadence or treatment of the user's cannot be used.
    """
    as_of, settings = terms.as_of, terms.settings
    how = treated(picture, terms)
    terms.on_stage("check")
    until = as_of + timedelta(days=settings.plan.horizon_days)
    opened = openings(picture.facts, picture.rulebook, as_of, until, settings.check)
    terms.on_stage("plan")
    inputs = PlanInputs(
        leads=picture.learned.leads,
        windows=how.without_held(opened.windows),
        barred=pl.concat(
            [
                opened.withheld,
                _unreadable(set_aside, picture.normalised.unreadable),
                WITHHELD.conform(withheld_whole(picture.facts.stops, picture.rulebook)),
                how.held,
            ]
        ),
        accounts=picture.tables["accounts"],
        p_reach=picture.learned.p_reach,
        attempted=_attempted(picture.facts.attempts, as_of),
        tried=round_so_far(picture.facts.attempts, as_of, settings.plan),
        p_draw=partial(draw_reach, picture.learned),
        batch_id=name,
        seed=terms.seed,
        rulebook_version=picture.rulebook.version,
        counted=channels_counted(picture.rulebook),
        treatment=how.treatment,
        cadences=how.cadences,
    )
    planned = plan(
        inputs, as_of, settings.plan, lambda proposals, also: picture.judge(proposals, also, terms, telling=False)
    )
    terms.on_stage("verify")
    findings = verify(planned.schedule, picture.facts, picture.rulebook, as_of, settings.check)
    if not findings.is_empty():
        first = findings.row(0, named=True)
        raise PromiseBroken(
            f"the re-check refuses {findings.height} of {planned.schedule.height} rows, "
            f"first {first['attempt_id']}: {first['provision']} ({first['reason']}); nothing was released"
        )
    return planned


def _attempted(attempts: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    now = pl.lit(as_of).cast(INSTANT)
    ours = (pl.col("direction") == Direction.INBOUND).not_().fill_null(value=True)
    return (
        attempts.filter(ours & (pl.col("started_at") <= now))
        .group_by("account_id")
        .agg(ago_s=(now - pl.col("started_at").max()).dt.total_seconds())
    )


def _unreadable(set_aside: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    """Return WITHHELD rows for contact points that could not be read, whichever stage found out."""
    channel = (
        pl.when(pl.col("kind") == "email")
        .then(pl.lit("email"))
        .when(pl.col("kind") == "address")
        .then(pl.lit("letter"))
    )
    kind = pl.when(pl.col("column").str.starts_with("email")).then(pl.lit("email")).otherwise(pl.lit("phone"))
    found = pl.concat(
        [
            set_aside.select(
                "account_id", "value", "reason", kind.alias("kind"), pl.col("file", "line").name.prefix("_")
            ),
            unread.filter(pl.col("table") == "contact_points").select(
                "account_id", "value", "reason", "kind", "_file", "_line"
            ),
        ]
    )
    rows = found.filter(pl.col("account_id").is_not_null()).select(
        "account_id",
        channel=channel.otherwise(pl.lit("call")),
        contact_point="value",
        reason=pl.concat_str("reason", pl.format(" ({} line {})", "_file", "_line"), ignore_nulls=True),
        provision=pl.lit("input"),
    )
    return WITHHELD.conform(rows.unique(maintain_order=True))

"""Take a world through ``learn`` as the pipeline would, and ask it for its slots."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from leads_worlds.running import peak_megabytes
from timing_worlds.world import AS_OF

from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS, PEOPLE
from skiptrace.settings import LearnParams, TraceParams
from skiptrace.timing import learn
from skiptrace.vocabulary import outcome_meanings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Spent", "coded", "leads", "people", "run"]

_CERTAIN = 1e-6


class Spent(NamedTuple):
    """What learning cost, and what asking for all slots did."""

    learn: float
    ask: float
    megabytes: float


def run(folder: Path) -> Spent:
    """Leave ``ours.parquet`` (by slot: ``p``, ``low``, ``high``), ``traced.parquet`` and ``learned.parquet``."""
    log = coded(pl.read_parquet(folder / "attempts.parquet"))
    traced = leads(pl.read_parquet(folder / "points.parquet"), log)
    debtors = people(pl.read_parquet(folder / "accounts.parquet"))
    slots = pl.read_parquet(folder / "slots.parquet").with_columns(party=pl.lit("debtor"))
    began = time.perf_counter()
    learned = learn(traced, log, debtors, AS_OF, LearnParams())
    ready = time.perf_counter()
    asked = learned.p_reach(slots.select("slot", "account_id", "contact_point", "channel", "party", "at"))
    done = time.perf_counter()
    asked.select("slot", p="p_reach", low="p_low", high="p_high").write_parquet(folder / "ours.parquet")
    columns = ("account_id", "contact_point", "kind", "p_owner", "p_live")
    traced.select(columns).write_parquet(folder / "traced.parquet")
    learned.leads.select(columns).write_parquet(folder / "learned.parquet")
    return Spent(ready - began, done - ready, peak_megabytes())


def people(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return PEOPLE: of what the creditor records, all that the table has a column for."""
    return PEOPLE.conform(
        accounts.with_columns(
            table=pl.lit("accounts"),
            record_id="account_id",
            source=pl.lit("accounts"),
            kind=pl.lit("person"),
            full_name=pl.lit("Ann Example"),
            birth_from=pl.date(pl.col("birth_year"), 1, 1),
            birth_to=pl.date(pl.col("birth_year"), 12, 31),
            country=pl.lit("US"),
        )
    ).select(*PEOPLE.columns)


def coded(attempts: pl.DataFrame) -> pl.DataFrame:
    """Return CODED_ATTEMPTS."""
    return CODED_ATTEMPTS.conform(attempts.with_columns(point_key="contact_point")).select(*CODED_ATTEMPTS.columns)


def leads(points: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """Return LEADS as trace hands them on: true priors, moved by what outcomes said plainly, by trace's own factors."""
    said = _said(log)
    p_owner = _moved(pl.col("p_owner"), pl.col("owner_nats"))
    return LEADS.conform(
        points.join(said, on=["account_id", "contact_point"], how="left", maintain_order="left")
        .with_columns(
            point_key="contact_point",
            p_owner=p_owner,
            p_live=_moved(pl.col("p_live"), pl.col("live_nats")),
            party=pl.lit("debtor"),
            path=pl.lit("on file"),
            record_ids=pl.concat_list("account_id"),
            consent_ids=pl.lit([], pl.List(pl.String)),
            own=pl.lit(value=True),
            line_type=pl.col("label").replace_strict({"mobile": "mobile", "home": "fixed"}, default=None),
            label=pl.when(pl.col("kind") == "phone").then("label"),
            zones=pl.when(pl.col("kind") == "phone")
            .then(pl.concat_list("zone"))
            .otherwise(pl.lit([], pl.List(pl.String))),
            places=pl.lit([], pl.List(pl.String)),
        )
        .with_columns(
            rank=(pl.col("p_owner") * pl.col("p_live")).rank("ordinal", descending=True).over("account_id", "kind")
        )
    ).select(*LEADS.columns)


def _said(log: pl.DataFrame) -> pl.DataFrame:
    """Return ``live_nats`` and ``owner_nats`` by account and point: of the latest run of outcomes that agree."""
    params = TraceParams()
    days = (pl.lit(AS_OF) - pl.col("started_at")).dt.total_seconds() / 86_400
    heard = log.join(outcome_meanings().select("outcome", "live", "owner"), on="outcome").with_columns(
        weight=2.0 ** (-days / params.outcome_half_life_days)
    )
    by, limit = ["account_id", "contact_point"], math.log(params.max_factor)
    found = log.select(by).unique()
    for sign, factor in (("live", params.live_factor), ("owner", params.owner_factor)):
        plain = heard.filter(pl.col(sign) != 0)
        plain = plain.with_columns(last=pl.col(sign).sort_by("started_at").last().over(by))
        other = pl.col("started_at").filter(pl.col(sign) != pl.col("last"))
        plain = plain.with_columns(turned=other.max().over(by))
        run = plain.filter((pl.col("started_at") > pl.col("turned")) | pl.col("turned").is_null())
        nats = (pl.col(sign) * pl.col("weight") * math.log(factor)).sum().clip(-limit, limit)
        found = found.join(run.group_by(by).agg(nats.alias(f"{sign}_nats")), on=by, how="left")
    return found


def _moved(probability: pl.Expr, nats: pl.Expr) -> pl.Expr:
    odds = (probability / (1 - probability)).log() + nats.fill_null(0.0)
    return (1 / (1 + (-odds).exp())).clip(_CERTAIN, 1 - _CERTAIN)

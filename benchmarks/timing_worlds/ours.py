"""Take a world through ``learn`` as the pipeline would, and ask it for its slots."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from leads_worlds.running import peak_megabytes
from timing_worlds.world import AS_OF

from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS, PEOPLE
from skiptrace.graph.learning import as_tries
from skiptrace.graph.outcomes import speaks_plainly, with_words, years_ago
from skiptrace.graph.states import beliefs, heard, owner_and_live, posterior, stated_shares
from skiptrace.settings import LearnParams, TraceParams
from skiptrace.timing import learn
from skiptrace.vocabulary import outcome_meanings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Spent", "coded", "leads", "people", "run"]


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
    """Return LEADS as trace hands them on: true priors, moved by what outcomes said plainly, as trace hears them."""
    return LEADS.conform(
        _after(points, log)
        .with_columns(
            point_key="contact_point",
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


def _after(points: pl.DataFrame, log: pl.DataFrame) -> pl.DataFrame:
    """Return the points with ``p_owner`` and ``p_live`` after plain outcomes, the true ones as ``prior_*``."""
    placed = points.with_row_index("place").rename({"p_owner": "prior_owner", "p_live": "prior_live"})
    plain = (
        log.join(outcome_meanings().select("outcome", "live", "owner"), on="outcome")
        .filter(speaks_plainly())
        .pipe(with_words, third=pl.lit(value=False), former=pl.lit(value=False))
        .filter(pl.col("word").is_not_null())
        .join(placed.select("place", "account_id", "contact_point"), on=["account_id", "contact_point"])
        .with_columns(years=years_ago(pl.col("started_at"), AS_OF))
    )
    prior = beliefs(placed["prior_owner"].to_numpy(), placed["prior_live"].to_numpy())
    said = heard(as_tries(plain, "place"), stated_shares(), placed.height, TraceParams().lost_per_year)
    p_owner, p_live = owner_and_live(posterior(prior, said))
    return placed.drop("place").with_columns(p_owner=pl.Series(p_owner), p_live=pl.Series(p_live))

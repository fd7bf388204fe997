"""What attempts said of contact points, in as far as an outcome speaks plainly.

Each outcome moves the odds by a Bayes factor, so the logarithms of the factors add up. They are summed as whole
micro-nats: sums of floats would depend on the order in which threads deliver the rows. Lines are cut off and handed on,
so only the latest run of outcomes that agree counts: what was answered before a disconnection says nothing of today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Party, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["NATS", "Spoken", "hear", "weighed"]

NATS = 1_000_000
"""Whole units to one nat of log-odds."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What outcomes said.

    Attributes
    ----------
    live
        Grain: point. ``live_nats`` (i64): for (+) or against (−) its working, whichever account asked.
    owner
        Grain: entity × point × party. ``owner_nats``: for or against its being that party's; said of the account's
        person, so that two accounts of one debtor share what was learned.
    last
        Grain: account × point. ``outcome`` and ``on`` (date) of the latest attempt that spoke plainly.
    """

    live: pl.DataFrame
    owner: pl.DataFrame
    last: pl.DataFrame


def hear(sighted: Sighted, attempts: pl.DataFrame, as_of: datetime, params: TraceParams) -> Spoken:
    """Gather what the attempts before ``as_of`` said of the points that are known."""
    accounts = sighted.people.filter(pl.col("table") == "accounts").select("record_id", "node", "entity")
    signs = outcome_meanings().select("outcome", "live", "owner")
    heard = (
        attempts.filter(pl.col("started_at") <= as_of)
        .select("attempt_id", "account_id", "point_key", "started_at", "outcome")
        .join(signs, on="outcome")
        .join(sighted.points.select("point", "point_key"), on="point_key")
        .join(accounts, left_on="account_id", right_on="record_id")
        .join(_reassigned(sighted), on=["node", "point"], how="left")
        .with_columns(weight=weighed(pl.col("started_at"), as_of, params))
    )
    # Whoever answered before a number was handed on was the former owner.
    before = (pl.col("started_at") <= pl.col("reassigned_on")).fill_null(value=False)
    debtor = pl.when(before & (pl.col("owner") > 0)).then(0).otherwise(pl.col("owner"))
    # Met at the point, the third party is at home there; a right party is the debtor, which says nothing of others.
    third = pl.when(pl.col("outcome") == "third_party").then(1).otherwise(pl.col("owner").clip(upper_bound=0))
    by_party = pl.concat(
        [
            heard.select("entity", "point", "started_at", "weight", sign=sign, party=pl.lit(party.value))
            for party, sign in ((Party.DEBTOR, debtor), (Party.THIRD_PARTY, third))
        ],
        how="vertical_relaxed",
    )
    return Spoken(
        live=_nats(heard.with_columns(sign="live"), ["point"], params.live_factor, params).rename(
            {"nats": "live_nats"}
        ),
        owner=_nats(by_party, ["entity", "point", "party"], params.owner_factor, params).rename({"nats": "owner_nats"}),
        last=heard.filter((pl.col("live") != 0) | (pl.col("owner") != 0) | (pl.col("outcome") == "third_party"))
        .sort("started_at", "attempt_id")
        .group_by("node", "point", maintain_order=True)
        .agg(pl.col("outcome").last(), on=pl.col("started_at").last().dt.date())
        .rename({"node": "account"}),
    )


def weighed(at: pl.Expr, as_of: datetime, params: TraceParams) -> pl.Expr:
    """Return the weight (0 to 1) of what was learned at an instant: half after each half-life."""
    days = (pl.lit(as_of) - at).dt.total_seconds().clip(lower_bound=0) / 86_400
    return 2.0 ** (-days / params.outcome_half_life_days)


def _nats(said: pl.DataFrame, by: list[str], factor: float, params: TraceParams) -> pl.DataFrame:
    """Return ``nats`` by ``by``: the latest run of agreeing ``sign``; of two opposite ones at one time, the bad one."""
    limit = round(math.log(params.max_factor) * NATS)
    sign, at = pl.col("sign"), pl.col("started_at")
    plain = said.filter(sign != 0)
    latest = plain.group_by(by).agg(good=at.filter(sign > 0).max(), bad=at.filter(sign < 0).max())
    superseded = pl.when(sign > 0).then(at <= pl.col("bad")).otherwise(at < pl.col("good")).fill_null(value=False)
    whole = (sign.cast(pl.Float64) * pl.col("weight") * (math.log(factor) * NATS)).round().cast(pl.Int64)
    return plain.join(latest, on=by).filter(~superseded).group_by(by).agg(nats=whole.sum().clip(-limit, limit))


def _reassigned(sighted: Sighted) -> pl.DataFrame:
    return (
        sighted.sightings.filter(pl.col("table") == "accounts", pl.col("reassignment_result") == "reassigned")
        .group_by("node", "point")
        .agg(reassigned_on=pl.col("reassignment_checked_on").max())
    )

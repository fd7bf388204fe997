"""The edges of the graph: who has which point, works where, is related to whom, lives with whom, shares a phone.

An edge that many would share is left out by counting first, so that a tower of 100,000 flats costs one aggregation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import RELATIONSHIPS
from skiptrace.graph.belief import agreement, known_strangers, latest_check, p_owner
from skiptrace.graph.sightings import faded

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["relate"]

_EDGE = ["from", "edge", "to_id"]


def relate(sighted: Sighted, believed: pl.DataFrame, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    """Draw every edge.

    Parameters
    ----------
    sighted
        Who names what.
    believed
        Leads as :func:`skiptrace.graph.leads.believe` weighs them: the same edge has the same probability in both.
    as_of, params
        When, and what is stated.

    Returns
    -------
    polars.DataFrame
        RELATIONSHIPS, sorted by its key.
    """
    names = sighted.people.select(pl.col("entity").alias("from"), from_id="entity_id").unique()
    has = _has(sighted, believed, as_of, params)
    edges = pl.concat(
        [
            has.drop("company"),
            _works_at(sighted, as_of, params),
            _disclosed(sighted, params),
            *(_shared(has, sighted, edge, params) for edge in ("same_household", "shares_phone")),
        ],
        how="diagonal",
    )
    return (
        RELATIONSHIPS.conform(edges.join(names, on="from"))
        .select(RELATIONSHIPS.schema.keys())
        .sort("from_id", "edge", "to_id")
    )


def _provenance() -> list[pl.Expr]:
    return [
        pl.col("source").unique().sort().alias("sources"),
        pl.col("row_id").unique().sort().alias("record_ids"),
        pl.col("consent_id").drop_nulls().unique().sort().alias("consent_ids"),
        pl.min_horizontal(pl.col("first_seen").min(), pl.col("last_seen").min()).alias("first_seen"),
        pl.max_horizontal(pl.col("first_seen").max(), pl.col("last_seen").max()).alias("last_seen"),
    ]


def _has(sighted: Sighted, believed: pl.DataFrame, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    """Return the edges from entities to contact points, and ``company`` (bool) of the entity.

    Those that no lead is about are as likely as sightings alone make them.
    """
    by = ["from", "edge", "point"]
    edge = (
        pl.when(pl.col("kind") == "phone")
        .then(pl.lit("has_phone"))
        .when(pl.col("kind") == "email")
        .then(pl.lit("has_email"))
        .when(pl.col("label").eq_missing("work"))
        .then(pl.lit("works_at"))
        .otherwise(pl.lit("lives_at"))
    )
    seen = sighted.sightings.with_columns(pl.col("entity").alias("from"), edge=edge)
    weighed = believed.group_by("point", pl.col("about").alias("from")).agg(pl.col("p_owner").max())
    company = sighted.people.select(pl.col("entity").alias("from"), "company").unique()
    return (
        seen.group_by(by)
        .agg(*_provenance())
        .join(latest_check(seen, by), on=by, how="left")
        .join(agreement(seen, by), on=by)
        .join(sighted.points.select("point", "point_key", "kind", "share", "sharers", "entities"), on="point")
        .join(weighed, on=["from", "point"], how="left")
        .join(company, on="from")
        .with_columns(strangers=known_strangers(pl.lit(1)))
        .with_columns(probability=pl.coalesce("p_owner", p_owner(as_of, params)))
        .select(
            *("from", "edge", "company", "sources", "record_ids", "consent_ids", "first_seen", "last_seen"),
            "probability",
            to_id="point_key",
            to_type="kind",
        )
    )


def _works_at(sighted: Sighted, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    seen = (
        sighted.people.filter(pl.col("employer_key").is_not_null(), ~pl.col("company"))
        .rename({"record_id": "row_id", "observed_on": "last_seen", "employer_key": "to_id"})
        .with_columns(
            pl.col("entity").alias("from"),
            edge=pl.lit("works_at"),
            first_seen=pl.lit(None, pl.Date),
            trust=pl.when(pl.col("table") == "accounts")
            .then(params.prior_own)
            .when(pl.col("table") == "relations")
            .then(params.prior_relation)
            .otherwise(params.prior_record),
            left=faded(as_of, params.owner_half_life_days, params.owner_stale_share, params),
        )
    )
    return (
        seen.group_by(_EDGE)
        .agg(*_provenance())
        .join(agreement(seen, _EDGE), on=_EDGE)
        .with_columns(to_type=pl.lit("company"), probability=pl.col("agreed").round(6))
        .drop("agreed")
    )


def _disclosed(sighted: Sighted, params: TraceParams) -> pl.DataFrame:
    accounts = sighted.people.filter(pl.col("table") == "accounts").select(
        pl.col("entity").alias("from"), account_id="record_id"
    )
    seen = (
        sighted.people.filter(pl.col("table") == "relations")
        .join(accounts, on="account_id")
        # Debtor and third party in one entity is a doubt about the linkage, not a tie of anybody to himself.
        .filter(pl.col("entity") != pl.col("from"))
        .select(
            "from",
            "source",
            "consent_id",
            "company",
            edge="relation",
            to_id="entity_id",
            row_id="record_id",
            first_seen=pl.lit(None, pl.Date),
            last_seen=pl.lit(None, pl.Date),
            trust=pl.lit(params.prior_relation),
            left=pl.lit(1.0),
        )
    )
    return (
        seen.group_by(_EDGE)
        .agg(*_provenance(), pl.col("company").any())
        .join(agreement(seen, _EDGE), on=_EDGE)
        .with_columns(
            to_type=pl.when("company").then(pl.lit("company")).otherwise(pl.lit("person")),
            probability=pl.col("agreed").round(6),
        )
        .drop("agreed", "company")
    )


def _shared(has: pl.DataFrame, sighted: Sighted, edge: str, params: TraceParams) -> pl.DataFrame:
    """Return the edges between entities that have one address (persons only) or one phone.

    The edge is as likely as both having the point; of several points the likeliest counts.
    """
    rests_on = {"same_household": "lives_at", "shares_phone": "has_phone"}[edge]
    both = has.filter(pl.col("edge") == rests_on)
    if edge == "same_household":
        both = both.filter(~pl.col("company"))
    both = both.filter(pl.len().over("to_id").is_between(2, params.max_sharing)).drop("edge", "to_type")
    names = sighted.people.select("entity", "entity_id", "company").unique()
    lists = ("sources", "record_ids", "consent_ids")
    return (
        both.join(both, on="to_id", suffix="_r")
        .filter(pl.col("from") < pl.col("from_r"))
        .with_columns(
            *(pl.concat_list(name, f"{name}_r").alias(name) for name in lists),
            first_seen=pl.min_horizontal("first_seen", "first_seen_r"),
            last_seen=pl.max_horizontal("last_seen", "last_seen_r"),
            probability=(pl.col("probability") * pl.col("probability_r")).round(6),
        )
        .group_by("from", "from_r")
        .agg(
            *(pl.col(name).list.explode(keep_nulls=False, empty_as_null=False).unique().sort() for name in lists),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            pl.col("probability").max(),
        )
        .join(names, left_on="from_r", right_on="entity")
        .select(
            *("from", *lists, "first_seen", "last_seen", "probability"),
            edge=pl.lit(edge),
            to_id="entity_id",
            to_type=pl.when("company").then(pl.lit("company")).otherwise(pl.lit("person")),
        )
    )

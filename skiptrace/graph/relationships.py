"""The edges of the graph: who has which point, works where, is related to whom, lives with whom, shares a phone.

An edge that many would share is left out by counting first, so that a tower of 100,000 flats costs one aggregation.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import RELATIONSHIPS
from skiptrace.graph.belief import agreement, faded, known_strangers, latest_check, p_owner
from skiptrace.graph.rows import first_of, lists_of

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["relate"]

_TOGETHER = 300_000
"""Sightings looked at together: memory stays bounded."""


def relate(sighted: Sighted, believed: pl.DataFrame, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    """Draw every edge.

    Parameters
    ----------
    sighted
        Who names what.
    believed
        Grain: lead. ``about`` (whose point it would be), ``point``, ``p_owner``: the same edge has the same probability
        in both.
    as_of, params
        When, and what is stated.

    Returns
    -------
    polars.DataFrame
        RELATIONSHIPS, sorted by its key.
    """
    names = first_of(sighted.people, "entity", "entity_id", "company")
    bounds = _bounds(sighted)
    has = [_has(sighted, believed, span, as_of, params) for span in pairwise(bounds)]
    shareable = pl.concat(part.filter(pl.col("entities") > 1) for part in has)
    others = pl.concat(
        [
            _works_at(sighted, as_of, params),
            _disclosed(sighted, params),
            *(_shared(shareable, names, edge, params) for edge in ("same_household", "shares_phone")),
        ],
        how="diagonal",
    )
    named = names.select(pl.col("entity").alias("from"), from_id="entity_id")
    ordered = []
    for begin, end in pairwise(bounds):
        theirs = others.filter(pl.col("from").is_between(begin, end, closed="left"))
        both = pl.concat([has.pop(0), theirs], how="diagonal").join(named, on="from")
        # Entities are numbered in the order of their ids.
        ordered.append(RELATIONSHIPS.conform(both.sort("from", "edge", "to_id")).select(RELATIONSHIPS.schema.keys()))
    return pl.concat(ordered)


def _bounds(sighted: Sighted) -> list[int]:
    """Return the numbers of entities at which those that are looked at together begin, and one beyond the last."""
    end = 1 + sighted.people.select(pl.col("entity").max().fill_null(0)).item()
    return [*range(0, end, max(end * _TOGETHER // max(sighted.sightings.height, 1), 1)), end]


def _tied(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Sort rows by ``from`` and what else makes an edge, and number the edges: ``tie``."""
    return rows.sort("from", *by).with_columns(tie=pl.struct("from", *by).rle_id())


def _provenance(rows: pl.DataFrame) -> pl.DataFrame:
    """Return by ``tie`` what the rows say of its source, and when it was seen."""
    first, last = pl.col("first_seen"), pl.col("last_seen")
    lists = {"sources": "source", "record_ids": "row_id", "consent_ids": "consent_id"}
    seen = rows.group_by("tie").agg(
        first_seen=pl.min_horizontal(first.min(), last.min()), last_seen=pl.max_horizontal(first.max(), last.max())
    )
    return lists_of(rows, "tie", lists).join(seen, on="tie")


def _has(
    sighted: Sighted, believed: pl.DataFrame, span: tuple[int, int], as_of: datetime, params: TraceParams
) -> pl.DataFrame:
    """Return the edges from a span of entities to contact points, and how many ``entities`` name each.

    Those that no lead is about are as likely as sightings alone make them.
    """
    edge = (
        pl.when(pl.col("kind") == "phone")
        .then(pl.lit("has_phone"))
        .when(pl.col("kind") == "email")
        .then(pl.lit("has_email"))
        .when(pl.col("label").eq_missing("work"))
        .then(pl.lit("works_at"))
        .otherwise(pl.lit("lives_at"))
    )
    points = sighted.points.select("point_key", "kind", "share", "sharers", "entities")
    rows = sighted.sightings.filter(pl.col("entity").is_between(*span, closed="left")).rename({"entity": "from"})
    seen = _tied(rows.with_columns(points["kind"][rows["point"]]).with_columns(edge=edge), "point", "edge")
    ties = first_of(seen, "tie", "from", "edge", "point")
    about = pl.col("about").alias("from")
    weighed = believed.filter(about.is_between(*span, closed="left")).group_by("point", about)
    return (
        pl.concat([ties, points[ties["point"]]], how="horizontal")
        .join(_provenance(seen), on="tie")
        .join(latest_check(seen, "tie"), on="tie", how="left")
        .join(agreement(seen, "tie"), on="tie")
        .join(weighed.agg(pl.col("p_owner").max()), on=["from", "point"], how="left")
        .with_columns(strangers=known_strangers(pl.lit(1)))
        .with_columns(probability=pl.coalesce("p_owner", p_owner(as_of, params)))
        .select(
            *("from", "edge", "sources", "record_ids", "consent_ids", "first_seen", "last_seen"),
            *("probability", "entities"),
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
    return _agreed(_tied(seen, "edge", "to_id").with_columns(to_type=pl.lit("company")))


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
            edge="relation",
            to_id="entity_id",
            to_type=pl.when("company").then(pl.lit("company")).otherwise(pl.lit("person")),
            row_id="record_id",
            first_seen=pl.lit(None, pl.Date),
            last_seen=pl.lit(None, pl.Date),
            trust=pl.lit(params.prior_relation),
            left=pl.lit(1.0),
        )
    )
    return _agreed(_tied(seen, "edge", "to_id"))


def _agreed(seen: pl.DataFrame) -> pl.DataFrame:
    """Return the edges that rows agree on, as likely as their sources together make them."""
    return (
        first_of(seen, "tie", "from", "edge", "to_id", "to_type")
        .join(_provenance(seen), on="tie")
        .join(agreement(seen, "tie"), on="tie")
        .with_columns(probability=pl.col("agreed").round(6))
        .drop("agreed", "tie")
    )


def _shared(has: pl.DataFrame, names: pl.DataFrame, edge: str, params: TraceParams) -> pl.DataFrame:
    """Return the edges between entities that have one address (persons only) or one phone.

    The edge is as likely as both having the point; of several points the likeliest counts.
    """
    rests_on = {"same_household": "lives_at", "shares_phone": "has_phone"}[edge]
    both = has.filter(pl.col("edge") == rests_on)
    if edge == "same_household":
        both = both.join(names.filter("company").select(pl.col("entity").alias("from")), on="from", how="anti")
    both = both.filter(pl.len().over("to_id").is_between(2, params.max_sharing)).drop("edge", "to_type", "entities")
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

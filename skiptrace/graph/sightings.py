"""Number what is known.

A node for each row that names a person, a point for each contact point, a sighting for each row that puts the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.belief import faded, p_live
from skiptrace.graph.rows import first_of

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.tables import TraceInputs
    from skiptrace.settings import TraceParams

__all__ = ["OWN_FILE", "Sighted", "sight", "with_entity"]

OWN_FILE = "accounts"
"""Source of a contact point that names none."""

_FILLER_MAILBOX = (
    r"^(test\d*|none|na|n\.a|no|noemail|nomail|nobody|no-?reply|unknown|null|nil|abc\d*|asdf\w*|x{2,}|a{2,}|invalid|"
    r"dummy|fake|example|email|mail|notprovided|notavailable)@"
)
_FILLER_NUMBER = rf"({'|'.join(f'{digit}{{7}}' for digit in range(10))}|1234567)$"

_SERVICE_LINES = ("toll_free", "premium")
_PERSONAL_LINES = ("mobile", "voip")


@dataclass(frozen=True, kw_only=True)
class Sighted:
    """Numbered rows.

    Attributes
    ----------
    people
        Grain: row that names a person. ``node`` and ``entity`` (u32, dense, in the order of the names they stand
        for), ``entity_id``, ``company`` (bool: the entity is one) and what PEOPLE says of it.
    sightings
        Grain: POINTS row, sorted by ``node`` and in an order that does not depend on that of the rows. ``node``,
        ``entity``, ``point`` (u32), ``table`` (accounts, records, relations), ``row_id``, ``source`` (never null),
        ``trust`` (that the point was this row's person's when seen, judged by the kind of source alone), ``left`` (the
        share of that which is true still, judged by the age), and more of what POINTS says of the row.
    points
        Grain: contact point, sorted by ``point`` (0…). ``point_key``, ``kind``, ``line_type``, ``zones``, ``places``
        (all rows' taken together: law asks for every place it may be), ``entities`` (how many name it), ``last_seen``,
        ``share`` (what the nature of the value leaves of the belief in an owner), ``sharers`` (strangers that halve
        it), ``live_stated`` (that it works, before any attempt on it is heard).
    """

    people: pl.DataFrame
    sightings: pl.DataFrame
    points: pl.DataFrame


def sight(known: TraceInputs, as_of: datetime, params: TraceParams) -> Sighted:
    """Give numbers to people, entities and points, and weigh each sighting by its source and age."""
    people = _people(known)
    named = _numbered(known.points, people)
    points = _points(named, as_of, params)
    sightings = named.select(
        *("node", "entity", "point", "table", "source", "consent_id", "contact_point", "label"),
        *("first_seen", "last_seen", "reassignment_checked_on", "reassignment_result"),
        row_id="record_id",
        trust=_prior(params),
        left=faded(as_of, params.owner_half_life_days, params.owner_stale_share, params),
    ).sort("node", "point", "source", "contact_point", "consent_id")
    return Sighted(people=people, sightings=sightings, points=points)


def _numbered(points: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Add ``node``, ``entity`` and ``point`` to POINTS, and say ``table`` and ``source`` of each row."""
    named = points.with_columns(
        table=pl.col("table").replace("contact_points", "accounts"),
        source=pl.col("source").fill_null(OWN_FILE),
        point=pl.col("point_key").rank("dense").cast(pl.UInt32) - 1,
    )
    # The frame is wide: only its keys go through the join.
    key = ["table", "record_id"]
    whose = named.select(key).join(people.select(*key, "node", "entity"), on=key, how="left", maintain_order="left")
    numbered = named.with_columns(whose["node"], whose["entity"])
    return numbered.filter(pl.col("node").is_not_null()) if whose["node"].has_nulls() else numbered


def with_entity(people: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """Add ``entity_id`` to people (``table``, ``source``, ``record_id``); a row without an entity is one by itself."""
    alone = pl.concat_str("table", pl.lit(":"), "record_id")
    return people.join(
        entities.select("source", "record_id", "entity_id"), on=["source", "record_id"], how="left"
    ).with_columns(pl.col("entity_id").fill_null(alone))


def _people(known: TraceInputs) -> pl.DataFrame:
    columns = ("table", "record_id", "source", "account_id", "person_id", "relation", "consent_id", "observed_on")
    people = known.people.select(*columns, "employer_key", company=pl.col("kind") == "company")
    return (
        with_entity(people, known.entities)
        .sort("table", "record_id")
        .with_columns(
            node=pl.int_range(pl.len(), dtype=pl.UInt32),
            entity=pl.col("entity_id").rank("dense").cast(pl.UInt32),
        )
        .with_columns(pl.col("company").fill_null(value=False).any().over("entity"))
    )


def _prior(params: TraceParams) -> pl.Expr:
    return (
        pl.when(pl.col("table") == "relations")
        .then(params.prior_relation)
        .when((pl.col("table") == "accounts") & pl.col("consent_id").is_null())
        .then(params.prior_own)
        .otherwise(params.prior_record)
    )


def _points(named: pl.DataFrame, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    service = pl.col("line_type").is_in(_SERVICE_LINES).fill_null(value=False)
    personal = (pl.col("kind") == "email") | pl.col("line_type").is_in(_PERSONAL_LINES).fill_null(value=False)
    filler = (
        pl.when(pl.col("kind") == "email")
        .then(pl.col("point_key").str.contains(_FILLER_MAILBOX))
        .otherwise((pl.col("kind") == "phone") & pl.col("point_key").str.contains(_FILLER_NUMBER))
    )
    lines = named.filter(pl.col("line_type").is_not_null()).select("point", "line_type").unique()
    return (
        first_of(named.select("point", "point_key", "kind"), "point", "point_key", "kind")
        .join(named.group_by("point").agg(pl.col("last_seen").max()), on="point")
        .join(named.select("point", "entity").unique().group_by("point").agg(entities=pl.len()), on="point")
        .join(first_of(lines.sort("point", "line_type"), "point", "line_type"), on="point", how="left")
        .join(_where(named), on="point")
        .with_columns(
            share=pl.when(service).then(params.service_line_share).otherwise(1.0)
            * pl.when(filler).then(params.filler_share).otherwise(1.0),
            filler=filler,
            sharers=pl.when(personal).then(params.sharers_personal).otherwise(params.sharers_home),
        )
        .with_columns(live_stated=p_live(as_of, params))
        .sort("point")
    )


def _where(named: pl.DataFrame) -> pl.DataFrame:
    """Return by ``point`` the ``zones`` and ``places`` of all its rows.

    Lists are only taken apart where rows differ.
    """
    said = named.select("point", "zones", "places")
    several = pl.col("point").is_duplicated()
    versions = said.filter(several).unique()
    differ = versions.filter(several).group_by("point").agg(_together("zones"), _together("places"))
    return pl.concat([said.filter(~several), versions.filter(~several), differ])


def _together(name: str) -> pl.Expr:
    return pl.col(name).list.explode(keep_nulls=False, empty_as_null=False).unique().sort()

"""Number what is known.

A node for each row that names a person, a point for each contact point, a sighting for each row that puts the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.tables import TraceInputs
    from skiptrace.settings import TraceParams

__all__ = ["OWN_FILE", "Sighted", "faded", "sight", "with_entity"]

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
        Grain: POINTS row. ``node``, ``entity``, ``point`` (u32), ``table`` (accounts, records, relations),
        ``row_id``, ``source`` (never null), ``trust`` (that the point was this row's person's when seen,
        judged by the kind of source alone), ``left`` (the share of that which is true still, judged by the age), and
        what POINTS says of the row.
    points
        Grain: contact point. ``point``, ``point_key``, ``kind``, ``line_type``, ``zones``, ``places`` (all rows' taken
        together: law asks for every place it may be), ``entities`` (how many name it), ``last_seen``, ``share`` (what
        the nature of the value leaves of the belief in an owner), ``sharers`` (strangers that halve it).
    """

    people: pl.DataFrame
    sightings: pl.DataFrame
    points: pl.DataFrame


def sight(known: TraceInputs, as_of: datetime, params: TraceParams) -> Sighted:
    """Give numbers to people, entities and points, and weigh each sighting by its source and age."""
    people = _people(known)
    table = pl.col("table").replace("contact_points", "accounts")
    sightings = (
        known.points.with_columns(table=table, source=pl.col("source").fill_null(OWN_FILE))
        .join(people.select("table", "record_id", "node", "entity"), on=["table", "record_id"])
        .rename({"record_id": "row_id"})
        .with_columns(
            point=pl.col("point_key").rank("dense").cast(pl.UInt32),
            trust=_prior(params),
            left=faded(as_of, params.owner_half_life_days, params.owner_stale_share, params),
        )
    )
    return Sighted(people=people, sightings=sightings, points=_points(sightings, params))


def with_entity(people: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """Add ``entity_id`` to people (``table``, ``source``, ``record_id``); a row without an entity is one by itself."""
    alone = pl.concat_str("table", pl.lit(":"), "record_id")
    return people.join(
        entities.select("source", "record_id", "entity_id"), on=["source", "record_id"], how="left"
    ).with_columns(pl.col("entity_id").fill_null(alone))


def faded(as_of: datetime, half_life_days: float, stale_share: float, params: TraceParams) -> pl.Expr:
    """Return the share (0 to 1) of a prior that is left, by the age of ``last_seen`` in days.

    It is s + (1 − s)·2^(−age/half-life) with s the share that never fades; a sighting in the future is of today.
    """
    days = (pl.lit(as_of.date()) - pl.col("last_seen")).dt.total_days().clip(lower_bound=0)
    age = days.cast(pl.Float64).fill_null(params.undated_days)
    return stale_share + (1 - stale_share) * (2.0 ** (-age / half_life_days))


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


def _points(sightings: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    def together(name: str) -> pl.Expr:
        return pl.col(name).list.explode(keep_nulls=False, empty_as_null=False).unique().sort()

    service = pl.col("line_type").is_in(_SERVICE_LINES).fill_null(value=False)
    personal = (pl.col("kind") == "email") | pl.col("line_type").is_in(_PERSONAL_LINES).fill_null(value=False)
    filler = (
        pl.when(pl.col("kind") == "email")
        .then(pl.col("point_key").str.contains(_FILLER_MAILBOX))
        .otherwise((pl.col("kind") == "phone") & pl.col("point_key").str.contains(_FILLER_NUMBER))
    )
    # Most points say the same in every row, so the lists are only taken apart for the few versions that differ.
    versions = sightings.select("point", "zones", "places").unique()
    where = versions.group_by("point").agg(together("zones"), together("places"))
    return (
        sightings.group_by("point")
        .agg(
            pl.col("point_key", "kind", "line_type").min(),
            pl.col("last_seen").max(),
            entities=pl.col("entity").n_unique(),
        )
        .join(where, on="point")
        .with_columns(
            share=pl.when(service).then(params.service_line_share).otherwise(1.0)
            * pl.when(filler).then(params.filler_share).otherwise(1.0),
            filler=filler,
            sharers=pl.when(personal).then(params.sharers_personal).otherwise(params.sharers_home),
        )
        .sort("point")
    )

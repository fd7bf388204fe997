"""Who may be reached and where: the persons behind the accounts, and their points."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from skiptrace.timing.zones import lead_zones, person_zones
from skiptrace.vocabulary import Party

__all__ = ["Cast", "assemble"]

_DOUBT = 0.5
"""Belief in a point of which trace says nothing, and in one that is no lead at all."""
_BELIEFS = (("p_owner", "p_owner"), ("p_live", "p_live"), ("prior_owner", "p_owner"), ("prior_live", "p_live"))
"""Beliefs of trace, and what stands in where they are not told."""


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Persons, points and leads, numbered.

    Attributes
    ----------
    persons
        Grain: debtor or third party of an account. ``person`` (0…), ``account_id``, ``third_id`` (null: the
        debtor).
    points
        Grain: person × point, sorted by person. ``point`` (0…), ``person``, ``account_id``, ``point_key`` (empty: the
        attempt does not say where), ``third``, ``zone``, ``p_owner``, ``p_live``, ``prior_owner``, ``prior_live``.
    leads
        LEADS in the order given, with ``point``, ``person`` and ``zone`` (null: not known).
    """

    persons: pl.DataFrame
    points: pl.DataFrame
    leads: pl.DataFrame


def assemble(leads: pl.DataFrame, attempts: pl.DataFrame, people: pl.DataFrame) -> Cast:
    """Give a number to everybody that leads or attempts speak of."""
    who = ["account_id", "third_id"]
    is_third = pl.col("party") == Party.THIRD_PARTY
    # A third party of whom no relation is on file is told apart by the point.
    leads = leads.with_columns(
        third_id=pl.when(is_third).then(pl.coalesce("relation_id", pl.format("?{}", "point_key")))
    ).with_columns(zone=pl.Series(lead_zones(leads, people), dtype=pl.String))
    tried = attempts.select("account_id", point_key=pl.col("point_key").fill_null("")).unique()
    debtors = pl.concat([leads.select(who), tried.select("account_id", third_id=pl.lit(None, pl.String))])
    persons = debtors.unique().sort(who).with_row_index("person").with_columns(pl.col("person").cast(pl.Int64))
    points = _points(leads, tried, people).join(persons.select("person", *who), on=who, nulls_equal=True)
    points = points.sort("person", "point_key").with_row_index("point").with_columns(pl.col("point").cast(pl.Int64))
    numbered = leads.join(
        points.select("point", "person", "point_key", *who),
        on=[*who, "point_key"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return Cast(persons=persons, points=points, leads=numbered)


def _points(leads: pl.DataFrame, tried: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    who = ["account_id", "third_id", "point_key"]
    # Two spellings of one mailbox are one point: the better lead speaks for both.
    of_leads = (
        leads.sort(*who, "rank", "contact_point")
        .group_by(who, maintain_order=True)
        .agg(
            pl.col("zone").drop_nulls().first(),
            *(_best(name, instead).alias(name) for name, instead in _BELIEFS),
        )
    )
    declared = person_zones(people).filter(pl.col("relation_id").is_null())
    by_account = (
        of_leads.filter(pl.col("third_id").is_null())
        .group_by("account_id", maintain_order=True)
        .agg(pl.col("zone").drop_nulls().first())
    )
    elsewhere = (
        tried.with_columns(third_id=pl.lit(None, pl.String))
        # A try at a third party's number says nothing of the debtor.
        .join(of_leads, on=["account_id", "point_key"], how="anti")
        .join(by_account, on="account_id", how="left")
        .join(declared.select("account_id", "person_zone"), on="account_id", how="left")
        .select(
            *who,
            *(pl.lit(_DOUBT).alias(name) for name, _ in _BELIEFS),
            zone=pl.coalesce("person_zone", "zone"),
        )
    )
    points = pl.concat([of_leads, elsewhere.select(of_leads.columns)])
    return points.with_columns(third=pl.col("third_id").is_not_null())


def _best(name: str, instead: str) -> pl.Expr:
    return pl.coalesce(pl.col(name).max(), pl.col(instead).max()).fill_null(_DOUBT)

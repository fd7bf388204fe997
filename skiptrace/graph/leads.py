"""Which contact points are worth trying for each account, whose they are, how surely, and on what evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import LEADS
from skiptrace.graph.belief import agreement, known_strangers, latest_check, p_owner
from skiptrace.graph.paths import path
from skiptrace.graph.rows import first_of, lists_of
from skiptrace.vocabulary import Party, PointLabel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["rank", "stated"]

_LABELS = [PointLabel.WORK, PointLabel.HOME, PointLabel.MOBILE, PointLabel.OTHER]
"""The first that any sighting gives counts: law bars more at work than elsewhere."""


def stated(evidence: pl.DataFrame, sighted: Sighted, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    """Gather what speaks for each lead, and say how sure that alone makes us.

    Parameters
    ----------
    evidence
        Of whole accounts, as :class:`skiptrace.graph.evidence.Evidence` picks it.
    sighted, as_of, params
        Who names what, when, and what is stated.

    Returns
    -------
    polars.DataFrame
        Grain: account × point × party, sorted by ``lead``. What LEADS and the path say of a lead, ``about`` (the entity
        it is about: the debtor's, or the third party's), ``owner_stated`` and ``live_stated``.
    """
    leads = first_of(
        *(evidence, "lead", "account", "point", "party", "contact_point", "relation", "relation_id"), named="entity"
    )
    people = sighted.people.select(account_id="record_id", entity="entity")[leads["account"]]
    points = sighted.points.drop("last_seen", "point")[leads["point"]]
    leads = pl.concat([leads, people, points], how="horizontal")
    for said in (
        _summed(evidence),
        *_firsts(evidence),
        lists_of(evidence, "lead", {"consent_ids": "consent_id"}),
        lists_of(_rows_behind(evidence), "lead", {"record_ids": "row_id"}),
        lists_of(evidence.filter("own_row"), "lead", {"own_sources": "source"}),
        agreement(evidence, "lead"),
        latest_check(evidence, "lead"),
    ):
        leads = leads.join(said, on="lead", how="left", maintain_order="left")
    shared = pl.col("shared") & (pl.col("party") == Party.DEBTOR.value)
    return (
        leads.join(_around(evidence), on=["account", "point"], how="left", maintain_order="left")
        .with_columns(
            # A relation that names the point itself goes before one whose record does.
            *(pl.coalesce(f"own_{name}", name).alias(name) for name in ("relation", "relation_id")),
            pl.col("own_sources").fill_null([]),
            pl.col("records", "relations").fill_null(0),
            strangers=known_strangers(pl.col("known")),
            share=pl.when(shared).then(pl.col("share") * params.with_relation_share).otherwise("share"),
            about=pl.when(pl.col("party") == Party.DEBTOR.value).then("entity").otherwise("named"),
        )
        .with_columns(owner_stated=p_owner(as_of, params))
    )


def rank(believed: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    """Put each account's leads in order.

    Returns
    -------
    polars.DataFrame
        LEADS: account × contact point × party, sorted by account, party, kind and rank.
    """
    likely = believed.filter(pl.col("direct") | (pl.col("p_owner") >= params.min_owner))
    ranked = (
        _once_each(likely.with_columns(worth=pl.col("p_owner") * pl.col("p_live")))
        .sort(
            *("account", "party", "kind", "worth", "p_owner", "last_seen", "point"),
            descending=[False, False, False, True, True, True, False],
            nulls_last=True,
        )
        .with_columns(path(), rank=1 + pl.int_range(pl.len(), dtype=pl.Int64).over("account", "party", "kind"))
    )
    return LEADS.conform(ranked).select(*LEADS.schema)


def _once_each(leads: pl.DataFrame) -> pl.DataFrame:
    """Keep one of two leads that are written alike.

    An address without its country has another key than the same with it. What is written alike is one thing to attempt:
    the account's own goes first, then the better one.
    """
    alike, order = ["account", "party", "contact_point"], ["own", "worth", "point"]
    twice = pl.struct(alike).is_duplicated()
    ordered = leads.filter(twice).sort(order, descending=[True, True, False], nulls_last=True)
    return pl.concat([leads.filter(~twice), ordered.unique(alike, keep="first", maintain_order=True)])


def _rows_behind(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return ``lead`` and ``row_id`` of the rows that name the point, and of the relations by which they were found."""
    by_relation = evidence.filter(pl.col("relation_id").is_not_null()).select("lead", row_id="relation_id")
    return pl.concat([evidence.select("lead", "row_id"), by_relation])


def _summed(evidence: pl.DataFrame) -> pl.DataFrame:
    own, relation = pl.col("own_row"), pl.col("table") == "relations"
    places = [label.value for label in _LABELS]
    return (
        evidence.with_columns(
            given=pl.when(own).then("first_seen"),
            label=pl.col("label").replace_strict(places, range(len(places)), default=None, return_dtype=pl.Int8),
            creditors=own & pl.col("consent_id").is_null(),
            direct=own | relation,
        )
        .group_by("lead")
        .agg(
            pl.col("last_seen", "given").max(),
            pl.col("label").min(),
            pl.col("creditors").any().alias("own"),
            pl.col("direct").any(),
        )
        .with_columns(pl.col("label").replace_strict(range(len(places)), places, default=None, return_dtype=pl.String))
    )


def _firsts(evidence: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Return what the best trusted record, relation and other account say; and how many there are of the first two."""
    table = pl.col("table")
    records, relations = evidence.filter(table == "records"), evidence.filter(table == "relations")
    others = evidence.filter((table == "accounts") & ~pl.col("own_row"))
    yield first_of(relations, "lead", own_relation="relation", own_relation_id="relation_id")
    yield first_of(others, "lead", account_row="row_id", account_matched=pl.when(pl.col("steps") > 0).then("matched"))
    yield first_of(
        records,
        "lead",
        record_row="row_id",
        record_source="source",
        record_matched="matched",
        record_steps="steps",
    )
    for name, rows in (("records", records), ("relations", relations)):
        yield rows.unique(["lead", "node"]).group_by("lead").agg(pl.len().alias(name))


def _around(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return, by account and point, how many entities around the account name it, and whether both parties do."""
    return evidence.group_by("account", "point").agg(
        known=pl.col("entity").n_unique(), shared=pl.col("party").n_unique() > 1
    )

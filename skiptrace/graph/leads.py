"""Which contact points are worth trying for each account, whose they are, how surely, and on what evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import LEADS
from skiptrace.graph.belief import agreement, known_strangers, latest_check, p_live, p_owner
from skiptrace.graph.links import debtor_links, relation_links
from skiptrace.graph.paths import path
from skiptrace.graph.weighing import weigh
from skiptrace.vocabulary import Party, PointLabel

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.outcomes import Spoken
    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["believe", "rank"]

_LEAD = ["account", "point", "party"]
_LABELS = [PointLabel.WORK, PointLabel.HOME, PointLabel.MOBILE, PointLabel.OTHER]
"""The first that any sighting gives counts: law bars more at work than elsewhere."""


def believe(
    sighted: Sighted, pairs: pl.DataFrame, spoken: Spoken, as_of: datetime, params: TraceParams
) -> pl.DataFrame:
    """Gather what speaks for each lead, and say how sure that makes us.

    Returns
    -------
    polars.DataFrame
        Grain: account × point × party. What LEADS and the path say of a lead, and ``about`` (the entity it is about:
        the debtor's, or the third party's). The unlikely ones are among them.
    """
    evidence = _evidence(sighted, pairs, params)
    stated = _stated(evidence, sighted, as_of, params)
    sources = evidence.group_by("lead", "source").agg(pl.col("last_seen").max())
    return stated.join(weigh(stated, sources, spoken, as_of, params), on="lead").join(
        spoken.last, on=["account", "point"], how="left"
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
    order = ["own", "worth", "point"]
    return leads.sort(order, descending=[True, True, False], nulls_last=True).unique(
        ["account", "party", "contact_point"], keep="first", maintain_order=True
    )


def _evidence(sighted: Sighted, pairs: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    """Return each sighting that speaks for a lead, once for each account and party it speaks of, the best first."""
    debtor = debtor_links(sighted, pairs, params).with_columns(
        party=pl.lit(Party.DEBTOR.value), relation=pl.lit(None, pl.String)
    )
    third = relation_links(sighted).select(
        "account",
        "node",
        matched=pl.lit(1.0),
        steps=pl.lit(0, pl.UInt8),
        party=pl.lit(Party.THIRD_PARTY.value),
        relation="relation",
    )
    own = pl.col("account") == pl.col("node")
    return (
        pl.concat([debtor, third])
        .join(sighted.sightings.drop("zones", "places", "line_type", "kind", "point_key", "account_id"), on="node")
        .with_columns(trust=pl.col("trust") * pl.col("matched"), own_row=own)
        .with_columns(worth=pl.col("trust") * pl.col("left"))
        .sort(
            *("account", "point", "party", "worth", "row_id", "source", "contact_point", "consent_id"),
            descending=[False, False, False, True, False, False, False, False],
        )
        .with_columns(lead=pl.struct(_LEAD).rle_id())
    )


def _stated(evidence: pl.DataFrame, sighted: Sighted, as_of: datetime, params: TraceParams) -> pl.DataFrame:
    """Return one row a lead with what is believed of it before clues and attempts are weighed."""
    shared = pl.col("shared") & (pl.col("party") == Party.DEBTOR.value)
    return (
        _gather(evidence, sighted)
        .join(agreement(evidence, ["lead"]), on="lead")
        .join(latest_check(evidence, ["lead"]), on="lead", how="left")
        .join(_around(evidence), on=["account", "point"])
        .join(sighted.points.drop("last_seen"), on="point")
        .join(p_live(sighted.points, as_of, params), on="point")
        .with_columns(
            strangers=known_strangers(pl.col("known")),
            share=pl.when(shared).then(pl.col("share") * params.with_relation_share).otherwise("share"),
        )
        .with_columns(owner_stated=p_owner(as_of, params))
        .with_columns(about=pl.when(pl.col("party") == Party.DEBTOR.value).then("entity").otherwise("named"))
        .rename({"p_live": "live_stated"})
        .sort("lead")
    )


def _gather(evidence: pl.DataFrame, sighted: Sighted) -> pl.DataFrame:
    """Return one row a lead with what its sightings say; where only one can speak, the best trusted one does."""
    table, row, own = pl.col("table"), pl.col("row_id"), pl.col("own_row")
    record, account = table == "records", (table == "accounts") & ~own
    names = sighted.people.select(account="node", account_id="record_id", entity="entity")
    labels = pl.col("label").replace_strict(
        [label.value for label in _LABELS], list(range(len(_LABELS))), default=None, return_dtype=pl.Int8
    )
    stepped = pl.when(pl.col("steps") > 0).then("matched")
    gathered = evidence.group_by("lead", maintain_order=True).agg(
        pl.col("account", "point", "party", "contact_point", "relation").first(),
        pl.col("last_seen").max(),
        named=pl.col("entity").first(),
        given=pl.col("first_seen").filter(own).max(),
        label=labels.min().replace_strict(
            list(range(len(_LABELS))), [label.value for label in _LABELS], default=None, return_dtype=pl.String
        ),
        relation_id=row.filter(table == "relations").first(),
        relations=row.filter(table == "relations").n_unique(),
        record_ids=row.unique().sort(),
        consent_ids=pl.col("consent_id").drop_nulls().unique().sort(),
        own=(own & pl.col("consent_id").is_null()).any(),
        direct=(own | (table == "relations")).any(),
        own_sources=pl.col("source").filter(own).unique().sort(),
        account_row=row.filter(account).first(),
        account_matched=stepped.filter(account).first(),
        record_row=row.filter(record).first(),
        record_source=pl.col("source").filter(record).first(),
        record_matched=pl.col("matched").filter(record).first(),
        record_steps=pl.col("steps").filter(record).first(),
        records=row.filter(record).n_unique(),
    )
    return gathered.join(names, on="account")


def _around(evidence: pl.DataFrame) -> pl.DataFrame:
    """Return, by account and point, how many entities around the account name it, and whether both parties do."""
    return evidence.group_by("account", "point").agg(
        known=pl.col("entity").n_unique(), shared=pl.col("party").n_unique() > 1
    )

"""Bars: no contact, while a stop stands or because of what the contact is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.docket import bears
from skiptrace.compliance.findings import DENY, HEALS_NEVER, REVIEW, Finding, denied_where
from skiptrace.compliance.hours import judge_inconvenient_time
from skiptrace.compliance.law import Need
from skiptrace.vocabulary import ConsentGiver, PointKind, PointLabel, Purpose, ReassignmentResult, StopKind

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket, Signature
    from skiptrace.compliance.law import Bar

__all__ = ["judge_bar"]


def judge_bar(bar: Bar, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny the rows that meet the bar's condition; a bar without one denies them all."""
    if bar.stop is not None:
        return _judge_stop(bar, docket, rows)
    mine = docket.rows[rows]
    spared = mine["relation"].is_in([relation.value for relation in bar.except_relations]).fill_null(value=False)
    among = mine["relation"].is_in([relation.value for relation in bar.relations]) if bar.relations else None
    bad = ~spared if among is None else ~spared & among.fill_null(value=True)
    if bar.tag is not None:
        bad &= (mine["tag"] == bar.tag).fill_null(value=False)
    if bar.collecting:
        bad &= (mine["purpose"] != Purpose.LOCATION_ONLY.value).fill_null(value=True)
    if bar.reassigned:
        bad &= (mine["reassignment_result"] == ReassignmentResult.REASSIGNED.value).fill_null(value=False)
    if bar.place_silent:
        bad &= pl.Series([_silent(docket, signature) for signature in docket.signatures], dtype=pl.Boolean).gather(
            docket.signature[rows]
        )
    if bar.asked_before:
        bad &= pl.Series(_asked_before(docket)[rows], dtype=pl.Boolean)
    if not bar.products:
        return denied_where(bad.to_numpy())
    product = mine["product"].str.to_lowercase()
    named = product.str.contains_any([word.lower() for word in bar.products])
    verdict = np.where(named.fill_null(value=False), DENY, np.where(product.is_null(), REVIEW, 0))
    return Finding(np.where(bad, verdict, 0).astype(np.int8), np.full(rows.size, HEALS_NEVER, dtype=np.int64))


def _judge_stop(bar: Bar, docket: Docket, rows: np.ndarray) -> Finding:
    if bar.stop is StopKind.INCONVENIENT_TIME:
        return judge_inconvenient_time(docket, rows)
    stops = docket.stops.filter(pl.col("kind") == bar.stop).join(
        docket.rows.select("row", "channel", "kind", "place", "relation", "replied", "signature"), on="row", suffix="_"
    )
    if bar.except_relations:
        spared = pl.col("relation").is_in([relation.value for relation in bar.except_relations])
        stops = stops.filter(~spared.fill_null(value=False))
    if bar.stop is StopKind.INCONVENIENT_PLACE:
        home, work = _may_be(PointLabel.HOME) & (pl.col("kind_") != PointKind.EMAIL.value), _may_be(PointLabel.WORK)
        detail = pl.col("detail").str.strip_chars().str.to_lowercase()
        stops = stops.filter(
            pl.when(detail == "home").then(home).when(detail == "work").then(work).otherwise(home | work)
        )
    if bar.stop is StopKind.EMPLOYER_PROHIBITS:
        stops = stops.filter(_may_be(PointLabel.WORK))
    if bar.reply_allowed:
        free = [
            number
            for number, signature in enumerate(docket.signatures)
            if all(place.split("-")[0] in bar.reply_allowed for place in signature.places)
        ]
        replying = pl.col("signature").is_in(free) & (pl.col("since") < pl.col("replied"))
        stops = stops.filter(~replying.fill_null(value=False))
    by_row = stops.group_by("row").agg(pl.col("until").max())
    bad = np.zeros(docket.rows.height, dtype=bool)
    heals = np.full(docket.rows.height, HEALS_NEVER, dtype=np.int64)
    bad[by_row["row"].to_numpy()] = True
    heals[by_row["row"].to_numpy()] = by_row["until"].to_numpy()
    return denied_where(bad[rows], heals[rows])


def _may_be(label: PointLabel) -> pl.Expr:
    """Return whether a contact point is, or for all we know may be, at a place."""
    return pl.col("place").is_null() | (pl.col("place") == label.value)


def _silent(docket: Docket, signature: Signature) -> bool:
    """Tell whether the law of one of a signature's places says nothing of asking third parties on this channel."""
    rulebook = docket.known.rulebook
    permitted = [
        provision
        for provision in rulebook.provisions
        if isinstance(provision, Need) and provision.need == "unreachable" and bears(provision, signature)
    ]
    return not signature.places or any(
        all(set(rulebook.places.lineage(place)).isdisjoint(provision.places) for provision in permitted)
        for place in rulebook.places.leaves(signature.places)
    )


def _asked_before(docket: Docket) -> np.ndarray:
    """Tell of each row whether its third party was contacted before and has not since asked to be called again."""
    known = docket.known
    points = known.leads.select("subject", "account_id", "point_key")
    made = known.history.filter(~pl.col("inbound")).select("account_id", "point_key", "started")
    asked = points.join(made, on=["account_id", "point_key"]).select("subject", "started")
    again = (
        known.consents.filter((pl.col("scope") == "call_back") & (pl.col("given_by") == ConsentGiver.THIRD_PARTY.value))
        .join(known.leads.select("lead", "subject"), on="lead")
        .select("subject", "given", "ended", "channels")
    )
    rows = docket.rows.filter(pl.col("party") != "debtor").select("row", "subject", "start", "channel")
    last = (
        rows.join(asked, on="subject")
        .filter((pl.col("started") <= pl.col("start")) | (pl.col("start") >= known.as_of))
        .group_by("row", "subject", "start", "channel")
        .agg(pl.col("started").max())
    )
    invited = (
        last.join(again, on="subject")
        .filter(
            (pl.col("started") < pl.col("given"))
            & (pl.col("given") <= pl.col("start"))
            & (pl.col("start") < pl.col("ended"))
            & pl.col("channels").list.contains(pl.col("channel"), nulls_equal=False).fill_null(value=True)
        )
        .select("row")
    )
    before = np.zeros(docket.rows.height, dtype=bool)
    before[last.join(invited, on="row", how="anti")["row"].to_numpy()] = True
    return before

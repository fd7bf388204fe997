"""Bars: no contact, while a stop stands or because of what the contact is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.findings import ALLOW, DENY, HEALS_NEVER, REVIEW, Finding
from skiptrace.compliance.hours import by_value
from skiptrace.compliance.law import Need
from skiptrace.compliance.lifting import lifted
from skiptrace.compliance.stops import stops_in_the_way, stops_told
from skiptrace.compliance.wording import moment, told, where
from skiptrace.vocabulary import ConsentGiver, Party, Purpose, ReassignmentResult, StopKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Bar

__all__ = ["judge_bar"]


def judge_bar(bar: Bar, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny the rows that meet all of the bar's conditions; a bar without one denies them all."""
    bad, heals = np.ones(rows.size, dtype=bool), np.full(rows.size, HEALS_NEVER, dtype=np.int64)
    conditions = list(_conditions(bar))
    if conditions:
        bad &= docket.rows.select(pl.all_horizontal(conditions)).to_series().to_numpy()[rows]
    if bar.place_silent:
        bad &= _silent(docket, rows)
    before = _asked_before(docket) if bar.asked_before else None
    if before is not None:
        bad &= _marked(docket, before["row"])[rows]
    stops, stood = None, np.zeros(rows.size, dtype=bool)
    if bar.stop is not None:
        stops = stops_in_the_way(bar, docket)
        barring = stops.filter(pl.col("lifter").is_null()).group_by("row").agg(pl.col("until").max())
        stood = _marked(docket, barring["row"])[rows]
        bad &= stood
        until = np.full(docket.rows.height, HEALS_NEVER, dtype=np.int64)
        until[barring["row"].to_numpy()] = barring["until"].to_numpy()
        # The hours that a stop calls inconvenient pass by themselves.
        heals = docket.start[rows] if bar.stop is StopKind.INCONVENIENT_TIME else until[rows]
    elif bar.lifted_by is not None:
        bad &= ~_marked(docket, lifted(docket, rows, bar.lifted_by)["row"])[rows]
    verdict = np.where(bad, DENY, ALLOW)
    if bar.products:
        unknown = docket.rows["product"].is_null().to_numpy()[rows]
        verdict = np.where(bad & unknown, REVIEW, verdict)

    def facts(at: np.ndarray) -> pl.Series:
        if stops is None:
            return where(bad[at], _told(bar, docket, rows[at], before), "it is no such contact")
        return where(bad[at] | ~stood[at], stops_told(bar, docket, rows[at], stops), "the stop bars no such contact")

    return Finding(verdict.astype(np.int8), heals, facts)


def _conditions(bar: Bar) -> Iterator[pl.Expr]:
    """Yield what a row's own columns must say for the bar to stand; what they leave open, they say."""
    third = pl.col("acting") != Party.DEBTOR.value
    if bar.except_relations:
        spared = pl.col("relation").is_in([relation.value for relation in bar.except_relations])
        yield ~spared.fill_null(value=False)
    if bar.relations:
        yield third & pl.col("relation").is_in([relation.value for relation in bar.relations]).fill_null(value=True)
    if bar.tag is not None:
        yield (pl.col("tag") == bar.tag).fill_null(value=False)
    if bar.collecting:
        yield third & (pl.col("purpose") != Purpose.LOCATION_ONLY.value).fill_null(value=True)
    if bar.reassigned:
        yield (pl.col("reassignment_result") == ReassignmentResult.REASSIGNED.value).fill_null(value=False)
    if bar.products:
        named = pl.col("product").str.to_lowercase().str.contains_any([word.lower() for word in bar.products])
        yield named.fill_null(value=True)


def _told(bar: Bar, docket: Docket, rows: np.ndarray, before: pl.DataFrame | None) -> pl.Series:
    """Say of barred rows what meets the bar's conditions; null where it has none."""
    parts = [pl.lit("", pl.String)]
    if bar.labels:
        parts.append(pl.format(", labelled {}", pl.col("place").fill_null("nothing")))
    if bar.relations:
        parts.append(pl.format(", relation {}", pl.col("relation").fill_null("unknown")))
    if bar.tag is not None:
        parts.append(pl.lit(f", tag {bar.tag}"))
    if bar.collecting:
        parts.append(pl.format(", purpose {}", pl.col("purpose").fill_null("unknown")))
    if bar.reassigned:
        checked = pl.col("reassignment_checked_on").dt.strftime("%Y-%m-%d").fill_null("an unknown day")
        parts.append(pl.format(", checked on {}", checked))
    if bar.products:
        unknown = pl.col("product").is_null()
        parts.append(pl.when(unknown).then(pl.lit(", product unknown")).otherwise(pl.lit(", such a product")))
    if bar.place_silent:
        parts.append(pl.lit(", no provision that bears on it says when"))
    if before is not None:
        last = before.select("row", text=pl.format(", asked at {}", moment("started")))
        parts.append(pl.lit(told(rows, last, "")))
    whole = pl.concat_str(parts).str.strip_prefix(", ")
    return docket.rows[rows].select(pl.when(whole != "").then(whole)).to_series()


def _marked(docket: Docket, rows: pl.Series) -> np.ndarray:
    found = np.zeros(docket.rows.height, dtype=bool)
    found[rows.to_numpy()] = True
    return found


def _silent(docket: Docket, rows: np.ndarray) -> np.ndarray:
    """Tell of rows whether the law of one of their places says nothing, that day, of asking third parties so."""
    rulebook = docket.known.rulebook
    spoken: dict[str, np.ndarray] = {}
    for provision in rulebook.provisions:
        if not isinstance(provision, Need) or provision.need != "unreachable":
            continue
        if not provision.adds and provision.status != "M":  # memory permits nothing
            bearing = docket.bearing(provision)
            for place in provision.places if bearing.size else ():
                spoken.setdefault(place, np.zeros(docket.rows.height, dtype=bool))[bearing] = True
    silent = np.ones(rows.size, dtype=bool)
    for number, at in by_value(docket.signature[rows]):
        places = rulebook.places.leaves(docket.signatures[number].places)
        said = [
            [spoken[code][rows[at]] for code in rulebook.places.lineage(place) if code in spoken] for place in places
        ]
        if all(said) and places:
            silent[at] = ~np.logical_and.reduce([np.logical_or.reduce(codes) for codes in said])
    return silent


def _asked_before(docket: Docket) -> pl.DataFrame:
    """Return the rows whose third party was contacted before and has not since asked to be called again.

    Grain: row. ``row``, ``started``: of the last contact (microseconds).
    """
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
    return last.join(invited, on="row", how="anti").select("row", "started")

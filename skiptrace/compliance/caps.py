"""Caps and waits: how much has already been done, counted in the time of every candidate zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import direct_consents
from skiptrace.compliance.docket import with_local_day
from skiptrace.compliance.findings import HEALS_NEVER, Finding, denied_where, nothing_against
from skiptrace.compliance.law import Cap
from skiptrace.compliance.tally import HOUR, Tally
from skiptrace.compliance.windows import business_day_after
from skiptrace.compliance.zones import day_starts

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket, Known
    from skiptrace.compliance.law import Wait

__all__ = ["cap_edges", "judge_cap", "judge_wait"]

DIRECT_DAYS = 7
"""Local days for which a direct consent lasts."""


def judge_cap(cap: Cap, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where the contact would be one too many in some span that holds it."""
    counted = _counted(cap, docket)
    if cap.maximum > 0 and counted.is_empty():
        return nothing_against(rows.size)
    bad, heals = Tally(docket, rows, _grouped(counted, cap.per, docket.known.persons), cap).full(cap.maximum)
    if cap.after_conversation:
        talks = docket.known.history.filter(pl.col("conversation"))
        bad &= Tally(docket, rows, _grouped(talks, cap.per, docket.known.persons), cap).any_seen()
    if cap.except_direct_consent:
        bad &= ~_free(docket)[rows]
    return denied_where(bad, heals)


def judge_wait(wait: Wait, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where too few local days have passed since the event."""
    if wait.after == "notice":
        return _judge_notice(wait, docket, rows)
    talks = docket.known.history.filter(pl.col("conversation") & pl.col("channel").is_in(list(wait.channels)))
    bad, heals = Tally(docket, rows, _grouped(talks, wait.per, docket.known.persons), wait).full(1)
    if wait.except_direct_consent:
        bad &= ~_free(docket)[rows]
    return denied_where(bad, heals)


def cap_edges(known: Known, until: int) -> pl.DataFrame:
    """Return the moments at which a cap counted in hours may fill, or have room again.

    Parameters
    ----------
    known
        The facts.
    until
        How far to look (microseconds).

    Returns
    -------
    polars.DataFrame
        Grain: lead × moment. ``lead``, ``edge`` (microseconds). Caps in days and months change at local midnights.
    """
    spans = {cap.hours * HOUR for cap in known.rulebook.provisions if isinstance(cap, Cap) and cap.hours is not None}
    near = known.history.filter(
        pl.col("started").is_between(known.as_of - max(spans), until + max(spans)) if spans else False
    )
    by_person = known.leads.select("lead", group="person").join(_grouped(near, "person", known.persons), on="group")
    by_point = known.leads.select("lead", group="point_key").join(_grouped(near, "number", known.persons), on="group")
    started = pl.concat([frame.select("lead", "started") for frame in (by_person, by_point)])
    edges = [
        started.select("lead", edge=pl.col("started") + shift) for span in sorted(spans) for shift in (1 - span, span)
    ]
    return pl.concat(edges).unique() if edges else started.rename({"started": "edge"})


def _counted(cap: Cap, docket: Docket) -> pl.DataFrame:
    meaning = {
        "attempts": pl.lit(value=True),
        "connected": pl.col("connected"),
        "contacts": pl.col("contact"),
        "conversations": pl.col("conversation"),
        "unanswered": pl.col("unanswered"),
    }[cap.count]
    counted = docket.known.history.filter(
        pl.col("channel").is_in([channel.value for channel in cap.counted or cap.channels]) & meaning
    )
    if not cap.inbound:
        counted = counted.filter(~pl.col("inbound"))
    if cap.counted_labels:
        counted = _labelled([label.value for label in cap.counted_labels], docket, counted)
    if cap.except_direct_consent:
        counted = counted.join(_placed_with_consent(docket), on=["attempt_id"], how="anti")
    return counted


def _labelled(labels: list[str], docket: Docket, counted: pl.DataFrame) -> pl.DataFrame:
    """Keep of each attempt the debts whose person knows the point by one of the labels, or does not know it at all."""
    persons, leads = docket.known.persons, docket.known.leads
    labelled = pl.col("label").is_in(labels).fill_null(value=False).any()
    points = leads.group_by("person", "point_key").agg(labelled=labelled)
    by_debt = counted.explode("debts", empty_as_null=True, keep_nulls=True).join(
        persons.select("person", debts="account_id"), on="debts", how="left"
    )
    found = by_debt.join(points, on=["person", "point_key"], how="left")
    kept = found.filter(pl.col("labelled").fill_null(value=True))
    return kept.with_columns(debts=pl.concat_list("debts")).select(counted.columns)


def _free(docket: Docket) -> np.ndarray:
    """Tell of each row whether it is a call under a direct consent."""
    free = np.zeros(docket.rows.height, dtype=bool)
    calls = docket.rows.filter(pl.col("channel") == "call").select("row", "lead", "account_id", "start", "end")
    held = calls.join(direct_consents(docket.known.consents), on="lead")
    if not held.is_empty():
        zones = docket.by_zone.select("row", "zone")
        free[_still_direct(held, zones, docket)["row"].to_numpy()] = True
    return free


def _placed_with_consent(docket: Docket) -> pl.DataFrame:
    """Return the attempts that were calls under a direct consent, by every candidate zone of their point."""
    direct = direct_consents(docket.known.consents)
    points = docket.known.leads.select("lead", "account_id", "point_key").join(direct, on="lead")
    calls = docket.known.history.filter(pl.col("channel") == "call").select(
        "attempt_id", "account_id", "point_key", start="started", end="started"
    )
    held = calls.join(points, on=["account_id", "point_key"])
    if held.is_empty():
        return held.select("attempt_id")
    seen = docket.rows.select("row", "lead").join(docket.by_zone.select("row", "zone"), on="row")
    zones = (
        held.select("attempt_id", "lead").join(seen.select("lead", "zone").unique(), on="lead").drop("lead").unique()
    )
    ids = held.select("attempt_id").unique().sort("attempt_id").with_row_index("row")
    still = _still_direct(
        held.join(ids, on="attempt_id").drop("attempt_id"), zones.join(ids, on="attempt_id").drop("attempt_id"), docket
    )
    return ids.join(still, on="row").select("attempt_id")


def _still_direct(held: pl.DataFrame, zones: pl.DataFrame, docket: Docket) -> pl.DataFrame:
    """Return the ``row`` values whose call falls under its direct consent.

    The consent lasts seven local days, the day it was given being the first, in every zone; it must be valid from
    start to end, and no conversation may have begun after it was given (12 CFR 1006.14(b)(3)(i)).
    """
    talks = (
        docket.known.history.filter(pl.col("conversation") & (pl.col("channel") == "call"))
        .explode("debts", empty_as_null=True, keep_nulls=True)
        .select(account_id="debts", talked="started")
    )
    valid = held.filter((pl.col("given") <= pl.col("start")) & (pl.col("end") <= pl.col("ended"))).filter(
        pl.col("start") < pl.col("ended")
    )
    ended = (
        valid.select("row", "account_id", "given", "start")
        .join(talks, on="account_id")
        .filter((pl.col("talked") > pl.col("given")) & (pl.col("talked") < pl.col("start")))
        .select("row", "given")
        .unique()
    )
    left = valid.join(ended, on=["row", "given"], how="anti").select("row", "given", "start").join(zones, on="row")
    dated = with_local_day(with_local_day(left, "start").rename({"day": "today"}), "given")
    lasting = dated.group_by("row", "given").agg(((pl.col("today") - pl.col("day")) < DIRECT_DAYS).all())
    return lasting.filter("today").select("row").unique()


def _judge_notice(wait: Wait, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny without a notice, or before its days have passed; of several notices the first counts."""
    letters = docket.known.history.filter(pl.col("notice")).explode("debts", empty_as_null=True, keep_nulls=True)
    base = docket.by_zone.filter(pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt32).implode())).join(
        docket.rows.select("row", "account_id", "notice_sent_on"), on="row", maintain_order="left"
    )
    sent = base.select("row", "zone", "start", "account_id").join(
        letters.select(account_id="debts", started="started"), on="account_id"
    )
    sent = sent.filter(pl.col("started") <= pl.col("start"))
    by_letter = with_local_day(sent, "started").group_by("row", "zone").agg(letter=pl.col("day").min())
    dated = base.join(by_letter, on=["row", "zone"], how="left", maintain_order="left").with_columns(
        noticed=pl.min_horizontal("letter", pl.col("notice_sent_on").cast(pl.Int32).cast(pl.Int64))
    )
    if wait.business_days:
        known = dated["noticed"].drop_nulls().unique().sort()
        due = [business_day_after(day, wait.days, wait.holidays or "") for day in known.to_list()]
        first = dated["noticed"].replace_strict(
            known, pl.Series(due, dtype=pl.Int64), default=None, return_dtype=pl.Int64
        )
    else:
        first = dated["noticed"] + wait.days
    frame = dated.select("row", "zone", "day").with_columns(first=first)
    early = (frame["day"] < frame["first"]).fill_null(value=True)
    starts = np.full(frame.height, HEALS_NEVER, dtype=np.int64)
    for (zone,), part in frame.with_row_index("at").partition_by("zone", as_dict=True).items():
        known_first = part.filter(pl.col("first").is_not_null())
        starts[known_first["at"].to_numpy()] = day_starts(str(zone), known_first["first"].to_numpy())
    by_row = (
        frame.select("row")
        .with_columns(early=early, starts=pl.Series(starts))
        .group_by("row")
        .agg(pl.col("early").any(), pl.col("starts").max())
        .sort("row")
    )
    return denied_where(by_row["early"].to_numpy(), by_row["starts"].to_numpy())


def _grouped(counted: pl.DataFrame, per: str, persons: pl.DataFrame) -> pl.DataFrame:
    """Return events by group: ``group``, ``started``; two versions of one attempt are one."""
    if per == "number":
        at_points = counted.filter(pl.col("point_key").is_not_null())
        return at_points.select("attempt_id", "started", group="point_key").unique()
    if per == "account":
        return counted.select("attempt_id", "started", group="account_id").unique()
    by_debt = counted.select("attempt_id", "started", account_id="debts").explode(
        "account_id", empty_as_null=True, keep_nulls=True
    )
    if per == "debt":
        return by_debt.select("attempt_id", "started", group="account_id").unique()
    named = by_debt.join(persons, on="account_id")
    return named.select("attempt_id", "started", group="person").unique()

"""Caps and waits: how much has already been done, counted in the time of every candidate zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.counted import attempts_told, conversation_told
from skiptrace.compliance.direct import free_attempts, free_rows
from skiptrace.compliance.docket import with_local_day
from skiptrace.compliance.findings import HEALS_NEVER, Finding, denied_where
from skiptrace.compliance.history import by_debt
from skiptrace.compliance.law import Cap, Wait
from skiptrace.compliance.tally import HOUR, Tally
from skiptrace.compliance.windows import business_day_after
from skiptrace.compliance.wording import day
from skiptrace.compliance.zones import day_starts
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket, Known
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.compliance.tally import Counts

__all__ = ["cap_edges", "channels_counted", "judge_cap", "judge_wait"]


def judge_cap(cap: Cap, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where the contact would be one too many in some span that holds it."""
    counts = _counting(cap, docket)
    bad, heals = Tally(docket, rows, cap, counts).full(cap.maximum)
    if cap.after_conversation:
        bad &= Tally(docket, rows, cap, _conversations(docket)).any_seen()
    if cap.except_direct_consent:
        bad &= ~free_rows(docket)[rows]
    return denied_where(
        bad, heals, lambda at: attempts_told(cap, docket, Tally(docket, rows[at], cap, counts), bad[at])
    )


def judge_wait(wait: Wait, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where too few local days have passed since the event."""
    if wait.after == "notice":
        return _judge_notice(wait, docket, rows)
    talks = _conversations(docket, wait.channels)
    bad, heals = Tally(docket, rows, wait, talks).full(1)
    if wait.except_direct_consent:
        bad &= ~free_rows(docket)[rows]
    return denied_where(
        bad, heals, lambda at: conversation_told(wait, docket, Tally(docket, rows[at], wait, talks), bad[at])
    )


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
    found = [pl.DataFrame(schema={"lead": pl.UInt32, "edge": pl.Int64})]
    for per, column in (("person", "person"), ("number", "point_key")) if spans else ():
        groups, started = known.grouped(per), known.history["started"]
        made = pl.DataFrame({"group": groups.group, "started": started.gather(groups.event)}).filter(
            pl.col("started").is_between(known.as_of - max(spans), until + max(spans))
        )
        leads = known.leads.select("lead", group=pl.col(column).to_physical().cast(pl.Int64)).join(made, on="group")
        found += [leads.select("lead", edge=pl.col("started") + shift) for span in spans for shift in (1 - span, span)]
    return pl.concat(found).unique()


def channels_counted(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Return of each cap and wait that looks at other attempts the channels of those."""
    counted: dict[str, tuple[Channel, ...]] = {}
    for provision in rulebook.provisions:
        if isinstance(provision, Cap):
            told = provision.counted or provision.channels
            counted[provision.id] = tuple(Channel) if provision.after_conversation else told
        elif isinstance(provision, Wait) and provision.after == "conversation":
            counted[provision.id] = provision.channels
    return {name: tuple(channel.value for channel in channels) for name, channels in counted.items()}


def _conversations(docket: Docket, channels: tuple[Channel, ...] = tuple(Channel)) -> Counts:
    """Return what tells conversations on some channels from other attempts."""
    history = docket.known.history
    talked, on = history["conversation"].to_numpy(), _on(history, channels)
    return lambda event, _: talked[event] & on[event]


def _on(history: pl.DataFrame, channels: tuple[Channel, ...]) -> np.ndarray:
    return history["channel"].is_in([channel.value for channel in channels]).fill_null(value=False).to_numpy()


def _counting(cap: Cap, docket: Docket) -> Counts:
    """Return what tells the attempts that a cap counts from others."""
    history = docket.known.history
    counted = _on(history, cap.counted or cap.channels)
    if cap.count != "attempts":
        word = {"contacts": "contact", "conversations": "conversation"}.get(cap.count, cap.count)
        counted &= history[word].to_numpy()
    if not cap.inbound:
        counted &= ~history["inbound"].to_numpy()
    if cap.except_direct_consent:
        counted &= ~free_attempts(docket.known)
    if not cap.counted_labels:
        return lambda event, _: counted[event]
    labels = [label.value for label in cap.counted_labels]

    def labelled(event: np.ndarray, group: np.ndarray) -> np.ndarray:
        kept: np.ndarray = counted[event]
        kept[kept] = _at_label(labels, docket, cap.per, event[kept], group[kept])
        return kept

    return labelled


def _at_label(labels: list[str], docket: Docket, per: str, event: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Tell of attempts whether a person they were about knows the point by a label, or does not know it at all.

    That person is whose debt or account the group is, the person the group is, or, where it is a number, anybody.
    """
    known = docket.known
    number = known.persons.select("person", group=pl.col("account_id").to_physical())
    told = pl.DataFrame({"event": event, "group": group}).with_row_index("at")
    if per == "person":
        told = told.with_columns(person=pl.col("group").cast(number.schema["person"]))
    elif per == "number":
        debts = by_debt(known.history.select("account_id", "others")[event].with_row_index("at")).select("at", "debt")
        told = told.join(debts, on="at").join(known.persons.rename({"account_id": "debt"}), on="debt", how="left")
    else:
        told = told.with_columns(pl.col("group").cast(pl.UInt32)).join(number, on="group", how="left")
    told = told.with_columns(point_key=known.history["point_key"].gather(told["event"]))
    leads = known.leads.join(told.select("person").unique(), on="person", how="semi")
    here = pl.col("place").is_in(labels).fill_null(value=False).any()
    found = told.join(leads.group_by("person", "point_key").agg(here=here), on=["person", "point_key"], how="left")
    by_attempt = found.group_by("at").agg(pl.col("here").fill_null(value=True).any()).sort("at")
    kept: np.ndarray = by_attempt["here"].to_numpy()
    return kept


def _judge_notice(wait: Wait, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny without a notice, or before its days have passed; of several notices the first counts."""
    letters = by_debt(docket.known.history.filter("notice"))
    base = docket.by_zone.filter(pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt32).implode())).join(
        docket.rows.select("row", "account_id", "notice_sent_on"), on="row", maintain_order="left"
    )
    sent = base.select("row", "zone", "start", "account_id").join(
        letters.select(account_id="debt", started="started"), on="account_id"
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
    frame = dated.select("row", "zone", "day", "noticed").with_columns(first=first)
    early = (frame["day"] < frame["first"]).fill_null(value=True)
    starts = np.full(frame.height, HEALS_NEVER, dtype=np.int64)
    for (zone,), part in frame.with_row_index("at").partition_by("zone", as_dict=True).items():
        known_first = part.filter(pl.col("first").is_not_null())
        starts[known_first["at"].to_numpy()] = day_starts(str(zone), known_first["first"].to_numpy())
    by_row = (
        frame.with_columns(early=early, starts=pl.Series(starts))
        .group_by("row")
        .agg(pl.col("early").any(), pl.col("starts").max(), pl.col("noticed", "first").max())
        .sort("row")
    )
    words = pl.format("notice of {}, so not before {}", day("noticed"), day("first")).fill_null("no notice")
    return denied_where(
        by_row["early"].to_numpy(), by_row["starts"].to_numpy(), lambda at: by_row[at].select(words).to_series()
    )

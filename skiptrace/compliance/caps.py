"""Caps and waits: how much has already been done, counted in local days of every candidate zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import direct_consents
from skiptrace.compliance.docket import with_local_day
from skiptrace.compliance.findings import HEALS_NEVER, Finding, denied_where, nothing_against
from skiptrace.compliance.windows import business_day_after
from skiptrace.compliance.zones import Instants, day_starts

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Cap, Wait

__all__ = ["judge_cap", "judge_wait"]

DIRECT_DAYS = 7
"""Local days for which a direct consent lasts."""
_WIDE = 2**20
"""More local days than there are, so that group and day fit into one number that sorts."""
_GROUP = {"debt": "account_id", "person": "person", "number": "point_key"}


def judge_cap(cap: Cap, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where the contact would be one too many in some window of consecutive local days that holds it."""
    counted = _counted(cap, docket)
    if cap.maximum > 0 and counted.is_empty():
        return nothing_against(rows.size)
    tally = _Tally(docket, rows, counted, cap.per)
    crowded = tally.most_in(cap.days) + 1 > cap.maximum
    heals = tally.room_from(cap.days, cap.maximum)
    if cap.after_conversation:
        talked = _Tally(docket, rows, docket.known.history.filter(pl.col("conversation")), cap.per)
        crowded &= talked.any_so_far()
    bad = tally.over_zones(crowded)
    if cap.except_direct_consent:
        bad &= ~_free(docket)[rows]
    return denied_where(bad, tally.latest_over_zones(heals, crowded))


def judge_wait(wait: Wait, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny where too few local days have passed since the event."""
    if wait.after == "notice":
        return _judge_notice(wait, docket, rows)
    talks = docket.known.history.filter(pl.col("conversation") & pl.col("channel").is_in(list(wait.channels)))
    tally = _Tally(docket, rows, talks, wait.per)
    before, after = tally.neighbours()
    soon = (tally.day < before + wait.days) | (after < tally.day + wait.days)
    bad = tally.over_zones(soon)
    if wait.except_direct_consent:
        bad &= ~_free(docket)[rows]
    heals = np.where(after < tally.day + wait.days, HEALS_NEVER, tally.starts_of(before + wait.days))
    return denied_where(bad, tally.latest_over_zones(heals, soon))


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


class _Tally:
    """History counted beside rows: for each row and candidate zone, the attempts of the same debt, person or number."""

    def __init__(self, docket: Docket, rows: np.ndarray, counted: pl.DataFrame, per: str) -> None:
        group = _GROUP[per]
        chosen = pl.Series(rows, dtype=pl.UInt32)
        long = docket.by_zone.filter(pl.col("row").is_in(chosen.implode())).join(
            docket.rows.select("row", group=group), on="row", maintain_order="left"
        )
        events = _grouped(counted, per, docket.known.persons)
        pairs = long.select("group", "zone").unique().join(events, on="group")
        pairs = with_local_day(pairs, "started").sort("group", "zone", "started")
        codes = pairs.select("group", "zone").unique(maintain_order=True).with_row_index("code")
        coded = pairs.join(codes, on=["group", "zone"], how="left", maintain_order="left")
        mine = long.join(codes, on=["group", "zone"], how="left", maintain_order="left")
        # Attempts of a group that has none get a code beyond all, where nothing is found.
        self._code = mine["code"].cast(pl.Int64).fill_null(codes.height).to_numpy()
        self._event_code = coded["code"].cast(pl.Int64).to_numpy()
        self._event_day = coded["day"].to_numpy()
        self._event_rank = self._event_code * _WIDE + self._event_day
        self._zone = mine["zone"]
        self.day: Instants = mine["day"].to_numpy()
        self._bounds = np.flatnonzero(np.append(True, mine["row"].to_numpy()[1:] != mine["row"].to_numpy()[:-1]))
        self._count = rows.size
        # Attempts up to the start itself, and, for rows not in the past, all others too.
        past = docket.past[mine["row"].to_numpy()]
        self._so_far = _rank_within(self._event_code, coded["started"].to_numpy(), self._code, mine["start"].to_numpy())
        group_end = np.searchsorted(self._event_code, self._code, side="right")
        self._group_start = np.searchsorted(self._event_code, self._code, side="left")
        self._visible = np.where(past, self._so_far, group_end)

    def _up_to(self, day: Instants, side: str) -> Instants:
        """Return how many events, from the beginning of all, lie before (left) or up to (right) a day."""
        found = np.searchsorted(self._event_rank, self._code * _WIDE + day, side=side)  # type: ignore[call-overload]  # left or right
        clipped: Instants = np.minimum(found, self._visible)
        return clipped

    def most_in(self, days: int) -> Instants:
        """Return the largest number of events in any window of so many days that holds the row's day."""
        most = self._up_to(self.day, "right") - self._up_to(self.day - days + 1, "left")
        if (self._visible > self._so_far).any():
            for shift in range(days - 1):
                last = self.day + days - 1 - shift
                most = np.maximum(most, self._up_to(last, "right") - self._up_to(last - days + 1, "left"))
        found: Instants = most
        return found

    def room_from(self, days: int, maximum: int) -> Instants:
        """Return the first instant at which events so far no longer fill a window."""
        at = self._up_to(self.day, "right") - maximum
        filled = (at >= self._group_start) & (maximum > 0) & (self._event_day.size > 0)
        if not filled.any():
            return np.full(self.day.shape, HEALS_NEVER, dtype=np.int64)
        day = self._event_day[np.where(filled, at, 0)] + days
        starts: Instants = np.where(filled, self.starts_of(day), HEALS_NEVER)
        return starts

    def neighbours(self) -> tuple[Instants, Instants]:
        """Return the local days of the last event so far and of the next one known; far away if there is none."""
        far = _WIDE // 2
        if self._event_day.size == 0:
            return np.full(self.day.shape, -far), np.full(self.day.shape, far)
        has_before, has_after = self._so_far > self._group_start, self._visible > self._so_far
        before = np.where(has_before, self._event_day[np.maximum(self._so_far - 1, 0)], -far)
        after = np.where(has_after, self._event_day[np.minimum(self._so_far, self._event_day.size - 1)], far)
        return before, after

    def any_so_far(self) -> np.ndarray:
        """Tell whether there is any event that the row can see."""
        seen: np.ndarray = self._visible > self._group_start
        return seen

    def starts_of(self, day: Instants) -> Instants:
        """Return the first instant of a local day in the zone of each entry."""
        found = np.full(day.shape, HEALS_NEVER, dtype=np.int64)
        names = self._zone.to_numpy()
        for name in self._zone.unique().to_list():
            mine = names == name
            found[mine] = day_starts(name, day[mine])
        return found

    def over_zones(self, bad: np.ndarray) -> np.ndarray:
        """Return for each row whether the condition holds in any zone."""
        return _reduced(np.logical_or, bad, self._bounds, self._count)

    def latest_over_zones(self, instants: Instants, bad: np.ndarray) -> Instants:
        """Return for each row the latest of the instants in zones where the condition holds."""
        return _reduced(np.maximum, np.where(bad, instants, -HEALS_NEVER), self._bounds, self._count)


def _reduced(how: np.ufunc, values: np.ndarray, bounds: np.ndarray, count: int) -> np.ndarray:
    return how.reduceat(values, bounds) if count else values[:0]


def _rank_within(codes: Instants, started: Instants, code: Instants, start: Instants) -> Instants:
    """Return how many events, in order of code and time, come up to each (code, start)."""
    order = np.lexsort(
        (np.append(np.zeros(codes.size), np.ones(code.size)), np.append(started, start), np.append(codes, code))
    )
    is_event = order < codes.size
    running = np.cumsum(is_event)
    found = np.empty(code.size, dtype=np.int64)
    found[order[~is_event] - codes.size] = running[~is_event]
    return found


def _grouped(counted: pl.DataFrame, per: str, persons: pl.DataFrame) -> pl.DataFrame:
    """Return events by group: ``group``, ``started``; two versions of one attempt are one."""
    if per == "number":
        at_points = counted.filter(pl.col("point_key").is_not_null())
        return at_points.select("attempt_id", "started", group="point_key").unique()
    by_debt = counted.select("attempt_id", "started", account_id="debts").explode(
        "account_id", empty_as_null=True, keep_nulls=True
    )
    if per == "debt":
        return by_debt.select("attempt_id", "started", group="account_id").unique()
    named = by_debt.join(persons, on="account_id")
    return named.select("attempt_id", "started", group="person").unique()

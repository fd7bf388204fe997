"""One function a kind of provision: why an attempt at one instant is not lawful under it, or null if it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from skiptrace.compliance.law import Bar, Cap, Need, Provision, Wait, Window
from skiptrace.compliance.verify.clock import is_holiday, local

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from skiptrace.compliance.verify.known import Event, Known, Stop

__all__ = ["Attempt", "bears", "judge", "judge_hours"]

Row = dict[str, Any]
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CONSENTED = ("consent", "explicit_consent", "separate_consent")
_PERSONAL = frozenset(
    {
        *("deceased", "bankrupt", "attorney", "opt_out", "do_not_call", "wrong_party"),
        *("inconvenient_time", "inconvenient_place", "employer_prohibits"),
    }
)
"""Stops that hold for all accounts of the person; the others are about one debt."""
_OF_THE_DEBTOR = frozenset(("inconvenient_time", "inconvenient_place", "employer_prohibits"))
"""Stops that say nothing of third parties, unless they name the third party's point."""
_HOURS = re.compile(r"^(?:([a-z]{3})(?:-([a-z]{3}))? )?(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")


@dataclass(frozen=True)
class Attempt:
    """A row of a schedule at one instant.

    Attributes
    ----------
    known
        Everything else that is known.
    account, channel, purpose
        As in the row.
    party
        As in the row; an executor of a dead debtor is taken as the debtor.
    places
        Innermost places whose law binds.
    lead
        The lead it uses.
    zones
        Candidate zones.
    stop_kinds
        Kinds of stop that there are on the person or the point at all.
    at, until
        Start and end.
    placed
        The schedule's own earlier rows for the same person, as events with unknown outcome.
    """

    known: Known
    account: str
    channel: str
    party: str
    purpose: str
    lead: Row
    places: tuple[str, ...]
    zones: tuple[str, ...]
    stop_kinds: frozenset[str]
    at: datetime
    until: datetime
    placed: tuple[Event, ...]

    def events(self, per: str) -> list[Event]:
        """Return what happened before, about the debt, the person or at the number."""
        point = self.lead["point_key"]
        if per == "number":
            past = list(self.known.by_point[point])
            own = [event for event in self.placed if event.point == point]
        else:
            accounts = self.known.person(self.account) if per == "person" else (self.account,)
            past = list({id(event): event for account in accounts for event in self.known.by_account[account]}.values())
            own = [event for event in self.placed if event.account in accounts]
        return [event for event in (*past, *own) if event.at <= self.at]


def bears(provision: Provision, attempt: Attempt, days: Collection[date]) -> bool:
    """Tell whether a provision speaks of this attempt on any of these local days."""
    if attempt.channel not in provision.channels or provision.party not in (None, attempt.party):
        return False
    if provision.labels and attempt.lead["label"] not in provision.labels:
        return False
    first, last = provision.valid_from or date.min, provision.valid_until or date.max
    return any(first <= day <= last for day in days)


def judge_hours(window: Window, attempt: Attempt, known: dict[tuple[str, str, datetime, datetime], bool]) -> str | None:
    """Return why the attempt does not lie within the hours of every candidate zone; ``known`` remembers the answers."""
    for zone in attempt.zones:
        key = (window.id, zone, attempt.at, attempt.until)
        if key not in known:
            known[key] = _inside(window, zone, attempt.at, attempt.until)
        if not known[key]:
            return window.summary
    return f"{window.summary} (somebody must look)" if window.status == "M" else None


def _inside(window: Window, zone: str, at: datetime, until: datetime) -> bool:
    start, end = local(at, zone), local(until, zone)
    if window.holidays and any(
        is_holiday(day, window.holidays, window.holidays_added) for day in (start.date(), end.date())
    ):
        return False
    for hours in window.hours:
        if start.weekday() not in hours.days:
            continue
        opening = datetime.combine(start.date(), hours.open)
        night = hours.close == time(0)
        closing = datetime.combine(start.date() + timedelta(days=1 if night else 0), hours.close)
        begin, finish = start.replace(tzinfo=None), end.replace(tzinfo=None)
        if window.ends == "open":
            if opening < begin < closing and finish < closing:
                return True
        elif opening <= begin < closing and finish <= closing:
            return True
    return False


def judge(provision: Provision, attempt: Attempt) -> str | None:
    """Return why a provision that bears on an attempt forbids it, or null; hours have a function of their own."""
    for kind, function in _KINDS.items():
        if isinstance(provision, kind):
            return function(provision, attempt)
    return None


def _cap(cap: Cap, attempt: Attempt) -> str | None:
    if cap.except_direct_consent and _direct_consent(attempt, attempt.at):
        return None
    events = attempt.events(cap.per)
    if cap.after_conversation and not any(event.conversation for event in events):
        return None
    channels = cap.counted or cap.channels
    counting = [
        event
        for event in events
        if event.channel in channels
        and (cap.inbound or not event.inbound)
        and _counts(cap, event)
        and _label_counts(cap, attempt, event)
        and not (cap.except_direct_consent and _direct_consent(attempt, event.at))
    ]
    for zone in attempt.zones:
        first = local(attempt.at, zone).date() - timedelta(days=min(cap.days, 300_000) - 1)
        if sum(local(event.at, zone).date() >= first for event in counting) + 1 > cap.maximum:
            return cap.summary
    return None


def _counts(cap: Cap, event: Event) -> bool:
    return {
        "attempts": True,
        "connected": event.connected,
        "contacts": event.contact,
        "conversations": event.conversation,
        "unanswered": event.unanswered,
    }[cap.count]


def _label_counts(cap: Cap, attempt: Attempt, event: Event) -> bool:
    if not cap.counted_labels or event.point is None:
        return True
    accounts = attempt.known.person(attempt.account)
    labels = {
        lead["label"]
        for account in accounts
        for lead in attempt.known.leads[account]
        if lead["point_key"] == event.point
    }
    return not labels or bool(labels & set(cap.counted_labels))


def _direct_consent(attempt: Attempt, moment: datetime) -> bool:
    """Tell whether a direct consent to be called, no older than seven days, stood at a moment (1006.14(b)(3)(i))."""
    for name in attempt.lead["consent_ids"] or ():
        consent = attempt.known.consents.get(name)
        if consent is None or consent["scope"] != "call_back":
            continue
        if (consent["given_by"], consent["given_to"]) != ("debtor", "this_collector"):
            continue
        if not _valid(consent, moment, moment, "call") or not _within_days(consent["given_at"], moment, attempt, 7):
            continue
        talks = (event for event in attempt.events("debt") if event.conversation and event.channel == "call")
        if any(consent["given_at"] < event.at < moment for event in talks):
            continue
        return True
    return False


def _within_days(given: datetime, moment: datetime, attempt: Attempt, days: int) -> bool:
    """Tell whether a moment lies within some local days, the day of the giving being the first, in every zone."""
    spans = (local(moment, zone).date() - local(given, zone).date() for zone in attempt.zones)
    return all(span < timedelta(days=days) for span in spans)


def _wait(wait: Wait, attempt: Attempt) -> str | None:
    if wait.except_direct_consent and _direct_consent(attempt, attempt.at):
        return None
    events = attempt.events(wait.per)
    if wait.after == "notice":
        return _notice(wait, attempt, events)
    talks = [event for event in events if event.conversation and event.channel in wait.channels]
    for zone in attempt.zones:
        today = local(attempt.at, zone).date()
        if any(today < _after(local(event.at, zone).date(), wait) for event in talks):
            return wait.summary
    return None


def _notice(wait: Wait, attempt: Attempt, events: list[Event]) -> str | None:
    written = attempt.known.accounts[attempt.account]["notice_sent_on"]
    for zone in attempt.zones:
        days = [local(event.at, zone).date() for event in events if event.notice]
        days.extend([written] if written is not None else [])
        if not days or local(attempt.at, zone).date() < _after(min(days), wait):
            return wait.summary
    return None


def _after(day: date, wait: Wait) -> date:
    if not wait.business_days:
        return day + timedelta(days=wait.days)
    left = wait.days
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day, wait.holidays or ""):  # noqa: PLR2004  # Saturday is 5
            left -= 1
    return day


def _need(need: Need, attempt: Attempt) -> str | None:
    met = {
        "consent": _consented,
        "recent_text_basis": _text_basis,
        "unreachable": _unreachable,
        "home_unreachable": _home_unreachable,
    }[need.need](need, attempt)
    return None if met else need.summary


def _consented(need: Need, attempt: Attempt) -> bool:
    if need.found_only and attempt.lead["own"]:
        return True
    named = (attempt.known.consents.get(name) for name in attempt.lead["consent_ids"] or ())
    return any(
        consent is not None
        and _valid(consent, attempt.at, attempt.until, attempt.channel)
        and set(need.purposes) <= set(consent["purposes"] or ())
        and (not need.bases or consent["basis"] in need.bases)
        for consent in named
    )


def _valid(consent: Row, start: datetime, end: datetime, channel: str) -> bool:
    if consent["given_to"] is None or consent["given_at"] > start:
        return False
    if consent["channels"] and channel not in consent["channels"]:
        return False
    ends = [
        consent[name] for name in ("valid_until", "revoked_at", "revocation_received_at") if consent[name] is not None
    ]
    return all(start < last and end <= last for last in ends)


def _text_basis(need: Need, attempt: Attempt) -> bool:
    age = timedelta(days=need.max_age_days)

    def fresh(moment: datetime | None) -> bool:
        return moment is not None and timedelta(0) <= attempt.at - moment <= age

    lead = attempt.lead
    texts = (
        event.at
        for event in attempt.events("debt")
        if event.account == attempt.account
        and event.inbound
        and event.channel == "sms"
        and event.point == lead["point_key"]
    )
    if any(fresh(moment) for moment in texts):
        return True
    if lead["reassignment_result"] == "not_reassigned" and fresh(lead["reassignment_checked_on"]):
        return True
    named = (attempt.known.consents.get(name) for name in lead["consent_ids"] or ())
    return any(
        consent is not None
        and (consent["given_by"], consent["given_to"]) == ("debtor", "this_collector")
        and consent["basis"] in _CONSENTED
        and "contact" in (consent["purposes"] or ())
        and fresh(consent["given_at"])
        and _valid(consent, attempt.at, attempt.until, "sms")
        for consent in named
    )


def _unreachable(need: Need, attempt: Attempt) -> bool:
    points = [lead for lead in attempt.known.leads[attempt.account] if lead["party"] == "debtor"]
    return all(_gone_or_failing(need, attempt, lead) for lead in points)


def _home_unreachable(need: Need, attempt: Attempt) -> bool:
    points = [
        lead
        for lead in attempt.known.leads[attempt.account]
        if lead["party"] == "debtor" and lead["kind"] == "phone" and lead["label"] != "work"
    ]
    return all(_gone_or_failing(need, attempt, lead) for lead in points)


def _gone_or_failing(need: Need, attempt: Attempt, lead: Row) -> bool:
    if attempt.known.is_gone(lead, attempt.at) or lead["reassignment_result"] == "reassigned":
        return True
    tried = [
        event
        for event in attempt.known.by_account[attempt.account]
        if event.point == lead["point_key"] and not event.inbound and event.at <= attempt.at
    ]
    last = sorted(tried, key=lambda event: event.at)[-need.failures :]
    return len(last) == need.failures and all(event.failed for event in last)


def _bar(bar: Bar, attempt: Attempt) -> str | None:
    third = attempt.party == "third_party"
    if attempt.lead["relation"] in bar.except_relations:
        return None
    if bar.relations and not (third and attempt.lead["relation"] in bar.relations):
        return None
    account = attempt.known.accounts[attempt.account]
    conditions = []
    if bar.stop is not None:
        conditions.append(_stopped(bar.stop, attempt))
    if bar.tag is not None:
        conditions.append(account["tag"] == bar.tag)
    if bar.products:
        product = (account["product"] or "").lower()
        conditions.append(not product or any(word in product for word in bar.products))
    if bar.collecting:
        conditions.append(third and attempt.purpose != "location_only")
    if bar.reassigned:
        conditions.append(attempt.lead["reassignment_result"] == "reassigned")
    if bar.asked_before:
        conditions.append(_asked_before(attempt))
    if bar.place_silent:
        conditions.append(_silent(attempt))
    return bar.summary if all(conditions) else None


def _asked_before(attempt: Attempt) -> bool:
    """Tell whether this third party was contacted and has not since asked to be called again."""
    known, third = attempt.known, attempt.lead["relation_id"]
    theirs = [lead for lead in known.leads[attempt.account] if lead["relation_id"] == third]
    points = {lead["point_key"] for lead in theirs}
    made = [
        event.at
        for event in (*known.by_account[attempt.account], *attempt.placed)
        if event.account == attempt.account and event.point in points and not event.inbound and event.at <= attempt.at
    ]
    if not made:
        return False
    named = (known.consents.get(name) for lead in theirs for name in lead["consent_ids"] or ())
    return not any(
        consent is not None
        and (consent["given_by"], consent["scope"]) == ("third_party", "call_back")
        and consent["given_at"] > max(made)
        and _valid(consent, attempt.at, attempt.at, attempt.channel)
        for consent in named
    )


def _silent(attempt: Attempt) -> bool:
    """Tell whether the law of some place does not say when a third party may be asked on this channel."""
    day = [local(attempt.at, zone).date() for zone in attempt.zones]
    return any(
        not any(
            isinstance(provision, Need) and provision.need == "unreachable" and bears(provision, attempt, day)
            for provision in attempt.known.rulebook.bearing_on(place)
        )
        for place in attempt.places
    )


def _stopped(kind: str, attempt: Attempt) -> bool:
    if kind not in attempt.stop_kinds:
        return False
    known, point = attempt.known, attempt.lead["point_key"]
    accounts = known.person(attempt.account) if kind in _PERSONAL else (attempt.account,)
    ours = [stop for account in accounts for stop in known.stops_of_account[account]]
    unnamed = attempt.lead["party"] == "third_party" and kind in _OF_THE_DEBTOR
    return any(
        stop.kind == kind
        and (stop.point == point or (stop.point is None and not unnamed))
        and stop.channel in (None, attempt.channel)
        and stop.since <= attempt.at
        and (stop.until is None or attempt.at < stop.until)
        and _in_scope(stop, attempt)
        for stop in (*ours, *known.stops_of_point[point])
    )


def _in_scope(stop: Stop, attempt: Attempt) -> bool:
    at_work = attempt.lead["label"] in ("work", None)
    at_home = attempt.lead["label"] in ("home", None) and attempt.lead["kind"] != "email"
    if stop.kind == "employer_prohibits":
        return at_work
    if stop.kind == "inconvenient_place":
        detail = (stop.detail or "").strip().lower()
        return {"home": at_home, "work": at_work}.get(detail, at_home or at_work)
    if stop.kind == "inconvenient_time":
        return _inconvenient(stop.detail, attempt)
    return True


def _inconvenient(detail: str | None, attempt: Attempt) -> bool:
    for part in (detail or "").split(";"):
        if not part.strip():
            continue
        read = _HOURS.match(part.strip().lower())
        if read is None or not _readable(read):
            return True
        if any(_touches(read, local(attempt.at, zone), local(attempt.until, zone)) for zone in attempt.zones):
            return True
    return not (detail or "").strip()


def _readable(read: re.Match[str]) -> bool:
    first, last, *clock = read.groups()
    named = all(day is None or day in _WEEK for day in (first, last))
    hours = (int(clock[0]), int(clock[2]))
    minutes = (int(clock[1]), int(clock[3]))
    return named and max(hours) <= 24 and max(minutes) < 60  # noqa: PLR2004  # hours and minutes of a clock


def _touches(read: re.Match[str], start: datetime, end: datetime) -> bool:
    first, last, *clock = read.groups()
    opens, closes = (60 * int(clock[0]) + int(clock[1]), 60 * int(clock[2]) + int(clock[3]))
    length = closes - opens if closes > opens else closes - opens + 24 * 60
    begin, finish = start.replace(tzinfo=None), end.replace(tzinfo=None)
    for back in (-1, 0, 1):
        day = start.date() + timedelta(days=back)
        if first is not None and not _among(day.weekday(), _WEEK.index(first), _WEEK.index(last or first)):
            continue
        opening = datetime.combine(day, time()) + timedelta(minutes=opens)
        closing = opening + timedelta(minutes=length)
        if begin < closing and (opening < finish or opening <= begin):
            return True
    return False


def _among(day: int, first: int, last: int) -> bool:
    return first <= day <= last if first <= last else day >= first or day <= last


_KINDS: dict[type, Callable[[Any, Attempt], str | None]] = {Cap: _cap, Wait: _wait, Need: _need, Bar: _bar}

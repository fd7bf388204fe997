"""Caps and waits: what there was already, counted by hand in every place the person may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from skiptrace.compliance.verify.clock import is_holiday, local
from skiptrace.compliance.verify.consents import is_free, was_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.law import Cap, Wait
    from skiptrace.compliance.verify.attempts import Attempt
    from skiptrace.compliance.verify.known import Event

__all__ = ["judge_cap", "judge_wait"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_HOUR = timedelta(hours=1)


def judge_cap(cap: Cap, attempt: Attempt) -> str | None:
    """Return why this would be one attempt too many in some span of days that holds it."""
    events = attempt.events(cap.per)
    if len(events) < cap.maximum or (cap.except_direct_consent and is_free(attempt, attempt.at, attempt.until)):
        return None
    if cap.after_conversation and not any(event.conversation for event in events):
        return None
    counting = [event for event in events if _counts(cap, attempt, event)]
    if any(_most(cap, attempt, counting, zone) + 1 > cap.maximum for zone in attempt.zones):
        return cap.summary
    return None


def _most(cap: Cap, attempt: Attempt, events: list[Event], zone: str) -> int:
    """Return the largest number of attempts in any span of the cap that holds the one proposed.

    One told in several ways counts once; told at several times it may have been several, and counts at each.
    """
    now, length = _unit(cap, attempt.at, zone), _length(cap)
    once = {(event.name, event.at): event for event in events}.values()
    spans = [(_unit(cap, event.first, zone), _unit(cap, event.at, zone)) for event in once]
    # A fullest span begins where an attempt may be at the latest, or with the one proposed.
    begins = {now, *(last for _, last in spans if now - length <= last <= now)}
    return max(sum(first <= begin + length and last >= begin for first, last in spans) for begin in begins)


def _unit(cap: Cap, moment: datetime, zone: str) -> int:
    """Return the number of the local day, the microsecond or the local month of a moment: what the cap counts by."""
    if cap.hours is not None:
        return (moment - _EPOCH) // _MICRO
    day = local(moment, zone).date()
    return 12 * day.year + day.month if cap.months is not None else day.toordinal()


def _length(cap: Cap) -> int:
    """Return how far the last unit of a span is from its first."""
    if cap.hours is not None:
        return cap.hours * (_HOUR // _MICRO) - 1
    return cap.days - 1 if cap.days is not None else 0


def _days(event: Event, zone: str) -> tuple[date, date]:
    """Return the local days between which something happened, or will at some instant not yet known."""
    return local(event.first, zone).date(), local(event.at, zone).date()


def _counts(cap: Cap, attempt: Attempt, event: Event) -> bool:
    if event.channel not in (cap.counted or cap.channels) or (event.inbound and not cap.inbound):
        return False
    counted = {
        "attempts": True,
        "connected": event.connected,
        "contacts": event.contact,
        "conversations": event.conversation,
        "unanswered": event.unanswered,
    }[cap.count]
    if not counted or (cap.counted_labels and not _labelled(cap, attempt, event)):
        return False
    return not (cap.except_direct_consent and event.since is None and was_free(attempt, event))


def _labelled(cap: Cap, attempt: Attempt, event: Event) -> bool:
    """Tell whether an event was, or may have been, at a point with one of the labels that count."""
    if event.point is None:
        return True
    accounts = attempt.known.person(attempt.account)
    leads = (lead for account in accounts for lead in attempt.known.leads[account])
    labels = {lead["label"] for lead in leads if lead["point_key"] == event.point}
    return not labels or bool(labels & set(cap.counted_labels))


def judge_wait(wait: Wait, attempt: Attempt) -> str | None:
    """Return why too few days lie between this attempt and an event."""
    if wait.after == "notice":
        return None if all(_noticed(wait, attempt, zone) for zone in attempt.zones) else wait.summary
    if wait.except_direct_consent and is_free(attempt, attempt.at, attempt.until):
        return None
    talks = [event for event in attempt.events(wait.per) if event.conversation and event.channel in wait.channels]
    for zone in attempt.zones:
        today = local(attempt.at, zone).date()
        for first, last in (_days(event, zone) for event in talks):
            # A conversation yet to come, at a time already agreed, must not follow too soon either.
            if today < _after(last, wait) and first < _after(today, wait):
                return wait.summary
    return None


def _noticed(wait: Wait, attempt: Attempt, zone: str) -> bool:
    days = list(_notices(attempt, zone))
    return bool(days) and local(attempt.at, zone).date() >= _after(min(days), wait)


def _notices(attempt: Attempt, zone: str) -> Iterator[date]:
    written = attempt.known.accounts[attempt.account]["notice_sent_on"]
    if written is not None:
        yield written
    # A notice is about one debt, whatever else the wait looks at.
    sent: dict[str, list[Event]] = {}
    for event in attempt.events("debt"):
        sent.setdefault(event.name, []).append(event)
    for told in sent.values():
        # Told in several ways, it was the notice only if it was in all of them, and then the last of them.
        latest = max(event.at for event in told)
        if latest <= attempt.at and all(event.notice for event in told):
            yield local(latest, zone).date()


def _after(day: date, wait: Wait) -> date:
    """Return the first day on which a wait that begins on some day is over."""
    if not wait.business_days:
        return day + timedelta(days=wait.days)
    left = wait.days
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day, wait.holidays or ""):  # noqa: PLR2004  # Saturday is 5
            left -= 1
    return day

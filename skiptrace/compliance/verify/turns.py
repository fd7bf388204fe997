"""Turns: the moments within a row's window at which something known changes what law finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from skiptrace.compliance.law import Cap, Need
from skiptrace.compliance.verify.clock import local

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.compliance.verify.attempts import Attempt

__all__ = ["spans_of", "turns"]

_QUARTER = timedelta(minutes=15)
_NOW, _AFTER = timedelta(0), timedelta(microseconds=1)


def spans_of(rulebook: Rulebook) -> frozenset[timedelta]:
    """Return the spans of elapsed time by which law looks back or ahead; local days are no such span."""
    hours = {timedelta(hours=one.hours) for one in rulebook.provisions if isinstance(one, Cap) and one.hours}
    ages = {timedelta(days=one.max_age_days) for one in rulebook.provisions if isinstance(one, Need)}
    return frozenset({*ages, *hours, *(-span for span in hours)})


def turns(attempt: Attempt, end: datetime, spans: Collection[timedelta]) -> list[datetime]:
    """Return moments between an attempt's own and ``end``; from one to the next, only hours can change.

    What is known changes what law finds at its own moment, the length of the contact before it, or some span of the
    law after or before it; or just after any of these. A local day begins at a quarter of an hour.
    """
    whole = end - attempt.at
    apart = [shift + late for shift in {_NOW, attempt.at - attempt.until, *spans} for late in (_NOW, _AFTER)]
    found = {moment - attempt.at + shift for moment in _told(attempt) for shift in apart}
    if any(local(attempt.at, zone).date() != local(end, zone).date() for zone in attempt.zones):
        first = attempt.at.replace(minute=0, second=0, microsecond=0) - attempt.at
        found.update(first + number * _QUARTER for number in range((whole - first) // _QUARTER + 1))
    return sorted(attempt.at + shift for shift in found if _NOW < shift < whole)


def _told(attempt: Attempt) -> Iterator[datetime]:
    """Return the moments of everything known of a person and a contact point."""
    known, lead = attempt.known, attempt.lead
    moments: list[datetime | None] = [lead["reassignment_checked_on"]]
    for stop in known.stops(attempt.account, lead["point_key"]):
        moments += (stop.since, stop.until)
    for name in (*(lead["consent_ids"] or ()), *known.consents_of_relation[lead["relation_id"]]):
        consent = known.consents.get(name, {})
        moments += (consent.get(one) for one in ("given_at", "valid_until", "revoked_at", "revocation_received_at"))
    for event in (*attempt.events("person"), *attempt.events("number")):
        moments += (event.first, event.at)
    yield from (moment for moment in moments if moment is not None)

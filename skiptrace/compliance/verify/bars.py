"""Bars: no contact, while a stop stands or because of what the contact is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.compliance.law import Need
from skiptrace.compliance.rulebook import EVERYWHERE
from skiptrace.compliance.verify.attempts import bears
from skiptrace.compliance.verify.clock import local
from skiptrace.compliance.verify.consents import is_valid, lifts
from skiptrace.compliance.verify.hours import inconvenient

if TYPE_CHECKING:
    from skiptrace.compliance.law import Bar, Provision
    from skiptrace.compliance.verify.attempts import Attempt
    from skiptrace.compliance.verify.known import Stop

__all__ = ["judge_bar"]

_PERSONAL = frozenset(
    {
        *("deceased", "bankrupt", "attorney", "opt_out", "do_not_call", "wrong_party"),
        *("inconvenient_time", "inconvenient_place", "employer_prohibits"),
    }
)
"""Stops that hold for all accounts of the person; the others are about one debt."""
_OF_THE_DEBTOR = frozenset(("inconvenient_time", "inconvenient_place", "employer_prohibits"))
"""Stops that say nothing of third parties, unless they name the third party's point."""


def judge_bar(bar: Bar, attempt: Attempt) -> str | None:
    """Return why the contact is barred; a bar without a condition bars whatever it speaks of."""
    third = attempt.party == "third_party"
    if attempt.lead["relation"] in bar.except_relations:
        return None
    if bar.relations and not (third and attempt.lead["relation"] in bar.relations):
        return None
    if bar.stop is None and lifts(bar.lifted_by, attempt, attempt.at, attempt.until):
        return None
    account = attempt.known.accounts[attempt.account]
    conditions = (
        bar.stop is None or _stopped(bar, bar.stop, attempt),
        bar.tag is None or account["tag"] == bar.tag,
        not bar.products or _among(bar.products, account["product"]),
        not bar.collecting or (third and attempt.purpose != "location_only"),
        not bar.reassigned or attempt.lead["reassignment_result"] == "reassigned",
        not bar.asked_before or _asked_before(attempt),
        not bar.place_silent or _silent(attempt),
    )
    return bar.summary if all(conditions) else None


def _among(words: tuple[str, ...], product: str | None) -> bool:
    """Tell whether a product is, or for all that is known may be, one of those named."""
    return not product or any(word.lower() in product.lower() for word in words)


def _asked_before(attempt: Attempt) -> bool:
    """Tell whether this third party was contacted and has not since asked to be called again."""
    known, third = attempt.known, attempt.lead["relation_id"]
    if attempt.lead["party"] != "third_party":
        return False
    theirs = [lead for lead in known.leads[attempt.account] if lead["relation_id"] == third]
    points = {lead["point_key"] for lead in theirs}
    made = [
        event.at
        for event in attempt.events("debt")
        if event.account == attempt.account and event.point in points and not event.inbound
    ]
    if not made:
        return False
    named = (known.consents.get(name) for lead in theirs for name in lead["consent_ids"] or ())
    return not any(
        consent is not None
        and (consent["given_by"], consent["scope"]) == ("third_party", "call_back")
        and consent["given_at"] > max(made)
        and is_valid(consent, attempt.at, attempt.at, attempt.channel)
        for consent in named
    )


def _silent(attempt: Attempt) -> bool:
    """Tell whether the law of some place does not say, on some local day, when a third party may be asked this way."""
    days = {local(attempt.at, zone).date() for zone in attempt.zones}
    return any(
        not any(_speaks(one) and bears(one, attempt, (day,)) for one in attempt.known.rulebook.bearing_on(place))
        for place in attempt.places
        for day in days
    )


def _speaks(provision: Provision) -> bool:
    """Tell whether a place's own law says by this when a third party may be asked; memory permits nothing."""
    return (
        isinstance(provision, Need)
        and provision.need == "unreachable"
        and not provision.adds
        and provision.places != (EVERYWHERE,)
        and provision.status != "M"
    )


def _stopped(bar: Bar, kind: str, attempt: Attempt) -> bool:
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
        and stop.stands(attempt.at)
        and _in_scope(stop, attempt)
        and not (stop.dated and lifts(bar.lifted_by, attempt, attempt.at, attempt.until, stop.since))
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
        return any(inconvenient(stop.detail, zone, attempt.at, attempt.until) for zone in attempt.zones)
    return True

"""Needs: the consent, the recent text, or the fruitless search without which there is no contact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from skiptrace.compliance.verify.clock import local
from skiptrace.compliance.verify.whereabouts import whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.law import Need
    from skiptrace.compliance.verify.attempts import Attempt
    from skiptrace.compliance.verify.known import Event

__all__ = ["is_free", "is_valid", "judge_need", "lifts", "was_free"]

Row = dict[str, Any]
_CONSENTED = ("consent", "explicit_consent", "separate_consent")
_CALL_BACK, _DIRECT_DAYS = "call_back", 7


def judge_need(need: Need, attempt: Attempt) -> str | None:
    """Return what is lacking."""
    met = {
        "consent": _consented,
        "recent_text_basis": _text_basis,
        "unreachable": _unreachable,
        "home_unreachable": _home_unreachable,
    }[need.need](need, attempt)
    return None if met else need.summary


def is_valid(consent: Row, start: datetime, end: datetime, channel: str | None) -> bool:
    """Tell whether a consent, given to anybody, stands from start to end; a channel of null asks for no channel."""
    if consent["given_to"] is None or consent["given_at"] > start:
        return False
    if channel is not None and consent["channels"] is not None and channel not in consent["channels"]:
        return False
    ends = [
        consent[name] for name in ("valid_until", "revoked_at", "revocation_received_at") if consent[name] is not None
    ]
    return all(start < last and end <= last for last in ends)


def _named(attempt: Attempt) -> Iterator[Row]:
    for name in attempt.lead["consent_ids"] or ():
        consent = attempt.known.consents.get(name)
        if consent is not None:
            yield consent


def _said_yes(consent: Row) -> bool:
    """Tell whether the debtor told this very collector that it may contact them."""
    told = (consent["given_by"], consent["given_to"]) == ("debtor", "this_collector")
    return told and consent["basis"] in _CONSENTED and "contact" in (consent["purposes"] or ())


def lifts(scope: str | None, attempt: Attempt, start: datetime, end: datetime, since: datetime | None = None) -> bool:
    """Tell whether the debtor told this collector, after some moment, that what else forbids the contact may be.

    A scope of null is lifted by nothing (12 CFR 1006.6(b)(2)(ii), (b)(4)).
    """
    return scope is not None and any(
        consent["scope"] == scope
        and _said_yes(consent)
        and is_valid(consent, start, end, attempt.channel)
        and (since is None or since < consent["given_at"])
        for consent in _named(attempt)
    )


def is_free(attempt: Attempt, start: datetime, end: datetime) -> bool:
    """Tell whether an attempt is a call under a direct consent to be called (12 CFR 1006.14(b)(3)(i)).

    The consent lasts seven local days, the day it was given being the first, and ends at the next conversation.
    """
    return attempt.channel == "call" and any(
        _lasts(consent, start, end, attempt.zones) and not _talked(attempt, attempt.account, consent, start)
        for consent in _named(attempt)
        if consent["scope"] == _CALL_BACK and _said_yes(consent)
    )


def was_free(attempt: Attempt, event: Event) -> bool:
    """Tell whether what happened was a call under a direct consent, judged as it was when it was made.

    Whichever contact is asked about now: it is the point called, and its account's conversations, that decide.
    """
    known, at = attempt.known, event.at
    for lead in known.leads[event.account] if event.channel == "call" else ():
        named = [known.consents.get(name) for name in lead["consent_ids"] or ()]
        direct = [one for one in named if one is not None and one["scope"] == _CALL_BACK and _said_yes(one)]
        if lead["point_key"] != event.point or not direct:
            continue
        zones = whereabouts(known, known.rulebook, lead, min(at, attempt.as_of)).zones
        if any(_lasts(one, at, at, zones) and not _talked(attempt, event.account, one, at) for one in direct):
            return True
    return False


def _lasts(consent: Row, start: datetime, end: datetime, zones: tuple[str, ...]) -> bool:
    """Tell whether a direct consent is in force for a call by the days of every zone; where none is known it is not."""
    spans = [local(start, zone).date() - local(consent["given_at"], zone).date() for zone in zones]
    return is_valid(consent, start, end, "call") and bool(spans) and max(spans) < timedelta(days=_DIRECT_DAYS)


def _talked(attempt: Attempt, account: str, consent: Row, until: datetime) -> bool:
    """Tell whether there was a telephone conversation about a debt since a consent was given."""
    events = (*attempt.known.by_account[account], *(event for event in attempt.placed if event.account == account))
    talks = (event for event in events if event.conversation and event.channel == "call")
    return any(consent["given_at"] < talk.at and talk.first < until for talk in talks)


def _consented(need: Need, attempt: Attempt) -> bool:
    if need.found_only and attempt.lead["own"]:
        return True
    # To be located is not a matter of a channel.
    channel = None if set(need.purposes) == {"locate"} else attempt.channel
    if "locate" in need.purposes and attempt.lead["party"] == "third_party" and not _relation_consented(need, attempt):
        return False
    return any(
        is_valid(consent, attempt.at, attempt.until, channel)
        and set(need.purposes) <= set(consent["purposes"] or ())
        and (not need.bases or consent["basis"] in need.bases)
        for consent in _named(attempt)
    )


def _relation_consented(need: Need, attempt: Attempt) -> bool:
    """Tell whether the relation by which a third party is known was itself disclosed with consent to locate."""
    consents = (
        attempt.known.consents.get(name) for name in attempt.known.consents_of_relation[attempt.lead["relation_id"]]
    )
    return any(
        is_valid(consent, attempt.at, attempt.until, None)
        and "locate" in (consent["purposes"] or ())
        and (not need.bases or consent["basis"] in need.bases)
        for consent in consents
        if consent is not None
    )


def _text_basis(need: Need, attempt: Attempt) -> bool:
    lead, age = attempt.lead, timedelta(days=need.max_age_days)

    def fresh(moment: datetime | None) -> bool:
        return moment is not None and timedelta(0) <= attempt.at - moment <= age

    if lead["reassignment_result"] == "not_reassigned" and fresh(lead["reassignment_checked_on"]):
        return True
    texts = (event for event in attempt.events("debt") if event.inbound and event.channel == "sms")
    if any(fresh(text.at) for text in texts if (text.account, text.point) == (attempt.account, lead["point_key"])):
        return True
    return any(
        _said_yes(consent) and fresh(consent["given_at"]) and is_valid(consent, attempt.at, attempt.until, "sms")
        for consent in _named(attempt)
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
    tried: dict[str, list[Event]] = {}
    for event in attempt.known.by_account[attempt.account]:
        if event.account == attempt.account and event.at <= attempt.at:
            tried.setdefault(event.name, []).append(event)
    # One attempt told in several ways failed only if it did in all; of two at one instant, that which did not is later.
    ends = []
    for told in tried.values():
        here = [event for event in told if event.point == lead["point_key"] and not event.inbound]
        through = [event.at for event in here if not event.failed]
        if here:
            ends.append((max(through), 1) if through else (min(event.at for event in here), 0))
    last = sorted(ends)[-need.failures :]
    return len(last) == need.failures and not any(through for _, through in last)

"""Provisions in plain words, with their figures: for the officer who signs off."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from skiptrace.compliance.law import DAYS, Bar, Cap, Disclosure, Need, Retention, Wait, Window
from skiptrace.compliance.rulebook import HOUSE_HOURS
from skiptrace.vocabulary import Channel, StopKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from skiptrace.compliance.law import Common, Hours, Provision

__all__ = ["KIND_TITLES", "bears_on", "hours_in_words", "in_force", "is_in_force", "statement"]

KIND_TITLES = {
    "window": "Hours",
    "cap": "Caps",
    "wait": "Waits",
    "need": "Needs",
    "bar": "Bars",
    "disclosure": "To be observed, not judged",
    "retention": "Records",
}
_CHANNELS = {"call": "calls", "sms": "texts", "email": "e-mails", "letter": "letters", "visit": "visits"}
_COUNTED = {
    "attempts": "attempt",
    "connected": "attempt that connects",
    "contacts": "attempt that was answered or left a message",
    "conversations": "conversation",
    "unanswered": "attempt that was not answered",
}
_COUNTED_MANY = {
    "connected": "attempts that connect",
    "contacts": "attempts that were answered or left a message",
    "unanswered": "attempts that were not answered",
}
_PER = {
    "debt": "about a debt",
    "account": "in an account's own file",
    "person": "with a person, over all accounts",
    "number": "at one contact point",
}
_PURPOSES = {"locate": "locating", "contact": "contact", "share": "sharing"}
_UNREADABLE = {
    StopKind.UNREADABLE: "a stop stands that cannot be read",
    StopKind.ACCOUNT_UNREADABLE: "the latest row of the account cannot be read",
}
_BARRED = {
    "collecting": "it is for anything but location information",
    "asked_before": "this third party was contacted before and has not asked to be called again",
    "reassigned": "a check says that the number was reassigned",
    "place_silent": "the law of one of the places does not say when third parties may be asked",
}
_NEEDED = {
    "recent_text_basis": (
        "needs the debtor's own text from the number, their consent to this collector, or a check that the number was "
        "not reassigned, not older than {age} days"
    ),
    "unreachable": "a third party may be asked once every contact point of the debtor's is dead or failed {failures}",
    "home_unreachable": "only if every number of the debtor's that is not at work is dead or failed {failures}",
}


def statement(one: Provision) -> str:
    """Say what a provision demands, with its figures.

    Examples
    --------
    >>> from skiptrace.compliance.law import Retention
    >>> statement(Retention(id="x", summary="records", citation="a law", status="P", kind="retention", years=3))
    'keep records for 3 years'
    """
    if isinstance(one, Disclosure):
        return "to be observed, not judged"
    if isinstance(one, Retention):
        return f"keep records for {one.years:g} years"
    if isinstance(one, Window):
        return _window(one)
    if isinstance(one, Cap):
        return _cap(one)
    return _wait(one) if isinstance(one, Wait) else _need(one) if isinstance(one, Need) else _bar(one)


def bears_on(one: Common) -> str:
    """Say on which contacts a provision bears."""
    channels = "every channel" if set(one.channels) == set(Channel) else _list([_CHANNELS[it] for it in one.channels])
    parts = [channels]
    if one.party is not None:
        parts.append({"debtor": "to the debtor", "third_party": "to third parties"}[one.party])
    if one.labels:
        parts.append(f"at contact points known to be {_list(one.labels, 'or')}")
    if one.purpose is not None:
        parts.append({"collect": "to collect", "location_only": "for location information"}[one.purpose])
    return " ".join(parts)


def in_force(one: Common) -> str:
    """Say when a provision holds, as far as it says so itself."""
    parts = [f"from {one.valid_from}" if one.valid_from else "", f"to {one.valid_until}" if one.valid_until else ""]
    return " ".join(part for part in parts if part) or "no dates"


def is_in_force(one: Common, day: date) -> bool:
    """Tell whether a provision holds on a local day."""
    return (one.valid_from is None or one.valid_from <= day) and (one.valid_until is None or day <= one.valid_until)


def _window(one: Window) -> str:
    parts = [", ".join(hours_in_words(hours) for hours in one.hours)]
    if one.ends == "open":
        parts.append("the moments of opening and closing excluded")
    if one.holidays is not None:
        added = " or Easter Monday" if one.holidays_added else ""
        parts.append(f"none on public holidays of {one.holidays}{added}")
    if one.id == HOUSE_HOURS:
        parts.append("only where the law of the place names no hours for this")
    if one.adds:
        parts.append("besides the house's hours where no other law of the place names any")
    return "; ".join(parts) + _lifted(one)


def hours_in_words(hours: Hours) -> str:
    """Return the days and the clock.

    >>> from skiptrace.compliance.law import Hours
    >>> hours_in_words(Hours(days="mon-fri,sun", open="08:00", close="00:00"))
    'Mon–Fri, Sun 08:00–24:00'
    """
    runs: list[list[int]] = []
    for day in sorted(set(hours.days)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [DAYS[run[0]].title() + (f"–{DAYS[run[-1]].title()}" if len(run) > 1 else "") for run in runs]
    closes = "24:00" if hours.close == time(0) else _clock(hours.close)
    return f"{', '.join(names)} {_clock(hours.open)}–{closes}"


def _clock(at: time) -> str:
    return at.isoformat("minutes") if not at.second and not at.microsecond else at.isoformat()


def _cap(one: Cap) -> str:
    many = _COUNTED_MANY.get(one.count, f"{_COUNTED[one.count]}s")
    parts = [
        f"at most {one.maximum} {_COUNTED[one.count] if one.maximum == 1 else many} in {_span(one)}, {_PER[one.per]}"
    ]
    if one.counted and set(one.counted) != set(one.channels):
        parts.append(f"{_list([_CHANNELS[it] for it in one.counted])} count")
    if one.counted_labels:
        parts.append(f"those count that were made at {_list(one.counted_labels, 'or')} or at no known contact point")
    if one.inbound:
        parts.append("what the debtor began counts too")
    if one.after_conversation:
        parts.append("once there was a conversation")
    return "; ".join(parts) + _direct(one)


def _span(cap: Cap) -> str:
    if cap.months:
        return "a calendar month"
    if cap.days:
        return "a local day" if cap.days == 1 else f"{cap.days} consecutive local days"
    return f"{_count(cap.hours or 0, 'hour')} on end"


def _wait(one: Wait) -> str:
    days = _count(one.days, "business day" if one.business_days else "day")
    calendar = f" (public holidays of {one.holidays} are none)" if one.business_days else ""
    whose = "with the debtor, on any account" if one.per == "person" else "about the debt"
    after = f"a conversation {whose}" if one.after == "conversation" else "the written notice; without a notice, none"
    return f"none before {days}{calendar} after {after}{_direct(one)}"


def _direct(one: Cap | Wait) -> str:
    return "; calls under the debtor's consent of the last 7 days are free" if one.except_direct_consent else ""


def _need(one: Need) -> str:
    if one.need != "consent":
        failures = "on its last attempt" if one.failures == 1 else f"on its last {one.failures} attempts"
        adds = one.adds and one.need == "unreachable"
        silent = "; this does not by itself let third parties be asked" if adds else ""
        return _NEEDED[one.need].format(age=one.max_age_days, failures=failures) + silent
    purposes = f" for {_list([_PURPOSES[it] for it in one.purposes])}" if one.purposes else ""
    bases = f" on the basis of {_list([basis.replace('_', ' ') for basis in one.bases], 'or')}" if one.bases else ""
    found = ", for contact points that the account itself did not give" if one.found_only else ""
    return f"needs a consent{purposes}{bases} that holds from start to end{found}"


def _bar(one: Bar) -> str:
    when = [words for name, words in _BARRED.items() if getattr(one, name)]
    if one.stop is not None:
        when.append(_UNREADABLE.get(one.stop, f"a stop “{_words(one.stop)}” stands"))
    if one.tag is not None:
        when.append(f"the account has the tag “{_words(one.tag)}”")
    if one.products:
        when.append(f"the product is, or may be, {_list(one.products, 'or')}")
    if one.relations:
        when.append(f"the third party is {_list([_words(it) for it in one.relations], 'or')}")
    parts = ["none" + (f" where {' and '.join(when)}" if when else "")]
    if one.except_relations:
        parts.append(f"not for {_list([_words(it) for it in one.except_relations], 'or')}")
    if one.reply_allowed:
        parts.append(f"one reply to a contact that the debtor began since is free in {_list(one.reply_allowed)}")
    return "; ".join(parts) + _lifted(one)


def _lifted(one: Window | Bar) -> str:
    return f"; a direct consent with scope {one.lifted_by} lifts it" if one.lifted_by else ""


def _words(text: str) -> str:
    return text.replace("_", " ")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _list(words: Sequence[str], joint: str = "and") -> str:
    """Join words as people do.

    >>> _list(["calls", "texts", "visits"]), _list(["home"])
    ('calls, texts and visits', 'home')
    """
    *first, last = [str(word) for word in words]
    return f"{', '.join(first)} {joint} {last}" if first else last

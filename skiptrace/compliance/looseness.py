"""Compare two wordings of a provision: say in what the new one lets through what the old one held back.

What cannot be compared counts as looser. Two things loosen the law without taking anything away from it: hours of a
place's own, which stand instead of the house's, and a need that says when third parties may be asked, without which
they are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.compliance.law import DAYS, Bar, Cap, Disclosure, Need, Retention, Wait, Window

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import time

    from skiptrace.compliance.law import Common, Hours, Provision

__all__ = ["looser"]

_MONTH_DAYS = 31
"""Days in a row that hold every calendar month."""
_DAY_MINUTES = 24 * 60
_WIDER = {"account": ("debt", "person"), "debt": (), "person": (), "number": ()}
"""Whose attempts are among whose: those in an account's own file are about its debt, and its person's."""


def looser(old: Provision | None, new: Provision | None) -> tuple[str, ...]:
    """Say in words each respect in which a provision is looser than the one that it replaces.

    Parameters
    ----------
    old, new
        Their ``places`` filled in. Null as ``old``: the new one is added to the law. Null as ``new``: the old one is
        taken away.

    Returns
    -------
    tuple of str
        Empty: nothing that the old one denies, or puts before a person, does the new one allow.
    """
    if new is None:
        return ("it no longer holds",)
    if old is None:
        return tuple(_speaks_more(None, new))
    if old.kind != new.kind:
        return (f"it is a {new.kind}, no longer a {old.kind}",)
    return (*_bears_on_less(old, new), *_says_less(old, new), *_speaks_more(old, new))


def _bears_on_less(old: Common, new: Common) -> Iterator[str]:
    """Where, when and for whom the new one no longer holds."""
    gone = [place for place in old.places if not any(_lies_in(place, other) for other in new.places)]
    if gone:
        yield f"it no longer holds in {', '.join(gone)}"
    if new.valid_from and (old.valid_from is None or new.valid_from > old.valid_from):
        yield f"it holds only from {new.valid_from}"
    if new.valid_until and (old.valid_until is None or new.valid_until < old.valid_until):
        yield f"it holds only until {new.valid_until}"
    yield from _fewer("channels", old.channels, new.channels)
    for name, before, after in (("party", old.party, new.party), ("purpose", old.purpose, new.purpose)):
        if after is not None and before != after:
            yield f"it bears only on {name} {after}"
    if new.labels:
        yield from _fewer("labels", old.labels, new.labels, all_of="all labels")


def _lies_in(place: str, other: str) -> bool:
    return other == "*" or f"{place}-".startswith(f"{other}-")


def _fewer(name: str, old: Collection[str], new: Collection[str], all_of: str = "") -> Iterator[str]:
    """Say what the new list lacks; with ``all_of``, an empty old one stands for everything."""
    if not old and all_of:
        yield f"{name} only {', '.join(map(str, new))}, not {all_of}"
    elif missing := [str(one) for one in old if one not in new]:
        yield f"fewer {name}: no longer {', '.join(missing)}"


def _speaks_more(old: Provision | None, new: Provision) -> Iterator[str]:
    """Say where the new one speaks for a place of which the old one did not speak."""
    if not _speaks(new):
        return
    more = "wider than before" if old is not None and _speaks(old) else ""
    if more and not any(_bears_on_less(new, old)):  # type: ignore[arg-type]  # not null, or there would be no more
        return
    if isinstance(new, Window):
        yield f"its hours stand instead of the house's where the law names none{more and f', {more}'}"
    else:
        yield f"third parties may be asked where the law does not say so{more and f', {more}'}"


def _speaks(one: Provision) -> bool:
    """Tell whether the law of a place is no longer silent because of a provision; one that holds everywhere is none."""
    if one.places == ("*",):
        return False
    if isinstance(one, Window):
        return not one.adds and not one.labels
    return isinstance(one, Need) and one.need == "unreachable" and not one.adds and one.status != "M"


def _says_less(old: Provision, new: Provision) -> Iterator[str]:
    match old, new:
        case Window(), Window():
            yield from _lifted(old, new)
            yield from _window(old, new)
        case Cap(), Cap():
            yield from _cap(old, new)
        case Wait(), Wait():
            yield from _wait(old, new)
        case Need(), Need():
            yield from _need(old, new)
        case Bar(), Bar():
            yield from _lifted(old, new)
            yield from _bar(old, new)
        case Disclosure(), Disclosure():
            if old.summary != new.summary:
                yield "it says something else"
        case Retention(), Retention():
            if new.years < old.years:
                yield f"records are kept {new.years:g} years, not {old.years:g}"


def _lifted(old: Window | Bar, new: Window | Bar) -> Iterator[str]:
    if new.lifted_by is not None and new.lifted_by != old.lifted_by:
        yield f"a consent with scope {new.lifted_by} lifts it"


def _window(old: Window, new: Window) -> Iterator[str]:
    by_words: dict[str, list[str]] = {}
    for day, name in enumerate(DAYS):
        for words in _day(_spans(old.hours, day), _spans(new.hours, day), strictly=old.ends == "open" != new.ends):
            by_words.setdefault(words, []).append(name)
    for words, days in by_words.items():
        yield f"{words} ({', '.join(days)})"
    if old.holidays is not None and old.holidays != new.holidays:
        yield f"public holidays by {new.holidays}, not {old.holidays}" if new.holidays else "hours on public holidays"
    yield from _fewer("added holidays", old.holidays_added, new.holidays_added)
    if old.status == "M" != new.status:
        yield f"inside its hours nobody must look: status {new.status}, not M"


def _spans(hours: tuple[Hours, ...], day: int) -> list[tuple[float, float]]:
    """Return the hours of a day of the week as minutes, or parts of them, since midnight."""
    return sorted((_minute(one.open), _minute(one.close) or _DAY_MINUTES) for one in hours if day in one.days)


def _minute(at: time) -> float:
    return at.hour * 60 + at.minute + at.second / 60 + at.microsecond / 60_000_000


def _day(old: list[tuple[float, float]], new: list[tuple[float, float]], *, strictly: bool) -> Iterator[str]:
    """Say in what the hours of a day are more. Hours that touch are not put together: a stricter reading may not."""
    inside = [
        any((a < c and d < b) if strictly else (a <= c and d <= b) for a, b in old)  # [c, d] lies in [a, b]
        for c, d in new
    ]
    if all(inside):
        return
    if not old:
        yield "hours on days that had none"
        return
    first, last = min(new)[0], max(close for _, close in new)
    if first < min(old)[0]:
        yield f"opens {_clock(first)}, not {_clock(min(old)[0])}"
    if last > max(close for _, close in old):
        yield f"closes {_clock(last)}, not {_clock(max(close for _, close in old))}"
    if first >= min(old)[0] and last <= max(close for _, close in old):
        yield "hours where there was a break, or opening and closing themselves"


def _clock(minute: float) -> str:
    return f"{int(minute) // 60:02}:{int(minute) % 60:02}"


def _cap(old: Cap, new: Cap) -> Iterator[str]:
    if new.maximum > old.maximum:
        yield f"at most {new.maximum}, not {old.maximum}"
    if not _holds_span(old, new):
        yield f"in {_span(new)}, not {_span(old)}"
    if new.count not in {old.count, "attempts"}:
        yield f"counts {new.count}, not {old.count}"
    if new.per != old.per and new.per not in _WIDER[old.per]:
        yield f"per {new.per}, not per {old.per}"
    yield from _fewer("channels counted", old.counted or old.channels, new.counted or new.channels)
    if new.counted_labels:
        yield from _fewer("labels counted", old.counted_labels, new.counted_labels, all_of="all")
    if old.inbound and not new.inbound:
        yield "what the debtor began no longer counts"
    if new.after_conversation and not old.after_conversation:
        yield "it holds only after a conversation"
    yield from _direct_consent(old, new)


def _holds_span(old: Cap, new: Cap) -> bool:
    """Tell whether attempts that lie in one span of the old cap lie in one of the new."""
    if old.days and new.days:
        return new.days >= old.days
    if old.hours and new.hours:
        return new.hours >= old.hours
    return bool(old.months and (new.months or (new.days or 0) >= _MONTH_DAYS))


def _span(cap: Cap) -> str:
    return f"{cap.days} days" if cap.days else f"{cap.hours} hours" if cap.hours else "a month"


def _wait(old: Wait, new: Wait) -> Iterator[str]:
    if new.after != old.after:
        yield f"after {new.after}, not after {old.after}"
    if new.per != old.per:
        yield f"per {new.per}, not per {old.per}"
    if new.days < old.days:
        yield f"{new.days} days, not {old.days}"
    if old.business_days and not new.business_days:
        yield "all days count, not business days alone"
    if old.business_days and new.business_days and old.holidays != new.holidays:
        yield f"public holidays by {new.holidays}, not {old.holidays}"
    yield from _direct_consent(old, new)


def _direct_consent(old: Cap | Wait, new: Cap | Wait) -> Iterator[str]:
    if new.except_direct_consent and not old.except_direct_consent:
        yield "calls under a direct consent are free"


def _need(old: Need, new: Need) -> Iterator[str]:
    if new.need != old.need:
        yield f"asks for {new.need}, not {old.need}"
    yield from _fewer("purposes", old.purposes, new.purposes)
    if set(new.purposes) == {"locate"} != set(old.purposes):
        yield "a consent for another channel will do"  # to be located is not a matter of a channel
    if old.bases and not new.bases:
        yield "any basis will do"
    elif old.bases and (more := [basis for basis in new.bases if basis not in old.bases]):
        yield f"more bases will do: {', '.join(more)}"
    if new.found_only and not old.found_only:
        yield "contact points that the account itself gave are free"
    if new.max_age_days > old.max_age_days:
        yield f"{new.max_age_days} days old will do, not {old.max_age_days}"
    if new.failures < old.failures:
        yield f"{new.failures} failures will do, not {old.failures}"


def _bar(old: Bar, new: Bar) -> Iterator[str]:
    """Each condition of the new bar must be one of the old bar's: what has more conditions bars less."""
    for name in ("stop", "tag"):
        before, after = getattr(old, name), getattr(new, name)
        if after != before and (after is not None or name == "stop"):
            yield f"{name} {after or 'none'}, not {before or 'none'}"
    if new.products:
        yield from _fewer("products", old.products, new.products, all_of="all")
    for name in ("collecting", "asked_before", "reassigned", "place_silent"):
        if getattr(new, name) and not getattr(old, name):
            yield f"only where {name.replace('_', ' ')}"
    if new.relations:
        yield from _fewer("relations", old.relations, new.relations, all_of="all")
    if more := [str(one) for one in new.except_relations if one not in old.except_relations]:
        yield f"more relations spared: {', '.join(more)}"
    if more := [place for place in new.reply_allowed if place not in old.reply_allowed]:
        yield f"a reply is free in more places: {', '.join(more)}"

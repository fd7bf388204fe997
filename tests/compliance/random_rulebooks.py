"""Whole rulebooks at random: provisions of every kind with every field, over places that random worlds are made of.

Shipped provisions stand among them, some of them with a scope by which they can be lifted. Most of what is made leaves
room for a contact: a rulebook that allows nothing compares nothing. Not made, as the two readings do not agree on it
yet: dated hours from memory, a cap on a number by labels, business days after a conversation, a consent for no purpose.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, get_args

from pydantic import TypeAdapter

from skiptrace.compliance.law import Bar, LiftingScope, Provision, Window
from skiptrace.vocabulary import Basis, Channel, Party, PointLabel, Purpose, Relation, StopKind
from tests.compliance.random_worlds import AS_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.compliance import Rulebook

__all__ = ["random_provision", "random_rulebook"]

PLACES = (
    *("US", "US", "US-NY", "US-NY-NYC", "US-MA", "US-WA", "US-FL", "US-PR", "CN", "CN-SH", "GB", "IN", "AU", "AU-NSW"),
    *("CA", "CA-ON", "CA-QC", "CA-NS", "JP", "BR", "BR-SP", "FR", "TW", "*", "*"),
)
SCOPES: tuple[str, ...] = get_args(LiftingScope)
CALENDARS = ("US", "CA-QC", "AU", "GB", "BR-SP", "IN")
DAYS = ("mon-sun", "mon-sun", "mon-fri", "mon-sat", "sat-sun", "sun", "tue,thu", "fri-sun,mon")
TIMES = ("00:00", "07:00", "08:00", "09:30", "12:00", "17:30", "20:00", "21:00", "22:00")
WIDE = (("00:00", "00:00"), ("06:00", "00:00"), ("07:00", "22:00"), ("08:00", "21:00"), ("08:00", "21:00"))
READER: TypeAdapter[Provision] = TypeAdapter(Provision)


def random_rulebook(seed: int, shipped: Rulebook) -> Rulebook:
    """Make a rulebook of some of the shipped provisions and of others at random."""
    random = Random(seed)  # noqa: S311  # law for worlds, not secrets
    kept = [
        _lifted(random, one) for one in shipped.provisions if random.random() < (0.8 if one.places == ("*",) else 0.3)
    ]
    made = [random_provision(random, f"random.{number}") for number in range(random.choice((4, 10, 25)))]
    named = {place for one in (*kept, *made) for place in one.places if place != "*"}
    packs = {place: "at random" for place in sorted(named | set(shipped.packs)) if random.random() < 0.97}
    return replace(shipped, provisions=tuple(sorted((*kept, *made), key=lambda one: one.id)), packs=packs, overrides={})


def random_provision(random: Random, name: str) -> Provision:
    """Make a provision of any kind that is judged."""
    kind = random.choice(("window",) * 4 + ("cap",) * 4 + ("bar",) * 4 + ("wait", "need", "need"))
    said = _common(random, name) | {"kind": kind} | _OF_KIND[kind](random)
    if kind == "window" and said["status"] == "M":
        said |= {"valid_from": None, "valid_until": None}
    return READER.validate_python(said)


def _lifted(random: Random, provision: Provision) -> Provision:
    if not isinstance(provision, Window | Bar) or random.random() < 0.5:
        return provision
    kind = getattr(provision, "stop", None)
    return provision.model_copy(update={"lifted_by": kind if kind in SCOPES else random.choice(SCOPES)})


def _some(random: Random, words: Sequence[Any], share: float = 0.25) -> list[Any]:
    """Return some of the words, or mostly none, which is all of them."""
    return random.sample(words, random.randint(1, min(3, len(words)))) if random.random() < share else []


def _common(random: Random, name: str) -> dict[str, Any]:
    begins = datetime.fromisoformat(random.choice(AS_OF)).date() + timedelta(days=random.randint(-3, 8))
    dated = random.random() < 0.3
    channels = random.choice(
        ([*Channel], [*Channel], ["call"], ["call", "sms"], ["call", "visit"], ["email", "letter"])
    )
    places = {random.choice(PLACES) for _ in range(random.choice((1, 1, 2)))}
    return {
        "id": name,
        "summary": "drawn at random",
        "citation": "a seed",
        "status": random.choice(("P", "S", "S", "P", "P", "S", "P", "S", "P", "M")),
        "places": ["*"] if "*" in places else sorted(places),
        "valid_from": begins if dated and random.random() < 0.6 else None,
        "valid_until": begins + timedelta(days=random.randint(0, 5)) if dated and random.random() < 0.6 else None,
        "channels": channels,
        "party": random.choice((None,) * 3 + tuple(Party)),
        "purpose": random.choice((None,) * 4 + tuple(Purpose)),
        "labels": _some(random, [*PointLabel]),
        "adds": random.random() < 0.25,
    }


def _window(random: Random) -> dict[str, Any]:
    hours = []
    for _ in range(random.choice((1, 1, 2, 3))):
        opens, closes = random.choice(WIDE) if random.random() < 0.7 else sorted(random.sample(TIMES, 2))
        hours.append({"days": random.choice(DAYS), "open": opens, "close": closes})
    if random.random() < 0.8:
        opens, closes = random.choice(WIDE)
        hours.append({"days": "mon-sun", "open": opens, "close": closes})
    holidays = random.choice((None,) * 3 + CALENDARS)
    return {
        "hours": hours,
        "ends": random.choice(("closed", "closed", "open")),
        "holidays": holidays,
        "holidays_added": ["easter_monday"] if holidays and random.random() < 0.3 else [],
        "lifted_by": random.choice((None, *SCOPES)),
    }


def _cap(random: Random) -> dict[str, Any]:
    span = random.choice(
        (*({"days": days} for days in (1, 2, 7, 7, 30)), *({"hours": hours} for hours in (1, 3, 24, 48)), {"months": 1})
    )
    per = random.choice(("debt", "account", "person", "number"))
    return {
        **span,
        "count": random.choice(("attempts", "connected", "contacts", "conversations", "unanswered")),
        "per": per,
        "maximum": random.choice((0, *range(1, 9), 2, 3, 3, 10)),
        "counted": _some(random, [*Channel]),
        "counted_labels": _some(random, [*PointLabel]) if per != "number" else [],
        "inbound": random.random() < 0.2,
        "after_conversation": random.random() < 0.2,
        "except_direct_consent": random.random() < 0.3,
    }


def _wait(random: Random) -> dict[str, Any]:
    after = random.choice(("conversation", "conversation", "notice"))
    counts = after == "notice" and random.random() < 0.6
    return {
        "after": after,
        "per": random.choice(("debt", "person")),
        "days": random.randint(1, 8),
        "business_days": counts,
        "holidays": random.choice(CALENDARS) if counts else None,
        "except_direct_consent": random.random() < 0.3,
    }


def _need(random: Random) -> dict[str, Any]:
    need = random.choice(("consent", "consent", "recent_text_basis", "unreachable", "home_unreachable"))
    party = {"unreachable": "third_party"}.get(need)
    return {
        "need": need,
        "purposes": _some(random, ["locate", "contact", "share"], 1.0),
        "bases": _some(random, [*Basis], 0.3),
        "found_only": random.random() < 0.7,
        "max_age_days": random.choice((60, 60, 7)),
        "failures": random.choice((1, 1, 2, 3)),
        **({"party": party} if party else {}),
        **({"channels": ["sms"]} if need == "recent_text_basis" else {}),
        **({"labels": ["work"]} if need == "home_unreachable" else {}),
    }


def _bar(random: Random) -> dict[str, Any]:
    stop = random.choice((*StopKind, *SCOPES, *SCOPES))
    condition: dict[str, Any] = random.choice(
        (
            *({"stop": stop, "reply_allowed": random.choice(((), ("US",)))},) * 4,
            {"tag": random.choice(("lost", "dispute"))},
            {"products": random.choice((["credit"], ["loan", "信用卡"]))},
            {"collecting": True, "relations": _some(random, [*Relation])},
            {"asked_before": True},
            {"reassigned": True},
            {"relations": random.sample([*Relation], 4)},
            {"place_silent": True, "party": "third_party"},
            {"labels": [random.choice([*PointLabel])], "channels": [random.choice([*Channel])]},
        )
    )
    # Whether one scope can lift a bar for another stop than its own is not settled, so none is made.
    lifted = random.choice((None, stop)) if "stop" in condition and stop in SCOPES else None
    if "stop" not in condition:
        lifted = random.choice((None, None, *SCOPES))
    excepted = _some(random, [*Relation], 0.3)
    return {"except_relations": excepted, "lifted_by": lifted, **condition}


_OF_KIND = {"window": _window, "cap": _cap, "wait": _wait, "need": _need, "bar": _bar}

"""What comes of an attempt, drawn from the truth: who holds the line, and whether they have time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chance import Chance, Wheel
from places import zone
from routines import Persona, next_free

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["Drawn", "Target", "call", "email", "letter", "sms"]


class Target(NamedTuple):
    """A contact point as it really is at the moment of an attempt.

    Attributes
    ----------
    kind
        mobile, home, work, open (a call centre), email or address.
    holders
        Who would answer; None when it is dead.
    whom
        The person looked for.
    country
        ISO 3166-1, for the manners of its networks.
    time_zone
        Of the debtor: a switchboard keeps its hours.
    """

    kind: str
    holders: Sequence[Persona] | None
    whom: str
    country: str
    time_zone: str


class Drawn(NamedTuple):
    """An outcome and what a dialer logs with it; times in seconds."""

    outcome: str
    duration_s: int | None = None
    ring_s: int | None = None
    response_at: datetime | None = None
    voicemail_left: bool | None = None
    conversation: bool | None = None


_DEAD = Wheel({"disconnected": 80.0, "no_answer": 8.0, "busy": 3.0, "failed": 5.0, "switched_off": 4.0})
_ASIAN = frozenset({"CN", "IN"})
_UNANSWERED = {
    True: Wheel({"no_answer": 54.0, "switched_off": 22.0, "busy": 20.0, "failed": 2.0, "abandoned": 2.0}),
    False: Wheel({"voicemail": 48.0, "no_answer": 41.0, "busy": 6.0, "switched_off": 2.0, "failed": 1.0}),
}
_RIGHT = Wheel(
    {"right_party": 58.0, "promise_to_pay": 13.0, "refused": 9.0, "human_unverified": 14.0, "abandoned": 4.0}
    | {"opted_out": 1.5, "complained": 0.5}
)
_OTHER = Wheel({"third_party": 72.0, "human_unverified": 28.0})
_STRANGER = Wheel({"wrong_number": 66.0, "human_unverified": 22.0, "refused": 6.0, "third_party": 6.0})
_SWITCHBOARD = Wheel({"third_party": 74.0, "human_unverified": 18.0, "right_party": 8.0})
_OPEN = Wheel({"human_unverified": 60.0, "wrong_number": 40.0})
_LONG = {
    "right_party": (60, 700),
    "promise_to_pay": (120, 900),
    "third_party": (15, 90),
    "wrong_number": (8, 45),
    "human_unverified": (4, 40),
    "refused": (5, 40),
    "abandoned": (1, 3),
    "opted_out": (20, 120),
    "complained": (30, 200),
}
_FATIGUE = 0.6
"""Each further try on one day finds this share of the readiness of the one before."""


def _answered(outcome: str, chance: Chance) -> Drawn:
    duration = chance.between(*_LONG[outcome])
    ring = chance.between(3, 22)
    conversation = None
    if outcome == "human_unverified" and chance.yes(0.15):
        conversation = chance.yes(0.4)
    return Drawn(outcome, duration, ring, conversation=conversation)


def _unanswered(outcome: str, ready: float, chance: Chance) -> Drawn:
    if outcome == "voicemail":
        left = chance.yes(0.55)
        return Drawn(
            outcome, chance.between(12, 38) if left else chance.between(1, 6), chance.between(18, 30), None, left
        )
    if outcome == "no_answer":
        # Who has the phone in hand but no time, or no wish, turns the call away early.
        return Drawn(outcome, 0, chance.between(3, 9) if chance.yes(ready) else chance.between(22, 42))
    return Drawn(outcome, 0, 0 if outcome in {"disconnected", "failed"} else chance.between(0, 3))


def call(target: Target, at: datetime, tries_today: int, chance: Chance) -> Drawn:
    """Draw what a call gives at a moment, after that many calls on the same day."""
    if target.holders is None:
        return _unanswered(_DEAD.spin(chance), 0.0, chance)
    if target.kind == "open":
        return _answered(_OPEN.spin(chance), chance)
    if target.kind == "work":
        return _switchboard(at.astimezone(zone(target.time_zone)), chance)
    ready = 0.0
    for persona in chance.shuffled(target.holders):
        ready = persona.answers(at)
        for _ in range(tries_today):
            ready *= _FATIGUE
        if chance.yes(ready):
            return _answered(_by_whom(persona, target).spin(chance), chance)
    return _unanswered(_UNANSWERED[target.country in _ASIAN].spin(chance), ready, chance)


def _switchboard(local: datetime, chance: Chance) -> Drawn:
    staffed = local.weekday() < _SATURDAY and _OPENS <= local.hour < _CLOSES
    if staffed and chance.yes(0.8):
        return _answered(_SWITCHBOARD.spin(chance), chance)
    return _unanswered("no_answer" if chance.yes(0.6) else "voicemail", 0.0, chance)


def _by_whom(persona: Persona, target: Target) -> Wheel[str]:
    if persona.person_id == target.whom:
        return _RIGHT
    at_home = target.kind == "home" or any(one.person_id == target.whom for one in target.holders or ())
    return _OTHER if at_home else _STRANGER


def sms(target: Target, at: datetime, chance: Chance) -> Drawn:
    """Draw what a text gives: delivered at once, answered when its reader has time."""
    if target.holders is None:
        return Drawn(_DEAD_SMS.spin(chance))
    if target.kind != "mobile":
        return Drawn("undelivered" if chance.yes(0.8) else "failed")
    reader = target.holders[0]
    theirs = any(persona.person_id == target.whom for persona in target.holders)
    reply = (_TEXTED if theirs else _TEXTED_STRANGER).spin(chance)
    if reply == "delivered" or not chance.yes(reader.rate):
        return Drawn("delivered")
    free = next_free(reader, at, 72, chance)
    return Drawn("delivered") if free is None else Drawn(reply, response_at=free)


_DEAD_SMS = Wheel({"undelivered": 80.0, "disconnected": 8.0, "delivered": 12.0})
_TEXTED = Wheel({"delivered": 78.0, "replied": 20.0, "opted_out": 2.0})
_TEXTED_STRANGER = Wheel({"delivered": 92.0, "wrong_number": 8.0})
_SATURDAY, _OPENS, _CLOSES = 5, 9, 17


def email(target: Target, at: datetime, chance: Chance) -> Drawn:
    """Draw what an e-mail gives."""
    if target.holders is None:
        return Drawn("bounced")
    reader = target.holders[0]
    outcome = _MAILED.spin(chance)
    free = next_free(reader, at, 96, chance) if outcome not in {"delivered", "undelivered"} else None
    return Drawn(outcome, response_at=free) if free is not None or outcome == "undelivered" else Drawn("delivered")


_MAILED = Wheel(
    {"delivered": 62.0, "opened": 28.0, "replied": 6.0, "opted_out": 1.5, "complained": 0.5, "undelivered": 2.0}
)


def letter(target: Target, chance: Chance) -> Drawn:
    """Draw what a letter gives; ``holders`` None is an address they have left."""
    if target.holders is None:
        return Drawn("returned" if chance.yes(0.55) else "sent")
    return Drawn("responded" if chance.yes(0.1) else "sent")

"""What comes of an attempt: who is at the other end, whether there is time and will, what the dialer writes down."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from timing_worlds.world import ANOTHERS, DEBTORS, HOME

if TYPE_CHECKING:
    from timing_worlds.world import World

__all__ = ["CALL", "EMAIL", "SMS", "Came", "Tried", "came_of", "chance_of"]

CALL, SMS, EMAIL = 0, 1, 2
_DAY = 24
_CORRECTS = 0.5
"""Strangers who answer a text say so often that it is not for them."""
_PATIENCE = 6.0
"""Hours after which a message has lost most of its chance."""


class Tried(NamedTuple):
    """Rows of attempts, in the local time of the person."""

    person: np.ndarray
    point: np.ndarray
    channel: np.ndarray
    week: np.ndarray
    hour: np.ndarray
    """Of the week, 0 to 167."""


class Came(NamedTuple):
    """What came of each; times are nan where there are none."""

    outcome: np.ndarray
    reached: np.ndarray
    ring: np.ndarray
    duration: np.ndarray
    later: np.ndarray
    """Hours until a message was answered or opened."""


def chance_of(world: World, tried: Tried) -> np.ndarray:
    """Return the true probability that each attempt reaches the debtor."""
    phone = tried.channel == CALL
    who, state = _who(world, tried)
    off, busy, free, _ = _line(world, tried, who)
    willing = world.traits.willing[who] * world.traits.verifies[who]
    chance = np.where(phone, (1 - off) * (1 - busy) * free * willing, 0.0)
    rows = np.flatnonzero(~phone)
    if len(rows):
        sent = Tried(*(column[rows] for column in tried))
        keen = np.where(sent.channel == SMS, world.traits.texts[who[rows]], world.traits.mails[who[rows]])
        chance[rows] = keen * (1 - np.exp(-_hazard(world, sent, who[rows], "free").sum(axis=1)))
    return np.where(state == DEBTORS, chance, 0.0)


def came_of(world: World, tried: Tried, rng: np.random.Generator) -> Came:
    """Draw what comes of each attempt."""
    count = len(tried.person)
    came = Came(
        np.full(count, "no_answer", dtype="U16"), np.zeros(count, bool), *(np.full(count, np.nan) for _ in range(3))
    )
    for channel, draw in ((CALL, _called), (SMS, _texted), (EMAIL, _mailed)):
        rows = np.flatnonzero(tried.channel == channel)
        if len(rows):
            for whole, part in zip(came, draw(world, Tried(*(column[rows] for column in tried)), rng), strict=True):
                whole[rows] = part
    return came


def _who(world: World, tried: Tried) -> tuple[np.ndarray, np.ndarray]:
    """Return whose week the point follows, and its state."""
    state = world.state(tried.point, tried.week)
    strangers = world.points["stranger"].to_numpy()[tried.point]
    return np.where(state == ANOTHERS, strangers, tried.person), state


def _line(world: World, tried: Tried, who: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the chances of a phone switched off, of a busy one, of a free person beside it; and whether awake."""
    points, week = world.points, world.week
    landline = points["kind"].to_numpy()[tried.point] == HOME
    home = np.where(landline, week.at("home", who, tried.week, tried.hour), 1.0)
    awake = week.at("awake", who, tried.week, tried.hour)
    free = week.at("free", who, tried.week, tried.hour) * points["use"].to_numpy()[tried.point] * home
    off = np.where(landline, 0.0, week.at("off", who, tried.week, tried.hour))
    return off, 0.01 + 0.03 * awake, free, awake


def _called(world: World, tried: Tried, rng: np.random.Generator) -> Came:
    count = len(tried.person)
    who, state = _who(world, tried)
    off, busy, free, awake = _line(world, tried, who)
    landline = world.points["kind"].to_numpy()[tried.point] == HOME
    draw = rng.random((7, count))
    picked = draw[0] < free * world.traits.willing[who]
    named = draw[1] < world.traits.verifies[who]
    pushed = ~picked & ~landline & (draw[2] < awake * world.traits.declines[who])
    other = ~picked & landline & (draw[2] < 0.3 * awake)
    outcome = _pick(draw[3], ((0.45, "voicemail"), (1, "no_answer")))
    outcome = np.where(pushed, _pick(draw[4], ((0.2, "busy"), (0.4, "voicemail"), (1, "no_answer"))), outcome)
    outcome = np.where(other, "third_party", outcome)
    spoke = picked & named & (state == DEBTORS)
    said = _pick(draw[4], ((0.84, "right_party"), (0.1, "promise_to_pay"), (1, "human_unverified")))
    hung = _pick(draw[4], ((0.6, "refused"), (0.2, "abandoned"), (1, "human_unverified")))
    strange = _pick(draw[4], ((0.62, "wrong_number"), (0.2, "human_unverified"), (0.08, "third_party"), (1, "refused")))
    outcome = np.where(picked, np.where(state == DEBTORS, np.where(named, said, hung), strange), outcome)
    engaged = draw[5] < busy
    silent = draw[6] < off
    outcome = np.where(engaged, "busy", outcome)
    outcome = np.where(silent, _pick(draw[4], ((0.7, "switched_off"), (1, "voicemail"))), outcome)
    gone = (state != DEBTORS) & (state != ANOTHERS)
    nobody = _pick(draw[4], ((0.66, "disconnected"), (0.2, "no_answer"), (0.07, "switched_off"), (1, "failed")))
    outcome = np.where(gone, nobody, outcome)
    dark = engaged | silent | (gone & (outcome != "no_answer"))
    answered = (picked | other) & ~dark & ~gone
    ring = np.where(answered, 3 + rng.exponential(7, count), rng.uniform(21, 35, count))
    ring = np.where(pushed & ~gone, rng.uniform(2, 12, count), ring)
    talk = np.where(spoke, rng.lognormal(4.9, 0.7, count), rng.lognormal(2.8, 0.5, count))
    talk = np.where(outcome == "voicemail", rng.uniform(8, 35, count), talk)
    talk = np.where(answered | (outcome == "voicemail"), talk, 0.0)
    ring = np.where(dark, np.nan, ring)
    return Came(outcome, spoke & ~engaged & ~silent, ring.round(1), talk.round(), np.full(count, np.nan))


def _texted(world: World, tried: Tried, rng: np.random.Generator) -> Came:
    who, state = _who(world, tried)
    hazard = _hazard(world, tried, who, "free")
    draw = rng.random((3, len(who)))
    answers = draw[0] < world.traits.texts[who] * (1 - np.exp(-hazard.sum(axis=1)))
    reached = answers & (state == DEBTORS)
    outcome = _pick(draw[1], ((0.8, "delivered"), (1, "sent")))
    wrong = answers & (state == ANOTHERS) & (draw[2] < _CORRECTS)
    outcome = np.where(reached, _pick(draw[2], ((0.93, "replied"), (1, "opted_out"))), outcome)
    outcome = np.where(wrong, "wrong_number", outcome)
    deaf = (state != DEBTORS) & (state != ANOTHERS)
    outcome = np.where(deaf, _pick(draw[1], ((0.7, "undelivered"), (1, "sent"))), outcome)
    return _written(outcome, reached & ~deaf, (reached | wrong) & ~deaf, hazard, rng)


def _mailed(world: World, tried: Tried, rng: np.random.Generator) -> Came:
    who, state = _who(world, tried)
    hazard = _hazard(world, tried, who, "free")
    draw = rng.random((3, len(who)))
    in_time = 1 - np.exp(-hazard.sum(axis=1))
    answers = (draw[0] < world.traits.mails[who] * in_time) & (state == DEBTORS)
    opened = draw[1] < world.traits.opens[who] * in_time
    outcome = np.where(opened, "opened", _pick(draw[2], ((0.7, "delivered"), (1, "sent"))))
    outcome = np.where(answers, "replied", outcome)
    gone = (state != DEBTORS) & (state != ANOTHERS)
    outcome = np.where(gone, _pick(draw[2], ((0.8, "bounced"), (1, "sent"))), outcome)
    return _written(outcome, answers, (answers | opened) & ~gone, hazard, rng)


def _written(
    outcome: np.ndarray, reached: np.ndarray, timed: np.ndarray, hazard: np.ndarray, rng: np.random.Generator
) -> Came:
    """Return what came of messages; those ``timed`` were answered or opened, at an hour for which there was time."""
    edges = np.cumsum(hazard, axis=1)
    hour = (edges < edges[:, -1:] * rng.random((len(outcome), 1))).sum(axis=1)
    later = np.where(timed, np.minimum(hour, _DAY - 2) + rng.uniform(0.02, 0.98, len(outcome)), np.nan)
    nothing = np.full(len(outcome), np.nan)
    return Came(outcome, reached, nothing, nothing, later)


def _hazard(world: World, tried: Tried, who: np.ndarray, name: str) -> np.ndarray:
    """Return how likely a message is taken up in each of the hours after it was sent."""
    ahead = np.arange(_DAY)
    shares = world.week.at(name, who[:, None], tried.week[:, None], tried.hour[:, None] + ahead)
    return 0.4 * shares * np.exp(-ahead / _PATIENCE)


def _pick(draw: np.ndarray, shares: tuple[tuple[float, str], ...]) -> np.ndarray:
    """Return words by their shares; the last takes what is left."""
    edges = np.cumsum([share for share, _ in shares[:-1]])
    return np.array([word for _, word in shares], dtype="U16")[np.searchsorted(edges, draw)]

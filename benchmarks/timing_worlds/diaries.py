"""Weeks made from diaries: sleep, work, lunch, ways to and from, and what people have promised to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from timing_worlds.world import Week

if TYPE_CHECKING:
    from linkage.chance import Chance

__all__ = ["KINDS", "ROTATION", "Habits", "habits", "lived", "week"]

ROTATION = 3
"""Patterns of a person: early, late and night shift; all the same for who works no shifts."""
_HOURS = np.arange(168)
_EVENING = 20


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A way of life."""

    share: float
    status: str
    """As a creditor would record it."""
    ages: tuple[float, float]
    start: float | None = None
    spread: float = 0.7
    length: float = 8.5
    days: tuple[float, float] = (0.98, 0.04)
    """Chance of a working day on weekdays and on the weekend."""
    bed: float = 23.0
    rest: float = 7.5
    rotates: bool = False


KINDS = (
    Kind(share=0.34, status="employed", ages=(40, 11), start=8.7),
    Kind(share=0.15, status="employed", ages=(36, 12), start=11.5, spread=2.0, length=7.5, days=(0.7, 0.65)),
    Kind(share=0.12, status="employed", ages=(38, 11), start=6.0, length=8.0, days=(0.72, 0.65), rotates=True),
    Kind(share=0.06, status="employed", ages=(37, 10), start=21.5, spread=1.0, days=(0.75, 0.6), bed=8.0, rest=7.0),
    Kind(share=0.10, status="homemaker", ages=(40, 10), start=None, bed=22.7),
    Kind(share=0.07, status="student", ages=(22, 2.5), start=9.7, spread=1.0, length=5.0, days=(0.85, 0.02), bed=25.0),
    Kind(share=0.09, status="retired", ages=(69, 5), start=None, bed=22.3, rest=8.0),
    Kind(share=0.07, status="unemployed", ages=(36, 12), start=None, bed=24.5, rest=8.7),
)


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Where in their day people answer, one number a person: what stays when a job changes."""

    at_home: np.ndarray
    at_work: np.ndarray
    at_lunch: np.ndarray
    on_the_way: np.ndarray
    off_asleep: np.ndarray
    off_at_work: np.ndarray


def habits(count: int, chance: Chance) -> Habits:
    """Draw them."""
    rng = chance.rng
    return Habits(
        at_home=rng.beta(5, 2.5, count),
        at_work=rng.beta(0.9, 6, count),
        at_lunch=rng.beta(3.5, 4, count),
        on_the_way=rng.beta(2, 4, count),
        off_asleep=np.where(chance.often(0.3, count), 0.7, 0.02),
        off_at_work=np.where(chance.often(0.15, count), 0.5, 0.02),
    )


def lived(kinds: np.ndarray, habit: Habits, chance: Chance) -> dict[str, np.ndarray]:
    """Return ``free``, ``awake``, ``off`` and ``home`` (``n × ROTATION × 168``) of people of these kinds."""
    count, rng = len(kinds), chance.rng

    def of(name: str) -> np.ndarray:
        return np.array([getattr(kind, name) or 0.0 for kind in KINDS], dtype=float)[kinds]

    works = np.array([kind.start is not None for kind in KINDS])[kinds]
    rotates = np.array([kind.rotates for kind in KINDS])[kinds]
    weekday, weekend = (np.array([kind.days[turn] for kind in KINDS])[kinds] for turn in (0, 1))
    chances = np.column_stack([np.tile(weekday[:, None], 5), np.tile(weekend[:, None], 2)])
    days = (rng.random((count, 7)) < chances) & works[:, None]
    start = of("start") + rng.normal(0, 1, count) * of("spread") * ~rotates
    length = np.clip(of("length") + rng.normal(0, 0.5, count), 2, 11)
    way = np.clip(rng.gamma(2.5, 0.25, count), 0.1, 2.0)
    bed, rest = of("bed") + rng.normal(0, 0.8, count), np.clip(of("rest") + rng.normal(0, 0.7, count), 5, 10)
    lunch_at, lunch = 3.5 + rng.normal(0, 0.5, count), rng.choice([0.25, 0.5, 1.0], count, p=[0.3, 0.4, 0.3])
    errand = rng.random((count, 5)) * 168, rng.gamma(2, 0.8, (count, 5)) * chance.often(0.7, (count, 5))
    midnight = 24 * np.arange(7)
    away = _spent(*errand)
    parts = []
    for turn in range(ROTATION):
        begin = start + 8.0 * turn * rotates
        # Who works at night sleeps after it.
        sleep_at = np.where(rotates & (turn == ROTATION - 1), begin + length + way + 0.7 - 24, bed)
        early = np.minimum(rest, np.maximum(begin - way - 0.8 + 24 - sleep_at, 4.0))
        short = np.where(np.roll(days, -1, axis=1) & works[:, None], early[:, None], rest[:, None])
        asleep = _spent(midnight + sleep_at[:, None], np.where(sleep_at[:, None] > _EVENING, short, rest[:, None]))
        at_work = _spent(midnight + begin[:, None], days * length[:, None])
        at_lunch = np.minimum(_spent(midnight + (begin + lunch_at)[:, None], days * lunch[:, None]), at_work)
        moving = _spent(midnight + (begin - way)[:, None], days * way[:, None])
        moving += _spent(midnight + (begin + length)[:, None], days * way[:, None])
        parts.append(_shares(habit, asleep, (at_work, at_lunch, np.minimum(moving, 1), away)))
    return {name: np.stack([part[name] for part in parts], axis=1) for name in parts[0]}


def week(lives: list[dict[str, np.ndarray]], pattern: np.ndarray) -> Week:
    """Put together what people did one after the other; ``pattern`` counts on over the lives."""
    return Week(**{name: np.concatenate([life[name] for life in lives], axis=1) for name in lives[0]}, pattern=pattern)


def _shares(habit: Habits, asleep: np.ndarray, claims: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    at_work, at_lunch, moving, away = claims
    left = 1 - np.minimum(at_work, 1)
    work, lunch = at_work - at_lunch, at_lunch
    moving = np.minimum(moving, left)
    left = left - moving
    asleep = np.minimum(asleep, left)
    left = left - asleep
    away = np.minimum(away, left)
    home = left - away
    free = sum(
        share * value[:, None]
        for share, value in (
            (work, habit.at_work),
            (lunch, habit.at_lunch),
            (moving, habit.on_the_way),
            (home, habit.at_home),
            (away, 0.15 * habit.at_home),
            (asleep, 0.03 * habit.at_home),
        )
    )
    found = {
        "free": free,
        "awake": 1 - asleep,
        "off": 0.02 + asleep * habit.off_asleep[:, None] + work * habit.off_at_work[:, None],
        "home": home + asleep,
    }
    return {name: share.astype(np.float32) for name, share in found.items()}


def _spent(begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the share of each hour of the week that lies in any of the spans (``n × spans``), which do not overlap."""
    total = np.zeros((len(begin), 168))
    for at, lasts in zip((begin % 168).T, np.broadcast_to(length, begin.shape).T, strict=True):
        for turn in (0, -168):
            since, until = (at + turn)[:, None], (at + turn + lasts)[:, None]
            total += np.clip(np.minimum(until, _HOURS + 1) - np.maximum(since, _HOURS), 0, 1)
    return np.minimum(total, 1)

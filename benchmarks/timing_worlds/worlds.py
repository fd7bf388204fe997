"""The worlds: five principles by which it could be decided when somebody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from linkage.chance import Chance
from scipy.special import ndtr
from timing_worlds import points
from timing_worlds.diaries import KINDS, ROTATION, habits, lived, week
from timing_worlds.world import WEEKS, Policy, Week, World, accounts, recorded_zones, traits

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["WORLDS", "build"]

_ALL_WEEKS = np.arange(WEEKS + 1)


def build(name: str, count: int, seed: int) -> World:
    """Return the world of so many accounts; the same name, size and seed give the same world."""
    return WORLDS[name](count, Chance(seed, f"timing {name}"))


def _routines(count: int, chance: Chance) -> World:
    """Ways of life with their sleep, work, ways and lunches; the status is recorded of two thirds, some wrongly."""
    kinds = chance.kinds([kind.share for kind in KINDS], count)
    lives = [lived(kinds, habits(count, chance), chance)]
    willing = chance.rng.beta(0.8, 1.3, count)
    return _of_kinds(kinds, week(lives, _rotation(kinds, chance)), willing, chance, Policy())


def _smooth(count: int, chance: Chance) -> World:
    """Everyone's week is a smooth random field around a common one; there are no ways of life."""
    gap = np.abs(np.subtract.outer(np.arange(168), np.arange(168)))
    gap = np.minimum(gap, 168 - gap)
    daily = np.exp(-2 * np.sin(np.pi * gap / 24) ** 2) * np.exp(-((gap / 60.0) ** 2) / 2)
    root = np.linalg.cholesky(0.6 * daily + 0.4 * np.exp(-gap / 5.0) + 1e-6 * np.eye(168))
    own = chance.rng.normal(size=(count, 168)) @ root.T
    common = chance.rng.normal(size=168) @ root.T
    field = 0.5 * common + 0.9 * own
    free = ndtr(chance.rng.normal(-0.1, 0.7, count)[:, None] + field)
    awake = 0.3 + 0.7 * ndtr(1.0 + field)
    lives = {"free": free, "awake": awake, "off": 0.02 + 0.15 * (1 - awake), "home": 0.4 + 0.4 * free}
    return _still(lives, chance.rng.beta(1.0, 1.6, count), chance, Policy())


def _person(count: int, chance: Chance) -> World:
    """Who is called decides; the hour does not matter."""
    return _still(_level(chance.rng.beta(2, 2, count)), chance.rng.beta(0.6, 1.0, count), chance, Policy())


def _flat(count: int, chance: Chance) -> World:
    """Nor does it here, and people differ little; but agents go back to what worked and drop what failed."""
    policy = Policy(returns=0.92, drops=3.0, evenings=0.05, saturdays=0.02)
    return _still(_level(chance.rng.beta(9, 8, count)), chance.rng.beta(4, 6, count), chance, policy)


def _shifting(count: int, chance: Chance) -> World:
    """Jobs, numbers and places change on the way, shifts rotate, and much goes by text and mail."""
    kinds, later = (chance.kinds([kind.share for kind in KINDS], count) for _ in range(2))
    same = chance.often(0.7, count)
    later = np.where(same, kinds, later)
    habit = habits(count, chance)
    lives = [lived(kinds, habit, chance), lived(later, habit, chance)]
    turned = np.where(same, WEEKS + 1, chance.rng.integers(6, WEEKS - 2, count))[:, None]
    before, after = _rotation(kinds, chance), ROTATION + _rotation(later, chance)
    pattern = np.where(turned > _ALL_WEEKS, before, after)
    policy = Policy(texts=0.28, mails=0.14)
    willing = chance.rng.beta(0.8, 1.3, count)
    return _of_kinds(kinds, week(lives, pattern), willing, chance, policy, drift=(0.2, 0.35))


def _of_kinds(
    kinds: np.ndarray,
    lives: Week,
    willing: np.ndarray,
    chance: Chance,
    policy: Policy,
    drift: tuple[float, float] = (0.03, 0.0),
) -> World:
    """Return a world of such people; ``drift``: shares of zones recorded wrong, and of lost points that were theirs."""
    wrong, changed = drift
    mean, spread = np.array([kind.ages for kind in KINDS])[kinds].T
    age = np.clip(chance.rng.normal(mean, spread), 18, 90).astype(int)
    status = np.array([kind.status for kind in KINDS])[kinds]
    zone, believed = recorded_zones(len(kinds), chance, wrong)
    file = accounts(chance, status, age, willing, believed)
    return World(
        accounts=file,
        zone=zone,
        believed=believed,
        week=lives,
        traits=traits(len(kinds), chance, willing),
        policy=policy,
        points=points.make(believed, chance, changed),
    )


def _still(lives: dict[str, np.ndarray], willing: np.ndarray, chance: Chance, policy: Policy) -> World:
    """Return a world in which every week is like the other, and what the file says of people tells of no hour."""
    count = len(willing)
    shares = {name: np.broadcast_to(share, (count, 168))[:, None].astype(np.float32) for name, share in lives.items()}
    kinds = chance.kinds([kind.share for kind in KINDS], count)
    pattern = np.zeros((count, WEEKS + 1), dtype=np.int8)
    return _of_kinds(kinds, Week(**shares, pattern=pattern), willing, chance, policy)


def _level(free: np.ndarray) -> dict[str, np.ndarray]:
    """Return shares that are the same at every hour."""
    column = free[:, None]
    return {
        "free": column,
        "awake": np.ones_like(column),
        "off": np.full_like(column, 0.05),
        "home": np.full_like(column, 0.6),
    }


def _rotation(kinds: np.ndarray, chance: Chance) -> np.ndarray:
    """Return the pattern of each week: shifts turn every week, or every second; others have one pattern."""
    rotates = np.array([kind.rotates for kind in KINDS])[kinds][:, None]
    phase, slow = chance.rng.integers(0, ROTATION, (len(kinds), 1)), 1 + chance.often(0.4, len(kinds))[:, None]
    return np.where(rotates, (phase + _ALL_WEEKS // slow) % ROTATION, 0).astype(np.int8)


WORLDS: dict[str, Callable[[int, Chance], World]] = {
    "routines": _routines,
    "smooth": _smooth,
    "person": _person,
    "flat": _flat,
    "shifting": _shifting,
}

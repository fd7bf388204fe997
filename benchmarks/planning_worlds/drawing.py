"""Accounts that want the same hours, as a problem of planning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skiptrace.planning.sequences import Problem

if TYPE_CHECKING:
    from skiptrace.planning.roster import Ints

__all__ = ["KINDS", "draw"]

KINDS = {"one": (1, True), "two": (2, True), "diminishing": (2, False)}
"""Attempts an account, and whether the second is worth what it would be without the first."""
_DAY_S = 86_400
_PARTS = 3


def draw(kind: str, accounts: int, slots: int, seed: int) -> tuple[Problem, Ints]:
    """Draw a problem in which each account can be called in each slot, and room for six rows in ten.

    ``one`` and ``two`` are transportation problems. ``diminishing`` is as plans are: five days of hours, two numbers of
    which each has half of them, a day between two attempts, other dayparts for the same number, less for a repeat.
    """
    rows, additive = KINDS[kind]
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(accounts), slots)
    slot = np.tile(np.arange(slots), accounts)
    likely = rng.beta(1.2, 8, accounts)
    hours = rng.uniform(0.4, 1.6, slots)
    p = np.clip(likely[owner] * hours[slot] * rng.lognormal(0, 0.4, len(owner)), 0.001, 0.9)
    room = np.full(slots, max(1, round(0.6 * rows * accounts / slots)))
    if additive:
        approach, part, begin, ready, again = np.arange(len(owner)), np.zeros(len(owner)), slot, slot + 1, 1.0
    else:
        days = 5
        number = rng.integers(0, 2, len(owner))
        order = np.lexsort((slot, number, owner))
        owner, slot, p, number = owner[order], slot[order], p[order], number[order]
        approach = 2 * owner + number
        part = slot % (slots // days) * _PARTS // (slots // days)
        begin = slot * _DAY_S * days // slots
        ready, again = begin + _DAY_S * days // slots + 20 * 3_600, 0.7
    every = np.ones(len(owner), dtype=np.bool_)
    return Problem(
        owner=owner,
        approach=approach,
        slot=slot,
        part=part.astype(np.int64),
        group=np.full(len(owner), -1),
        begin=begin,
        ready=ready,
        value=p,
        gift=np.zeros(len(owner)),
        missed=np.ones(len(owner)) if additive else 1 - p,
        again=np.full(len(owner), again),
        first=every,
        later=every,
        left=np.full(accounts, rows),
    ), room

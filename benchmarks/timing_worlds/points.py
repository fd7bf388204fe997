"""Contact points whose priors are true: the state of each is drawn from its p_owner and p_live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from timing_worlds.world import ANOTHERS, DEAD, DEBTORS, HOME, MAILBOX, MOBILE, WEEKS, ZONES

if TYPE_CHECKING:
    from linkage.chance import Chance

__all__ = ["make"]

_PHONES = (0.3, 0.35, 0.22, 0.13)
"""Shares of people with one to four numbers on file."""


def make(believed: np.ndarray, chance: Chance, changed: float) -> pl.DataFrame:
    """Return the points of all people, sorted by person.

    Parameters
    ----------
    believed
        The zone the file has for each person.
    chance
        Draws.
    changed
        Share of what is another's or dead today and was the debtor's for a part of the history.

    Returns
    -------
    polars.DataFrame
        ``person``, ``contact_point``, ``kind`` (MOBILE, HOME or MAILBOX), ``p_owner``, ``p_live``, ``owner``, ``live``,
        ``state``, ``before`` and ``since`` (the state before that week), ``use`` (how often it is at hand),
        ``stranger`` (the person whose week another's number follows), ``zone`` (of the number).
    """
    rng, people = chance.rng, np.arange(len(believed))
    phones = np.repeat(people, 1 + chance.kinds(_PHONES, len(people)))
    mailed = people[chance.often(0.55, len(people))]
    person = np.concatenate([phones, mailed])
    count = len(person)
    mail = np.arange(count) >= len(phones)
    kind = np.where(mail, MAILBOX, np.where(chance.often(0.2, count), HOME, MOBILE))
    good = chance.often(0.55, count)
    p_owner = np.where(good, rng.beta(9, 2, count), rng.beta(2, 3, count)).clip(0.03, 0.98).round(3)
    p_live = np.where(chance.often(0.7, count), rng.beta(12, 2, count), rng.beta(3, 3, count)).clip(0.03, 0.98).round(3)
    owner, live = rng.random(count) < p_owner, rng.random(count) < p_live
    state = np.where(live, np.where(owner, DEBTORS, ANOTHERS), DEAD)
    lost = (state != DEBTORS) & chance.often(changed, count)
    return (
        pl.DataFrame(
            {
                "person": person,
                "kind": kind,
                "p_owner": p_owner,
                "p_live": p_live,
                "owner": owner,
                "live": live,
                "state": state,
                "before": np.where(lost, DEBTORS, state),
                "since": np.where(lost, rng.integers(5, WEEKS - 3, count), 0),
                "use": np.where(kind == HOME, 0.95, rng.beta(8, 2, count)),
                "stranger": rng.integers(0, len(people), count),
                "zone": np.where(chance.often(0.9, count), believed[person], rng.integers(0, len(ZONES), count)),
            }
        )
        .sort("person", "kind", maintain_order=True)
        .with_columns(
            contact_point=pl.when(pl.col("kind") == MAILBOX)
            .then(pl.format("p{}@example.com", pl.int_range(pl.len())))
            .otherwise("+1555" + pl.int_range(pl.len()).cast(pl.String).str.zfill(8))
        )
    )

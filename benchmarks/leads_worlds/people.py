"""Who is in a world: debtors, those they live or lived with, and where each lives from when to when.

Days are counted from the day of the trace, which is 0; the past is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from linkage import lives, stocks
from linkage.chance import chosen

if TYPE_CHECKING:
    from leads_worlds.ways import Ways
    from linkage.chance import Chance

__all__ = ["FIRST", "NEVER", "ROLES", "Cast", "at_home", "cast", "named"]

FIRST = -3650
"""The first day of the story."""
NEVER = 99_999
ROLES = ("debtor", "spouse", "parent", "friend")
"""Of the people of a debtor; a friend is a flatmate."""
_MOVED = 0.6
"""Share of debtors who moved house in the ten years."""


class Cast(NamedTuple):
    """The people of the debtors."""

    people: pl.DataFrame
    """Grain: person (0…n, debtors first). ``role``, ``debtor`` (whose person), names, ``born``, ``home_1`` until the
    day ``moved`` and ``home_2`` from then on."""
    homes: pl.DataFrame
    """Grain: home, in order."""


def cast(debtors: int, ways: Ways, chance: Chance) -> Cast:
    """Make the debtors and those near them."""
    rng = chance.rng
    near = [np.flatnonzero(chance.often(share, debtors)) for share in (ways.partners, ways.parents, ways.flatmates)]
    role = np.repeat(np.arange(4), [debtors, *map(len, near)])
    debtor = np.concatenate([np.arange(debtors), *near])
    count = len(role)
    parted = chance.often(ways.parted, debtors)
    moved = np.where(chance.often(_MOVED, debtors) | parted, rng.integers(FIRST + 100, -20, debtors), NEVER)
    follows = (role == 0) | ((role == 1) & ~parted[debtor])
    lives_apart = (role == 2) & chance.often(0.5, count)  # noqa: PLR2004  # parents, as numbered in ROLES
    home_1 = np.where(lives_apart, 2 * debtors + np.arange(count), debtor)
    female = chance.often(0.5, count)
    female[role == 1] = ~female[debtor[role == 1]]
    family = chance.words(stocks.SURNAMES, count)
    shares_name = ((role == 1) & chance.often(0.6, count)) | ((role == 2) & chance.often(0.75, count))  # noqa: PLR2004
    born = rng.integers(-19_000, -7_300, count)
    born[role == 1] = born[debtor[role == 1]] + rng.integers(-2_000, 2_000, (role == 1).sum())
    born[role == 2] = born[debtor[role == 2]] - rng.integers(7_500, 13_000, (role == 2).sum())  # noqa: PLR2004
    people = pl.DataFrame(
        {
            "person": np.arange(count),
            "role": pl.Series(ROLES).gather(role),
            "debtor": debtor,
            "given": lives.given_names(female, chance),
            "family": chosen(shares_name, family.gather(debtor), family),
            "born": born,
            "home_1": home_1,
            "home_2": debtors + debtor,
            "moved": np.where(follows, moved[debtor], NEVER),
        }
    )
    return Cast(people, lives.homes(2 * debtors + count, 0.35, chance))


def at_home(people: pl.DataFrame) -> pl.DataFrame:
    """Return ``person``, ``home``, ``since``, ``until``: who lives where."""
    first = people.select("person", home="home_1", since=pl.lit(FIRST, pl.Int64), until="moved")
    then = people.filter(pl.col("moved") < 0).select(
        "person", home="home_2", since="moved", until=pl.lit(NEVER, pl.Int64)
    )
    return pl.concat([first, then])


def named(count: int, chance: Chance) -> pl.DataFrame:
    """Return names and births of strangers."""
    return pl.DataFrame(
        {
            "given": lives.given_names(chance.often(0.5, count), chance),
            "family": chance.words(stocks.SURNAMES, count),
            "born": chance.rng.integers(-22_000, -7_000, count),
        }
    )

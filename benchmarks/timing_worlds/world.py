"""What a world is made of: people and their weeks, their contact points, and how the agency works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from linkage.chance import Chance

__all__ = [
    "ANOTHERS",
    "AS_OF",
    "DEAD",
    "DEBTORS",
    "FIRST_LAWFUL",
    "HOME",
    "LAST_LAWFUL",
    "MAILBOX",
    "MOBILE",
    "WEEKS",
    "ZONES",
    "Policy",
    "Traits",
    "Week",
    "World",
    "accounts",
    "recorded_zones",
    "traits",
]

AS_OF = datetime(2026, 11, 23, 5, tzinfo=UTC)
"""Midnight before a Monday at the agency's: no attempt is lawful then in any of the zones."""
WEEKS = 39
"""Weeks of history; the week after them is what is asked of."""
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
"""Of the debtors; the agency sits in the first, and each is an hour behind the one before it."""
_ZONE_SHARES = (0.45, 0.30, 0.08, 0.17)
FIRST_LAWFUL, LAST_LAWFUL = 8, 20
"""Local hours in which an attempt may start."""
DEBTORS, ANOTHERS, DEAD = 0, 1, 2
"""States of a contact point."""
MOBILE, HOME, MAILBOX = 0, 1, 2
"""Kinds of contact point."""
_PRODUCTS = ("card", "car_loan", "telecom", "personal_loan")
_BANDS = ((18, 29), (30, 44), (45, 59), (60, 90))


@dataclass(frozen=True, kw_only=True)
class Week:
    """Shares of each hour of the week, by person and pattern (``n × patterns × 168``), in local time.

    ``free``: able to talk; ``awake``; ``off``: the mobile is switched off; ``home``: beside the landline.
    ``pattern``: which of the person's patterns holds in which week (``n × weeks + 1``).
    """

    free: np.ndarray
    awake: np.ndarray
    off: np.ndarray
    home: np.ndarray
    pattern: np.ndarray

    def at(self, name: str, who: np.ndarray, week: np.ndarray, hour: np.ndarray) -> np.ndarray:
        """Return one of the shares for rows of person, week and hour of the week."""
        return getattr(self, name)[who, self.pattern[who, week], hour % 168]


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What people are like whatever the hour: probabilities, one a person."""

    willing: np.ndarray
    """Picks up when free and a number is unknown."""
    verifies: np.ndarray
    """Having picked up, says who it is."""
    declines: np.ndarray
    """Awake and not picking up, pushes the call away."""
    texts: np.ndarray
    """Would answer a text message, given time."""
    mails: np.ndarray
    """Would answer an e-mail, given time."""
    opens: np.ndarray
    """Would open an e-mail, given time."""
    phones_back: np.ndarray
    """Calls to the agency in nine months, on average."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How agents choose whom to try when."""

    tries: float = 10.0
    """Outbound attempts an account."""
    returns: float = 0.5
    """Where an hour has worked, they go back to it so often."""
    drops: float = 1.0
    """How strongly failure turns them to another number."""
    texts: float = 0.08
    mails: float = 0.04
    """Shares of the channels; the rest are calls."""
    evenings: float = 0.15
    saturdays: float = 0.06


@dataclass(frozen=True, kw_only=True)
class World:
    """One world: what is known of it, and its truth."""

    accounts: pl.DataFrame
    """``account_id``, ``age_band``, ``birth_year``, ``employment_status``, ``product``, ``time_zone`` as recorded."""
    zone: np.ndarray
    believed: np.ndarray
    """Where people live, and where the agency believes them to live: numbers of ZONES."""
    week: Week
    traits: Traits
    policy: Policy
    points: pl.DataFrame
    """Sorted by ``person``; see ``points.make``."""

    def state(self, point: np.ndarray, week: np.ndarray) -> np.ndarray:
        """Return the state of points in weeks."""
        now, before, since = (self.points[name].to_numpy()[point] for name in ("state", "before", "since"))
        return np.where(week < since, before, now)


def traits(count: int, chance: Chance, willing: np.ndarray) -> Traits:
    """Return people who differ in all else as people do."""
    rng = chance.rng
    return Traits(
        willing=willing,
        verifies=rng.beta(8, 2, count),
        declines=rng.beta(1, 2.5, count),
        texts=rng.beta(0.6, 5, count),
        mails=rng.beta(0.5, 9, count),
        opens=rng.beta(1, 2, count),
        phones_back=rng.gamma(0.4, 1.2, count),
    )


def recorded_zones(count: int, chance: Chance, wrong: float) -> tuple[np.ndarray, np.ndarray]:
    """Return true and believed zones: ``wrong`` of the people have moved and the file does not know."""
    true, other = (chance.kinds(_ZONE_SHARES, count) for _ in range(2))
    return true, np.where(chance.often(wrong, count), other, true)


def accounts(
    chance: Chance, status: np.ndarray, age: np.ndarray, willing: np.ndarray, zone: np.ndarray
) -> pl.DataFrame:
    """Return the accounts as the creditor's file has them; ``status`` (text) is recorded of two thirds."""
    count = len(age)
    lean = np.clip(np.digitize(willing + chance.rng.normal(0, 0.5, count), (0.1, 0.4, 0.7)), 0, 3)
    stale = np.where(chance.often(0.08, count), chance.rng.permutation(status), status)
    edges = [low for low, _ in _BANDS[1:]]
    bands = pl.Series([f"{low}-{high}" for low, high in _BANDS])
    index = pl.int_range(count, eager=True)
    return pl.DataFrame(
        {
            "account_id": pl.Series(index.cast(pl.String)).str.zfill(7),
            "age_band": bands.gather(np.digitize(age, edges)),
            "birth_year": (2026 - age).astype(np.int32),
            "employment_status": pl.Series(stale),
            "product": pl.Series(_PRODUCTS).gather(lean),
            "time_zone": pl.Series(ZONES).gather(zone),
        }
    ).with_columns(
        account_id="A" + pl.col("account_id"),
        employment_status=pl.when(pl.Series(chance.often(0.65, count))).then("employment_status"),
        time_zone=pl.when(pl.Series(chance.often(0.9, count))).then("time_zone"),
    )

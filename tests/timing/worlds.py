"""Seeded worlds with a known truth, built on principles that the model does not share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS, PEOPLE
from skiptrace.graph.states import Tries, beliefs, heard, owner_and_live, posterior, stated_shares
from skiptrace.settings import TraceParams

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
_START = datetime(2026, 6, 1, tzinfo=UTC)
"""A Monday; New York is four hours behind until the first of November, as the worlds are throughout."""
_WEEKS = 21
_OFFSET = 4
_POINTS = 2
_PLAIN = ("right_party", "third_party", "wrong_number", "human_unverified", "disconnected")


@dataclass(frozen=True)
class World:
    leads: pl.DataFrame
    attempts: pl.DataFrame
    people: pl.DataFrame
    odds: np.ndarray
    """(accounts, 168): log-odds that the debtor answers on a live number of theirs."""
    reachable: np.ndarray
    """(accounts, points): whether the number is live and the debtor's."""

    def truth(self) -> pl.DataFrame:
        """Return account_id, contact_point, weekday, hour and the true chance of a reach."""
        chance = self.reachable[:, :, None] / (1 + np.exp(-self.odds))[:, None, :]
        count = len(self.odds)
        which = np.arange(count * _POINTS * 168)
        return pl.DataFrame(
            {
                "account_id": np.array([account(i) for i in range(count)])[which // (168 * _POINTS)],
                "contact_point": np.array([phone(i, k) for i in range(count) for k in range(_POINTS)])[which // 168],
                "weekday": (which % 168 // 24).astype(np.int8),
                "hour": (which % 24).astype(np.int8),
                "truth": chance.ravel(),
            }
        )


def account(number: int) -> str:
    return f"A{number:07d}"


def phone(number: int, which: int) -> str:
    return f"+121255501{(number * _POINTS + which) % 100:02d}"


def instant(week: np.ndarray, hour: np.ndarray, minute: np.ndarray) -> pl.Series:
    seconds = int(_START.timestamp()) + ((week * 168 + hour + _OFFSET) * 3_600 + minute * 60)
    return pl.Series((seconds * 1_000_000).astype(np.int64)).cast(pl.Datetime("us", "UTC"))


def preferences(kind: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return (accounts, 168) log-odds of hours: `bands` of routine, `fields` that wander smoothly, or `none`."""
    hour = np.arange(168) % 24
    if kind == "none":
        return np.zeros((count, 168))
    if kind == "fields":
        step = rng.normal(size=(count, 168))
        waves = np.fft.rfft(step, axis=1)
        waves[:, 22:] = 0
        field = np.fft.irfft(waves, 168, axis=1)
        return 1.2 * field / field.std()
    weekend = np.arange(168) >= 120
    office = np.where(weekend, 0.8, np.where(hour >= 17, 1.2, -1.0))
    shifts = np.where(hour < 12, 1.2, -0.8)
    home = np.where((hour >= 10) & (hour < 16) & ~weekend, 1.0, -0.6)
    flat = np.zeros(168)
    return np.stack([office, shifts, home, flat])[rng.choice(4, size=count, p=[0.4, 0.2, 0.25, 0.15])]


def make(kind: str, accounts: int, tries: int, seed: int, *, chosen: bool = True) -> World:
    """Make a world.

    ``chosen``: agents go back to what worked and call in office hours; otherwise hours from 8 to 21 and numbers are
    drawn at random.
    """
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 1, accounts)
    odds = -1.2 + level[:, None] + preferences(kind, accounts, rng)
    p_owner, p_live = rng.beta(4, 2, (accounts, _POINTS)), rng.beta(5, 2, (accounts, _POINTS))
    owner, live = rng.random(p_owner.shape) < p_owner, rng.random(p_live.shape) < p_live
    week = np.sort(rng.integers(0, _WEEKS, (tries, accounts)), axis=0)
    last_good = np.full(accounts, -1)
    failures = np.zeros((accounts, _POINTS))
    who = np.arange(accounts)
    rows = []
    for number in range(tries):
        hour = rng.integers(0, 7, accounts) * 24 + rng.integers(8, 21, accounts)
        point = rng.integers(0, _POINTS, accounts)
        if chosen:
            office = rng.integers(0, 5, accounts) * 24 + rng.integers(9, 18, accounts)
            hour = np.where(rng.random(accounts) < 0.6, office, hour)
            hour = np.where((last_good >= 0) & (rng.random(accounts) < 0.5), last_good, hour)
            point = np.where(rng.random(accounts) < 0.6, failures.argmin(axis=1), point)
        mine, alive = owner[who, point], live[who, point]
        draw, kinds = rng.random(accounts), rng.random(accounts)
        reached = mine & alive & (draw < 1 / (1 + np.exp(-odds[who, hour])))
        outcome = np.full(accounts, "no_answer", dtype="<U16")
        outcome[kinds > 0.8] = "voicemail"
        outcome[~alive & (kinds < 0.2)] = "disconnected"
        answered = ~mine & alive & (draw < 0.2)
        outcome[answered] = np.where(
            kinds < 0.3, "wrong_number", np.where(kinds < 0.6, "third_party", "human_unverified")
        )[answered]
        someone = mine & alive & ~reached & (draw > 0.9)
        outcome[someone] = np.where(kinds < 0.5, "third_party", "human_unverified")[someone]
        outcome[reached] = "right_party"
        last_good = np.where(reached, hour, last_good)
        failures[who, point] += ~reached
        rows.append(
            pl.DataFrame(
                {
                    "attempt_id": [f"T{number}-{i}" for i in range(accounts)],
                    "account_id": [account(i) for i in range(accounts)],
                    "contact_point": [phone(i, k) for i, k in enumerate(point.tolist())],
                    "outcome": outcome,
                }
            ).with_columns(started_at=instant(week[number], hour, rng.integers(0, 60, accounts)))
        )
    attempts = CODED_ATTEMPTS.conform(
        pl.concat(rows).with_columns(channel=pl.lit("call"), point_key=pl.col("contact_point"))
        if rows
        else CODED_ATTEMPTS.empty()
    )
    return World(
        leads=_leads(p_owner, p_live, attempts),
        attempts=attempts,
        people=people(accounts),
        odds=odds,
        reachable=(owner & live).astype(float),
    )


def people(accounts: int) -> pl.DataFrame:
    return PEOPLE.conform(
        pl.DataFrame({"record_id": [account(i) for i in range(accounts)]}).with_columns(
            table=pl.lit("accounts"),
            source=pl.lit("accounts"),
            account_id=pl.col("record_id"),
            kind=pl.lit("person"),
            country=pl.lit("US"),
            region=pl.lit("US-NY"),
        )
    )


def _leads(p_owner: np.ndarray, p_live: np.ndarray, attempts: pl.DataFrame) -> pl.DataFrame:
    """Return leads as trace would make them: priors moved by what outcomes said plainly."""
    count = len(p_owner)
    frame = pl.DataFrame(
        {
            "account_id": [account(i) for i in range(count) for _ in range(_POINTS)],
            "contact_point": [phone(i, k) for i in range(count) for k in range(_POINTS)],
            "prior_owner": p_owner.ravel(),
            "prior_live": p_live.ravel(),
        }
    ).with_row_index("at")
    plain = (
        attempts.filter(pl.col("outcome").is_in(_PLAIN))
        .join(stated_shares().words, on=["channel", "outcome"])
        .join(frame, on=["account_id", "contact_point"])
        .with_columns(years=(pl.lit(AS_OF) - pl.col("started_at")).dt.total_days() / 365.25)
        .sort("at", "years", descending=[False, True])
    )
    tries = Tries.of(
        plain["at"].cast(pl.Int64).to_numpy(), plain["word"].cast(pl.Int64).to_numpy(), plain["years"].to_numpy()
    )
    prior = beliefs(p_owner.ravel(), p_live.ravel())
    after = posterior(prior, heard(tries, stated_shares(), frame.height, TraceParams().lost_per_year))
    p_owner, p_live = owner_and_live(after)
    frame = frame.drop("at").with_columns(p_owner=pl.Series(p_owner).round(6), p_live=pl.Series(p_live).round(6))
    rank = (pl.col("p_owner") * pl.col("p_live")).rank("ordinal", descending=True).over("account_id").cast(pl.Int64)
    return LEADS.conform(
        frame.with_columns(
            point_key=pl.col("contact_point"),
            kind=pl.lit("phone"),
            rank=rank,
            party=pl.lit("debtor"),
            line_type=pl.lit("fixed"),
            zones=pl.lit(["America/New_York"]),
            path=pl.lit("own"),
        )
    )

"""What came of the month: contacts by policy, and how sure it is that ours makes more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loop_worlds.running import Month

__all__ = ["Gain", "Score", "compare"]

_DRAWS = 2_000


class Gain(NamedTuple):
    """How much more ours made, and the bounds of the middle 95 % of the bootstrap."""

    more: int
    low: float
    high: float


class Score(NamedTuple):
    """One policy's month; gains are null for ours."""

    policy: str
    calls: int
    accounts: int
    people: int
    contacts: int
    refused: int
    withdrawn: int
    by_round: tuple[int, ...]
    more_people: Gain | None
    more_contacts: Gain | None


def compare(months: Mapping[str, Month], count: int, seed: int) -> list[Score]:
    """Return the scores of a world of so many accounts, the first policy being ours.

    The difference is told by account (what ours reached of it less what the other did), and accounts are drawn again
    with replacement (Efron, 1979), the same draws for all. Accounts share the lines, which this leaves out.
    """
    reached = {policy: _contacts(month.calls, count) for policy, month in months.items()}
    ours = next(iter(reached.values()))
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=_DRAWS)
    scores = []
    for place, (policy, month) in enumerate(months.items()):
        theirs = reached[policy]
        by_round = month.calls.group_by("round").agg(pl.col("reached").sum()).sort("round")["reached"].cum_sum()
        scores.append(
            Score(
                policy=policy,
                calls=month.calls.height,
                accounts=month.calls["account_id"].n_unique(),
                people=int((theirs > 0).sum()),
                contacts=int(theirs.sum()),
                refused=month.refused,
                withdrawn=month.withdrawn,
                by_round=tuple(by_round),
                more_people=_gain((ours > 0).astype(np.int64) - (theirs > 0), drawn) if place else None,
                more_contacts=_gain(ours - theirs, drawn) if place else None,
            )
        )
    return scores


def _contacts(calls: pl.DataFrame, count: int) -> np.ndarray:
    """Return the right-party contacts with each person."""
    return np.bincount(calls.filter("reached")["person"].to_numpy(), minlength=count)


def _gain(difference: np.ndarray, drawn: np.ndarray) -> Gain:
    low, high = np.quantile(drawn @ difference, [0.025, 0.975])
    return Gain(int(difference.sum()), float(low), float(high))

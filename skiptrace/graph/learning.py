"""What clues are worth and what outcomes mean, learned from attempts alone: nobody ever tells the truth of a point.

The log-odds that a point works, and, if it does, that it is the debtor's, are those stated (:mod:`belief`) plus what
its clues are worth. Together with the shares of outcomes by state (:mod:`states`) that is a latent class model with
covariates (Dayton and Macready 1988, "Concomitant-variable latent-class models"), learned by expectation and
maximisation: the posterior of each tried point by the current model, then the worths and shares that fit it best.
Worths are drawn to 0 and shares to those stated, so that few attempts change little, and none nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.graph.states import OTHERS, THEIRS, Shares, Tries, beliefs, recalled, stated_shares

if TYPE_CHECKING:
    from scipy import sparse

    from skiptrace.graph.clues import Clues
    from skiptrace.graph.states import Floats
    from skiptrace.settings import TraceParams

__all__ = ["Worths", "as_tries", "learn_shares", "learn_worths"]

_MOST_SOURCES = 200
_ROUNDS = 40
_ROUNDS_OF_SHARES = 20
_FAR = 15.0


@dataclass(frozen=True, kw_only=True)
class Worths:
    """What was learned of one kind of contact point.

    Attributes
    ----------
    sources
        Sources whose clues have a worth.
    owner, live
        Worth of each clue, in nats of log-odds; in the order of :meth:`skiptrace.graph.clues.Clues.matrix`.
    shares
        What outcomes mean.
    """

    sources: list[str]
    owner: Floats
    live: Floats
    shares: Shares

    def believed(self, clues: Clues) -> tuple[Floats, Floats]:
        """Return ``p_owner`` and ``p_live`` of leads before any attempt on them is heard."""
        stated = clues.leads
        owner = stated["owner_stated"].to_numpy() + clues.worth(self.sources, self.owner)
        live = stated["live_stated"].to_numpy() + clues.worth(self.sources, self.live)
        return _chance(owner), _chance(live)


def learn_worths(clues: Clues, tries: pl.DataFrame, params: TraceParams) -> Worths:
    """Learn what clues are worth and outcomes mean.

    Parameters
    ----------
    clues
        Of all leads of a kind.
    tries
        Grain: attempt on one of the leads. ``lead``, ``years``, ``attempt_id``, ``word``.
    params
        How strongly to hold on to what is stated.
    """
    tried = tries["lead"].unique().sort()
    sample = clues.of(tried)
    counted = sample.sources["source"].value_counts().filter(pl.col("count") >= params.source_least)
    sources = counted.sort("count", "source", descending=[True, False])["source"].head(_MOST_SOURCES).sort().to_list()
    matrix = sample.matrix(sources)
    numbered = pl.DataFrame({"lead": tried}).with_row_index("point")
    heard = as_tries(tries.join(numbered, on="lead"), "point")
    stated = [sample.leads[name].to_numpy() for name in ("owner_stated", "live_stated")]
    owner, live = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[1])
    shares = suited = _suited(heard, beliefs(_chance(stated[0]), _chance(stated[1])).mean(axis=0), params)
    for _ in range(_ROUNDS):
        believed = beliefs(_chance(stated[0] + matrix @ owner), _chance(stated[1] + matrix @ live))
        now, counts = recalled(heard, shares, believed, params.lost_per_year)
        works = now[:, THEIRS] + now[:, OTHERS]
        owner = _better(owner, matrix, stated[0], (now[:, THEIRS], works), params.worth_weight)
        live = _better(live, matrix, stated[1], (works, np.ones_like(works)), params.worth_weight)
        shares = suited.learned(counts, params.shares_weight)
    return Worths(sources=sources, owner=owner, live=live, shares=shares)


def learn_shares(tries: Tries, believed: Floats, params: TraceParams) -> Shares:
    """Learn what outcomes mean from tries on points of which it is known what to believe.

    Parameters
    ----------
    tries
        Attempts.
    believed
        Point × state, before any of them is heard.
    params
        How strongly to hold on to what is stated.
    """
    suited = shares = _suited(tries, believed.mean(axis=0), params)
    for _ in range(_ROUNDS_OF_SHARES):
        _, counts = recalled(tries, shares, believed, params.lost_per_year)
        shares = suited.learned(counts, params.shares_weight)
    return shares


def _suited(tries: Tries, states: Floats, params: TraceParams) -> Shares:
    """Return the stated shares at the level of the tries; words that only tell whether a point works do not count."""
    words = stated_shares().words.height
    seen = np.bincount(tries.word, minlength=2 * words)[:words].astype(np.float64)
    return stated_shares().suited(seen, states, params.shares_weight)


def as_tries(tries: pl.DataFrame, point: str) -> Tries:
    """Return attempts in the order to hear them; ``point`` names the column with the number of what was tried."""
    ordered = tries.sort(point, "years", "attempt_id", descending=[False, True, False])
    return Tries.of(
        ordered[point].cast(pl.Int64).to_numpy(), ordered["word"].cast(pl.Int64).to_numpy(), ordered["years"].to_numpy()
    )


def _better(
    worth: Floats, matrix: sparse.csr_matrix, stated: Floats, found: tuple[Floats, Floats], hold: float
) -> Floats:
    """Return worths one step of Newton nearer to the best logistic regression, held towards 0.

    ``found``: how much of each lead is so, of how much that was asked.
    """
    so, asked = found
    chance = _chance(stated + matrix @ worth)
    slope = matrix.T @ (so - asked * chance) - hold * worth
    bend = (matrix.T @ matrix.multiply((asked * chance * (1 - chance))[:, None])).toarray()
    result: Floats = worth + np.linalg.solve(bend + hold * np.eye(len(worth)), slope)
    return result


def _chance(odds: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(odds, -_FAR, _FAR)))
    return result

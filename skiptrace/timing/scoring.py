"""How good forecasts were, each figure with its standard error, attempts of one account being alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import rankdata

from skiptrace.timing.off_policy import clustered

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from skiptrace.timing.week import Floats

__all__ = ["Score", "behind", "calibration_bins", "losses", "scores"]

_EDGE = 1e-6
BINS = 10


class Score(NamedTuple):
    """A figure and its standard error; both null where it cannot be told."""

    value: float | None
    error: float | None


def scores(probability: Floats, reached: Floats, account: NDArray[np.int64]) -> dict[str, Score]:
    """Return how good forecasts were.

    Parameters
    ----------
    probability, reached, account
        Grain: attempt. The forecast, 1.0 or 0.0, and a number for its account.

    Returns
    -------
    dict
        ``log_loss`` (nats), ``brier``, ``auc`` and ``calibration_error``: the mean distance of stated and observed
        share over ten bins of equal count (ties stay together). Standard errors are from the sums over accounts of
        what each attempt adds (Liang & Zeger 1986; for AUC Obuchowski 1997). Calibration error is never below zero, so
        chance alone lifts it.
    """
    return {
        "log_loss": _mean(losses(probability, reached), account),
        "brier": _mean((probability - reached) ** 2, account),
        "auc": _auc(probability, reached, account),
        "calibration_error": _calibration_error(probability, reached, account),
    }


def losses(probability: Floats, reached: Floats) -> Floats:
    """Return the log-loss of each forecast in nats.

    Examples
    --------
    >>> losses(np.array([0.5]), np.array([1.0])).round(3).tolist()
    [0.693]
    """
    sure = np.clip(probability, _EDGE, 1 - _EDGE)
    result: Floats = -np.log(np.where(reached == 1, sure, 1 - sure))
    return result


def behind(probability: Floats, other: Floats, reached: Floats, account: NDArray[np.int64]) -> Score:
    """Return how much more log-loss a forecast has than another on the same attempts."""
    return _mean(losses(probability, reached) - losses(other, reached), account)


def calibration_bins(
    probability: Floats, reached: Floats, account: NDArray[np.int64], count: int = BINS
) -> list[dict[str, Any]]:
    """Return by bin of equal count ``attempts``, ``stated``, ``observed``, and ``error``, that of their difference."""
    bins = _bins(probability, count)
    found = []
    for one in np.unique(bins):
        mine = bins == one
        gap = _mean(reached[mine] - probability[mine], account[mine])
        found.append(
            {
                "attempts": int(mine.sum()),
                "stated": float(probability[mine].mean()),
                "observed": float(reached[mine].mean()),
                "error": gap.error,
            }
        )
    return found


def _mean(terms: Floats, account: NDArray[np.int64]) -> Score:
    if not len(terms):
        return Score(None, None)
    mean = float(terms.mean())
    return Score(mean, _finite(clustered((terms - mean) / len(terms), account)))


def _auc(probability: Floats, reached: Floats, account: NDArray[np.int64]) -> Score:
    """Return the chance that a reached attempt had the higher forecast, ties halved (Mann-Whitney)."""
    hit = reached == 1
    hits, misses = int(hit.sum()), int((~hit).sum())
    if not hits or not misses:
        return Score(None, None)
    rank = rankdata(probability)
    # The share of the other kind that each attempt is on the right side of.
    right = np.empty(len(rank))
    right[hit] = (rank[hit] - rankdata(probability[hit])) / misses
    right[~hit] = 1 - (rank[~hit] - rankdata(probability[~hit])) / hits
    auc = float(right[hit].mean())
    return Score(auc, _finite(clustered((right - auc) / np.where(hit, hits, misses), account)))


def _calibration_error(probability: Floats, reached: Floats, account: NDArray[np.int64]) -> Score:
    if not len(probability):
        return Score(None, None)
    bins = _bins(probability, BINS)
    apart = probability - reached
    # Which side each bin errs on is taken as known.
    side = np.sign(np.bincount(bins, apart, BINS))[bins]
    return _mean(side * apart, account)


def _bins(probability: Floats, count: int) -> NDArray[np.int64]:
    result: NDArray[np.int64] = ((rankdata(probability) - 0.5) / max(len(probability), 1) * count).astype(np.int64)
    return result


def _finite(error: float) -> float | None:
    return error if np.isfinite(error) else None

"""Make forecasts mean what they say, and measure whether they do, on attempts that were held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit
from scipy.stats import rankdata

from skiptrace.timing.beliefs import log_odds
from skiptrace.timing.evidence import CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.timing.week import Floats

__all__ = ["Calibration", "cross_fitted", "fit_calibration", "measure", "no_calibration"]

_SHIFT_DOUBT = 0.5
"""Standard deviation of the shift: the model is expected to need none."""
_SLOPE_DOUBT = 0.25
"""The same of the slope around one."""
_STEPS = 30
_BINS = 10
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Platt's map of log-odds for each channel: ``shift + slope · log-odds`` (Platt 1999), drawn towards identity."""

    shift: Floats
    slope: Floats

    def __call__(self, probability: Floats, channel: NDArray[np.int64] | int) -> Floats:
        """Return calibrated probabilities; what is impossible stays so."""
        moved = expit(self.shift[channel] + self.slope[channel] * log_odds(probability))
        result: Floats = np.where(probability <= 0, 0.0, moved)
        return result


def no_calibration() -> Calibration:
    """Return the identity, for want of held-out attempts."""
    return Calibration(shift=np.zeros(len(CHANNELS)), slope=np.ones(len(CHANNELS)))


def fit_calibration(probability: Floats, reached: Floats, channel: NDArray[np.int64]) -> Calibration:
    """Fit the map of each channel by penalised likelihood; few attempts leave it near the identity.

    Examples
    --------
    >>> same = fit_calibration(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
    >>> bool(np.allclose(same(np.array([0.2]), 0), 0.2))
    True
    """
    shift, slope = np.zeros(len(CHANNELS)), np.ones(len(CHANNELS))
    penalty = np.array([1 / _SHIFT_DOUBT**2, 1 / _SLOPE_DOUBT**2])
    for number in range(len(CHANNELS)):
        mine = channel == number
        x = np.column_stack([np.ones(int(mine.sum())), log_odds(probability[mine])])
        y = reached[mine]
        at = np.array([0.0, 1.0])
        for _ in range(_STEPS):
            chance = expit(x @ at)
            gradient = x.T @ (y - chance) - penalty * (at - [0, 1])
            curvature = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(penalty)
            at = at + np.clip(np.linalg.solve(curvature, gradient), -1, 1)
        # A falling map would turn the order of hours around; no evidence could mean that.
        shift[number], slope[number] = at[0], max(at[1], 0.1)
    return Calibration(shift=shift, slope=slope)


def cross_fitted(probability: Floats, reached: Floats, channel: NDArray[np.int64], fold: NDArray[np.bool_]) -> Floats:
    """Return calibrated forecasts, each by a map fitted on the other fold: what measures the map has not made it."""
    found = probability.copy()
    for mine in (fold, ~fold):
        other = ~mine
        found[mine] = fit_calibration(probability[other], reached[other], channel[other])(
            probability[mine], channel[mine]
        )
    return found


def measure(probability: Floats, reached: Floats) -> dict[str, object]:
    """Return how good forecasts were.

    Returns
    -------
    dict
        ``attempts``, ``reached``, ``brier``, ``log_loss`` (nats), ``auc`` (null without both outcomes),
        ``calibration_error`` (expected, over bins of equal count) and ``bins`` (``attempts``, ``forecast``,
        ``observed`` each).
    """
    count = len(probability)
    if not count:
        return {"attempts": 0}
    certain = np.clip(probability, 1e-6, 1 - 1e-6)
    loss = -(reached * np.log(certain) + (1 - reached) * np.log(1 - certain)).mean()
    order = np.argsort(probability, kind="stable")
    bins = [part for part in np.array_split(order, _BINS) if len(part)]
    rows = [
        {"attempts": len(part), "forecast": _round(probability[part].mean()), "observed": _round(reached[part].mean())}
        for part in bins
    ]
    error = sum(len(part) * abs(float(probability[part].mean() - reached[part].mean())) for part in bins) / count
    return {
        "attempts": count,
        "reached": int(reached.sum()),
        "brier": _round(((probability - reached) ** 2).mean()),
        "log_loss": _round(loss),
        "auc": _auc(probability, reached),
        "calibration_error": _round(error),
        "bins": rows,
    }


def _auc(probability: Floats, reached: Floats) -> float | None:
    """Return the chance that a reached attempt had the higher forecast, ties halved (Mann-Whitney)."""
    hits = int(reached.sum())
    misses = len(reached) - hits
    if not hits or not misses:
        return None
    ranks = rankdata(probability)
    return _round((ranks[reached == 1].sum() - hits * (hits + 1) / 2) / (hits * misses))


def _round(number: float | np.floating) -> float:
    return round(float(number), _DECIMALS)

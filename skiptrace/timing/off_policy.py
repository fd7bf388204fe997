"""What a plan would have reached, told from a log that another plan made, or that the log cannot tell.

Each past attempt is a choice among alternatives. Where the log happened to choose as the plan would, its result speaks
for the plan, with the weight π/b: how likely the plan is to choose that over how likely the log was. Three estimators:

- importance weighting (IPS): the mean of w·r (Horvitz & Thompson 1952);
- self-normalised: Σ w·r / Σ w (Swaminathan & Joachims 2015), less wild, a little biased in small logs;
- doubly robust: the mean of Σ π·q + w·(r - q), which is right if either the propensities b or the reward model q are
  (Dudík, Langford & Li 2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from scipy.stats import t as student

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.settings import BacktestParams
    from skiptrace.timing.week import Floats

__all__ = ["Estimate", "Valued", "clip_of", "clustered", "value_of"]

_LEVEL = 0.95


class Estimate(NamedTuple):
    """A value, its standard error, and the 95 % interval, cut to what a share can be."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Valued:
    """What the log says of a plan.

    Attributes
    ----------
    decisions, accounts
        How many the log has.
    weighted, normalised, robust
        The plan's share of attempts that reach, by each estimator; robust is null without a reward model.
    effective
        How many attempts that followed the plan would be worth as much: (Σ w)² / Σ w² (Kish 1965).
    clip, clipped
        The largest weight allowed (that of the settings, or the square root of the number of decisions if that is
        more), and the share of decisions whose weight was cut to it.
    unsupported
        Share of the plan's choices that the log makes so rarely, or never, that their weight would be cut.
    silence
        Why the log cannot tell; null: it can.
    """

    decisions: int
    accounts: int
    weighted: Estimate
    normalised: Estimate
    robust: Estimate | None
    effective: float
    clip: float
    clipped: float
    unsupported: float
    silence: str | None


def value_of(alternatives: pl.DataFrame, params: BacktestParams) -> Valued:
    """Estimate the share of attempts that reach, had the plan made the log's choices.

    Parameters
    ----------
    alternatives
        Grain: decision × alternative. ``decision``, ``account_id``, ``taken`` (bool; one in each decision), ``reached``
        (0 or 1, where taken), ``propensity`` (that the log takes it: logged, or of
        :func:`skiptrace.timing.choosing.propensities`), ``planned`` (that the plan does; sums to one in a decision),
        and, if there is a reward model, ``expected`` (its chance of a reach).
    params
        Clip, and what a log must offer to be believed.

    Returns
    -------
    Valued
        Standard errors hold for attempts of one account that are alike: they come from sums over accounts (Liang &
        Zeger 1986), as many as there are accounts, with Student's t. Weights are taken as given, which overstates the
        error where they were estimated (Hirano, Imbens & Ridder 2003).
    """
    model = "expected" in alternatives.columns
    planned, taken = pl.col("planned"), pl.col("taken")
    clip = clip_of(alternatives, params)
    rows = (
        alternatives.with_columns(
            weight=planned / pl.col("propensity"), expected=pl.col("expected") if model else pl.lit(0.0)
        )
        .sort("decision", maintain_order=True)
        .group_by("decision", maintain_order=True)
        .agg(
            pl.col("account_id").first(),
            pl.col("reached").filter(taken).first().cast(pl.Float64),
            pl.col("weight", "expected").filter(taken).first(),
            model=(planned * pl.col("expected")).sum(),
            # What the plan never does needs no support.
            unsupported=planned.filter((planned > 0) & ~(pl.col("weight") <= clip)).sum(),
        )
    )
    full = rows["weight"].to_numpy()
    w, r = np.minimum(full, clip), rows["reached"].to_numpy()
    q, model_says = rows["expected"].to_numpy(), rows["model"].to_numpy()
    account = rows["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    total = max(float(w.sum()), 1e-12)
    normalised = float((w * r).sum()) / total
    robust = model_says + w * (r - q)
    effective = total**2 / max(float((w**2).sum()), 1e-12)
    unsupported = float(rows["unsupported"].to_numpy().mean()) if rows.height else 1.0
    return Valued(
        decisions=rows.height,
        accounts=rows["account_id"].n_unique(),
        weighted=_estimate(w * r, account),
        normalised=_around(normalised, w * (r - normalised) / total, account),
        robust=_estimate(robust, account) if model else None,
        effective=effective,
        clip=clip,
        clipped=float((full > clip).mean()) if rows.height else 0.0,
        unsupported=unsupported,
        silence=_silence(effective, unsupported, params),
    )


def clip_of(alternatives: pl.DataFrame, params: BacktestParams) -> float:
    """Return the largest weight allowed.

    It grows with the log: the more decisions, the rarer a choice may be and still be seen often enough (Ionides 2008).
    """
    return max(params.clip, math.sqrt(alternatives["decision"].n_unique()))


def clustered(influence: Floats, account: NDArray[np.int64]) -> float:
    """Return the standard error of a sum, given what each attempt adds to its deviation, accounts being independent.

    Examples
    --------
    >>> same = clustered(np.array([0.1, -0.1, 0.1, -0.1]), np.arange(4))
    >>> bool(clustered(np.array([0.1, 0.1, -0.1, -0.1]), np.array([0, 0, 1, 1])) > same)
    True
    """
    sums = np.bincount(account, influence)
    groups = len(np.unique(account))
    if groups < 2:  # noqa: PLR2004  # one account says nothing of how accounts differ
        return float("inf")
    return float(np.sqrt(groups / (groups - 1) * (sums**2).sum()))


def _estimate(terms: Floats, account: NDArray[np.int64]) -> Estimate:
    if not len(terms):
        return Estimate(float("nan"), float("inf"), 0.0, 1.0)
    mean = float(terms.mean())
    return _around(mean, (terms - mean) / len(terms), account)


def _around(value: float, influence: Floats, account: NDArray[np.int64]) -> Estimate:
    error = clustered(influence, account)
    if not np.isfinite(error):
        return Estimate(value, error, 0.0, 1.0)
    reach = float(student.ppf((1 + _LEVEL) / 2, len(np.unique(account)) - 1)) * error
    return Estimate(value, error, float(np.clip(value - reach, 0, 1)), float(np.clip(value + reach, 0, 1)))


def _silence(effective: float, unsupported: float, params: BacktestParams) -> str | None:
    if unsupported > params.most_unsupported:
        return f"{unsupported:.0%} of the plan's choices are such as the log never or hardly ever made"
    if effective < params.least_effective:
        return f"only {effective:.0f} attempts' worth went as the plan would; {params.least_effective:.0f} are needed"
    return None

"""Logistic regression and LightGBM, run by an interpreter that has them: ``python peers.py FOLDER SEED``.

Reads ``features.parquet``: of each call what was known before it, so that nothing leaks. The last fifth of the calls
tells how strong to regularise and how many trees to grow; then all calls are fitted. The prior of the number, which the
worlds make true, is among the features.
"""

from __future__ import annotations

import sys
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
from features import FEATURES, WORDS
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

_HELD_OUT = 0.2
_STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0)
_TREES = 2_000
_LEAVES = (7, 15, 31)
_LONG = 400.0
"""Days, for what never was."""


def main() -> None:
    """Leave ``logistic.parquet`` and ``lightgbm.parquet`` with ``slot`` and ``p``."""
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    rows = pl.read_parquet(folder / "features.parquet").with_columns(
        pl.col(name).fill_null("none").cast(pl.Categorical).to_physical() for name in WORDS
    )
    past, asked = rows.filter(pl.col("hit").is_not_null()).sort("at"), rows.filter(pl.col("hit").is_null())
    hit = past["hit"].cast(pl.Int8).to_numpy()
    for name, forecast in (("logistic", _logistic), ("lightgbm", _trees)):
        p = forecast(past, asked, hit, seed)
        asked.select("slot", p=pl.Series(p)).write_parquet(folder / f"{name}.parquet")


def _trees(past: pl.DataFrame, asked: pl.DataFrame, hit: np.ndarray, seed: int) -> np.ndarray:
    known, unknown = (frame.select(FEATURES).to_numpy().astype(np.float64) for frame in (past, asked))
    early = int(len(hit) * (1 - _HELD_OUT))
    words = [FEATURES.index(name) for name in WORDS]
    fixed = {"objective": "binary", "learning_rate": 0.02, "min_data_in_leaf": 60, "verbosity": -1, "seed": seed}
    fixed |= {"feature_fraction": 0.7, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "num_threads": 2}
    fixed |= {"deterministic": True, "cat_smooth": 20.0}
    best = (np.inf, 0, 0)
    for leaves in _LEAVES:
        data = lightgbm.Dataset(known[:early], hit[:early], categorical_feature=words)
        later = data.create_valid(known[early:], hit[early:])
        stop = lightgbm.early_stopping(100, verbose=False)
        model = lightgbm.train({**fixed, "num_leaves": leaves}, data, _TREES, [later], callbacks=[stop])
        best = min(best, (model.best_score["valid_0"]["binary_logloss"], leaves, model.best_iteration))
    data = lightgbm.Dataset(known, hit, categorical_feature=words)
    return lightgbm.train({**fixed, "num_leaves": best[1]}, data, best[2]).predict(unknown)


def _logistic(past: pl.DataFrame, asked: pl.DataFrame, hit: np.ndarray, _seed: int) -> np.ndarray:
    both = _terms(pl.concat([past, asked]))
    known, unknown = both[: len(hit)], both[len(hit) :]
    early = int(len(hit) * (1 - _HELD_OUT))

    def fitted(strength: float, until: int) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=1000).fit(known[:until], hit[:until])

    def loss(strength: float) -> float:
        return log_loss(hit[early:], fitted(strength, early).predict_proba(known[early:])[:, 1])

    best = min(_STRENGTHS, key=loss)
    return fitted(best, len(hit)).predict_proba(unknown)[:, 1]


def _terms(rows: pl.DataFrame) -> np.ndarray:
    """Return standardised terms of person, number and hour, and one column for each word, hour and weekday."""
    odds = [
        (pl.col(name).clip(1e-4, 1 - 1e-4) / (1 - pl.col(name).clip(1e-4, 1 - 1e-4))).log().alias(name)
        for name in ("rate", "rate_here", "rate_daypart", "p_owner", "p_live", "prior")
    ]
    counts = [(pl.col(name) + 1.0).log() for name in ("tries", "tries_here", "tries_daypart", "numbers")]
    flags = [
        (pl.col(name) > 0).cast(pl.Float64) for name in ("hits", "hits_here", "replies", "phoned_back", "pushed_away")
    ]
    times = [(pl.col(name).fill_null(_LONG) + 1.0).log() for name in ("days_since", "days_since_hit")]
    near = [(-pl.col("hours_from_hit").cast(pl.Float64) / 2).exp().fill_null(0.0)]
    numbers = rows.select(*odds, *counts, *flags, *times, *near).to_numpy().astype(np.float64)
    numbers = (numbers - numbers.mean(axis=0)) / (numbers.std(axis=0) + 1e-9)
    kinds = rows.select("hour", "weekday", *WORDS).to_dummies(columns=["hour", "weekday", *WORDS]).to_numpy()
    return np.hstack([numbers, kinds.astype(np.float64)])


if __name__ == "__main__":
    main()

"""Boosted trees, if LightGBM happens to be installed; it is no dependency of ours."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.timing.logistic import HELD_OUT
from skiptrace.timing.rival_features import FEATURES, WORDS

if TYPE_CHECKING:
    from skiptrace.timing.week import Floats

__all__ = ["by_trees", "trees_installed"]

_TREES = 2_000
_PATIENCE = 100
_LEAVES = (7, 15, 31)
_FIXED = {"objective": "binary", "learning_rate": 0.02, "min_data_in_leaf": 60, "verbosity": -1, "num_threads": 2}
_FIXED |= {"feature_fraction": 0.7, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "cat_smooth": 20.0}
_FIXED |= {"deterministic": True}


def trees_installed() -> bool:
    """Return whether LightGBM can be used."""
    return find_spec("lightgbm") is not None


def by_trees(past: pl.DataFrame, asked: pl.DataFrame, seed: int) -> Floats:
    """Return the forecasts of what is asked: the last fifth of the past tells how many trees to grow, and how large."""
    lightgbm = import_module("lightgbm")
    known, unknown = (_matrix(past, rows) for rows in (past, asked))
    reached = past["reached"].to_numpy()
    early = int(len(reached) * (1 - HELD_OUT))
    words = [FEATURES.index(name) for name in WORDS]
    fixed = {**_FIXED, "seed": seed}
    best = (np.inf, _LEAVES[0], 1)
    for leaves in _LEAVES:
        data = lightgbm.Dataset(known[:early], reached[:early], categorical_feature=words)
        later = data.create_valid(known[early:], reached[early:])
        stop = lightgbm.early_stopping(_PATIENCE, verbose=False)
        model = lightgbm.train({**fixed, "num_leaves": leaves}, data, _TREES, [later], callbacks=[stop])
        best = min(best, (model.best_score["valid_0"]["binary_logloss"], leaves, model.best_iteration))
    data = lightgbm.Dataset(known, reached, categorical_feature=words)
    result: Floats = lightgbm.train({**fixed, "num_leaves": best[1]}, data, best[2]).predict(unknown)
    return result


def _matrix(past: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """Return FEATURES as numbers; a word that the past does not know is missing."""
    levels = {name: past[name].drop_nulls().unique().sort() for name in WORDS}
    numbered = rows.select(
        pl.col(name).replace_strict(
            levels[name], pl.Series(range(len(levels[name])), dtype=pl.Int64), default=None, return_dtype=pl.Int64
        )
        if name in WORDS
        else pl.col(name)
        for name in FEATURES
    )
    result: Floats = numbered.cast(pl.Float64).to_numpy()
    return result

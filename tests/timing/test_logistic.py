import numpy as np
import polars as pl
import pytest

from skiptrace.timing.logistic import by_logistic, fit_ridge
from skiptrace.timing.rival_features import feature_table
from tests.timing.known import asked, known


def draw(seed, rows=4_000):
    rng = np.random.default_rng(seed)
    terms = rng.normal(size=(rows, 3))
    hit = rng.random(rows) < 1 / (1 + np.exp(-(-1 + terms @ [1.0, -0.5, 0.0])))
    return terms, hit.astype(float)


def test_the_slope_of_the_penalised_likelihood_is_zero():
    terms, hit = draw(1)
    found = fit_ridge(terms, hit, 10.0)
    chance = 1 / (1 + np.exp(-(found[0] + terms @ found[1:])))
    assert terms.T @ (hit - chance) - 10 * found[1:] == pytest.approx(0, abs=1e-3)
    assert (hit - chance).sum() == pytest.approx(0, abs=1e-3)
    assert found == pytest.approx([-1, 1, -0.5, 0], abs=0.1)


def test_ridge_draws_coefficients_to_zero_and_bears_separation():
    terms, hit = draw(2)
    assert np.abs(fit_ridge(terms, hit, 1e6)[1:]).max() < 0.01
    sure = fit_ridge(np.array([[-1.0], [-2.0], [1.0], [2.0]]), np.array([0.0, 0.0, 1.0, 1.0]), 0.1)
    assert np.isfinite(sure).all()
    assert sure[1] > 1


def test_what_else_is_asked_changes_no_forecast():
    every = asked(60)
    forecasts = [
        by_logistic(table.filter(pl.col("ask").is_null()), table.filter(pl.col("ask") < 10).sort("ask"))
        for table in (feature_table(known(), every), feature_table(known(), every.head(10)))
    ]
    assert len(forecasts[0]) == 10
    assert forecasts[0].tolist() == forecasts[1].tolist()

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from skiptrace.timing.calibration import cross_fitted, fit_calibration, measure, no_calibration

CALLS = np.zeros(20_000, dtype=np.int64)


def forecasts(seed=1):
    rng = np.random.default_rng(seed)
    forecast = expit(rng.normal(-1.5, 1.2, len(CALLS)))
    reached = (rng.random(len(CALLS)) < expit(0.3 + 0.7 * logit(forecast))).astype(float)
    return forecast, reached


def test_a_planted_distortion_is_found_and_undone():
    forecast, reached = forecasts()
    found = fit_calibration(forecast, reached, CALLS)
    assert found.shift[0] == pytest.approx(0.3, abs=0.1)
    assert found.slope[0] == pytest.approx(0.7, abs=0.06)
    assert measure(found(forecast, 0), reached)["calibration_error"] < 0.01
    assert measure(forecast, reached)["calibration_error"] > 0.03


def test_few_attempts_hardly_move_a_forecast():
    found = fit_calibration(np.array([0.2, 0.3]), np.array([0.0, 1.0]), CALLS[:2])
    assert found(np.array([0.2]), 0)[0] == pytest.approx(0.2, abs=0.05)
    assert found(np.array([0.2]), 1)[0] == pytest.approx(0.2)


def test_order_is_kept_and_the_impossible_stays_impossible():
    backwards = fit_calibration(np.linspace(0.01, 0.99, 2_000), np.linspace(1, 0, 2_000).round(), CALLS[:2_000])
    found = backwards(np.array([0.0, 0.1, 0.5, 0.9]), 0)
    assert found[0] == 0
    assert (np.diff(found) > 0).all()


def test_a_forecast_is_never_calibrated_on_its_own_fold():
    forecast, reached = forecasts()
    fold = np.arange(len(CALLS)) % 2 == 0
    before = cross_fitted(forecast, reached, CALLS, fold)
    flipped = np.where(fold, 1 - reached, reached)
    after = cross_fitted(forecast, flipped, CALLS, fold)
    assert np.array_equal(before[fold], after[fold])
    assert not np.allclose(before[~fold], after[~fold])


def test_measures_are_the_textbooks():
    got = measure(np.array([0.9, 0.6, 0.6, 0.1]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert got["brier"] == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4, abs=1e-6)
    assert got["auc"] == pytest.approx(3.5 / 4)
    assert measure(np.array([0.3]), np.array([0.0]))["auc"] is None
    assert measure(np.zeros(0), np.zeros(0)) == {"attempts": 0}
    assert no_calibration()(np.array([0.37]), 2)[0] == pytest.approx(0.37)

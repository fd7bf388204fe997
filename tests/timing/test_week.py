from __future__ import annotations

import numpy as np

from skiptrace.timing.week import modes, night, week_covariance


def test_the_covariance_is_one_of_a_random_function():
    covariance = week_covariance()
    assert np.allclose(covariance, covariance.T)
    assert np.allclose(np.diag(covariance), 1)
    assert np.linalg.eigvalsh(covariance).min() > -1e-8


def test_the_week_has_no_seam():
    covariance = week_covariance()
    steps = np.array([covariance[h, (h + 1) % 168] for h in range(168)])
    assert steps.min() > 0.85
    assert covariance[167, 0] >= np.median(steps) - 0.05


def test_a_weekday_tells_more_of_another_weekday_than_of_the_weekend():
    covariance = week_covariance()
    tuesday, thursday, sunday = 24 + 18, 72 + 18, 144 + 18
    assert covariance[tuesday, thursday] > 2 * covariance[tuesday, sunday] > 0


def test_modes_are_deviations_from_a_persons_own_level():
    table = modes(8)
    awake = ~night()
    assert np.abs(table[awake].sum(axis=0)).max() < 1e-8
    assert 0.75 < (table[awake] ** 2).sum(axis=1).mean() < 1

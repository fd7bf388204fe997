import numpy as np
import pytest

from skiptrace.timing.drift import drift_of


def results(seed, shift=0.0, slope=1.0, accounts=160, each=2):
    rng = np.random.default_rng(seed)
    odds = np.repeat(rng.normal(-1.5, 1, accounts), each) + rng.normal(0, 0.5, accounts * each)
    true = 1 / (1 + np.exp(-(shift - 1.5 + slope * (odds + 1.5))))
    hit = (rng.random(len(odds)) < true).astype(float)
    return 1 / (1 + np.exp(-odds)), hit, np.repeat(np.arange(accounts), each)


def test_true_chances_raise_no_alarm_but_by_chance():
    found = [drift_of(*results(seed)) for seed in range(400)]
    assert 0.02 <= np.mean([one.level is not None for one in found]) <= 0.08
    assert 0.02 <= np.mean([one.spread is not None for one in found]) <= 0.10


def test_intervals_hold_the_truth_of_drifted_chances():
    found = [drift_of(*results(seed, slope=0.5)) for seed in range(400)]
    assert 0.90 <= np.mean([one.slope_low <= 0.5 <= one.slope_high for one in found]) <= 0.98


@pytest.mark.parametrize(("shift", "said"), [(-1.0, "overstates"), (1.0, "understates")])
def test_which_way_a_plan_errs(shift, said):
    assert drift_of(*results(1, shift=shift)).level == said


@pytest.mark.parametrize(("slope", "said"), [(0.3, "too far apart"), (2.0, "too close together")])
def test_whether_chances_differ_as_much_as_stated(slope, said):
    assert drift_of(*results(1, slope=slope)).spread == said


def test_nothing_reached_of_few_small_chances_is_no_alarm():
    found = drift_of(np.full(60, 0.04), np.zeros(60), np.arange(60))
    assert (found.level, found.slope) == (None, None)
    assert found.high > 0.04
    assert drift_of(np.full(600, 0.04), np.zeros(600), np.arange(600)).level == "overstates"


def test_one_account_says_nothing_of_others():
    assert drift_of(np.full(80, 0.2), np.ones(80), np.zeros(80, dtype=int)).level is None

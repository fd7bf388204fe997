import numpy as np
import pytest

from skiptrace.timing.scoring import behind, calibration_bins, scores


def world(seed, accounts=120, each=5):
    """Return forecasts that are true but for a level of the account that they do not know."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), each)
    odds = rng.normal(-0.5, 1, accounts * each)
    level = np.repeat(rng.normal(0, 1, accounts), each)
    reached = (rng.random(len(odds)) < 1 / (1 + np.exp(-(odds + level)))).astype(float)
    return 1 / (1 + np.exp(-odds)), reached, account


def test_figures_are_those_of_their_definitions():
    said, reached, account = world(1)
    found = scores(said, reached, account)
    hits, misses = said[reached == 1], said[reached == 0]
    pairs = np.sign(hits[:, None] - misses[None, :])
    assert found["auc"].value == pytest.approx(0.5 + pairs.mean() / 2)
    assert found["brier"].value == pytest.approx(np.mean((said - reached) ** 2))
    assert found["log_loss"].value == pytest.approx(-np.mean(np.log(np.where(reached == 1, said, 1 - said))))
    bins = np.array_split(np.argsort(said), 10)
    assert found["calibration_error"].value == pytest.approx(
        np.mean([abs(said[part].mean() - reached[part].mean()) for part in bins])
    )


@pytest.mark.parametrize("figure", ["log_loss", "brier", "auc", "calibration_error"])
def test_errors_are_as_wide_as_figures_scatter(figure):
    found = [scores(*world(seed))[figure] for seed in range(400)]
    spread = np.std([one.value for one in found])
    # Which side a bin errs on is taken as known, so where they hardly err the stated error is a little too wide.
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.5 if "calib" in figure else 0.12)


def test_ties_stay_together_and_a_constant_is_one_bin():
    said, reached, account = np.full(100, 0.3), np.repeat([1.0, 0.0], 50), np.arange(100)
    (only,) = calibration_bins(said, reached, account)
    assert (only["attempts"], only["stated"], only["observed"]) == (100, pytest.approx(0.3), 0.5)
    assert scores(said, reached, account)["auc"].value == 0.5
    assert scores(said, reached, account)["calibration_error"].value == pytest.approx(0.2)


def test_ten_bins_have_one_size():
    bins = calibration_bins(*world(2))
    assert [one["attempts"] for one in bins] == [60] * 10
    assert [one["stated"] for one in bins] == sorted(one["stated"] for one in bins)


def test_a_method_is_not_behind_itself_and_a_worse_one_is():
    said, reached, account = world(3)
    assert behind(said, said, reached, account).value == 0
    worse = behind(np.full(len(said), reached.mean()), said, reached, account)
    assert worse.value > 2 * worse.error


def test_what_cannot_be_told_is_null():
    nothing = np.zeros(0)
    assert scores(nothing, nothing, nothing.astype(int))["brier"].value is None
    sure = np.ones(4)
    assert scores(sure, sure, np.arange(4))["auc"] == (None, None)
    assert scores(sure, sure, np.zeros(4, dtype=int))["brier"].error is None

from __future__ import annotations

import numpy as np
import pytest

from skiptrace.errors import InputError
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.weights import KINDS, Model, default_model


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_levels_of_a_comparison_are_numbered_without_gaps_and_fit_four_bits(comparison):
    gammas = [level.gamma for level in default_model().of(comparison)]
    assert gammas == list(range(len(gammas)))
    assert len(gammas) <= 15


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_default_m_and_u_are_distributions(comparison):
    levels = [
        level for level in default_model().of(comparison) if level.learn or comparison in {"suffix", "characters"}
    ]
    m = {level.level: level.m for level in levels}
    assert sum(m.values()) == pytest.approx(1, abs=0.05)
    counted = sum(level.u for level in levels if level.u is not None and level.grade is None)
    assert counted <= 1.01
    assert {level.comparison for level in default_model().levels} == set(COMPARISONS)


def test_json_gives_the_model_back():
    model = default_model()
    assert Model.from_json(model.to_json()) == model


@pytest.mark.parametrize("text", ["", "{}", '{"partners": {}, "levels": [], "more": 1}', "[1]"])
def test_what_is_no_model_is_refused_in_one_line(text):
    with pytest.raises(InputError, match="not a linkage model") as error:
        Model.from_json(text)
    assert "\n" not in str(error.value)


def test_missing_values_leave_nothing_but_the_prior():
    blank = np.full((1, len(COMPARISONS)), -1, dtype=np.int8)
    odds = default_model().weigh(blank, COMPARISONS, 100_000)
    partners = default_model().partners["same_person"]
    assert odds.probability[0] == pytest.approx(partners / 100_000, rel=0.01)
    assert odds.weight[0] == pytest.approx(np.log2(partners / 100_000), abs=0.01)


def test_weight_and_probability_tell_the_same():
    rng = np.random.default_rng(1)
    tops = [len(default_model().of(comparison)) for comparison in COMPARISONS]
    vectors = np.column_stack([rng.integers(-1, top, 500) for top in tops]).astype(np.int8)
    odds = default_model().weigh(vectors, COMPARISONS, 50_000)
    assert np.allclose(odds.probability, 1 / (1 + np.exp2(-odds.weight)))
    assert (odds.kinds >= 0).all()
    assert (odds.kinds.sum(axis=1) <= 1 + 1e-9).all()
    assert odds.kinds.shape == (500, len(KINDS))


def test_rarer_agreement_weighs_more():
    for comparison in ("given", "family", "company", "phone", "email", "address", "employer", "national_id"):
        ratios = [
            level.m / level.probabilities(1_000_000)[-1] for level in default_model().of(comparison) if level.grade
        ]
        agreed = ratios if comparison != "national_id" else ratios[2:]
        assert agreed == sorted(agreed), comparison

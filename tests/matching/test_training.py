from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.training import learn_m, learn_u, pack, random_pairs, unpack
from skiptrace.matching.weights import KINDS, default_model

ROWS = 200_000


@given(arrays.arrays(np.int8, (7, len(COMPARISONS)), elements=st.integers(-1, 14)))
def test_packed_vectors_unpack_to_themselves(gammas):
    frame = pl.DataFrame({f"gamma_{name}": gammas[:, at] for at, name in enumerate(COMPARISONS)})
    packed = frame.select(pack()).to_series().cast(pl.UInt64).to_numpy()
    assert (unpack(packed) == gammas).all()


def test_random_pairs_are_pairs_and_all_of_them_where_there_are_few():
    left, right = random_pairs(1_000, 5_000, 1)
    assert (left < right).all()
    assert right.max() < 1_000
    left, right = random_pairs(5, 100, 1)
    assert len(set(zip(left, right, strict=True))) == 10
    assert len(random_pairs(1, 100, 1)[0]) == len(random_pairs(0, 100, 1)[0]) == 0


def _draw(rng, model, kind: int, count: int) -> np.ndarray:
    """Draw comparison vectors of one kind; columns of KINDS, then strangers."""
    columns = []
    for comparison in COMPARISONS:
        levels = [level for level in model.of(comparison) if level.learn or comparison in {"suffix", "characters"}]
        chances = np.array([level.probabilities(ROWS)[kind] for level in levels])
        for name in {level.level for level in levels if level.grade}:
            same = [at for at, level in enumerate(levels) if level.level == name]
            if kind < len(KINDS):  # m is one number for all grades: what is common is common among matches too
                chances[same] /= len(same)
        gammas = np.array([level.gamma for level in levels])
        drawn = rng.choice(gammas, count, p=chances / chances.sum())
        columns.append(np.where(rng.random(count) < 0.2, -1, drawn))
    return np.column_stack(columns).astype(np.int8)


def test_planted_m_and_partners_are_recovered():
    rng = np.random.default_rng(4)
    planted = default_model().with_learned(
        {**default_model().partners, "same_person": 1.0, "household": 0.6},
        {("phone", "different"): 0.2, ("phone", "same"): 0.8, ("birth", "misspelt"): 0.1, ("birth", "same"): 0.86},
        0,
    )
    matches, homes = ROWS // 2, int(0.3 * ROWS)
    vectors = np.concatenate(
        [_draw(rng, planted, 0, matches), _draw(rng, planted, 1, homes), _draw(rng, planted, len(KINDS), 400_000)]
    )
    distinct, counts = np.unique(vectors, axis=0, return_counts=True)
    learned = learn_m(default_model(), distinct, counts, ROWS)
    assert learned.partners["same_person"] == pytest.approx(1.0, rel=0.05)
    # Two of one home who share next to nothing cannot be told from strangers, and do not count.
    assert 0.2 < learned.partners["household"] < 0.65
    m = {(level.comparison, level.level): level.m for level in learned.levels}
    assert m["phone", "same"] == pytest.approx(0.8, abs=0.02)
    assert m["birth", "misspelt"] == pytest.approx(0.1, abs=0.02)
    assert m["family", "same"] == pytest.approx(0.86, abs=0.02)


def test_u_is_counted_among_strangers_only():
    vectors = np.full((100_000, len(COMPARISONS)), -1, dtype=np.int8)
    at = COMPARISONS.index("address")
    vectors[:, at] = 0
    vectors[:30_000, at] = 1
    vectors[:2_000] = 0
    vectors[:2_000, at] = 9
    vectors[:2_000, [COMPARISONS.index("given"), COMPARISONS.index("family")]] = [11, 9]
    vectors[:2_000, COMPARISONS.index("birth")] = 9
    learned = learn_u(default_model(), vectors, ROWS)
    u = {level.gamma: level.u for level in learned.of("address")}
    assert u[1] == pytest.approx(0.28, abs=0.02)
    assert u[9] is None


def test_nothing_to_learn_from_leaves_the_defaults():
    nothing = np.zeros((0, len(COMPARISONS)), dtype=np.int8)
    model = learn_m(learn_u(default_model(), nothing, 0), nothing, np.zeros(0, dtype=np.int64), 0)
    for level, default in zip(model.levels, default_model().levels, strict=True):
        assert level.m == pytest.approx(default.m, rel=0.05)
        assert level.u == pytest.approx(default.u)

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.review import most_informative
from skiptrace.matching.training import Judged, learn_judged, learn_m, learn_u, pack, random_pairs, unpack
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


def test_people_of_one_home_are_not_taken_for_one_person_of_many_names():
    rng = np.random.default_rng(5)
    planted = default_model()
    told = [COMPARISONS.index(name) for name in ("given", "family", "phone")]
    vectors = np.full((60_000, len(COMPARISONS)), -1, dtype=np.int8)
    drawn = [_draw(rng, planted, kind, count) for kind, count in ((0, 30_000), (1, 10_000), (len(KINDS), 20_000))]
    vectors[:, told] = np.concatenate(drawn)[:, told]
    distinct, counts = np.unique(vectors, axis=0, return_counts=True)
    learned = learn_m(planted, distinct, counts, ROWS)
    m = {(level.comparison, level.level): level.m for level in learned.levels}
    assert m["given", "different"] == pytest.approx(0.003, abs=0.001)
    assert sum({level.level: level.m for level in learned.of("given")}.values()) == pytest.approx(1, abs=0.02)


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


def _log_loss(model, vectors, same) -> float:
    likely = np.clip(model.weigh(vectors, COMPARISONS, ROWS_OF_WORLD).probability, 1e-6, 1 - 1e-6)
    return float(-np.where(same, np.log(likely), np.log(1 - likely)).mean())


def _bias(model, vectors, same) -> float:
    """Return how far off the number of matches is that the model expects."""
    return abs(float((model.weigh(vectors, COMPARISONS, ROWS_OF_WORLD).probability - same).mean()))


ROWS_OF_WORLD = 8_000


@pytest.fixture(scope="module")
def judged(living):
    """Return the model of a world, its reported pairs with the truth, and which 50 a reviewer would be asked."""

    def of(habits: str, *, chinese: bool = False):
        world = living(habits, chinese=chinese)
        person = {tuple(row[:2]): row[2] for row in world.truth.select("source", "record_id", "person").iter_rows()}
        pairs = world.linked.pairs.with_row_index("place")
        ends = pairs.select("source_l", "record_id_l", "source_r", "record_id_r").iter_rows()
        same = np.array([person[row[:2]] == person[row[2:]] for row in ends])
        vectors = pairs.select(f"gamma_{name}" for name in COMPARISONS).to_numpy().astype(np.int8)
        chosen = most_informative(pairs, world.linked.entities, pairs.clear(), 0.0, 50)
        asked = chosen["place"].to_numpy()
        assert len(asked) == 50
        answers = Judged(vectors[asked], same[asked], chosen["records"].to_numpy().astype(np.int64))
        rest = np.setdiff1d(np.arange(len(same)), asked)
        return world.linked.model, answers, (vectors[rest], same[rest])

    return of


WORLDS = [("HOUSEHOLDS", False), ("SPARSE", False), ("MOVERS", False), ("HOUSEHOLDS", True)]


@pytest.mark.parametrize(("habits", "chinese"), WORLDS)
def test_fifty_judgements_never_harm_what_is_said_of_other_pairs(habits, chinese, judged):
    model, answers, rest = judged(habits, chinese=chinese)
    learned = learn_judged(model, answers, ROWS_OF_WORLD)
    assert _log_loss(learned, *rest) <= 1.02 * _log_loss(model, *rest)
    assert _bias(learned, *rest) <= _bias(model, *rest) + 0.002


@pytest.mark.parametrize("factor", [1 / 8, 8])
@pytest.mark.parametrize(("habits", "chinese"), WORLDS)
def test_fifty_judgements_correct_a_model_that_is_off(habits, chinese, factor, judged):
    model, answers, rest = judged(habits, chinese=chinese)
    off = model.with_learned({**model.partners, "same_person": model.partners["same_person"] * factor}, {}, 0)
    if _bias(off, *rest) < _bias(model, *rest):
        off = off.with_learned({**off.partners, "same_person": off.partners["same_person"] * factor}, {}, 0)
    learned = learn_judged(off, answers, ROWS_OF_WORLD)
    assert _log_loss(learned, *rest) < _log_loss(off, *rest) - 0.002
    assert _bias(learned, *rest) < 0.9 * _bias(off, *rest)


def _judged(vectors, same, records: int = 3) -> Judged:
    return Judged(vectors, np.array(same, dtype=bool), np.full(len(same), records))


def test_that_persons_with_many_records_are_few_is_expected_of_judged_pairs():
    vector = np.full((1, len(COMPARISONS)), -1, dtype=np.int8)
    vector[0, [COMPARISONS.index(name) for name in ("given", "family", "birth")]] = [9, 6, 1]
    refused = [
        learn_judged(default_model(), _judged(np.repeat(vector, 40, axis=0), [False] * 40, records), ROWS)
        for records in (3, 24)
    ]
    assert refused[0].partners["same_person"] <= refused[1].partners["same_person"]
    weights = [model.weigh(vector, COMPARISONS, ROWS).weight[0] for model in refused]
    assert weights[0] < weights[1]


def test_judgements_that_are_as_expected_teach_nothing():
    model = default_model()
    vectors = np.full((2, len(COMPARISONS)), -1, dtype=np.int8)
    vectors[:, COMPARISONS.index("given")] = [12, 0]
    vectors[:, COMPARISONS.index("birth")] = [9, 0]
    vectors[:, COMPARISONS.index("national_id")] = [5, 0]
    learned = learn_judged(model, _judged(vectors, [True, False]), ROWS)
    for level, default in zip(learned.levels, model.levels, strict=True):
        assert level.m == pytest.approx(default.m, rel=0.001)
        assert level.household == (default.household and pytest.approx(default.household, rel=0.001))
    assert learned.partners == model.partners
    nothing = np.zeros((0, len(COMPARISONS)), dtype=np.int8)
    assert learn_judged(model, _judged(nothing, []), ROWS) == model


def test_what_was_judged_moves_what_looks_like_it_and_levels_stay_distributions():
    model = default_model()
    vector = np.full((1, len(COMPARISONS)), -1, dtype=np.int8)
    vector[0, COMPARISONS.index("given")] = 2
    vector[0, COMPARISONS.index("email")] = 6
    vectors = np.repeat(vector, 30, axis=0)
    before = model.weigh(vector, COMPARISONS, ROWS).weight[0]
    as_match = learn_judged(model, _judged(vectors, [True] * 30), ROWS)
    as_none = learn_judged(model, _judged(vectors, [False] * 30), ROWS)
    assert (
        as_none.weigh(vector, COMPARISONS, ROWS).weight[0]
        < before
        < as_match.weigh(vector, COMPARISONS, ROWS).weight[0]
    )
    for learned in (as_match, as_none):
        for comparison in COMPARISONS:
            sums = [
                sum({level.level: level.m for level in each.of(comparison) if level.learn}.values())
                for each in (model, learned)
            ]
            assert sums[0] == pytest.approx(sums[1], rel=1e-9)
            assert all(0 < level.m <= 1 for level in learned.of(comparison))

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.matching.clustering import cluster

PAIRS = {"left": pl.UInt32, "right": pl.UInt32}


def _cluster(size, weights, *, certain=(), barred=(), most=200):
    """Cluster from weights by pair; pairs without one weigh nothing."""
    matches = [(a, b, float(w)) for (a, b), w in weights.items() if w > 0 and (a, b) not in barred]
    edges = pl.DataFrame(matches, schema={**PAIRS, "weight": pl.Float64}, orient="row")

    def judge(pairs):
        rows = list(pairs.iter_rows())
        return pairs.with_columns(
            weight=pl.Series([float(weights.get(row, 0)) for row in rows], dtype=pl.Float64),
            barred=pl.Series([row in barred for row in rows], dtype=pl.Boolean),
        )

    return cluster(size, edges, pl.DataFrame(list(certain), schema=PAIRS, orient="row"), judge, most)


def test_matches_make_chains_where_nothing_speaks_against():
    found = _cluster(5, {(0, 1): 9, (1, 2): 9})
    assert found.label.tolist() == [0, 0, 0, 3, 4]
    assert found.split == 0


def test_a_chain_through_a_doubtful_row_falls_apart():
    found = _cluster(3, {(0, 1): 9, (1, 2): 5, (0, 2): -12})
    assert found.label.tolist() == [0, 0, 2]
    assert (found.judged, found.split) == (1, 1)


def test_contradictory_rows_never_end_up_together_however_strong_the_chain():
    found = _cluster(4, {(0, 1): 19, (1, 2): 19, (2, 3): 19, (0, 3): 19}, barred={(0, 2)})
    assert found.label[0] != found.label[2]


def test_certain_pairs_hold_whatever_speaks_against():
    found = _cluster(3, {(0, 1): -15, (1, 2): 9, (0, 2): -15}, certain=[(0, 1)], barred={(0, 1)})
    assert found.label[0] == found.label[1]
    assert found.label[2] == 2


def test_a_crowd_is_cut_at_its_weakest_matches():
    strong = {(n, n + 1): 15 for n in range(0, 40, 2)}
    weak = {(n, n + 1): 4 for n in range(1, 39, 2)}
    found = _cluster(40, strong | weak, most=10)
    assert found.label.tolist() == [n - n % 2 for n in range(40)]


def test_nobody_is_nobody():
    assert len(_cluster(0, {}).label) == 0


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]),
        st.integers(-20, 20),
        max_size=20,
    ),
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=5),
)
def test_labels_are_smallest_rows_and_no_two_barred_rows_share_one(weights, barred):
    label = _cluster(9, weights, barred=barred).label
    assert (label == [np.flatnonzero(label == one).min() for one in label]).all()
    for one, other in barred:
        assert label[one] != label[other]

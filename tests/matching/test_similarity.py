from __future__ import annotations

import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.matching.similarity import line_similarity, name_similarity, over_distinct_pairs

NAMES = st.text(string.ascii_lowercase[:6], min_size=1, max_size=9)


def _jaro_winkler(one: str, other: str) -> float:
    """Slow and plain, after Winkler 1990."""
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    first = []
    for at, letter in enumerate(one):
        for near in range(max(0, at - reach), min(len(other), at + reach + 1)):
            if not taken[near] and other[near] == letter:
                taken[near] = True
                first.append(letter)
                break
    second = [letter for letter, used in zip(other, taken, strict=True) if used]
    common = len(first)
    if not common:
        return 0.0
    moved = sum(a != b for a, b in zip(first, second, strict=True)) // 2
    jaro = (common / len(one) + common / len(other) + (common - moved) / common) / 3
    prefix = 0
    for a, b in zip(one[:4], other[:4], strict=False):
        if a != b:
            break
        prefix += 1
    return jaro + 0.1 * prefix * (1 - jaro) if jaro > 0.7 else jaro


def _common(one: str, other: str) -> int:
    lengths = [0] * (len(other) + 1)
    for a in one:
        before = 0
        for at, b in enumerate(other, 1):
            lengths[at], before = max(lengths[at], lengths[at - 1]) if a != b else before + 1, lengths[at]
    return lengths[-1]


@given(NAMES, NAMES)
def test_name_similarity_is_that_of_winkler(one, other):
    found = name_similarity(pl.Series([one]), pl.Series([other]))[0]
    assert found == pytest.approx(_jaro_winkler(one, other), abs=1e-6)


@given(NAMES, NAMES)
def test_line_similarity_is_the_share_of_common_letters(one, other):
    found = line_similarity(pl.Series([one]), pl.Series([other]))[0]
    assert found == pytest.approx(2 * _common(one, other) / (len(one) + len(other)), abs=1e-6)


def test_each_distinct_pair_is_measured_once_and_missing_codes_not_at_all():
    asked = []

    def measure(left, right):
        asked.extend(zip(left, right, strict=True))
        return left.str.len_chars() + right.str.len_chars()

    pairs = pl.DataFrame({"a": [0, 1, 0, None], "b": [1, 1, 1, 1]}, schema={"a": pl.Int32, "b": pl.Int32})
    found = over_distinct_pairs(pairs, pl.Series(["x", "yz"]), measure)
    assert found.to_list() == [3, 4, 3, None]
    assert sorted(asked) == [("x", "yz"), ("yz", "yz")]

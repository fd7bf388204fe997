from __future__ import annotations

import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.matching.similarity import line_similarity, name_similarity, one_slip, over_distinct_pairs

NAMES = st.text(string.ascii_lowercase[:6], min_size=1, max_size=9)
LINES = st.sets(NAMES, min_size=1, max_size=4)


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


def _line_ratio(one: str, other: str) -> float:
    return 2 * _common(one, other) / (len(one) + len(other)) if one or other else 1.0


@given(LINES, LINES)
def test_line_similarity_is_the_share_of_common_letters_words_in_common_set_apart(one, other):
    both, mine, theirs = (" ".join(sorted(words)) for words in (one & other, one - other, other - one))
    lines = [both, f"{both} {mine}".strip(), f"{both} {theirs}".strip()]
    pairs = [(lines[1], lines[2])] + ([(lines[0], lines[1]), (lines[0], lines[2])] if both else [])
    pairs.append(("".join(sorted(one)), "".join(sorted(other))))
    slow = max(_line_ratio(*pair) for pair in pairs)
    found = line_similarity(pl.Series([" ".join(sorted(one))]), pl.Series([" ".join(sorted(other))]))[0]
    assert found == pytest.approx(slow, abs=1e-6)


@given(NAMES, NAMES)
def test_one_slip_is_one_letter_wrong_missing_or_exchanged(one, other):
    letters = string.ascii_lowercase[:6]
    wrong = {one[:at] + letter + one[at + 1 :] for at in range(len(one)) for letter in letters}
    missing = {one[:at] + one[at + 1 :] for at in range(len(one))}
    added = {one[:at] + letter + one[at:] for at in range(len(one) + 1) for letter in letters}
    exchanged = {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
    near = other in {one} | wrong | missing | added | exchanged
    assert one_slip(pl.Series([one]), pl.Series([other]))[0] == near


def test_each_distinct_pair_is_measured_once_and_missing_codes_not_at_all():
    asked = []

    def measure(left, right):
        asked.extend(zip(left, right, strict=True))
        return left.str.len_chars() + right.str.len_chars()

    pairs = pl.DataFrame({"a": [0, 1, 0, None], "b": [1, 1, 1, 1]}, schema={"a": pl.Int32, "b": pl.Int32})
    found = over_distinct_pairs(pairs, pl.Series(["x", "yz"]), measure)
    assert found.to_list() == [3, 4, 3, None]
    assert sorted(asked) == [("x", "yz"), ("yz", "yz")]

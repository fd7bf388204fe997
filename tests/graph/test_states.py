from __future__ import annotations

from itertools import product
from math import exp

import numpy as np
import polars as pl
import pytest

from skiptrace.graph.states import OTHERS, OUT, THEIRS, Tries, beliefs, heard, posterior, recalled, stated_shares
from skiptrace.vocabulary import outcome_meanings

RATE = 0.4


def word(outcome: str, channel: str = "call") -> int:
    words = stated_shares().words
    return words.filter(pl.col("channel") == channel, pl.col("outcome") == outcome)["word"].item()


def said(*attempts: tuple[int, int, float]) -> Tries:
    """Return tries from (point, word, years ago), sorted by point, the oldest first."""
    point, words, years = zip(*attempts, strict=True)
    return Tries.of(np.array(point), np.array(words), np.array(years))


def step(now: int, then: int, years: float) -> float:
    """Return the probability of the state some years before, given the one after."""
    lost = 1 - exp(-RATE * years)
    if now == THEIRS:
        return float(then == THEIRS)
    return {now: 1 - lost, THEIRS: lost}.get(then, 0.0)


def counts_for(words: list[int], at: int) -> float:
    """Return how much a word counts that is said again later: n count for n / (1 + 0.3·(n − 1)), a third party once."""
    later = words[at + 1 :].count(words[at])
    alike = 1.0 if words[at] in (word("third_party"), word("third_party", "visit")) else 0.3

    def together(n: int) -> float:
        return n / (1 + alike * (n - 1)) if n else 0.0

    return together(later + 1) - together(later)


def by_enumeration(
    believed: np.ndarray, words: list[int], years: list[float], weights: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the posterior of today and of each attempt's time, by going through every history there can be."""
    shares = stated_shares().of
    now, then = np.zeros(3), np.zeros((len(words), 3))
    for path in product(range(3), repeat=len(words) + 1):
        today, *states = path
        chance, later, age = believed[today], today, 0.0
        for state, said_then, ago, weight in reversed(list(zip(states, words, years, weights, strict=True))):
            chance *= step(later, state, ago - age) * shares[state, said_then] ** weight
            later, age = state, ago
        now[today] += chance
        for at, state in enumerate(states):
            then[at, state] += chance
    return now / now.sum(), then / now.sum()


@pytest.mark.parametrize("seed", range(20))
def test_hearing_agrees_with_going_through_every_history(seed):
    rng = np.random.default_rng(seed)
    words = [word(name) for name in rng.choice(["no_answer", "voicemail", "busy", "third_party"], 4)]
    years = sorted(rng.uniform(0, 3, 4), reverse=True)
    believed = rng.dirichlet([2, 2, 2])
    tries = said(*((0, w, y) for w, y in zip(words, years, strict=True)))
    now, _ = by_enumeration(believed, words, years, [counts_for(words, at) for at in range(4)])
    assert posterior(believed[None], heard(tries, stated_shares(), 1, RATE))[0] == pytest.approx(now, abs=2e-3)
    now, then = by_enumeration(believed, words, years, [1.0] * 4)
    found, counts = recalled(tries, stated_shares(), believed[None], RATE)
    assert found[0] == pytest.approx(now, abs=2e-3)
    expected = np.zeros_like(counts)
    for at, one in enumerate(words):
        expected[:, one] += then[at]
    assert counts == pytest.approx(expected, abs=5e-3)


def test_the_same_word_again_is_hardly_news():
    def theirs(times: int) -> float:
        tries = said(*((0, word("wrong_number"), 0.1) for _ in range(times)))
        return float(posterior(np.full((1, 3), 1 / 3), heard(tries, stated_shares(), 1, RATE))[0, THEIRS])

    assert theirs(1) > theirs(2) > theirs(4) >= theirs(1000) > 1e-4


@pytest.mark.parametrize("seed", range(5))
def test_every_word_counts_by_how_often_it_is_said_later_on_its_own_point(seed):
    rng = np.random.default_rng(seed)
    point, words = np.sort(rng.integers(0, 30, 300)), rng.integers(0, 4, 300)
    weight = Tries.of(point, words, np.zeros(300)).weight
    since = [[int(w) for p, w in zip(point[at:], words[at:], strict=True) if p == point[at]] for at in range(300)]
    assert weight == pytest.approx(np.array([counts_for(here, 0) for here in since]))


def test_a_third_party_who_picks_up_again_and_again_says_no_more_than_once():
    def theirs(times: int) -> float:
        tries = said(*((0, word("third_party"), 0.1 + 0.01 * (times - one)) for one in range(times)))
        return float(posterior(np.full((1, 3), 1 / 3), heard(tries, stated_shares(), 1, 0.0))[0, THEIRS])

    assert theirs(12) == pytest.approx(theirs(1))
    assert theirs(1) < 1 / 3


def test_points_do_not_hear_each_other():
    one = said((0, word("right_party"), 0.1))
    both = said((0, word("right_party"), 0.1), (2, word("disconnected"), 2.0), (2, word("disconnected"), 0.1))
    found = heard(both, stated_shares(), 3, RATE)
    assert found[0] == pytest.approx(heard(one, stated_shares(), 1, RATE)[0])
    assert found[1] == pytest.approx(np.ones(3))
    assert found[2].argmax() == OUT


def test_what_was_said_long_ago_tells_little_of_who_has_it_now_but_much_of_who_has_not():
    even = np.full((1, 3), 1 / 3)

    def after(outcome: str, years: float) -> np.ndarray:
        return posterior(even, heard(said((0, word(outcome), years)), stated_shares(), 1, RATE))[0]

    assert after("right_party", 0.01)[THEIRS] > 0.95
    assert after("right_party", 5)[THEIRS] < 0.6
    # A number that was a stranger's then is hardly the debtor's today, but may have been cut off.
    assert after("wrong_number", 5)[THEIRS] < 0.2
    assert after("wrong_number", 0.01)[OTHERS] > 0.9


def test_a_word_that_only_tells_whether_it_works_says_nothing_of_whose_it_is():
    alive = word("right_party") + stated_shares().words.height
    found = posterior(beliefs(np.array([0.3]), np.array([0.5])), heard(said((0, alive, 0.1)), stated_shares(), 1, RATE))
    assert found[0, OUT] < 0.05
    assert found[0, THEIRS] / (1 - found[0, OUT]) == pytest.approx(0.3, abs=1e-6)


def test_every_outcome_has_a_share_on_every_channel_on_which_it_may_stand():
    allowed = outcome_meanings().select("outcome", channel="channels").explode("channel")
    words = stated_shares().words.select("outcome", "channel")
    assert words.sort(words.columns).equals(allowed.select(words.columns).sort(words.columns))


def test_shares_of_a_channel_add_up_to_one_also_after_learning():
    stated = stated_shares()
    counts = np.random.default_rng(7).integers(0, 500, stated.of.shape).astype(float)
    for shares in (stated, stated.learned(counts, 200)):
        totals = pl.DataFrame(shares.of.T).with_columns(stated.words["channel"]).group_by("channel").sum()
        assert totals.drop("channel").to_numpy() == pytest.approx(1.0)


def test_few_attempts_hardly_move_the_shares_and_none_nothing():
    stated = stated_shares()
    assert stated.learned(np.zeros_like(stated.of), 200).of == pytest.approx(stated.of)
    once = np.zeros_like(stated.of)
    once[THEIRS, word("disconnected")] = 1
    assert np.abs(stated.learned(once, 200).of - stated.of).max() < 0.01

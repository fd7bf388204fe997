from __future__ import annotations

import numpy as np
import pytest

from skiptrace.timing.evidence import OPEN, QUIET, SETTLED, Evidence
from skiptrace.timing.levels import NODES, Points, weigh

DEATH = -0.1
"""Log-odds by which one silent trial speaks of a dead point."""


def evidence(*trials):
    """Trials as (person, point, part, reached)."""
    table = np.array(sorted(trials), dtype=float).reshape(-1, 4)
    size = len(table)
    whole = [table[:, i].astype(np.int64) for i in range(3)]
    ones, none = np.ones(size), np.zeros(0, dtype=np.int64)
    return Evidence(
        person=whole[0],
        point=whole[1],
        part=whole[2],
        channel=np.zeros(size, dtype=np.int64),
        hour=np.zeros(size, dtype=np.int64),
        reached=table[:, 3],
        weight=ones,
        trust=ones,
        death=np.where(whole[2] == QUIET, DEATH, 0.0),
        present_person=none,
        present_hour=none,
        present_weight=np.zeros(0),
    )


def points(persons, p_owner, p_live):
    return Points(
        person=np.array(persons),
        p_owner=np.array(p_owner),
        p_live=np.array(p_live),
    )


def by_enumeration(offset, sigma, believed, trials):
    """Return P(reachable), P(live) and E(level | reachable) of the points of one person, state by state."""
    weight = np.exp(-(NODES**2) / 2)
    weight /= weight.sum()
    chance = 1 / (1 + np.exp(-(offset + sigma * NODES)))
    count = len(believed.p_owner)
    total = np.zeros((3,) * count + (len(NODES),))
    for states in np.ndindex(*(3,) * count):
        mass = weight.copy()
        for point, state in enumerate(states):
            own, live = believed.p_owner[point], believed.p_live[point]
            mass = mass * (own * live, (1 - own) * live, 1 - live)[state]
            mine = [t for t in trials if t[1] == point]
            settled = np.prod(
                [chance if t[3] else 1 - chance for t in mine if t[2] == SETTLED] or [np.ones_like(chance)], axis=0
            )
            since = (1 - chance) ** sum(t[2] != SETTLED for t in mine)
            before = (1 - chance) ** sum(t[2] == OPEN for t in mine)
            quiet = sum(t[2] == QUIET for t in mine)
            mass = mass * settled
            mass = (
                mass
                * (
                    since,
                    (weight * since).sum(),
                    (weight * before).sum() * np.exp(DEATH * quiet / (0.7 + 0.3 * max(quiet, 1))),
                )[state]
            )
        total[states] = mass
    total /= total.sum()
    axes = range(count)
    alone = [total.sum(axis=tuple(a for a in axes if a != point)) for point in axes]
    return (
        [a[0].sum() for a in alone],
        [1 - a[2].sum() for a in alone],
        [(a[0] * sigma * NODES).sum() / a[0].sum() for a in alone],
    )


@pytest.mark.parametrize(
    "trials",
    [
        [(0, 0, QUIET, 0)] * 6,
        [(0, 0, QUIET, 0)] * 3 + [(0, 1, SETTLED, 1), (0, 1, SETTLED, 0), (0, 1, OPEN, 0)],
        [(0, 0, SETTLED, 1), (0, 0, QUIET, 0), (0, 0, QUIET, 0), (0, 1, OPEN, 0)],
    ],
)
def test_the_posterior_is_that_of_enumerating_every_state(trials):
    believed = points([0, 0], [0.7, 0.5], [0.8, 0.6])
    trials = sorted(trials)
    found = weigh(evidence(*trials), np.full(len(trials), -1.0), believed, 1.2, 1)
    reachable, live, level = by_enumeration(-1.0, 1.2, believed, trials)
    assert found.p_reachable == pytest.approx(reachable, abs=1e-9)
    assert found.p_live == pytest.approx(live, abs=1e-9)
    assert found.mean == pytest.approx(level, abs=1e-9)


def test_silence_speaks_against_life_and_the_more_the_longer():
    def live(count):
        trials = [(0, 0, QUIET, 0)] * count
        return weigh(evidence(*trials), np.full(count, -0.5), points([0], [0.8], [0.8]), 1.0, 1).p_live[0]

    assert 0.8 > live(2) > live(6) > live(15) > 0


def test_silence_of_one_who_answers_elsewhere_speaks_louder():
    silent = [(0, 0, QUIET, 0)] * 5
    believed = points([0, 0], [0.7, 0.9], [0.8, 0.9])
    alone = weigh(evidence(*silent), np.full(5, -1.0), believed, 1.0, 1)
    answers = silent + [(0, 1, SETTLED, 1)] * 5
    both = weigh(evidence(*answers), np.full(10, -1.0), believed, 1.0, 1)
    assert both.p_reachable[0] < alone.p_reachable[0] - 0.05
    owner_alone, owner_both = alone.p_reachable / alone.p_live, both.p_reachable / both.p_live
    assert owner_both[0] < owner_alone[0]


def test_blocks_do_not_change_the_result(monkeypatch):
    rng = np.random.default_rng(4)
    trials = [(person, person, QUIET, 0) for person in range(50) for _ in range(rng.integers(1, 6))]
    believed = points(list(range(50)), rng.random(50), rng.random(50))
    whole = weigh(evidence(*trials), np.full(len(trials), -1.0), believed, 1.0, 50)
    monkeypatch.setattr("skiptrace.timing.levels._BLOCK", 7)
    parts = weigh(evidence(*trials), np.full(len(trials), -1.0), believed, 1.0, 50)
    assert np.array_equal(whole.p_reachable, parts.p_reachable)
    assert np.array_equal(whole.expected, parts.expected)


def test_a_thousand_attempts_on_one_person_stay_finite():
    trials = [(0, 0, SETTLED, i % 2) for i in range(1_000)]
    found = weigh(evidence(*trials), np.full(1_000, -1.0), points([0], [0.7], [0.8]), 1.0, 1)
    assert np.isfinite([found.mean[0], found.variance[0], found.p_reachable[0]]).all()
    assert found.mean[0] == pytest.approx(1.0, abs=0.3)

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.planning.allocation import allocate, best_first, fit
from skiptrace.planning.combining import combined
from skiptrace.planning.prices import find_prices
from skiptrace.planning.sequences import FINE, FINEST, Chooser

from .problems import best_worth, draw, plain, sequences_of

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def worth_by_hand(problem, owner, rows):
    """Look a sequence up among all that the owner may be given."""
    wanted = [int(row) for row in rows if row >= 0]
    return next((worth for one, worth in sequences_of(problem, owner) if one == wanted), None if wanted else 0.0)


@SLOW
@given(st.integers(0, 10_000), st.integers(1, 3), st.booleans())
def test_no_plan_exceeds_the_bound_and_the_plan_is_one_that_can_be_made(seed, rows, additive):
    problem, room = draw(seed, rows=rows, additive=additive)
    tie = np.random.default_rng(seed).permutation(len(problem.left))
    best = best_worth(problem, room)
    prices = find_prices(problem, room, tie)
    made = allocate(problem, room, tie, prices)
    bound = prices @ room + problem.chooser(prices, FINE)[0].sum()
    assert bound >= best
    for owner, mine in enumerate(made.rows):
        assert made.value[owner] == pytest.approx(worth_by_hand(problem, owner, mine))
    used = np.bincount(problem.slot[made.rows[made.rows >= 0]], minlength=len(room))
    assert (used <= room).all()
    plain = best_first(problem, room, tie)
    assert plain.value.sum() * 0.999 - 1e-9 <= made.value.sum() <= best + 1e-9


@SLOW
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_at_any_prices_no_owner_has_a_better_sequence_than_the_bound_says(seed, rows):
    problem, room = draw(seed, owners=3, rows=rows)
    prices = np.random.default_rng(seed).uniform(0, 0.2, len(room))
    for points in (2, 4, FINE):
        most, found = Chooser(problem)(prices, points)
        for owner in range(3):
            gains = [worth - prices[problem.slot[rows]].sum() for rows, worth in sequences_of(problem, owner)]
            best = max([0.0, *gains])
            assert most[owner] >= best
            assert found.gain[owner] <= best + 1e-9
            assert found.gain[owner] == pytest.approx(
                (worth_by_hand(problem, owner, found.rows[owner]) or 0)
                - prices[problem.slot[found.rows[owner][found.rows[owner] >= 0]]].sum(),
            )


@pytest.mark.parametrize(("rows", "additive", "most"), [(1, False, 0.001), (2, True, 0.001), (2, False, 0.001)])
def test_with_many_owners_the_gap_is_small_and_best_first_is_beaten(rows, additive, most):
    problem, room = draw(5, owners=400, rows=rows, additive=additive)
    problem, room = replace(problem, gift=np.zeros(len(problem))), room * 30
    tie = np.random.default_rng(0).permutation(400)
    prices = find_prices(problem, room, tie)
    made = allocate(problem, room, tie, prices)
    bound = prices @ room + problem.chooser(prices, FINE)[0].sum()
    assert (bound - made.value.sum()) / bound <= most
    plain = best_first(problem, room, tie).value.sum()
    assert made.value.sum() > 1.005 * plain


def test_a_combination_gains_what_choosing_one_by_one_loses():
    lost = []
    for seed in range(5):
        problem, room = draw(seed, owners=120, rows=2)
        room = room * 9
        tie = np.random.default_rng(seed).permutation(120)
        prices = find_prices(problem, room, tie)
        laid = fit(problem, room, tie, prices)
        made = combined(problem, room, tie, prices, problem.chooser(prices)[1], laid)
        used = np.bincount(problem.slot[made.rows[made.rows >= 0]], minlength=len(room))
        assert (used <= room).all()
        for owner, mine in enumerate(made.rows):
            assert made.value[owner] == pytest.approx(worth_by_hand(problem, owner, mine))
        bound = prices @ room + problem.chooser(prices, FINE)[0].sum()
        lost.append([bound - laid.value.sum(), bound - made.value.sum()])
    plain, together = np.sum(lost, axis=0)
    assert together < plain * 2 / 3


def test_prices_are_nought_where_everybody_fits():
    problem, room = draw(1)
    assert not find_prices(problem, np.full(len(room), 99), np.arange(len(problem.left))).any()


@pytest.mark.parametrize("missed", [1.0, 0.8])
def test_owners_who_are_all_alike_are_not_given_one_slot_after_the_other(missed):
    owners, slots = 200, 40
    value = np.tile(np.linspace(0.1, 0.2, slots), owners)
    problem = plain(
        np.repeat(np.arange(owners), slots),
        np.tile(np.arange(slots), owners),
        value,
        2,
        missed=np.full(len(value), missed),
    )
    room, tie = np.full(slots, 7), np.arange(owners)
    prices = find_prices(problem, room, tie)
    bound = prices @ room + Chooser(problem)(prices, FINEST)[0].sum()
    assert allocate(problem, room, tie, prices).value.sum() > 0.98 * bound


def test_the_same_problem_gives_the_same_plan():
    problem, room = draw(11, owners=60)
    tie = np.arange(60)
    one, other = (find_prices(problem, room * 2, tie) for _ in range(2))
    assert np.array_equal(one, other)
    one, other = (allocate(problem, room * 2, tie, prices).rows for prices in (one, other))
    assert np.array_equal(one, other)


def test_samples_lead_to_prices_as_good_as_everybodys(monkeypatch):
    problem, room = draw(3, owners=800)
    room, tie = room * 40, np.random.default_rng(0).permutation(800)

    def bound():
        prices = find_prices(problem, room, tie)
        return prices @ room + Chooser(problem)(prices)[0].sum()

    whole = bound()
    monkeypatch.setattr("skiptrace.planning.prices._SAMPLE", 300)
    assert bound() == pytest.approx(whole, rel=0.01)


def test_what_is_looked_at_together_does_not_change_what_is_chosen(monkeypatch):
    problem, room = draw(7, owners=40, rows=3)
    prices = np.full(len(room), 0.05)
    most, found = Chooser(problem)(prices)
    monkeypatch.setattr("skiptrace.planning.sequences._CHUNK", 10)
    again, other = Chooser(problem)(prices)
    assert again == pytest.approx(most)
    assert np.array_equal(found.rows, other.rows)


def test_what_is_left_goes_to_whom_it_is_worth_most_though_they_have_a_row():
    problem = plain(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0.5, 0.3, 0.05]), rows=2)
    # Nobody buys the second slot at its price; below it the first owner gains most.
    made = fit(problem, np.array([1, 1]), np.array([0, 1]), np.array([0.1, 0.33]))
    assert made.rows.tolist() == [[0, 1], [-1, -1]]
    assert made.value.tolist() == pytest.approx([0.8, 0.0])


def test_those_to_whom_slots_are_alike_do_not_all_ask_for_the_same():
    owners, slots = 200, 2
    number = np.arange(owners * slots)
    problem = plain(
        number // slots,
        number % slots,
        np.full(len(number), 0.5),
        rows=1,
        approach=number // slots,
        missed=np.full(len(number), 0.5),
    )
    made = fit(problem, np.array([owners, owners]), np.arange(owners), np.array([0.2, 0.2]))
    taken = np.bincount(problem.slot[made.rows[:, 0]])
    assert taken.min() > 0.3 * owners


def test_room_that_nobody_could_pay_is_offered_cheaper_to_those_who_can_use_it():
    problem = plain(np.array([0, 1]), np.array([0, 1]), np.array([0.5, 0.3]), rows=1)
    # The first owner's slot is full and the second's too dear at first: nobody has anything when prices fall.
    made = fit(problem, np.array([0, 1]), np.array([0, 1]), np.array([0.1, 0.6]))
    assert made.rows.tolist() == [[-1], [1]]

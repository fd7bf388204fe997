from __future__ import annotations

import polars as pl
import pytest


def tried(world, source, right, wrong, **how):
    """Give so many accounts a number each of a source, of which attempts told that it was right or wrong.

    ``first``: number of the first account. ``days_ago``: when the source saw it. ``otherwise``: the outcome if wrong.
    """
    first, days_ago, otherwise = how.get("first", 0), how.get("days_ago", 0), how.get("otherwise", "wrong_number")
    for number in range(first, first + right + wrong):
        account, record, value = f"A{number}", f"R{number}", f"+{source}{number}"
        world.account(account, entity=f"e{number}")
        world.record(record, entity=f"e{number}", source=source)
        world.pair(account, record, 1.0)
        world.point(record, value, days_ago=days_ago)
        world.attempt(account, value, "right_party" if number < first + right else otherwise)


def trust(world, source, **params):
    found = world.trace(**params).sources.filter(pl.col("source") == source)
    return found.row(0, named=True)


def test_a_source_earns_its_trust_by_the_numbers_it_gave(world):
    tried(world, "good", right=90, wrong=10)
    tried(world, "bad", right=20, wrong=80, first=200)
    good, bad = trust(world, "good"), trust(world, "bad")
    assert (good["told"], good["right"], good["guess"]) == (100, 90, 0.6)
    assert good["trust"] == pytest.approx((30 * 0.6 + 90) / 130, abs=1e-6)
    assert bad["trust"] == pytest.approx((30 * 0.6 + 20) / 130, abs=1e-6)


def test_what_it_earned_moves_the_numbers_that_nobody_tried(world):
    tried(world, "good", right=90, wrong=10)
    tried(world, "bad", right=20, wrong=80, first=200)
    world.account("L", entity="l")
    for source, value in (("good", "+1"), ("bad", "+2")):
        world.record(f"L{source}", entity="l", source=source)
        world.pair("L", f"L{source}", 1.0)
        world.point(f"L{source}", value, days_ago=0)
    leads = world.trace().leads.filter(pl.col("account_id") == "L").sort("rank")
    assert leads["contact_point"].to_list() == ["+1", "+2"]
    assert leads["p_owner"][0] > 0.8
    assert leads["p_owner"][1] < 0.4


def test_a_source_that_hardly_anybody_tried_keeps_its_prior(world):
    tried(world, "new", right=0, wrong=9)
    assert trust(world, "new")["trust"] == 0.6
    assert trust(world, "new", source_least=9)["trust"] < 0.6


def test_old_numbers_are_held_against_a_source_only_as_far_as_they_were_to_be_expected(world):
    tried(world, "stale", right=25, wrong=75, days_ago=10_000)
    # Of what was true so long ago, a quarter is left: 25 right answers of 100 are all that a perfect source can have.
    assert trust(world, "stale")["trust"] == pytest.approx((30 * 0.6 + 25) / (30 + 25), abs=0.01)


def test_the_order_of_rows_changes_nothing(world):
    tried(world, "good", right=30, wrong=10, days_ago=100)
    before = world.trace().sources
    for rows in (world.people, world.points, world.pairs, world.attempts):
        rows.reverse()
    assert world.trace().sources.equals(before)


def test_a_number_that_is_cut_off_speaks_against_its_source_as_a_wrong_one_does(world):
    tried(world, "old", right=20, wrong=80, otherwise="disconnected")
    tried(world, "bad", right=20, wrong=80, first=200)
    assert trust(world, "old")["told"] == 100
    assert trust(world, "old")["trust"] == trust(world, "bad")["trust"]

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


def score(world, source, **params):
    found = world.trace(**params).sources.filter(pl.col("source") == source)
    return found.row(0, named=True)


def test_a_source_is_told_by_the_numbers_it_gave(world):
    tried(world, "good", right=90, wrong=10)
    tried(world, "bad", right=20, wrong=80, first=200)
    good, bad = score(world, "good"), score(world, "bad")
    assert (good["told"], good["right"]) == (100, 90)
    assert (bad["told"], bad["right"]) == (100, 20)
    assert good["trust"] == pytest.approx(0.9, abs=0.1)
    assert bad["trust"] == pytest.approx(0.2, abs=0.1)


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


def test_a_source_that_gave_nothing_that_was_tried_is_as_good_as_its_leads_are_believed_to_be(world):
    world.account("A1", entity="e1")
    world.record("R1", entity="e1", source="new")
    world.pair("A1", "R1", 1.0)
    world.point("R1", "+1", days_ago=0)
    lead = world.lead("A1", "+1")
    found = score(world, "new")
    assert (found["told"], found["right"]) == (0, 0)
    assert found["trust"] == pytest.approx(lead["p_owner"] * lead["p_live"], abs=1e-6)


def test_a_source_that_gave_nothing_of_a_debtor_has_no_score(world):
    world.account("A1")
    world.record("R1", source="far")
    world.point("R1", "+1", days_ago=0)
    assert world.trace().sources.is_empty()


def test_the_order_of_rows_changes_nothing(world):
    tried(world, "good", right=80, wrong=40, days_ago=100)
    before = world.trace().sources
    for rows in (world.people, world.points, world.pairs, world.attempts):
        rows.reverse()
    assert world.trace().sources.equals(before)


def test_a_number_that_is_cut_off_speaks_against_its_source_as_a_wrong_one_does(world):
    tried(world, "old", right=20, wrong=80, otherwise="disconnected")
    tried(world, "bad", right=20, wrong=80, first=200)
    assert score(world, "old")["told"] == 100
    assert score(world, "old")["trust"] == pytest.approx(score(world, "bad")["trust"], abs=0.1)

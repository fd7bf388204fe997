from __future__ import annotations

import polars as pl
import pytest

from skiptrace.graph import value_lookups
from skiptrace.settings import TraceParams
from tests.graph.test_sources import tried


def lookups(world, **params):
    params = TraceParams(**params)
    return value_lookups(world.inputs(), world.trace(**params.model_dump()), params)


def score(world, source, **params):
    return lookups(world, **params).scorecard.filter(pl.col("source") == source).row(0, named=True)


@pytest.fixture
def market(world):
    """A source that is mostly right and one that is mostly wrong, and an account that neither was asked for."""
    tried(world, "good", right=90, wrong=10)
    tried(world, "bad", right=20, wrong=80, first=200)
    world.account("L", entity="l")
    return world


def test_the_scorecard_counts_what_each_source_gave(market):
    market.account("M", entity="m")
    market.point("M", "+1", 10)
    for source, value in (("good", "+1"), ("good", "+2"), ("bad", "+2"), ("bad", "+3")):
        record = f"M{source}{value}"
        market.record(record, entity="m", source=source)
        market.pair("M", record, 1.0)
        market.point(record, value, 10)
    good = score(market, "good", source_costs={"good": 2.0})
    assert (good["records"], good["accounts"], good["hits"]) == (102, 101, 102)
    assert (good["unique"], good["shared"]) == (100, 2)
    assert (good["told"], good["right"], good["wrong_share"]) == (100, 90, 0.1)
    assert good["cost_per_right_party"] == pytest.approx(2.0 * 102 / 90, abs=0.01)
    assert score(market, "bad")["cost_per_right_party"] is None


def test_the_source_that_finds_more_is_asked_first_and_the_next_gains_less(market):
    found = lookups(market)
    asked = found.suggestions.filter(pl.col("account_id") == "L")
    assert asked["source"].to_list() == ["good", "bad"]
    good, bad = (score(market, source) for source in ("good", "bad"))
    finds = [one["hit_rate"] * one["p_right"] for one in (good, bad)]
    first = finds[0] * found.contact_rate
    second = (1 - finds[0]) * finds[1] * found.contact_rate
    assert asked["expected_contacts"].to_list() == pytest.approx([first, second], abs=2e-6)


def test_who_can_be_reached_already_needs_no_source(market):
    market.account("K", entity="k")
    market.point("K", "+9", 0)
    market.attempt("K", "+9", "right_party")
    suggested = lookups(market).suggestions.filter(pl.col("account_id") == "K")
    assert suggested.is_empty()


def test_no_source_is_asked_twice_and_none_that_gains_too_little(market):
    found = lookups(market)
    again = found.suggestions.join(pl.DataFrame({"account_id": "A0", "source": "good"}), on=["account_id", "source"])
    assert again.is_empty()
    assert lookups(market, suggest_least=0.9).suggestions.is_empty()


def test_without_records_there_is_nothing_to_suggest(world):
    world.account("A")
    found = lookups(world)
    assert found.scorecard.is_empty()
    assert found.suggestions.is_empty()
    assert found.contact_rate == 0.5


def test_the_order_of_rows_changes_nothing(market):
    before = lookups(market)
    for rows in (market.people, market.points, market.pairs, market.attempts):
        rows.reverse()
    after = lookups(market)
    assert before.scorecard.equals(after.scorecard)
    assert before.suggestions.equals(after.suggestions)

"""What linkage is worth where the truth is known."""

from __future__ import annotations

import polars as pl
import pytest

WORLDS = [("HOUSEHOLDS", False), ("SPARSE", False), ("MOVERS", False), ("HOUSEHOLDS", True), ("SPARSE", True)]


@pytest.fixture(params=WORLDS, ids=lambda world: f"{world[0].lower()}{'-chinese' if world[1] else ''}")
def world(request, living):
    habits, chinese = request.param
    return living(habits, chinese=chinese)


def test_entities_are_nearly_free_of_strangers_and_of_the_people_next_door(world):
    assert world.found["precision"] > 0.97
    assert world.found["false_at_home"] < 0.02 * world.found["true"]


def test_most_of_what_can_be_known_is_found(world):
    # A sparse record is a name and perhaps a phone: with another phone, nothing ties it to the person.
    knows_little = world.people["birth_from"].null_count() == world.people.height
    assert world.found["recall"] > (0.5 if knows_little else 0.75)


def test_match_probability_means_what_it_says(world):
    truth = world.truth
    pairs = world.linked.pairs.join(truth, left_on=["source_l", "record_id_l"], right_on=["source", "record_id"]).join(
        truth, left_on=["source_r", "record_id_r"], right_on=["source", "record_id"], suffix="_r"
    )
    # Below, where a name is all there is, namesakes are taken to be more than these worlds have.
    matches = pairs.filter(pl.col("match_probability") >= 0.5)
    bins = (
        matches.with_columns(hit=pl.col("person") == pl.col("person_r"), bin=(pl.col("match_probability") * 10).floor())
        .group_by("bin")
        .agg(off=(pl.col("hit").mean() - pl.col("match_probability").mean()).abs(), weight=pl.len())
    )
    assert (bins["off"] * bins["weight"]).sum() / bins["weight"].sum() < 0.08


def test_people_of_one_home_are_told_as_related(living):
    world = living("HOUSEHOLDS")
    truth = world.truth
    related = world.linked.pairs.filter(pl.col("outcome") == "possibly_related")
    both = related.join(truth, left_on=["source_l", "record_id_l"], right_on=["source", "record_id"]).join(
        truth, left_on=["source_r", "record_id_r"], right_on=["source", "record_id"], suffix="_r"
    )
    assert both.height > 1_000
    assert (both["home"] == both["home_r"]).mean() > 0.95
    assert (both["person"] == both["person_r"]).mean() < 0.02

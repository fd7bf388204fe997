from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import skiptrace.graph
from skiptrace.contracts.stages import LEADS, RELATIONSHIPS
from skiptrace.graph import evidence, trace
from skiptrace.settings import TraceParams

INPUTS = ("people", "points", "entities", "pairs", "attempts")


def same(one, other):
    assert_frame_equal(one.leads, other.leads)
    assert_frame_equal(one.relationships, other.relationships)


def test_the_room_shows_only_what_it_promises():
    assert skiptrace.graph.__all__ == [
        "Lookups",
        "Network",
        "NetworkIndex",
        "TraceInputs",
        "Traced",
        "evidence",
        "neighbourhood",
        "network_around",
        "trace",
        "value_lookups",
        "whole_network",
        "write_gexf",
        "write_graphml",
        "write_neo4j",
        "write_node_link",
    ]


def test_nothing_known_gives_nothing(world):
    traced = world.trace()
    assert traced.leads.schema == LEADS.schema
    assert traced.relationships.schema == RELATIONSHIPS.schema
    assert traced.leads.is_empty()
    assert traced.relationships.is_empty()
    assert evidence(traced, "A1").is_empty()


@pytest.mark.parametrize("missing", INPUTS)
def test_each_input_may_be_empty(family, as_of, missing):
    known = family.inputs()
    traced = trace(replace(known, **{missing: getattr(known, missing).clear()}), as_of, TraceParams())
    assert traced.leads.is_empty() == (missing in {"people", "points"})


def test_a_single_account_with_nothing_but_nulls_is_no_trouble(world):
    world.account("A1")
    assert world.trace().leads.is_empty()
    world.point("A1", "+16175550101", line_type=None, source=None)
    assert world.trace().leads.height == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(family, as_of, seed):
    known = family.inputs()
    shuffled = {name: getattr(known, name).sample(fraction=1, shuffle=True, seed=seed) for name in INPUTS}
    same(trace(replace(known, **shuffled), as_of, TraceParams()), trace(known, as_of, TraceParams()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gone=st.sets(st.sampled_from(["R1", "R2", "R3", "r1", "A3"]), min_size=1))
def test_a_row_taken_away_leaves_no_trace(family, as_of, gone):
    known = family.inputs()
    without = replace(
        known,
        people=known.people.filter(~pl.col("record_id").is_in(gone)),
        points=known.points.filter(~pl.col("record_id").is_in(gone)),
        entities=known.entities.filter(~pl.col("record_id").is_in(gone)),
        pairs=known.pairs.filter(~pl.col("record_id_l").is_in(gone), ~pl.col("record_id_r").is_in(gone)),
    )
    traced = trace(without, as_of, TraceParams())
    for frame in (traced.leads, traced.relationships):
        assert not gone & set(frame["record_ids"].explode(keep_nulls=False, empty_as_null=False))
    # What rested on the row is gone even if the linkage still speaks of it.
    kept = trace(replace(without, entities=known.entities, pairs=known.pairs), as_of, TraceParams())
    same(traced, kept)


def test_the_evidence_is_a_tree_of_parties_kinds_and_ranks(family):
    tree = evidence(family.trace(), "A1")
    assert tree["branch"].unique(maintain_order=True).to_list() == ["debtor", "spouse (r1)"]
    debtor = tree.filter(pl.col("branch") == "debtor")
    assert debtor["kind"].unique(maintain_order=True).to_list() == ["phone", "email", "address"]
    assert debtor.row(0, named=True)["pieces"] == [
        "own file (accounts)",
        "record R1 (bureau_x) matched 0.97",
        "seen 2026-10-25",
        "last said right party on 2026-11-04",
    ]
    assert evidence(family.trace(), "nobody").is_empty()


def moved_house(world, count):
    """Debtors of whom most have a new number; two bureaus know it or lag, a third knows somebody else of that name.

    Returns the true number of each account.
    """
    draw = np.random.default_rng(7)
    truth = {}
    for account in (f"A{number}" for number in range(count)):
        old, new, strangers = (f"+1617{number:07}" for number in range(3 * len(truth), 3 * len(truth) + 3))
        world.account(account)
        stayed = draw.random() < 0.25
        truth[account] = old if stayed else new
        world.point(account, old, int(draw.integers(400, 1500)))
        for source in ("bureau_x", "bureau_y"):
            world.record(f"{source}-{account}", source=source)
            world.pair(account, f"{source}-{account}", 0.95)
            lags = draw.random() < 0.3
            world.point(f"{source}-{account}", old if lags else truth[account], int(draw.integers(0, 300)) + 500 * lags)
        for copy in range(3):
            world.record(f"copy{copy}-{account}", source="bureau_z")
            world.pair(account, f"copy{copy}-{account}", 0.6)
            world.point(f"copy{copy}-{account}", strangers, int(draw.integers(0, 300)))
        if draw.random() < 0.4:
            world.attempt(account, old, "right_party" if stayed else str(draw.choice(["wrong_number", "disconnected"])))
    return truth


def test_the_true_number_comes_first_far_more_often_than_by_rules_of_thumb(world):
    truth = moved_house(world, 300)
    account = pl.col("record_id").str.replace(r"^.*-", "").alias("account_id")
    seen = world.inputs().points.select(account, "contact_point", "last_seen", own=pl.col("table") == "contact_points")
    known = seen.group_by("account_id", "contact_point").agg(pl.col("last_seen").max(), pl.len(), pl.col("own").any())
    right = pl.DataFrame({"account_id": list(truth), "contact_point": list(truth.values())}).join(
        known, on=["account_id", "contact_point"]
    )

    def hits(first):
        return right.join(first, on=["account_id", "contact_point"]).height / right.height

    best = hits(world.trace().leads.filter(pl.col("rank") == 1))
    thumb = {
        rule: hits(known.sort(rule, "contact_point", descending=True).unique("account_id", keep="first"))
        for rule in ("last_seen", "len", "own")
    }
    assert best > 0.9
    assert best > max(thumb.values()) + 0.2


@pytest.mark.slow
def test_a_point_of_a_hundred_thousand_rows_costs_one_aggregation(as_of, world):
    count = 100_000
    world.account("A1")
    world.record("R1")
    world.point("A1", "1 post office box", 5)
    world.point("A1", "+16175550100", 5)
    world.point("R1", "1 post office box", 5)
    world.point("R1", "+16175550100", 5)
    known = world.inputs()
    numbers = pl.DataFrame({"n": range(count)})
    people, points = (
        frame.join(numbers, how="cross").with_columns(record_id=pl.format("{}-{}", "record_id", "n")).drop("n")
        for frame in (known.people, known.points)
    )
    crowd = replace(known, people=people, points=points, entities=known.entities.clear())
    began = perf_counter()
    traced = trace(crowd, as_of, TraceParams())
    assert perf_counter() - began < 15
    assert traced.leads.height == 2 * count
    assert traced.leads["p_owner"].max() < 0.001
    assert set(traced.relationships["edge"]) == {"has_phone", "lives_at"}

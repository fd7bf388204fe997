from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.stages import PEOPLE
from skiptrace.matching.blocking import chunks, lay_blocks
from skiptrace.matching.index import index_people
from skiptrace.matching.roll import arrange, enrol
from skiptrace.settings import LinkParams

GRADES = ("given_grade", "family_grade", "employer_grade", "birth_grade", "id_grade", "address_grade")


@pytest.fixture(scope="module", params=[False, True], ids=["english", "chinese"])
def people(worlds, request):
    return worlds.world(1_500, 2, chinese=request.param)[0]


@pytest.mark.parametrize(
    "params", [LinkParams(), LinkParams(pairs_per_row=0.3, max_key_holders=8)], ids=["usual", "tight"]
)
def test_it_brings_some_rows_the_pairs_that_blocking_brings_them(people, params):
    roll, index = enrol(people), index_people(arrange(people))
    blocks = lay_blocks(roll, params)
    some = np.random.default_rng(1).random(roll.size) < 0.05
    found = index.pairs(some, np.ones(roll.size, dtype=bool), {block.rule: block.most for block in blocks})
    every = pl.concat(chunks(roll, blocks, params, across_only=False)).sort("left", "right")
    ours = pl.Series(some[every["left"].to_numpy()] | some[every["right"].to_numpy()])
    assert_frame_equal(found, every.filter(ours))
    assert found.height > 100


def test_rarity_is_that_among_everybody(people):
    roll, index = enrol(people), index_people(arrange(people))
    rows = np.flatnonzero(np.random.default_rng(1).random(roll.size) < 0.2)
    some = enrol(index.people[rows], index.among(rows))
    assert_frame_equal(some.coded.select(GRADES), roll.coded.select(GRADES)[rows])
    assert (some.size, some.population) == (len(rows), roll.size)
    for kind in ("phone", "email", "mailbox"):
        whole = roll.held[kind].filter(pl.col("row").is_in(rows)).group_by("row").agg(pl.col("holders").sort())
        part = some.held[kind].with_columns(row=pl.Series(rows, dtype=pl.UInt32).gather(some.held[kind]["row"]))
        assert_frame_equal(part.group_by("row").agg(pl.col("holders").sort()), whole, check_row_order=False)


def test_who_shares_a_thing_is_marked_and_a_crowd_is_not(write):
    cell, switchboard = {"phones": ["+12025550123"]}, {"phones": ["+12025550100"]}
    people = pl.DataFrame(
        [
            write.row("ann bree", "a", **cell),
            write.row("ben bree", "b", **cell),
            write.row("cy dale", "c"),
            *(write.row(f"no{n} name{n}", f"d{n:03}", **switchboard) for n in range(150)),
        ],
        schema=PEOPLE.schema,
    )
    index = index_people(arrange(people))
    first = np.arange(index.size) == 0
    assert index.ids.filter(pl.Series(index.sharing(index, first)))["record_id"].to_list() == ["a", "b"]
    of_crowd = (index.ids["record_id"] == "d000").to_numpy()
    assert not index.sharing(index, of_crowd).any()


def test_people_who_are_arranged_stay_as_they_are(people):
    once = arrange(people.sample(fraction=1, shuffle=True, seed=1))
    assert_frame_equal(arrange(once), once)

from __future__ import annotations

from itertools import combinations

import pytest

from skiptrace.matching.blocking import RULES, chunks, lay_blocks
from skiptrace.matching.roll import enrol
from skiptrace.settings import LinkParams


def _brought(roll, blocks, params, **options):
    return [
        pair
        for stretch in chunks(roll, blocks, params, across_only=options.get("across_only", False))
        for pair in stretch.iter_rows()
    ]


@pytest.fixture(scope="module")
def roll(worlds):
    return enrol(worlds.world(400, 2)[0])


def test_pairs_are_those_that_share_a_key_each_once_and_in_order(roll):
    params = LinkParams(pairs_per_row=1_000, max_key_holders=10_000)
    found = _brought(roll, lay_blocks(roll, params), params)
    coded = roll.coded.to_dicts()
    expected = set()
    plain = [columns for columns in RULES.values() if not any(name.startswith("sound_") for name in columns)]
    for (i, one), (j, other) in combinations(enumerate(coded), 2):
        sounds = [{row["given_sound"], row["family_sound"]} for row in (one, other)]
        if any(all(one[name] is not None and one[name] == other[name] for name in columns) for columns in plain) or (
            sounds[0] == sounds[1] and None not in sounds[0]
        ):
            expected.add((i, j))
    for held in roll.held.values():
        for _, rows in held.group_by("thing"):
            expected.update(combinations(sorted(rows["row"]), 2))
    assert set(found) == expected
    assert len(found) == len(expected)
    assert found == sorted(found)


def test_stretches_do_not_change_the_pairs(roll):
    whole, parts = LinkParams(), LinkParams(chunk_pairs=1_000)
    blocks = lay_blocks(roll, whole)
    assert _brought(roll, blocks, whole) == _brought(roll, blocks, parts)


def test_pairs_across_sources_are_those_of_two_sources(roll):
    params = LinkParams()
    blocks = lay_blocks(roll, params)
    source = roll.ids["source"].to_list()
    every = _brought(roll, blocks, params)
    assert _brought(roll, blocks, params, across_only=True) == [(i, j) for i, j in every if source[i] != source[j]]


def test_hot_keys_are_left_out_counted_and_cost_nothing(roll):
    tight = LinkParams(max_key_holders=2, pairs_per_row=0.05)
    for block in lay_blocks(roll, tight):
        assert block.pairs <= 0.05 * roll.size
        free = next(other for other in lay_blocks(roll, LinkParams(pairs_per_row=1_000)) if other.rule == block.rule)
        assert block.pairs + block.left_out == free.pairs + free.left_out
        assert (block.left_out > 0) == (block.hot_keys > 0)

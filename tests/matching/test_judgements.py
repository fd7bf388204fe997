from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.matching import link
from skiptrace.matching.review import most_informative
from skiptrace.matching.rulings import PAIR
from skiptrace.settings import LinkParams

PARAMS = LinkParams()
NOBODY = pl.DataFrame(schema=dict.fromkeys(PAIR, pl.String()))


@pytest.fixture(scope="module")
def judged(living):
    """A world, and what a reviewer who knows the truth says of forty pairs in doubt."""
    world = living("HOUSEHOLDS")
    of = dict(world.truth.select("record_id", "person").iter_rows())
    pairs = most_informative(world.linked.pairs, world.linked.entities, NOBODY, 0.0, 40)
    words = [
        "match" if of[left] == of[right] else "not_match"
        for left, right in pairs.select("record_id_l", "record_id_r").iter_rows()
    ]
    return world, pairs.select(PAIR).with_columns(judgement=pl.Series(words))


def test_judgements_settle_their_pairs_and_improve_the_model_for_others(judged, worlds):
    world, judgements = judged
    again = link(world.people, PARAMS, seed=1, judgements=judgements)
    entity = again.entities.select("source", "record_id", "entity_id")
    both = judgements.join(entity, left_on=PAIR[:2], right_on=["source", "record_id"]).join(
        entity, left_on=PAIR[2:], right_on=["source", "record_id"], suffix="_r"
    )
    assert ((both["entity_id"] == both["entity_id_r"]) == (both["judgement"] == "match")).all()
    assert again.diagnostics["judged"] == judgements.height == 40
    assert again.model != world.linked.model
    assert again.model.trained_pairs == world.linked.model.trained_pairs
    assert worlds.merged(again.entities, world.truth)["f1"] > world.found["f1"]


def test_a_model_that_is_given_is_not_changed_by_judgements(judged):
    world, judgements = judged
    again = link(world.people, PARAMS, seed=1, judgements=judgements, model=world.linked.model)
    assert again.model == world.linked.model
    assert again.diagnostics["judged"] == judgements.height


def test_the_order_in_which_pairs_were_judged_changes_nothing(judged):
    world, judgements = judged
    first = link(world.people, PARAMS, seed=1, judgements=judgements)
    other = link(world.people, PARAMS, seed=1, judgements=judgements.reverse())
    assert first.model == other.model
    assert_frame_equal(first.pairs, other.pairs, check_exact=True)


@pytest.mark.parametrize("word", ["unsure", "withdrawn"])
def test_what_was_taken_back_teaches_nothing(judged, word):
    world, judgements = judged
    taken_back = pl.concat([judgements, judgements.with_columns(judgement=pl.lit(word))])
    again = link(world.people, PARAMS, seed=1, judgements=taken_back)
    assert again.model == world.linked.model
    assert_frame_equal(again.pairs, world.linked.pairs, check_exact=True)

from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.outcomes import match_bars
from skiptrace.matching.waterfall import FIELDS, compare_pairs, waterfall
from skiptrace.matching.weights import default_model
from skiptrace.settings import LinkParams

MODEL = default_model()
ROWS = 50_000
LEVELS = {name: [level.gamma for level in MODEL.of(name)] for name in COMPARISONS}


def _pair(**known: int) -> dict[str, int]:
    return {f"gamma_{name}": known.get(name, -1) for name in COMPARISONS}


@st.composite
def pairs(draw, known: int = len(COMPARISONS)):
    names = draw(st.lists(st.sampled_from(COMPARISONS), max_size=known, unique=True))
    return _pair(**{name: draw(st.sampled_from(LEVELS[name])) for name in names})


def _weigh(pair: dict[str, int]) -> float:
    vector = np.array([list(pair.values())], dtype=np.int8)
    return float(MODEL.weigh(vector, COMPARISONS, ROWS).weight[0])


def _bar(pair: dict[str, int], params: LinkParams) -> float:
    return float(match_bars(np.array([list(pair.values())], dtype=np.int8), params, ROWS)[0])


@settings(max_examples=25, deadline=None)
@given(pairs())
def test_prior_and_shares_add_up_to_the_weight_that_linkage_gives(pair):
    found = waterfall(pair, MODEL, ROWS, LinkParams())
    assert found.weight == pytest.approx(_weigh(pair), abs=1e-9)
    assert found.prior + sum(share.bits for share in found.shares) == pytest.approx(found.weight, abs=1e-9)
    assert all(share.known == (pair[f"gamma_{share.comparison}"] >= 0) for share in found.shares)
    assert all(share.bits == 0 for share in found.shares if not share.known)


@settings(max_examples=10, deadline=None)
@given(pairs(known=4))
def test_a_share_is_what_a_field_adds_averaged_over_every_order_of_reading(pair):
    known = [name for name in COMPARISONS if pair[f"gamma_{name}"] >= 0]
    added = dict.fromkeys(known, 0.0)
    orders = list(permutations(known))
    for order in orders:
        read = _pair()
        for name in order:
            before = _weigh(read)
            read[f"gamma_{name}"] = pair[f"gamma_{name}"]
            added[name] += (_weigh(read) - before) / len(orders)
    shares = {share.comparison: share.bits for share in waterfall(pair, MODEL, ROWS, LinkParams()).shares}
    assert {name: shares[name] for name in known} == pytest.approx(added, abs=1e-9)


def test_a_family_name_says_less_beside_an_address_that_the_family_shares():
    alone = {share.comparison: share.bits for share in waterfall(_pair(family=7), MODEL, ROWS, LinkParams()).shares}
    at_home = waterfall(_pair(family=7, address=10, phone=5), MODEL, ROWS, LinkParams())
    beside = {share.comparison: share.bits for share in at_home.shares}
    assert beside["family"] < alone["family"] - 2


def _levels_of(found, pair):
    """Return the pair with the changes that the waterfall names."""
    changed = dict(pair)
    for change in found.opposite:
        name = next(name for name, field in FIELDS.items() if field == change.field)
        now = {level.meaning: level.gamma for level in MODEL.of(name)}
        assert now.get(change.found, -1) == pair[f"gamma_{name}"]
        changed[f"gamma_{name}"] = now.get(change.instead, -1)
    return changed


@settings(max_examples=30, deadline=None)
@given(pairs(), st.sampled_from([0.5, 0.9, 0.99]))
def test_the_change_for_the_opposite_answer_does_turn_it(pair, threshold):
    params = LinkParams(match_probability=threshold, impersonal_probability=max(threshold, 0.9))
    found = waterfall(pair, MODEL, ROWS, params)
    assert found.bar == _bar(pair, params)
    if found.opposite_weight is None:
        return
    assert 1 <= len(found.opposite) <= 2
    turned = _levels_of(found, pair)
    assert _weigh(turned) == pytest.approx(found.opposite_weight, abs=1e-9)
    assert (found.opposite_weight >= _bar(turned, params)) != (found.weight >= found.bar)


def test_one_change_is_named_before_two_and_the_lesser_before_the_greater():
    pair = _pair(given=10, family=7, birth=9)
    found = waterfall(pair, MODEL, ROWS, LinkParams())
    assert found.weight > 0
    (change,) = found.opposite
    name = next(name for name, field in FIELDS.items() if field == change.field)
    weaker = [pair | {f"gamma_{name}": gamma} for gamma in range(-1, pair[f"gamma_{name}"])]
    assert found.opposite_weight == max(_weigh(each) for each in weaker if _weigh(each) < _bar(each, LinkParams()))


def test_no_two_fields_can_make_strangers_of_a_pair_that_agrees_in_all():
    pair = _pair(given=12, family=9, middle=2, birth=9, national_id=5, phone=5, email=6, address=10, employer=3)
    found = waterfall(pair, MODEL, ROWS, LinkParams())
    assert found.opposite == ()
    assert found.opposite_weight is None


def test_companies_are_not_asked_for_birth_dates_nor_people_for_company_names():
    company = waterfall(_pair(company=6), MODEL, ROWS, LinkParams())
    person = waterfall(_pair(given=8, family=6), MODEL, ROWS, LinkParams())
    personal = {"given name", "family name", "middle name", "suffix", "Chinese characters", "birth date", "employer"}
    assert not personal & {change.field for change in company.opposite}
    assert "company name" not in {change.field for change in person.opposite}


def test_a_pair_is_compared_alone_as_it_is_among_all(living):
    world = living("HOUSEHOLDS")
    reported = world.linked.pairs.sample(40, seed=1)
    alone = compare_pairs(
        world.people, reported.select("source_r", "record_id_r", "source_l", "record_id_l"), LinkParams()
    )
    gammas = [f"gamma_{name}" for name in COMPARISONS]
    assert alone.select(gammas).rows() == reported.select(gammas).rows()
    unsettled = [row for row in reported.to_dicts() if abs(row["match_weight"]) < 40]
    assert len(unsettled) > 20
    for row in unsettled:
        found = waterfall(row, world.linked.model, world.people.height, LinkParams())
        assert found.weight == pytest.approx(row["match_weight"], abs=1e-4)


def test_pairs_of_one_record_or_with_nobody_are_left_out(living):
    world = living("HOUSEHOLDS")
    one = world.people.row(0, named=True)
    pairs = pl.DataFrame(
        {
            "source_l": one["source"],
            "record_id_l": one["record_id"],
            "source_r": [one["source"], "nowhere"],
            "record_id_r": [one["record_id"], "nobody"],
        }
    )
    assert compare_pairs(world.people, pairs, LinkParams()).is_empty()

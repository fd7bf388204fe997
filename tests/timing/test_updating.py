from __future__ import annotations

import json
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.settings import LearnParams
from skiptrace.timing import hours, learn, model_from, model_values, updated
from tests.timing import worlds

PARAMS = LearnParams()
LATER = worlds.AS_OF
EARLIER = LATER - timedelta(days=33)
"""Five days before the last attempts."""


@cache
def world():
    return worlds.make("bands", 400, 8, seed=11)


@cache
def before():
    made = world()
    return learn(made.leads, made.attempts, made.people, EARLIER, PARAMS)


def of(frame, accounts):
    return frame.filter(pl.col("account_id").is_in(accounts))


@cache
def fresh():
    """Accounts with attempts since."""
    since = world().attempts.filter(pl.col("started_at") > EARLIER)["account_id"].unique().sort().to_list()
    assert 5 < len(since) < 200
    return since


def learn_some(accounts, as_of=LATER):
    made = world()
    return learn(
        of(made.leads, accounts), of(made.attempts, accounts), of(made.people, accounts), as_of, PARAMS, before().model
    )


def test_what_is_folded_in_is_what_all_would_be_by_the_same_model():
    made, accounts = world(), fresh()
    folded = updated(before(), learn_some(accounts))
    whole = learn(made.leads, made.attempts, made.people, LATER, PARAMS, before().model)
    others = ~pl.col("account_id").is_in(accounts)
    for ours, fully, earlier in (
        (folded.leads, whole.leads, before().leads),
        (folded.reach().collect(), whole.reach().collect(), before().reach().collect()),
    ):
        assert_frame_equal(of(ours, accounts), of(fully, accounts), check_exact=True)
        assert_frame_equal(ours.filter(others), earlier.filter(others), check_exact=True)
        assert ours.height == fully.height
    slots = pl.DataFrame(
        {
            "account_id": ["A0000000", accounts[0]],
            "contact_point": [worlds.phone(0, 1), worlds.phone(int(accounts[0][1:]), 0)],
            "channel": ["call", "call"],
            "party": ["debtor", "debtor"],
            "at": [LATER, LATER],
        }
    )
    assert folded.p_reach(slots)["p_reach"].null_count() == 0
    assert_frame_equal(hours(folded, made.attempts, accounts[0]), hours(whole, made.attempts, accounts[0]))


def test_folding_twice_is_folding_the_last():
    accounts = fresh()
    half = accounts[: len(accounts) // 2]
    twice = updated(updated(before(), learn_some(accounts)), learn_some(half))
    once = updated(before(), learn_some(accounts))
    assert_frame_equal(twice.leads, once.leads, check_exact=True)
    assert_frame_equal(twice.reach().collect(), once.reach().collect(), check_exact=True)


def test_an_account_may_be_new():
    accounts = fresh()
    made = world()
    old = [name for name in made.people["record_id"] if name not in accounts]
    known = learn(of(made.leads, old), of(made.attempts, old), of(made.people, old), EARLIER, PARAMS, before().model)
    assert updated(known, learn_some(accounts)).leads["account_id"].n_unique() == made.people.height


def test_a_model_comes_back_from_json_to_the_last_bit():
    model = before().model
    text = json.dumps(model_values(model))
    again = model_from(json.loads(text))
    assert json.dumps(model_values(again)) == text
    made = world()
    by_kept = learn(made.leads, made.attempts, made.people, EARLIER, PARAMS, again)
    assert by_kept.diagnostics == before().diagnostics
    assert_frame_equal(by_kept.reach().collect(), before().reach().collect(), check_exact=True)
    assert model_from(None) is None
    assert model_from({**json.loads(text), "form": 0}) is None


def test_a_model_serves_until_the_attempts_have_grown_by_the_stated_share():
    model = before().model
    most = int(model.attempts * (1 + PARAMS.relearn_share))
    assert model.serves(most, LATER, PARAMS)
    assert not model.serves(most + 1, LATER, PARAMS)
    assert not model.serves(model.attempts, EARLIER - timedelta(seconds=1), PARAMS)
    assert not model.serves(model.attempts, LATER, LearnParams(half_life_days=90))


def test_a_part_by_another_model_is_refused():
    made = world()
    other = learn(made.leads, made.attempts, made.people, LATER, PARAMS)
    with pytest.raises(ValueError, match="another model"):
        updated(before(), other)


def test_a_week_folded_in_is_close_to_learning_all_anew():
    made = world()
    folded = learn(made.leads, made.attempts, made.people, LATER, PARAMS, before().model).reach().collect()
    anew = learn(made.leads, made.attempts, made.people, LATER, PARAMS).reach().collect()
    apart = np.abs(folded["p_reach"].to_numpy() - anew["p_reach"].to_numpy())
    # Beside how unsure a forecast is, a week of age is little.
    width = (anew["p_high"] - anew["p_low"]).to_numpy()
    assert apart.mean() < 0.1 * width.mean()

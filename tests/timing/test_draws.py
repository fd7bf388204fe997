from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from skiptrace.settings import LearnParams
from skiptrace.timing import draw_reach, learn
from tests.timing import worlds

SEEDS = 400


@cache
def learned():
    made = worlds.make("bands", 120, 10, seed=3)
    return learn(made.leads, made.attempts, made.people, worlds.AS_OF, LearnParams())


def slots(count=60):
    leads = learned().leads.filter(pl.col("rank") == 1).head(count)
    hours = pl.DataFrame({"at": [worlds.AS_OF.replace(hour=hour) for hour in (14, 18, 23)]})
    return leads.select("account_id", "contact_point", channel=pl.lit("call"), party=pl.lit("debtor")).join(
        hours, how="cross"
    )


@cache
def draws():
    return np.stack([draw_reach(learned(), slots(), seed)["p_draw"].to_numpy() for seed in range(SEEDS)])


def test_draws_are_on_average_what_is_forecast():
    forecast = learned().p_reach(slots())["p_reach"].to_numpy()
    error = draws().std(axis=0) / np.sqrt(SEEDS)
    assert np.abs(draws().mean(axis=0).mean() - forecast.mean()) < 0.01
    assert (np.abs(draws().mean(axis=0) - forecast) < 5 * error + 0.02).all()


def test_nine_draws_of_ten_lie_in_the_interval():
    stated = learned().p_reach(slots())
    low, high = stated["p_low"].to_numpy(), stated["p_high"].to_numpy()
    inside = ((draws() >= low - 1e-6) & (draws() <= high + 1e-6)).mean()
    # Where the point may not be theirs, the interval begins at nothing and holds more.
    assert 0.88 < inside < 0.97
    assert 0.02 < (draws() > high).mean() < 0.08


def test_a_draw_is_one_truth_of_a_person():
    drawn = draws().reshape(SEEDS, -1, 3)
    assert ((drawn == 0).all(axis=2) | (drawn > 0).all(axis=2)).all()  # the point is theirs at every hour, or at none
    alive = drawn[:, :, :2][(drawn > 0).all(axis=2)]
    assert np.corrcoef(np.log(alive[:, 0]), np.log(alive[:, 1]))[0, 1] > 0.5


def test_a_draw_does_not_depend_on_what_is_asked_beside():
    whole = draw_reach(learned(), slots(), 7)
    some = slots().sample(fraction=0.4, shuffle=True, seed=1)
    keys = ["account_id", "contact_point", "at"]
    assert_frame_equal(draw_reach(learned(), some, 7).sort(keys), whole.join(some.select(keys), on=keys).sort(keys))
    assert not draw_reach(learned(), slots(), 8)["p_draw"].equals(whole["p_draw"])


def test_what_is_not_known_is_not_drawn():
    unknown = slots(1).with_columns(contact_point=pl.lit("+15550000000"))
    assert draw_reach(learned(), unknown, 1)["p_draw"].null_count() == 3
    assert draw_reach(learned(), slots().clear(), 1).height == 0

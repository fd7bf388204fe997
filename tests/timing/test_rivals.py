import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import polars as pl
import pytest

from skiptrace.timing.rival_features import FEATURES, feature_table
from skiptrace.timing.rivals import RIVALS, TREES, forecast_rivals
from skiptrace.timing.trees import trees_installed
from tests.timing.known import START, asked, known


@pytest.fixture(scope="module")
def table():
    return feature_table(known(), asked(200))


def test_of_a_past_attempt_only_what_came_before_it_is_looked_at(table):
    past = table.filter(pl.col("ask").is_null(), pl.col("account_id") == "A0")
    assert past["tries"].to_list() == list(range(past.height))
    assert past["hits"].to_list() == (past["reached"].cum_sum() - past["reached"]).to_list()
    assert past["last_outcome"][0] is None
    assert past["last_outcome"][1:].to_list() == [
        "right_party" if hit else "no_answer" for hit in past["reached"].to_list()[:-1]
    ]


def test_of_what_is_asked_all_of_the_log_is_looked_at_and_nothing_asked_before(table):
    log = known().log
    wanted = table.filter(pl.col("ask").is_not_null()).join(
        log.group_by("account_id").agg(all=pl.len(), yes=pl.col("reached").sum()), on="account_id"
    )
    assert wanted["tries"].to_list() == wanted["all"].to_list()
    assert wanted["hits"].to_list() == wanted["yes"].to_list()
    assert table.select(FEATURES).null_count()["rate"][0] == 0


def test_an_unknown_hour_is_no_hour():
    rows = feature_table(known(), asked(5).with_columns(week_hour=pl.lit(168, pl.Int64)))
    asked_for = rows.filter(pl.col("ask").is_not_null())
    assert asked_for.select("hour", "weekday", "daypart").null_count().row(0) == (5, 5, 5)


def test_rates_are_drawn_to_the_channels():
    log = known().log
    found = forecast_rivals(known(), asked(200), seed=0)
    wanted = asked(200).with_columns(p=pl.Series(found["best hour"]))
    one = wanted.row(0, named=True)
    there = log.filter(pl.col("week_hour") == one["week_hour"])["reached"]
    expected = (there.sum() + 20 * log["reached"].mean()) / (len(there) + 20)
    assert one["p"] == pytest.approx(expected)


def test_a_person_is_believed_as_far_as_persons_differ():
    """The spread is told from the log, so that one who is hardly ever reached lies below and yet above zero."""
    rows = known()
    found = forecast_rivals(rows, asked(400), seed=0)
    wanted = asked(400).with_columns(p=pl.Series(found["person"])).group_by("account_id").agg(pl.col("p").unique())
    assert wanted["p"].list.len().max() == 1
    rates = rows.log.group_by("account_id").agg(raw=pl.col("reached").mean())
    both = wanted.with_columns(pl.col("p").list.first()).join(rates, on="account_id")
    mean = rows.log["reached"].mean()
    pull = ((both["p"] - mean) / (both["raw"] - mean)).drop_nans()
    assert pull.min() > 0
    assert pull.max() < 1


def test_the_last_hour_that_worked_is_believed_in():
    found = forecast_rivals(known(), asked(600), seed=0)
    wanted = asked(600).with_columns(p=pl.Series(found["last hour"]), hour=pl.col("week_hour") % 24)
    mine = wanted.filter(pl.col("account_id") == "A0")
    assert mine.filter(pl.col("hour") == 9)["p"].min() > mine.filter(pl.col("hour") != 9)["p"].max()


def test_all_methods_answer_all_questions():
    found = forecast_rivals(known(), asked(50), seed=0)
    assert set(found) == set(RIVALS) - (set() if trees_installed() else {TREES})
    assert all(len(p) == 50 and ((p > 0) & (p < 1)).all() for p in found.values())
    assert asked(50)["at"].min() > START


def test_trees_are_asked_where_they_are_installed(monkeypatch):
    """A stand-in for the package: that it is found, what it is given, and that its answer is passed on."""
    seen = {}

    def train(params, data, rounds, valid=None, callbacks=None):
        del callbacks
        seen.setdefault("rows", []).append(len(data.label))
        answer = SimpleNamespace(predict=lambda rows: np.full(len(rows), 0.25))
        if valid is None:
            seen["final"] = (params["num_leaves"], rounds)
        else:
            answer.best_score = {"valid_0": {"binary_logloss": abs(params["num_leaves"] - 15)}}
            answer.best_iteration = 33
        return answer

    class Dataset:
        def __init__(self, rows, label, categorical_feature=()):
            assert np.isfinite(rows[:, categorical_feature][~np.isnan(rows[:, categorical_feature])]).all()
            self.label = label

        def create_valid(self, _rows, label):
            return label

    module = ModuleType("lightgbm")
    module.__spec__ = SimpleNamespace()
    module.Dataset, module.train = Dataset, train
    module.early_stopping = lambda *_args, **_options: None
    monkeypatch.setitem(sys.modules, "lightgbm", module)
    found = forecast_rivals(known(), asked(7), seed=0)
    assert found[TREES].tolist() == [0.25] * 7
    assert seen == {"rows": [960, 960, 960, 1_200], "final": (15, 33)}

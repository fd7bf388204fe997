import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from skiptrace.errors import InputError, UsageError
from skiptrace.pipeline import backtesting
from skiptrace.pipeline.backtesting import backtest
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.model_card import card
from skiptrace.pipeline.rewinding import Rewound
from skiptrace.pipeline.terms import Terms
from skiptrace.settings import parse_settings
from skiptrace.timing.told import told
from tests.pipeline.conftest import MONDAY, SAMPLES

SPLIT = datetime(2026, 9, 10, 12, tzinfo=UTC)
ATTEMPT = ["account_id", "contact_point", "channel", "at"]
METHODS = ["ours", "cohort", "best hour", "last hour", "person", "logistic"]


@pytest.fixture(scope="module")
def some():
    """A hundred and forty accounts of the sample batch, with all that is theirs."""
    every = gather([SAMPLES / "lost_contacts"], None, Terms(as_of=MONDAY))
    ours = every.tables["accounts"]["account_id"].sort().head(140)
    tables = {
        name: table.filter(pl.col("account_id").is_in(ours.implode())) if "account_id" in table.columns else table
        for name, table in every.tables.items()
    }
    return replace(every, tables=tables)


@pytest.fixture(scope="module")
def done(some):
    return backtest(some, Terms(as_of=MONDAY), SPLIT)


def with_another_future(some):
    """All that came after the split, otherwise: results, points, records, consents, stops, answers."""
    tables = dict(some.tables)
    later = pl.col("started_at") > SPLIT
    told_later = pl.col("response_at") > SPLIT
    tables["attempts"] = pl.concat(
        [
            tables["attempts"].with_columns(
                outcome=pl.when(later & (pl.col("outcome") == "no_answer"))
                .then(pl.lit("right_party"))
                .when(later & (pl.col("outcome") == "right_party"))
                .then(pl.lit("disconnected"))
                .when(~later & told_later)
                .then(pl.lit("opted_out"))
                .otherwise("outcome"),
                response_at=pl.when(told_later)
                .then(pl.col("response_at") + timedelta(hours=1))
                .otherwise("response_at"),
            ),
            tables["attempts"]
            .filter(later)
            .with_columns(
                attempt_id=pl.format("again {}", "attempt_id"),
                started_at=pl.col("started_at") + timedelta(minutes=7),
            ),
        ]
    )
    accounts = tables["accounts"]
    mine = accounts.select(
        "account_id", kind=pl.lit("phone"), value=pl.format("+1212555{}", pl.int_range(4_000, 4_000 + pl.len()))
    )
    new = tables["contact_points"].clear()
    new = pl.concat([new, mine.with_columns(source=pl.lit("late"), first_seen=SPLIT.date())], how="diagonal_relaxed")
    tables["contact_points"] = pl.concat([tables["contact_points"], new])
    tables["records"] = pl.concat(
        [
            tables["records"],
            tables["records"].with_columns(
                record_id=pl.format("late {}", "record_id"),
                observed_on=pl.lit(date(2026, 10, 1)),
                phones=pl.lit(["+12125550142"]),
            ),
        ]
    )
    tables["stops"] = pl.concat(
        [
            tables["stops"],
            accounts.select(
                "account_id",
                kind=pl.lit("wrong_party"),
                since=pl.lit(SPLIT + timedelta(days=1)).cast(pl.Datetime("us", "UTC")),
            ).pipe(lambda rows: pl.concat([tables["stops"].clear(), rows], how="diagonal_relaxed")),
        ]
    )
    return replace(some, tables=tables)


def same(before, after):
    both = before.forecasts.join(after.forecasts, on=ATTEMPT, suffix=" after")
    assert both.height == before.forecasts.height
    assert both["reached"].to_list() != both["reached after"].to_list()
    return [name for name in METHODS if both[name].to_list() == both[f"{name} after"].to_list()]


def test_another_future_changes_no_forecast(some, done):
    after = backtest(with_another_future(some), Terms(as_of=MONDAY), SPLIT)
    assert same(done, after) == METHODS
    assert after.report["learned_from"] == done.report["learned_from"]
    assert after.report["methods"] != done.report["methods"]


def test_a_leak_would_be_noticed(some, monkeypatch):
    def leaky(gathered, at):
        known = rewind(gathered, at)
        attempts = gathered.tables["attempts"].filter(pl.col("started_at") <= at)
        return Rewound(
            {**known.tables, "attempts": attempts, "contact_points": gathered.tables["contact_points"]}, *known[1:]
        )

    rewind = backtesting.rewind
    monkeypatch.setattr(backtesting, "rewind", leaky)
    leaked = backtest(some, Terms(as_of=MONDAY), SPLIT)
    after = backtest(with_another_future(some), Terms(as_of=MONDAY), SPLIT)
    assert "ours" not in same(leaked, after)
    assert "logistic" not in same(leaked, after)


def test_the_same_asked_again_gives_the_same(some, done):
    again = backtest(some, Terms(as_of=MONDAY), SPLIT)
    assert again.report == done.report
    assert again.forecasts.equals(done.forecasts)


def test_what_is_forecast_lies_after_the_split_and_what_is_learned_before(done):
    report = done.report
    assert report["learned_from"]["last"] <= SPLIT < report["forecast"]["first"]
    assert [one["method"] for one in report["methods"]][:6] == METHODS
    assert report["forecast"]["reached"] == done.forecasts["reached"].sum()
    assert sum(one["attempts"] for one in report["calibration"]["bins"]) == done.forecasts.height
    assert sum(one["attempts"] for one in report["calibration"]["by_channel"]) == done.forecasts.height
    assert report["methods"][0]["behind"] == {"value": 0, "error": 0}


def test_neither_figures_nor_card_name_anybody(some, done):
    said = json.dumps(done.report, default=str) + card(done.report)
    tables = some.tables
    names = pl.concat(
        [
            tables["accounts"].select(pl.col(name).cast(pl.String).alias("x"))
            for name in ("account_id", "full_name", "family_name", "person_id", "address", "employer")
        ]
        + [done.forecasts.select(x="contact_point"), tables["attempts"].select(x="attempt_id")]
    )["x"].drop_nulls()
    assert len(names) > 1_000
    assert [name for name in names.unique() if len(name) > 3 and name in said] == []


def test_bands_with_few_forecasts_are_not_told(some):
    least = {"backtest": {"least_band": 60}}
    found = backtest(some, Terms(as_of=MONDAY, settings=parse_settings(least)), SPLIT).report["calibration"]
    assert found["by_age_band"]
    assert all(one["attempts"] >= 60 for one in found["by_age_band"])
    assert found["age_bands_too_small"] > 0


def test_the_last_share_is_forecast(some):
    split = backtest(some, Terms(as_of=MONDAY), test_share=0.5).report["split"]
    tells = told(some.tables["attempts"], MONDAY).filter(pl.col("reached").is_not_null())
    assert tells.select((pl.col("started_at") > split).mean()).item() == pytest.approx(0.5, abs=0.01)
    assert split < SPLIT


def test_too_few_attempts_are_counted(some):
    with pytest.raises(InputError, match=r"0 before and [\d,]+ after the split at 2020-01-01 .*150 and 50 are needed"):
        backtest(some, Terms(as_of=MONDAY), datetime(2020, 1, 1, tzinfo=UTC))
    none = replace(some, tables={**some.tables, "attempts": some.tables["attempts"].clear()})
    with pytest.raises(InputError, match="0 before and 0 after any split"):
        backtest(none, Terms(as_of=MONDAY))


def test_a_split_lies_in_the_past(some):
    with pytest.raises(UsageError, match="before --as-of"):
        backtest(some, Terms(as_of=MONDAY), MONDAY + timedelta(days=1))

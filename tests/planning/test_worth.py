from __future__ import annotations

import polars as pl
import pytest

from skiptrace.errors import SettingsError
from skiptrace.planning.worth import stakes
from skiptrace.settings import PlanParams


def money(**changes: object) -> PlanParams:
    return PlanParams(value="money", rate_of_balance=1, **changes)


def accounts(*rows: tuple[float | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"balance": pl.Float64, "currency": pl.String}, orient="row")


def test_every_debtor_counts_alike_unless_money_does():
    assert stakes(accounts((5.0, "GBP"), (None, None)), PlanParams()).to_list() == [1, 1]


def test_an_unknown_balance_is_the_median_of_its_currency():
    known = accounts((10.0, "GBP"), (30.0, "gbp"), (None, "GBP"), (0.0, "GBP"), (-5.0, "GBP"))
    assert stakes(known, money()).to_list() == [10, 30, 20, 20, 20]
    several = accounts((10.0, "GBP"), (200.0, "USD"), (None, "USD"), (None, "EUR"), (7.0, None))
    found = stakes(several, money(exchange_rates={"GBP": 2, "USD": 0.5})).to_list()
    assert found == [20, 100, 100, 60, 60]


def test_balances_in_several_currencies_need_rates():
    with pytest.raises(SettingsError, match="exchange_rates for USD"):
        stakes(accounts((10.0, "GBP"), (200.0, "USD")), money(exchange_rates={"GBP": 1}))


def test_without_any_balance_money_cannot_count():
    with pytest.raises(SettingsError, match="no account has a balance"):
        stakes(accounts((None, "GBP"), (0.0, None)), money())
    assert stakes(accounts(), money()).is_empty()

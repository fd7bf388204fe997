"""What a right-party contact is worth: by the way it comes about, and, if the plan is for money, by what is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import SettingsError
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from skiptrace.settings import PlanParams

__all__ = ["stakes", "worth_of"]


def worth_of(params: PlanParams) -> pl.Expr:
    """Return the worth of a contact by ``channel`` and ``party``.

    Examples
    --------
    >>> from skiptrace.settings import PlanParams
    >>> ways = pl.DataFrame({"channel": ["call", "letter", "call"], "party": ["debtor", "debtor", "third_party"]})
    >>> ways.select(worth_of(PlanParams())).to_series().to_list()
    [1.0, 0.1, 0.1]
    """
    by_channel = {
        Channel.CALL: 1.0,
        Channel.VISIT: 1.0,
        Channel.SMS: params.message_worth,
        Channel.EMAIL: params.message_worth,
        Channel.LETTER: params.letter_worth,
    }
    worth = pl.col("channel").replace_strict(by_channel, return_dtype=pl.Float64)
    debtor = pl.col("party") == Party.DEBTOR
    return (worth * pl.when(debtor).then(1.0).otherwise(params.location_worth)).alias("worth")


def stakes(accounts: pl.DataFrame, params: PlanParams) -> pl.Series:
    """Return what a conversation with each account's debtor is worth: 1, or money.

    Parameters
    ----------
    accounts
        ACCOUNTS.
    params
        ``value``, ``rate_of_balance`` and ``exchange_rates``.

    Returns
    -------
    Series
        By account. Where money counts, the balance in the plan's currency times the rate. A balance that is not known,
        or not above zero, is taken to be the median of those known in its currency, and if there are none the median of
        all; so is one whose currency is not known while there are several.

    Raises
    ------
    SettingsError
        If money counts and no balance is known, or there are several currencies and not each has a rate.

    Examples
    --------
    >>> from skiptrace.settings import PlanParams
    >>> accounts = pl.DataFrame({"balance": [100.0, None, 300.0], "currency": ["GBP", "GBP", "GBP"]})
    >>> stakes(accounts, PlanParams(value="money", rate_of_balance=0.1)).to_list()
    [10.0, 20.0, 30.0]
    """
    if params.value == "contacts":
        return pl.repeat(1.0, accounts.height, eager=True)
    known = accounts.select(
        currency=pl.col("currency").str.to_uppercase(), balance=pl.col("balance").cast(pl.Float64)
    ).with_columns(balance=pl.when(pl.col("balance") > 0).then("balance"))
    owed = known.drop_nulls("balance")
    currencies = owed["currency"].drop_nulls().unique().sort().to_list()
    if accounts.height and owed.is_empty():
        raise SettingsError("plan.value = money: no account has a balance")
    missing = [name for name in currencies if name not in params.exchange_rates]
    if len(currencies) > 1 and missing:
        raise SettingsError(
            f"plan.value = money: balances in several currencies; no plan.exchange_rates for {missing[0]}"
        )
    rate = pl.col("currency").replace_strict(params.exchange_rates, default=None, return_dtype=pl.Float64)
    # Of a single currency, or none named, the rate does not matter to the plan.
    rate = rate if len(currencies) > 1 else rate.fill_null(1.0)
    value = known.with_columns(value=pl.col("balance") * rate * params.rate_of_balance)
    usual = pl.coalesce("value", pl.col("value").median().over("currency"), pl.col("value").median())
    return value.select(usual.alias("stake")).to_series()

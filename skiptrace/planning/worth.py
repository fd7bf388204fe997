"""What a right-party contact is worth by the way it comes about, a conversation with the debtor being 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from skiptrace.settings import PlanParams

__all__ = ["worth_of"]


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

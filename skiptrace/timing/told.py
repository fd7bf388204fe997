"""Whether an attempt reached its debtor, where its result tells: what learning learns and a backtest judges by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.vocabulary import Channel, Direction, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["WRITTEN", "reply_window", "told"]

_REPLY_HOURS = {Channel.SMS.value: 24, Channel.EMAIL.value: 24, Channel.LETTER.value: 14 * 24}
WRITTEN = tuple(_REPLY_HOURS)
"""Channels on which an answer may take its time."""


def reply_window() -> pl.Expr:
    """Return how long after its start an attempt may still reach; nothing for calls and visits."""
    return pl.duration(hours=pl.col("channel").replace_strict(_REPLY_HOURS, default=0, return_dtype=pl.Int64))


def told(attempts: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the attempts begun by a moment with ``reached``, as :func:`skiptrace.timing.learn` understands it.

    Parameters
    ----------
    attempts
        Columns of ATTEMPTS or CODED_ATTEMPTS.
    as_of
        What is said of an attempt is what was known at this moment.

    Returns
    -------
    polars.DataFrame
        The rows in order with ``reached``: 1.0, 0.0, or null where the result does not tell, not yet, or where the
        debtor made the attempt. Calls and visits reach at once or not; a message reaches if an answer comes within a
        day, a letter within two weeks.
    """
    now = pl.lit(as_of).cast(INSTANT)
    at, reply_at = pl.col("started_at").cast(INSTANT), pl.col("response_at").cast(INSTANT)
    meanings = outcome_meanings().select(
        "outcome", _reach="reach", _reply=pl.col("reply") | (pl.col("outcome") == "delivered"), _left="message_left"
    )
    answered = pl.coalesce(reply_at, at)
    yes = pl.col("_reach").fill_null(value=False) | (pl.col("_reply").fill_null(value=False) & reply_at.is_not_null())
    in_time = yes & (answered - at <= reply_window()) & (answered <= now)
    can_fail = pl.col("_reach").is_not_null() | pl.col("_left").fill_null(value=False)
    by_message = pl.when(in_time).then(1.0).when((at + reply_window() <= now) & can_fail).then(0.0)
    inbound = (pl.col("direction") == Direction.INBOUND).fill_null(value=False)
    reached = pl.when(pl.col("channel").is_in(WRITTEN)).then(by_message).otherwise(pl.col("_reach").cast(pl.Float64))
    return (
        attempts.filter(at <= now)
        .join(meanings, on="outcome", how="left", maintain_order="left")
        .with_columns(reached=pl.when(~inbound).then(reached))
        .drop("_reach", "_reply", "_left")
    )

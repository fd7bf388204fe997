"""The world as it was known at an earlier moment: what a backtest may learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.compliance import admissible
from skiptrace.contracts.inputs import INSTANT
from skiptrace.timing.told import WRITTEN, reply_window
from skiptrace.vocabulary import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.pipeline.gathering import Gathered

__all__ = ["Rewound", "rewind"]

_ANSWERS = ("response_at", "conversation", "voicemail_left", "duration_s")


class Rewound(NamedTuple):
    """What was known.

    Attributes
    ----------
    tables, history, judgements
        As of :class:`skiptrace.pipeline.gathering.Gathered`.
    undated
        Contact points and records without a date: nobody can say that they were not known, so they are taken as known.
    """

    tables: dict[str, pl.DataFrame]
    history: pl.DataFrame
    judgements: pl.DataFrame
    undated: int


def rewind(gathered: Gathered, at: datetime) -> Rewound:
    """Return what was known at a moment.

    Not seen are attempts begun later, calls that were still going on, answers that had not come, accounts opened,
    consents given, judgements and stops made, records observed and contact points first seen later. A contact point
    seen before and after is one that was seen before. What was turned away since stays so: a consent revoked later
    would have let a record in then, but nobody may use it now. What the columns of an account said then is not known;
    they are taken as they stand.
    """
    now, today = pl.lit(at).cast(INSTANT), pl.lit(at.date())
    known = dict(gathered.tables)
    opened = known["accounts"].filter(_by(pl.col("opened_on"), today))
    ours = opened["account_id"].implode()
    consents = known["consents"].filter(pl.col("given_at") <= now)
    given = consents.with_columns(
        pl.when(pl.col(name) <= now).then(name).alias(name) for name in ("revoked_at", "revocation_received_at")
    )
    tables = known | {
        "accounts": opened,
        "consents": given,
        "attempts": _attempts(known["attempts"].filter(pl.col("account_id").is_in(ours)), now),
        "contact_points": _points(known["contact_points"].filter(pl.col("account_id").is_in(ours)), given, at),
        "stops": known["stops"].filter(
            pl.col("since") <= now, pl.col("account_id").is_in(ours) | pl.col("account_id").is_null()
        ),
        "records": admissible(known["records"].filter(_by(pl.col("observed_on"), today)), given, at).accepted,
        "relations": admissible(known["relations"].filter(pl.col("account_id").is_in(ours)), given, at).accepted,
    }
    history = gathered.history.filter(pl.col("started_at") <= now, pl.col("account_id").is_in(ours))
    undated = tables["contact_points"].filter(pl.all_horizontal(pl.col("first_seen", "last_seen").is_null())).height
    return Rewound(
        tables=tables,
        history=history,
        judgements=gathered.judgements.filter((pl.col("judged_at") <= now).fill_null(value=False)),
        undated=undated + tables["records"]["observed_on"].null_count(),
    )


def _by(day: pl.Expr, today: pl.Expr) -> pl.Expr:
    """Return whether something was there by the end of the day before: a date has no hour."""
    return (day < today).fill_null(value=True)


def _attempts(attempts: pl.DataFrame, now: pl.Expr) -> pl.DataFrame:
    started = pl.col("started_at")
    lasted = pl.sum_horizontal(pl.col("ring_s", "duration_s").fill_null(0))
    written = pl.col("channel").is_in(WRITTEN)
    over = started + pl.duration(milliseconds=(lasted * 1_000).cast(pl.Int64)) <= now
    # An answer whose hour is not told may have come as late as answers count.
    unheard = (
        written
        & (pl.col("outcome") != Outcome.SENT)
        & (pl.coalesce("response_at", started + reply_window()) > now)
        & (pl.col("direction") != "inbound").fill_null(value=True)
    )
    late = pl.col("response_at") > now
    return (
        attempts.filter(started <= now, written | over)
        .with_columns(_unheard=unheard, _late=(late | unheard).fill_null(value=False))
        .with_columns(
            pl.when("_unheard").then(pl.lit(Outcome.SENT.value)).otherwise("outcome").alias("outcome"),
            *(pl.when(~pl.col("_late")).then(name).alias(name) for name in _ANSWERS),
        )
        .drop("_unheard", "_late")
    )


def _points(points: pl.DataFrame, consents: pl.DataFrame, at: datetime) -> pl.DataFrame:
    today, now = pl.lit(at.date()), pl.lit(at).cast(INSTANT)
    first, last = pl.col("first_seen"), pl.col("last_seen")
    checked = pl.col("reassignment_checked_on").cast(INSTANT) <= now
    # Without a first day, the last is the only one on which it is known to have been seen.
    return points.filter(
        _by(pl.coalesce(first, last), today),
        pl.col("consent_id").is_null() | pl.col("consent_id").is_in(consents["consent_id"].implode()),
    ).with_columns(
        last_seen=pl.when(last < today).then(last).otherwise(pl.when(last.is_not_null()).then(first)),
        reassignment_checked_on=pl.when(checked).then("reassignment_checked_on"),
        reassignment_result=pl.when(checked).then("reassignment_result"),
    )

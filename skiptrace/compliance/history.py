"""History as law sees it: which attempts count as what, which stops they bring about, which points they show dead.

Where an outcome does not say, or could not be read, the stricter reading holds: the attempt counts, it connected, and
it was a conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Direction, Outcome, outcome_meanings

if TYPE_CHECKING:
    from skiptrace.compliance.facts import Facts

__all__ = ["coded_history", "fates", "standing_stops"]


def coded_history(facts: Facts) -> pl.DataFrame:
    """Return the attempts with what each counts as.

    Returns
    -------
    polars.DataFrame
        Grain: attempt × version. ``attempt_id``, ``account_id``, ``debts`` (list: the accounts it was about),
        ``channel``, ``point_key``, ``outcome``, ``started`` (microseconds), ``inbound``, ``connected``, ``contact``
        (answered, or a message left), ``conversation``, ``unanswered``, ``live``, ``owner`` (-1, 0, 1), ``stop``,
        ``notice`` (a sent letter of campaign `notice`).
    """
    meanings = outcome_meanings().select(
        "outcome", "answered", "connected", "conversation", "message_left", "live", "owner", "stop"
    )
    columns = [
        "attempt_id",
        "account_id",
        "debt_ids",
        "channel",
        "point_key",
        "outcome",
        "started_at",
        "direction",
        "voicemail_left",
        "campaign",
    ]
    said = pl.col("conversation_said")
    message = pl.col("message_left").fill_null(pl.col("voicemail_left")).fill_null(value=True) | pl.col(
        "voicemail_left"
    ).fill_null(value=False)
    answered = pl.col("answered").fill_null(value=True)
    return (
        facts.attempts.select(*columns, conversation_said="conversation")
        .unique()
        .join(meanings, on="outcome", how="left")
        .select(
            "attempt_id",
            "account_id",
            "channel",
            "point_key",
            "outcome",
            "stop",
            debts=pl.concat_list(
                pl.concat_list("account_id"), pl.col("debt_ids").fill_null(pl.lit([], pl.List(pl.String)))
            ).list.unique(),
            started=pl.col("started_at").dt.epoch("us"),
            inbound=(pl.col("direction") == Direction.INBOUND.value).fill_null(value=False),
            connected=pl.col("connected").fill_null(value=True),
            contact=answered | message,
            conversation=pl.col("conversation").fill_null(said).fill_null(value=True) | said.fill_null(value=False),
            unanswered=pl.col("answered").fill_null(value=False).not_(),
            failed=pl.col("answered").not_().fill_null(value=False) & (pl.col("outcome") != Outcome.REFUSED.value),
            live=pl.col("live").fill_null(0),
            owner=pl.col("owner").fill_null(0),
            notice=(
                (pl.col("channel") == "letter")
                & (pl.col("outcome") == Outcome.SENT.value)
                & (pl.col("campaign").str.strip_chars().str.to_lowercase() == "notice")
            ).fill_null(value=False),
        )
        .filter(pl.col("started").is_not_null())
        .sort("started", "attempt_id", "account_id", "channel", "point_key")
    )


def fates(history: pl.DataFrame) -> pl.DataFrame:
    """Return since when each contact point is known dead or wrong.

    Returns
    -------
    polars.DataFrame
        Grain: account × point that is gone. ``account_id``, ``point_key``, ``gone`` (microseconds): since then every
        sign said dead, or since then it is known to be another's.
    """
    keys = ["account_id", "point_key"]
    signs = history.filter(pl.col("point_key").is_not_null()).select(*keys, "started", "live", "owner")
    lost = []
    for sign in ("live", "owner"):
        told = signs.filter(pl.col(sign) != 0)
        last_good = told.filter(pl.col(sign) > 0).group_by(keys).agg(good=pl.col("started").max())
        bad = told.filter(pl.col(sign) < 0).join(last_good, on=keys, how="left")
        lost.append(
            bad.filter(pl.col("good").is_null() | (pl.col("started") > pl.col("good")))
            .group_by(keys)
            .agg(gone=pl.col("started").min())
        )
    return pl.concat(lost).group_by(keys).agg(pl.col("gone").min())


def standing_stops(facts: Facts, history: pl.DataFrame) -> pl.DataFrame:
    """Return the stops given, and those that outcomes brought about.

    A wrong number is a stop on the point for its account; an opt-out is one on the point and channel for everybody, or
    on the account's channel where the point is not known. They stand from the attempt on, for ever.

    Returns
    -------
    polars.DataFrame
        Grain: stop. ``account_id``, ``point_key``, ``kind``, ``channel`` (null = every), ``since``, ``until``
        (microseconds; [since, until)), ``detail``.
    """
    given = facts.stops.select(
        "account_id",
        # A point that cannot be read may be any of the account's.
        pl.col("point_key"),
        "kind",
        "channel",
        since=pl.col("since").dt.epoch("us").fill_null(-(2**62)),
        until=pl.col("until").dt.epoch("us").fill_null(2**62),
        detail="detail",
    )
    wrong = pl.col("stop") == "wrong_party"
    learned = history.filter(pl.col("stop").is_not_null() & (pl.col("point_key").is_not_null() | ~wrong)).select(
        account_id=pl.when(wrong | pl.col("point_key").is_null()).then("account_id"),
        point_key="point_key",
        kind="stop",
        channel=pl.when(~wrong).then("channel"),
        since="started",
        until=pl.lit(2**62, pl.Int64),
        detail=pl.lit(None, pl.String),
    )
    return pl.concat([given, learned]).unique()

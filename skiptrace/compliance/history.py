"""History as law sees it: which attempts count as what, which stops they bring about, which points they show dead.

Where an outcome does not say, or could not be read, the stricter reading holds: the attempt counts, it connected, and
it was a conversation.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from skiptrace.vocabulary import Channel, Direction, Outcome, outcome_meanings

__all__ = ["CHANNEL", "ID", "by_debt", "coded_attempts", "coded_history", "fates", "further_debts", "standing_stops"]

ID = pl.Categorical()
"""Type of ids and point keys where they are joined and sorted by: numbers behind, and no message spells them out."""
CHANNEL = pl.Enum(Channel)
"""Type of the channel of an attempt."""
_OUTCOME = pl.Enum(Outcome)


def coded_attempts(attempts: pl.DataFrame) -> pl.DataFrame:
    """Return what law asks of attempts, in few bytes.

    Returns
    -------
    polars.DataFrame
        Grain: attempt × version, in the order given. ``attempt_id``, ``account_id`` and ``point_key`` (:data:`ID`),
        ``channel`` and ``outcome`` (null where they are none of the known words), ``started`` (microseconds; null =
        unknown), ``inbound``, ``conversation_said``, ``voicemail_left``, ``notice`` (a sent letter of campaign
        `notice`).
    """
    coded = attempts.select(
        "attempt_id",
        pl.col("account_id", "point_key").cast(ID),
        pl.col("channel").cast(CHANNEL, strict=False),
        pl.col("outcome").cast(_OUTCOME, strict=False),
        "voicemail_left",
        started=pl.col("started_at").dt.epoch("us"),
        inbound=(pl.col("direction") == Direction.INBOUND.value).fill_null(value=False),
        conversation_said="conversation",
    )
    letters = (coded["channel"] == Channel.LETTER) & (coded["outcome"] == Outcome.SENT)
    at = letters.fill_null(value=False).arg_true()
    campaign = attempts["campaign"].gather(at).str.strip_chars().str.to_lowercase()
    notice = np.zeros(coded.height, dtype=bool)
    notice[at.to_numpy()] = (campaign == "notice").fill_null(value=False).to_numpy()
    return coded.with_columns(pl.Series("notice", notice))


def further_debts(attempts: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts that attempts were about beside their own: ``event`` (row of the attempt), ``account_id``."""
    return (
        attempts.select("debt_ids")
        .with_row_index("event")
        .filter(pl.col("debt_ids").list.len() > 0)
        .explode("debt_ids", empty_as_null=True, keep_nulls=True)
        .select("event", account_id=pl.col("debt_ids").cast(ID))
        .drop_nulls()
    )


def coded_history(attempts: pl.DataFrame, also: pl.DataFrame) -> pl.DataFrame:
    """Return attempts with what each counts as.

    Parameters
    ----------
    attempts, also
        :func:`coded_attempts` and the :func:`further_debts` of these rows.

    Returns
    -------
    polars.DataFrame
        Grain: attempt × version, by time; of several at one instant those that failed come first. ``attempt_id``,
        ``versioned`` (another row has its attempt_id), ``account_id``, ``others`` (list: the accounts it was about
        beside that; null = none, as of nearly all), ``channel``, ``point_key``, ``started`` (microseconds),
        ``inbound``, ``connected``, ``contact`` (answered, or a message left), ``conversation``,
        ``unanswered``, ``failed``, ``live``, ``owner`` (-1, 0, 1), ``stop``, ``notice``.
    """
    meanings = outcome_meanings().select(
        "outcome", "answered", "connected", "conversation", "message_left", "live", "owner", "stop"
    )
    # One row a known word, in the order of the enum, and a last one for all others.
    meanings = pl.DataFrame({"outcome": [*map(str, Outcome), None]}, schema={"outcome": pl.String}).join(
        meanings, on="outcome", how="left", maintain_order="left"
    )
    own = attempts["account_id"].gather(also["event"])
    others = also.filter(also["account_id"].ne_missing(own)).unique().group_by("event").agg(others="account_id")
    code = attempts["outcome"].to_physical().cast(pl.UInt32).fill_null(len(Outcome))
    meant = meanings.drop("outcome")[code]
    said = pl.col("conversation_said")
    answered = pl.col("answered").fill_null(value=True)
    message = pl.col("message_left").fill_null(pl.col("voicemail_left")).fill_null(value=True) | pl.col(
        "voicemail_left"
    ).fill_null(value=False)
    history = (
        attempts.hstack(meant)
        .with_row_index("event")
        .join(others, on="event", how="left", maintain_order="left")
        .select(
            "attempt_id",
            "account_id",
            "channel",
            "point_key",
            "stop",
            "started",
            "inbound",
            "notice",
            "others",
            connected=pl.col("connected").fill_null(value=True),
            contact=answered | message,
            conversation=pl.col("conversation").fill_null(said).fill_null(value=True) | said.fill_null(value=False),
            unanswered=pl.col("answered").fill_null(value=False).not_(),
            failed=pl.col("answered").not_().fill_null(value=False) & (pl.col("outcome") != Outcome.REFUSED.value),
            live=pl.col("live").fill_null(0),
            owner=pl.col("owner").fill_null(0),
        )
    )
    told = np.flatnonzero(history["started"].is_not_null().to_numpy())
    versioned, said_again = _versions(history)
    told = told[~said_again[told]]
    first = history["started"].to_numpy()[told] * 2 + ~history["failed"].to_numpy()[told]
    by_time = pl.Series(told[np.argsort(first, kind="stable")])
    return history.with_columns(pl.Series("versioned", versioned))[by_time]


def _versions(history: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Tell which rows are of attempts that other rows tell of too, and which say nothing new; hardly any are."""
    hashes = history["attempt_id"].hash()
    ordered = np.sort(hashes.to_numpy())
    twice = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]]).unique()
    versioned = hashes.is_in(twice.implode()).to_numpy()
    at = np.flatnonzero(versioned)
    again = np.zeros(history.height, dtype=bool)
    again[at] = ~history[at].to_struct().is_first_distinct().to_numpy()
    return versioned, again


def by_debt(history: pl.DataFrame) -> pl.DataFrame:
    """Return attempts once for each account they were about, ``debt``."""
    others = history.filter(pl.col("others").is_not_null()).with_columns(debt="others")
    return pl.concat(
        [
            history.with_columns(debt="account_id"),
            others.explode("debt", empty_as_null=True, keep_nulls=True),
        ]
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
        bad = signs.filter(pl.col(sign) < 0)
        good = signs.filter(pl.col(sign) > 0).join(bad.select(keys).unique(), on=keys, how="semi")
        last_good = good.group_by(keys).agg(good=pl.col("started").max())
        lost.append(
            bad.join(last_good, on=keys, how="left")
            .filter(pl.col("good").is_null() | (pl.col("started") > pl.col("good")))
            .group_by(keys)
            .agg(gone=pl.col("started").min())
        )
    return pl.concat(lost).group_by(keys).agg(pl.col("gone").min())


def standing_stops(stops: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Return the stops given, and those that outcomes brought about.

    A wrong number is a stop on the point for its account; an opt-out is one on the point and channel for everybody, or
    on the account's channel where the point is not known. They stand from the attempt on, for ever.

    Parameters
    ----------
    stops
        CODED_STOPS, ``account_id`` and ``point_key`` as :data:`ID`.
    history
        :func:`coded_history`.

    Returns
    -------
    polars.DataFrame
        Grain: stop. ``account_id``, ``point_key``, ``kind``, ``channel`` (null = every), ``since``, ``until``
        (microseconds; [since, until)), ``detail``.
    """
    given = stops.select(
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
        channel=pl.when(~wrong).then(pl.col("channel").cast(pl.String)),
        since="started",
        until=pl.lit(2**62, pl.Int64),
        detail=pl.lit(None, pl.String),
    )
    return pl.concat([given, learned]).unique()

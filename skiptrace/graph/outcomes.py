"""What attempts said of contact points, laid at the feet of those they speak of.

What is *plain* (the point works, does not, is or is not somebody's) moves a lead here; silence does with the hours,
when reach is learned. Both count when it is learned what outcomes mean and what sources are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.states import stated_shares
from skiptrace.vocabulary import Party, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.sightings import Sighted

__all__ = ["Spoken", "hear", "speaks_plainly", "with_words", "years_ago"]

_YEAR = 365.25 * 86_400


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What outcomes said.

    Attributes
    ----------
    tries
        Grain: account × attempt × party, sorted by account. ``account``, ``point``, ``party``, ``years`` (age),
        ``attempt_id``, ``word`` (of :class:`skiptrace.graph.states.Shares`, those that only tell whether it works
        included), ``plain``. Said of the account's person, so that two accounts of one debtor share what was learned.
    latest
        Grain: point, all of them, sorted. ``asker`` (entity), ``years`` and ``word`` of the latest plain attempt,
        whoever was asked for (null: none was made): of others it tells whether the point works.
    last
        Grain: account × point, sorted by account. ``outcome`` and ``on`` (date) of the latest attempt that spoke
        plainly.
    settled
        Grain: entity × point of which some attempt told whether it is the debtor's and works. ``right`` (bool): the
        latest that told said yes.
    """

    tries: pl.DataFrame
    latest: pl.DataFrame
    last: pl.DataFrame
    settled: pl.DataFrame


def hear(sighted: Sighted, attempts: pl.DataFrame, as_of: datetime) -> Spoken:
    """Gather what the attempts before ``as_of`` said of the points that are known."""
    accounts = sighted.people.filter(pl.col("table") == "accounts").select("record_id", "node", "entity")
    live, owner = pl.col("live"), pl.col("owner")
    heard = (
        attempts.filter(pl.col("started_at") <= as_of)
        .select("attempt_id", "account_id", "point_key", "channel", "started_at", "outcome")
        .join(outcome_meanings().select("outcome", "live", "owner"), on="outcome")
        .join(sighted.points.select("point", "point_key"), on="point_key")
        .join(accounts, left_on="account_id", right_on="record_id")
        .join(_reassigned(sighted), on=["node", "point"], how="left")
        .with_columns(
            years=years_ago(pl.col("started_at"), as_of),
            plain=speaks_plainly(),
            # Whoever answered before a number was handed on was the former owner.
            former=((pl.col("started_at") <= pl.col("reassigned_on")) & (owner > 0)).fill_null(value=False),
        )
        .sort("started_at", "attempt_id")
    )
    everybody = accounts.select("entity", account="node")
    of_debtor = with_words(heard, pl.lit(value=False), pl.col("former"))
    of_third = with_words(heard.filter("plain"), pl.lit(value=True), pl.lit(value=False))
    tries = ("account", "point", "years", "attempt_id", "plain", "word")
    plain = of_debtor.filter("plain")
    latest = (
        plain.filter(pl.col("word").is_not_null())
        .group_by("point", maintain_order=True)
        .agg(pl.col("years", "word").last(), asker=pl.col("entity").last())
    )
    return Spoken(
        tries=pl.concat(
            said.filter(pl.col("word").is_not_null())
            .join(everybody, on="entity")
            .select(*tries, party=pl.lit(party.value))
            for said, party in ((of_debtor, Party.DEBTOR), (of_third, Party.THIRD_PARTY))
        ).sort("account", maintain_order=True),
        latest=sighted.points.select("point").join(latest, on="point", how="left").sort("point"),
        last=plain.group_by("node", "point", maintain_order=True)
        .agg(pl.col("outcome").last(), on=pl.col("started_at").last().dt.date())
        .rename({"node": "account"})
        .sort("account", maintain_order=True),
        settled=heard.filter((owner != 0) | (live < 0), ~pl.col("former"))
        .group_by("entity", "point", maintain_order=True)
        .agg(right=(owner > 0).last()),
    )


def years_ago(at: pl.Expr, as_of: datetime) -> pl.Expr:
    """Return the age of an instant in years, 0 if it is still to come."""
    return (pl.lit(as_of) - at).dt.total_seconds().clip(lower_bound=0) / _YEAR


def with_words(heard: pl.DataFrame, third: pl.Expr, former: pl.Expr) -> pl.DataFrame:
    """Add the ``word`` of :meth:`skiptrace.graph.states.Shares.likelihoods` that an attempt says of somebody.

    Parameters
    ----------
    heard
        ``channel``, ``outcome`` and ``owner`` of its meaning.
    third
        Whether a third party is asked about. Met at the point, they are at home there, as a right party is; the right
        party is the debtor, which says of others only that the point works.
    former
        Whether it was the former owner who answered, which also says only that.

    Returns
    -------
    polars.DataFrame
        In the order given. ``word`` is null where the outcome may not stand on the channel.
    """
    words = stated_shares().words.select("channel", "outcome", "word")
    met = words.filter(pl.col("outcome") == "right_party").select("channel", met="word")
    only_alive = former | (third & (pl.col("owner") > 0))
    return (
        heard.join(words, on=["channel", "outcome"], how="left", maintain_order="left")
        .join(met, on="channel", how="left", maintain_order="left")
        .with_columns(word=pl.when(third & (pl.col("outcome") == "third_party")).then("met").otherwise("word"))
        .with_columns(word=pl.when(only_alive).then(pl.col("word") + words.height).otherwise("word").cast(pl.UInt16))
        .drop("met")
    )


def speaks_plainly() -> pl.Expr:
    """Return whether an outcome says plainly that a point works or not, or whose it is."""
    return (pl.col("live") != 0) | (pl.col("owner") != 0) | (pl.col("outcome") == "third_party")


def _reassigned(sighted: Sighted) -> pl.DataFrame:
    return (
        sighted.sightings.filter(pl.col("table") == "accounts", pl.col("reassignment_result") == "reassigned")
        .group_by("node", "point")
        .agg(reassigned_on=pl.col("reassignment_checked_on").max())
    )

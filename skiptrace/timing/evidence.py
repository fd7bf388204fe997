"""What each attempt says of the person it was meant for, of the point it was made on, and of the hour.

A *person* is an account's debtor, or one of its third parties; a *point* is one of that person's points. An outbound
attempt whose outcome tells reached from not reached is a *trial*. Nothing told (``human_unverified``, ``abandoned``,
``failed``) is no trial: missing is not failing. Inbound contacts, replies and unverified answers are not trials
either; they show *when* somebody has time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.graph.learning import as_tries, learn_shares
from skiptrace.graph.outcomes import speaks_plainly, with_words, years_ago
from skiptrace.graph.states import OUT, THEIRS, beliefs, stated_shares
from skiptrace.settings import TraceParams
from skiptrace.timing.clock import UNKNOWN_HOUR, week_hours
from skiptrace.vocabulary import Channel, Direction, Outcome, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from skiptrace.settings import LearnParams
    from skiptrace.timing.cast import Cast
    from skiptrace.timing.week import Floats

__all__ = [
    "CHANNELS",
    "OPEN",
    "QUIET",
    "REPLY_HOURS",
    "SETTLED",
    "Evidence",
    "channel_numbers",
    "deadliness",
    "gather",
    "hear",
    "outcomes_known",
]

CHANNELS = tuple(channel.value for channel in Channel)
WRITTEN = (Channel.SMS.value, Channel.EMAIL.value, Channel.LETTER.value)
REPLY_HOURS = {Channel.SMS.value: 24, Channel.EMAIL.value: 24, Channel.LETTER.value: 14 * 24}
"""Hours in which a reply counts as reached; calls and visits reach at once or not."""

_LEAST_RING_S = 3.0
"""Nobody pushes a call away sooner: the line is in use, or the network gave up."""
_DECLINED_DEATH = -3.0
"""Log-odds by which a call pushed away speaks of a dead point: nobody is there to do it, but ring times are rough."""
_MOST = 50_000
"""Points from which it is learned what outcomes mean: more tell hardly more."""

SETTLED, OPEN, QUIET = 0, 1, 2
"""Parts of a point's trials: up to its last reach, when it surely was the person's and live; since then; and, of
these, silence since the last sign of life, the only ones that a dead point would explain."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that was known at one moment, as arrays.

    Attributes
    ----------
    point, person, channel, hour, part, reached, weight, trust, death
        Grain: trial, sorted by person, point, part and time. Indices into the cast's points and persons, into
        ``CHANNELS``, the local hour of the week, the part of the point's trials, 1.0 or 0.0, how much the trial
        still counts, how much it did when it was fresh, and the log-odds by which it speaks of a dead point, apart from
        its not reaching (0 but for silence since the last sign of life).
    present_person, present_hour, present_weight
        Grain: sign that the person had time, and when.
    """

    point: NDArray[np.int64]
    person: NDArray[np.int64]
    channel: NDArray[np.int64]
    hour: NDArray[np.int64]
    part: NDArray[np.int64]
    reached: Floats
    weight: Floats
    trust: Floats
    death: Floats
    present_person: NDArray[np.int64]
    present_hour: NDArray[np.int64]
    present_weight: Floats

    def fresh(self) -> Evidence:
        """Return the same trials, none of them faded: for what is common to all, which fades with nobody's habits."""
        return replace(self, weight=self.trust)

    def of(self, persons: NDArray[np.bool_]) -> Evidence:
        """Return the evidence of some persons only; the indices stay what they were."""
        mine, present = persons[self.person], persons[self.present_person]
        return Evidence(
            **{
                name: getattr(self, name)[mine]
                for name in ("point", "person", "channel", "hour", "part", "reached", "weight", "trust", "death")
            },
            **{name: getattr(self, name)[present] for name in ("present_person", "present_hour", "present_weight")},
        )


def hear(attempts: pl.DataFrame, cast: Cast) -> pl.DataFrame:
    """Lay each attempt at the feet of the person and point it speaks of.

    Parameters
    ----------
    attempts
        CODED_ATTEMPTS.
    cast
        Persons and points.

    Returns
    -------
    polars.DataFrame
        Grain: attempt × person it speaks of, sorted by person, point, time and attempt. ``attempt_id``, ``person``,
        ``point``, ``channel``, ``third`` (the person is a third party), ``at``, ``reply_at`` (null: none), ``inbound``,
        ``hour``, ``reply_hour``, ``word`` (of :class:`skiptrace.graph.states.Shares`), ``plain`` (trace has heard it),
        ``ring_s``, and of the outcome's meaning ``reach``, ``live``, ``owner``, ``answered``, ``message_left`` and
        ``reply`` (null: the outcome says nothing of it).
    """
    meanings = outcome_meanings().select("outcome", "reach", "live", "owner", "answered", "message_left", "reply")
    keyed = attempts.select(
        *("attempt_id", "account_id", "channel", "outcome", "ring_s"),
        point_key=pl.col("point_key").fill_null(""),
        at=pl.col("started_at").cast(INSTANT),
        reply_at=pl.col("response_at").cast(INSTANT),
        inbound=(pl.col("direction") == Direction.INBOUND).fill_null(value=False),
    )
    heard = (
        keyed.join(
            cast.points.select("account_id", "point_key", "point", "person", "third", "zone"),
            on=["account_id", "point_key"],
        )
        .join(meanings, on="outcome", how="left")
        .pipe(with_words, third=pl.col("third"), former=pl.lit(value=False))
        .with_columns(
            plain=speaks_plainly(),
            # Of a third party, reached means that somebody answered there.
            reach=pl.when("third").then("answered").otherwise("reach"),
            owner=pl.when(~pl.col("third"))
            .then("owner")
            .when(pl.col("outcome") == "third_party")
            .then(1)
            .otherwise(pl.col("owner").clip(upper_bound=0)),
            # When a delivered message was read is no reply.
            reply=(pl.col("reply") | (pl.col("outcome") == "delivered")) & pl.col("channel").is_in(WRITTEN),
        )
        .sort("person", "point", "at", "attempt_id")
    )
    return heard.with_columns(
        hour=pl.Series(week_hours(heard["at"], heard["zone"])),
        reply_hour=pl.Series(week_hours(heard["reply_at"].fill_null(heard["at"]), heard["zone"])),
    ).drop("zone", "account_id", "point_key")


def _declined(params: LearnParams) -> pl.Expr:
    """Return whether somebody pushed a call away: they have the phone in hand, and no time or no wish.

    A line that is in use is busy at once and one that nobody hears rings out; what ends in between, somebody ended. A
    voicemail that comes early may be that of a phone switched off, so it tells nothing.
    """
    ended = pl.col("outcome").is_in([Outcome.NO_ANSWER, Outcome.BUSY]) & ~pl.col("inbound")
    rang = pl.col("ring_s").is_between(_LEAST_RING_S, params.declined_ring_s, closed="left")
    return (ended & rang).fill_null(value=False)


def gather(heard: pl.DataFrame, deaths: Floats, as_of: datetime, params: LearnParams) -> Evidence:
    """Return what was known at a moment: attempts made by then, and replies come by then.

    ``deaths`` is what :func:`deadliness` says.
    """
    now = pl.lit(as_of).cast(INSTANT)
    known = outcomes_known(heard, as_of).with_columns(
        weight=0.5 ** ((now - pl.col("at")).dt.total_seconds() / 86_400 / params.half_life_days),
        declined=_declined(params),
    )
    trials = known.filter(is_trial())
    last = trials.filter(pl.col("reached") == 1).group_by("point").agg(last_reach=pl.col("at").max())
    sign = known.filter(pl.col("live") > 0).group_by("point").agg(last_sign=pl.col("at").max())
    silent = (pl.col("reached") == 0) & ~pl.col("plain")
    trials = (
        trials.join(last, on="point", how="left", maintain_order="left")
        .join(sign, on="point", how="left", maintain_order="left")
        .with_columns(
            part=pl.when(pl.col("at") <= pl.col("last_reach"))
            .then(SETTLED)
            .when(silent.fill_null(value=False) & ~(pl.col("at") <= pl.col("last_sign")).fill_null(value=False))
            .then(QUIET)
            .otherwise(OPEN),
            # Sent and never answered: nobody says that it arrived, so it counts for less than a failure.
            trust=pl.when(pl.col("reach").is_null()).then(params.soft_weight).otherwise(1.0),
        )
        .with_columns(
            weight=pl.col("weight") * pl.col("trust"),
            death=pl.when(pl.col("part") != QUIET)
            .then(0.0)
            .when("declined")
            .then(_DECLINED_DEATH)
            .otherwise(_said_by_word(deaths))
            .fill_null(0.0),
        )
        .sort("person", "point", "part", "at", "attempt_id")
    )
    return _arrays(trials, _present(known, params))


def is_trial() -> pl.Expr:
    """Return whether an attempt tests if the person can be reached there.

    What proves the point dead or another's (``disconnected``, ``wrong_number``) cannot happen on the person's own live
    point, so it says nothing of them; of the point, trace has heard it.
    """
    elsewhere = ((pl.col("live") < 0) | (pl.col("owner") < 0)).fill_null(value=False)
    return ~pl.col("inbound") & pl.col("reached").is_not_null() & ~elsewhere


def outcomes_known(heard: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return the attempts made by ``as_of`` with ``reached``: 1, 0, or null where it is not told, or not yet."""
    now = pl.lit(as_of).cast(INSTANT)
    hours = pl.col("channel").replace_strict(REPLY_HOURS, default=0, return_dtype=pl.Int64)
    window = pl.duration(hours=hours)
    written = pl.col("channel").is_in(WRITTEN)
    replied_at = pl.coalesce("reply_at", "at")
    said_yes = pl.col("reach").fill_null(value=False) | (
        pl.col("reply").fill_null(value=False) & pl.col("reply_at").is_not_null()
    )
    in_time = said_yes & (replied_at - pl.col("at") <= window) & (replied_at <= now)
    over = pl.col("at") + window <= now
    # A message that failed says nothing; one that was merely sent can be silence.
    can_fail = pl.col("reach").is_not_null() | (pl.col("message_left").fill_null(value=False))
    by_message = pl.when(in_time).then(1.0).when(over & can_fail).then(0.0)
    spoken = pl.col("reach").cast(pl.Float64)
    return heard.filter(pl.col("at") <= now).with_columns(
        reached=pl.when(written).then(by_message).otherwise(spoken),
        reply_at=pl.when(pl.col("reply_at") <= now).then("reply_at"),
    )


def _said_by_word(deaths: Floats) -> pl.Expr:
    word = pl.col("word").cast(pl.Int64)
    return pl.lit(pl.Series(deaths)).gather(pl.when(word < len(deaths)).then(word))


def deadliness(heard: pl.DataFrame, cast: Cast, as_of: datetime) -> Floats:
    """Return the log-odds by which each word speaks of a dead point, not of one whose owner was not reached.

    From the shares of outcomes by state, as the attempts at hand teach them, those made by ``as_of``.
    """
    params = TraceParams()
    known = heard.filter(pl.col("at") <= pl.lit(as_of).cast(INSTANT))
    said = known.filter(~pl.col("third"), ~pl.col("inbound"), pl.col("word") < stated_shares().words.height)
    every = said["point"].unique().sort()
    tried = every.gather_every(-(-len(every) // _MOST) or 1).to_frame().with_row_index("place")
    prior = cast.points.select("point", "prior_owner", "prior_live").join(tried, on="point").sort("place")
    years = said.join(tried, on="point").with_columns(years=years_ago(pl.col("at"), as_of))
    states = beliefs(prior["prior_owner"].to_numpy(), prior["prior_live"].to_numpy())
    shares = learn_shares(as_tries(years, "place"), states, params) if len(prior) else stated_shares()
    reached = pl.when("reach").then("theirs").otherwise(0.0).sum().over("channel")
    found: Floats = (
        shares.words.with_columns(theirs=pl.Series(shares.of[THEIRS]), out=pl.Series(shares.of[OUT]))
        .join(outcome_meanings().select("outcome", "reach"), on="outcome", how="left", maintain_order="left")
        .sort("word")
        .select(pl.col("out").log() - (pl.col("theirs") / (1 - reached)).log())
        .to_series()
        .to_numpy()
    )
    return found


def _present(known: pl.DataFrame, params: LearnParams) -> pl.DataFrame:
    weight = pl.col("weight") * params.presence_weight
    unverified = pl.col("answered") & pl.col("reach").is_null() & ~pl.col("inbound")
    began = known.filter(pl.col("inbound") | unverified | pl.col("declined")).select("person", "hour", weight=weight)
    # An answer that came in the very hour of the attempt is the trial itself, told once already.
    replied = known.filter(pl.col("reply_at").is_not_null() & (pl.col("reply_hour") != pl.col("hour"))).select(
        "person", hour="reply_hour", weight=weight
    )
    return pl.concat([began, replied]).filter(pl.col("hour") != UNKNOWN_HOUR).sort("person", "hour", "weight")


def _arrays(trials: pl.DataFrame, present: pl.DataFrame) -> Evidence:
    def whole(column: pl.Series) -> NDArray[np.int64]:
        return column.cast(pl.Int64).to_numpy()

    return Evidence(
        point=whole(trials["point"]),
        person=whole(trials["person"]),
        channel=channel_numbers(trials["channel"]),
        hour=whole(trials["hour"]),
        part=whole(trials["part"]),
        reached=trials["reached"].to_numpy(),
        weight=trials["weight"].to_numpy(),
        trust=trials["trust"].to_numpy(),
        death=trials["death"].to_numpy(),
        present_person=whole(present["person"]),
        present_hour=whole(present["hour"]),
        present_weight=present["weight"].to_numpy(),
    )


def channel_numbers(channels: pl.Series) -> NDArray[np.int64]:
    """Return the place of each channel in ``CHANNELS``."""
    numbers = {name: number for number, name in enumerate(CHANNELS)}
    return channels.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()

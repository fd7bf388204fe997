"""The round that a plan goes on with: waves made and ways that failed, since a debtor was reached."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.zones import SECOND, offsets
from skiptrace.contracts.columns import TEXT, text
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.planning.candidates import DAYPARTS, daypart
from skiptrace.planning.pace import CHANNELS
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import Channel, Direction, Party, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from skiptrace.planning.pace import Pace
    from skiptrace.settings import PlanParams

__all__ = ["NEVER", "ROUND", "Begun", "begun", "round_so_far"]

ROUND = Table(
    name="round",
    grain="attempt that did not reach, in the round that is under way",
    key=(),
    columns={
        "account_id": text(required=True),
        "channel": Column(dtype=TEXT, words=Channel, required=True),
        "point_key": text("null = not known where"),
        "started_at": Column(dtype=INSTANT, required=True),
        "ago_s": Column(dtype=pl.Int64(), required=True, description="seconds before the plan"),
        "dead": Column(
            dtype=pl.Boolean(), required=True, description="the last that is known of the point: it is dead"
        ),
    },
)
NEVER = np.iinfo(np.int32).max
_SAME_WAVE = timedelta(hours=1)
"""A text message that follows a call within it belongs to the call's wave."""


class Begun(NamedTuple):
    """How far a round has come.

    Attributes
    ----------
    made
        By account: attempts made, a text message at once after a call not counted.
    step
        By account: waves of its cadence that these attempts have been.
    failed
        Approach × daypart: seconds from the last try in vain to the start of the plan; ``NEVER`` if there was none.
    dead
        By approach: its point proved dead in this round.
    channels
        Account × channel: the same of its channels.
    """

    made: npt.NDArray[np.int64]
    step: npt.NDArray[np.int64]
    failed: npt.NDArray[np.int32]
    dead: npt.NDArray[np.bool_]
    channels: npt.NDArray[np.bool_]


def round_so_far(attempts: pl.DataFrame, as_of: datetime, params: PlanParams) -> pl.DataFrame:
    """Return what was tried in the round under way: after the debtor was last reached, and not long ago.

    Parameters
    ----------
    attempts
        CODED_ATTEMPTS, those that were released and not reported on among them.
    as_of
        The moment (aware); later attempts are left out.
    params
        ``round_days``.

    Returns
    -------
    polars.DataFrame
        ROUND, by account and time.
    """
    inbound = (pl.col("direction") == Direction.INBOUND).fill_null(value=False)
    made = (
        CODED_ATTEMPTS.conform(attempts)
        .filter((pl.col("started_at") <= as_of) & (pl.col("started_at") > as_of - timedelta(days=params.round_days)))
        .join(outcome_meanings().select("outcome", "reach", "live"), on="outcome", how="left")
        .with_columns(reached=pl.col("reach").fill_null(value=False) | inbound)
    )
    since = made.filter("reached").group_by("account_id").agg(since=pl.col("started_at").max())
    tried = (
        made.filter(~inbound)
        .join(since, on="account_id", how="left")
        .filter((pl.col("started_at") > pl.col("since")).fill_null(value=True))
        .sort("account_id", "started_at", "channel", "point_key", "attempt_id")
        .with_columns(
            dead=(pl.col("live") < 0).fill_null(value=False),
            ago_s=(as_of - pl.col("started_at")).dt.total_seconds(),
        )
    )
    last = pl.col("dead").last().over("account_id", "channel", "point_key")
    return ROUND.conform(tried.with_columns(dead=last & pl.col("point_key").is_not_null()).select(list(ROUND.schema)))


def begun(
    tried: pl.DataFrame, accounts: pl.DataFrame, approaches: pl.DataFrame, leads: pl.DataFrame, pace: Pace
) -> Begun:
    """Put a round into arrays.

    Parameters
    ----------
    tried
        ROUND. Attempts on points of third parties alone are none of the debtor's round.
    accounts, approaches, leads, pace
        The roster's: ``account_id`` and ``account``; ``approach``, ``account_id``, ``channel``, ``point_key``,
        ``party``, ``time_zone``; LEADS; and the cadences by account.
    """
    debtors = leads.group_by("account_id", "point_key").agg(debtors=(pl.col("party") == Party.DEBTOR).any())
    tried = (
        tried.join(debtors, on=["account_id", "point_key"], how="left", maintain_order="left")
        .filter(pl.col("debtors").fill_null(value=True))
        .join(accounts.select("account_id", "account"), on="account_id", maintain_order="left")
        .with_columns(number=pl.col("channel").replace_strict({name: at for at, name in enumerate(CHANNELS)}))
    )
    channels = np.zeros((accounts.height, len(CHANNELS)), dtype=np.bool_)
    channels[tried["account"].to_numpy(), tried["number"].to_numpy()] = True
    made, step = _waves(tried, accounts.height, pace)
    return Begun(made, step, *_failed(tried, approaches), channels)


def _waves(tried: pl.DataFrame, size: int, pace: Pace) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    soon = pl.col("started_at") - pl.col("started_at").shift(1).over("account") <= _SAME_WAVE
    after = (pl.col("channel").shift(1).over("account") == Channel.CALL) & (pl.col("channel") == Channel.SMS)
    tried = tried.filter(~(soon & after).fill_null(value=False))
    tried = tried.with_columns(turn=pl.int_range(pl.len()).over("account"))
    made, step = np.zeros((2, size), dtype=np.int64)
    for turn in tried.partition_by("turn", maintain_order=True):
        account = turn["account"].to_numpy()
        made[account] += 1
        step[account] += pace.is_wave(account, turn["number"].to_numpy(), step[account])
    return made, step


def _failed(tried: pl.DataFrame, approaches: pl.DataFrame) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    found = tried.select("account_id", "channel", "point_key", "started_at", "ago_s", "dead").join(
        approaches.filter(pl.col("party") == Party.DEBTOR).select(
            "approach", "account_id", "channel", "point_key", "time_zone"
        ),
        on=["account_id", "channel", "point_key"],
    )
    failed = np.full((approaches.height, len(DAYPARTS)), NEVER, dtype=np.int32)
    for (zone,), rows in found.partition_by("time_zone", as_dict=True).items():
        at = rows["started_at"].to_physical().to_numpy()
        hour = (at + offsets(str(zone), at)) // (3_600 * SECOND) % 24
        ago = rows["ago_s"].clip(upper_bound=NEVER).cast(pl.Int32).to_numpy()
        np.minimum.at(failed, (rows["approach"].to_numpy(), daypart(hour)), ago)
    dead = np.zeros(approaches.height, dtype=np.bool_)
    dead[found.filter("dead")["approach"].to_numpy()] = True
    return failed, dead

"""Text messages that follow a first call at once, if nobody answers it: rows of their own, allowed by law as any other.

A person is given one in a round, after the first call. It belongs to its call, so that the plan's bounds on attempts
count the two as one; law counts both, also for the rows after them. Where the next row is a text to the same number,
that one is brought forward, or there is none. Cadences that use no channel twice have no room for further texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.zones import SECOND
from skiptrace.contracts.inputs import INSTANT
from skiptrace.planning.candidates import Candidates
from skiptrace.planning.capacity import KIND_OF
from skiptrace.planning.pace import CHANNELS
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from skiptrace.planning.capacity import Capacity
    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.permission import Permission
    from skiptrace.planning.roster import Roster
    from skiptrace.settings import PlanParams

__all__ = ["text_after_calls"]

_SMS = pl.col("channel") == Channel.SMS


def text_after_calls(
    placed: pl.DataFrame,
    roster: Roster,
    capacity: Capacity,
    permission: Permission,
    inputs: PlanInputs,
    params: PlanParams,
) -> pl.DataFrame:
    """Add the text messages that follow first calls.

    Parameters
    ----------
    placed
        Grain: row placed; see :func:`skiptrace.planning.rows.schedule_rows`.
    roster, capacity, permission, inputs, params
        The plan's; capacity is taken for what is added, and given back for what it takes the place of.

    Returns
    -------
    polars.DataFrame
        The same with ``sequence``: 2 for the messages, which belong to the wave of their call; 1 for all others.
    """
    placed = placed.with_columns(sequence=pl.lit(1, pl.Int64))
    found = _openings(_wanted(placed, roster, params), roster, capacity, params)
    if found.is_empty():
        return placed
    found = _likely(found, roster, inputs, params)
    candidates = _candidates(found, roster, capacity)
    judged = permission.judge(candidates, np.arange(len(candidates)))
    found = found.with_row_index("asked").with_columns(
        slot=pl.Series(candidates.slot, dtype=pl.Int64), all_provisions=judged.rows["laws"]
    )
    found = found.filter(judged.allowed).sort("slot", "p", "approach", descending=[False, True, False])
    room = pl.Series(capacity.room)
    found = found.filter(pl.int_range(pl.len()).over("slot", order_by=-pl.col("p")) < room.gather(found["slot"]))
    capacity.take(found["slot"].to_numpy())
    permission.tell(judged.rows[found["asked"]])
    given_back = placed[found["later"].drop_nulls()]
    freed = capacity.slots(roster.kind_of[given_back["approach"]], given_back["begin"].to_numpy())
    np.add.at(capacity.room, freed, 1)
    added = found.with_columns(sequence=pl.lit(2, pl.Int64), due=pl.lit(value=False), favourite=pl.lit(value=False))
    kept = placed.with_row_index("row").filter(~pl.col("row").is_in(found["later"].drop_nulls().implode()))
    return pl.concat([kept.drop("row"), added.select(placed.columns)])


def _wanted(placed: pl.DataFrame, roster: Roster, params: PlanParams) -> pl.DataFrame:
    """Return the calls that a message may follow.

    Returns
    -------
    polars.DataFrame
        ``account_id``, ``contact_point``, ``part`` and ``wave`` of the call; ``after``, its end, and ``until``, when
        the person has to be left alone before the next row (Unix seconds); ``later``, the row replaced, and its begin.
    """
    called = np.zeros(len(roster.accounts_of), dtype=np.bool_)
    called[roster.person_of[roster.begun.channels[:, CHANNELS.index(Channel.CALL)]]] = True
    accounts = roster.accounts.select(
        "account", text=roster.treatment["after_missed_call"], called=pl.Series(called).gather(roster.person_of)
    )
    approach = placed["approach"]
    rows = (
        placed.select("approach", "begin", "end", "wave", "part")
        .with_row_index("row")
        .with_columns(
            gap=pl.Series(roster.pace.gap_s(params)).gather(approach),
            most=pl.Series(roster.pace.most(params)).gather(approach),
            once=pl.Series(roster.pace.one_channel_once[roster.pace.cadence_of]).gather(approach),
        )
        .hstack(
            roster.approaches.select("account", "account_id", "person", "contact_point", "channel", "party")[approach]
        )
        .join(accounts, on="account", how="left", maintain_order="left")
        .sort("person", "begin", "approach")
        .with_columns(call=(pl.col("channel") == Channel.CALL) & (pl.col("party") == Party.DEBTOR))
    )
    same = (pl.col(name) == pl.col(name).shift(1) for name in ("account", "contact_point"))
    after = rows.with_columns(
        call=pl.col("call") & (pl.col("call").cum_sum().over("person") == 1),
        left=pl.len().over("person") - pl.int_range(1, pl.len() + 1).over("person"),
        next_row=pl.col("row").shift(-1).over("person"),
        next_begin=pl.col("begin").shift(-1).over("person"),
        until=(pl.col("begin") - pl.col("gap")).shift(-1).over("person"),
        replaces=pl.all_horizontal(_SMS, *same).shift(-1).over("person").fill_null(value=False),
    )
    last, instead = pl.col("left") == 0, pl.col("replaces") & (pl.col("left") == 1)
    # Whoever is to be treated gently is not given one row more than their cadence has.
    gently = (pl.col("wave") == 1) & (instead | (last & (pl.len().over("account") < pl.col("most"))))
    free = pl.when("once").then(gently).otherwise(instead | ~pl.col("replaces"))
    return after.filter(pl.col("call") & ~pl.col("called") & pl.col("text").is_not_null() & free).select(
        "account_id",
        "contact_point",
        "part",
        "wave",
        after="end",
        until=pl.when(~pl.col("replaces")).then("until"),
        later=pl.when("replaces").then("next_row").cast(pl.Int64),
        later_begin=pl.when("replaces").then("next_begin"),
    )


def _openings(wanted: pl.DataFrame, roster: Roster, capacity: Capacity, params: PlanParams) -> pl.DataFrame:
    """Return where a message may be sent from the call's end on: ``approach``, ``begin``, ``end`` (Unix seconds)."""
    length = int(capacity.lengths[KIND_OF[Channel.SMS]])
    messages = wanted.join(roster.texts, on=["account_id", "contact_point"])
    spans = (
        messages.join(roster.windows_of(messages["approach"].unique().sort().to_numpy()), on="approach")
        .with_columns(opens=pl.col("not_before") / SECOND, closes=pl.col("not_after") // SECOND)
        .filter((pl.col("opens") <= pl.col("after")) & (pl.col("closes") > pl.col("after")))
    )
    slot_ends = (pl.col("after") // length + 1) * length
    found = spans.with_columns(
        begin=pl.col("after"), end=pl.min_horizontal("closes", slot_ends, "until", pl.lit(capacity.end, pl.Int64))
    )
    return (
        found.filter(pl.col("end") - pl.col("begin") >= params.min_window_s)
        .sort("account_id", "approach", "end", descending=[False, False, True])
        .unique("account_id", keep="first", maintain_order=True)
        .select(pl.col("approach").cast(pl.Int64), "begin", "end", "part", "wave", "later", "later_begin")
    )


def _likely(found: pl.DataFrame, roster: Roster, inputs: PlanInputs, params: PlanParams) -> pl.DataFrame:
    """Add ``p``; leave out messages that hardly reach, or far less likely than the one that they would replace."""
    who = roster.approaches.select("account_id", "contact_point", "channel", "party")[found["approach"]]

    def p_reach(seconds: pl.Series) -> pl.Series:
        at = (seconds * SECOND).cast(INSTANT).alias("at")
        return inputs.p_reach(who.with_columns(at))["p_reach"].cast(pl.Float64)

    then = p_reach(found["later_begin"].fill_null(found["begin"]))
    found = found.with_columns(p=p_reach(found["begin"]), then=then)
    return found.filter(
        (pl.col("p") >= params.min_p_reach) & (pl.col("p") >= params.text_at_once_share * pl.col("then"))
    )


def _candidates(found: pl.DataFrame, roster: Roster, capacity: Capacity) -> Candidates:
    begin, approach = found["begin"].to_numpy(), found["approach"].to_numpy()
    return Candidates(
        approach=approach.astype(np.int32),
        slot=capacity.slots(roster.kind_of[approach], begin).astype(np.int32),
        begin=(begin - capacity.start).astype(np.int32),
        end=(found["end"].to_numpy() - capacity.start).astype(np.int32),
        p=found["p"].to_numpy().astype(np.float32),
        part=found["part"].to_numpy().astype(np.int8),
        due=np.zeros(len(found), dtype=np.bool_),
    )

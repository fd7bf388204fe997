"""Why accounts and contact points are not in the schedule: each account is in it, or told of here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.outputs import WHOLE_ACCOUNT, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.roster import Bools, Roster

__all__ = ["Obstacles", "withheld_rows"]

_CAPACITY, _LAW, _UNLIKELY, _SHORT, _LATER, _PACE, _BARRED, _NOTHING = range(8)
"""Kinds of reason, the one told first if an account has several."""


@dataclass(frozen=True, kw_only=True)
class Obstacles:
    """What was met while planning.

    Attributes
    ----------
    opened, likely
        By approach: it has a slot that can be hit, and one likely enough to reach.
    crowded
        By account: what it asked for was full.
    denials
        What law denied: ``approach`` and VERDICTS columns, in the order in which it was asked.
    """

    opened: Bools
    likely: Bools
    crowded: Bools
    denials: Sequence[pl.DataFrame]


def withheld_rows(roster: Roster, inputs: PlanInputs, schedule: pl.DataFrame, known: Obstacles) -> pl.DataFrame:
    """Return WITHHELD: one row with null channel and contact point for each account without a row in the schedule.

    Rows of single contact points stand beside it, those of scheduled accounts too.
    """
    ids = roster.accounts.select("account_id")
    absent = ids.join(schedule.select("account_id"), on="account_id", how="anti")
    barred = WITHHELD.conform(inputs.barred).select(list(WITHHELD.schema)).join(ids, on="account_id", how="semi")
    denied = _denied(roster, known.denials).join(absent, on="account_id", how="semi")
    reasons = pl.concat(
        [
            denied.with_columns(kind=pl.lit(_LAW), lead_rank=pl.lit(0, pl.Int64)),
            _of_approaches(roster, known).join(absent, on="account_id", how="semi"),
            _with_rank(barred, inputs.leads).join(absent, on="account_id", how="semi"),
            _nothing(absent),
        ],
        how="diagonal_relaxed",
    )
    # What heals soonest says most of when to look again; without that, what stands against the best lead.
    main = (
        reasons.sort(
            *(
                "account_id",
                "kind",
                "eligible_again_at",
                "lead_rank",
                "channel",
                "contact_point",
                "provision",
                "reason",
            ),
            nulls_last=True,
        )
        .unique("account_id", keep="first", maintain_order=True)
        .with_columns(channel=pl.lit(None, pl.String), contact_point=pl.lit(None, pl.String))
    )
    points = pl.concat([barred.filter(~WHOLE_ACCOUNT), denied.select(list(WITHHELD.schema))])
    rows = pl.concat([main.select(list(WITHHELD.schema)), points]).unique()
    return WITHHELD.conform(rows).sort(
        *("account_id", "channel", "contact_point", "provision", "reason", "eligible_again_at", "citation"),
        nulls_last=False,
    )


def _denied(roster: Roster, denials: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the first denial of each approach as WITHHELD rows."""
    if not denials:
        return WITHHELD.empty()
    again = pl.col("eligible_again_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    first = pl.concat(denials).unique("approach", keep="first", maintain_order=True)
    rows = roster.approaches.select("account_id", "channel", "contact_point")[first["approach"]]
    return pl.concat([rows, first.with_columns(again).drop("approach")], how="horizontal").select(
        "account_id",
        "channel",
        "contact_point",
        pl.col("reason").fill_null("not allowed by law"),
        pl.col("provision").fill_null("input"),
        "citation",
        "eligible_again_at",
    )


def _of_approaches(roster: Roster, known: Obstacles) -> pl.DataFrame:
    """Return what kept lawful approaches out: full, unlikely, too short, or later than the person's other rows."""
    crowded = pl.Series(known.crowded).gather(roster.approaches["account"])
    kind = (
        pl.when(pl.Series(roster.pace.never()))
        .then(_PACE)
        .when(crowded)
        .then(_CAPACITY)
        .when(~pl.Series(known.opened))
        .then(_SHORT)
        .when(~pl.Series(known.likely))
        .then(_UNLIKELY)
        .otherwise(_LATER)
    )
    reasons = {
        _CAPACITY: "every slot worth asking for is full",
        _SHORT: "its lawful windows within the horizon are too short or full",
        _UNLIKELY: "too unlikely to reach the debtor",
        _LATER: "no slot is left beside the person's other attempts",
        _PACE: "its channel is none of the account's cadence",
    }
    provisions = {_CAPACITY: "capacity", _SHORT: "capacity", _UNLIKELY: "value", _LATER: "capacity", _PACE: "treatment"}

    return roster.approaches.select("account_id", "channel", "contact_point", lead_rank="rank", kind=kind).with_columns(
        reason=pl.col("kind").replace_strict(reasons, return_dtype=pl.String),
        provision=pl.col("kind").replace_strict(provisions, return_dtype=pl.String),
    )


def _with_rank(barred: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    ranks = leads.group_by("account_id", "contact_point").agg(lead_rank=pl.col("rank").min())
    ranked = barred.with_columns(kind=pl.lit(_BARRED)).join(ranks, on=["account_id", "contact_point"], how="left")
    # What bars an account as such is told before what bars its points.
    return ranked.with_columns(lead_rank=pl.when(WHOLE_ACCOUNT).then(0).otherwise("lead_rank"))


def _nothing(absent: pl.DataFrame) -> pl.DataFrame:
    return absent.with_columns(
        kind=pl.lit(_NOTHING),
        reason=pl.lit("no contact point is known that might be tried"),
        provision=pl.lit("no_lead"),
    )

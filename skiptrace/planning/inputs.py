"""What a plan is made from, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from skiptrace.planning.cadences import shipped_cadences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skiptrace.planning.cadences import Cadence

__all__ = ["Check", "Plan", "PlanInputs"]

Check: TypeAlias = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""The law: PROPOSALS and further history (CODED_ATTEMPTS) → VERDICTS, one a proposal, in order."""


@dataclass(frozen=True, kw_only=True)
class PlanInputs:
    """What is known when a plan is made.

    Attributes
    ----------
    leads
        LEADS, refined.
    windows
        OPENINGS: when an attempt may start, as far as history alone decides.
    barred
        WITHHELD rows of leads that have no opening, and of accounts barred as such.
    accounts
        ACCOUNTS.
    p_reach
        Gives ``account_id, contact_point, channel, party, at`` the columns ``p_reach``, ``p_low``, ``p_high``, the rows
        in order. It is asked once a local hour, as reach is learned by the hour.
    attempted
        ``account_id``, ``ago_s``: seconds from the last attempt, of whatever channel, to the moment of the plan;
        accounts without any are not in it. Null: none is known.
    tried
        ROUND: what was tried in vain in the round under way. Null: nothing is known, and each account begins anew.
    p_draw
        Gives the same rows and a seed the column ``p_draw``: reach as it may be, drawn from what is believed. Null: the
        plan does not explore.
    batch_id
        Name of the plan.
    seed
        Decides between equals.
    rulebook_version
        The law that ``check`` judges by, for the permits.
    counted
        Provision → channels of the attempts that it counts, for those that count any: a row that was judged by one may
        be refused because of a later row that was not. Empty: none is looked at again.
    treatment
        TREATMENT of the accounts; null = nothing is known of them, and all are treated alike. Accounts that are held
        back are in ``barred``, too.
    cadences
        Cadences by id, all that ``treatment`` names among them.
    """

    leads: pl.DataFrame
    windows: pl.DataFrame
    barred: pl.DataFrame
    accounts: pl.DataFrame
    p_reach: Callable[[pl.DataFrame], pl.DataFrame]
    batch_id: str
    seed: int
    rulebook_version: str = ""
    counted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    treatment: pl.DataFrame | None = None
    cadences: Mapping[str, Cadence] = field(default_factory=shipped_cadences)
    attempted: pl.DataFrame | None = None
    tried: pl.DataFrame | None = None
    p_draw: Callable[[pl.DataFrame, int], pl.DataFrame] | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan: every account is in one of the two tables.

    Attributes
    ----------
    schedule
        SCHEDULE, sorted by ``not_before`` and then ``rank``: the order in which to work it.
    withheld
        WITHHELD, sorted by account; an account without any row in the schedule has one row with null channel and
        contact point, a scheduled one has none such.
    diagnostics
        ``capacity`` by kind (``available``, ``used``, ``full_slots``); ``expected_contacts``; ``expected_value`` (the
        sum over the schedule, in ``unit``: contacts or money);
        ``value`` (the same, sooner before later: what the plan was chosen by), ``bound`` (no plan of what was looked at
        and law allowed is worth more) and ``optimality_gap`` ((bound - value) / bound); ``dearest_slots``, where one
        more attempt would add most (``kind``, ``begin``, ``price``, ``room``, ``wanted``);
        ``slot_prices``, the prices of all slots.
    """

    schedule: pl.DataFrame
    withheld: pl.DataFrame
    diagnostics: dict[str, Any]

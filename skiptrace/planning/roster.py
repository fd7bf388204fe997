"""Persons, accounts and approaches, numbered, so that planning works on arrays.

An *approach* is a way to reach somebody: account × contact point × channel × party. Numbers follow sorted ids, never
the order of the input, and all approaches of a person stand together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from skiptrace.contracts.stages import LEADS, OPENINGS
from skiptrace.planning.capacity import KIND_OF
from skiptrace.planning.pace import pace_of
from skiptrace.planning.rounds import ROUND, Begun, begun
from skiptrace.planning.treatment import TREATMENT, untreated
from skiptrace.vocabulary import Channel, Party, Tag

if TYPE_CHECKING:
    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.pace import Pace

__all__ = ["Bools", "Floats", "Ints", "Roster", "enrol"]

Ints: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

_CENTURY_S = 100 * 366 * 86_400
KEY = ("account_id", "contact_point", "channel", "party", "purpose", "time_zone")
_FROM_LEAD = ("point_key", "kind", "rank", "relation", "relation_id", "path", "p_owner", "p_live", "label")


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Everybody who may be in the plan.

    Attributes
    ----------
    accounts
        ACCOUNTS sorted by id; the row number is the account's number.
    approaches
        ``KEY`` and what is known of the lead; the row number is the approach's number.
    windows
        ``approach``, ``not_before``, ``not_after`` (Unix microseconds), sorted.
    person_of, accounts_of
        By account: the person's number; by person: how many accounts.
    account_of, kind_of, zone_of, relation_of
        By approach: account, kind of capacity, place of its time zone in ``zones``, and the third party's number (-1
        for the debtor's own).
    rested_s
        By person: seconds from the last attempt made to the start of the plan; a century where there was none.
    due_day
        By account: local day (since 1970) on which a promise to pay is due; -1 = none.
    treatment
        TREATMENT; the row number is the account's number.
    pace
        The cadences, by approach.
    begun
        How far the round under way has come.
    """

    accounts: pl.DataFrame
    approaches: pl.DataFrame
    windows: pl.DataFrame
    person_of: Ints
    accounts_of: Ints
    account_of: Ints
    kind_of: Ints
    zone_of: Ints
    zones: list[str]
    relation_of: Ints
    rested_s: Ints
    due_day: Ints
    treatment: pl.DataFrame
    pace: Pace
    begun: Begun

    def windows_of(self, approaches: Ints) -> pl.DataFrame:
        """Return the windows of some approaches, without a look at those of others."""
        first, until = self._windows_from[approaches], self._windows_from[approaches + 1]
        many = until - first
        at: Ints = np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many)
        return self.windows[at]

    @cached_property
    def texts(self) -> pl.DataFrame:
        """``account_id``, ``contact_point``, ``approach`` of messages to debtors that their cadences have anywhere."""
        mine = (pl.col("channel") == Channel.SMS) & (pl.col("party") == Party.DEBTOR)
        return self.approaches.filter(mine & ~pl.Series(self.pace.never())).select(
            "account_id", "contact_point", "approach"
        )

    @cached_property
    def _windows_from(self) -> Ints:
        """Approach → row of its first window; and how many there are."""
        counts = np.bincount(self.windows["approach"].to_numpy(), minlength=len(self.account_of))
        found: Ints = np.concatenate([[0], np.cumsum(counts)])
        return found


def enrol(inputs: PlanInputs) -> Roster:
    """Give numbers to accounts, persons and approaches; leave out windows whose lead or account is not known."""
    person = pl.coalesce(pl.format("p{}", "person_id"), pl.format("a{}", "account_id"))
    accounts = (
        inputs.accounts.unique("account_id", keep="any")
        .sort("account_id")
        .with_row_index("account")
        .with_columns(person=person.rank("dense").cast(pl.Int64) - 1)
    )
    leads = LEADS.conform(inputs.leads).select("account_id", "contact_point", "party", *_FROM_LEAD)
    leads = leads.sort("account_id", "contact_point", "party", "rank").unique(
        ["account_id", "contact_point", "party"], keep="first", maintain_order=True
    )
    windows = OPENINGS.conform(inputs.windows).filter(pl.col("channel").is_in(list(KIND_OF)))
    approaches = (
        windows.group_by(KEY)
        .agg(pl.col("not_before", "not_after").to_physical())
        .join(accounts.select("account_id", "account", "person"), on="account_id")
        .join(leads, on=["account_id", "contact_point", "party"])
        .sort("person", *KEY)
        .with_row_index("approach")
    )
    spans = (
        approaches.select("approach", "not_before", "not_after")
        .explode("not_before", "not_after")
        .sort("approach", "not_before", "not_after")
    )
    approaches = approaches.drop("not_before", "not_after")
    third = pl.when(pl.col("party") == Party.THIRD_PARTY).then(
        pl.coalesce("relation_id", pl.format("{} {}", "account_id", "point_key"))
    )
    zones = approaches["time_zone"].unique().sort().to_list()
    due = pl.when(pl.col("tag") == Tag.PROMISE_TO_PAY).then(pl.col("promise_due_on").to_physical())
    person_of = _ints(accounts["person"])
    told = untreated(accounts) if inputs.treatment is None else TREATMENT.conform(inputs.treatment)
    treatment = accounts.select("account_id").join(told, on="account_id", how="left", maintain_order="left")
    pace = pace_of(approaches, treatment, inputs.cadences)
    tried = ROUND.empty() if inputs.tried is None else ROUND.conform(inputs.tried)
    return Roster(
        accounts=accounts,
        approaches=approaches,
        windows=spans,
        person_of=person_of,
        accounts_of=np.bincount(person_of, minlength=1),
        account_of=_ints(approaches["account"]),
        kind_of=_ints(approaches.select(pl.col("channel").replace_strict(KIND_OF, return_dtype=pl.Int64)).to_series()),
        zone_of=_ints(approaches["time_zone"].rank("dense")) - 1,
        zones=zones,
        relation_of=_ints(approaches.select(third.rank("dense").cast(pl.Int64).fill_null(0) - 1).to_series()),
        rested_s=_rested(accounts, inputs),
        due_day=_ints(accounts.select(due.cast(pl.Int64).fill_null(-1)).to_series()),
        treatment=treatment,
        pace=pace,
        begun=begun(tried, accounts, approaches, leads, pace),
    )


def _rested(accounts: pl.DataFrame, inputs: PlanInputs) -> Ints:
    ago = pl.lit(_CENTURY_S)
    if inputs.attempted is not None:
        accounts = accounts.join(inputs.attempted, on="account_id", how="left", maintain_order="left")
        ago = pl.col("ago_s").fill_null(_CENTURY_S)
    by_person = accounts.group_by("person").agg(ago.min().cast(pl.Int64).alias("ago")).sort("person")
    return _ints(by_person["ago"])


def _ints(column: pl.Series) -> Ints:
    return column.cast(pl.Int64).to_numpy()

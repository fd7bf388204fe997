"""Rows that another row of the plan's own would make unlawful: under another law, or at a shared number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import VERDICTS
from skiptrace.plan_settings import PlanParams
from skiptrace.planning import plan
from tests.planning.conftest import AS_OF, world

PARAMS = PlanParams(horizon_days=3, min_gap_hours=1, max_attempts_per_account=6, max_attempts_per_person=12)


@dataclass
class OneADay:
    """A law of some accounts: no second call within a day, before or after, of what ``same`` is alike for.

    Attributes
    ----------
    bound
        Accounts that it holds for; nothing is forbidden to others.
    same
        ``account`` (the person's: ``debt_ids``) or ``point``.
    """

    bound: set[str]
    same: str

    def __call__(self, proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
        calls = history.filter(pl.col("channel") == "call")
        debt = "debt" if self.same == "account" else "account_id"
        calls = calls.with_columns(debt=pl.col("debt_ids")).explode("debt")
        key, theirs = ("account_id", debt) if self.same == "account" else ("point_key", "point_key")
        rows = proposals.with_row_index("row").with_columns(mine=key)
        made = calls.select(mine=theirs, made="started_at").unique()
        near = (
            rows.filter(pl.col("channel") == "call", pl.col("account_id").is_in(sorted(self.bound)))
            .join(made, on="mine")
            .filter((pl.col("at") - pl.col("made")).abs() < pl.duration(days=1))
            .group_by("row")
            .agg(healed=pl.col("made").max() + pl.duration(days=1))
        )
        found = rows.join(near, on="row", how="left", maintain_order="left")
        denied = pl.col("healed").is_not_null()
        ours = pl.col("account_id").is_in(sorted(self.bound)) & (pl.col("channel") == "call")
        return VERDICTS.conform(
            found.select(
                "proposal_id",
                verdict=pl.when(denied).then(pl.lit("deny")).otherwise(pl.lit("allow")),
                provision=pl.when(denied).then(pl.lit("one.a-day")),
                eligible_again_at=pl.col("healed").cast(INSTANT),
                all_provisions=pl.when(ours).then(pl.lit(["one.a-day:allow"])).otherwise(pl.lit(["none:allow"])),
            )
        )


def closest(schedule, others):
    """Return the least hours between a call of some accounts and any other call of the schedule."""
    calls = schedule.filter(pl.col("channel") == "call").select(
        "attempt_id", "account_id", at=pl.col("not_after").str.to_datetime(time_zone="UTC")
    )
    apart = calls.join(calls, how="cross").filter(pl.col("attempt_id") != pl.col("attempt_id_right"))
    apart = apart.filter(pl.col("account_id").is_in(others))
    assert not apart.is_empty()
    return apart.select((pl.col("at") - pl.col("at_right")).abs().min().dt.total_seconds() / 3600).item()


@pytest.mark.parametrize(
    ("counted", "lawful"), [({"one.a-day": ("call",)}, True), ({"one.a-day": ("sms",)}, False), ({}, False)]
)
def test_a_row_of_another_law_does_not_break_the_law_of_an_earlier_row(counted, lawful):
    inputs = world(2, person_id=["P", "P"])
    made = plan(replace(inputs, counted=counted), AS_OF, PARAMS, OneADay({"A000"}, "account"))
    assert (closest(made.schedule, ["A000"]) >= 24) == lawful
    assert made.schedule["account_id"].n_unique() == 2


def test_what_the_law_of_an_earlier_row_forbids_is_told_as_the_reason():
    inputs = world(2, person_id=["P", "P"])
    # The other account can only be called after the one whose law counts it.
    last = (pl.col("account_id") == "A000") | (pl.col("not_before") > AS_OF + timedelta(hours=12))
    calls = replace(
        inputs, counted={"one.a-day": ("call",)}, windows=inputs.windows.filter(pl.col("channel") == "call", last)
    )
    once = PARAMS.model_copy(update={"horizon_days": 1, "max_attempts_per_account": 1})
    made = plan(calls, AS_OF, once, OneADay({"A000"}, "account"))
    assert made.schedule["account_id"].to_list() == ["A000"]
    assert set(made.withheld.filter(pl.col("account_id") == "A001")["provision"]) == {"one.a-day"}


def test_two_persons_at_one_number_are_not_both_called_where_only_one_may_be():
    inputs = world(2)
    shared = "+447700900000"
    calls = inputs.windows.filter(pl.col("channel") == "call")
    phones = inputs.leads.filter((pl.col("kind") == "phone") & (pl.col("rank") == 1))
    leads = phones.with_columns(contact_point=pl.lit(shared), point_key=pl.lit(shared))
    windows = calls.with_columns(contact_point=pl.lit(shared)).unique(
        ["account_id", "not_before"], keep="first", maintain_order=True
    )
    made = plan(replace(inputs, leads=leads, windows=windows), AS_OF, PARAMS, OneADay({"A000", "A001"}, "point"))
    assert closest(made.schedule, ["A000", "A001"]) >= 24
    assert made.schedule["account_id"].n_unique() == 2


def test_no_room_is_kept_for_what_law_would_refuse_after_the_first_row():
    inputs = world(60)
    calls = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))
    law = OneADay(set(inputs.accounts["account_id"]), "account")
    tight = PARAMS.model_copy(update={"horizon_days": 1, "calls_per_slot": 4})
    values = [
        plan(calls, AS_OF, tight.model_copy(update={"max_attempts_per_account": most}), law).diagnostics["value"]
        for most in (1, 6)
    ]
    assert values[1] == pytest.approx(values[0], rel=0.002)

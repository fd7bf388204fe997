"""Plans keep the cadence of each account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.contracts.outputs import WITHHELD
from skiptrace.planning import PlanInputs, plan
from skiptrace.planning.cadences import load_cadences
from skiptrace.planning.history import HISTORY
from skiptrace.planning.templates import load_book
from skiptrace.planning.treatment import load_treatments, treat
from skiptrace.settings import PlanParams, TemplatesParams

from .conftest import AS_OF, Law, world
from .soundness import altogether, assert_sound, timed

CADENCES = load_cadences()
RULES = load_treatments(None, CADENCES, load_book(TemplatesParams()))
MANY = PlanParams(max_attempts_per_account=5)


def treated_world(size: int, cadences=CADENCES, **facts: object) -> PlanInputs:
    """Make a world whose accounts all have the same history."""
    inputs = world(size)
    history = inputs.accounts.select("account_id", **{name: pl.lit(value) for name, value in facts.items()})
    return replace(inputs, treatment=treat(HISTORY.conform(history), RULES), cadences=cadences)


def planned(inputs: PlanInputs, params: PlanParams = MANY, calls: int = 9) -> pl.DataFrame:
    made = plan(inputs, AS_OF, params, Law(inputs.windows, calls=calls))
    assert_sound(made, inputs, params)
    return timed(made.schedule).sort("account_id", "wave")


def test_accounts_without_history_are_planned_as_if_nothing_were_known():
    known, unknown = treated_world(6), world(6)
    one = plan(known, AS_OF, MANY, Law(known.windows)).schedule
    two = plan(unknown, AS_OF, MANY, Law(unknown.windows)).schedule
    # But for the texts after missed calls, which a treatment names.
    texted = ["rank", "follow_up", "expected_value", "reasons"]
    assert one.filter(sequence=1).drop(texted).sort("attempt_id").equals(two.drop(texted).sort("attempt_id"))
    assert two.height > 12


def test_help_comes_in_writing_first_a_call_later_and_never_in_the_evening():
    inputs = treated_world(6, tag="needs_help")
    made = plan(inputs, AS_OF, MANY, Law(inputs.windows, calls=9)).schedule.sort("account_id", "wave")
    first, second = made.filter(wave=1), made.filter(wave=2)
    assert made.height == first.height + second.height == 12
    assert set(first["channel"]) <= {"letter", "email", "sms"}
    hours = second["not_before"].str.slice(11, 2).cast(pl.Int64)
    assert hours.max() < 17
    both = first.join(second, on="account_id")
    assert both.filter(pl.col("channel") == pl.col("channel_right")).is_empty()
    assert set(made["template_id"]) <= {f"{one}_hardship_help" for one in ("call", "sms", "email", "letter")}
    assert all("needs help, says the creditor: an offer" in " ".join(reasons) for reasons in made["reasons"])
    assert all(any(one.startswith("cadence help_first: ") for one in reasons) for reasons in made["reasons"])


def test_gentle_attempts_lie_three_days_apart_and_are_two_at_most():
    rows = planned(treated_world(6, refusals=2))
    assert rows.group_by("account_id").len()["len"].unique().to_list() == [2]
    gap = rows.select(pl.col("not_before") - pl.col("not_after").shift(1).over("account_id")).to_series().drop_nulls()
    assert gap.min() >= timedelta(hours=68)
    assert set(rows.filter(wave=1)["channel"]) <= {"email", "sms", "letter"}


def test_the_settings_hold_where_they_allow_less():
    rows = planned(treated_world(6, refusals=2), PlanParams(max_attempts_per_account=1))
    assert rows.height == 6
    rows = planned(treated_world(3, refusals=2), PlanParams(max_attempts_per_account=5, min_gap_hours=100))
    gap = rows.select(pl.col("not_before") - pl.col("not_after").shift(1).over("account_id")).to_series().drop_nulls()
    assert gap.min() >= timedelta(hours=100)


def test_an_account_without_the_channels_of_its_wave_takes_those_of_the_others():
    inputs = treated_world(4, tag="needs_help")
    calls = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "call"))
    rows = planned(calls)
    assert rows.group_by("account_id").len()["len"].unique().to_list() == [1]  # no channel twice
    assert set(rows["channel"]) == {"call"}


def test_companies_are_not_texted_and_not_called_in_the_evening():
    inputs = treated_world(6, kind="company")
    made = plan(inputs, AS_OF, MANY, Law(inputs.windows, calls=9)).schedule
    assert set(made["channel"]) <= {"call", "email", "letter"}
    assert made["not_before"].str.slice(11, 2).cast(pl.Int64).max() < 17
    texts = replace(inputs, windows=inputs.windows.filter(pl.col("channel") == "sms"))
    withheld = altogether(plan(texts, AS_OF, MANY, Law(texts.windows)).withheld)
    assert withheld["provision"].unique().to_list() == ["treatment"]
    assert withheld["reason"].unique().to_list() == ["its channel is none of the account's cadence"]


def test_whoever_is_held_back_is_withheld_even_if_a_window_were_left():
    inputs = treated_world(3, tag="needs_help", refusals=1)
    why = inputs.treatment.select("account_id", reason=pl.col("why").list.join("; "), provision=pl.lit("treatment"))
    made = plan(replace(inputs, barred=WITHHELD.conform(why)), AS_OF, MANY, Law(inputs.windows))
    assert made.schedule.is_empty()
    assert altogether(made.withheld)["provision"].unique().to_list() == ["treatment"]


def test_a_promise_due_gets_its_own_words():
    inputs = treated_world(2, promise="due", tag="promise_to_pay")
    rows = plan(inputs, AS_OF, MANY, Law(inputs.windows)).schedule
    assert {template.split("_", 1)[1] for template in rows["template_id"]} == {"promise_due"}


def test_a_cadence_of_the_users_is_kept(tmp_path):
    (tmp_path / "mine.toml").write_text(
        """[[cadence]]
id = "standard"
summary = "letters, then e-mails"
party = "debtor"
most_attempts = 3
min_gap_hours = 24
again = "other_daypart"
[[cadence.wave]]
channels = ["letter"]
[[cadence.wave]]
channels = ["email"]
dayparts = ["evening"]
""",
        encoding="utf-8",
    )
    inputs = treated_world(3, load_cadences([str(tmp_path / "mine.toml")]))
    rows = plan(inputs, AS_OF, MANY, Law(inputs.windows)).schedule.sort("account_id", "wave")
    assert rows["channel"].to_list() == ["letter", "email"] * 3  # an e-mail in the evening, once
    assert rows.filter(channel="email")["not_before"].str.slice(11, 2).cast(pl.Int64).min() >= 17


@pytest.mark.parametrize("facts", [{}, {"refusals": 2}, {"kind": "company"}, {"tag": "needs_help"}])
def test_no_cadence_brings_more_attempts_than_the_standard_one(facts):
    assert planned(treated_world(6, **facts)).height <= planned(treated_world(6)).height

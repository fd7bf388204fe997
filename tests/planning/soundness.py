"""What every plan must be, whatever it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.outputs import SCHEDULE, WITHHELD

if TYPE_CHECKING:
    from skiptrace.planning import Plan, PlanInputs
    from skiptrace.settings import PlanParams

__all__ = ["altogether", "assert_sound", "timed"]


def timed(schedule: pl.DataFrame) -> pl.DataFrame:
    return schedule.with_columns(pl.col("not_before", "not_after").str.to_datetime(time_zone="UTC"))


def altogether(withheld: pl.DataFrame) -> pl.DataFrame:
    return withheld.filter(pl.col("channel").is_null() & pl.col("contact_point").is_null())


def assert_sound(made: Plan, inputs: PlanInputs, params: PlanParams) -> None:
    """Check what every plan must be, whatever it was made from."""
    rows = timed(made.schedule)
    assert SCHEDULE.validate(made.schedule).rejected.is_empty()
    assert WITHHELD.validate(made.withheld).rejected.is_empty()
    assert rows["attempt_id"].is_unique().all()
    assert sorted(rows["rank"]) == list(range(1, rows.height + 1))
    scheduled, withheld = set(rows["account_id"]), altogether(made.withheld)["account_id"]
    assert withheld.is_unique().all()
    assert not scheduled & set(withheld)
    assert scheduled | set(withheld) == set(inputs.accounts["account_id"])
    within = rows.join(
        inputs.windows.rename({"not_before": "opens", "not_after": "closes"}),
        on=["account_id", "contact_point", "channel", "party"],
    ).filter((pl.col("opens") <= pl.col("not_before")) & (pl.col("not_after") <= pl.col("closes")))
    assert set(within["attempt_id"]) == set(rows["attempt_id"])
    apart = rows.sort("account_id", "not_before").with_columns(
        previous=pl.col("not_after").shift(1).over("account_id", order_by="not_before")
    )
    assert apart.filter(pl.col("not_before") < pl.col("previous")).is_empty()
    calls = rows.filter(pl.col("channel") == "call").group_by("not_before").len()
    slot = pl.col("not_before").dt.truncate(f"{params.slot_minutes}m")
    calls = rows.filter(pl.col("channel") == "call").group_by(slot).len()
    assert calls.filter(pl.col("len") > params.calls_per_slot).is_empty()
    messages = rows.filter(pl.col("channel").is_in(["sms", "email"])).group_by(slot).len()
    assert messages.filter(pl.col("len") > params.messages_per_slot).is_empty()
    letters = rows.filter(pl.col("channel") == "letter").group_by(pl.col("not_before").dt.date()).len()
    assert letters.filter(pl.col("len") > params.letters_per_day).is_empty()

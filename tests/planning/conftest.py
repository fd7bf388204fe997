"""A small world to plan in: accounts in three zones, open hours by day, and a law that counts calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.contracts.inputs import ACCOUNTS, INSTANT
from skiptrace.contracts.outputs import VERDICTS, WITHHELD
from skiptrace.contracts.stages import LEADS, OPENINGS
from skiptrace.planning import PlanInputs

AS_OF = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ZONES = {
    "GB": ("Europe/London", "+4477009000"),
    "IN": ("Asia/Kolkata", "+9198000000"),
    "US": ("America/Denver", "+1303555010"),
}
OFFSETS = {"GB": 0, "IN": 330, "US": -420}
"""Minutes; no zone changes its clocks in the week of the tests."""


def world(size: int = 12, *, days: int = 7, **accounts: object) -> PlanInputs:
    """Make ``size`` accounts with two phones, an e-mail and an address, open 08:00-20:00 local."""
    lead_rows, window_rows = [], []
    for number in range(size):
        country = list(ZONES)[number % 3]
        zone, prefix = ZONES[country]
        account = f"A{number:03d}"
        points = [(f"{prefix}{number % 10}{copy}{number:02d}"[:15], "phone", copy, 0.8 / copy) for copy in (1, 2)] + [
            (f"{account.lower()}@example.com", "email", 1, 0.5),
            (f"{number} High Street, Town", "address", 1, 0.5),
        ]
        for point, kind, rank, owner in points:
            lead_rows.append((account, point, kind, rank, owner, 0.9))
            channels = {"phone": ("call", "sms"), "email": ("email",), "address": ("letter",)}[kind]
            for channel in channels:
                for day in range(days + 1):
                    local = datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(days=day, minutes=-OFFSETS[country])
                    window_rows.append((account, point, channel, zone, local, local + timedelta(hours=12)))
    leads = pl.DataFrame(
        lead_rows, schema=["account_id", "contact_point", "kind", "rank", "p_owner", "p_live"], orient="row"
    ).with_columns(party=pl.lit("debtor"), point_key=pl.col("contact_point"), path=pl.lit("named by the account"))
    windows = pl.DataFrame(
        window_rows,
        schema=["account_id", "contact_point", "channel", "time_zone", "not_before", "not_after"],
        orient="row",
    ).with_columns(party=pl.lit("debtor"), purpose=pl.lit("collect"))
    ids = [f"A{number:03d}" for number in range(size)]
    table = pl.DataFrame({"account_id": ids, **accounts}, schema_overrides={"account_id": pl.String})
    return PlanInputs(
        leads=LEADS.conform(leads),
        windows=OPENINGS.conform(windows),
        barred=WITHHELD.empty(),
        accounts=ACCOUNTS.conform(table),
        p_reach=reach,
        batch_id="b0",
        seed=1,
    )


def reach(slots: pl.DataFrame) -> pl.DataFrame:
    """Give calls more than messages, and each hour its own worth."""
    channel = pl.col("channel").replace_strict(
        {"call": 0.2, "sms": 0.1, "email": 0.05, "letter": 0.02}, return_dtype=pl.Float64
    )
    hour = ((pl.col("at").dt.hour().cast(pl.Int64) * 7) % 12).cast(pl.Float64) / 100
    p = (channel + hour * channel).round(6)
    return slots.with_columns(p_reach=p, p_low=(p / 2).round(6), p_high=(p * 2).round(6))


@dataclass
class Law:
    """Allow what lies in a window, and one call in 7 days for each account; remember what was asked.

    Attributes
    ----------
    windows
        OPENINGS.
    calls
        Most calls in 7 days.
    asked
        Every proposal with its verdict and the history it was judged with.
    """

    windows: pl.DataFrame
    calls: int = 1
    asked: list[tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=list)

    def __call__(self, proposals: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
        self.asked.append((proposals, history))
        rows = proposals.with_row_index("row")
        inside = (
            rows.join(self.windows, on=["account_id", "contact_point", "channel", "party"])
            .filter((pl.col("at") >= pl.col("not_before")) & (pl.col("at") < pl.col("not_after")))["row"]
            .unique()
        )
        calls = history.filter(pl.col("channel") == "call").select("account_id", made="started_at")
        before = (
            rows.filter(pl.col("channel") == "call")
            .join(calls, on="account_id")
            .filter((pl.col("made") <= pl.col("at")) & (pl.col("at") < pl.col("made") + timedelta(days=7)))
            .group_by("row")
            .agg(count=pl.len(), first=pl.col("made").min())
            .filter(pl.col("count") >= self.calls)
        )
        found = rows.join(before, on="row", how="left", maintain_order="left").with_columns(
            inside=pl.col("row").is_in(inside.implode())
        )
        denied = ~pl.col("inside") | pl.col("count").is_not_null()
        return VERDICTS.conform(
            found.select(
                "proposal_id",
                verdict=pl.when(denied).then(pl.lit("deny")).otherwise(pl.lit("allow")),
                provision=pl.when(~pl.col("inside")).then(pl.lit("hours")).when(denied).then(pl.lit("calls")),
                reason=pl.when(denied).then(pl.lit("not now")),
                citation=pl.when(denied).then(pl.lit("Law 1")),
                eligible_again_at=(pl.col("first") + timedelta(days=7)).cast(INSTANT),
                all_provisions=pl.lit(["hours:allow"]),
            )
        )


@pytest.fixture
def inputs() -> PlanInputs:
    return world()


@pytest.fixture
def law(inputs: PlanInputs) -> Law:
    return Law(inputs.windows)

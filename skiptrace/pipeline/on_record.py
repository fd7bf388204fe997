"""Rows of a schedule beside what the casefile released: the last gate lets out no row that no plan gave a permit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.check import BUILT_IN, HOUSE_PERMIT
from skiptrace.contracts.inputs import INSTANT
from skiptrace.pipeline.plans import PLACEMENTS

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile

__all__ = ["off_record"]

_SAME = (
    "account_id",
    "party",
    "purpose",
    "channel",
    "contact_point",
    "country_code",
    "national_number",
    "time_zone",
)
"""What a permit is for: whom, how, what for, and where; the two parts of a number are what many dialers dial."""
_WINDOW = ("not_before", "not_after")


def off_record(schedule: pl.DataFrame, casefile: Casefile) -> pl.DataFrame:
    """Return the rows that are not among the placements the casefile released, or not as they were released.

    Parameters
    ----------
    schedule
        SCHEDULE rows.
    casefile
        Where every placement that was ever released is kept.

    Returns
    -------
    polars.DataFrame
        Grain: row refused. ``row`` (its place in the schedule), ``attempt_id``, ``provision``, ``reason``. A window
        inside the one released is as good as that one.
    """
    with casefile.open(make=False) as opened:
        released = opened.read("placements", PLACEMENTS)
    compared = ("attempt_id", "permit_id", *_SAME, *_WINDOW)
    released = released.join(schedule, on="attempt_id", how="semi").select(compared).unique(maintain_order=True)
    rows = schedule.select(compared).with_row_index("row").with_columns(_instants(schedule[name]) for name in _WINDOW)
    beside = released.with_columns(_instants(released[name]) for name in _WINDOW).with_columns(
        issued=pl.lit(value=True)
    )
    paired = rows.join(beside, on=["attempt_id", "permit_id"], how="left", suffix="_then", maintain_order="left")
    changes = [
        *(pl.when(pl.col(name).ne_missing(pl.col(f"{name}_then"))).then(pl.lit(name)) for name in _SAME),
        _unless("not_before", pl.col("not_before") >= pl.col("not_before_then")),
        _unless("not_after", pl.col("not_after") <= pl.col("not_after_then")),
    ]
    # Released by several plans, a row need be as one of them released it: the empty text comes first.
    told = (
        paired.with_columns(changed=pl.concat_str(changes, separator=", ", ignore_nulls=True))
        .sort("row", "changed")
        .unique("row", keep="first", maintain_order=True)
    )
    known = pl.col("attempt_id").is_in(released["attempt_id"].unique().implode())
    facts = (
        pl.when(~known)
        .then(pl.lit("no plan in the casefile released this attempt"))
        .when(pl.col("issued").is_null())
        .then(pl.lit("its permit was not issued for this attempt"))
        .when(pl.col("changed") != "")
        .then(pl.format("changed since: {}", "changed"))
    )
    return (
        told.with_columns(facts=facts)
        .select(
            "row",
            "attempt_id",
            provision=pl.lit(HOUSE_PERMIT),
            reason=pl.when(pl.col("facts").is_not_null()).then(
                pl.format("{}: {}", pl.lit(BUILT_IN[HOUSE_PERMIT]), "facts")
            ),
        )
        .drop_nulls("reason")
    )


def _unless(name: str, inside: pl.Expr) -> pl.Expr:
    """Return the name of an end of the window unless it is inside; one that cannot be read is not."""
    return pl.when(~inside.fill_null(value=False)).then(pl.lit(name))


def _instants(texts: pl.Series) -> pl.Series:
    """Return the moments that texts tell, read as the re-check reads them; null where they tell none."""
    return pl.Series(texts.name, [_instant(text) for text in texts], INSTANT)


def _instant(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

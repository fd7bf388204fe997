"""What caps and waits counted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.wording import day, moment, own_names, where

if TYPE_CHECKING:
    import numpy as np

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Cap, Wait
    from skiptrace.compliance.tally import Tally

__all__ = ["attempts_told", "conversation_told"]


def attempts_told(cap: Cap, docket: Docket, tally: Tally, bad: np.ndarray) -> pl.Series:
    """Tell of each row how many attempts the fullest span holds that holds it, in the zone in which it is fullest."""
    count, last = tally.fullest()
    found = _entries(docket, tally, count=count, last=last).sort("row", -pl.col("count"), "zone")
    found = found.unique("row", keep="first", maintain_order=True)
    if cap.days == 1:
        span = found.select(pl.format("on {} ({})", day("last"), "zone"))
    elif cap.days is not None:
        first = found.select(first=pl.col("last") - cap.days + 1)
        span = found.hstack(first).select(pl.format("from {} to {} ({})", day("first"), day("last"), "zone"))
    elif cap.months is not None:
        month = (pl.col("last") % 12 + 1).cast(pl.String).str.zfill(2)
        span = found.select(pl.format("in {}-{} ({})", pl.col("last") // 12 + 1970, month, "zone"))
    else:
        span = found.select(pl.format(f"in the {cap.hours} hours to {{}}", moment("last")))
    number, spans = found["count"], span.to_series()
    told = pl.select(pl.format("{} counted {}", number, spans)).to_series()
    few = pl.select(pl.format(f"{{}} counted of {cap.maximum} {{}}", number, spans)).to_series()
    free = few + f", but {_exception(cap)}"
    return where(bad, told, where(number.to_numpy() >= cap.maximum, free, few))


def _exception(cap: Cap | Wait) -> str:
    """Say why a cap or wait that is met does not forbid the contact."""
    reasons = {
        "a direct consent frees the call": cap.except_direct_consent,
        "there was no conversation yet": cap.kind == "cap" and cap.after_conversation,
    }
    return " or ".join(reason for reason, possible in reasons.items() if possible)


def conversation_told(wait: Wait, docket: Docket, tally: Tally, bad: np.ndarray) -> pl.Series:
    """Tell of each row the last conversation before it, else the next one known, on the latest day of any zone."""
    before, after = tally.around()
    found = _entries(docket, tally, before=before, after=after, number=tally.number)
    found = found.with_columns(
        near=pl.min_horizontal(pl.col("number") - pl.col("before"), pl.col("after") - pl.col("number"))
    ).sort("row", "near", "zone", nulls_last=True)
    found = found.unique("row", keep="first", maintain_order=True)
    last = pl.format("last conversation {} ({})", day("before"), "zone")
    coming = pl.format("a conversation is known on {} ({})", day("after"), "zone")
    late = (pl.col("after") - pl.col("number") < wait.days) & ~(
        pl.col("number") - pl.col("before") < wait.days
    ).fill_null(value=False)
    said = found.select(
        pl.when(late.fill_null(value=False)).then(coming).otherwise(pl.coalesce(last, pl.lit("no conversation")))
    ).to_series()
    near = (found["near"] < wait.days).fill_null(value=False).to_numpy()
    return where(~bad & near, said + f", but {_exception(wait)}", said)


def _entries(docket: Docket, tally: Tally, **columns: np.ndarray | pl.Series) -> pl.DataFrame:
    """Return what a tally has of rows in their zones, with the zones by names of the rows' own."""
    return pl.DataFrame({"row": tally.row, "zone": own_names(docket, tally.row, tally.zone), **columns})

"""Direct consents: the calls that the debtor asked for, which no cap counts and no wait holds back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import direct_consents
from skiptrace.compliance.docket import whereabouts_of, with_local_day
from skiptrace.compliance.history import by_debt
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket, Known

__all__ = ["free_attempts", "free_rows"]

DIRECT_DAYS = 7
"""Local days for which a direct consent lasts."""


def free_rows(docket: Docket) -> np.ndarray:
    """Tell of each row whether it is a call under a direct consent."""
    free = np.zeros(docket.rows.height, dtype=bool)
    calls = docket.rows.filter(pl.col("channel") == Channel.CALL.value).select(
        "row", "lead", "account_id", "start", "end"
    )
    held = calls.join(direct_consents(docket.known.consents), on="lead")
    if not held.is_empty():
        zones = docket.by_zone.select("row", "zone")
        free[_still_direct(held, zones, docket.known).to_numpy()] = True
    return free


def free_attempts(known: Known) -> np.ndarray:
    """Tell of each row of ``known.history`` whether it was a call under a direct consent.

    It was so, or was not, by itself: seen from its own time, in the zones of the point called, whatever contact is
    judged now. Of an attempt told in two ways each is asked, so that the one that was not free counts.
    """
    free = np.zeros(known.history.height, dtype=bool)
    points = known.leads.select("lead", "account_id", "point_key").join(direct_consents(known.consents), on="lead")
    if points.is_empty():
        return free
    calls = known.history.with_row_index("event").filter(pl.col("channel") == Channel.CALL.value)
    held = calls.select("event", "account_id", "point_key", start="started", end="started").join(
        points, on=["account_id", "point_key"]
    )
    if held.is_empty():
        return free
    made = (
        held.select("event", "lead", vantage=pl.min_horizontal("start", pl.lit(known.as_of)))
        .unique()
        .sort("event", "lead")
        .with_row_index("row")
    )
    zones = (
        made.join(whereabouts_of(made, known), on=["lead", "vantage"])
        .select("row", zone=pl.col("zones").str.split("|"))
        .explode("zone", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("zone") != "")
    )
    still = _still_direct(held.join(made.select("row", "event", "lead"), on=["event", "lead"]), zones, known)
    free[made["event"].gather(still).to_numpy()] = True
    return free


def _still_direct(held: pl.DataFrame, zones: pl.DataFrame, known: Known) -> pl.Series:
    """Return the ``row`` values whose call falls under its direct consent.

    The consent lasts seven local days, the day it was given being the first, in every zone; it must be valid from
    start to end, and no conversation may have begun after it was given (12 CFR 1006.14(b)(3)(i)).
    """
    conversations = known.history.filter(pl.col("conversation") & (pl.col("channel") == Channel.CALL.value))
    talks = by_debt(conversations).select(account_id="debt", talked="started")
    valid = held.filter((pl.col("given") <= pl.col("start")) & (pl.col("end") <= pl.col("ended"))).filter(
        pl.col("start") < pl.col("ended")
    )
    ended = (
        valid.select("row", "account_id", "given", "start")
        .join(talks, on="account_id")
        .filter((pl.col("talked") > pl.col("given")) & (pl.col("talked") < pl.col("start")))
        .select("row", "given")
        .unique()
    )
    left = valid.join(ended, on=["row", "given"], how="anti").select("row", "given", "start").join(zones, on="row")
    dated = with_local_day(with_local_day(left, "start").rename({"day": "today"}), "given")
    lasting = dated.group_by("row", "given").agg(((pl.col("today") - pl.col("day")) < DIRECT_DAYS).all())
    return lasting.filter("today")["row"].unique()

"""Stops: which of those that stand when a contact begins bear on it, and which of them a consent lifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.hours import inconvenient_zone, touching
from skiptrace.compliance.lifting import lifted
from skiptrace.compliance.windows import stop_hours
from skiptrace.compliance.wording import clock, moment, told
from skiptrace.vocabulary import PointKind, PointLabel, StopKind

if TYPE_CHECKING:
    import numpy as np

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Bar

__all__ = ["stops_in_the_way", "stops_told"]

_EVER = -(2**61)
"""Stops before began nobody knows when: no consent is known to have come after them."""


def stops_in_the_way(bar: Bar, docket: Docket) -> pl.DataFrame:
    """Return the stops of the bar's kind that stand when a row begins and speak of such a contact.

    Returns
    -------
    polars.DataFrame
        Grain: row × stop. ``row``, ``since``, ``until`` (microseconds), ``detail``, ``lifter`` (the consent that lifts
        it for this contact; null = it bars).
    """
    stops = docket.stops.filter(pl.col("kind") == bar.stop).join(
        docket.rows.select("row", "kind", "place", "replied", "signature"), on="row", suffix="_"
    )
    if bar.stop is StopKind.INCONVENIENT_PLACE:
        home, work = _may_be(PointLabel.HOME) & (pl.col("kind_") != PointKind.EMAIL.value), _may_be(PointLabel.WORK)
        detail = pl.col("detail").str.strip_chars().str.to_lowercase()
        stops = stops.filter(
            pl.when(detail == "home").then(home).when(detail == "work").then(work).otherwise(home | work)
        )
    if bar.stop is StopKind.EMPLOYER_PROHIBITS:
        stops = stops.filter(_may_be(PointLabel.WORK))
    if bar.stop is StopKind.INCONVENIENT_TIME:
        stops = touching(stops, docket)
    if bar.reply_allowed:
        free = [
            number
            for number, signature in enumerate(docket.signatures)
            if all(place.split("-")[0] in bar.reply_allowed for place in signature.places)
        ]
        replying = pl.col("signature").is_in(free) & (pl.col("since") < pl.col("replied"))
        stops = stops.filter(~replying.fill_null(value=False))
    lifter = pl.lit(None, pl.String)
    if bar.lifted_by is not None:
        stops = stops.join(lifted(docket, stops["row"].unique().to_numpy(), bar.lifted_by), on="row", how="left")
        after = (pl.col("since") > _EVER) & (pl.col("given") > pl.col("since"))
        lifter = pl.when(after).then("consent_id")
    return stops.select("row", "since", "until", "detail", lifter=lifter)


def _may_be(label: PointLabel) -> pl.Expr:
    """Return whether a contact point is, or for all we know may be, at a place."""
    return pl.col("place").is_null() | (pl.col("place") == label.value)


def stops_told(bar: Bar, docket: Docket, rows: np.ndarray, stops: pl.DataFrame) -> pl.Series:
    """Tell of each row which of :func:`stops_in_the_way` bars it longest, or by what all of them are lifted."""
    first = (
        stops.filter(pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt32).implode()))
        .sort(
            *("row", pl.col("lifter").is_not_null(), "until", "since", "detail", "lifter"),
            descending=[False, False, True, False, False, False],
        )
        .unique("row", keep="first", maintain_order=True)
    )
    since = pl.format("since {}", moment("since")).fill_null("since an unknown day")
    until = pl.format(", until {}", moment("until")).fill_null("")
    lifts = pl.format(", lifted by consent {}", "lifter").fill_null("")
    texts = first.select("row", text=since + until + _detailed(bar, docket, first) + lifts)
    return told(rows, texts, "no such stop bears on it")


def _detailed(bar: Bar, docket: Docket, stops: pl.DataFrame) -> pl.Series:
    """Say what the detail of a stop means; what cannot be read is not repeated, as anything may stand there."""
    plain = pl.repeat("", stops.height, dtype=pl.String, eager=True)
    if bar.stop is StopKind.INCONVENIENT_PLACE:
        place = stops["detail"].str.strip_chars().str.to_lowercase()
        named = pl.select(pl.when(place.is_in(["home", "work"])).then(pl.format(", at {}", place))).to_series()
        return named.fill_null(", at a place that cannot be read")
    if bar.stop is StopKind.ACCOUNT_UNREADABLE:
        place = stops["detail"].str.extract(r"^(.* line \d+)$")
        return pl.select(pl.format(", {}", place)).to_series().fill_null("")
    if bar.stop is not StopKind.INCONVENIENT_TIME or stops.is_empty():
        return plain
    readable = [detail for detail in stops["detail"].unique().to_list() if stop_hours(detail) is not None]
    rows = stops["row"].to_numpy()
    times = clock(docket.start[rows], docket.end[rows], inconvenient_zone(docket, stops))
    hours = pl.when(pl.col("detail").is_in(readable)).then("detail").otherwise(pl.lit("hours that cannot be read"))
    return stops.select(pl.format(", {}; it would be {}", hours, times)).to_series()

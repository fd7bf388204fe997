"""A file of people on its own, made comparable a stretch of rows at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.ingest import date_order
from skiptrace.normalise import UNCLEAR, normalise

if TYPE_CHECKING:
    from skiptrace.settings import Settings

__all__ = ["population"]

_STRETCH = 100_000
"""Rows normalised at once."""


def population(records: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Bring records to comparable form.

    The order of day and month, which only a whole source tells, is asked of it first: so the length of a stretch never
    changes a result.

    Parameters
    ----------
    records
        RECORDS, of any sources.
    settings
        Country and order of dates, where they are declared.

    Returns
    -------
    polars.DataFrame
        PEOPLE, sorted by source and record.
    """
    parts = []
    for source in records["source"].unique().sort():
        own = records.filter(pl.col("source") == source)
        order = settings.ingest.date_order or date_order(own["birth_date"]) or UNCLEAR
        for start in range(0, own.height, _STRETCH):
            stretch = {"records": own.slice(start, _STRETCH)}
            parts.append(normalise(stretch, settings.normalise, date_order=order).people)
    return pl.concat(parts).sort("source", "record_id")

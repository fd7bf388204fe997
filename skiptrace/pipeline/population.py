"""A file of people on its own, made comparable a stretch of rows at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.ingest import date_order
from skiptrace.normalise import UNCLEAR, likely_home, normalise

if TYPE_CHECKING:
    from skiptrace.settings import Settings

__all__ = ["on_its_own", "population"]

_LEAST_NAMESAKES = 0.01
"""Share of other people of the same name in a file that holds a population, as far as it does not say itself."""
_STRETCH = 100_000
"""Rows normalised at once."""


def on_its_own(settings: Settings, records: pl.DataFrame, home: str | None = None) -> Settings:
    """Return what fits a file that was not put together by searching for names, unless the settings say otherwise.

    ``home`` is the country of files before it, for one too short to tell its own.
    """
    home = settings.normalise.default_country or likely_home(records) or home
    params = settings.link
    if "least_namesakes" not in params.model_fields_set:
        params = params.model_copy(update={"least_namesakes": _LEAST_NAMESAKES})
    normalising = settings.normalise.model_copy(update={"default_country": home})
    return settings.model_copy(update={"normalise": normalising, "link": params})


def population(records: pl.DataFrame, settings: Settings, key: bytes = b"skiptrace") -> pl.DataFrame:
    """Bring records to comparable form.

    The order of day and month, which only a whole source tells, is asked of it first: so the length of a stretch never
    changes a result.

    Parameters
    ----------
    records
        RECORDS, of any sources.
    settings
        Country and order of dates, where they are declared.
    key
        Of the hash that stands for a national id.

    Returns
    -------
    polars.DataFrame
        PEOPLE, sorted by source and record.
    """
    births = records["birth_date"]
    # What no row says comes back, empty, a stretch at a time.
    records = records[[column.name for column in records if column.null_count() < records.height]]
    parts = []
    for source in records["source"].unique().sort():
        mine = records["source"] == source
        own, order = records.filter(mine), settings.ingest.date_order or date_order(births.filter(mine)) or UNCLEAR
        for start in range(0, own.height, _STRETCH):
            stretch = {"records": own.slice(start, _STRETCH)}
            parts.append(normalise(stretch, settings.normalise, date_order=order, key=key).people)
    return pl.concat(parts).sort("source", "record_id")

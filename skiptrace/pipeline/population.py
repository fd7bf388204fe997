"""A file of people on its own, made comparable a stretch of rows at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import RECORDS
from skiptrace.contracts.stages import PEOPLE
from skiptrace.ingest import date_order
from skiptrace.normalise import UNCLEAR, likely_home, normalise

if TYPE_CHECKING:
    from collections.abc import Collection

    from skiptrace.settings import Settings

__all__ = ["on_its_own", "population"]

_LEAST_NAMESAKES = 0.01
"""Share of other people of the same name in a file that holds a population, as far as it does not say itself."""
_STRETCH = 100_000
"""Rows normalised at once."""
_READ = tuple(name for name in RECORDS.schema if name != "extra")
"""Columns of RECORDS that tell of a person."""


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


def population(
    records: pl.DataFrame, settings: Settings, key: bytes = b"skiptrace", columns: Collection[str] | None = None
) -> pl.DataFrame:
    """Bring records to comparable form.

    The order of day and month, which only a whole source tells, is asked of it first: so the length of a stretch never
    changes a result. Stretches of records are let go one by one, if the caller has let go of the whole.

    Parameters
    ----------
    records
        RECORDS, of any sources.
    settings
        Country and order of dates, where they are declared.
    key
        Of the hash that stands for a national id.
    columns
        Those of PEOPLE that are wanted, the others are null; null = all.

    Returns
    -------
    polars.DataFrame
        PEOPLE, sorted by source and record.
    """
    stretches = _stretches(records, settings)
    del records
    parts = [PEOPLE.empty()]
    while stretches:
        rows, order = stretches.pop()
        people = normalise({"records": rows}, settings.normalise, date_order=order, key=key).people
        parts.append(PEOPLE.conform(people if columns is None else people.select(list(columns))))
    # A column that no row fills takes as much room as any other, unless it is made anew from nothing.
    whole = pl.concat(parts)
    return PEOPLE.conform(whole.select(_filled(whole)))


def _stretches(records: pl.DataFrame, settings: Settings) -> list[tuple[pl.DataFrame, str]]:
    """Cut the records, in the order of source and id, into stretches, the last first, each with its order of dates."""
    births = records["birth_date"]
    records = records.select(name for name in _filled(records) if name in _READ)
    stretches = []
    for source in records["source"].unique().sort():
        mine = records["source"] == source
        order = settings.ingest.date_order or date_order(births.filter(mine)) or UNCLEAR
        rows = mine.arg_true()
        rows = rows[records["record_id"][rows].arg_sort()]
        stretches += [(records[rows[start : start + _STRETCH]], order) for start in range(0, rows.len(), _STRETCH)]
    return stretches[::-1]


def _filled(frame: pl.DataFrame) -> list[str]:
    return [column.name for column in frame if column.null_count() < frame.height]

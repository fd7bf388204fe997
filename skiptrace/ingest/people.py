"""Read a file of people, whatever it is a file of, for stand-alone record linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import RECORDS
from skiptrace.errors import InputError
from skiptrace.ingest.batch import check_params
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.headers import fold, match_headers
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.rejections import rejections
from skiptrace.ingest.rows import FAULTS, ROW, SHEET, typed, without_faulty
from skiptrace.ingest.sheets import Refused, Sheet
from skiptrace.tables import FILE, LINE, empty

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.settings import IngestParams

__all__ = ["read_people"]

_HARMLESS = ("birth_date", "observed_on", "source", "consent_id", "kind", "time_zone")
"""Columns whose faults do not keep a person out of matching: the value is then not known."""


def read_people(
    path: Path, params: IngestParams, id_column: str | None, source: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read people from a file with any of the known headers; no consent is asked for.

    Parameters
    ----------
    path
        File of a known format; of a workbook with several sheets, all are read.
    params
        Further aliases.
    id_column
        Header of the column that identifies a record. Without it a column known as an id is used, and without one the
        line of each row.
    source
        Name of the data set.

    Returns
    -------
    accepted : polars.DataFrame
        RECORDS columns (``consent_id`` may be null) and ``_file``, ``_line``; in the file's order, each ``record_id``
        once.
    rejected : polars.DataFrame
        REJECTED_SCHEMA.

    Raises
    ------
    InputError
        If the file cannot be read, has no such ``id_column``, or has no column that tells anything of a person.
    """
    check_params(params)
    sheets = [_recognised(sheet, params, id_column) for sheet in read_sheets(find_files([path]), params.max_cell_bytes)]
    parts = [typed(each.sheet, number, RECORDS, each.headers, params) for number, each in enumerate(sheets)]
    rows = pl.concat(part.rows.with_columns(source=pl.lit(source)) for part in parts)
    faults = pl.concat([empty(FAULTS), *(part.faults for part in parts)])
    faults = faults.filter(~pl.col("column").is_in(_HARMLESS))
    if not any("record_id" in each.headers.columns for each in sheets):
        rows = rows.with_columns(pl.col(LINE).cast(pl.String).alias("record_id"))
        faults = faults.filter(pl.col("column") != "record_id")
    again = rows.filter(pl.col("record_id").is_not_null() & ~pl.col("record_id").is_first_distinct())
    twice = again.select(
        SHEET, ROW, pl.lit("record_id").alias("column"), pl.lit("duplicate: this id stands before").alias("reason")
    )
    faults = pl.concat([faults, twice])
    accepted = without_faulty(rows, faults)
    everything = rows.get_column("consent_id").drop_nulls().unique()
    rejected = rejections(sheets, {_AS_READ: rows}, faults, everything)
    return accepted.select(*RECORDS.schema, FILE, LINE), rejected


_AS_READ = "people"
"""Not ``records``: rows rejected here are kept as read, as nothing was collected under a consent."""


def _recognised(sheet: Sheet | Refused, params: IngestParams, id_column: str | None) -> Recognised:
    if isinstance(sheet, Refused):
        raise InputError(f"{sheet.origin.file}, line 1: {sheet.reason}")
    names = sheet.frame.columns
    further = dict(params.columns)
    if id_column is not None:
        if fold(id_column) not in {fold(name) for name in names}:
            raise InputError(f"{sheet.origin.file}, line 1: no column {id_column}, asked for as id")
        further[id_column] = "record_id"
    headers = match_headers("records", names, further)
    told = set(headers.columns) - {"record_id", "source", "consent_id", "observed_on"}
    if not told and not headers.phones and not headers.emails:
        raise InputError(f"{sheet.origin.file}, line 1: no column that tells anything of a person (name, birth date …)")
    return Recognised(sheet=sheet, table=_AS_READ, headers=headers)

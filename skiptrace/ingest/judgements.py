"""Read what reviewers have said of pairs of records: one row a pair, rows without a judgement still to be judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.csv_files import unguarded
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import InputError
from skiptrace.ingest.batch import check_params
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.recognise import recognise_as
from skiptrace.ingest.rejections import rejections
from skiptrace.ingest.rows import FAULTS, ROW, SHEET, typed
from skiptrace.ingest.sheets import Refused
from skiptrace.tables import FILE, LINE, REJECTED_SCHEMA, empty

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.recognise import Recognised
    from skiptrace.ingest.sheets import Sheet
    from skiptrace.settings import IngestParams

__all__ = ["JudgementsRead", "read_judgements"]

_TEXTS = ("source_l", "record_id_l", "source_r", "record_id_r", "by", "reason")
_MAY_LACK = ("source_l", "source_r", "judgement")
"""A source that follows from the id may be left out, and a row without a judgement is one that waits for it."""
_AS_WRITTEN = replace(
    JUDGEMENTS,
    columns={
        name: replace(column, required=column.required and name not in _MAY_LACK)
        for name, column in JUDGEMENTS.columns.items()
    },
)


class JudgementsRead(NamedTuple):
    """What a file of judgements holds.

    Attributes
    ----------
    rows
        JUDGEMENTS, in the order of the file.
    rejected
        REJECTED_SCHEMA.
    waiting
        Rows without a judgement.
    read
        All rows: those of ``rows`` and ``rejected``, and those that wait.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame
    waiting: int
    read: int


def read_judgements(path: Path, known: pl.DataFrame, params: IngestParams) -> JudgementsRead:
    """Read a file of judgements.

    Parameters
    ----------
    path
        CSV, TSV, Parquet, XLSX or JSON Lines; columns besides those of JUDGEMENTS are passed over.
    known
        ``source`` and ``record_id`` of every record there is.
    params
        Further headers, zone of times without offset.

    Raises
    ------
    InputError
        If the file cannot be read or lacks a required column.
    """
    check_params(params)
    sheets = [_recognised(sheet, params) for sheet in read_sheets(find_files([path]), params.max_cell_bytes)]
    parts = [typed(each.sheet, number, _AS_WRITTEN, each.headers, params) for number, each in enumerate(sheets)]
    columns = [*JUDGEMENTS.schema, FILE, LINE, SHEET, ROW]
    texts = [unguarded(pl.col(name)).alias(name) for name in _TEXTS]
    rows = pl.concat(part.rows.select(columns).with_columns(texts) for part in parts)
    faults = pl.concat([empty(FAULTS), *(part.faults for part in parts)])
    # A cell that is no judgement is a fault; an empty one is a pair that nobody has judged yet, whatever else it says.
    unread = faults.filter(pl.col("column") == "judgement")
    waits = rows.filter(pl.col("judgement").is_null()).join(unread, on=[SHEET, ROW], how="anti")
    faults = faults.join(waits, on=[SHEET, ROW], how="anti", maintain_order="left")
    judged = rows.join(waits, on=[SHEET, ROW], how="anti", maintain_order="left")
    for side in ("l", "r"):
        judged = _with_source(judged, side, known)
        faults = pl.concat([faults, _unknown(judged, side, known)])
    faults = pl.concat([faults, _same(judged)])
    good = judged.join(faults.select(SHEET, ROW).unique(), on=[SHEET, ROW], how="anti", maintain_order="left")
    rejected = rejections(sheets, {_AS_WRITTEN.name: rows}, faults, pl.Series([], dtype=pl.String))
    damaged = [line.line for each in sheets for line in each.sheet.damaged]
    # What a damaged line holds cannot be told, and the values that reviewers are shown are kept nowhere else.
    kept = pl.when(~pl.col("line").is_in(damaged)).then("row").otherwise(pl.lit("{}")).alias("row")
    return JudgementsRead(
        rows=good.select(list(JUDGEMENTS.schema)),
        rejected=rejected.with_columns(kept).select(list(REJECTED_SCHEMA)),
        waiting=waits.height,
        read=rows.height + len(damaged),
    )


def _recognised(sheet: Sheet | Refused, params: IngestParams) -> Recognised:
    found = sheet if isinstance(sheet, Refused) else recognise_as(_AS_WRITTEN.name, sheet, params)
    if isinstance(found, Refused):
        raise InputError(f"{found.origin.file}, line 1: {found.reason}")
    ours = [header for header in found.sheet.frame.columns if header not in found.headers.unknown]
    return replace(
        found,
        sheet=replace(found.sheet, frame=found.sheet.frame.select(ours)),
        headers=replace(found.headers, unknown=()),
    )


def _with_source(rows: pl.DataFrame, side: str, known: pl.DataFrame) -> pl.DataFrame:
    """Fill in the sources that are left out, where only one source has the id."""
    record, source = f"record_id_{side}", f"source_{side}"
    one = (
        known.unique().filter(pl.col("record_id").is_unique()).select(pl.col("record_id").alias(record), only="source")
    )
    filled = rows.join(one, on=record, how="left", maintain_order="left")
    return filled.with_columns(pl.coalesce(source, "only").alias(source)).drop("only")


def _unknown(rows: pl.DataFrame, side: str, known: pl.DataFrame) -> pl.DataFrame:
    """Find rows that name no record, or do not say which of several."""
    record, source = f"record_id_{side}", f"source_{side}"
    named = rows.drop_nulls(record)
    ours = known.select(pl.col("source").alias(source), pl.col("record_id").alias(record)).unique()
    strange = named.join(ours.select(record).unique(), on=record, how="anti", maintain_order="left")
    several = named.filter(pl.col(source).is_null()).join(strange, on=[SHEET, ROW], how="anti", maintain_order="left")
    elsewhere = (
        named.drop_nulls(source)
        .join(ours, on=[source, record], how="anti", maintain_order="left")
        .join(strange, on=[SHEET, ROW], how="anti", maintain_order="left")
    )
    return pl.concat(
        [
            _listed(strange, record, "no record of this id is known"),
            _listed(several, source, "missing value: several sources have this id"),
            _listed(elsewhere, source, "this source has no record of this id"),
        ]
    )


def _same(rows: pl.DataFrame) -> pl.DataFrame:
    """Find rows that name one record twice."""
    same = (pl.col("source_l") == pl.col("source_r")) & (pl.col("record_id_l") == pl.col("record_id_r"))
    return _listed(rows.filter(same), "record_id_r", "the same record as on the left")


def _listed(rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    return rows.select(SHEET, ROW, pl.lit(column).alias("column"), pl.lit(reason).alias("reason"))

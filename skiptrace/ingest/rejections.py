"""Account for every row: the rejected ones with their reason and as they were read, and the counts of each file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.ingest.cells import as_json
from skiptrace.ingest.headers import table_by_name
from skiptrace.ingest.recognise import Recognised
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.tables import REJECTED_SCHEMA, empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skiptrace.ingest.sheets import Damaged, Refused, Sheet

__all__ = ["FILES", "accounting", "rejections", "table_of"]

FILES = {
    "file": pl.String(),
    "sha256": pl.String(),
    "table": pl.String(),
    "read": pl.Int64(),
    "accepted": pl.Int64(),
    "rejected": pl.Int64(),
}
"""Grain: file, or sheet of a workbook."""

_BY_CONSENT = {
    "records": ("record_id", "consent_id", "source"),
    "relations": ("relation_id", "account_id", "consent_id"),
}
"""Tables whose rows may be kept only under a consent, and what may be kept of a row without one."""


def rejections(
    sheets: Sequence[Recognised | Refused], rows: Mapping[str, pl.DataFrame], faults: pl.DataFrame, consents: pl.Series
) -> pl.DataFrame:
    """Return the rejected rows of all sheets.

    Parameters
    ----------
    sheets
        In order; their numbers are those of ``_sheet``.
    rows
        Typed rows by table.
    faults
        FAULTS of all tables.
    consents
        Ids of the accepted consents.

    Returns
    -------
    polars.DataFrame
        REJECTED_SCHEMA, grain: input row; several reasons joined by ``; ``. Of a record or relation without consent
        ``row`` keeps ids only.
    """
    each = faults.group_by(SHEET, ROW, maintain_order=True).agg(
        pl.col("column").str.split(";").explode(empty_as_null=True).unique(maintain_order=True).str.join(";"),
        pl.col("reason").unique(maintain_order=True).str.join("; "),
    )
    by_sheet = {number: part for (number,), part in each.partition_by(SHEET, as_dict=True).items()}
    parts = [empty(REJECTED_SCHEMA)]
    for number, sheet in enumerate(sheets):
        if not isinstance(sheet, Recognised):
            parts.append(_entry(sheet))
            continue
        found = [_damaged(sheet)]
        if number in by_sheet:
            found.append(_faulty(sheet, by_sheet[number], rows[sheet.table].filter(pl.col(SHEET) == number), consents))
        parts.append(pl.concat(found).sort("line", maintain_order=True))
    return pl.concat(parts)


def accounting(sheets: Sequence[Recognised | Refused], faults: pl.DataFrame) -> pl.DataFrame:
    """Return how many rows each file held and what became of them (FILES)."""
    faulty = dict(faults.select(SHEET, ROW).unique().group_by(SHEET).len().iter_rows())
    counts = []
    for number, sheet in enumerate(sheets):
        if isinstance(sheet, Recognised):
            origin, damaged = sheet.sheet.origin, len(sheet.sheet.damaged)
            read, rejected = sheet.sheet.frame.height + damaged, faulty.get(number, 0) + damaged
        else:
            origin, read, rejected = sheet.origin, 1, 1
        counts.append((origin.file, origin.sha256, table_of(sheet), read, read - rejected, rejected))
    return pl.DataFrame(counts, schema=FILES, orient="row")


def table_of(sheet: Recognised | Refused) -> str | None:
    """Return the table a sheet holds, or would have held."""
    return sheet.table if isinstance(sheet, Recognised) else table_by_name(sheet.origin.title)


def _entry(sheet: Refused) -> pl.DataFrame:
    return pl.DataFrame(
        [(sheet.origin.file, 1, sheet.column, sheet.reason, None)], schema=REJECTED_SCHEMA, orient="row"
    )


def _damaged(sheet: Recognised) -> pl.DataFrame:
    lines = [
        (sheet.sheet.origin.file, line.line, line.column, line.reason, _guess(sheet, line))
        for line in sheet.sheet.damaged
    ]
    return pl.DataFrame(lines, schema=REJECTED_SCHEMA, orient="row")


def _guess(sheet: Recognised, line: Damaged) -> str:
    """Write a damaged line's cells under the headers at their places; nothing if keeping them needs a consent."""
    if sheet.table in _BY_CONSENT:
        return "{}"
    names = sheet.sheet.frame.columns
    if len(line.cells) == 1 and len(names) > 1:
        return json.dumps({"text": line.cells[0]}, ensure_ascii=False)
    beyond = [f"column {place}" for place in range(len(names) + 1, len(line.cells) + 1)]
    return json.dumps(dict(zip([*names, *beyond], line.cells, strict=False)), ensure_ascii=False)


def _faulty(sheet: Recognised, faults: pl.DataFrame, rows: pl.DataFrame, consents: pl.Series) -> pl.DataFrame:
    read: Sheet = sheet.sheet
    places = faults.get_column(ROW)
    found = faults.select(
        pl.lit(read.origin.file).alias("file"),
        read.lines.gather(places).alias("line"),
        "column",
        "reason",
        as_json(read.frame[places]).alias("row"),
    )
    kept = _BY_CONSENT.get(sheet.table)
    if kept is None:
        return found
    typed = faults.select(ROW).join(rows, on=ROW, how="left", maintain_order="left")
    return found.with_columns(
        pl.when(typed.get_column("consent_id").is_in(consents.implode()).fill_null(value=False))
        .then("row")
        .otherwise(as_json(typed.select(kept)))
        .alias("row")
    )

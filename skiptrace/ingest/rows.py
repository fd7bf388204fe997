"""From a sheet's text to typed rows of a table, with every fault of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.inputs import INPUTS
from skiptrace.ingest.cells import as_json, column_of, lists
from skiptrace.ingest.columns import How, TypedColumn, problem_where, typed_column
from skiptrace.ingest.points import ROW, joined_lists, point_problems, wide_cells, wide_points
from skiptrace.tables import FILE, LINE, empty
from skiptrace.vocabulary import PointKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.ingest.headers import Headers
    from skiptrace.ingest.sheets import Sheet
    from skiptrace.settings import IngestParams
    from skiptrace.tables import Table

__all__ = ["FAULTS", "ROW", "SHEET", "Typed", "faults_of", "typed", "without_faulty"]

SHEET = "_sheet"
"""Number of the sheet a row comes from; with ``_row`` it names the row until the end."""
FAULTS = {SHEET: pl.Int64(), ROW: pl.Int64(), "column": pl.String(), "reason": pl.String()}
"""Grain: row × fault."""
ASIDE = {SHEET: pl.Int64(), ROW: pl.Int64(), "column": pl.String(), "reason": pl.String(), "value": pl.String()}

_DERIVED = {"attempt_id", "relation_id"}


class Typed(NamedTuple):
    """What was made of one sheet.

    Attributes
    ----------
    rows
        Every row, faulty ones too (an unreadable cell is null): the table's columns, ``_file``, ``_line``, ``_sheet``,
        ``_row``.
    faults
        FAULTS.
    points
        Rows of ``contact_points`` from the wide columns of accounts.
    set_aside
        ASIDE: cells that cannot be a contact point; their row stays.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    points: pl.DataFrame
    set_aside: pl.DataFrame


def typed(sheet: Sheet, number: int, table: Table, headers: Headers, params: IngestParams) -> Typed:
    """Read a sheet as a table.

    Parameters
    ----------
    sheet
        As read.
    number
        Its number among all sheets.
    table
        What it holds.
    headers
        Which header stands for which column.
    params
        Time zone, order of dates, outcome codes.
    """
    frame, height = sheet.frame, sheet.frame.height
    how = How(table.name, params, sheet.serials)
    columns: dict[str, TypedColumn] = {}
    for name, column in table.columns.items():
        text = _text_of(name, headers, frame)
        if text is not None:
            columns[name] = typed_column(name, column, text, how)
    phones = wide_cells(frame, headers.phones, PointKind.PHONE)
    mails = wide_cells(frame, headers.emails, PointKind.EMAIL)
    rows = pl.DataFrame({ROW: pl.int_range(height, dtype=pl.Int64, eager=True)}).with_columns(
        columns[name].values.alias(name) if name in columns else pl.lit(None, dtype).alias(name)
        for name, dtype in table.schema.items()
    )
    if "phones" in table.columns:
        rows = rows.with_columns(
            joined_lists(phones, height).alias("phones"),
            joined_lists(mails, height).alias("emails"),
            _aliases(frame, headers.aliases),
        )
    if headers.unknown:
        rows = rows.with_columns(as_json(frame.select(headers.unknown)).alias("extra"))
    rows = rows.with_columns(
        pl.lit(sheet.origin.file).alias(FILE),
        sheet.lines.alias(LINE),
        pl.lit(number, pl.Int64).alias(SHEET),
    )
    cells = pl.concat([phones, mails])
    aside = cells.filter(pl.col("problem").is_not_null()).select(
        pl.lit(number, pl.Int64).alias(SHEET), ROW, "column", pl.col("problem").alias("reason"), "value"
    )
    points = wide_points(rows, cells) if table.name == "accounts" else empty(INPUTS["contact_points"].schema)
    return Typed(rows, faults_of(rows, table, columns), points, aside)


def without_faulty(rows: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """Leave out the rows that have a fault (FAULTS)."""
    if faults.is_empty():
        return rows
    return rows.join(faults.select(SHEET, ROW).unique(), on=[SHEET, ROW], how="anti", maintain_order="left")


def faults_of(rows: pl.DataFrame, table: Table, columns: dict[str, TypedColumn]) -> pl.DataFrame:
    """Return every fault of every row: unreadable cells first, then those checks of the table they do not explain."""
    found = [empty(FAULTS)]
    unreadable: dict[str, pl.Series] = {}
    problems = [(name, column.problems) for name, column in columns.items() if column.problems is not None]
    if table.name == "contact_points":
        problems.append(("value", _value_problems(rows)))
    for name, problem in problems:
        if problem.null_count() < problem.len():
            unreadable[name] = problem.is_not_null()
            found.append(_listed(rows, name, problem))
    checks = [check for check in table.all_checks if check.column not in _DERIVED]
    failing = rows.select((~check.ok.fill_null(value=False)).alias(str(at)) for at, check in enumerate(checks))
    for at, check in enumerate(checks):
        failed = failing.get_column(str(at))
        if check.column in unreadable:
            failed &= ~unreadable[check.column]
        if failed.any():
            found.append(_listed(rows, check.column, problem_where(failed, check.name)))
    return pl.concat(found)


def _listed(rows: pl.DataFrame, column: str, problems: pl.Series) -> pl.DataFrame:
    return (
        rows.select(SHEET, ROW, pl.lit(column).alias("column"), problems.alias("reason"))
        .filter(pl.col("reason").is_not_null())
        .cast(FAULTS)  # type: ignore[arg-type]  # the stubs ask for invariant keys
    )


def _text_of(name: str, headers: Headers, frame: pl.DataFrame) -> pl.Series | None:
    """Return a column's text, its parts put together, or what stands instead of it."""
    parts = [column_of(name, frame[header]).alias(header) for header in headers.columns.get(name, ())]
    if not parts:
        return None
    if len(parts) == 1:
        others = [column_of(name, frame[header]).alias(header) for header in headers.instead.get(name, ())]
        return pl.DataFrame([*parts, *others]).select(pl.coalesce(pl.all()).alias(name)).to_series()
    # A house number belongs before its street without a comma; further lines of an address follow it.
    separator = ", " if name == "address" else " "
    joined = pl.concat_str([pl.col(part.name) for part in parts], separator=separator, ignore_nulls=True)
    if name == "address":
        joined = joined.str.replace(r"^(\d[\w/-]*), ", "${1} ")
    return pl.DataFrame(parts).select(pl.when(joined != "").then(joined).alias(name)).to_series()


def _aliases(frame: pl.DataFrame, headers: Sequence[str]) -> pl.Series:
    if not headers:
        return pl.Series("aliases", [None], pl.List(pl.String)).new_from_index(0, frame.height)
    each = pl.DataFrame([lists(column_of("aliases", frame[header])).alias(header) for header in headers])
    together = pl.concat_list(pl.col(header).fill_null([]) for header in headers).list.unique(maintain_order=True)
    return each.select(pl.when(together.list.len() > 0).then(together).alias("aliases")).to_series()


def _value_problems(rows: pl.DataFrame) -> pl.Series:
    phone, mail = (point_problems(rows["value"], kind) for kind in (PointKind.PHONE, PointKind.EMAIL))
    return (
        rows.select("kind", phone.alias("phone"), mail.alias("mail"))
        .select(
            pl.when(pl.col("kind") == PointKind.PHONE)
            .then("phone")
            .when(pl.col("kind") == PointKind.EMAIL)
            .then("mail")
        )
        .to_series()
    )

"""Read proposals to be judged. None is ever dropped: one that is malformed keeps its place and says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import PROPOSALS
from skiptrace.errors import InputError
from skiptrace.ingest.batch import check_params
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.recognise import recognise_as
from skiptrace.ingest.rows import ROW, SHEET, typed
from skiptrace.ingest.sheets import Refused
from skiptrace.tables import LINE, Column, Table, empty
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.recognise import Recognised
    from skiptrace.ingest.sheets import Sheet
    from skiptrace.settings import IngestParams

__all__ = ["read_proposals"]

_REQUIRED = ("proposal_id", "account_id", "channel", "contact_point", "at")
_AS_WRITTEN = Table(
    name="proposals",
    grain=PROPOSALS.grain,
    key=(),
    columns={
        name: Column(
            dtype=column.dtype,
            required=name in _REQUIRED,
            words=Channel if name == "channel" else column.words,
            minimum=column.minimum,
        )
        for name, column in PROPOSALS.columns.items()
        if name not in {"point_key", "problem"}
    },
)


def read_proposals(path: Path, params: IngestParams) -> pl.DataFrame:
    """Read a file of proposals.

    Parameters
    ----------
    path
        CSV, TSV, Parquet, XLSX or JSON Lines.
    params
        Further aliases, time zone of times without offset.

    Returns
    -------
    polars.DataFrame
        PROPOSALS without ``point_key``, one row an input row in the order of lines. ``problem`` says of a malformed row
        what was found and what was expected; lines that are no rows at all stand with nulls and their problem.

    Raises
    ------
    InputError
        If the file cannot be read or lacks a required column.
    """
    check_params(params)
    parts = [
        _proposals(sheet, number, params)
        for number, sheet in enumerate(read_sheets(find_files([path]), params.max_cell_bytes))
    ]
    return pl.concat(parts)


def _proposals(sheet: Sheet | Refused, number: int, params: IngestParams) -> pl.DataFrame:
    found: Recognised | Refused = sheet if isinstance(sheet, Refused) else recognise_as(_AS_WRITTEN.name, sheet, params)
    if isinstance(found, Refused):
        raise InputError(f"{found.origin.file}, line 1: {found.reason}")
    read = typed(found.sheet, number, _AS_WRITTEN, found.headers, params)
    problems = read.faults.group_by(SHEET, ROW, maintain_order=True).agg(
        pl.format("{}: {}", "column", "reason").unique(maintain_order=True).str.join("; ").alias("problem")
    )
    rows = read.rows.join(problems, on=[SHEET, ROW], how="left", maintain_order="left")
    damaged = empty({"problem": pl.String(), LINE: pl.Int64()})
    if found.sheet.damaged:
        lines = [(line.reason, line.line) for line in found.sheet.damaged]
        damaged = pl.DataFrame(lines, schema=damaged.schema, orient="row")
    together = pl.concat([rows, damaged], how="diagonal").sort(LINE, maintain_order=True)
    return together.select(*_AS_WRITTEN.schema, "problem")

"""Write docs/files.md from the tables themselves: every file that comes in and goes out, column by column.

    python docs/make_files.py

A test compares the page with what this writes, so it cannot go stale.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from skiptrace.contracts.inputs import INPUTS
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.contracts.outputs import OUTPUTS
from skiptrace.tables import Column, Table, one_of

PAGE = Path(__file__).with_name("files.md")
_TYPES = {
    "String": "text",
    "Int64": "integer",
    "Int8": "integer",
    "Float64": "number",
    "Date": "date",
    "Boolean": "yes/no",
}


IN = """
CSV, TSV, Parquet, XLSX or JSON Lines, in a folder of files named after the tables or named one by one. Headers are
matched whatever their case, blanks and hyphens, and under many usual names in English and Chinese
(`skiptrace/ingest/aliases.toml`); `[columns]` in the settings adds more. Lists in a cell are separated by `;`. Unknown
columns are kept. `phone_1…n`, `email_1…n` and `alias_1…n` make up the lists below. `*` = required.
"""
SAID = """
What reviewers say of pairs of records: written by `skiptrace review`, read by `skiptrace review --import` and
`skiptrace match --judgements`. A row without a judgement waits for one. A source may be left out where only one has the
id. `skiptrace review --export` writes these columns to be filled in, and beside them what the two records say: name and
a column `…_l` and `…_r` a comparison, which fields speak `for` and `against` one person with their bits, and what would
turn the answer (`otherwise`). Columns that are not listed here are passed over.
"""
OUT = """
The rows of `schedule.jsonl`, the manifest of a run and that of an export (`export.json`) also have JSON Schemas
(2020-12): `schedule.schema.json`, `manifest.schema.json` and `export.schema.json` in `skiptrace/contracts/`. In CSV,
lists and objects are JSON, and cells that a spreadsheet would execute begin with `'`. What dialers get is told in
[dialers.md](dialers.md).
"""


def page() -> str:
    """Return the page."""
    made = "Made from the tables in `skiptrace/contracts/` by `python docs/make_files.py`; do not edit by hand.\n"
    coming = [section(table) for table in INPUTS.values()]
    going = [section(table) for table in OUTPUTS.values()]
    said = ["## What reviewers say", SAID, section(JUDGEMENTS)]
    return "\n".join(["# Files\n", made, "## What comes in", IN, *coming, *said, "## What goes out", OUT, *going])


def section(table: Table) -> str:
    """Return one table's section."""
    star = {True: "\\*", False: ""}
    rows = [
        f"| {name}{star[column.required]} | {kind(column)} | {said(column)} |" for name, column in table.columns.items()
    ]
    checks = [f"- {check.name}" for check in table.checks]
    rejected = ["\nRows are rejected for:\n", *checks, ""] if checks else [""]
    head = [f"### {table.name}\n", f"One row: {table.grain}.\n", "| column | type | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, *rejected])


def kind(column: Column) -> str:
    """Return a column's type in plain words."""
    if isinstance(column.dtype, pl.List):
        return "list of text"
    if isinstance(column.dtype, pl.Datetime):
        return "time (RFC 3339)"
    return _TYPES[str(column.dtype)]


def said(column: Column) -> str:
    """Return what is said of a column: its words, bounds and description."""
    words = ", ".join(f"`{word}`" for word in one_of(column.words)) if column.words else ""
    low = f"≥ {column.minimum:g}" if column.minimum is not None else ""
    high = f"≤ {column.maximum:g}" if column.maximum is not None else ""
    return "; ".join(part for part in (words, low, high, column.description) if part).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

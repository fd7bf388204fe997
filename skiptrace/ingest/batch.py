"""Read a batch: every row of every file ends accepted or rejected with a reason, its file and its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.inputs import INPUTS
from skiptrace.errors import InputError
from skiptrace.ingest.barring import bars_all, damaged_rows, uncoded_attempts, unread_accounts, unreadable_stops
from skiptrace.ingest.crosscheck import crosscheck, stops_of_nobody
from skiptrace.ingest.files import find_files, read_sheets
from skiptrace.ingest.headers import check_further
from skiptrace.ingest.instants import load_zone
from skiptrace.ingest.keys import with_derived_ids
from skiptrace.ingest.merging import DUPLICATE, merge_rows
from skiptrace.ingest.recognise import Recognised, recognise
from skiptrace.ingest.rejections import accounting, rejections, table_of
from skiptrace.ingest.rows import ASIDE, FAULTS, ROW, SHEET, typed, without_faulty
from skiptrace.ingest.sheets import Refused
from skiptrace.ingest.words import check_outcomes
from skiptrace.tables import FILE, LINE, PROVENANCE, empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from skiptrace.ingest.merging import Merged
    from skiptrace.ingest.rows import Typed
    from skiptrace.settings import IngestParams

__all__ = ["Batch", "check_params", "read"]

_DERIVED = {"attempts": ("attempt_id", "att_"), "relations": ("relation_id", "rel_")}
_NO_SHEET = -1
"""Sheet of rows that were derived, not read: nothing becomes of them in the count of rows."""
_LAW_NEEDS = ("stops", "attempts")
"""Tables without which nobody may be contacted: what they say can only forbid."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch as read.

    Attributes
    ----------
    tables
        Every input table by name, rows accepted (and known ones, if a casefile's were given), each key once, sorted by
        key. Columns of the table, ``_file`` and ``_line`` (null: the row was known and is not in this batch). Wide
        contact columns of accounts stand in ``contact_points`` with source ``accounts``; stops of kind ``unreadable``
        stand for rejected ones.
    rejected
        REJECTED_SCHEMA, one row an input row, in the order of files and lines.
    set_aside
        Grain: contact cell of an accepted row that cannot be a contact point. ``file``, ``line``, ``column``,
        ``reason``, ``account_id`` (null for records), ``value``.
    uncoded_attempts
        ATTEMPTS with null outcome: rejected, as some cell could not be read, but made, so that law counts them.
    unread_accounts
        Grain: account whose latest row could not be read, known or not. ``account_id`` (null: the row, or the file,
        tells none), ``_file``, ``_line``. A conflict could be read.
    conflicts
        Grain: row that disagrees with another of its key. ``file``, ``line``, ``table``, ``key``, ``columns``.
    files
        Grain: file (or sheet). ``file``, ``sha256``, ``table`` (null: could not be told), ``read``, ``accepted``,
        ``rejected`` with read = accepted + rejected. A file that cannot be read counts as one row, rejected.
    notes
        What is worth knowing and no fault, such as a file that holds a header only.
    """

    tables: Mapping[str, pl.DataFrame]
    rejected: pl.DataFrame
    set_aside: pl.DataFrame
    uncoded_attempts: pl.DataFrame
    unread_accounts: pl.DataFrame
    conflicts: pl.DataFrame
    files: pl.DataFrame
    notes: tuple[str, ...] = field(default=())


class _Read(NamedTuple):
    """Everything of one table before rows are brought together."""

    rows: pl.DataFrame
    faults: pl.DataFrame
    points: pl.DataFrame
    set_aside: pl.DataFrame


def read(paths: Sequence[Path], params: IngestParams, known: Mapping[str, pl.DataFrame] | None = None) -> Batch:
    """Read files and folders of input tables.

    Parameters
    ----------
    paths
        Files, or folders of files named after the tables.
    params
        Further aliases, outcome codes, time zone, order of dates.
    known
        Tables of a casefile. The batch is merged with them: a row equal to a known one is accepted and changes nothing,
        a known row gains what it lacked, and accounts change where accounts do (balance, tag, address …).

    Returns
    -------
    Batch
        See there.

    Raises
    ------
    InputError
        If a path does not exist, or there are no accounts: none known, and no file of them that can be read.
    SettingsError
        If the parameters name a column, an outcome or a time zone that does not exist.
    """
    check_params(params)
    known = known or {}
    sheets = [recognise(sheet, params) for sheet in read_sheets(find_files(paths), params.max_cell_bytes)]
    _some_accounts(sheets, known)
    parts = [
        (sheet.table, typed(sheet.sheet, number, INPUTS[sheet.table], sheet.headers, params))
        for number, sheet in enumerate(sheets)
        if isinstance(sheet, Recognised)
    ]
    tables = {name: _one_table(name, [part for table, part in parts if table == name]) for name in INPUTS}
    merged, faults = _merge_all(tables, known)
    accounts = merged["accounts"].rows.get_column("account_id")
    stops = _all_stops(sheets, tables["stops"], merged["stops"], faults["stops"], accounts)
    every_fault = pl.concat(faults.values())
    return Batch(
        tables={name: stops if name == "stops" else merged[name].rows for name in INPUTS},
        rejected=rejections(
            sheets,
            {name: table.rows for name, table in tables.items()},
            every_fault,
            merged["consents"].rows.get_column("consent_id"),
        ),
        set_aside=_set_aside(tables, every_fault),
        uncoded_attempts=uncoded_attempts(
            tables["attempts"].rows,
            tables["attempts"].faults,
            accounts,
            merged["attempts"].rows.get_column("attempt_id"),
        ),
        unread_accounts=_unread_accounts(sheets, tables["accounts"], faults["accounts"]),
        conflicts=_conflicts(merged, tables),
        files=accounting(sheets, every_fault),
        notes=tuple(
            f"{sheet.sheet.origin.file}: header only, no rows"
            for sheet in sheets
            if isinstance(sheet, Recognised) and sheet.sheet.frame.is_empty() and not sheet.sheet.damaged
        ),
    )


def check_params(params: IngestParams) -> None:
    """Check that the columns, outcomes and the time zone that the settings name exist.

    Raises
    ------
    SettingsError
        If one does not.
    """
    check_further(params.columns)
    check_outcomes(params.outcomes)
    if params.time_zone is not None:
        load_zone(params.time_zone)


def _some_accounts(sheets: Sequence[Recognised | Refused], known: Mapping[str, pl.DataFrame]) -> None:
    if "accounts" in known and not known["accounts"].is_empty():
        return
    if any(isinstance(sheet, Recognised) and sheet.table == "accounts" for sheet in sheets):
        return
    refused = [sheet for sheet in sheets if isinstance(sheet, Refused)]
    # What was meant to be accounts explains it best; otherwise whatever could not be read.
    for sheet in sorted(refused, key=lambda each: table_of(each) != "accounts"):
        column = f", column {sheet.column}" if sheet.column else ""
        raise InputError(f"no accounts: {sheet.origin.file}, line 1{column}: {sheet.reason}")
    raise InputError(f"no accounts: none of the {len(sheets)} files holds them, expected one named accounts")


def _one_table(name: str, parts: Sequence[Typed]) -> _Read:
    nothing = {**INPUTS[name].schema, **PROVENANCE, SHEET: pl.Int64(), ROW: pl.Int64()}
    points = {**INPUTS["contact_points"].schema, **PROVENANCE, SHEET: pl.Int64(), ROW: pl.Int64()}
    rows = pl.concat([empty(nothing), *(part.rows.select(*nothing) for part in parts)])
    if name in _DERIVED:
        rows = with_derived_ids(rows, *_DERIVED[name])
    return _Read(
        rows,
        pl.concat([empty(FAULTS), *(part.faults for part in parts)]),
        pl.concat([empty(points), *(part.points.select(*points) for part in parts if name == "accounts")]),
        pl.concat([empty(ASIDE), *(part.set_aside for part in parts)]),
    )


def _merge_all(
    tables: Mapping[str, _Read], known: Mapping[str, pl.DataFrame]
) -> tuple[dict[str, Merged], dict[str, pl.DataFrame]]:
    """Bring the good rows of every table together, accounts and consents first: the others name them."""
    merged: dict[str, Merged] = {}
    faults = {name: table.faults for name, table in tables.items()}

    def take(name: str, rows: pl.DataFrame) -> None:
        merged[name] = merge_rows(INPUTS[name], rows, known.get(name))
        faults[name] = pl.concat([faults[name], merged[name].faults.filter(pl.col(SHEET) >= 0)])

    for name in ("accounts", "consents"):
        take(name, without_faulty(tables[name].rows, faults[name]))
    accounts = merged["accounts"].rows.get_column("account_id")
    consents = merged["consents"].rows.get_column("consent_id")
    for name, table in tables.items():
        if name in merged:
            continue
        faults[name] = pl.concat([faults[name], crosscheck(name, table.rows, accounts, consents)])
        rows = without_faulty(table.rows, faults[name])
        if name == "stops":
            rows = stops_of_nobody(rows, accounts)
        if name == "contact_points":
            wide = without_faulty(tables["accounts"].points, faults["accounts"])
            rows = pl.concat([rows, wide.with_columns(pl.lit(_NO_SHEET, pl.Int64).alias(SHEET)).select(rows.columns)])
        take(name, rows)
    return merged, faults


def _all_stops(
    sheets: Sequence[Recognised | Refused], table: _Read, merged: Merged, faults: pl.DataFrame, accounts: pl.Series
) -> pl.DataFrame:
    """Add to the stops that could be read those that stand for what could not."""
    real = faults.filter(pl.col("reason") != DUPLICATE).select(SHEET, ROW).unique()
    columns = ["account_id", "contact_point", FILE, LINE]
    rejected = table.rows.join(real, on=[SHEET, ROW], how="semi", maintain_order="left").select(columns)
    damaged = [
        damaged_rows(sheet.sheet, sheet.headers, ("account_id", "contact_point")).select(columns)
        for sheet in sheets
        if isinstance(sheet, Recognised) and sheet.table == "stops" and sheet.sheet.damaged
    ]
    lost = [
        sheet.origin.file
        for sheet in sheets
        if isinstance(sheet, Refused) and not sheet.hollow and table_of(sheet) in _LAW_NEEDS
    ]
    together = pl.concat(
        [unreadable_stops(pl.concat([rejected, *damaged]), accounts), bars_all(lost, accounts), merged.rows]
    )
    stops = INPUTS["stops"].schema
    return together.unique(list(stops), keep="first", maintain_order=True).sort(*stops)


def _unread_accounts(sheets: Sequence[Recognised | Refused], table: _Read, faults: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts whose latest row could not be read; ``faults`` are those found in bringing rows together."""
    columns = ["account_id", FILE, LINE, SHEET]
    rejected = table.rows.join(table.faults.select(SHEET, ROW).unique(), on=[SHEET, ROW], how="semi")
    lost = [empty({name: table.rows.schema[name] for name in columns})]
    for number, sheet in enumerate(sheets):
        if table_of(sheet) != "accounts":
            continue
        if isinstance(sheet, Refused):
            named = pl.DataFrame({"account_id": [None], FILE: [sheet.origin.file], LINE: [1]})
        elif sheet.sheet.damaged:
            named = damaged_rows(sheet.sheet, sheet.headers, ("account_id",))
        else:
            continue
        lost.append(named.with_columns(pl.lit(number, pl.Int64).alias(SHEET)).select(columns).cast(lost[0].schema))
    accepted = without_faulty(table.rows, faults.filter(pl.col("reason") != DUPLICATE))
    return unread_accounts(pl.concat([rejected.select(columns), *lost]), accepted.select(columns))


def _set_aside(tables: Mapping[str, _Read], faults: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for table in tables.values():
        rows = without_faulty(table.rows, faults)
        account = pl.col("account_id") if "account_id" in rows.columns else pl.lit(None, pl.String).alias("account_id")
        where = rows.select(SHEET, ROW, account, pl.col(FILE).alias("file"), pl.col(LINE).alias("line"))
        parts.append(
            table.set_aside.join(where, on=[SHEET, ROW], maintain_order="left").select(
                "file", "line", "column", "reason", "account_id", "value"
            )
        )
    return pl.concat(parts)


def _conflicts(merged: Mapping[str, Merged], tables: Mapping[str, _Read]) -> pl.DataFrame:
    return pl.concat(
        merged[name]
        .conflicts.join(table.rows.select(SHEET, ROW, FILE, LINE), on=[SHEET, ROW], maintain_order="left")
        .select(pl.col(FILE).alias("file"), pl.col(LINE).alias("line"), pl.lit(name).alias("table"), "key", "columns")
        for name, table in tables.items()
    )

"""Bring rows of one key together: what agrees is one row, what disagrees is a conflict that is told.

A later row that only fills gaps is merged into the first. Where rows disagree the first is kept and the later rejected;
but of attempts the version that binds us more is kept, and of consents only what every version grants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.inputs import CONSENTS
from skiptrace.ingest.keys import content_text
from skiptrace.ingest.rows import FAULTS, ROW, SHEET
from skiptrace.ingest.strictness import least_granted, strictest_first, surest_check
from skiptrace.tables import FILE, LINE, PROVENANCE, empty

if TYPE_CHECKING:
    from skiptrace.tables import Table

__all__ = ["CONFLICT", "CONFLICTS", "DUPLICATE", "Merged", "merge_rows"]

CONFLICTS = {SHEET: pl.Int64(), ROW: pl.Int64(), "key": pl.String(), "columns": pl.String()}
"""Grain: row that disagrees with one of the same key. ``key`` holds ids only, never a contact point."""

_CHANGING = {
    "accounts": (
        *("balance", "days_past_due", "tag", "promise_due_on", "notice_sent_on", "time_zone"),
        *("address", "city", "region", "postal_code", "country", "national_id", "extra"),
    ),
    "records": ("national_id", "extra"),
    "relations": ("national_id", "extra"),
    "contact_points": ("extra",),
    "consents": tuple(name for name in CONSENTS.columns if name not in CONSENTS.key),
}
"""Columns in which a difference from what the casefile knows is no conflict.

A newer batch replaces them, as they change by nature, or (``national_id``) as the casefile keeps a hash in their place.
Of consents the casefile holds what all versions grant, which may equal none of them; the least granted is kept again.
"""
_SETTLED = {"contact_points": ("first_seen", "last_seen", "reassignment_checked_on", "reassignment_result")}
"""Columns in which a difference is no conflict: the widest span seen and the latest check are the truth."""
DUPLICATE = "duplicate"
CONFLICT = "conflict: differs from another row of the same key"
_PERSONAL = {"value", "contact_point", "detail"}
_KNOWN, _ORDER, _GROUP, _CONTENT, _BAD, _COLUMNS = "_known", "_order", "_group", "_content", "_bad", "_columns"


class Merged(NamedTuple):
    """One table with every key once.

    Attributes
    ----------
    rows
        The table's columns and ``_file``, ``_line`` (null: not in this batch), sorted by key.
    faults
        FAULTS: rows rejected as duplicate or conflict.
    conflicts
        CONFLICTS.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    conflicts: pl.DataFrame


def merge_rows(table: Table, rows: pl.DataFrame, known: pl.DataFrame | None = None) -> Merged:
    """Merge the good rows of a batch with each other and with what is known.

    Parameters
    ----------
    table
        Whose rows.
    rows
        Typed rows without faults, in reading order: the table's columns and ``_file``, ``_line``, ``_sheet``, ``_row``.
    known
        Rows of the casefile, if there is one. A row equal to a known one is accepted and changes nothing.
    """
    rows = _prepared(table, rows, is_known=False)
    again = ~rows.get_column(_CONTENT).is_first_distinct()
    twice, rows = rows.filter(again), rows.filter(~again)
    duplicates = _faults(twice.with_columns(pl.lit(";".join(_ids(table))).alias(_COLUMNS)), DUPLICATE)
    if known is not None and not known.is_empty():
        rows = pl.concat([_prepared(table, known, is_known=True), rows])
    if table.name == "stops":
        # Every distinct stop is its own; a known one only gains the place where it stands in this batch.
        once = rows.sort(_CONTENT, _KNOWN).unique(_CONTENT, keep="first", maintain_order=True)
        return Merged(_finished(table, once), duplicates, empty(CONFLICTS))
    several = rows.get_column(_GROUP).is_duplicated()
    if not several.any():
        return Merged(_finished(table, rows), duplicates, empty(CONFLICTS))
    marked = _marked(table, rows.filter(several))
    together = _together(table, marked).select(*table.schema, FILE, LINE)
    merged = pl.concat([rows.filter(~several).select(together.columns), together])
    rejected = marked.filter(pl.col(_BAD) & ~pl.col(_KNOWN)).sort(_ORDER)
    key = pl.concat_str(_ids(table), separator=";", ignore_nulls=True).alias("key")
    conflicts = pl.concat([rejected, _instead_of_known(marked)]).select(SHEET, ROW, key, columns=_COLUMNS)
    faults = pl.concat([duplicates, _faults(rejected, CONFLICT)])
    return Merged(_finished(table, merged), faults, conflicts)


def _prepared(table: Table, rows: pl.DataFrame, *, is_known: bool) -> pl.DataFrame:
    if is_known:
        nowhere = {SHEET: pl.lit(-1, pl.Int64), ROW: pl.lit(-1, pl.Int64)}
        nothing = {name: pl.lit(None, dtype) for name, dtype in PROVENANCE.items()}
        rows = table.conform(rows).select(*table.schema).with_columns(**nothing, **nowhere)
    return rows.select(
        *table.schema,
        *(FILE, LINE, SHEET, ROW),
        content_text(rows, list(table.schema)).alias(_CONTENT),
        content_text(rows, list(table.key)).alias(_GROUP),
        pl.lit(is_known).alias(_KNOWN),
        (pl.lit(-1, pl.Int64) if is_known else pl.int_range(pl.len(), dtype=pl.Int64)).alias(_ORDER),
    )


def _marked(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of each key in order of precedence and mark those that disagree with what stands before them."""
    ordered = strictest_first(rows, _GROUP, _ORDER) if table.name == "attempts" else rows.sort(_GROUP, _ORDER)
    changing = _CHANGING.get(table.name, ())
    free = {*table.key, *_united(table), *_SETTLED.get(table.name, ())}
    compared = [name for name in table.schema if name not in free]
    values = {
        name: pl.when(~pl.col(_KNOWN)).then(_plain(table, name)) if name in changing else _plain(table, name)
        for name in compared
    }
    first = {name: (value != value.first().over(_GROUP)).fill_null(value=False) for name, value in values.items()}
    ordered = ordered.with_columns(expression.alias(f"_x_{name}") for name, expression in first.items())
    clashes = pl.any_horizontal([f"_x_{name}" for name in compared])
    ordered = ordered.with_columns(clashes.alias("_clashes"))
    # Among rows that agree with the first, two may fill the same gap differently: then the earlier fills it.
    filled = {name: pl.when(~pl.col("_clashes")).then(value) for name, value in values.items()}
    differs = [
        pl.when(pl.col(f"_x_{name}") | (value != value.drop_nulls().first().over(_GROUP)).fill_null(value=False)).then(
            pl.lit(name)
        )
        for name, value in filled.items()
    ]
    return (
        ordered.with_columns(pl.concat_list(differs).list.drop_nulls().list.join(";").alias(_COLUMNS))
        .with_columns((pl.col(_COLUMNS) != "").alias(_BAD))
        .drop("_clashes", *(f"_x_{name}" for name in compared))
    )


def _together(table: Table, marked: pl.DataFrame) -> pl.DataFrame:
    """Make one row of each key from the rows that do not disagree."""
    good = marked.filter(~pl.col(_BAD))
    if table.name == "consents":
        places = good.group_by(_GROUP, maintain_order=True).agg(pl.col(FILE, LINE).drop_nulls().first())
        return least_granted(marked, _GROUP).join(places, on=_GROUP, how="left", maintain_order="left")
    changing, united = _CHANGING.get(table.name, ()), _united(table)
    settled = _SETTLED.get(table.name, ())
    first = [name for name in (*table.schema, FILE, LINE) if name not in {*changing, *united, *settled}]
    newest = (
        pl.coalesce(pl.col(name).filter(~pl.col(_KNOWN)).drop_nulls().first(), pl.col(name).drop_nulls().first())
        for name in changing
    )
    each = (pl.col(name).explode(empty_as_null=False, keep_nulls=False).unique(maintain_order=True) for name in united)
    widest = [pl.col("first_seen").min(), pl.col("last_seen").max(), *surest_check()] if settled else []
    together = good.group_by(_GROUP, maintain_order=True).agg(
        pl.col(first).drop_nulls().first(), *newest, *each, *widest
    )
    return together.with_columns(pl.when(pl.col(name).list.len() > 0).then(pl.col(name)) for name in united)


def _instead_of_known(marked: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that took the place of a known one: they too are a conflict to be told of."""
    beaten = marked.filter(pl.col(_BAD) & pl.col(_KNOWN)).select(_GROUP, pl.col(_COLUMNS).alias("_beaten"))
    winners = marked.unique(_GROUP, keep="first", maintain_order=True).join(beaten, on=_GROUP, maintain_order="left")
    return winners.with_columns(pl.col("_beaten").alias(_COLUMNS)).drop("_beaten")


def _united(table: Table) -> list[str]:
    """Return the lists that are simply put together, such as phones; not those that grant something."""
    if table.name == "consents":
        return []
    return [name for name, dtype in table.schema.items() if isinstance(dtype, pl.List)]


def _plain(table: Table, name: str) -> pl.Expr:
    return pl.col(name).list.join("\x1d") if isinstance(table.schema[name], pl.List) else pl.col(name)


def _ids(table: Table) -> list[str]:
    return [name for name in table.key if name not in _PERSONAL]


def _faults(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    return rows.select(SHEET, ROW, pl.col(_COLUMNS).alias("column"), pl.lit(reason).alias("reason")).cast(FAULTS)  # type: ignore[arg-type]  # the stubs ask for invariant keys


def _finished(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    by = table.schema if table.name == "stops" else table.key
    return rows.select(*table.schema, FILE, LINE).sort(*by)

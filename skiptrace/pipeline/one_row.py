"""Read one row that a person typed by the same rules as a row of a file, and keep what became of it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INPUTS
from skiptrace.errors import UsageError
from skiptrace.ingest.crosscheck import crosscheck
from skiptrace.ingest.recognise import recognise_as
from skiptrace.ingest.rows import typed
from skiptrace.ingest.sheets import Origin, Refused, Sheet
from skiptrace.pipeline.gathering import origin_of
from skiptrace.tables import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.casefile import Casefile, Opened
    from skiptrace.pipeline.terms import Terms

__all__ = ["keyed_name", "known_tables", "read_one", "renamed_origin"]

_OPTIONS = {"account_id": "--account", "consent_id": "--consent-id", "value": "--contact-point"}
_NAME_DIGITS = 12


def known_tables(opened: Opened, *names: str) -> dict[str, pl.DataFrame]:
    """Return tables that the casefile holds, by name."""
    return {name: opened.read(name, {**INPUTS[name].schema, **PROVENANCE}) for name in names}


def read_one(
    table: str, values: Mapping[str, str | None], known: Mapping[str, pl.DataFrame], terms: Terms
) -> pl.DataFrame:
    """Return one row of a table, typed and checked as a row of a file would be.

    Parameters
    ----------
    table
        Which.
    values
        Column → text as typed; null and empty = not given.
    known
        ``accounts`` and ``consents`` that there are.
    terms
        Settings of ingest.

    Returns
    -------
    polars.DataFrame
        The table's columns and ``_file``, ``_line``, ``_sheet``, ``_row``.

    Raises
    ------
    UsageError
        Naming each option at fault and what is wrong with it.
    """
    params = terms.settings.ingest.model_copy(update={"columns": {}})
    given = {name: [value] for name, value in values.items() if value}
    frame = pl.DataFrame(given, schema=dict.fromkeys(given, pl.String))
    sheet = Sheet(origin=Origin("command line", "", table), frame=frame, lines=pl.Series([1], dtype=pl.Int64))
    recognised = recognise_as(table, sheet, params)
    if isinstance(recognised, Refused):
        raise UsageError(f"{_option(recognised.column or table)}: missing value")
    read = typed(recognised.sheet, 0, INPUTS[table], recognised.headers, params)
    faults = pl.concat([read.faults, crosscheck(table, read.rows, known["accounts"]["account_id"], _ids(known))])
    if not faults.is_empty():
        told = (f"{_option(column)}: {reason}" for column, reason in faults.select("column", "reason").iter_rows())
        raise UsageError("; ".join(dict.fromkeys(told)))
    return read.rows


def _ids(known: Mapping[str, pl.DataFrame]) -> pl.Series:
    return known["consents"]["consent_id"] if "consents" in known else pl.Series([], dtype=pl.String)


def _option(columns: str) -> str:
    return " or ".join(_OPTIONS.get(name, "--" + name.replace("_", "-")) for name in columns.split(";"))


def keyed_name(casefile: Casefile, what: str, text: str) -> str:
    """Return a name for something that cannot be told from it without the casefile's key.

    >>> from pathlib import Path
    >>> from skiptrace.casefile import Casefile, Key
    >>> keyed_name(Casefile(Path("x"), Key("k")), "stop", "A-1")
    '05071eb51e75'
    """
    key = casefile.derive(f"names: {what}")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:_NAME_DIGITS]


def renamed_origin(opened: Opened, change: str) -> None:
    """Let a change count among what went in, so that the plan made after it has another name than the one before."""
    digest = hashlib.sha256(change.encode()).hexdigest()
    opened.put("origin", origin_of(opened.get("origin") or "", pl.Series([digest])))

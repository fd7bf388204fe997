"""The stage as a whole: input tables → PEOPLE, POINTS, CODED_ATTEMPTS, CODED_STOPS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INPUTS
from skiptrace.contracts.stages import CODED_ATTEMPTS, CODED_STOPS, POINTS
from skiptrace.normalise.coding import with_point_keys
from skiptrace.normalise.people import people_of, persons_of
from skiptrace.normalise.points import points_of
from skiptrace.tables import PROVENANCE, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.settings import NormaliseParams

__all__ = ["UNREADABLE_SCHEMA", "Normalised", "normalise"]

UNREADABLE_SCHEMA: Mapping[str, pl.DataType] = {
    "table": pl.String(),
    "record_id": pl.String(),
    "account_id": pl.String(),
    "kind": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    **PROVENANCE,
}
"""Grain: contact point of an input row that could not be read. ``value`` as read; ``reason`` never holds it."""


@dataclass(frozen=True, kw_only=True)
class Normalised:
    """Input in canonical form.

    Attributes
    ----------
    people
        PEOPLE, sorted by table and record.
    points
        POINTS, sorted by their key.
    attempts
        CODED_ATTEMPTS, sorted by attempt.
    stops
        CODED_STOPS, sorted by their key.
    unreadable
        Contact points that could not be read (:data:`UNREADABLE_SCHEMA`).
    """

    people: pl.DataFrame
    points: pl.DataFrame
    attempts: pl.DataFrame
    stops: pl.DataFrame
    unreadable: pl.DataFrame


def normalise(
    tables: Mapping[str, pl.DataFrame],
    params: NormaliseParams,
    *,
    date_order: str | None = None,
    key: bytes = b"skiptrace",
) -> Normalised:
    """Bring names, phones, e-mails, addresses, dates and ids to canonical form.

    Parameters
    ----------
    tables
        Input tables by name, those there are; with or without provenance. Not changed: values as read stay in them.
    params
        Default country.
    date_order
        ``dmy``, ``mdy`` or ``ymd``: declared order of birth dates; None = deduced for each table and source;
        :data:`~skiptrace.normalise.people.UNCLEAR` = not to be deduced.
    key
        Of the hash that stands for a national id; the same key must be used as long as hashes are to be compared.

    Examples
    --------
    >>> from skiptrace.contracts.inputs import ACCOUNTS
    >>> from skiptrace.settings import NormaliseParams
    >>> row = {"account_id": ["A1"], "full_name": ["SMITH, Bob"], "phones": [["212 555 0123"]], "country": ["USA"]}
    >>> done = normalise({"accounts": ACCOUNTS.conform(pl.DataFrame(row))}, NormaliseParams())
    >>> done.people.select("given", "given_root", "family", "phones").row(0)
    ('bob', 'robert', 'smith', ['+12125550123'])
    """
    tables = {name: _whole(table, tables.get(name)) for name, table in INPUTS.items()}
    persons = persons_of(tables, params.default_country)
    points, unreadable = points_of(tables, persons)
    countries = persons.filter(pl.col("table") == "accounts").select("account_id", "country").unique("account_id")
    coded = {
        name: with_point_keys(tables[name], points, countries, params.default_country) for name in ("attempts", "stops")
    }
    people = people_of(persons, points, date_order, key)
    return Normalised(
        people=people,
        points=points.select(list(POINTS.schema)),
        attempts=_coded(coded["attempts"], CODED_ATTEMPTS),
        stops=_coded(coded["stops"], CODED_STOPS),
        unreadable=_unreadable(unreadable, coded),
    )


def _whole(table: Table, frame: pl.DataFrame | None) -> pl.DataFrame:
    frame = table.empty(PROVENANCE) if frame is None else table.conform(frame)
    return frame.with_columns(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in PROVENANCE.items()
    )


def _coded(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    order = [*table.key, "point_key"] if "point_key" not in table.key else list(table.key)
    return table.conform(frame).select(list(table.schema)).sort(order)


def _unreadable(points: pl.DataFrame, coded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    found = [points.select(list(UNREADABLE_SCHEMA))]
    for name, record_id in (("attempts", pl.col("attempt_id")), ("stops", pl.lit(None, pl.String))):
        rows = coded[name].filter(pl.col("reason").is_not_null())
        found.append(
            rows.select(
                table=pl.lit(name),
                record_id=record_id,
                account_id="account_id",
                kind=pl.lit(None, pl.String),
                value="contact_point",
                reason="reason",
                _file="_file",
                _line="_line",
            )
        )
    return pl.concat(found).unique().sort(list(UNREADABLE_SCHEMA))

"""Contact points: every phone, e-mail and address a row names, in the form it is used and the key it is joined by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import CONTACT_POINTS
from skiptrace.contracts.stages import POINTS
from skiptrace.normalise.addresses import read_address
from skiptrace.normalise.distinct import Unreadable, over_distinct
from skiptrace.normalise.emails import read_email
from skiptrace.normalise.phones import read_phone
from skiptrace.vocabulary import PointKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["likely_kind", "point_keys", "points_of", "read_points"]

_TEXT, _TEXTS = pl.String(), pl.List(pl.String())
_READ: Mapping[str, pl.DataType] = {
    "contact_point": _TEXT,
    "point_key": _TEXT,
    "local_key": _TEXT,
    "line_type": _TEXT,
    "zones": _TEXTS,
    "places": _TEXTS,
    "reason": _TEXT,
}
_PLACE = ("city", "region", "postal_code")
_FEWEST_DIGITS = 7
"""What looks dialled has at least these, and twice as many as letters: 9 Elm St 89132 does not."""
_NOTHING = (None,) * (len(_READ) - 1)


def point_keys(values: pl.DataFrame) -> pl.DataFrame:
    """Add to values as read the contact point they mean and the key that joins it.

    Parameters
    ----------
    values
        Grain: value. ``kind`` (str: phone, email, address; null = what the value looks like), ``value`` (str, as
        read), ``country`` (str, ISO 3166-1 alpha-2, by which a local number is read; may be null).

    Returns
    -------
    polars.DataFrame
        The same rows in order, plus ``contact_point`` and ``point_key`` (str); null where the value cannot be read.

    Examples
    --------
    >>> point_keys(pl.DataFrame({"kind": ["phone"], "value": ["(212) 555-0123"], "country": ["US"]})).row(0)[3:]
    ('+12125550123', '+12125550123')
    """
    texts = values.with_columns(pl.col("kind", "value", "country").cast(pl.String))
    read = read_points(texts.select(likely_kind(pl.col("kind")).alias("kind"), "value", "country"))
    return values.with_columns(read.get_columns()[-len(_READ) :][:2])


def likely_kind(kind: pl.Expr) -> pl.Expr:
    """Return the kind of a ``value``: an e-mail if it has an @; else what ``kind`` says; else what it looks like."""
    value = pl.col("value")
    digits, letters = value.str.count_matches(r"\d"), value.str.count_matches(r"\p{L}")
    looks_dialled = ((digits >= _FEWEST_DIGITS) & (digits >= 2 * letters)) | value.str.contains(r"^\s*(?:\+|tel:)")
    return (
        pl.when(value.str.contains("[@＠]"))
        .then(pl.lit(PointKind.EMAIL.value))
        .when(kind.is_not_null())
        .then(kind)
        .when(looks_dialled)
        .then(pl.lit(PointKind.PHONE.value))
        .otherwise(pl.lit(PointKind.ADDRESS.value))
    )


def read_points(values: pl.DataFrame) -> pl.DataFrame:
    """Read contact points.

    Parameters
    ----------
    values
        ``kind``, ``value``, ``country`` (str) and, for addresses, perhaps ``city``, ``region``, ``postal_code``.

    Returns
    -------
    polars.DataFrame
        The same rows in order, plus ``contact_point``, ``point_key``, ``line_type`` (str), ``zones``, ``places``
        (list[str]) as in POINTS; ``local_key`` (str): the national digits of a phone, the street of an address, by
        which a value given without its country or place is recognised; ``reason`` (str): why it could not be read.
    """
    missing = [pl.lit(None, pl.String).alias(name) for name in _PLACE if name not in values.columns]
    rows = values.with_columns(missing).with_row_index("_at")
    read = [
        over_distinct(rows.filter(pl.col("kind") == PointKind.PHONE), ["value", "country"], _phone, _READ),
        over_distinct(rows.filter(pl.col("kind") == PointKind.EMAIL), ["value"], _email, _READ),
        over_distinct(rows.filter(pl.col("kind") == PointKind.ADDRESS), ["value", *_PLACE, "country"], _address, _READ),
        rows.filter(pl.col("kind").is_null() | ~pl.col("kind").is_in(list(PointKind))).with_columns(
            pl.lit("no kind of contact point" if name == "reason" else None, dtype).alias(name)
            for name, dtype in _READ.items()
        ),
    ]
    return pl.concat(read).sort("_at").drop("_at", *(each.meta.output_name() for each in missing))


def _phone(value: str | None, country: str | None) -> Sequence[object]:
    found = read_phone(value, country) if value is not None else Unreadable("no value")
    if isinstance(found, Unreadable):
        return (*_NOTHING, found.reason)
    number = found.e164
    return number, number, found.national, found.line_type.value, found.zones, found.places, None


def _email(value: str | None) -> Sequence[object]:
    found = read_email(value) if value is not None else Unreadable("no value")
    if isinstance(found, Unreadable):
        return (*_NOTHING, found.reason)
    return found.address, found.key, None, None, [], [], None


def _address(value: str | None, *where: str | None) -> Sequence[object]:
    found = read_address(value, *where)
    if isinstance(found, Unreadable):
        return (*_NOTHING, found.reason)
    return found.line, found.key, found.street_key, None, [], found.places, None


def points_of(tables: Mapping[str, pl.DataFrame], people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the contact points of every table that has any.

    Parameters
    ----------
    tables
        Input tables.
    people
        Person-bearing rows (see :func:`skiptrace.normalise.people.persons_of`) with their ``country``.

    Returns
    -------
    tuple of polars.DataFrame
        POINTS, with ``local_key``; and the rows that could not be read (POINTS columns, ``reason``, provenance).
    """
    phones, emails, addresses = _named_by_people(people)
    read = read_points(pl.concat([phones, emails, _listed(tables, people)], how="diagonal"))
    read = pl.concat(
        [read, addresses.select(name for name in addresses.columns if name in read.columns)], how="diagonal"
    )
    readable = read.filter(pl.col("reason").is_null())
    return _merged(readable), read.filter(pl.col("reason").is_not_null())


def _named_by_people(people: pl.DataFrame) -> list[pl.DataFrame]:
    """Points in the person columns, the addresses read already; an account's are its creditor's own, as if listed."""
    accounts = pl.col("table") == "accounts"
    rows = people.select(
        "phones",
        "emails",
        "address",
        "record_id",
        "account_id",
        "country",
        "source",
        "_file",
        "_line",
        table=pl.when(accounts).then(pl.lit("contact_points")).otherwise("table"),
        consent_id=pl.when(~accounts).then("consent_id"),
        last_seen="observed_on",
        contact_point="address_line",
        point_key="address_key",
        local_key="street_key",
        line_type=pl.lit(None, pl.String),
        zones=pl.lit([], _TEXTS),
        places="places",
        reason="address_problem",
    )
    named = []
    for column, kind in (("phones", PointKind.PHONE), ("emails", PointKind.EMAIL), ("address", PointKind.ADDRESS)):
        values = rows.rename({column: "value"}).with_columns(kind=pl.lit(kind.value))
        if kind is not PointKind.ADDRESS:
            values = values.drop(_READ).explode("value")
        named.append(values.drop("phones", "emails", "address", strict=False).drop_nulls("value"))
    return named


def _listed(tables: Mapping[str, pl.DataFrame], people: pl.DataFrame) -> pl.DataFrame:
    """Rows of contact_points; where one repeats the account's street line, the account's columns tell its place.

    An address that only repeats the account's own columns is read from those, where each part stands in its place.
    """
    listed = tables.get("contact_points", CONTACT_POINTS.empty())
    repeated = (pl.col("kind") == PointKind.ADDRESS) & (pl.col("source") == "accounts")
    listed = listed.filter(~repeated.fill_null(value=False))
    accounts = people.filter(pl.col("table") == "accounts")
    read = {name: f"{name}_read" for name in _PLACE}
    places = accounts.select("account_id", **read, value="address", kind=pl.lit(PointKind.ADDRESS.value))
    return (
        listed.join(accounts.select("account_id", "country"), on="account_id", how="left", maintain_order="left")
        .join(places, on=["account_id", "kind", "value"], how="left", maintain_order="left")
        .drop("extra")
        .with_columns(table=pl.lit("contact_points"), record_id="account_id")
    )


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """One row for each key of POINTS; what spellings of it say is put together."""
    rows = POINTS.conform(rows).select(*POINTS.schema, "local_key")
    keys = list(POINTS.key)
    checked = pl.col("reassignment_checked_on")
    one = ("account_id", "point_key", "line_type", "zones", "places", "local_key")
    return (
        rows.sort(*keys, "value", "label", nulls_last=True)
        .group_by(keys, maintain_order=True)
        .agg(
            *(pl.col(name).first() for name in one),
            pl.col("value", "label").drop_nulls().first(),
            pl.col("first_seen").min(),
            pl.col("last_seen").max(),
            checked.max(),
            # Of two answers given at one moment, the worse: r(eassigned) sorts last.
            pl.col("reassignment_result").sort_by([checked, "reassignment_result"]).last(),
        )
        .select(*POINTS.schema, "local_key")
    )

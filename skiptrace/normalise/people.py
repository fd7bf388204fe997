"""Person-bearing rows: names, birth dates, ids and addresses in comparable form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INPUTS, PERSON
from skiptrace.contracts.stages import PEOPLE
from skiptrace.ingest.dates import date_order
from skiptrace.ingest.instants import zone_name
from skiptrace.normalise.addresses import Address, country_of_line, read_address, read_where
from skiptrace.normalise.companies import company_name
from skiptrace.normalise.dates import birth_intervals
from skiptrace.normalise.distinct import over_distinct
from skiptrace.normalise.given_names import given_root
from skiptrace.normalise.identifiers import stored_id
from skiptrace.normalise.names import alias, read_name
from skiptrace.normalise.places import country_code, likely_country
from skiptrace.normalise.sexes import sex_of
from skiptrace.normalise.sounds import sound
from skiptrace.tables import PROVENANCE
from skiptrace.vocabulary import AccountKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNCLEAR", "people_of", "persons_of"]

UNCLEAR = "unclear"
"""Said of the order of dates of which the whole source is known to leave it open, so that no part of it decides."""

_TEXT, _TEXTS, _DATE = pl.String(), pl.List(pl.String()), pl.Date()
_SHOWN = {
    "accounts": {"record_id": pl.col("account_id"), "source": pl.lit("accounts")},
    "records": {"record_id": pl.col("record_id"), "source": pl.col("source")},
    "relations": {"record_id": pl.col("relation_id"), "source": pl.lit("relations")},
}
_OTHERS = {
    "account_id": _TEXT,
    "person_id": _TEXT,
    "relation": _TEXT,
    "consent_id": _TEXT,
    "observed_on": _DATE,
    "age_band": _TEXT,
    "employment_status": _TEXT,
    "product": _TEXT,
    **PROVENANCE,
}
_NAME = {
    "kind": _TEXT,
    "given": _TEXT,
    "middle": _TEXT,
    "family": _TEXT,
    "suffix": _TEXT,
    "given_root": _TEXT,
    "given_sound": _TEXT,
    "family_sound": _TEXT,
    "han_name": _TEXT,
    "other_names": _TEXTS,
}
_ADDRESS = {
    "address_line": _TEXT,
    "address_key": _TEXT,
    "street_key": _TEXT,
    "address_tokens": _TEXTS,
    "house_number": _TEXT,
    "unit": _TEXT,
    "postal_code": _TEXT,
    "city": _TEXT,
    "region": _TEXT,
    "country": _TEXT,
    "places": _TEXTS,
    "address_problem": _TEXT,
}
_ID = {
    "national_id_hash": _TEXT,
    "national_id_last4": _TEXT,
    "national_id_type": _TEXT,
    "id_birth": _DATE,
    "national_id_near": _TEXTS,
}


def persons_of(tables: Mapping[str, pl.DataFrame], default_country: str | None) -> pl.DataFrame:
    """Put the person-bearing tables under one another, each row with the country it is read by.

    Parameters
    ----------
    tables
        Input tables; accounts, records and relations are taken, those there are.
    default_country
        ISO 3166-1 alpha-2 of rows that tell none.

    Returns
    -------
    polars.DataFrame
        Grain: person-bearing row. The person columns as read but for the place; ``country`` is the alpha-2 code of the
        row's own country, else what its declared jurisdiction, its state and postal code, its account (relations) or
        its address tell, else the default. ``address_key``, ``address_tokens``, ``house_number``, ``unit``,
        ``postal_code``, ``city``, ``region`` as in PEOPLE; ``address_line``, ``street_key``, ``places`` for POINTS;
        ``address_problem``: why the address could not be read. ``table``, ``record_id``, ``source`` and provenance.
    """
    persons = pl.concat([_shown(name, tables.get(name, INPUTS[name].empty())) for name in _SHOWN])
    persons = over_distinct(
        persons.rename({"country": "as_read"}),
        ["as_read", "jurisdiction", "region", "postal_code"],
        _told_country,
        {"country": _TEXT},
    )
    own = persons.filter(pl.col("table") == "accounts").select("account_id", of_account="country")
    persons = persons.join(own.unique("account_id"), on="account_id", how="left", maintain_order="left")
    persons = persons.with_columns(pl.coalesce("country", "of_account"))
    unknown = persons.filter(pl.col("country").is_null())
    known = persons.filter(pl.col("country").is_not_null()).with_columns(told=pl.lit(None, pl.String))
    unknown = over_distinct(unknown, ["address"], lambda text: (country_of_line(text),), {"told": _TEXT})
    told = pl.coalesce("country", "told", pl.lit(default_country, pl.String))
    as_read = {name: f"{name}_read" for name in ("city", "region", "postal_code")}
    persons = pl.concat([known, unknown]).with_columns(country_read=told).rename(as_read)
    persons = persons.drop("country", "as_read", "of_account", "told")
    return over_distinct(persons, ["address", *as_read.values(), "country_read"], _address, _ADDRESS)


def _shown(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    frame = frame.with_columns(
        pl.lit(None, dtype).alias(column) for column, dtype in _OTHERS.items() if column not in frame.columns
    )
    return frame.select(
        pl.lit(name).alias("table"),
        *(shown.alias(column) for column, shown in _SHOWN[name].items()),
        *(pl.col(column).cast(dtype) for column, dtype in _OTHERS.items()),
        *PERSON,
    )


def _told_country(
    country: str | None, jurisdiction: str | None, region: str | None, postal: str | None
) -> tuple[str | None]:
    return (country_code(country) or country_code(jurisdiction) or likely_country(region, postal),)


def people_of(persons: pl.DataFrame, points: pl.DataFrame, order: str | None, key: bytes) -> pl.DataFrame:
    """Bring person-bearing rows to comparable form.

    Parameters
    ----------
    persons
        As :func:`persons_of` returns them.
    points
        POINTS of all rows.
    order
        Declared order of day and month in birth dates, or :data:`UNCLEAR`; None = deduced for each table and source.
    key
        Of the hash that stands for a national id.

    Returns
    -------
    polars.DataFrame
        PEOPLE, sorted by table and record.
    """
    rows = _with_names(persons)
    rows = over_distinct(rows, ["national_id", "country"], lambda text, country: stored_id(text, country, key), _ID)
    rows = _with_births(rows, order)
    rows = rows.with_columns(sex=sex_of(pl.col("sex"), pl.col("full_name")))
    rows = over_distinct(rows, ["employer"], lambda text: (company_name(text),), {"employer_key": _TEXT})
    rows = over_distinct(rows, ["time_zone"], lambda text: (text and zone_name(text),), {"zone": _TEXT}).with_columns(
        time_zone="zone",
        language=pl.col("language").str.strip_chars().str.to_lowercase().str.replace_all("_", "-"),
        jurisdiction=pl.col("jurisdiction").str.strip_chars().str.to_uppercase(),
        **{name: pl.col(name).str.strip_chars() for name in ("age_band", "employment_status", "product")},
    )
    rows = _with_aliases(rows)
    for kind, column in (("phone", "phones"), ("email", "emails")):
        rows = rows.drop(column).join(_keys_of(points, kind, column), on=["table", "record_id"], how="left")
    return PEOPLE.conform(rows.select(*PEOPLE.schema)).sort("table", "record_id", "source")


def _with_names(persons: pl.DataFrame) -> pl.DataFrame:
    rows = over_distinct(
        persons.rename({"kind": "kind_read"}),
        ["kind_read", "full_name", "given_name", "family_name", "country"],
        _name,
        _NAME,
    )
    given, family = pl.col("given_name"), pl.col("family_name")
    together = (
        pl.when((given + family).str.contains(r"^[\p{Han}\p{Hangul}]+$"))
        .then(family + given)
        .otherwise(pl.concat_str(given, family, separator=" ", ignore_nulls=True))
    )
    return rows.with_columns(full_name=pl.coalesce("full_name", pl.when(together != "").then(together)))


def _name(
    kind: str | None, full: str | None, given: str | None, family: str | None, country: str | None
) -> tuple[object, ...]:
    name = read_name(kind, full, given, family, country)
    person = name.kind == AccountKind.PERSON
    return (
        name.kind,
        name.given,
        name.middle,
        name.family,
        name.suffix,
        given_root(name.given),
        sound(name.given),
        sound(name.family.replace(" ", "")) if name.family and person else sound(name.family),
        name.han_name,
        name.aliases,
    )


def _address(*read: str | None) -> tuple[object, ...]:
    text, city, region, postal_code, country = read
    found = read_address(text, city, region, postal_code, country)
    if isinstance(found, Address):
        keys = (found.line, found.key, found.street_key, found.tokens, found.house_number, found.unit)
        return *keys, found.postal_code, found.city, found.region, found.country or country, found.places, None
    city, region, postal_code, told = read_where(city, region, postal_code, country)
    nothing = (None,) * 6
    return *nothing, postal_code, city, region, told or country, [], None if text is None else found.reason


def _with_births(rows: pl.DataFrame, order: str | None) -> pl.DataFrame:
    """Birth dates of each table and source, whose writers agreed on an order; without one, the date in the id."""
    parts = rows.partition_by("table", "source", maintain_order=True) or [rows]
    dated = []
    for part in parts:
        written = part.get_column("birth_date")
        births = birth_intervals(written, date_order(written) if order is None else None if order == UNCLEAR else order)
        dated.append(part.with_columns(births.get_columns()))
    known = pl.col("birth_from").is_not_null()
    return pl.concat(dated).with_columns(
        birth_from=pl.when(known).then("birth_from").otherwise("id_birth"),
        birth_to=pl.when(known).then("birth_to").otherwise("id_birth"),
    )


def _with_aliases(rows: pl.DataFrame) -> pl.DataFrame:
    """Aliases of the row and those its name holds, each as one string, without the name itself."""
    said = rows.select("table", "record_id", "country", text="aliases").explode("text").drop_nulls("text")
    said = over_distinct(said, ["text", "country"], lambda *read: (alias(*read),), {"alias": _TEXT})
    held = rows.select("table", "record_id", alias="other_names").explode("alias")
    own = pl.concat_str("given", "middle", "family", separator=" ", ignore_nulls=True)
    every = (
        pl.concat([said.select("table", "record_id", "alias"), held])
        .drop_nulls("alias")
        .join(rows.select("table", "record_id", own.alias("alias")), on=["table", "record_id", "alias"], how="anti")
        .group_by("table", "record_id")
        .agg(pl.col("alias").unique().sort())
        .rename({"alias": "aliases"})
    )
    return rows.drop("aliases").join(every, on=["table", "record_id"], how="left", maintain_order="left")


def _keys_of(points: pl.DataFrame, kind: str, column: str) -> pl.DataFrame:
    table = pl.when(pl.col("table") == "contact_points").then(pl.lit("accounts")).otherwise("table").alias("table")
    return (
        points.filter(pl.col("kind") == kind)
        .group_by(table, "record_id")
        .agg(pl.col("point_key").unique().sort().alias(column))
    )

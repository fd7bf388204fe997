"""Everybody who is to be linked, in one fixed order and as numbers: comparing numbers is fast, and order is settled.

Row numbers are the only identity in this room: record ids may be the same in two tables or sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.stages import PEOPLE
from skiptrace.matching.frequencies import EMPLOYER_SHARES, NAME_SHARES, holder_grade, share, share_grade
from skiptrace.matching.holdings import find_held
from skiptrace.vocabulary import AccountKind

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LINKED", "Among", "Roll", "arrange", "birth_of", "enrol", "grades_of", "spell"]

_ID_HOLDERS = (40, 10)
"""More rows than this hold a national id: filler typed into the field, or several people under one id."""
_FILLER_BIRTH = 1 / 1_000
"""A birth date (about one in 25,000) of more rows than this share is filler, such as 1900-01-01."""
_UNUSED = (
    "relation",
    "consent_id",
    "observed_on",
    "full_name",
    "region",
    "country",
    "language",
    "time_zone",
    "jurisdiction",
)
"""Columns of PEOPLE that say nothing on who somebody is."""
_ORDER = ("source", "record_id", "table")
_IDS = ("table", "source", "record_id", "account_id", "person_id")
_ALONE = ("source", "han", "id_last4", "id_type", "address", "house", "unit", "employer", "sex")
"""What is coded by itself: it is only ever compared with its like."""
LINKED = {name: dtype for name, dtype in PEOPLE.schema.items() if name not in _UNUSED}
"""Columns of PEOPLE that linkage looks at."""
_PERSONAL = ("given", "middle", "given_root", "given_sound", "han_name", "sex")
"""What companies have none of, whatever a file says."""
_GENERATION = {"sr": 1, "i": 1, "jr": 2, "ii": 2, "iii": 3, "iv": 4, "v": 5}
"""Suffixes by generation: a junior is a second."""
_FILLER_HOLDERS = 10
"""Rows up to which a birth date is never filler: a person may well have as many rows in a short file."""


@dataclass(frozen=True, kw_only=True)
class Roll:
    """People in the order of source, record id and table.

    Attributes
    ----------
    ids
        Grain: row. ``table``, ``source``, ``record_id``, ``account_id``, ``person_id``.
    coded
        Grain: row. What is compared, as integers; equal numbers stand for equal values, null for missing.
    names, streets, places
        The text behind the codes of name parts, of street lines, and of postal codes and cities.
    ids_near
        Behind the codes of national ids: what ids one slip apart have in common (list of str).
    held
        See :func:`skiptrace.matching.holdings.find_held`.
    population
        Rows in the whole file: as many as there are here, unless these are only some of them.
    """

    ids: pl.DataFrame
    coded: pl.DataFrame
    names: pl.Series
    streets: pl.Series
    places: pl.Series
    ids_near: pl.Series
    held: Mapping[str, pl.DataFrame]
    population: int

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.ids.height


class Among(NamedTuple):
    """Where rows stand among everybody, if only some are enrolled.

    Attributes
    ----------
    population
        Rows in the whole file.
    grades
        Grain: row, in the order of the roll. How rare its values are among everybody; see :func:`grades_of`.
    held
        As :attr:`Roll.held`, the holders counted among everybody.
    """

    population: int
    grades: pl.DataFrame
    held: Mapping[str, pl.DataFrame]


def enrol(people: pl.DataFrame, among: Among | None = None) -> Roll:
    """Put PEOPLE in order and turn what is compared into numbers.

    Parameters
    ----------
    people
        PEOPLE, in any order.
    among
        Of whom they are some; null = they are everybody.
    """
    people = arrange(people)
    held = among.held if among else find_held(people)
    spelt = spell(people.lazy()).collect()
    parts, names = _coded_together(spelt.select("given", "family", "middle", "root", "given_initial", "middle_initial"))
    sounds, _ = _coded_together(spelt.select("given_sound", "family_sound"))
    street, streets = _coded_together(spelt.select("street"))
    place, places = _coded_together(spelt.select("postal", "city"))
    number, numbers = _coded_together(spelt.select("id_hash"))
    alone = people.select(
        pl.col("is_company").cast(pl.Int8).alias("kind"),
        *(spelt.select(_code(pl.col(_ALONE))).iter_columns()),
        suffix=pl.col("suffix").replace_strict(_GENERATION, default=None, return_dtype=pl.Int32),
        id_checked=pl.col("national_id_type").is_not_null() & (pl.col("national_id_type") != "unknown"),
        latin=pl.concat_str("given", "family", ignore_nulls=True).str.contains(r"^[\x00-\x7f]*$"),
        has_phone=pl.col("phones").list.len() > 0,
        has_email=pl.col("emails").list.len() > 0,
        given_short=pl.col("given").str.len_chars() == 1,
        middle_short=pl.col("middle").str.len_chars() == 1,
    )
    near = (
        people.select(text="national_id_hash", near="national_id_near").drop_nulls("text").unique("text", keep="first")
    )
    coded = pl.concat([alone, parts, sounds, street, place, number, birth_of(people)], how="horizontal")
    return Roll(
        ids=people.select(_IDS),
        coded=coded.with_columns(among.grades if among else grades_of(coded)),
        names=names,
        streets=streets,
        places=places,
        ids_near=numbers.to_frame("text").join(near, on="text", how="left", maintain_order="left")["near"],
        held=held,
        population=among.population if among else people.height,
    )


def arrange(people: pl.DataFrame) -> pl.DataFrame:
    """Return what linkage looks at in PEOPLE, empty text as null, in the order of the roll, with ``is_company``."""
    people = PEOPLE.conform(people).select(list(LINKED))
    # Copies of a million rows are made only where something changes.
    order = people.select(pl.arg_sort_by(*_ORDER, nulls_last=True)).to_series()
    if not order.is_sorted():
        people = people[order]
    texts = [name for name, dtype in LINKED.items() if dtype == pl.String and (people[name] == "").any()]
    people = people.with_columns(
        *(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in texts),
        is_company=(pl.col("kind") == AccountKind.COMPANY).fill_null(value=False),
    )
    if people["is_company"].any():
        people = people.with_columns(pl.when(~pl.col("is_company")).then(pl.col(*_PERSONAL)))
    return people


def spell(people: pl.LazyFrame) -> pl.LazyFrame:
    """Return what is compared and blocked on as text, under its name in :attr:`Roll.coded`, of arranged people."""
    return people.select(
        given="given",
        family="family",
        middle="middle",
        root=pl.coalesce("given_root", "given"),
        given_initial=pl.col("given").str.slice(0, 1),
        middle_initial=pl.col("middle").str.slice(0, 1),
        given_sound=pl.coalesce("given_sound", "given"),
        family_sound=pl.coalesce("family_sound", "family"),
        street=_joined("address_tokens"),
        postal="postal_code",
        city="city",
        id_hash="national_id_hash",
        source="source",
        han="han_name",
        id_last4="national_id_last4",
        id_type="national_id_type",
        address="address_key",
        house="house_number",
        unit="unit",
        employer="employer_key",
        sex="sex",
    )


def _code(value: pl.Expr) -> pl.Expr:
    return value.rank("dense").cast(pl.Int32)


def _joined(column: str) -> pl.Expr:
    line = pl.col(column).list.sort().list.join(" ")
    return pl.when(line != "").then(line)


def _coded_together(columns: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Return the columns as codes of one common list of texts, and that list."""
    each = [columns[name].drop_nulls().unique().rename("text") for name in columns.columns]
    texts = pl.concat(each).unique().sort()
    codes = pl.DataFrame({"text": texts, "code": pl.int_range(texts.len(), dtype=pl.Int32, eager=True)})
    coded = [
        columns.select(text=name).join(codes, on="text", how="left", maintain_order="left")["code"].alias(name)
        for name in columns.columns
    ]
    return pl.DataFrame(coded), texts


def birth_of(people: pl.DataFrame) -> pl.DataFrame:
    """Return the birth date as days since 1970 and as digits; companies have none."""
    first = pl.when(~pl.col("is_company")).then(pl.coalesce("birth_from", "birth_to"))
    last = pl.when(~pl.col("is_company")).then(pl.coalesce("birth_to", "birth_from"))
    full = first == last
    one_month = (first.dt.year() == last.dt.year()) & (first.dt.month() == last.dt.month())
    digits = first.dt.year() * 10_000 + first.dt.month().cast(pl.Int32) * 100 + first.dt.day().cast(pl.Int32)
    return people.select(
        birth_first=first.cast(pl.Int32),
        birth_last=last.cast(pl.Int32),
        birth_two_readings=(
            (first < last)
            & (first.dt.year() == last.dt.year())
            & (first.dt.month().cast(pl.Int32) == last.dt.day().cast(pl.Int32))
            & (first.dt.day().cast(pl.Int32) == last.dt.month().cast(pl.Int32))
        ).fill_null(value=False),
        birth_year=pl.when(first.dt.year() == last.dt.year()).then(first.dt.year()).cast(pl.Int32),
        birth_month=pl.when(one_month).then(first.dt.month()).cast(pl.Int32),
        birth_day=pl.when(full).then(first.dt.day()).cast(pl.Int32),
        birth_digits=pl.when(full).then(digits).cast(pl.Int32),
    )


def grades_of(coded: pl.DataFrame) -> pl.DataFrame:
    """Return how rare each row's own values are: they count where both rows have the same one.

    Parameters
    ----------
    coded
        Everybody's values as numbers, whichever, as long as equal numbers stand for equal values.
    """
    kind = pl.col("kind")
    birth = share(pl.col("birth_digits"), kind)
    filler = (birth >= _FILLER_BIRTH) & (pl.len().over("birth_digits") > _FILLER_HOLDERS)
    return coded.select(
        share_grade(share(pl.col("given"), kind), NAME_SHARES).alias("given_grade"),
        share_grade(share(pl.col("family"), kind), NAME_SHARES).alias("family_grade"),
        share_grade(share(pl.col("employer"), pl.lit(0)), EMPLOYER_SHARES).alias("employer_grade"),
        pl.when(filler).then(0).otherwise(1).cast(pl.Int8).alias("birth_grade"),
        holder_grade(pl.len().over("id_hash"), _ID_HOLDERS).alias("id_grade"),
        holder_grade(pl.len().over("address")).alias("address_grade"),
    )

"""Read one column's text as the type that the contract gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.ingest.cells import lists, numbers
from skiptrace.ingest.dates import date_order, read_dates
from skiptrace.ingest.instants import instants, zone_name
from skiptrace.ingest.words import fold_word, word_lists, words, yes_no
from skiptrace.vocabulary import Basis, Outcome

if TYPE_CHECKING:
    from enum import StrEnum

    from skiptrace.settings import IngestParams
    from skiptrace.tables import Column

__all__ = ["How", "TypedColumn", "problem_where", "typed_column"]

_UNKNOWN_OUTCOME = "unknown outcome: not a known code (more can be named under [ingest.outcomes])"
_KEPT_AS_READ = ("birth_date", "time_zone", "basis")
_NO_ZONE = "found no known time zone, expected an IANA name such as America/New_York"
_PARTIAL_BIRTH = (
    r"^\d{4}$|^\d{4}[-/.年]\d{1,2}月?$|^\d{4}年$|^\d{1,2}[-/.]\d{4}$|^[A-Za-z]{3,9}\.?[ -]\d{4}$|\b00?\b|[?xX*]"
)
"""Birth dates known in part only; zeros and question marks stand for what is not known."""


class How(NamedTuple):
    """How to read: for which table, with which parameters, and whether bare numbers may be days (spreadsheets)."""

    table: str
    params: IngestParams
    serials: bool = False


class TypedColumn(NamedTuple):
    """A column's values, null where unreadable, and the problem of each (null: none)."""

    values: pl.Series
    problems: pl.Series | None = None


def typed_column(name: str, column: Column, text: pl.Series, how: How) -> TypedColumn:
    """Read a column.

    Parameters
    ----------
    name, column
        As the contract declares it.
    text
        Trimmed cells, null where there is nothing.
    how
        Circumstances.

    Returns
    -------
    TypedColumn
        Values of the column's type.
    """
    if name == "outcome":
        return _words(text, Outcome, _UNKNOWN_OUTCOME, how.params.outcomes)
    if name in _KEPT_AS_READ:
        return _as_read(name, text, how)
    if isinstance(column.dtype, pl.List):
        return _lists(text, column)
    if column.words is not None:
        return _words(text, column.words, _expected(column.words))
    return _plain(column.dtype, text, how)


def problem_where(wrong: pl.Series, reason: str) -> pl.Series:
    """Return the reason where something is wrong and null elsewhere."""
    return wrong.alias("wrong").to_frame().select(pl.when(pl.col("wrong")).then(pl.lit(reason))).to_series()


def _plain(dtype: pl.DataType, text: pl.Series, how: How) -> TypedColumn:
    params = how.params
    if dtype.is_numeric():
        return TypedColumn(*numbers(text, whole=dtype.is_integer()))
    if dtype == pl.Date:
        read = read_dates(text, params.date_order or date_order(text), serials=how.serials)
        return TypedColumn(read.get_column("date"), read.get_column("problem"))
    if isinstance(dtype, pl.Datetime):
        date_only = how.table not in {"attempts", "proposals"}
        return TypedColumn(*instants(text, params.time_zone, params.date_order, date_only=date_only))
    if dtype == pl.Boolean:
        return TypedColumn(*yes_no(text))
    return TypedColumn(text)


def _as_read(name: str, text: pl.Series, how: How) -> TypedColumn:
    if name == "birth_date":
        return _birth_dates(text, how)
    if name == "time_zone":
        return _zones(text)
    return TypedColumn(words(text, Basis).fill_null(_folded(text)))


def _words(text: pl.Series, listed: type[StrEnum], reason: str, further: dict[str, str] | None = None) -> TypedColumn:
    found = words(text, listed, further)
    return TypedColumn(found, problem_where(text.is_not_null() & found.is_null(), reason))


def _lists(text: pl.Series, column: Column) -> TypedColumn:
    split = lists(text)
    if column.words is None:
        return TypedColumn(split)
    found = word_lists(split, column.words)
    return TypedColumn(found, problem_where(split.is_not_null() & found.is_null(), _expected(column.words)))


def _expected(listed: type[StrEnum]) -> str:
    return f"not one of: {', '.join(word.value for word in listed)}"


def _folded(text: pl.Series) -> pl.Series:
    found = {value: fold_word(value) for value in text.unique().drop_nulls().to_list()}
    return text.replace(found) if found else text


def _zones(text: pl.Series) -> TypedColumn:
    """Keep time zones as read, and say which do not exist.

    A declared zone is one more whose hours a contact must keep: without the one meant, more would be allowed.
    """
    unknown = [name for name in text.unique().drop_nulls().to_list() if zone_name(name) is None]
    return TypedColumn(text, problem_where(text.is_in(unknown), _NO_ZONE))


def _birth_dates(text: pl.Series, how: How) -> TypedColumn:
    """Keep birth dates as read, and say which are impossible.

    Those known in part, or of unclear order, are for ``normalise`` to read. Spreadsheets keep a date as a number or as
    its midnight; that is the sheet's way of writing, so such a date is written plainly here.
    """
    read = read_dates(text, how.params.date_order or date_order(text), serials=how.serials)
    both = read.with_columns(text=text)
    fine = pl.col("problem").str.starts_with("ambiguous") | pl.col("text").str.contains(_PARTIAL_BIRTH)
    as_stored = pl.col("text").str.contains(r"^\d{4}-\d\d-\d\d[ T]00:00:00(\.0+)?$")
    if how.serials:
        as_stored |= pl.col("text").str.contains(r"^\d{5}(\.\d+)?$")
    out = both.select(
        pl.when(as_stored & pl.col("date").is_not_null())
        .then(pl.col("date").cast(pl.String))
        .otherwise("text")
        .alias("text"),
        pl.when(~fine.fill_null(value=False)).then(pl.col("problem")).alias("problem"),
    )
    return TypedColumn(out.get_column("text"), out.get_column("problem"))

"""Dates as people write them, and the one thing a single value cannot tell: which number is the day.

05/03/2026 is the fifth of March in most of the world and the third of May in the United States. The order is a matter
of the whole column: one 25/03/2026 settles it for all.
"""

from __future__ import annotations

import polars as pl

__all__ = ["date_order", "parse_dates", "read_dates"]

CENTURY_PIVOT = 69
"""Two-digit years below are of this century, as in POSIX ``strptime``."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME_OF_DAY = r"(?:[t ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"

_YEAR_FIRST = rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME_OF_DAY}$"
_COMPACT = r"^(?P<year>1[6-9]\d{2}|2[01]\d{2})(?P<month>\d{2})(?P<day>\d{2})$"
_HAN = r"^(?P<year>\d{4}|\d{2})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]?$"
_DAY_NAME_YEAR = rf"^(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-\s,]*(?P<month>{_MONTH_NAME})[-\s,]*(?P<year>\d{{4}}|\d{{2}})$"
_NAME_DAY_YEAR = rf"^(?P<month>{_MONTH_NAME})[-\s]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-\s,]+(?P<year>\d{{4}}|\d{{2}})$"
_TWO_NUMBERS = rf"^(?P<first>\d{{1,2}})[-/. ](?P<second>\d{{1,2}})[-/. ](?P<year>\d{{4}}|\d{{2}}){_TIME_OF_DAY}$"
_SHORT_YEAR = r"^\d\d$"
_SERIAL = r"^(\d{5})(?:\.\d+)?$"

_LAST_MONTH, _LAST_DAY = 12, 31
_EXCEL_EPOCH = pl.date(1899, 12, 30)
_NOT_A_DATE = "found text that is not a date, expected YYYY-MM-DD"
_IMPOSSIBLE = "impossible date: no such day in the calendar"
_WHICH_IS_THE_DAY = "ambiguous date: day and month could be swapped; expected YYYY-MM-DD or a declared date_order"


def date_order(values: pl.Series) -> str | None:
    """Tell whether a column of dates puts the day or the month first.

    Parameters
    ----------
    values
        Dates as read (str); null and unreadable values say nothing.

    Returns
    -------
    str or None
        ``dmy`` if some value can only be read so and none only the other way; ``mdy`` likewise; else None: the column
        does not tell.

    Examples
    --------
    >>> date_order(pl.Series(["05/03/2026", "25/03/2026"]))
    'dmy'
    >>> date_order(pl.Series(["05/03/2026"])) is None
    True
    """
    parts = _folded(values.unique()).to_frame("text").select(pl.col("text").str.extract_groups(_TWO_NUMBERS))
    first, second = (pl.col("text").struct.field(name).cast(pl.Int32, strict=False) for name in ("first", "second"))
    day_first, month_first = parts.select(
        (first.is_between(_LAST_MONTH + 1, _LAST_DAY) & (second <= _LAST_MONTH)).any().alias("dmy"),
        (second.is_between(_LAST_MONTH + 1, _LAST_DAY) & (first <= _LAST_MONTH)).any().alias("mdy"),
    ).row(0)
    if day_first == month_first:
        return None
    return "dmy" if day_first else "mdy"


def parse_dates(values: pl.Series, order: str | None = None) -> pl.Series:
    """Read dates; what is not one, is impossible or is ambiguous becomes null.

    Parameters
    ----------
    values
        Dates as read (str).
    order
        ``dmy``, ``mdy`` or ``ymd``: how to read two numbers and a year (see :func:`date_order`). Without it only those
        are read that can be meant in one way.

    Returns
    -------
    polars.Series
        Date; same length and order as ``values``.

    Examples
    --------
    >>> parse_dates(pl.Series(["2026-03-05", "05/03/2026", "2026年3月5日", "2026-02-30"]), "dmy").to_list()
    [datetime.date(2026, 3, 5), datetime.date(2026, 3, 5), datetime.date(2026, 3, 5), None]
    """
    return read_dates(values, order).get_column("date").alias(values.name)


def read_dates(values: pl.Series, order: str | None = None, *, serials: bool = False) -> pl.DataFrame:
    """Read dates, and say of each that could not be read why.

    Parameters
    ----------
    values
        Dates as read (str).
    order
        See :func:`parse_dates`.
    serials
        Whether a bare five-digit number is a day count since 1899-12-30, as in spreadsheets.

    Returns
    -------
    polars.DataFrame
        Grain: value, in order. ``date`` (date); ``problem`` (str), null where the date could be read or there was none.
    """
    distinct = values.unique().drop_nulls()
    known = pl.DataFrame({"text": distinct, "folded": _folded(distinct)})
    read = known.select("text", *_read(pl.col("folded"), order, serials=serials))
    return values.alias("text").to_frame().join(read, on="text", how="left", maintain_order="left").drop("text")


def _folded(values: pl.Series) -> pl.Series:
    wide = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"／": "/", "－": "-", "．": "."}
    return values.cast(pl.String).str.replace_many(wide).str.strip_chars().str.to_lowercase()


def _read(text: pl.Expr, order: str | None, *, serials: bool) -> tuple[pl.Expr, pl.Expr]:
    swapped = _two_numbers(text, order)
    candidates = [_plain(text, form) for form in (_YEAR_FIRST, _COMPACT, _HAN, _DAY_NAME_YEAR, _NAME_DAY_YEAR)]
    iso = pl.coalesce(*candidates, swapped)
    date = iso.str.to_date("%Y-%m-%d", strict=False)
    if serials:
        days = text.str.extract(_SERIAL, 1).cast(pl.Int64, strict=False)
        date = date.fill_null(_EXCEL_EPOCH + pl.duration(days=days))
    ambiguous = text.str.contains(_TWO_NUMBERS) & iso.is_null()
    problem = (
        pl.when(date.is_not_null())
        .then(None)
        .when(ambiguous)
        .then(pl.lit(_WHICH_IS_THE_DAY))
        .when(iso.is_not_null())
        .then(pl.lit(_IMPOSSIBLE))
        .otherwise(pl.lit(_NOT_A_DATE))
    )
    return date.alias("date"), problem.alias("problem")


def _plain(text: pl.Expr, form: str) -> pl.Expr:
    found = text.str.extract_groups(form)
    month = found.struct.field("month")
    number = month.str.slice(0, 3).replace_strict(
        {name: str(at) for at, name in enumerate(_MONTHS, start=1)}, default=month
    )
    return _iso(found.struct.field("year"), number, found.struct.field("day"))


def _two_numbers(text: pl.Expr, order: str | None) -> pl.Expr:
    found = text.str.extract_groups(_TWO_NUMBERS)
    first, second, year = (found.struct.field(name) for name in ("first", "second", "year"))
    day_first, month_first = _iso(year, second, first), _iso(year, first, second)
    if order == "dmy":
        return day_first
    if order == "mdy":
        return month_first
    if order == "ymd":
        return pl.when(year.str.contains(_SHORT_YEAR)).then(_iso(first, second, year))
    one, other = first.cast(pl.Int32, strict=False), second.cast(pl.Int32, strict=False)
    return pl.when((one > _LAST_MONTH) | (one == other)).then(day_first).when(other > _LAST_MONTH).then(month_first)


def _iso(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    short = year.cast(pl.Int32, strict=False)
    century = pl.when(short < CENTURY_PIVOT).then(pl.lit("20")).otherwise(pl.lit("19"))
    whole_year = pl.when(year.str.contains(_SHORT_YEAR)).then(pl.concat_str(century, year)).otherwise(year)
    return pl.concat_str(whole_year, month.str.zfill(2), day.str.zfill(2), separator="-")

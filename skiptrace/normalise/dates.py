"""Birth dates: full, partial or ambiguous, each as the interval of days it can mean."""

from __future__ import annotations

import polars as pl

from skiptrace.ingest.dates import parse_dates

__all__ = ["birth_intervals"]

CENTURY_PIVOT = 10
"""Two-digit years up to this are of the 2000s, later ones of the 1900s.

No clock is read here, and debtors are adults: 1911 to 1999 covers them but for the youngest, who were born up to 2010.
"""

_FIRST_YEAR, _LAST_YEAR = 1880, 2100
_WIDE = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"／": "/", "－": "-", "．": ".", "　": " "}
_YEAR = r"^(\d{4})\s*年?$|^(\d{4})[-/.]?00[-/.]?00$"
_YEAR_MONTH = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:[-/.]00)?$"
_MONTH_YEAR = r"^(\d{1,2})[-/.](\d{4})$"
_COMPACT_MONTH = r"^((?:19|20)\d{2})(0[1-9]|1[0-2])(?:00)?$"
_MINGUO = r"^(?:民国|民國|ROC)\s*(\d{1,3})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$"
_MINGUO_EPOCH = 1911


def birth_intervals(values: pl.Series, order: str | None = None) -> pl.DataFrame:
    """Read birth dates as intervals.

    Parameters
    ----------
    values
        As read (str): full dates in the forms of :func:`skiptrace.ingest.dates.parse_dates`, or only a year (1978), or
        year and month (1978-05, 05/1978, 1978年5月), or the year of the Republic (民国67年5月3日).
    order
        ``dmy``, ``mdy`` or ``ymd``, declared or deduced from the whole column; None = the column does not tell. Then
        05/03/1978 is the hull of both its readings, which lie in one year.

    Returns
    -------
    polars.DataFrame
        Grain: value, in order. ``birth_from``, ``birth_to`` (date): first and last day it can be, the same where the
        date is exact; null where it cannot be read, lies outside 1880–2100, or is 1900-01-01, which systems write for
        "unknown".

    Examples
    --------
    >>> birth_intervals(pl.Series(["3.5.78", "1978", "02/1980", "1900-01-01"]), "dmy").rows()
    ... # doctest: +NORMALIZE_WHITESPACE
    [(datetime.date(1978, 5, 3), datetime.date(1978, 5, 3)), (datetime.date(1978, 1, 1), datetime.date(1978, 12, 31)),
     (datetime.date(1980, 2, 1), datetime.date(1980, 2, 29)), (None, None)]
    """
    text = values.cast(pl.String).alias("text")
    distinct = text.unique().drop_nulls()
    clean = distinct.str.replace_many(_WIDE).str.strip_chars()
    readings = {"exact": order, "day_first": "dmy", "month_first": "mdy"}
    read = pl.DataFrame(
        {"text": distinct, "clean": clean, **{name: parse_dates(clean, how) for name, how in readings.items()}}
    )
    exact, one, other = (_in_century(pl.col(name), pl.col("clean")) for name in readings)
    both = one.is_not_null() & other.is_not_null()
    # 05/13/78 has one meaning, whatever the order of its column.
    exact = pl.coalesce(exact, pl.when(~both).then(pl.coalesce(one, other)), _minguo(pl.col("clean")))
    partial_from, partial_to = _partial(pl.col("clean"))
    read = read.select(
        "text",
        birth_from=pl.coalesce(exact, partial_from, pl.when(both).then(pl.min_horizontal(one, other))),
        birth_to=pl.coalesce(exact, partial_to, pl.when(both).then(pl.max_horizontal(one, other))),
    )
    start, end = pl.col("birth_from"), pl.col("birth_to")
    unknown = (start == pl.date(1900, 1, 1)) & (end == start)
    ok = (start.dt.year() >= _FIRST_YEAR) & (end.dt.year() <= _LAST_YEAR) & ~unknown
    read = read.with_columns(birth_from=pl.when(ok).then(start), birth_to=pl.when(ok).then(end))
    return text.to_frame().join(read, on="text", how="left", maintain_order="left").drop("text")


def _in_century(date: pl.Expr, text: pl.Expr) -> pl.Expr:
    """Move a date whose year was written with two digits to the century of birth dates."""
    year = date.dt.year()
    short = (year > 2000 + CENTURY_PIVOT) & ~text.str.contains(year.cast(pl.String), literal=True)
    return pl.when(short).then(date.dt.offset_by("-100y")).otherwise(date)


def _partial(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    year = pl.coalesce(text.str.extract(_YEAR, 1), text.str.extract(_YEAR, 2)).cast(pl.Int32, strict=False)
    month_of = [(_YEAR_MONTH, 1, 2), (_MONTH_YEAR, 2, 1), (_COMPACT_MONTH, 1, 2)]
    months = [
        pl.concat_str(text.str.extract(form, y), text.str.extract(form, m).str.zfill(2), separator="-") + "-01"
        for form, y, m in month_of
    ]
    month = pl.coalesce(months).str.to_date("%Y-%m-%d", strict=False)
    return (
        pl.coalesce(month, pl.date(year, 1, 1)),
        pl.coalesce(month.dt.month_end(), pl.date(year, 12, 31)),
    )


def _minguo(text: pl.Expr) -> pl.Expr:
    year, month, day = (text.str.extract(_MINGUO, part).cast(pl.Int32, strict=False) for part in (1, 2, 3))
    iso = pl.format("{}-{}-{}", year + _MINGUO_EPOCH, month, day)
    return iso.str.to_date("%Y-%m-%d", strict=False)

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from skiptrace.normalise.dates import birth_intervals

DAY = dt.date(1978, 5, 3)


def interval(text, order=None):
    return birth_intervals(pl.Series([text]), order).row(0)


@pytest.mark.parametrize(
    "text",
    ["1978-05-03", "1978/5/3", "19780503", "3 May 1978", "May 3, 1978", "03-May-78", "1978年5月3日",
     "１９７８年５月３日", "1978-05-03T00:00:00", "民国67年5月3日"],
)  # fmt: skip
def test_forms_with_one_meaning_need_no_order(text):
    assert interval(text) == (DAY, DAY)


def test_the_order_settles_what_a_form_does_not():
    assert interval("03/05/1978", "dmy") == (DAY, DAY)
    assert interval("05/03/1978", "mdy") == (DAY, DAY)
    assert interval("05/13/78", "dmy") == (dt.date(1978, 5, 13),) * 2


def test_an_undecided_date_is_the_hull_of_both_readings():
    assert interval("03/05/1978") == (dt.date(1978, 3, 5), DAY)
    assert interval("05/05/1978") == (dt.date(1978, 5, 5),) * 2


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1978", dt.date(1978, 1, 1), dt.date(1978, 12, 31)),
        ("1978-00-00", dt.date(1978, 1, 1), dt.date(1978, 12, 31)),
        ("1980-02", dt.date(1980, 2, 1), dt.date(1980, 2, 29)),
        ("02/1980", dt.date(1980, 2, 1), dt.date(1980, 2, 29)),
        ("1980年2月", dt.date(1980, 2, 1), dt.date(1980, 2, 29)),
        ("198002", dt.date(1980, 2, 1), dt.date(1980, 2, 29)),
    ],
)
def test_partial_dates_are_intervals(text, first, last):
    assert interval(text) == (first, last)


def test_two_digit_years_are_those_of_adults():
    assert interval("29/2/52", "dmy") == (dt.date(1952, 2, 29),) * 2
    assert interval("1/2/05", "dmy") == (dt.date(2005, 2, 1),) * 2
    assert interval("1/2/11", "dmy") == (dt.date(1911, 2, 1),) * 2


@pytest.mark.parametrize(
    "text", [None, "", "unknown", "1978-02-30", "31/31/1978", "1900-01-01", "2150-01-01", "0000-00-00"]
)
def test_what_is_no_birth_date_is_null(text):
    assert interval(text) == (None, None)


def test_rows_keep_their_order_and_an_empty_column_stays_empty():
    read = birth_intervals(pl.Series(["1978", None, "1978-05-03", "1978"]))
    assert read["birth_from"].to_list() == [dt.date(1978, 1, 1), None, DAY, dt.date(1978, 1, 1)]
    assert birth_intervals(pl.Series([], dtype=pl.String)).shape == (0, 2)

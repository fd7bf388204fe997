from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.ingest.dates import date_order, parse_dates, read_dates

MARCH_5 = dt.date(2026, 3, 5)
DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-05", "2026/3/5", "2026.03.05", "20260305", "2026年3月5日", "２０２６-３-５", " 2026-03-05 "),
        *("5 March 2026", "5-Mar-2026", "5-Mar-26", "March 5, 2026", "Mar 5th, 2026", "05 mar 2026"),
        *("2026-03-05T10:00:00Z", "2026-03-05 00:00:00"),
    ],
)
def test_a_date_is_read_however_it_is_written(text):
    assert parse_dates(pl.Series([text])).to_list() == [MARCH_5]


@pytest.mark.parametrize("order", ["dmy", "mdy"])
@given(day=DAYS)
def test_a_declared_order_is_followed(order, day):
    text = day.strftime("%d/%m/%Y" if order == "dmy" else "%m/%d/%Y")
    assert parse_dates(pl.Series([text]), order).to_list() == [day]


@given(days=st.lists(DAYS, min_size=1), order=st.sampled_from(["%d.%m.%Y", "%m/%d/%Y"]))
def test_an_order_that_is_deduced_is_right(days, order):
    deduced = date_order(pl.Series([day.strftime(order) for day in days]))
    assert deduced in {None, "dmy" if order.startswith("%d") else "mdy"}
    assert (deduced is None) == all(day.day <= 12 for day in days)


@given(text=st.text(max_size=12))
def test_no_text_breaks_the_reading(text):
    read = read_dates(pl.Series([text]))
    assert read.get_column("date").is_null().all() == read.get_column("problem").is_not_null().all()


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2025-02-29", "2026-13-01", "31/04/2026", "32/01/2026", "2026年2月30日"]
)
def test_a_day_that_is_not_in_the_calendar_is_impossible(text):
    assert read_dates(pl.Series([text]), "dmy").get_column("problem")[0].startswith("impossible date")


def test_a_lone_ambiguous_date_is_not_guessed_unless_both_readings_agree():
    read = read_dates(pl.Series(["05/03/2026", "04/04/2026"]))
    assert read.get_column("date").to_list() == [None, dt.date(2026, 4, 4)]
    assert read.get_column("problem")[0].startswith("ambiguous date")


def test_a_column_that_contradicts_itself_has_no_order():
    assert date_order(pl.Series(["25/03/2026", "03/25/2026"])) is None


def test_day_counts_are_dates_in_spreadsheets_only():
    assert read_dates(pl.Series(["46086"]), serials=True).get_column("date").to_list() == [MARCH_5]
    assert parse_dates(pl.Series(["46086"])).to_list() == [None]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_is_no_date(values):
    assert parse_dates(pl.Series(values, dtype=pl.String)).to_list() == values
    assert date_order(pl.Series(values, dtype=pl.String)) is None

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.ingest.cells import as_json, as_text, column_of, lists, numbers


@pytest.mark.parametrize(
    "text", ["", " ", "N/A", "n/a", "null", "NULL", "-", "--", "无", "暂无", "nan", "unknown", "\u3000"]
)
@pytest.mark.parametrize("column", ["full_name", "city", "outcome"])
def test_what_stands_for_nothing_is_nothing(text, column):
    assert column_of(column, pl.Series([text])).to_list() == [None]


@pytest.mark.parametrize(
    ("column", "text"), [("family_name", "Na"), ("family_name", "Null"), ("given_name", "None"), ("country", "NA")]
)
def test_names_and_countries_that_look_like_nothing_are_kept(column, text):
    assert column_of(column, pl.Series([text])).to_list() == [text]


def test_blanks_of_every_kind_are_trimmed():
    assert column_of("full_name", pl.Series(["\ufeff\u00a0\u3000 李 雷\u200b\t"])).to_list() == ["李 雷"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1001.0, 0.5, None], ["1001", "0.5", None]),
        ([True, None], ["true", None]),
        ([7], ["7"]),
        ([dt.date(2026, 3, 5)], ["2026-03-05"]),
        ([dt.datetime(2026, 3, 5, 1, 2, 3)], ["2026-03-05T01:02:03"]),  # noqa: DTZ001  # as spreadsheets and Parquet hold it: without a zone
        ([dt.datetime(2026, 3, 5, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=8)))], ["2026-03-04T17:02:03Z"]),
        ([["a", "b"], None], ['["a","b"]', None]),
    ],
)
def test_typed_cells_are_written_as_the_text_people_would_write(values, texts):
    assert as_text(pl.Series(values)).to_list() == texts


@given(items=st.lists(st.text(alphabet=st.sampled_from("ab c名"), min_size=1).map(str.strip).filter(bool), min_size=1))
def test_a_list_is_the_same_however_it_is_written(items):
    ways = [";".join(items), " | ".join(items), json.dumps(items, ensure_ascii=False)]
    assert lists(pl.Series(ways)).to_list() == [items] * 3


def test_an_empty_list_is_nothing():
    assert lists(pl.Series(["[]", ";", "", None], dtype=pl.String)).to_list() == [None] * 4


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["1,234.50", "$7", "(3)", "1e3"], [1234.5, 7, -3, 1000]),
        (["1.234,50", "7,25"], [1234.5, 7.25]),
        (["1,234", "5"], [1234, 5]),
        (["1 234,5", "€ 2"], [1234.5, 2]),
        (["￥１２．５", "¥3元"], [12.5, 3]),
        (["12,34,567.00"], [1234567]),
        (["USD 5", "5 EUR"], [5, 5]),
    ],
)
def test_numbers_are_read_with_the_sign_the_column_shows(texts, read):
    found, problems = numbers(pl.Series(texts), whole=False)
    assert found.to_list() == read
    assert problems.null_count() == len(texts)


@pytest.mark.parametrize("text", ["abc", "inf", "1.2.3", "NaN!", "1,2,3"])
def test_what_is_no_number_says_so(text):
    found, problems = numbers(pl.Series([text]), whole=False)
    assert found.to_list() == [None]
    assert problems[0].startswith("found text that is not a number")


def test_a_whole_number_may_be_written_with_zeros_but_not_with_a_fraction():
    found, problems = numbers(pl.Series(["30.0", "30.5"]), whole=True)
    assert found.to_list() == [30, None]
    assert problems[1].startswith("found a number with decimals")


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_being_written(value):
    assert numbers(pl.Series([repr(value)]), whole=False)[0].to_list() == [value]


def test_a_row_is_written_as_json_with_its_types():
    frame = pl.DataFrame({"b": ['q"x'], "a": [1], "d": [dt.date(2026, 3, 5)], "n": [None]})
    assert json.loads(as_json(frame)[0]) == {"b": 'q"x', "a": 1, "d": "2026-03-05", "n": None}

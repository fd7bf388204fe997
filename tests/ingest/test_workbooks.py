from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import xlsxwriter

from skiptrace.errors import InputError
from skiptrace.ingest.sheets import Origin, Refused
from skiptrace.ingest.workbooks import read_workbook

ORIGIN = Origin("accounts.xlsx", "", "accounts")


@pytest.fixture
def book(tmp_path):
    """Make a workbook of sheets given as rows, and let the test touch it before it is read."""

    def make(sheets, touch=None, limit=1_000_000):
        path = tmp_path / "accounts.xlsx"
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as workbook:
            for name, rows in sheets.items():
                sheet = workbook.add_worksheet(name)
                for at, row in enumerate(rows):
                    for place, value in enumerate(row):
                        if value is not None:
                            sheet.write(at, place, value)
                if touch is not None:
                    touch(sheet)
        return read_workbook(path, ORIGIN, limit)

    return make


def test_cells_are_read_as_people_see_them_with_the_row_of_each(book):
    rows = [
        ["account_id", "opened_on", "balance", "open"],
        [1001.0, dt.datetime(2026, 3, 5), 12.5, True],  # noqa: DTZ001  # as spreadsheets and Parquet hold it: without a zone
        [None] * 4,
        ["A2", None, 3, False],
    ]
    (sheet,) = book({"Sheet1": rows})
    assert sheet.frame.rows() == [("1001", "2026-03-05 00:00:00", "12.5", "true"), ("A2", None, "3", "false")]
    assert sheet.lines.to_list() == [2, 4]
    assert sheet.origin == ORIGIN


def test_a_table_may_begin_below_and_to_the_right(book):
    (sheet,) = book({"Sheet1": [[], [None, "account_id", "note"], [None, "A1", "x"]]})
    assert sheet.lines.to_list() == [3]
    assert sheet.frame.get_column("account_id").to_list() == ["A1"]


def test_several_sheets_are_several_tables_and_empty_ones_are_none(book):
    sheets = book({"accounts": [["account_id"], ["A1"]], "empty": [], "stops": [["kind"], ["cease"]]})
    assert [sheet.origin.file for sheet in sheets] == ["accounts.xlsx[accounts]", "accounts.xlsx[stops]"]
    assert [sheet.origin.title for sheet in sheets] == ["accounts", "stops"]


def test_a_formula_counts_by_its_stored_value_and_one_without_costs_its_row(book):
    def touch(sheet):
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_formula(2, 1, "=1+1", None, "")

    (sheet,) = book({"accounts": [["id", "n"], ["A1"], ["A2"], ["A3", 3]]}, touch)
    assert sheet.frame.rows() == [("A1", "2"), ("A3", "3")]
    assert [(line.line, line.column, line.reason) for line in sheet.damaged] == [
        (3, "n", "formula without a stored value, expected a value")
    ]


def test_merged_cells_cost_the_rows_they_cover(book):
    (sheet,) = book({"accounts": [["id", "n"], ["A1", 1], ["A2", 2], ["A3", 3]]}, lambda s: s.merge_range("B2:B3", 9))
    assert sheet.frame.rows() == [("A3", "3")]
    assert [(line.line, line.column, line.reason) for line in sheet.damaged] == [
        (2, "n", "merged cells B2:B3, expected one value a cell"),
        (3, "n", "merged cells B2:B3, expected one value a cell"),
    ]


def test_a_merged_header_refuses_the_sheet(book):
    (sheet,) = book({"accounts": [["id"], ["A1", 1]]}, lambda s: s.merge_range("A1:B1", "id"))
    assert isinstance(sheet, Refused)
    assert "merged cells in the header" in sheet.reason


def test_an_overlong_cell_costs_its_row(book):
    (sheet,) = book({"accounts": [["id", "n"], ["A1", "x" * 3_000], ["A2", "y"]]}, limit=2_000)
    assert sheet.lines.to_list() == [3]
    assert sheet.damaged[0][:3] == (2, "n", "cell longer than 2000 bytes")


def test_an_empty_workbook_says_so(book):
    with pytest.raises(InputError, match="empty workbook"):
        book({"Sheet1": []})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"account_id,name\n"])
def test_what_is_no_workbook_says_so(tmp_path, content):
    path = tmp_path / "accounts.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"XLSX|empty"):
        read_workbook(path, ORIGIN, 1_000)


def test_dates_of_a_workbook_are_dates(batch, book, tmp_path):
    rows = [
        ["account_id", "full_name", "birth_date", "opened_on", "balance"],
        [1001.0, "Ann Lee", dt.datetime(1980, 3, 5), 46086, 7],  # noqa: DTZ001  # as spreadsheets and Parquet hold it: without a zone
    ]
    book({"Sheet1": rows})
    read = batch({"accounts.xlsx": (tmp_path / "accounts.xlsx").read_bytes()}).tables["accounts"]
    assert read.select("account_id", "birth_date", "opened_on", "balance").row(0) == (
        "1001",
        "1980-03-05",
        dt.date(2026, 3, 5),
        7.0,
    )


def test_parquet_types_are_kept(batch, tmp_path):
    frame = pl.DataFrame(
        {
            "account_id": [1001.0, 1002.0],
            "full_name": ["Ann Lee", "Bob Ray"],
            "opened_on": [dt.date(2026, 3, 5), None],
            "phones": [["+44 20 7946 0001", "+44 20 7946 0002"], None],
            "colour": [1, 2],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    read = batch({"accounts.parquet": (tmp_path / "a.parquet").read_bytes()})
    accounts = read.tables["accounts"]
    assert accounts.get_column("account_id").to_list() == ["1001", "1002"]
    assert accounts.get_column("opened_on").to_list() == [dt.date(2026, 3, 5), None]
    assert accounts.get_column("phones").to_list() == [["+44 20 7946 0001", "+44 20 7946 0002"], None]
    assert accounts.get_column("extra").to_list() == ['{"colour":1}', '{"colour":2}']
    assert accounts.get_column("_line").to_list() == [1, 2]
    assert read.tables["contact_points"].height == 2

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.contracts.csv_files import append_csv, guarded, unguarded, whole_file, write_csv
from skiptrace.errors import UsageError


def cells(expression: pl.Expr, values: list[str | None]) -> list[str | None]:
    return pl.DataFrame({"cell": values}, schema={"cell": pl.String}).select(expression).to_series().to_list()


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1 cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "+", "-", "+44 20", "--1", "+44x"]
)
def test_what_a_spreadsheet_would_execute_is_quoted(cell):
    assert cells(guarded(pl.col("cell")), [cell]) == [f"'{cell}"]


@pytest.mark.parametrize(
    "cell", ["+442079460000", "-5", "+5.25", "-1e-7", ".5", "a=b", "", "12", "张伟", "a@example.com"]
)
def test_plain_numbers_and_e164_and_text_stay(cell):
    assert cells(guarded(pl.col("cell")), [cell]) == [cell]


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_the_guard_can_be_undone(cell):
    both = pl.DataFrame({"cell": [cell]}, schema={"cell": pl.String}).with_columns(guarded(pl.col("cell")))
    assert both.select(unguarded(pl.col("cell"))).item() == cell


def test_every_type_has_its_plain_form(tmp_path: Path):
    frame = pl.DataFrame(
        {
            "=name": ['Zoë, "Z"', None],
            "many": [["a", "=b"], None],
            "at": [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), None],
            "day": [date(2026, 1, 2), None],
            "yes": [True, None],
            "thing": [{"a": 1}, {"a": None}],
        }
    )
    write_csv(frame, tmp_path / "f.csv")
    raw = (tmp_path / "f.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    header, first, second = csv.reader(raw.decode().splitlines())
    assert header[0] == "'=name"
    assert first[0] == 'Zoë, "Z"'
    assert json.loads(first[1]) == ["a", "=b"]
    assert first[2:5] == ["2026-01-02T03:04:05Z", "2026-01-02", "true"]
    assert json.loads(first[5]) == {"a": 1}
    assert second[:5] == [""] * 5


def test_an_empty_frame_is_a_header(tmp_path: Path):
    write_csv(pl.DataFrame(schema={"a": pl.String, "b": pl.List(pl.String)}), tmp_path / "f.csv")
    assert (tmp_path / "f.csv").read_text() == "a,b\n"


def test_a_file_that_cannot_be_written_is_one_clear_line(tmp_path: Path):
    with pytest.raises(UsageError, match=r"^f\.csv: cannot be written \(no such folder\)$"):
        write_csv(pl.DataFrame({"a": [1]}), tmp_path / "nowhere" / "f.csv")


def full_disk() -> None:
    with Path("/dev/full").open("w") as file:
        file.write("x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "f.csv"
    path.write_text("old")
    with pytest.raises(UsageError, match="the disk is full"), whole_file(path) as draft:
        draft.write_text("half")
        full_disk()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_when_polars_meets_it(tmp_path: Path):
    with pytest.raises(UsageError, match="the disk is full"), whole_file(tmp_path / "f.csv"):
        pl.DataFrame({"a": [1]}).write_csv("/dev/full")


def test_rows_are_added_below_a_header_that_is_written_once(tmp_path):
    path = tmp_path / "a.csv"
    rows = pl.DataFrame({"id": ["1", "=2"], "note": [None, "x,y"]})
    append_csv(rows.head(1), path)
    append_csv(rows.tail(1), path)
    whole = tmp_path / "whole.csv"
    write_csv(rows, whole)
    assert path.read_bytes() == whole.read_bytes()


def test_a_last_line_without_an_end_is_ended_before_rows_are_added(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfid,note\r\n1,a")
    append_csv(pl.DataFrame({"id": ["2"], "note": ["b"]}), path)
    assert path.read_bytes() == b"\xef\xbb\xbfid,note\r\n1,a\n2,b\n"


def test_nothing_is_added_to_a_file_of_other_columns_or_where_none_can_be(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("note,id\n")
    with pytest.raises(UsageError, match=r"a\.csv: has other columns than id, note"):
        append_csv(pl.DataFrame({"id": ["2"], "note": ["b"]}), path)
    assert path.read_text() == "note,id\n"
    with pytest.raises(UsageError, match="no such folder"):
        append_csv(pl.DataFrame({"id": ["2"]}), tmp_path / "none" / "a.csv")

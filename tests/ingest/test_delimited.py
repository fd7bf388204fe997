from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skiptrace.errors import InputError
from skiptrace.ingest.delimited import read_delimited
from skiptrace.ingest.encodings import Text
from skiptrace.ingest.mend import mended
from skiptrace.ingest.sheets import Damaged, Origin
from skiptrace.ingest.survey import Dialect, survey

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.sheets import Sheet

ORIGIN = Origin("a.csv", "", "a")
CELL = st.text(alphabet=st.sampled_from('ab,;"\n\t 名'), max_size=6)
REPEATED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def sheet_of(folder: Path, content: str | bytes, limit: int = 1_000_000) -> Sheet:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_delimited(path, ORIGIN, limit)


def written(rows: list[list[str]], quoting: int, end: str) -> tuple[str, list[int]]:
    """Write rows as csv does, and tell the line at which each starts."""
    out, lines = io.StringIO(), []
    writer = csv.writer(out, quoting=quoting, lineterminator=end)
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    return out.getvalue(), lines


def is_blank(row: list[str]) -> bool:
    return not any(row)


def could_be_swallowed_rows(row: list[str]) -> bool:
    return any(line.count(",") == 2 and '"' not in line for cell in row for line in cell.split("\n")[1:-1])


@REPEATED
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_is_read_back_with_the_line_of_each_row(tmp_path, rows, quoting, end):
    rows = [row for row in rows if not could_be_swallowed_rows(row)]
    text, lines = written([["h1", "h2", "h3"], *rows], quoting, end)
    sheet = sheet_of(tmp_path, text)
    kept = [(row, line) for row, line in zip(rows, lines[1:], strict=True) if not is_blank(row)]
    assert [list(row) for row in sheet.frame.rows()] == [row for row, _ in kept]
    assert sheet.lines.to_list() == [line for _, line in kept]
    assert not sheet.damaged


@REPEATED
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8), quoting=st.sampled_from([0, 1]))
def test_the_careful_way_reads_what_the_fast_way_reads(rows, quoting):
    rows = [row for row in rows if not could_be_swallowed_rows(row)]
    text = written(rows, quoting, "\n")[0].encode()
    dialect = Dialect(b",", 3, 1_000_000)
    fast = survey(text, 0, 2, dialect)
    careful = list(mended(Text(data=text, start=0, path=None, encoding="utf-8"), 0, 2, dialect))
    assert fast is not None
    assert [line for part in careful for line in part.lines] == fast.tolist()
    read = list(csv.reader(io.StringIO(b"".join(part.data for part in careful).decode())))
    assert [row for row in read if any(row)] == [row for row in rows if any(row)]


@REPEATED
@given(text=st.text(alphabet=st.sampled_from('ab,"\n\r\0'), max_size=60))
@example('"')
@example('a,b\n"x')
@example('a,"b"c,d\n1,2,3')
@example(',,""\ra')
def test_whatever_the_text_every_line_with_something_on_it_is_kept_or_named(tmp_path, text):
    sheet = sheet_of(tmp_path, "h1,h2,h3\n" + text)
    named = {line.line for line in sheet.damaged}
    read = sheet.lines.to_list()
    assert not named & set(read)
    assert sorted(read) == read
    everything = "".join(cell or "" for row in sheet.frame.rows() for cell in row)
    everything += "".join(cell for line in sheet.damaged for cell in line.cells)
    for letter in "ab":
        assert everything.count(letter) == text.count(letter)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    lines = ["account_id,full_name,balance", 'A1,"Lee, Ann",1', "A2,Bob; Ray | Co,2"]
    rows = list(csv.reader(lines))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert sheet_of(tmp_path, out.getvalue()).frame.rows() == [tuple(row) for row in rows[1:]]


def test_a_declared_delimiter_is_used_and_its_line_counted(tmp_path):
    sheet = sheet_of(tmp_path, "sep=;\naccount_id;note\nA1;a,b,c\n")
    assert sheet.frame.rows() == [("A1", "a,b,c")]
    assert sheet.lines.to_list() == [3]


def test_a_quote_never_closed_costs_its_row_only(tmp_path):
    sheet = sheet_of(tmp_path, 'id,name,x\n1,a,b\n2,"open,b\n3,c,d\n4,"e, f",g\n')
    assert sheet.frame.rows() == [("1", "a", "b"), ("3", "c", "d"), ("4", "e, f", "g")]
    assert sheet.lines.to_list() == [2, 4, 5]
    assert [(line.line, line.reason) for line in sheet.damaged] == [(3, "a quote is opened and never closed")]


def test_rows_swallowed_between_two_stray_quotes_come_back(tmp_path):
    sheet = sheet_of(tmp_path, 'id,name,x\n1,"open,b\n2,c,d\n3,e,f\n4,closed",g\n')
    assert sheet.lines.to_list() == [3, 4, 5]
    assert [line.line for line in sheet.damaged] == [2]


def test_a_quote_inside_an_unquoted_cell_is_text(tmp_path):
    assert sheet_of(tmp_path, 'id,size\n1,5" pipe\n').frame.rows() == [("1", '5" pipe')]


def test_ragged_rows_are_named_and_cells_beyond_the_header_are_harmless_if_empty(tmp_path):
    sheet = sheet_of(tmp_path, "a,b,c\n1,2\n1,2,3\n1,2,3,\n1,2,3,4\n")
    assert sheet.lines.to_list() == [3, 4]
    assert [(line.line, line.reason) for line in sheet.damaged] == [
        (2, "found 2 cells, expected 3"),
        (5, "found 4 cells, expected 3"),
    ]


def test_nul_bytes_cost_their_line(tmp_path):
    sheet = sheet_of(tmp_path, b"a,b\n1,x\n2,y\0z\n3,w\n")
    assert sheet.lines.to_list() == [2, 4]
    assert [(line.line, line.reason) for line in sheet.damaged] == [(3, "NUL bytes found, expected text")]


@pytest.mark.parametrize("cell", ["x" * 5_000, '"' + "x, y\n" * 1_000 + '"'], ids=["plain", "quoted over lines"])
def test_a_cell_beyond_the_limit_is_one_line(tmp_path, cell):
    sheet = sheet_of(tmp_path, f"a,b,c\n1,2,3\n4,5,{cell}\n6,7,8\n", limit=1_000)
    assert sheet.frame.rows() == [("1", "2", "3"), ("6", "7", "8")]
    assert [(line.line, line.reason) for line in sheet.damaged] == [(3, "cell longer than 1000 bytes")]


def test_an_endless_line_is_one_line(tmp_path):
    sheet = sheet_of(tmp_path, f"a,b\n1,2\n3,{'x' * 100_000}\n4,5\n", limit=1_000)
    assert sheet.lines.to_list() == [2, 4]
    assert [line.reason for line in sheet.damaged] == ["cell longer than 1000 bytes"]
    assert sum(map(len, sheet.damaged[0].cells)) < 2_000


def test_two_hundred_columns_are_read(tmp_path):
    names = [f"c{place}" for place in range(200)]
    sheet = sheet_of(tmp_path, ",".join(names) + "\n" + ",".join(map(str, range(200))) + "\n")
    assert sheet.frame.width == 200
    assert sheet.frame.row(0)[199] == "199"


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path):
    sheet = sheet_of(tmp_path, "\n\na,b\n\n1,2\n,\n3,4\n\n")
    assert sheet.frame.rows() == [("1", "2"), ("3", "4")]
    assert sheet.lines.to_list() == [5, 7]


def test_old_line_ends_are_read(tmp_path):
    assert sheet_of(tmp_path, "a,b\r1,2\r3,4").lines.to_list() == [2, 3]


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    sheet = sheet_of(tmp_path, "a,b\n")
    assert sheet.frame.shape == (0, 2)


@pytest.mark.parametrize("content", ["", " \n\n \n"])
def test_an_empty_file_says_so(tmp_path, content):
    with pytest.raises(InputError, match="empty file"):
        sheet_of(tmp_path, content)


def test_a_name_with_wildcards_is_one_file(tmp_path):
    path = tmp_path / "a[1]*.csv"
    path.write_text("a,b\n1,2\n")
    assert read_delimited(path, ORIGIN, 1_000).frame.rows() == [("1", "2")]


def test_headers_alike_get_names_of_their_own(tmp_path):
    sheet = sheet_of(tmp_path, "a,a,\n1,2,3\n")
    assert sheet.frame.columns == ["a", "a (2)", "column 3"]
    assert sheet.alike == ("a",)


def test_a_chunk_boundary_anywhere_changes_nothing(tmp_path, monkeypatch):
    text = 'a,b\n1,"x\ny"\n22,z\n333,"p ""q"""\n'
    whole = sheet_of(tmp_path, text)
    for size in range(8, 40):
        monkeypatch.setattr("skiptrace.ingest.survey._CHUNK", size)
        part = sheet_of(tmp_path, text)
        assert part.frame.equals(whole.frame)
        assert part.lines.equals(whole.lines)
    assert not any(isinstance(line, Damaged) for line in whole.damaged)

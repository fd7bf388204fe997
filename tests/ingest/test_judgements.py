from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import InputError
from skiptrace.ingest import read_judgements
from skiptrace.settings import IngestParams

HEAD = "source_l,record_id_l,source_r,record_id_r,judgement,judged_at,by,reason,name_l\n"
KNOWN = pl.DataFrame(
    [("bureau", "R1"), ("bureau", "R2"), ("bureau", "R3"), ("utility", "R3"), ("bureau", "-R4")],
    schema=["source", "record_id"],
    orient="row",
)


@pytest.fixture
def judgements(tmp_path):
    def make(content, **params):
        path = tmp_path / "judged.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_judgements(path, KNOWN, IngestParams(**params))

    return make


def test_judgements_are_read_in_order_with_reviewer_reason_and_moment(judgements):
    read = judgements(
        HEAD
        + "bureau,R1,bureau,R2,Yes,2026-03-05T10:00:00-05:00,Ann,same passport,Quill\n"
        + "bureau,R2,utility,R3,non-match,,,,Quill\n"
    )
    assert dict(read.rows.schema) == JUDGEMENTS.schema
    first, second = read.rows.to_dicts()
    assert first["judgement"] == "match"
    assert first["judged_at"] == dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)
    assert (first["by"], first["reason"]) == ("Ann", "same passport")
    assert (second["judgement"], second["source_r"], second["by"]) == ("not_match", "utility", None)
    assert (read.read, read.waiting, read.rejected.height) == (2, 0, 0)


def test_a_row_without_a_judgement_waits_and_is_no_fault(judgements):
    read = judgements(
        HEAD + "bureau,R1,bureau,R2,,soon,,,\nbureau,R1,bureau,nobody,  ,,,,\nbureau,R1,bureau,R2,n,,,,\n"
    )
    assert (read.read, read.waiting, read.rejected.height) == (3, 2, 0)
    assert read.rows["judgement"].to_list() == ["not_match"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("bureau,R1,bureau,R2,perhaps,,,,", "judgement", "not one of: match, not_match, unsure, withdrawn"),
        ("bureau,R1,bureau,R9,match,,,,", "record_id_r", "no record of this id is known"),
        ("bureau,,bureau,R2,match,,,,", "record_id_l", "missing value"),
        ("utility,R1,bureau,R2,match,,,,", "source_l", "this source has no record of this id"),
        ("bureau,R1,,R3,match,,,,", "source_r", "missing value: several sources have this id"),
        ("bureau,R1,,R1,match,,,,", "record_id_r", "the same record as on the left"),
        ("bureau,R1,bureau,R2,match,soon,,,", "judged_at", "found text that is not a time"),
    ],
)
def test_a_bad_row_is_rejected_with_file_line_column_and_reason(row, column, reason, judgements):
    read = judgements(f"{HEAD}bureau,R1,bureau,R2,match,,,,Quillfeather\n{row}Quillfeather\n")
    assert (read.read, read.rows.height) == (2, 1)
    found = read.rejected.row(0, named=True)
    assert (found["file"], found["line"], found["column"]) == ("judged.csv", 3, column)
    assert found["reason"].startswith(reason)


def test_of_a_rejected_row_nothing_is_kept_that_a_reviewer_was_shown(judgements):
    read = judgements(
        HEAD + "bureau,R1,bureau,R9,match,,,,Quillfeather\n" + "bureau,R1,bureau,R2,match,,,,Quillfeather,x,y\n"
    )
    assert read.rejected["line"].to_list() == [2, 3]
    assert "Quillfeather" not in str(read.rejected.to_dicts())
    assert json.loads(read.rejected["row"][0])["record_id_r"] == "R9"


def test_a_source_is_found_by_its_id_and_may_be_left_out_altogether(judgements):
    read = judgements("id_l,id_r,label\nR1,R2,match\n")
    assert read.rows.select("source_l", "record_id_l", "source_r", "record_id_r").row(0) == (
        "bureau",
        "R1",
        "bureau",
        "R2",
    )


def test_what_was_guarded_against_spreadsheets_is_read_as_it_was(judgements):
    read = judgements(HEAD + "bureau,'-R4,bureau,R2,match,,,'=so it is,\n")
    assert read.rows.select("record_id_l", "reason").row(0) == ("-R4", "=so it is")


def test_a_file_that_holds_no_judgements_is_refused(judgements):
    with pytest.raises(InputError, match="required column record_id_l and record_id_r and judgement is missing"):
        judgements("name,phone\nAnn,1\n")

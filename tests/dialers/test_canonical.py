from __future__ import annotations

import json

import jsonschema
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.contracts.schemas import schema_of
from skiptrace.dialers import FORMATS, read_schedule, write_schedule
from skiptrace.errors import InputError, PromiseBroken, UsageError


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_is_read_back(schedule, tmp_path, form):
    assert write_schedule(schedule, tmp_path, forms=[form]) == [f"schedule.{form}"]
    assert_frame_equal(read_schedule(tmp_path / f"schedule.{form}"), schedule)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_schedule_goes_there_and_back(tmp_path, form):
    write_schedule(SCHEDULE.empty(), tmp_path, forms=[form])
    assert_frame_equal(read_schedule(tmp_path / f"schedule.{form}"), SCHEDULE.empty())


def test_every_form_is_written_unless_one_is_asked_for(schedule, tmp_path):
    assert write_schedule(schedule, tmp_path) == ["schedule.jsonl", "schedule.csv", "schedule.parquet"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["schedule.csv", "schedule.jsonl", "schedule.parquet"]


def test_the_same_schedule_gives_the_same_bytes(schedule, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    for folder in ("1", "2"):
        write_schedule(schedule, tmp_path / folder)
    for name in ("schedule.csv", "schedule.jsonl", "schedule.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_json_lines_hold_objects_and_meet_the_schema(schedule, tmp_path):
    write_schedule(schedule, tmp_path, forms=["jsonl"])
    lines = (tmp_path / "schedule.jsonl").read_bytes().decode().split("\n")
    assert lines.pop() == ""
    validator = jsonschema.Draft202012Validator(schema_of("schedule"))
    rows = [json.loads(line) for line in lines]
    for row in rows:
        validator.validate(row)
        assert list(row) == list(SCHEDULE.schema)
    assert rows[0]["extra"] == {"=colour": 'blé, "bleu"', "n": 1}
    assert rows[0]["follow_up"]["no_answer"] == "next_wave"
    assert rows[1]["reasons"] == []


def test_no_cell_of_the_csv_is_a_formula(schedule, tmp_path):
    write_schedule(schedule, tmp_path, forms=["csv"])
    cells = pl.read_csv(tmp_path / "schedule.csv", infer_schema=False)
    assert cells["account_id"].to_list() == ["A1", "'=A2", "A3"]
    assert cells["contact_point"].to_list()[:2] == ["+442079460001", "'-1 High Street, 张庄, Town"]


def test_a_row_that_breaks_the_contract_is_not_written(schedule, tmp_path):
    told = schedule.with_columns(purpose=pl.lit("collect"))
    with pytest.raises(PromiseBroken, match="attempt a3, column purpose: a third party is asked for more"):
        write_schedule(told, tmp_path)
    twice = schedule.with_columns(attempt_id=pl.lit("a1"))
    with pytest.raises(PromiseBroken, match="two rows with one attempt_id"):
        write_schedule(twice, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_form_and_a_missing_folder_are_usage_errors(schedule, tmp_path):
    with pytest.raises(UsageError, match="no schedule format xml; expected one of jsonl, csv, parquet"):
        write_schedule(schedule, tmp_path, forms=["xml"])
    for form in FORMATS:
        with pytest.raises(UsageError, match=f"schedule.{form}: cannot be written"):
            write_schedule(schedule, tmp_path / "nowhere", forms=[form])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda text: text.replace(",0.25,", ",often,", 1), r"schedule\.csv, line 2, column p_reach: .*a number"),
        (lambda text: text.replace("a2,", "a 2,"), r"line 3, column attempt_id: attempt_id is longer"),
        (lambda text: text.replace(",p_reach,", ",p_other,", 1), r"not a schedule, column p_reach is missing"),
        (lambda text: text.replace("letter", "pigeon"), r"line 3, column channel: not one of"),
        (lambda _: "", r"schedule\.csv: empty"),
    ],
)
def test_a_damaged_schedule_is_one_clear_line(schedule, tmp_path, change, problem):
    write_schedule(schedule, tmp_path, forms=["csv"])
    path = tmp_path / "schedule.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=problem):
        read_schedule(path)


def test_a_line_that_is_no_object_and_a_file_that_is_not_there(schedule, tmp_path):
    write_schedule(schedule, tmp_path, forms=["jsonl"])
    path = tmp_path / "schedule.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "[1]\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 4: found an array, expected a JSON object"):
        read_schedule(path)
    with pytest.raises(InputError, match=r"other\.jsonl: no such file"):
        read_schedule(tmp_path / "other.jsonl")

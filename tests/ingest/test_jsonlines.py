from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.errors import InputError
from skiptrace.ingest.jsonlines import read_json_lines
from skiptrace.ingest.sheets import Origin

ORIGIN = Origin("a.jsonl", "", "a")


def sheet_of(folder, content, limit=1_000_000):
    path = folder / "a.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_json_lines(path, ORIGIN, limit)


def test_objects_become_rows_with_their_lines(tmp_path):
    sheet = sheet_of(tmp_path, '{"a": "x", "b": 1}\n\n{"b": 2, "c": "y"}\n')
    assert sheet.frame.to_dicts() == [{"a": "x", "b": 1, "c": None}, {"a": None, "b": 2, "c": "y"}]
    assert sheet.lines.to_list() == [1, 3]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1, 2]", "found an array, expected a JSON object"),
        ('"text"', "found a string, expected a JSON object"),
        ("7", "found a number, expected a JSON object"),
        ("null", "found null, expected a JSON object"),
        ("{broken", "found text that is not JSON, expected one object a line"),
        ('{"a": "\0"}', "found text that is not JSON, expected one object a line"),
        ("[" * 100_000, "found text that is not JSON, expected one object a line"),
    ],
)
def test_a_line_that_is_not_an_object_costs_that_line_only(tmp_path, line, reason):
    sheet = sheet_of(tmp_path, '{"a": 1}\n' + line + '\n{"a": 2}\n')
    assert sheet.frame.get_column("a").to_list() == [1, 2]
    assert [(damaged.line, damaged.reason) for damaged in sheet.damaged] == [(2, reason)]


def test_values_of_mixed_types_in_one_key_are_all_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("skiptrace.ingest.jsonlines._CHUNK_ROWS", 2)
    lines = [1, "x", 2.0, None, True, [1, "b"], {"k": 1}, 2**80]
    sheet = sheet_of(tmp_path, "".join(json.dumps({"a": value, "n": at}) + "\n" for at, value in enumerate(lines)))
    assert sheet.frame.get_column("a").to_list() == ["1", "x", "2", None, "true", '[1, "b"]', '{"k": 1}', str(2**80)]
    assert sheet.frame.get_column("n").to_list() == list(range(8))


def test_an_overlong_cell_is_one_line(tmp_path):
    sheet = sheet_of(
        tmp_path, '{"a": "x"}\n' + json.dumps({"a": "y" * 5_000}) + "\n" + json.dumps({"a": "z" * 90_000}), 1_000
    )
    assert sheet.frame.height == 1
    assert [(line.line, line.column) for line in sheet.damaged] == [(3, None), (2, "a")]


def test_one_json_array_says_what_is_expected(tmp_path):
    with pytest.raises(InputError, match="expected JSON Lines"):
        sheet_of(tmp_path, '[\n  {"a": 1}\n]\n')


def test_a_file_without_any_object_says_so(tmp_path):
    with pytest.raises(InputError, match="no JSON object found"):
        sheet_of(tmp_path, "7\n8\n")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.dictionaries(st.sampled_from("abc"), st.text(min_size=1, max_size=5), min_size=1), min_size=1))
def test_every_text_survives(tmp_path, rows):
    sheet = sheet_of(tmp_path, "".join(json.dumps(row) + "\n" for row in rows))
    read = [{key: value for key, value in row.items() if value is not None} for row in sheet.frame.to_dicts()]
    assert read == rows

"""Every kind of broken input is read as `samples/broken/expected.toml` says: one clear line, and nothing lost."""

import re
import tomllib
from pathlib import Path

import polars as pl
import pytest
from broken import CASES

from skiptrace.errors import InputError
from skiptrace.ingest import read
from skiptrace.settings import IngestParams

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "broken"
EXPECTED = {
    case["name"]: case for case in tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))["case"]
}
PERSONAL = re.compile(r"Hayward|Bell|Cole|José|Núñez|Ibáñez|张伟|55501|138 ?0000")

READABLE = [name for name, case in EXPECTED.items() if case["exit"] == 0]
FATAL = [name for name, case in EXPECTED.items() if case["exit"] == 3]


def test_every_mistake_has_its_folder_and_its_expectation():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert set(EXPECTED) == {case.name for case in CASES} == folders | {"no_such_file"}


@pytest.mark.parametrize("name", FATAL)
def test_what_cannot_be_used_stops_with_one_clear_line(name):
    with pytest.raises(InputError) as stopped:
        read([FOLDER / name], IngestParams())
    message = str(stopped.value)
    assert stopped.value.exit_code == EXPECTED[name]["exit"]
    assert "\n" not in message
    assert [word for word in EXPECTED[name]["error"] if word.lower() not in message.lower()] == []
    assert not PERSONAL.search(message)


@pytest.mark.parametrize("name", READABLE)
def test_the_rest_is_read_and_what_is_turned_away_says_why(name):
    case = EXPECTED[name]
    batch = read([FOLDER / name], IngestParams())
    accepted = {table: frame.height for table, frame in batch.tables.items() if frame.height}
    # Every account's wide columns become contact points.
    assert {table: n for table, n in accepted.items() if table != "contact_points"} == case["accepted"]
    found = {(row["file"], row["line"]): row for row in batch.rejected.iter_rows(named=True)}
    assert found.keys() == {(one["file"], one["line"]) for one in case["rejected"]}
    for one in case["rejected"]:
        row = found[one["file"], one["line"]]
        assert one["column"] in {"", row["column"]}
        assert [word for word in one["words"] if word.lower() not in row["reason"].lower()] == []
        assert not PERSONAL.search(row["reason"])


@pytest.mark.parametrize("name", READABLE)
def test_cells_set_aside_conflicts_and_attempts_kept_for_law_are_counted(name):
    case = EXPECTED[name]
    batch = read([FOLDER / name], IngestParams())
    assert batch.set_aside.height == case["set_aside"]
    assert batch.conflicts.height == case["conflicts"]
    assert batch.uncoded_attempts.height == case["uncoded"]


@pytest.mark.parametrize("name", READABLE)
def test_no_row_is_lost(name):
    files = read([FOLDER / name], IngestParams()).files
    assert files.filter(pl.col("read") != pl.col("accepted") + pl.col("rejected")).is_empty()

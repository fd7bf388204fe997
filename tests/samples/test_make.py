import csv
import os
import subprocess
import sys
import zoneinfo
from pathlib import Path

import polars as pl
import pytest
from broken import write_broken
from contacts import write_contacts
from polars.testing import assert_frame_equal

from skiptrace.contracts.inputs import INPUTS


def make(samples, *words, **environment):
    command = [sys.executable, "-B", str(samples / "make.py"), *map(str, words)]
    return subprocess.run(  # noqa: S603  # our own script
        command, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def world(samples, out, *words, **environment):
    done = make(samples, "world", out, *words, **environment)
    assert done.returncode == 0, done.stderr
    return tree(out)


SMALL = ("--accounts", "40", "--attempts", "311", "--records", "97")


def test_what_is_committed_is_what_the_program_makes(samples, tmp_path):
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(())
    try:
        write_contacts(tmp_path)
    finally:
        zoneinfo.reset_tzpath(before)
    write_broken(tmp_path / "broken")
    for folder in ("lost_contacts", "lost_contacts_truth", "broken"):
        made, committed = tree(tmp_path / folder), tree(samples / folder)
        assert made.keys() == committed.keys()
        for name, content in made.items():
            if name.endswith(".parquet"):
                # Its bytes depend on the version of polars; its rows do not.
                assert_frame_equal(pl.read_parquet(tmp_path / folder / name), pl.read_parquet(samples / folder / name))
            else:
                assert content == committed[name], name


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed_or_zone(samples, tmp_path):
    one = world(samples, tmp_path / "one", *SMALL, "--truth", PYTHONHASHSEED="1", TZ="Asia/Tokyo")
    two = world(samples, tmp_path / "two", *SMALL, "--truth", PYTHONHASHSEED="2", TZ="America/Lima")
    assert one == two


def test_another_seed_gives_another_world(samples, tmp_path):
    one = world(samples, tmp_path / "one", *SMALL, "--seed", "1")
    two = world(samples, tmp_path / "two", *SMALL, "--seed", "2")
    assert all(one[name] != two[name] for name in one)


def test_a_world_without_truth_is_the_same_world(samples, tmp_path):
    with_truth = world(samples, tmp_path / "one", *SMALL, "--truth")
    without = world(samples, tmp_path / "two", *SMALL)
    assert without == {name: content for name, content in with_truth.items() if "truth" not in name}


@pytest.mark.parametrize(
    ("accounts", "attempts", "records"), [(1, 0, 0), (1, 25, 7), (7, 3, 2), (40, 311, 97), (150, 4000, 60)]
)
def test_a_world_has_exactly_the_rows_asked_for(samples, tmp_path, accounts, attempts, records):
    made = world(samples, tmp_path, "--accounts", accounts, "--attempts", attempts, "--records", records, "--truth")
    counts = {name: len(list(csv.reader(content.decode().splitlines()))) - 1 for name, content in made.items()}
    assert counts["accounts.csv"] == accounts
    assert counts["attempts.csv"] == attempts
    assert counts["records.csv"] == counts["truth/records.csv"] == records


def test_a_world_has_a_file_for_every_input_table(samples, tmp_path):
    assert {Path(name).stem for name in world(samples, tmp_path, *SMALL)} == set(INPUTS)


@pytest.mark.parametrize("words", [("--accounts", "0"), ("--records", "-1"), ("--seed", "x")])
def test_a_world_that_cannot_be_is_a_usage_error(samples, tmp_path, words):
    done = make(samples, "world", tmp_path / "out", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_huge_batch_holds_one_cell_of_a_hundred_megabytes(samples, tmp_path):
    done = make(samples, "huge", tmp_path / "huge", "--megabytes", "102")
    assert done.returncode == 0, done.stderr
    sizes = [len(line) for line in (tmp_path / "huge" / "attempts.csv").read_bytes().splitlines()]
    assert sum(size > 100_000_000 for size in sizes) == 1
    assert sum(sizes) > 101_000_000

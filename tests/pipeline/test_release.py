"""Output files are all new or all as they were, whatever stops the writing."""

import errno
import os
import subprocess
import sys

import polars as pl
import pytest

from skiptrace.errors import CasefileError, UsageError
from skiptrace.pipeline import gathering, runs
from skiptrace.pipeline.release import apart, staged


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.csv").write_text("old a")
    (folder / "c.csv").write_text("old c")
    return folder


def _texts(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


OLD = {"a.csv": "old a", "c.csv": "old c"}


def _write(folder):
    for name in "abc":
        (folder / f"{name}.csv").write_text(f"new {name}")


def test_new_files_take_the_place_of_old_ones_and_leave_others_alone(out):
    (out / "mine.txt").write_text("kept")
    with staged(out) as folder:
        _write(folder)
        assert (out / "a.csv").read_text() == "old a"
    assert _texts(out) == {"a.csv": "new a", "b.csv": "new b", "c.csv": "new c", "mine.txt": "kept"}


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, CasefileError])
def test_what_is_raised_in_the_writing_leaves_the_old_files(out, raised):
    with pytest.raises(raised), staged(out) as folder:
        _write(folder)
        raise raised
    assert _texts(out) == OLD


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path):
    with pytest.raises(ValueError, match="stop"), staged(tmp_path / "new") as folder:
        _write(folder)
        raise ValueError("stop")
    assert not (tmp_path / "new").exists()


def test_a_file_that_cannot_be_replaced_puts_the_others_back(out):
    (out / "b.csv").mkdir()
    (out / "b.csv" / "precious").write_text("kept")
    with pytest.raises(UsageError, match=r"out: b\.csv is a folder there; nothing was released"), staged(out) as folder:
        _write(folder)
    assert (out / "b.csv" / "precious").read_text() == "kept"
    (out / "b.csv" / "precious").unlink()
    (out / "b.csv").rmdir()
    assert _texts(out) == OLD


@pytest.mark.parametrize("failing", range(5))
def test_an_interruption_between_two_moves_puts_every_file_back(out, failing, monkeypatch):
    # Five renames: a aside, a in, b in, c aside, c in.
    rename, calls = type(out).rename, []

    def interrupted(path, target):
        calls.append(path.name)
        if len(calls) == failing + 1:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(type(out), "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), staged(out) as folder:
        _write(folder)
    assert _texts(out) == OLD


def test_an_output_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="output folder out"), staged(tmp_path / "out"):
        pass
    with pytest.raises(UsageError, match="output folder sub"), staged(tmp_path / "out" / "sub"):
        pass
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError("No space left on device (os error 28)"), "the disk is full"),
        (pl.exceptions.ComputeError("parquet: IO error: No space left on device (os error 28)"), "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be written"),
    ],
    ids=["system", "polars text", "polars parquet", "permission"],
)
def test_a_full_disk_is_told_whoever_met_it(out, error, words):
    with pytest.raises(UsageError, match=f"output folder out: {words}; nothing was released"), staged(out):
        raise error
    assert _texts(out) == OLD


def test_an_error_of_polars_that_is_no_ones_disk_stays_what_it_is(out):
    with pytest.raises(pl.exceptions.ColumnNotFoundError), staged(out):
        raise pl.exceptions.ColumnNotFoundError("x")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="limits the size of files as POSIX does")
def test_a_run_that_fills_the_disk_leaves_the_old_files(five, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "schedule.csv").write_text("old")
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); "
        f"sys.argv = ['skiptrace', 'run', {str(five)!r}, '--out', {str(out)!r}, '--as-of', '2026-11-23T09:00:00Z']; "
        "from skiptrace.cli import main; main()"
    )
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "nothing was released" in done.stderr
    assert "Traceback" not in done.stderr
    assert _texts(out) == {"schedule.csv": "old"}


def test_a_casefile_that_cannot_keep_the_plan_holds_the_schedule_back(five, tmp_path, terms, casefile, monkeypatch):
    gathered = gathering.gather([five], casefile, terms)

    def full(*_):
        raise CasefileError("a.casefile: the disk is full")

    monkeypatch.setattr(runs, "_keep", full)
    with pytest.raises(CasefileError):
        runs.run(gathered, casefile, tmp_path / "out", terms)
    assert not (tmp_path / "out").exists()


def test_the_folder_of_the_batch_is_no_output_folder(tmp_path):
    file = tmp_path / "batch" / "accounts.csv"
    file.parent.mkdir()
    file.touch()
    for batch in ([file], [file.parent], [tmp_path, file.parent / ".." / "batch"]):
        with pytest.raises(UsageError, match="the batch is read from there"):
            apart(file.parent, batch)
    apart(tmp_path / "out", [file, file.parent])

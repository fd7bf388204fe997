"""What a new user with wrong files sees: the right exit code, one clear line, and nothing changed."""

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib

import pytest

from skiptrace.pipeline import runs
from tests.cli.conftest import MONDAY, SAMPLES

BROKEN = SAMPLES / "broken"
CASES = {case["name"]: case for case in tomllib.loads((BROKEN / "expected.toml").read_text(encoding="utf-8"))["case"]}
SECRET = "Quillfeather"


def _one_line(done, code, *words):
    assert done.code == code, done.err
    assert done.err.startswith("skiptrace: ")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    assert SECRET not in done.err
    for word in words:
        assert word in done.err


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["exit"] == 3])
def test_a_batch_that_holds_nothing_usable_is_refused_in_one_line(name, skiptrace, tmp_path):
    done = skiptrace("run", BROKEN / name, "--out", tmp_path / "out", "--as-of", MONDAY)
    _one_line(done, 3, *CASES[name]["error"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["exit"] == 0 and case["rejected"]])
def test_each_rejected_row_is_named_with_file_line_and_column(name, skiptrace):
    done = skiptrace("ingest", BROKEN / name)
    assert done.code == 0
    lines = done.err.splitlines()
    for row, line in zip(CASES[name]["rejected"], lines, strict=False):
        assert line.startswith(f"{row['file']}, line {row['line']}")
        assert not row["column"] or f"column {row['column']}" in line
        assert all(word in line for word in row["words"])


def test_accounts_that_are_all_rejected_are_told_with_the_first_reason(skiptrace, tmp_path):
    (tmp_path / "accounts.csv").write_text(f"account_id,full_name,balance\nA1,{SECRET},-5\nA2,{SECRET},x\n")
    _one_line(skiptrace("ingest", tmp_path), 3, "all 2 rows", "accounts.csv, line 2, column balance: below 0")


def test_a_header_without_rows_is_told_by_the_name_of_the_file(skiptrace):
    _one_line(skiptrace("run", BROKEN / "header_only"), 3, "accounts.csv holds none")


def test_a_list_of_stops_in_an_unknown_format_is_not_passed_over(skiptrace, tmp_path):
    (tmp_path / "accounts.csv").write_bytes((BROKEN / "header_only" / "accounts.csv").read_bytes())
    with (tmp_path / "accounts.csv").open("a", encoding="utf-8") as file:
        file.write("A1,Jane Roe" + "," * 5 + "\n")
    (tmp_path / "stops.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    done = skiptrace("ingest", tmp_path, "--out", tmp_path / "tables")
    assert "stops.xls, line 1: unknown format .xls" in done.err
    assert "A1,,unreadable" in (tmp_path / "tables" / "stops.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["run", "ingest", "learn"])
def test_the_folder_of_the_batch_takes_no_outputs(command, skiptrace, tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id,full_name\nA1,Jane Roe\n")
    batch = ["--batch", tmp_path] if command == "learn" else [tmp_path]
    _one_line(skiptrace(command, *batch, "--out", tmp_path / "." / "../" / tmp_path.name), 2, "name another folder")
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.csv"]


def test_leads_that_skiptrace_found_are_no_evidence_for_themselves(skiptrace, tmp_path, ran):
    (tmp_path / "accounts.csv").write_bytes((ran.batch / "accounts.csv").read_bytes())
    (tmp_path / "leads.csv").write_bytes((ran.out / "leads.csv").read_bytes())
    done = skiptrace("ingest", tmp_path)
    assert "leads.csv, line 1: an output of skiptrace" in done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[plan]\nhorizonn_days = 3\n", ["plan.horizonn_days", "nearest known: horizon_days"]),
        ("[plann]\n", ["plann", "nearest known: plan"]),
        ("[plan\n", ["not TOML", "line 1"]),
        ('[plan]\nhorizon_days = "x"\n', ["plan.horizon_days", "integer"]),
    ],
)
def test_wrong_settings_are_named(text, words, skiptrace, tmp_path):
    (tmp_path / "s.toml").write_text(text)
    _one_line(skiptrace("run", BROKEN, "--settings", tmp_path / "s.toml"), 4, "s.toml", *words)


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-23", "2026-11-23T09:00:00", "2026-02-30T09:00:00Z"])
def test_a_moment_needs_a_date_that_exists_and_an_offset(moment, skiptrace):
    _one_line(skiptrace("run", BROKEN, "--as-of", moment), 2, "--as-of", "2026-11-23T09:00:00+00:00")


@pytest.mark.parametrize("command", [["plan"], ["trace"], ["learn"], ["hours", "A"], ["explain", "A"]])
def test_a_command_without_anything_to_work_on_says_what_to_give(command, skiptrace):
    _one_line(skiptrace(*command), 2, "give --batch or --casefile")


def test_results_need_a_casefile(skiptrace, ran):
    _one_line(skiptrace("outcomes", ran.batch / "attempts.csv"), 2, "--casefile")


def test_results_in_local_time_need_a_zone_that_exists(skiptrace, ran, tmp_path):
    words = ["outcomes", tmp_path / "calls.txt", "--casefile", ran.casefile, "--format", "vicidial"]
    _one_line(skiptrace(*words), 2, "--zone: this format has local times")
    _one_line(skiptrace(*words, "--zone", "Mars/Olympus"), 2, "--zone: unknown time zone", "America/New_York")
    _one_line(skiptrace(*words[:-1], "vicidal"), 2, "--format vicidal", "generic, vicidial, asterisk-cdr")
    _one_line(skiptrace("outcomes", "--casefile", ran.casefile), 2, "name the FILE")
    for option in ("--rejected", "--set-aside"):
        for wrong in (tmp_path, words[1]):
            _one_line(skiptrace(*words, "--zone", "UTC", option, wrong), 2, f"{option} {wrong.name}: expected a file")


def test_results_and_maps_that_cannot_be_read_are_told(skiptrace, ran, tmp_path):
    calls, own = tmp_path / "calls.txt", tmp_path / "own.toml"
    words = ["outcomes", calls, "--casefile", ran.casefile, "--format", "vicidial", "--zone", "UTC"]
    _one_line(skiptrace(*words), 3, "calls.txt: no such file")
    for form in (words, words[:4]):
        in_folder = skiptrace("outcomes", tmp_path, *form[2:])
        _one_line(in_folder, 3, f"{tmp_path.name}: is a folder, expected a file of results")
    calls.write_text(f"{SECRET}\n")
    _one_line(skiptrace(*words), 3, "calls.txt, line 1: found 1 cell, expected 9")
    own.write_text('[outcomes]\nPTP = "promise"\n')
    _one_line(skiptrace(*words, "--outcomes", own), 4, "own.toml, line 2, PTP", "nearest known: promise_to_pay")


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_results_without_a_usable_row_are_told_after_what_was_found_in_them(json, skiptrace, ran, tmp_path):
    results, casefile = tmp_path / "r.csv", shutil.copy(ran.casefile, tmp_path / "b.casefile")
    results.write_text("account_id,channel,started_at,outcome\nNOPE,call,2026-11-20T09:00:00Z,busy\n")
    known = ["--casefile", casefile, "--as-of", "2026-11-23T09:00:00Z", "--rejected", tmp_path / "bad.csv"]
    done = skiptrace("outcomes", results, *known, *json)
    assert done.code == 3
    assert done.err.splitlines()[-1].endswith("nothing usable: all 1 rows rejected (--rejected FILE writes them)")
    assert "unknown account" in (tmp_path / "bad.csv").read_text()


def test_a_misspelt_casefile_is_not_made(skiptrace, tmp_path, ran):
    missing = tmp_path / "no.casefile"
    _one_line(skiptrace("plan", "--casefile", missing), 5, "no.casefile: no such casefile")
    _one_line(skiptrace("outcomes", ran.batch / "attempts.csv", "--casefile", missing), 5, "no such casefile")
    assert not missing.exists()


def test_what_is_no_casefile_or_damaged_is_told(skiptrace, tmp_path, ran):
    text, folder, cut = tmp_path / "text", tmp_path / "folder", tmp_path / "cut"
    text.write_text("not a casefile")
    folder.mkdir()
    cut.write_bytes(ran.casefile.read_bytes()[:5000])
    _one_line(skiptrace("plan", "--casefile", text), 5, "text: cannot be opened: it is not a casefile")
    _one_line(skiptrace("plan", "--casefile", folder), 5, "it is a folder")
    _one_line(skiptrace("plan", "--casefile", cut), 5, "it is damaged")
    assert text.read_text() == "not a casefile"


@pytest.mark.parametrize("command", ["trace", "hours", "explain"])
def test_an_unknown_account_is_told(command, skiptrace, ran):
    _one_line(skiptrace(command, "NOPE", *ran.known), 2, "NOPE: no account")


@pytest.mark.parametrize("name", ["v.xlsx", "v.tsv", "v"])
def test_verdicts_go_only_where_they_can_be_read(name, skiptrace, ran, tmp_path):
    proposals = tmp_path / "p.csv"
    proposals.write_text("proposal_id,account_id,channel,contact_point,at\n")
    done = skiptrace("check", proposals, "--out", tmp_path / name, *ran.known)
    _one_line(done, 2, ".csv, .jsonl or .parquet")
    assert not (tmp_path / name).exists()


def test_what_is_no_schedule_is_not_exported(skiptrace, ran, tmp_path):
    out = tmp_path / "out"
    _one_line(skiptrace("export", ran.batch / "accounts.csv", "--out", out), 3, "not a schedule", "attempt_id")
    _one_line(skiptrace("export", tmp_path / "none.csv", "--out", out), 3, "none.csv: no such file")
    _one_line(skiptrace("export", ran.batch, "--out", out), 3, f"{ran.batch.name}: is a folder, expected the file")
    _one_line(skiptrace("export", ran.out / "schedule.csv", "--format", "xml", "--out", out), 2, "xml", "jsonl")
    assert not out.exists()


def test_a_defect_of_ours_is_told_without_values(skiptrace, ran, tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(runs, "understand", fail)
    done = skiptrace("run", ran.batch, "--out", tmp_path / "out")
    assert done.code == 1
    assert "a defect of ours (ZeroDivisionError at runs.py:" in done.err
    assert SECRET not in done.err
    assert not (tmp_path / "out").exists()


def test_ctrl_c_in_the_middle_changes_nothing_and_says_so(skiptrace, ran, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    out = tmp_path / "out"
    out.mkdir()
    (out / "schedule.csv").write_text("old")
    monkeypatch.setattr(runs, "write_report", interrupt)
    done = skiptrace("run", ran.batch, "--out", out, "--casefile", tmp_path / "a.casefile", "--as-of", MONDAY)
    assert done.code == 130
    assert "skiptrace: interrupted" in done.err
    assert [path.name for path in out.iterdir()] == ["schedule.csv"]
    assert (out / "schedule.csv").read_text() == "old"
    assert "not planned yet" in skiptrace("explain", "OH-1001", "--casefile", tmp_path / "a.casefile").out


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
@pytest.mark.parametrize("after_s", [0.5, 1.5, 2.5, 3.5])
def test_ctrl_c_at_any_time_ends_in_one_line(after_s, ran, tmp_path):
    command = [sys.executable, "-c", "from skiptrace.cli import main; main()"]
    arguments = ["run", str(ran.batch), "--out", str(tmp_path / "out"), "--casefile", str(tmp_path / "a.casefile")]
    with subprocess.Popen(  # noqa: S603  # our own command
        [*command, *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "SKIPTRACE_KEY": "k"}
    ) as process:
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, 0)
    assert b"Traceback" not in errors
    assert (tmp_path / "out").exists() == (process.returncode == 0)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGPIPE")
@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [
        (["rulebook", "show", "US-NY"], "stdout", -signal.SIGPIPE),  # printed by rich
        (["rulebook", "show", "US-NY", "--json"], "stdout", -signal.SIGPIPE),
        (["--help"], "stdout", -signal.SIGPIPE),
        (["no-such-command"], "stderr", -signal.SIGPIPE),
        (["ingest", "no-such-folder"], "stderr", 3),  # our own errors keep their code
    ],
)
def test_a_closed_pipe_ends_a_command_as_it_ends_any_other_tool(arguments, closed, code):
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | {closed: writer}
    done = subprocess.run([sys.executable, "-m", "skiptrace", *arguments], **streams, check=False)  # noqa: S603  # our own command
    os.close(writer)
    assert done.returncode == code
    assert not done.stdout
    assert not done.stderr

"""`skiptrace export` for dialers, as a user meets it."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import sys
from datetime import datetime
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from skiptrace.contracts.schemas import schema_of
from skiptrace.dialers import DIALERS, write_schedule
from tests.cli.conftest import MONDAY
from tests.dialers.conftest import CALL, LETTER
from tests.dialers.hand_over_rows import THIRD as EARLIER
from tests.dialers.hand_over_rows import frame

DOCS = Path(__file__).resolve().parents[2] / "docs" / "dialers.md"
SETTINGS = """
[export.asterisk]
channel = "PJSIP/{number}@trunk"
callerid = "<+442079460999>"
context = "outbound"
extension = "s"
[export.vicidial]
list_id = 9001
campaign_id = "TRACE"
time_zone = "Europe/London"
"""
THIRD = EARLIER | {name: CALL[name] for name in ("not_before", "not_after")}
BAD = CALL | {"attempt_id": "bad", "account_id": "A|1", "national_number": "442079460001"}


@pytest.fixture
def dialer(tmp_path):
    (tmp_path / "dialer.toml").write_text(SETTINGS, encoding="utf-8")
    return ["--settings", tmp_path / "dialer.toml", "--as-of", MONDAY]


def scheduled(folder, *rows):
    folder.mkdir(exist_ok=True)
    write_schedule(frame(*rows), folder, forms=["jsonl"])
    return folder / "schedule.jsonl"


def names_in(out):
    return sorted(path.name for path in out.iterdir())


def manifest_of(out):
    manifest = json.loads((out / "export.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema_of("export")).validate(manifest)
    return manifest


def test_rows_are_written_refused_or_not_for_this_dialer_and_the_counts_add_up(skiptrace, dialer, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL, LETTER, BAD)
    done = skiptrace("export", schedule, "--format", "vicidial", "--format", "csv", "--out", tmp_path / "out", *dialer)
    assert done.code == 0, done.err
    assert "vicidial: 3 rows = 1 written + 1 refused + 1 not for this dialer" in done.out
    assert names_in(tmp_path / "out") == ["export.json", "refused.csv", "schedule.csv", "vicidial_api.txt"]
    refused = pl.read_csv(tmp_path / "out" / "refused.csv")
    assert refused.columns == ["format", "attempt_id", "column", "reason"]
    assert refused["attempt_id"].to_list() == ["bad"]
    assert refused["column"].item() == "country_code;national_number;account_id"
    manifest = manifest_of(tmp_path / "out")
    assert manifest["formats"]["vicidial"]["rows"] == {
        "read": 3,
        "written": 1,
        "refused": 1,
        "not_for_this_dialer": 1,
    }
    assert "skiptrace verify" in manifest["warning"]
    assert manifest["formats"]["vicidial"]["options"]["time_zone"] == "Europe/London"
    for name, told in manifest["formats"]["vicidial"]["files"].items():
        assert told["sha256"] == hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest()
    assert manifest["schedule"]["sha256"] == hashlib.sha256(schedule.read_bytes()).hexdigest()


def test_the_same_export_again_gives_the_same_bytes(skiptrace, dialer, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL, THIRD)
    for out in (tmp_path / "1", tmp_path / "2", tmp_path / "2"):
        assert skiptrace("export", schedule, "--format", "vicidial", "--out", out, *dialer).code == 0
    for name in ("vicidial_api.txt", "refused.csv", "export.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_call_files_have_their_times_and_never_mix_with_older_ones(skiptrace, dialer, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL, THIRD)
    words = ["export", schedule, "--format", "asterisk", "--out", tmp_path / "out", *dialer]
    done = skiptrace(*words)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == str(tmp_path / "out" / "call_files")
    folder = tmp_path / "out" / "call_files"
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == {
        "skiptrace-a1.call": int(datetime.fromisoformat(CALL["not_before"]).timestamp()) * 10**9,
        "skiptrace-t1.call": int(datetime.fromisoformat(THIRD["not_before"]).timestamp()) * 10**9,
    }
    again = skiptrace(*words)
    assert again.code == 2
    assert "call_files is a folder there; nothing was released" in again.err


def test_files_of_an_earlier_export_are_not_left_to_be_dialled_again(skiptrace, tmp_path):
    (tmp_path / "s.toml").write_text('[export.vicidial]\nroute = "loader"\nlist_id = "101"\n', encoding="utf-8")
    later = CALL | {"not_after": "2026-11-24T09:20:00+00:00"}
    words = ["--format", "vicidial", "--out", tmp_path / "out", "--settings", tmp_path / "s.toml", "--as-of", MONDAY]
    assert skiptrace("export", scheduled(tmp_path / "1", CALL), *words).code == 0
    before = names_in(tmp_path / "out")
    done = skiptrace("export", scheduled(tmp_path / "2", later), *words)
    assert done.code == 2
    assert "vicidial_list_20261124T090000Z_20261124T093000Z.txt of an earlier export is still there" in done.err
    assert names_in(tmp_path / "out") == before


def test_a_missing_option_is_one_clear_line(skiptrace, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL)
    done = skiptrace("export", schedule, "--format", "asterisk", "--out", tmp_path / "out")
    assert done.code == 4
    assert done.err == "skiptrace: settings: export.asterisk.channel is missing; --format asterisk needs it\n"
    assert not (tmp_path / "out").exists()


def test_where_nothing_is_left_the_exit_code_says_so_and_refused_csv_why(skiptrace, dialer, tmp_path):
    words = ["--format", "vicidial", "--out", tmp_path / "out", *dialer]
    done = skiptrace("export", scheduled(tmp_path / "1", BAD, LETTER), *words)
    assert done.code == 3
    assert "nothing for vicidial: 1 rows refused (refused.csv says why), 1 not for this dialer" in done.err
    assert pl.read_csv(tmp_path / "out" / "refused.csv").height == 1
    # A plan that schedules nothing is no mistake.
    assert skiptrace("export", scheduled(tmp_path / "2"), *words).code == 0


def test_two_rows_with_one_id_would_be_one_call_at_the_dialer(skiptrace, dialer, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL)
    schedule.write_bytes(schedule.read_bytes() * 2)
    done = skiptrace("export", schedule, "--format", "asterisk", "--out", tmp_path / "out", *dialer)
    assert done.code == 6
    assert "two rows with one attempt_id" in done.err
    assert not (tmp_path / "out").exists()


def test_json_for_programs(skiptrace, dialer, tmp_path):
    schedule = scheduled(tmp_path / "in", CALL)
    done = skiptrace("export", schedule, "--format", "vicidial", "--out", tmp_path / "out", "--json", *dialer)
    told = json.loads(done.out)
    assert told["formats"]["vicidial"]["written"] == 1
    assert all(Path(path).exists() for path in told["files"])


def test_the_page_has_a_section_for_every_dialer_and_none_for_others():
    assert re.findall(r"^## ([a-z0-9]+)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE) == list(DIALERS)


def test_the_settings_that_the_page_shows_are_all_that_each_dialer_needs(skiptrace, tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "all.toml").write_text("\n".join(blocks), encoding="utf-8")
    text = CALL | {"attempt_id": "s1", "channel": "sms", "template_id": "sms_first_reminder", "max_ring_s": None}
    schedule = scheduled(tmp_path / "in", CALL, text)
    words = [word for form in DIALERS for word in ("--format", form)]
    settings = ["--settings", tmp_path / "all.toml", "--as-of", MONDAY]
    done = skiptrace("export", schedule, *words, "--out", tmp_path / "out", *settings, "--json")
    assert done.code == 0, done.err
    formats = json.loads(done.out)["formats"]
    assert {form: rows["written"] for form, rows in formats.items()} == dict.fromkeys(DIALERS, 1) | {"ical": 2}
    assert set(manifest_of(tmp_path / "out")["formats"]) == set(DIALERS)


def test_the_release_that_the_page_shows_moves_what_is_lawful_and_keeps_its_time(
    skiptrace, dialer, tmp_path, monkeypatch
):
    schedule = scheduled(tmp_path / "in", CALL, THIRD)
    assert skiptrace("export", schedule, "--format", "asterisk", "--out", tmp_path / "out", *dialer).code == 0
    release = scheduled(tmp_path / "release", CALL)
    (tmp_path / "spool").mkdir()
    script = tmp_path / "release.py"
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    script.write_text(code, encoding="utf-8")
    folder = tmp_path / "out" / "call_files"
    monkeypatch.setattr(sys, "argv", [str(script), str(folder), str(release), str(tmp_path / "spool")])
    runpy.run_path(str(script), run_name="__main__")
    (moved,) = (tmp_path / "spool").iterdir()
    assert moved.name == "skiptrace-a1.call"
    assert moved.stat().st_mtime == datetime.fromisoformat(CALL["not_before"]).timestamp()
    assert [path.name for path in folder.iterdir()] == ["skiptrace-t1.call"]

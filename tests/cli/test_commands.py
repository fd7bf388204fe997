"""Every command as a user meets it: its help, its answers in text and in JSON, and that they can be used further."""

import hashlib
import json
import re
import shlex
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.cli.conftest import MONDAY, SAMPLES, enter

COMMANDS = sorted(re.findall(r"^  (\w+)  ", enter("--help").out, re.MULTILINE))
EXIT_CODES = {0, 2, 3, 4, 5, 6, 130}
PROPOSALS = """proposal_id,account_id,channel,contact_point,at
good,OH-1001,call,+16145550142,2026-11-25T19:00:00-05:00
fax,OH-1001,fax,+16145550142,2026-11-25T19:00:00-05:00
night,OH-1001,call,+16145550142,2026-11-25T03:00:00-05:00
no time,OH-1001,call,+16145550142,soon
no zone,OH-1001,call,+16145550142,2026-11-25T19:00:00
nobody,NOPE,call,+16145550142,2026-11-25T19:00:00-05:00
no point,OH-1001,call,,2026-11-25T19:00:00-05:00
no number,OH-1001,call,Quillfeather,2026-11-25T19:00:00-05:00
"""


def test_the_commands_are_those_of_the_contract():
    asked = {"run", "ingest", "match", "review", "trace", "learn", "hours", "check", "plan"}
    assert asked | {"export", "verify", "outcomes", "explain", "doctor"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_that_it_understands(command, skiptrace):
    done = skiptrace(command, "--help")
    assert done.code == 0
    example = re.search(r"Example: (skiptrace .*?)\n\s*\n", done.out, re.DOTALL)
    words = shlex.split(example[1])
    assert words[1] == command
    options = set(re.findall(r"--[a-z-]+", done.out))
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_a_usage_error(command, skiptrace):
    done = skiptrace(command, "--frobnicate")
    assert done.code == 2
    assert "--frobnicate" in done.err


def test_version_and_no_command(skiptrace):
    assert re.fullmatch(r"skiptrace \d+\.\d+\.\d+\n", skiptrace("--version").out)
    assert skiptrace().code == 2
    assert skiptrace("frobnicate").code == 2


def test_a_run_names_what_went_out_and_what_was_refused(ran):
    assert ran.done.code == 0
    assert "5  accounts = 3 scheduled + 2 withheld" in ran.done.out
    assert "relations.csv, line 3, column consent_id" in ran.done.err
    for path in ran.out.iterdir():
        assert str(path) in ran.done.out
    manifest = json.loads((ran.out / "manifest.json").read_text(encoding="utf-8"))["reconciliation"]
    assert all(counts["read"] == counts["accepted"] + counts["rejected"] for counts in manifest["inputs"].values())


@pytest.mark.parametrize(
    "words", [["trace", "OH-1001"], ["hours", "OH-1001"], ["explain", "OH-1001"], ["explain", "R02,R03"]]
)
def test_a_question_is_answered_for_people_and_for_programs(words, skiptrace, ran):
    text = skiptrace(*words, *ran.known)
    assert text.code == 0, text.err
    assert "OH-1001" in text.out or "R02" in text.out
    assert json.loads(skiptrace(*words, *ran.known, "--json").out)


def test_a_permit_is_explained_with_its_law(skiptrace, ran):
    permit = pl.read_ndjson(ran.out / "schedule.jsonl")["permit_id"][0]
    done = skiptrace("explain", permit, *ran.known, "--json")
    found = json.loads(done.out)
    assert permit in found["title"]
    assert all(row["citation"] for row in found["rows"])


@pytest.mark.parametrize("account", ["OH-1001", "TX-1004"])
def test_what_is_said_of_an_account_names_the_plan_that_says_it(account, skiptrace, ran):
    plan = pl.read_ndjson(ran.out / "schedule.jsonl")["batch_id"][0]
    said = json.loads(skiptrace("explain", account, *ran.known, "--json").out)["sentences"]
    assert said[-1].startswith(f"Said by plan 1 ({plan}) as of {MONDAY.replace('Z', '+00:00')}; ")


def test_json_speaks_of_moments_as_rfc_3339(skiptrace, ran, tmp_path):
    done = skiptrace("run", ran.batch, "--out", tmp_path / "out", "--as-of", MONDAY, "--json")
    assert done.err == ""
    assert json.loads(done.out)["as_of"] == MONDAY


def test_reading_a_batch_counts_every_row(skiptrace, ran, tmp_path):
    done = skiptrace("ingest", ran.batch, "--out", tmp_path / "出 力", "--as-of", MONDAY, "--json")
    counts = {entry["file"]: entry for entry in json.loads(done.out)}
    assert counts["records.csv"] == {"file": "records.csv", "table": "records", "read": 7, "accepted": 6, "rejected": 1}
    assert (tmp_path / "出 力" / "accounts.csv").is_file()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_proposal_gets_its_verdict_in_order(form, skiptrace, ran, tmp_path):
    written, verdicts = tmp_path / f"p.{form}", tmp_path / "deep" / f"v.{form}"
    (tmp_path / "p.csv").write_text(PROPOSALS)
    proposals = pl.read_csv(tmp_path / "p.csv", infer_schema=False)
    if form == "jsonl":
        proposals.write_ndjson(written)
    if form == "parquet":
        proposals.write_parquet(written)
    done = skiptrace("check", written, "--out", verdicts, *ran.known)
    assert done.code == 0, done.err
    read = {"csv": pl.read_csv, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}[form](verdicts)
    assert read["proposal_id"].to_list() == proposals["proposal_id"].to_list()
    assert read["verdict"].to_list() == ["allow", *["deny"] * 7]
    assert dict(read.select("proposal_id", "provision").iter_rows()) == {
        "good": None,
        "night": "us.regf.hours",
        "no number": "house.point",
        **dict.fromkeys(["fax", "no time", "no zone", "nobody", "no point"], "input"),
    }


def test_a_schedule_survives_every_form(skiptrace, ran, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    assert skiptrace("export", ran.out / "schedule.jsonl", "--out", first, "--format", "csv").code == 0
    assert (first / "schedule.csv").read_bytes() == (ran.out / "schedule.csv").read_bytes()
    assert skiptrace("export", first / "schedule.csv", "--out", second, "--format", "jsonl").code == 0
    assert (second / "schedule.jsonl").read_bytes() == (ran.out / "schedule.jsonl").read_bytes()


def _edited(ran, path, edit):
    rows = [json.loads(line) for line in (ran.out / "schedule.jsonl").read_text(encoding="utf-8").splitlines()]
    edit(rows)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return len(rows)


def _to_the_night(rows):
    for end in ("not_before", "not_after"):
        rows[0][end] = re.sub(r"T\d\d", "T03", rows[0][end])


@pytest.mark.parametrize(
    ("edit", "dropped"),
    [
        (_to_the_night, 1),
        (lambda rows: rows[0].update(contact_point="+12125550199"), 1),
        (lambda rows: rows[0].update(account_id="NOPE"), 1),
        (lambda rows: rows[0].update(not_before="soon"), 1),
        (lambda rows: rows.append(dict(rows[0])), 2),
        (lambda rows: rows.append({**rows[0], "attempt_id": "another"}), 1),
    ],
    ids=["at three in the night", "another number", "nobody's", "no time", "twice", "twice under two names"],
)
def test_an_edited_schedule_is_refused_or_cleaned(edit, dropped, skiptrace, ran, known, tmp_path):
    schedule, release = tmp_path / "edited.jsonl", tmp_path / "release" / "kept.csv"
    rows = _edited(ran, schedule, edit)
    refused = skiptrace("verify", schedule, *known)
    assert refused.code == 6
    assert f"edited.jsonl: {dropped} of {rows} rows must not go out" in refused.err
    assert skiptrace("verify", schedule, *known, "--out", release).code == 0
    assert pl.read_csv(release).height == rows - dropped


def test_the_audit_tells_what_the_last_gate_was_given_and_let_out(skiptrace, ran, known, tmp_path):
    schedule, release = tmp_path / "edited.jsonl", tmp_path / "release.csv"
    rows = _edited(ran, schedule, lambda rows: rows[0].update(permit_id="PAAAAAAAAAAAAAAA"))
    refused = skiptrace("verify", schedule, *known)
    assert refused.code == 6
    assert "house.permit: no permit was issued for this row as it stands" in refused.out
    assert skiptrace("verify", schedule, *known, "--out", release).code == 0
    audit = skiptrace("audit", *known[:2], "--json")
    assert audit.code == 0
    first, second = (entry["details"] for entry in json.loads(audit.out)["entries"][-2:])
    assert (first["accepted"], first["refused"], first["provisions"]) == (rows - 1, 1, {"house.permit": 1})
    assert first["sha256"] == hashlib.sha256(schedule.read_bytes()).hexdigest()
    assert first["released_sha256"] is None
    assert second == {**first, "released_sha256": hashlib.sha256(release.read_bytes()).hexdigest()}


def test_a_schedule_that_was_left_alone_passes_until_it_expires(skiptrace, ran, known):
    schedule = ran.out / "schedule.parquet"
    assert "8 rows, 0 refused" in skiptrace("verify", schedule, *known).out
    late = skiptrace("verify", schedule, *known[:2], "--as-of", "2026-12-23T09:00:00Z", "--json")
    assert late.code == 6
    assert {finding["provision"] for finding in json.loads(late.out)["refused"]} == {"expired"}


def test_results_are_taken_once(skiptrace, ran, tmp_path):
    casefile = tmp_path / "a.casefile"
    casefile.write_bytes(ran.casefile.read_bytes())
    schedule = pl.read_ndjson(ran.out / "schedule.jsonl")
    results = tmp_path / "results.csv"
    rows = schedule.head(2).select("attempt_id", started_at="not_before", outcome=pl.lit("no_answer"))
    rows.vstack(rows.head(1).with_columns(attempt_id=pl.lit("nobody's"))).write_csv(results)
    words = ["outcomes", results, "--casefile", casefile, "--as-of", "2026-12-01T09:00:00Z", "--json"]
    assert json.loads(skiptrace(*words).out) == {
        "read": 3,
        "new": 2,
        "known": 0,
        "set_aside": 0,
        "rejected": 1,
        "set_aside_for": {},
        "outcomes": {"no_answer": 2},
        "stops": 0,
        "drift": None,
        "tells_right_party": True,
        "unclear_statuses": [],
    }
    again = json.loads(skiptrace(*words).out)
    assert (again["new"], again["known"], again["outcomes"]) == (0, 2, {})
    told = skiptrace(*words[:-1], "--rejected", tmp_path / "rejected.csv")
    assert "results.csv, line 4, column attempt_id: unknown attempt_id" in told.err
    assert pl.read_csv(tmp_path / "rejected.csv").height == 1


@pytest.mark.parametrize("form", ["vicidial", "asterisk-cdr"])
def test_results_of_dialers_are_taken_and_stop_what_they_forbid(skiptrace, ran, tmp_path, form):
    casefile, calls, own = tmp_path / "a.casefile", tmp_path / "calls.csv", tmp_path / "own.toml"
    casefile.write_bytes(ran.casefile.read_bytes())
    row = pl.read_ndjson(ran.out / "schedule.jsonl").filter(channel="call").row(0, named=True)
    begun = datetime.fromisoformat(row["not_before"]).astimezone(ZoneInfo("America/New_York"))
    if form == "vicidial":
        text = f"{row['national_number']}|{begun:%F %T}|101|9|NEW|AGENT|DNC|{row['account_id']}|1007\n"
        text += "5550100|2026-11-24 10:00:00|101|0|NEW|NONE|QUEUE||VDAD\n"
    else:
        own.write_text('[outcomes]\nBUSY = { outcome = "busy", stop = "do_not_call" }\n')
        times = f'"{begun:%F %T}",,"{begun:%F %T}"'
        channel = f"Local/{row['country_code']}{row['national_number']}@out-1"
        text = "".join(
            f'"","","s","out","","{channel};{half}","","","",{times},0,0,"BUSY","","1.1","{named}"\n'
            for half, named in ((1, row["attempt_id"]), (2, ""))
        )
    calls.write_text(text)
    words = ["outcomes", calls, "--casefile", casefile, "--as-of", "2026-12-01T09:00:00Z", "--format", form]
    more = ["--outcomes", own] if own.exists() else []
    done = skiptrace(*words, "--zone", "america/new york", "--json", *more, "--set-aside", tmp_path / "aside.csv")
    told = json.loads(done.out)
    assert (told["read"], told["new"], told["set_aside"], told["rejected"], told["stops"]) == (2, 1, 1, 0, 1)
    assert pl.read_csv(tmp_path / "aside.csv").height == 1
    told = skiptrace("plan", "--casefile", casefile, "--as-of", "2026-12-01T09:00:00Z", "--out", tmp_path / "next")
    assert told.code == 0
    again = pl.read_ndjson(tmp_path / "next" / "schedule.jsonl", schema_overrides={"contact_point": pl.String})
    assert again.filter(channel="call", contact_point=row["contact_point"]).is_empty()


def test_an_example_of_a_map_is_written_without_results(skiptrace, tmp_path):
    done = skiptrace("outcomes", "--write-map", tmp_path / "own.toml", "--format", "vicidial")
    assert (done.code, done.out) == (0, f"{tmp_path / 'own.toml'}\n")
    assert 'N = "no_answer"' in (tmp_path / "own.toml").read_text(encoding="utf-8")


def test_the_doctor_finds_a_sound_installation_and_names_what_is_not(skiptrace, ran, tmp_path):
    sound = skiptrace("doctor", "--casefile", ran.casefile, "--json")
    assert sound.code == 0
    assert all(finding["ok"] for finding in json.loads(sound.out))
    broken = skiptrace("doctor", "--casefile", tmp_path / "none")
    assert broken.code == 1
    assert "BAD casefile: none: no such casefile" in broken.out


def test_sources_are_valued_and_look_ups_suggested(skiptrace, tmp_path):
    batch = ["--batch", SAMPLES / "lost_contacts", "--as-of", MONDAY]
    done = skiptrace("trace", "--suggest-sources", *batch, "--out", tmp_path / "out")
    assert "look-ups for" in done.out
    sources, lookups = (pl.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("sources", "lookups"))
    assert (sources["hits"] == sources["unique"] + sources["shared"]).all()
    assert set(lookups["source"]) <= set(sources["source"])
    assert lookups.sort("account_id", "order").equals(lookups)
    one = lookups.filter(pl.col("account_id") == lookups["account_id"][0])
    told = json.loads(skiptrace("trace", one["account_id"][0], "--suggest-sources", *batch, "--json").out)
    assert [row["source"] for row in told["suggestions"]] == one["source"].to_list()

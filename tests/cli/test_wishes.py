"""Stops, consents and the audit at the command line, from entering to what the last gate lets out."""

import json
import re
import shlex

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key

SUBCOMMANDS = [
    ("stop", "add"),
    ("stop", "list"),
    ("stop", "lift"),
    *(("consent", one) for one in ("add", "list", "revoke")),
]
CONSENT = shlex.split("--consent-id K90 --given-by debtor --given-to this_collector --basis consent --purposes contact")


@pytest.mark.parametrize("words", SUBCOMMANDS)
def test_every_subcommand_has_help_with_an_example_that_it_understands(words, skiptrace):
    done = skiptrace(*words, "--help")
    assert done.code == 0
    example = shlex.split(re.search(r"Example: (skiptrace .*?)\n\s*\n", done.out, re.DOTALL)[1])
    assert tuple(example[1:3]) == words
    listed = done.out.partition("Options:")[2]
    assert {word for word in example if word.startswith("--")} <= set(re.findall(r"--[a-z0-9-]+", listed))
    assert skiptrace(*words, "--frobnicate").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("stop", "add", "--account", "UK-1002", "--kind", "cease"),
        ("stop", "list"),
        ("stop", "lift", "S1", "--reason", "x"),
        ("consent", "add", *CONSENT),
        ("consent", "list"),
        ("consent", "revoke", "K01", "--reason", "x"),
        ("audit",),
    ],
)
def test_what_is_kept_needs_a_casefile_that_is_there(words, skiptrace, tmp_path):
    assert skiptrace(*words).code == 2
    missing = skiptrace(*words, "--casefile", tmp_path / "none")
    assert (missing.code, missing.err.count("\n")) == (5, 1)
    assert not (tmp_path / "none").exists()


def test_a_stop_taken_by_telephone_keeps_its_rows_from_going_out_until_it_is_lifted(skiptrace, ran, known):
    schedule = ran.out / "schedule.jsonl"
    rows = pl.read_ndjson(schedule).filter(pl.col("account_id") == "UK-1002").height
    added = json.loads(skiptrace("stop", "add", "--account", "UK-1002", "--kind", "cease", *known, "--json").out)
    refused = json.loads(skiptrace("verify", schedule, *known, "--json").out)["refused"]
    assert (len(refused), {each["provision"] for each in refused}) == (rows, {"house.stop.cease"})
    assert added["stop_id"] in skiptrace("stop", "list", "--account", "UK-1002", *known).out
    lifted = skiptrace("stop", "lift", added["stop_id"], "--reason", "a mistake", *known)
    assert lifted.code == 0, lifted.err
    assert "8 rows, 0 refused" in skiptrace("verify", schedule, *known).out
    states = json.loads(skiptrace("stop", "list", "--account", "UK-1002", *known, "--json").out)
    assert {(each["stop_id"], each["state"]) for each in states} >= {(added["stop_id"], "lifted")}


def test_a_consent_is_added_listed_and_revoked(skiptrace, known):
    point = ["--account", "OH-1001", "--contact-point", "+16145550142"]
    assert "K90: kept" in skiptrace("consent", "add", *CONSENT, *point, *known).out
    assert skiptrace("consent", "add", *CONSENT, *known).code == 2
    assert "K90: revoked" in skiptrace("consent", "revoke", "K90", "--reason", "by post", *known).out
    listed = json.loads(skiptrace("consent", "list", "--account", "OH-1001", *known, "--json").out)
    assert {each["consent_id"]: each["state"] for each in listed}["K90"] == "revoked"
    assert "by post" in skiptrace("consent", "list", *known).out


def test_the_audit_names_every_command_and_a_broken_chain_is_an_error(skiptrace, known):
    skiptrace("stop", "add", "--account", "UK-1002", "--kind", "cease", *known)
    casefile = known[:2]
    done = json.loads(skiptrace("audit", *casefile, "--json").out)
    assert ([entry["command"] for entry in done["entries"]], done["broken"]) == (["ingest", "plan", "stop add"], None)
    assert "stop add" in skiptrace("audit", *casefile).out
    with Casefile(known[1], Key("k")).open() as opened:
        opened.connection.execute("DELETE FROM casefile.audit WHERE number = 2")
    broken = skiptrace("audit", *casefile)
    assert (broken.code, broken.err) == (6, "skiptrace: the audit is broken: entry 2 is missing\n")


def test_a_permit_reads_the_same_on_another_day_and_a_forged_one_is_found_out(skiptrace, ran, known, tmp_path):
    permit = pl.read_ndjson(ran.out / "schedule.jsonl")["permit_id"][0]
    forms = ([], ["--json"])
    before = [skiptrace("explain", permit, *known, *form) for form in forms]
    assert [done.code for done in before] == [0, 0]
    skiptrace("stop", "add", "--account", "CN-1003", "--kind", "cease", *known)
    skiptrace("consent", "revoke", "K03", "--reason", "by post", *known)
    tuesday = ["--as-of", "2026-11-24T09:00:00Z"]
    assert skiptrace("plan", *known[:2], "--out", tmp_path / "tuesday", *tuesday).code == 0
    assert [skiptrace("explain", permit, *known[:2], *tuesday, *form) for form in forms] == before
    with Casefile(known[1], Key("k")).open() as opened:
        opened.connection.execute("UPDATE casefile.frame_placements SET contact_point = '+8613800000000'")
    forged = skiptrace("explain", permit, *known)
    assert forged.code == 6
    assert "DOES NOT FOLLOW" in forged.out
    assert json.loads(skiptrace("explain", permit, *known, "--json").out)["permit"]["matches"] is False

"""The rulebook's own commands, as the officer who signs off meets them."""

import hashlib
import json
import re
import shlex

import jsonschema
import pytest

from skiptrace.contracts.schemas import schema_of
from tests.cli.conftest import MONDAY, SAMPLES

COMMANDS = ("list", "show", "lint", "diff")
INDIA = """name = "Our own"
places = ["IN"]

[[provision]]
id = "in.rbi.hours"
kind = "window"
summary = "our hours"
citation = "our counsel"
status = "P"
channels = ["call", "sms", "email", "visit"]
hours = [{ days = "mon-sun", open = "08:00", close = "CLOSE" }]
"""


@pytest.fixture
def own(tmp_path):
    """Return how to write a pack of the user's, and settings that name it."""

    def write(text, name="own.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        settings = tmp_path / "settings.toml"
        settings.write_text(f"[rulebook]\npaths = ['{tmp_path / name}']\n", encoding="utf-8")
        return tmp_path / name, settings

    return write


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_that_it_understands(command, skiptrace):
    done = skiptrace("rulebook", command, "--help")
    words = shlex.split(re.search(r"Example: (skiptrace .*?)\n\s*\n", done.out, re.DOTALL)[1])
    assert words[1:3] == ["rulebook", command]
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", done.out))
    assert {"--settings", "--json"} <= set(re.findall(r"--[a-z-]+", done.out))


def test_the_list_names_every_pack_with_its_places_and_the_users_too(skiptrace, own):
    _, settings = own(INDIA.replace("CLOSE", "18:00"))
    text = skiptrace("rulebook", "list", "--settings", settings)
    assert text.code == 0
    assert "US-DC US-FL US-MA US-NY-NYC" in text.out
    assert "own.toml (yours)" in text.out
    assert "every contact there is denied" in text.out
    found = json.loads(skiptrace("rulebook", "list", "--settings", settings, "--json").out)
    (mine,) = (pack for pack in found["files"] if pack["own"])
    assert (mine["file"], mine["places"], mine["provisions"], mine["P"]) == ("own.toml", ["IN"], 1, 1)
    assert found["overrides"] == {"in.rbi.hours": {"reason": None, "looser": []}}
    assert found["packs"] == [{"file": "own.toml", "sha256": found["packs"][0]["sha256"]}]


def test_a_place_shows_its_own_law_its_lineages_and_the_houses(skiptrace):
    done = skiptrace("rulebook", "show", "us-ny-nyc", "--as-of", MONDAY)
    assert done.code == 0
    for name in (
        "us-nyc.attempts (US-NY-NYC, S), in force from 2026-09-01",
        "us.regf.hours (US, P)",
        "house.stop.cease",
    ):
        assert name in done.out
    assert "us-nyc.attempts-before-september-2026 (US-NY-NYC, M), in force to 2026-08-31: NOT IN FORCE" in done.out
    assert "us-ma" not in done.out
    assert done.out.index("us-nyc.hours") < done.out.index("us.regf.hours") < done.out.index("house.hours")
    earlier = json.loads(skiptrace("rulebook", "show", "US-NY-NYC", "--as-of", "2026-08-31T12:00:00Z", "--json").out)[
        "provisions"
    ]
    holds = {one["id"]: one["holds"] for one in earlier}
    assert holds["us-nyc.attempts-before-september-2026"]
    assert not holds["us-nyc.attempts"]


@pytest.mark.parametrize("arguments", [["show", "US-NY-NYC"], ["list"], ["diff", "shipped", "loaded"]])
def test_in_a_pipe_no_line_ends_in_blanks(arguments, skiptrace, own):
    _, settings = own(INDIA.replace("CLOSE", "18:00"))
    lines = skiptrace("rulebook", *arguments, "--settings", settings).out.splitlines()
    assert any(line.startswith("    ") or "  " in line for line in lines)
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("place", ["Ontario", "UK", "US-ZZ", "US-NY-XXX", "", "*"])
def test_a_place_that_there_is_not_is_a_usage_error_that_says_how_places_are_written(place, skiptrace):
    done = skiptrace("rulebook", "show", place)
    assert done.code == 2
    assert "write ISO 3166 codes such as GB, US-NY or US-NY-NYC" in done.err


def test_a_place_without_a_pack_is_said_to_be_denied(skiptrace):
    done = skiptrace("rulebook", "show", "FR")
    assert done.code == 0
    assert "No pack covers FR: every contact there is denied" in done.out


def test_lint_says_every_fault_on_a_line_of_its_own_and_leaves_with_4(skiptrace, own):
    path, _ = own(INDIA.replace('"CLOSE"', "19") + 'colour = "red"\n')
    done = skiptrace("rulebook", "lint", path)
    assert done.code == 4
    assert done.out.splitlines() == [
        "fault: own.toml: line 11: in.rbi.hours.hours[0].close: expected a valid time",
        "fault: own.toml: line 12: in.rbi.hours.colour: unknown field; nearest known: hours",
    ]
    assert [fault["line"] for fault in json.loads(skiptrace("rulebook", "lint", path, "--json").out)["faults"]] == [
        11,
        12,
    ]


def test_lint_says_in_what_an_override_is_looser_and_asks_for_a_reason(skiptrace, own):
    path, settings = own(INDIA.replace("CLOSE", "20:00"))
    done = skiptrace("rulebook", "lint", path)
    assert done.code == 4
    assert "closes 20:00, not 19:00" in done.out
    path, settings = own(INDIA.replace("CLOSE", "20:00") + 'override_reason = "a circular"\n')
    done = skiptrace("rulebook", "lint", path, "--settings", settings)  # it may be in use already
    assert done.code == 0
    assert (
        "warning: own.toml: line 4: in.rbi.hours: replaces the shipped provision with this id: closes 20:00" in done.out
    )
    assert "reason given: a circular" in done.out


def test_lint_warns_of_memory_of_overlap_and_of_what_only_tightens(skiptrace, own):
    text = INDIA.replace("CLOSE", "18:00").replace('"P"', '"M"')
    out = skiptrace("rulebook", "lint", own(text)[0]).out
    assert "status M" in out
    assert "replaces the shipped provision with this id, and is nowhere looser" in out
    out = skiptrace("rulebook", "lint", own(text.replace("in.rbi", "in.own"))[0]).out
    assert "a shipped pack covers this place: it only tightens" in out
    out = skiptrace("rulebook", "lint", own(text.replace("in.rbi", "fr.own").replace('["IN"]', '["FR", "IN"]'))[0]).out
    assert "stay denied" not in out  # within its hours a person must look
    note = INDIA[: INDIA.index("kind")].replace('["IN"]', '["FR", "IN"]').replace("in.rbi.hours", "fr.note")
    path, _ = own(note + 'kind = "disclosure"\nsummary = "a note"\ncitation = "a law"\nstatus = "M"\n')
    assert (
        "warning: own.toml: pack.places: FR: nothing there but from memory" in skiptrace("rulebook", "lint", path).out
    )


def test_lint_reads_what_is_no_pack_without_a_traceback(skiptrace, tmp_path):
    for contents in (b"\xff\xfe", b"a = [" * 2000, b"", b"provision = 3"):
        (tmp_path / "own.toml").write_bytes(contents)
        done = skiptrace("rulebook", "lint", tmp_path / "own.toml")
        assert (done.code, done.err) == (4, "")
    assert skiptrace("rulebook", "lint", tmp_path / "none.toml").code == 4


def test_diff_says_what_changed_field_by_field_and_whether_it_is_looser(skiptrace, own):
    old, _ = own(INDIA.replace("CLOSE", "19:00"), "old.toml")
    new, settings = own(
        INDIA.replace("CLOSE", "20:00") + 'override_reason = "a circular"\n' + INDIA[INDIA.index("\n[[") :]
        .replace("in.rbi", "in.own").replace("CLOSE", "18:00"), "new.toml"
    )  # fmt: skip
    done = skiptrace("rulebook", "diff", old, new)
    assert done.code == 0
    assert "hours: Mon–Sun 08:00–19:00 → Mon–Sun 08:00–20:00" in done.out
    assert "changed in.rbi.hours: looser (closes 20:00, not 19:00" in done.out
    back = json.loads(skiptrace("rulebook", "diff", new, old, "--json").out)
    assert [(one["id"], one["change"], one["effect"]) for one in back] == [
        ("in.own.hours", "removed", "looser"),
        ("in.rbi.hours", "changed", "tighter"),
    ]
    used = json.loads(skiptrace("rulebook", "diff", "shipped", "loaded", "--settings", settings, "--json").out)
    assert [(one["id"], one["change"], one["effect"]) for one in used] == [
        ("in.own.hours", "added", "tighter"),
        ("in.rbi.hours", "changed", "looser"),
    ]
    assert "0 provisions differ" in skiptrace("rulebook", "diff", "shipped", "shipped").out
    assert skiptrace("rulebook", "diff", "shipped", "nowhere").code == 4


def test_overrides_and_their_reasons_stand_in_the_manifest_and_on_the_page(skiptrace, own, tmp_path):
    path, settings = own(INDIA.replace("CLOSE", "20:00") + 'override_reason = "a circular"\n')
    out = tmp_path / "out"
    done = skiptrace("run", SAMPLES / "five_accounts", "--out", out, "--settings", settings, "--as-of", MONDAY)
    assert done.code == 0, done.err
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, schema_of("manifest"))
    told = manifest["rulebook"]
    assert told["version"] == manifest["versions"]["rulebook"]
    assert told["packs"] == [{"file": "own.toml", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}]
    assert told["overrides"] == {
        "in.rbi.hours": {
            "reason": "a circular",
            "looser": ["closes 20:00, not 19:00 (mon, tue, wed, thu, fri, sat, sun)"],
        }
    }
    assert "a circular" in (out / "report.html").read_text(encoding="utf-8")

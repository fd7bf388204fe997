from __future__ import annotations

import json

import pytest

from .conftest import MONDAY, SAMPLES

BATCH = ("--batch", SAMPLES / "five_accounts", "--as-of", MONDAY)
STAFFED = """
[[calls]]
days = "Mon-Fri"
hours = "10:00-12:00"
time_zone = "Europe/London"
agents = 1
calls_an_hour = 2

[[letters]]
a_day = 0
"""


@pytest.fixture
def staffed(tmp_path):
    file = tmp_path / "capacity.toml"
    file.write_text(STAFFED, encoding="utf-8")
    return file


def test_a_plan_keeps_to_the_capacity_file(skiptrace, tmp_path, staffed):
    done = skiptrace("plan", *BATCH, "--out", tmp_path / "out", "--capacity", staffed)
    assert done.code == 0, done.err
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["capacity"]["calls"]["available"] == 20
    assert manifest["capacity"]["letters"]["available"] == 0
    assert manifest["settings"]["plan"]["capacity"]["calls"][0]["agents"] == 1


def test_an_unknown_key_of_the_capacity_file_is_one_clear_line(skiptrace, tmp_path, staffed):
    staffed.write_text("[[calls]]\nagnets = 3\n", encoding="utf-8")
    done = skiptrace("plan", *BATCH, "--out", tmp_path / "out", "--capacity", staffed)
    assert done.code == 4
    assert done.err.strip().endswith("capacity.toml line 2: calls.1.agnets: unknown field; nearest known: agents")
    assert "\n" not in done.err.strip()


def test_what_if_tells_what_more_agents_would_bring_and_writes_nothing(skiptrace, tmp_path, staffed):
    words = ("plan", *BATCH, "--out", tmp_path / "out", "--capacity", staffed, "--what-if")
    done = skiptrace(*words, "agents=+3", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert 0 < told["before"] <= told["after"] + 1e-6
    assert not (tmp_path / "out").exists()
    assert "nothing was written" in skiptrace(*words, "agents=+3").out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("agents", "expected agents, lines, calls, messages, emails, letters and a change"),
        ("cups=+3", "expected agents"),
        ("calls=+3", "agents make the calls here"),
        ("emails=+3", "no capacity file tells of any"),
        ("lines=+3", "the capacity file names none here"),
        ("agents=+99999999999999999999", "expected a change to 1,000,000,000 at most"),
        ("messages=+99999999999999999999", "expected a change to 1,000,000,000 at most"),
    ],
)
def test_a_change_that_cannot_be_made_is_told(skiptrace, staffed, change, said):
    done = skiptrace("plan", *BATCH, "--capacity", staffed, "--what-if", change)
    assert done.code == 2
    assert said in done.err

"""Every provision on both sides of its boundaries, as data."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from skiptrace.compliance import check
from skiptrace.settings import CheckParams

FOLDER = Path(__file__).parent / "scenarios"
PRESETS = tomllib.loads((FOLDER / "presets.toml").read_text(encoding="utf-8"))
SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")
    for path in sorted(FOLDER.glob("*.toml"))
    if path.stem != "presets"
    for scenario in tomllib.loads(path.read_text(encoding="utf-8"))["scenario"]
]
EXPECTED = ("verdict", "provision", "eligible", "denies", "as_of")


def told(scenario: dict[str, Any]) -> dict[str, Any]:
    preset = PRESETS.get(scenario.get("debtor", ""), {})
    points = [*preset.get("points", []), *scenario.get("points", [])]
    attempts = []
    for row in scenario.get("attempts", []):
        times = row.get("each", [row.get("started_at")])
        attempts += [
            {"contact_point": points[0]["contact_point"]}
            | {key: value for key, value in row.items() if key != "each"}
            | {"started_at": at}
            for at in times
        ]
    consents = [{key: value or None for key, value in row.items()} for row in scenario.get("consents", [])]
    return {
        "accounts": scenario.get("accounts", preset.get("accounts", [{}])),
        "relations": scenario.get("relations", []),
        "points": points,
        "attempts": attempts,
        "stops": scenario.get("stops", []),
        "consents": consents,
    }


def judged(scenario: dict[str, Any], world: Any, proposals: Any, rulebook: Any) -> list[tuple[dict[str, Any], Any]]:
    facts_told = told(scenario)
    facts, first = world(facts_told), facts_told["points"][0]["contact_point"]
    usual = scenario.get("as_of", "2026-11-23T00:00:00Z")
    found = []
    for as_of in sorted({case.get("as_of", usual) for case in scenario["cases"]}):
        cases = [case for case in scenario["cases"] if case.get("as_of", usual) == as_of]
        asked = [
            {"contact_point": first} | {key: value for key, value in case.items() if key not in EXPECTED}
            for case in cases
        ]
        rows = check(proposals(asked), facts, rulebook, datetime.fromisoformat(as_of), CheckParams()).to_dicts()
        found += zip(cases, rows, strict=True)
    return found


@pytest.fixture(scope="session")
def all_judged(world, proposals, rulebook):
    return [judged(parameter.values[0], world, proposals, rulebook) for parameter in SCENARIOS]


@pytest.mark.parametrize("number", [pytest.param(number, id=one.id) for number, one in enumerate(SCENARIOS)])
def test_scenario(number, all_judged):
    for case, row in all_judged[number]:
        assert row["verdict"] == case["verdict"], (case, row)
        if "provision" in case:
            assert row["provision"] == case["provision"], (case, row)
        if "denies" in case:
            assert f"{case['denies']}:deny" in row["all_provisions"]
        if "eligible" in case:
            assert row["eligible_again_at"] == datetime.fromisoformat(case["eligible"]).astimezone(UTC), (case, row)
        if row["verdict"] == "allow":
            assert row["provision"] is None


def test_every_judged_provision_has_a_scenario_on_each_side(all_judged, rulebook):
    against, silent = set(), set()
    for _, row in (pair for pairs in all_judged for pair in pairs):
        for entry in row["all_provisions"]:
            name, _, found = entry.rpartition(":")
            (silent if found == "allow" else against).add(name)
    known = {one.id for one in rulebook.provisions if one.kind in ("window", "cap", "wait", "need", "bar")}
    assert sorted(known - against) == []
    # Bars without a condition, and hours from memory, never allow.
    unconditional = {"id.third-parties", "hk.third-parties", "tw.third-parties", "us.regf.work-email"}
    assert sorted(known - silent - unconditional - {"ca-bc.hours", "tw.hours"}) == []

"""Every provision on both sides of its boundaries, as data, and proof that the rulebook has no boundary left out."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from skiptrace.compliance import check
from skiptrace.settings import CheckParams
from skiptrace.vocabulary import Channel

FOLDER = Path(__file__).parent / "scenarios"
PRESETS = tomllib.loads((FOLDER / "presets.toml").read_text(encoding="utf-8"))
EXPECTED = ("verdict", "provision", "eligible", "denies", "allows", "silent", "as_of")
AS_OF = "2026-11-23T00:00:00Z"
MINUTE = timedelta(minutes=1)


def spread(scenario: dict[str, Any]) -> dict[str, Any]:
    """Make one case of each moment where a case names several."""
    cases = []
    for case in scenario["cases"]:
        moments = case["at"] if isinstance(case["at"], list) else [case["at"]]
        cases += [case | {"at": at} for at in moments]
    return scenario | {"cases": cases}


SCENARIOS = [
    pytest.param(spread(scenario), id=f"{path.stem}: {scenario['name']}")
    for path in sorted(FOLDER.glob("*.toml"))
    if path.stem != "presets"
    for scenario in tomllib.loads(path.read_text(encoding="utf-8"))["scenario"]
]


def told(scenario: dict[str, Any]) -> dict[str, Any]:
    preset = PRESETS[scenario["debtor"]] if "debtor" in scenario else {}
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


def asked(case: dict[str, Any], first: str) -> dict[str, Any]:
    return {"contact_point": first} | {key: value for key, value in case.items() if key not in EXPECTED}


def judged(scenario: dict[str, Any], world: Any, proposals: Any, rulebook: Any) -> list[tuple[dict[str, Any], Any]]:
    facts_told = told(scenario)
    facts, first = world(facts_told), facts_told["points"][0]["contact_point"]
    usual = scenario.get("as_of", AS_OF)
    found = []
    for as_of in sorted({case.get("as_of", usual) for case in scenario["cases"]}):
        cases = [case for case in scenario["cases"] if case.get("as_of", usual) == as_of]
        rows = proposals([asked(case, first) for case in cases])
        verdicts = check(rows, facts, rulebook, datetime.fromisoformat(as_of), CheckParams()).to_dicts()
        found += zip(cases, verdicts, strict=True)
    return found


@pytest.fixture(scope="session")
def all_judged(world, proposals, rulebook):
    return [judged(parameter.values[0], world, proposals, rulebook) for parameter in SCENARIOS]


def named(case: dict[str, Any], key: str) -> list[str]:
    value = case.get(key, [])
    return [value] if isinstance(value, str) else value


def names(row: dict[str, Any]) -> set[str]:
    return {entry.rpartition(":")[0] for entry in row["all_provisions"]}


@pytest.mark.parametrize("number", [pytest.param(number, id=one.id) for number, one in enumerate(SCENARIOS)])
def test_scenario(number, all_judged):
    for case, row in all_judged[number]:
        assert row["verdict"] == case["verdict"], (case, row)
        if "provision" in case:
            assert row["provision"] == case["provision"], (case, row)
        for provision in named(case, "denies"):
            assert f"{provision}:deny" in row["all_provisions"], (case, row)
        for provision in named(case, "allows"):
            assert f"{provision}:allow" in row["all_provisions"], (case, row)
        for provision in named(case, "silent"):
            assert provision not in names(row), (case, row)
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


# What follows asks the rulebook which boundaries there are, and the scenarios whether they stand on both sides.


def zone_of(scenario: dict[str, Any]) -> ZoneInfo | None:
    """Return the zone of a debtor who is known to be in one only; the wheel's, as the system's may be stale."""
    zones = {zone for point in told(scenario)["points"] for zone in point.get("zones", [])}
    if len(zones) != 1 or "debtor" not in scenario:
        return None
    (name,) = zones
    with files("tzdata.zoneinfo").joinpath(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@pytest.fixture(scope="session")
def entries(all_judged):
    """By provision: scenario number, case, local start, local end, and whether the provision is against it."""
    found = defaultdict(list)
    for number, pairs in enumerate(all_judged):
        zone = zone_of(SCENARIOS[number].values[0])
        for case, row in pairs if zone else ():
            start = datetime.fromisoformat(case.get("sent_at", case["at"])).astimezone(zone)
            seconds = case.get("expected_duration_s", 300 if case.get("channel", "call") == "call" else 0)
            end = (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(zone)
            for entry in row["all_provisions"]:
                name, _, verdict = entry.rpartition(":")
                found[name].append((number, case, start, end, verdict == "deny"))
    return found


def near(moment: datetime, boundary: time, *, after: bool) -> bool:
    """Tell whether a local moment lies at a time of day or within a minute after it, or else within a minute before."""
    wall = moment.replace(tzinfo=None)
    for shift in (0, 1):
        gap = wall - datetime.combine(wall.date() + timedelta(days=shift), boundary)
        if (timedelta(0) <= gap <= MINUTE) if after else (-MINUTE <= gap < timedelta(0)):
            return True
    return False


def missing_sides(window: Any, hours: Any, seen: list[Any]) -> list[str]:
    """Name the boundaries of some hours at which no scenario stands on the one side or the other."""
    begun = [one for one in seen if one[2].weekday() in hours.days]
    allowed, denied = ([one for one in begun if one[4] is against] for against in (False, True))
    open_ended = window.ends == "open"
    sides = {
        "allowed after the opening": any(near(one[2], hours.open, after=True) for one in allowed),
        "denied before the opening": any(near(one[2], hours.open, after=False) for one in denied),
        "allowed to the closing": any(
            near(one[3], hours.close, after=False) or (one[3].time() == hours.close and not open_ended)
            for one in allowed
        ),
        "denied after the closing": any(near(one[3], hours.close, after=True) for one in denied),
        "a message denied at the closing": window.channels == ("visit",)
        or any(one[2] == one[3] and one[2].time() == hours.close for one in denied),
        "denied at the opening itself": not open_ended or any(one[2].time() == hours.open for one in denied),
        "allowed at the opening itself": open_ended or any(one[2].time() == hours.open for one in allowed),
    }
    return [f"{window.id}, {min(hours.days)}-{max(hours.days)}: {side}" for side, met in sides.items() if not met]


def test_every_hour_has_a_scenario_on_both_sides_of_its_opening_and_closing(entries, rulebook):
    windows = [one for one in rulebook.provisions if one.kind == "window"]
    missing = [said for one in windows for hours in one.hours for said in missing_sides(one, hours, entries[one.id])]
    assert missing == []


def test_every_kind_of_day_without_hours_has_a_scenario(entries, rulebook):
    missing = []
    for one in rulebook.provisions:
        if one.kind != "window":
            continue
        named_days = {day for hours in one.hours for day in hours.days}
        denied = [entry[2] for entry in entries[one.id] if entry[4] and time(12) <= entry[2].time() <= time(16)]
        missing += [f"{one.id}: day {day}" for day in set(range(7)) - named_days - {at.weekday() for at in denied}]
        if one.holidays and not any(at.weekday() in named_days for at in denied):
            missing.append(f"{one.id}: a holiday")
        if "easter_monday" in one.holidays_added and not any(at.date().isoformat() == "2027-03-29" for at in denied):
            missing.append(f"{one.id}: Easter Monday")
    assert missing == []


def without_one(scenario: dict[str, Any], case: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the scenario's world once for each of its attempts, that attempt left out, with the case to ask there.

    Each world gets names of its own, so that all can be judged together.
    """
    base = told(scenario)
    first = base["points"][0]["contact_point"]
    worlds = []
    for left_out in range(len(base["attempts"])):
        tag = f"{len(base['attempts'])}x{left_out}"
        kept = {**base, "attempts": [row for at, row in enumerate(base["attempts"]) if at != left_out]}
        worlds.append((renamed(kept, tag), renamed({"cases": [asked(case, first)]}, tag)["cases"][0]))
    return worlds


def renamed(part: dict[str, Any], tag: str) -> dict[str, Any]:
    """Put a tag on every id and contact point, so that no attempt of one world counts in another."""
    ids = ("account_id", "person_id", "contact_point", "attempt_id", "consent_id", "relation_id", "in_reply_to")
    found: dict[str, Any] = {}
    for table, rows in part.items():
        found[table] = []
        for number, row in enumerate(rows):
            given = {"accounts": {"account_id": f"A{number + 1}"}, "relations": {"relation_id": "R1"}}.get(table, {})
            if table in ("points", "attempts", "cases", "relations"):
                given = {"account_id": "A1", **given}
            if table == "attempts":
                given |= {"attempt_id": f"T{number + 1}"}
            whole = {**given, **row}
            tagged = {key: f"{whole[key]}-{tag}" for key in ids if whole.get(key)}
            lists = {key: [f"{one}-{tag}" for one in row[key]] for key in ("debt_ids", "consent_ids") if row.get(key)}
            found[table].append(whole | tagged | lists)
    return found


def test_every_cap_is_full_in_a_scenario_and_one_attempt_fewer_is_allowed(all_judged, world, proposals, rulebook):
    caps = {one.id: one.maximum for one in rulebook.provisions if one.kind == "cap"}
    parts: dict[str, list[Any]] = defaultdict(list)
    questions = defaultdict(list)
    for number, pairs in enumerate(all_judged):
        scenario = SCENARIOS[number].values[0]
        for place, (case, row) in enumerate(pairs):
            against = [cap for cap in caps if f"{cap}:deny" in row["all_provisions"]]
            for variant, (made, question) in enumerate(without_one(scenario, case) if against else ()):
                tag = f"{number}.{place}.{variant}"
                unique = renamed(made, tag)
                for table, rows in unique.items():
                    parts[table] += rows
                as_of = case.get("as_of", scenario.get("as_of", AS_OF))
                asked_there = renamed({"cases": [question]}, tag)["cases"][0]
                questions[as_of].append((asked_there, [(number, place, cap) for cap in against]))
    facts, freed = world(parts), defaultdict(int)
    for as_of, rows in questions.items():
        found = check(
            proposals([row for row, _ in rows]), facts, rulebook, datetime.fromisoformat(as_of), CheckParams()
        )
        for (_, marks), entries_there in zip(rows, found["all_provisions"], strict=True):
            for mark in marks:
                freed[mark] += f"{mark[2]}:allow" in entries_there
    full = {cap for (_, _, cap), count in freed.items() if count == caps[cap]}
    assert sorted(set(caps) - full) == []


def heals_by_day(seen: list[Any]) -> bool:
    """Tell whether one scenario has a day that is denied and the next day allowed."""
    days = {(one[0], one[2].date(), one[4]) for one in seen}
    return any(against and (number, day + timedelta(days=1), False) in days for number, day, against in days)


def test_every_cap_and_wait_has_the_last_moment_denied_and_the_first_allowed(entries, rulebook):
    counted = [one for one in rulebook.provisions if one.kind in ("cap", "wait")]
    by_hour = {one.id for one in counted if one.kind == "cap" and one.hours}
    assert [one.id for one in counted if one.id not in by_hour and not heals_by_day(entries[one.id])] == []
    assert [name for name in by_hour if not a_second_apart(entries[name], first_denied=True)] == []


def test_every_dated_provision_has_scenarios_on_both_sides_of_its_dates(entries, all_judged, rulebook):
    denied = {(name, one[0], one[2].replace(tzinfo=None)) for name, seen in entries.items() for one in seen if one[4]}
    asked_at = set()
    for number, pairs in enumerate(all_judged):
        if zone := zone_of(SCENARIOS[number].values[0]):
            local = (datetime.fromisoformat(case["at"]).astimezone(zone) for case, _ in pairs)
            asked_at |= {(number, at.replace(tzinfo=None)) for at in local}

    def told_apart(name: str, last_inside: Any, days: int) -> bool:
        """Tell whether it denies at some time of its first or last day and, at that time, not of the day outside."""
        return any(
            one == name
            and at.date() == last_inside
            and (number, at + timedelta(days=days)) in asked_at
            and (name, number, at + timedelta(days=days)) not in denied
            for one, number, at in denied
        )

    dated = [one for one in rulebook.provisions if one.kind not in ("disclosure", "retention")]
    early = [one.id for one in dated if one.valid_from and not told_apart(one.id, one.valid_from, -1)]
    late = [one.id for one in dated if one.valid_until and not told_apart(one.id, one.valid_until, 1)]
    assert (early, late) == ([], [])


def a_second_apart(seen: list[Any], *, first_denied: bool) -> bool:
    moments = {(one[0], one[1].get("contact_point"), one[1].get("channel"), one[2], one[4]) for one in seen}
    second = timedelta(seconds=1)
    return any(
        denied is first_denied and (number, point, channel, at + second, not denied) in moments
        for number, point, channel, at, denied in moments
    )


def test_every_stop_and_age_has_scenarios_a_second_before_and_at_its_beginning_and_end(entries, rulebook):
    stops = [one.id for one in rulebook.provisions if one.kind == "bar" and one.stop]
    aged = [one.id for one in rulebook.provisions if one.kind == "need" and one.need == "recent_text_basis"]
    assert [name for name in stops if not a_second_apart(entries[name], first_denied=False)] == []
    assert [name for name in stops if not a_second_apart(entries[name], first_denied=True)] == []
    assert [name for name in aged if not a_second_apart(entries[name], first_denied=False)] == []


def scopes_named(scenario: dict[str, Any], case: dict[str, Any]) -> set[str]:
    """Return the scopes of the consents that the contact point of a case names."""
    facts = told(scenario)
    point = case.get("contact_point", facts["points"][0]["contact_point"])
    ids = {one for lead in facts["points"] if lead["contact_point"] == point for one in lead.get("consent_ids", [])}
    return {one["scope"] for one in facts["consents"] if one["consent_id"] in ids and one.get("scope")}


def test_every_provision_that_can_be_lifted_is_lifted_by_its_scope_and_not_by_another(
    all_judged, world, proposals, rulebook
):
    scopes = {one.id: one.lifted_by for one in rulebook.provisions if getattr(one, "lifted_by", None)}
    lifted, kept = set(), set()
    for number, pairs in enumerate(all_judged):
        scenario = SCENARIOS[number].values[0]
        if not any(scopes_named(scenario, case) & set(scopes.values()) for case, _ in pairs):
            continue
        without = judged(scenario | {"consents": []}, world, proposals, rulebook)
        for (case, row), (_, bare) in zip(pairs, without, strict=True):
            named_there = scopes_named(scenario, case)
            for name in (name for name in scopes if f"{name}:deny" in bare["all_provisions"]):
                if f"{name}:allow" in row["all_provisions"]:
                    assert scopes[name] in named_there, case
                    lifted.add(name)
                elif named_there and scopes[name] not in named_there:
                    kept.add(name)
    assert (sorted(set(scopes) - lifted), sorted(set(scopes) - kept)) == ([], [])


def of_a_place(rulebook: Any) -> list[Any]:
    """Return what is judged and is law of some place: the house's own rules bear on every channel but few."""
    return [one for one in rulebook.provisions if one.kind not in ("disclosure", "retention") and one.places != ("*",)]


def test_every_channel_a_provision_names_is_denied_and_at_that_moment_it_is_silent_on_every_other(all_judged, rulebook):
    denied, silent = set(), set()
    for pairs in all_judged:
        found = [(case["at"], case.get("channel", "call"), row["all_provisions"], names(row)) for case, row in pairs]
        against = {(entry[:-5], at) for at, _, entries, _ in found for entry in entries if entry.endswith(":deny")}
        denied |= {(entry[:-5], by) for _, by, entries, _ in found for entry in entries if entry.endswith(":deny")}
        silent |= {(one, by) for one, then in against for at, by, _, bearing in found if at == then} - {
            (one, by) for _, by, _, bearing in found for one in bearing
        }
    # Third parties are called or left alone: by other channels the silence of the law denies.
    asked = [one for one in of_a_place(rulebook) if not (one.kind == "need" and one.party)]
    assert [(one.id, by) for one in asked for by in one.channels if (one.id, by) not in denied] == []
    others = [(one.id, by) for one in asked for by in Channel if by not in one.channels]
    assert [pair for pair in others if pair not in silent] == []


def test_every_relation_that_a_bar_spares_and_every_product_it_names_has_a_scenario(all_judged, rulebook):
    spared, barred = set(), set()
    for number, pairs in enumerate(all_judged):
        accounts = enumerate(told(SCENARIOS[number].values[0])["accounts"], 1)
        products = {one.get("account_id", f"A{at}"): one.get("product", "").lower() for at, one in accounts}
        for case, row in pairs:
            product = products.get(case.get("account_id", "A1"), "")
            for name, _, verdict in (entry.rpartition(":") for entry in row["all_provisions"]):
                (spared if verdict == "allow" else barred).add((name, case.get("relation"), product))
    bars = [one for one in of_a_place(rulebook) if one.kind == "bar"]
    unspared = {(one.id, str(wanted)) for one in bars for wanted in one.except_relations}
    assert unspared - {(name, relation) for name, relation, _ in spared} == set()
    # A product shows that a word is needed only if no other word is in it.
    words = {one.id: one.products for one in bars}
    shown = {(name, *(word for word in words[name] if word in sold)) for name, _, sold in barred if name in words}
    assert {(one.id, word) for one in bars for word in one.products} - shown == set()

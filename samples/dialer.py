"""A dialer that is not there: takes a schedule, makes every attempt in the sample world, and writes the results.

::

    python samples/dialer.py SCHEDULE.jsonl OUT.csv [--until T] [--truth DIR] [--seed N]

Each row is started at a moment inside its window, and what comes of it follows from the truth: who really holds the
point, and whether that person has time then. A few of the nuisances of real result files are put in as well: a line
sent twice, a code nobody knows, a call logged days late, an attempt that no schedule asked for.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import zoneinfo
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from chance import Chance
from files import csv_bytes
from outcomes import Drawn, Target, call, email, letter, sms
from routines import Persona

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["COLUMNS", "Truth", "dial", "main", "read_truth"]

COLUMNS = ("attempt_id", "outcome", "started_at", "duration_s", "ring_s", "response_at", "agent")
"""Columns of a results file; times are RFC 3339, lengths are seconds."""
TRUTH = Path(__file__).parent / "lost_contacts_truth"
NUISANCES_FROM = 5
"""A schedule shorter than this gets no nuisances: they would be most of the file."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is really so in a sample world.

    Attributes
    ----------
    people
        person_id → persona.
    debtors
        account_id → person_id.
    points
        Number or e-mail address → (kind, country, person_ids; None = dead).
    homes
        person_id → the numbers in their address.
    """

    people: Mapping[str, Persona]
    debtors: Mapping[str, str]
    points: Mapping[str, tuple[str, str, tuple[str, ...] | None]]
    homes: Mapping[str, frozenset[str]]


def _make(row: Mapping[str, object], truth: Truth, at: datetime, tries: int, chance: Chance) -> Drawn:
    """Draw what one attempt of the schedule gives at a moment, after so many on the same point that day."""
    point, channel = str(row["contact_point"]), str(row["channel"])
    whom = truth.debtors.get(str(row["account_id"]), "")
    zone_name = str(row.get("time_zone") or "UTC")
    if channel in {"letter", "visit"}:
        home = truth.homes.get(whom)
        there = home is not None and home <= _numbers_in(point)
        return letter(Target("address", [truth.people[whom]] if there else None, whom, "", zone_name), chance)
    kind, country, person_ids = truth.points.get(point, ("mobile", "US", None))
    holders = None if person_ids is None else [truth.people[one] for one in person_ids]
    third_party = row.get("party") == "third_party"
    target = Target(kind, holders, "" if third_party else whom, country, zone_name)
    if channel == "call":
        drawn = call(target, at, tries, chance)
        # Whoever answers there is the one who was asked for, though not the debtor.
        return drawn._replace(outcome="third_party") if third_party and drawn.outcome == "wrong_number" else drawn
    return sms(target, at, chance) if channel == "sms" else email(target, at, chance)


def _moment(row: Mapping[str, object], chance: Chance) -> datetime:
    first, last = (datetime.fromisoformat(str(row[name])) for name in ("not_before", "not_after"))
    return first + timedelta(seconds=chance.below(max(1, int((last - first).total_seconds()))))


def _result(row: Mapping[str, object], at: datetime, drawn: Drawn, chance: Chance) -> dict[str, object]:
    response = drawn.response_at
    return {
        "attempt_id": row["attempt_id"],
        "outcome": drawn.outcome,
        "started_at": at.isoformat(timespec="seconds"),
        "duration_s": drawn.duration_s,
        "ring_s": drawn.ring_s,
        "response_at": None if response is None else response.astimezone(at.tzinfo).isoformat(timespec="seconds"),
        "agent": f"agent{chance.between(1, 24):02d}" if row["channel"] == "call" else "",
    }


def dial(
    schedule: Sequence[Mapping[str, object]], truth: Truth, seed: int, until: datetime | None = None
) -> list[dict[str, object]]:
    """Make the attempts of a schedule and return the results (COLUMNS), in order of their start, with nuisances.

    Parameters
    ----------
    schedule
        Rows of ``schedule.jsonl``; at least attempt_id, account_id, channel, contact_point, not_before, not_after.
    truth
        From :func:`read_truth`.
    seed
        The same schedule, truth and seed give the same results.
    until
        The moment of the report (aware): what would start later is not made yet, and a later reply has not come yet.
    """
    # A draw of its own for each row: what comes of an attempt does not depend on the others in the file.
    begun = [(row, chance, _moment(row, chance)) for row in schedule for chance in [Chance(seed, row["attempt_id"])]]
    begun.sort(key=lambda one: (one[2], str(one[0]["attempt_id"])))
    tries: Counter[tuple[str, str]] = Counter()
    results = []
    for row, chance, at in begun:
        if until is not None and at >= until:
            break
        day = (str(row["contact_point"]), at.date().isoformat())
        drawn = _make(row, truth, at, tries[day], chance)
        if until is not None and drawn.response_at is not None and drawn.response_at >= until:
            drawn = Drawn("delivered")
        results.append(_result(row, at, drawn, chance))
        tries[day] += 1
    return _with_nuisances(results, Chance(seed, "nuisances")) if len(results) >= NUISANCES_FROM else results


def _with_nuisances(results: list[dict[str, object]], chance: Chance) -> list[dict[str, object]]:
    twice = chance.below(len(results))
    results.insert(twice, dict(results[twice]))
    unknown = chance.below(len(results))
    while unknown in {twice, twice + 1}:
        unknown = chance.below(len(results))
    results[unknown] = results[unknown] | {"outcome": "XFER-7"}
    # The file is written in order of arrival: this one came last, though it was made first.
    results.append(results.pop(0))
    results.append(results[0] | {"attempt_id": "MANUAL-0001", "outcome": "no_answer", "response_at": None})
    return results


def _numbers_in(address: str) -> frozenset[str]:
    """Return the numbers of an address: what stays the same however it is abbreviated or ordered."""
    return frozenset(re.findall(r"\d+", address))


def read_truth(folder: Path) -> Truth:
    """Read a world's truth, as ``make.py`` wrote it."""
    people = {
        row["person_id"]: Persona(
            row["person_id"], row["routine"], int(row["shift"]), float(row["rate"]), row["time_zone"]
        )
        for row in _rows(folder / "people.csv")
    }
    points: dict[str, tuple[str, str, tuple[str, ...] | None]] = {}
    homes: dict[str, frozenset[str]] = {}
    for row in _rows(folder / "points.csv"):
        holders = tuple(filter(None, row["person_ids"].split(";")))
        if row["kind"] == "address":
            homes |= dict.fromkeys(holders, _numbers_in(row["point"]))
        else:
            points[row["point"]] = (row["kind"], row["country"], holders if row["state"] == "live" else None)
    debtors = {row["account_id"]: row["person_id"] for row in _rows(folder / "accounts.csv")}
    return Truth(people, debtors, points, homes)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "no offset"
        raise ValueError(message)
    return moment


def main(words: list[str]) -> int:
    """Run the command line."""
    zoneinfo.reset_tzpath(())
    parser = argparse.ArgumentParser(prog="dialer.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("schedule", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--truth", type=Path, default=TRUTH)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=_instant, help="report at this moment (RFC 3339 with offset)")
    chosen = parser.parse_args(words)
    lines = chosen.schedule.read_text(encoding="utf-8").splitlines()
    schedule = [json.loads(line) for line in lines if line.strip()]
    results = dial(schedule, read_truth(chosen.truth), chosen.seed, chosen.until)
    chosen.out.write_bytes(csv_bytes(results, {name: name for name in COLUMNS}))
    print(f"{len(results)} results: {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

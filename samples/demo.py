"""Run the main job on the sample batch, feed a dialer's results back, plan again, and show what changed.

Started by ``make demo``. Everything is written below ``out/demo``; the clock is an argument, so that the demo says the
same on every day.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
OUT = Path("out") / "demo"
MONDAY = "2026-11-23T09:00:00+00:00"
TUESDAY = "2026-11-24T09:00:00+00:00"
SUNDAY = "2026-11-29"


def main() -> None:
    """Play two days: plan, dial, take the results back, plan again."""
    os.chdir(ROOT)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    os.environ.setdefault("SKIPTRACE_KEY", "the demo's people are invented; a real casefile has a key of its own")
    casefile = OUT / "demo.casefile"
    kept = ["--casefile", str(casefile)]

    say("Monday: take the batch in and plan the week")
    skiptrace("run", str(SAMPLES / "lost_contacts"), *kept, "--out", str(OUT / "monday"), "--as-of", MONDAY)

    say("Monday evening: the dialer made its attempts; its results come back")
    results = OUT / "results.csv"
    dialer = [sys.executable, str(SAMPLES / "dialer.py"), str(OUT / "monday" / "schedule.jsonl"), str(results)]
    subprocess.run([*dialer, "--until", TUESDAY], check=True)
    skiptrace("outcomes", str(results), *kept, "--as-of", TUESDAY)

    say("Tuesday: plan what is left of the week, knowing what happened")
    skiptrace("plan", *kept, "--out", str(OUT / "tuesday"), "--as-of", TUESDAY)

    say("What changed")
    compare(OUT / "monday", OUT / "tuesday", results)
    print(f"\nOpen {OUT / 'tuesday' / 'report.html'} in a browser.")


def skiptrace(*words: str) -> None:
    """Run a command of skiptrace as a user would."""
    print(f"$ skiptrace {' '.join(words)}", flush=True)
    subprocess.run([sys.executable, "-m", "skiptrace", *words], check=True)


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text} ==", flush=True)


def compare(before: Path, after: Path, results: Path) -> None:
    """Print what the results changed in the second plan."""
    old, new = rows(before), rows(after)
    made = {row["attempt_id"]: row for row in old}
    with results.open(encoding="utf-8", newline="") as file:
        told = [(row["attempt_id"], row["outcome"]) for row in csv.DictReader(file)]
    outcomes = [(made[name], outcome) for name, outcome in told if name in made]
    reached = {row["account_id"] for row, outcome in outcomes if outcome in ("right_party", "promise_to_pay")}
    bad = ("wrong_number", "disconnected", "bounced", "returned")
    lost = {place(row) for row, outcome in outcomes if outcome in bad}
    called = {row["account_id"] for row in new if row["channel"] == "call" and row["not_before"] < SUNDAY}
    left = lost - {place(row) for row in new}
    print(f"{len(reached):>6,} debtors were reached by phone; {len(reached - called):,} of them rest until Sunday")
    print(f"{len(lost):>6,} contact points proved dead or wrong; {len(left):,} of them are left alone now")
    first, then = (
        {account: min((row["not_before"], place(row)) for row in mine) for account, mine in by_account(plan).items()}
        for plan in (old, new)
    )
    moved = sum(first[account] != then[account] for account in first.keys() & then.keys())
    print(f"{moved:>6,} accounts have another next attempt: another time, channel or contact point")
    gone, come = first.keys() - then.keys(), then.keys() - first.keys()
    print(f"{len(gone):>6,} accounts left the schedule, {len(come):,} came into it")


def rows(folder: Path) -> list[dict[str, str]]:
    """Return a schedule."""
    return [json.loads(line) for line in (folder / "schedule.jsonl").read_text(encoding="utf-8").splitlines()]


def by_account(plan: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Return a schedule's rows by account."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in plan:
        found.setdefault(row["account_id"], []).append(row)
    return found


def place(row: dict[str, str]) -> tuple[str, str, str]:
    """Return whom a row tries, how and where."""
    return row["account_id"], row["channel"], row["contact_point"]


if __name__ == "__main__":
    main()

"""Run the main job on the sample batch, feed a dialer's results back, plan again, and show what changed.

Started by ``make demo``. Everything is written below ``out/demo``; the clock is an argument, so that the demo says the
same on every day.
"""

from __future__ import annotations

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
    compare(OUT / "monday", OUT / "tuesday")
    print(f"\nOpen {OUT / 'tuesday' / 'report.html'} in a browser.")


def skiptrace(*words: str) -> None:
    """Run a command of skiptrace as a user would."""
    print(f"$ skiptrace {' '.join(words)}", flush=True)
    subprocess.run([sys.executable, "-m", "skiptrace", *words], check=True)


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text} ==", flush=True)


def compare(before: Path, after: Path) -> None:
    """Print how the second plan differs from the first."""
    old, new = (rows(folder) for folder in (before, after))
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    moved = [account for account in old.keys() & new.keys() if old[account] != new[account]]
    print(f"{len(gone):>6,} accounts left the schedule (reached, promised, stopped, or not to be tried again yet)")
    print(f"{len(come):>6,} accounts came into it")
    print(f"{len(moved):>6,} accounts are tried at another time, on another channel or at another contact point")
    for folder in (before, after):
        accounts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["reconciliation"]["accounts"]
        print(f"{folder.name:>10}: {accounts['scheduled']:,} scheduled, {accounts['withheld']:,} withheld")


def rows(folder: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Return what a schedule wants of each account."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in (folder / "schedule.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["account_id"], []).append((row["channel"], row["contact_point"], row["not_before"]))
    return found


if __name__ == "__main__":
    main()

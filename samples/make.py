"""Make the sample files again, or a larger world of the same kind.

::

    python samples/make.py                       everything that is committed
    python samples/make.py world OUT --accounts 10000 --attempts 100000 --records 30000 --seed 7 [--truth]
    python samples/make.py huge OUT [--megabytes 1000]   a file far too large, with one cell of 100 MB

The same seed gives the same bytes on every machine; what is committed was made with seed 2026.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zoneinfo
from contextlib import ExitStack
from pathlib import Path

from broken import write_broken, write_huge
from contacts import write_contacts
from files import cell
from truth import TRUTH_COLUMNS
from world import COLUMNS, Size, rows

__all__ = ["main", "make_world"]

SAMPLES = Path(__file__).parent


def make_world(out: Path, size: Size, seed: int, *, truth: bool = False) -> dict[str, int]:
    """Write a world's tables as CSV files, and return how many rows each has.

    ``truth`` adds a folder ``truth`` beside the tables: who owns which point, which record is about whom, and each
    person's routine. Memory does not grow with the size.
    """
    columns = dict(COLUMNS)
    if truth:
        columns |= {f"truth/{name}": heads for name, heads in TRUTH_COLUMNS.items()}
    counts = dict.fromkeys(columns, 0)
    with ExitStack() as stack:
        writers = {}
        for table, heads in columns.items():
            path = out / f"{table}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            writers[table] = csv.writer(
                stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n"
            )
            writers[table].writerow(heads)
        for table, values in rows(size, seed, truth=truth):
            counts[table] += 1
            writers[table].writerow([cell(values.get(name)) for name in columns[table]])
    return counts


def main(words: list[str]) -> int:
    """Run the command line."""
    # A system whose own zone files are old or missing must not make other bytes.
    zoneinfo.reset_tzpath(())
    parser = argparse.ArgumentParser(prog="make.py", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command")
    world = commands.add_parser("world", help="a world of any size, as CSV files")
    world.add_argument("out", type=Path)
    world.add_argument("--accounts", type=int, default=10_000)
    world.add_argument("--attempts", type=int, default=100_000)
    world.add_argument("--records", type=int, default=30_000)
    world.add_argument("--seed", type=int, default=7)
    world.add_argument("--truth", action="store_true", help="also write what is really so")
    huge = commands.add_parser("huge", help="an attempts file far too large, with one cell of 100 MB")
    huge.add_argument("out", type=Path)
    huge.add_argument("--megabytes", type=int, default=1000)
    chosen = parser.parse_args(words)
    if chosen.command == "world":
        size = Size(chosen.accounts, chosen.attempts, chosen.records)
        if min(size.accounts, size.attempts + 1, size.records + 1) < 1:
            parser.error("accounts must be at least 1, attempts and records at least 0")
        for table, count in make_world(chosen.out, size, chosen.seed, truth=chosen.truth).items():
            print(f"{table}: {count}")
    elif chosen.command == "huge":
        print(write_huge(chosen.out, chosen.megabytes))
    else:
        write_contacts(SAMPLES)
        write_broken(SAMPLES / "broken")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

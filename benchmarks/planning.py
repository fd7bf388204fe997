"""Plans against the best there could be: how much does a plan lose, and is its bound one.

    python -m venv peers && peers/bin/pip install ortools numpy
    python benchmarks/planning.py --peers peers/bin/python     # against linear programs and a min-cost flow
    python benchmarks/planning.py                              # without OR-Tools
    python benchmarks/planning.py --grow 12500 50000 200000    # cost by size
    python benchmarks/planning.py --whole 10000 100000 1000000 # of whole plans, a week of half-hours

Each account can be called in each of 80 slots, which have room for six attempts in ten. ``one`` attempt an account;
``two``, the second worth what it would be without the first; ``diminishing``, as plans are: worth less after the first,
a day later, at another time of day if by the same number. For the first two a linear program (HiGHS) tells the best.

Columns: what the plan is worth, and going best first, as shares of the bound; the bound's distance from the linear
program; the gap that the manifest would tell; seconds, of ours with the bound; peak MB of ours, and of that what the
problem itself takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from itertools import pairwise
from math import isnan, log
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import apart

if TYPE_CHECKING:
    from planning_worlds.batches import Planned
    from planning_worlds.running import Found, Spent

_SIZES = (200, 1_000, 3_000)
_SLOTS = 80
_LARGE = 50_000
_HEAD = (
    f"{'kind':<12} {'accounts':>8} | {'ours':>8} {'first':>8} {'gap':>8} {'bound-LP':>9} | {'s':>6} {'LP s':>6} | "
    f"{'MB':>6} {'before':>6}"
)


def main() -> None:
    """Print a row a problem."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=list(_SIZES))
    parser.add_argument(
        "--large", type=int, default=_LARGE, help="accounts of the problem that OR-Tools has to solve, too"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="has ortools and numpy")
    parser.add_argument("--grow", type=int, nargs="+", metavar="ACCOUNTS", help="cost by size, and nothing else")
    parser.add_argument("--whole", type=int, nargs="+", metavar="ACCOUNTS", help="whole plans, and nothing else")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    if options.whole:
        _whole(options.whole, options.seed)
        return
    print(_HEAD, flush=True)
    if options.grow:
        _grow(options.grow, options.seed)
        return
    for kind in ("one", "two", "diminishing"):
        for accounts in options.accounts:
            found = apart(_ours, kind, accounts, options.seed)
            print(_row(kind, accounts, found, apart(_best, kind, accounts, options.seed)), flush=True)
    _against_flow(options)


def _against_flow(options: argparse.Namespace) -> None:
    found = apart(_ours, "two", options.large, options.seed)
    print(_row("two", options.large, found, None), flush=True)
    if options.peers is None:
        print("OR-Tools was not run: --peers names no interpreter that has it")
        return
    with tempfile.TemporaryDirectory() as folder:
        flow = apart(_peer, options.peers, options.large, options.seed, Path(folder))
    print(
        f"min-cost flow: value {flow.value:,.2f} in {flow.seconds:.1f} s; ours {found.value:,.2f} "
        f"({found.value / flow.value:.4%}), bound {found.bound:,.2f} in {found.seconds:.1f} s "
        f"({found.seconds / flow.seconds:.2f} times as long)"
    )


def _grow(sizes: list[int], seed: int) -> None:
    spent = {}
    for accounts in sizes:
        found = apart(_ours, "diminishing", accounts, seed)
        print(_row("diminishing", accounts, found, None), flush=True)
        spent[accounts] = found
    for small, large in pairwise(sizes):
        times = log(spent[large].processor / spent[small].processor) / log(large / small)
        print(f"processor time grows as accounts^{times:.2f} from {small:,} to {large:,}")


def _whole(sizes: list[int], seed: int) -> None:
    print(f"{'accounts':>9} | {'rows':>9} {'gap':>8} | {'s':>7} {'cpu s':>7} | {'MB':>6} {'before':>6}", flush=True)
    spent = {}
    for accounts in sizes:
        found = spent[accounts] = apart(_plan, accounts, seed)
        print(
            f"{accounts:>9,} | {found.rows:>9,} {found.gap:>8.3%} | {found.seconds:>7.1f} {found.processor:>7.1f} | "
            f"{found.megabytes:>6,.0f} {found.before:>6,.0f}",
            flush=True,
        )
    for small, large in pairwise(sizes):
        times = log(spent[large].processor / spent[small].processor) / log(large / small)
        print(f"processor time grows as accounts^{times:.2f} from {small:,} to {large:,}")


def _row(kind: str, accounts: int, found: Found, best: Spent | None) -> str:
    known = best is not None and not isnan(best.value)
    apart_ = f"{found.bound / best.value - 1:>9.4%}" if best and known else f"{'':>9}"
    seconds = f"{best.seconds:>6.1f}" if best and known else f"{'':>6}"
    return (
        f"{kind:<12} {accounts:>8,} | {found.value / found.bound:>8.3%} {found.first / found.bound:>8.3%} "
        f"{1 - found.value / found.bound:>8.4%} {apart_} | {found.seconds:>6.1f} {seconds} | {found.megabytes:>6,.0f} "
        f"{found.before:>6,.0f}"
    )


# What needs the package is imported where it runs, in a process of its own: see `runs.apart`.


def _ours(kind: str, accounts: int, seed: int) -> Found:
    from planning_worlds.running import ours  # noqa: PLC0415

    return ours(kind, accounts, _SLOTS, seed)


def _plan(accounts: int, seed: int) -> Planned:
    from planning_worlds.batches import whole  # noqa: PLC0415

    return whole(accounts, seed)


def _best(kind: str, accounts: int, seed: int) -> Spent:
    from planning_worlds.running import best  # noqa: PLC0415

    return best(kind, accounts, _SLOTS, seed)


def _peer(python: Path, accounts: int, seed: int, folder: Path) -> Spent:
    from planning_worlds.running import peer  # noqa: PLC0415

    return peer(python, "two", accounts, _SLOTS, seed, folder)


if __name__ == "__main__":
    main()

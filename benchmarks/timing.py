"""Hours against truth: is a forecast of reaching somebody what it says, and is the hour it picks a good one.

    python -m venv peers && peers/bin/pip install lightgbm scikit-learn polars numpy
    python benchmarks/timing.py --peers peers/bin/python                # five worlds of 4,000 accounts
    python benchmarks/timing.py --worlds flat,person                    # without LightGBM and logistic regression
    python benchmarks/timing.py --grow 100000 300000 1000000            # learning alone
    python benchmarks/timing.py --day 50000                             # a day's outcomes more

The worlds are made here (``timing_worlds/worlds.py``), from how people live, with the true probability of every hour.
``routines``: sleep, work, ways and lunches, shifts that rotate. ``smooth``: everyone's week is a random field.
``person``: only who is called matters. ``flat``: nor does the hour here, but agents go back to hours that worked.
``shifting``: jobs, numbers and places change on the way, and much goes by text and mail. Who is tried when, agents
decide by what they saw; forecasts are judged on attempts made at random in the week after.

All methods see the same log, and the same priors of contact points, which are true. Rows: the truth itself; ours;
LightGBM and logistic regression on features of person, number, hour, history and cohort; each person's own rate
(beta-binomial); the hour of the last success; the best hour of all; the rate of the cohort. Columns: log-loss, Brier
score, AUC and calibration error (ten bins of equal count) on random calls; true probability of the call recommended to
each account (best lead and hour of the coming week; ties: the best prior, then the mean), and how far that goes from a
random call (0) to the best one (1); log-loss above ours on the same calls, with its standard error by account.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import apart

if TYPE_CHECKING:
    from timing_worlds.growth import Folded, Grown
    from timing_worlds.ours import Spent
    from timing_worlds.scores import Report

_WORLDS = ("routines", "smooth", "person", "flat", "shifting")
_PEERS = Path(__file__).parent / "timing_worlds" / "peers.py"
_HEAD = (
    f"{'':<10} {'log-loss':>8} {'Brier':>7} {'AUC':>6} {'ECE':>6} | {'contact':>7} {'gain':>6} | {'behind ours':>16}"
)


def main() -> None:
    """Print a table a world, or a row a size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--worlds", type=lambda text: text.split(","), default=list(_WORLDS), metavar="A,B")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="has lightgbm, scikit-learn, polars and numpy")
    parser.add_argument("--grow", type=int, nargs="+", metavar="ACCOUNTS", help="cost of learning alone by size")
    parser.add_argument("--day", type=int, metavar="N", help="cost of taking in N outcomes of one day")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave files and results here")
    options = parser.parse_args()
    if unknown := set(options.worlds) - set(_WORLDS):
        parser.error(f"unknown world {', '.join(sorted(unknown))}; there are {', '.join(_WORLDS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    if options.grow:
        _grow(options.grow, options.seed)
    if options.day:
        _day(options.accounts, options.day, options.seed)
    if options.grow or options.day:
        return
    if not options.peers:
        print("no --peers: LightGBM and logistic regression are left out")
    with tempfile.TemporaryDirectory() as name:
        for world in options.worlds:
            _compare(world, options, (options.keep or Path(name)) / world)


def _compare(world: str, options: argparse.Namespace, folder: Path) -> None:
    apart(_make, world, options.accounts, options.seed, folder)
    spent = apart(_run, folder)
    if options.peers:
        subprocess.run([str(options.peers), str(_PEERS), str(folder), str(options.seed)], check=True)
    print(_table(world, apart(_measure, folder), spent), flush=True)


def _table(world: str, found: Report, spent: Spent) -> str:
    lines = [f"\n{world}: {found.facts}", _HEAD]
    lines += [
        f"{row.method:<10} {row.loss:>8.4f} {row.brier:>7.4f} {row.auc:>6.3f} {row.error:>6.4f} | "
        f"{row.contact:>7.4f} {row.gain:>6.3f} | {row.behind[0]:>+7.4f} ± {row.behind[1]:.4f}"
        for row in found.forecasts
    ]
    every, mine, others = found.covered
    lines.append(
        f"ours: truth within p_low and p_high (90 %) in {every:.3f} of the cells, in {mine:.3f} of those of the "
        f"debtor's own points (mean width {found.width:.3f}), in {others:.3f} of the others"
    )
    lines += [
        f"ours by {channel}: log-loss {loss:.4f} (the rate: {rate:.4f}), AUC {auc:.3f}, ECE {error:.4f}"
        for channel, (loss, rate, auc, error) in found.others.items()
    ]
    lines += [
        f"{belief.stage + ':':<9}"
        + "; ".join(
            f"{name} log-loss {loss:.4f}, ECE {error:.4f}, AUC {auc:.3f}"
            for name, (loss, error, auc) in zip(("p_owner·p_live", "p_live", "p_owner"), belief[1:], strict=True)
        )
        for belief in found.beliefs
    ]
    lines.append(f"learn {spent.learn:.1f} s, asking for all slots {spent.ask:.1f} s, peak {spent.megabytes:,.0f} MB")
    return "\n".join(lines)


def _grow(sizes: list[int], seed: int) -> None:
    """Print cost and growth of learning by size."""
    found: dict[int, Grown] = {}
    for size in sizes:
        cost = found[size] = apart(_learn, size, seed, 0)[0]
        print(f"{size:>9,} accounts, {_cost(cost)}", flush=True)
    for small, large in pairwise(sizes):
        power = log(found[large].processor / found[small].processor) / log(large / small)
        print(f"processor time grows as accounts^{power:.2f} from {small:,} to {large:,}")


def _day(accounts: int, outcomes: int, seed: int) -> None:
    cost, folded = apart(_learn, accounts, seed, outcomes)
    print(f"{accounts:>9,} accounts, learned from all {_cost(cost)}")
    print(
        f"a day's {outcomes:,} outcomes folded in ({folded.accounts:,} persons): {folded.seconds:.1f} s; p_reach of "
        f"their hours differs from learning all anew by {folded.apart:.5f} in the mean, {folded.most:.4f} at the "
        f"99.9 % quantile; the intervals are {folded.width:.3f} wide"
    )


def _cost(cost: Grown) -> str:
    return (
        f"{cost.attempts:>10,} attempts: {cost.seconds:>6.1f} s, {cost.processor:>6.1f} cpu s, "
        f"peak {cost.megabytes:>6,.0f} MB ({cost.before:,.0f} before)"
    )


# What needs polars is imported where it runs, in a process of its own: see `runs.apart`.


def _make(world: str, accounts: int, seed: int, folder: Path) -> int:
    from timing_worlds.making import write  # noqa: PLC0415

    return write(world, accounts, seed, folder)


def _run(folder: Path) -> Spent:
    from timing_worlds import baselines, ours  # noqa: PLC0415

    spent = ours.run(folder)
    baselines.run(folder)
    return spent


def _measure(folder: Path) -> Report:
    from timing_worlds.scores import measure  # noqa: PLC0415

    return measure(folder)


def _learn(accounts: int, seed: int, day: int) -> tuple[Grown, Folded | None]:
    from timing_worlds.growth import grow  # noqa: PLC0415

    return grow(accounts, seed, day)


if __name__ == "__main__":
    main()

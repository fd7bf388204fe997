"""Ask ``check`` and ``verify``, the two readings of the law, about random attempts in random worlds.

    python benchmarks/law_agreement.py --proposals 1000000 --workers 2

Worlds are crowded near the boundaries of the law (tests/compliance/random_worlds.py). Every second one is judged by the
shipped rulebook, the others by one at random (tests/compliance/random_rulebooks.py). Each worker holds one world at a
time. Progress goes to stderr; the end of it all is how many proposals were compared, how many both readings allow, how
many each provision of the shipped rulebook alone forbids, and every disagreement with its world. Exit code 1 if there
is one.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections import Counter
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
MANY = 20
"""Disagreements printed; all are counted."""
BLOCK = 100
"""Worlds a worker is asked about before a fresh one takes its place: what it has cached goes with it."""


class Told(NamedTuple):
    """What came of one world."""

    proposals: int
    allowed: int
    alone: Counter[str]
    apart: list[str]
    peak_mb: float


def ask(seed: int) -> Told:
    """Compare both readings in one world: the shipped rulebook where the seed is even."""
    from skiptrace.compliance import load_rulebook  # noqa: PLC0415  # polars counts its threads when it is loaded
    from skiptrace.settings import RulebookParams  # noqa: PLC0415
    from tests.compliance.agreement import compare  # noqa: PLC0415
    from tests.compliance.random_rulebooks import random_rulebook  # noqa: PLC0415
    from tests.compliance.random_worlds import random_world  # noqa: PLC0415

    shipped = load_rulebook(RulebookParams())
    judged = compare(random_world(seed), random_rulebook(seed, shipped) if seed % 2 else shipped)
    return Told(
        proposals=len(judged),
        allowed=sum(not one.check and not one.verify for one in judged),
        alone=Counter(one.check[0] for one in judged if len(one.check) == 1 and not seed % 2),
        apart=[
            f"disagreement in world {seed}: check {one.check or 'allows'}, verify {one.verify or 'allows'}: {one.row}"
            for one in judged
            if one.differs
        ],
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _compared(options: argparse.Namespace) -> Iterator[Told]:
    """Ask about world after world, in order, until there are enough proposals."""
    proposals, seed = 0, options.seed
    with get_context("spawn").Pool(options.workers, maxtasksperchild=BLOCK) as pool:
        while True:
            for told in pool.imap(ask, range(seed, seed + BLOCK * options.workers)):
                proposals += told.proposals
                yield told
                if proposals >= options.proposals:
                    return
            seed += BLOCK * options.workers


def main() -> None:
    """Compare until there are enough proposals, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--proposals", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # the worlds are small, and the workers are many
    began = time.perf_counter()
    proposals = allowed = worlds = apart = 0
    peak, alone = 0.0, Counter[str]()
    for told in _compared(options):
        proposals, allowed, worlds = proposals + told.proposals, allowed + told.allowed, worlds + 1
        alone, peak = alone + told.alone, max(peak, told.peak_mb)
        for line in told.apart[: max(0, MANY - apart)]:
            print(line, flush=True)
        apart += len(told.apart)
        if worlds % 50 == 0:
            took = time.perf_counter() - began
            print(f"{proposals:,} proposals, {apart} disagreements, {took:.0f} s", file=sys.stderr, flush=True)
    for provision, count in sorted(alone.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"{count:>8,} {provision}")
    print(
        f"{proposals:,} proposals in {worlds} worlds, {allowed:,} allowed by both, {apart} disagreements, "
        f"{time.perf_counter() - began:.0f} s, {peak:.0f} MB a worker"
    )
    sys.exit(bool(apart))


if __name__ == "__main__":
    main()

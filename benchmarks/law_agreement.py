"""Ask ``check`` and ``verify``, the two readings of the law, about random attempts in random worlds.

    python benchmarks/law_agreement.py --proposals 50000 --seed 1

Worlds are crowded near the boundaries of the law (tests/compliance/random_worlds.py). Prints how many proposals were
compared, how many both readings allow, how many each provision alone forbids, and every disagreement with its world.
Exit code 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from skiptrace.compliance import load_rulebook  # noqa: E402  # the tests' worlds lie beside this folder
from skiptrace.settings import RulebookParams  # noqa: E402
from tests.compliance.agreement import compare  # noqa: E402
from tests.compliance.random_worlds import random_world  # noqa: E402


def main() -> None:
    """Compare until there are enough proposals, and print what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--proposals", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    options = parser.parse_args()
    rulebook = load_rulebook(RulebookParams())
    began, seed = time.perf_counter(), options.seed
    compared = allowed = apart = 0
    alone: dict[str, int] = {}
    while compared < options.proposals:
        judged = compare(random_world(seed), rulebook)
        compared += len(judged)
        allowed += sum(not one.check and not one.verify for one in judged)
        for one in judged:
            if len(one.check) == 1:
                alone[one.check[0]] = alone.get(one.check[0], 0) + 1
            if one.differs:
                apart += 1
                said = {"check": one.check or "allow", "verify": one.verify or "allow"}
                print(f"disagreement in world {seed}: {said} of {one.row}")
        seed += 1
    for provision, count in sorted(alone.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"{count:>8,} {provision}")
    print(
        f"{compared:,} proposals in {seed - options.seed} worlds, {allowed:,} allowed by both, {apart} disagreements, "
        f"{time.perf_counter() - began:.0f} s"
    )
    sys.exit(bool(apart))


if __name__ == "__main__":
    main()

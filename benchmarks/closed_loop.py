"""The closed loop: a month of planning, calling and planning again, against simpler ways to use the same lines.

    python benchmarks/closed_loop.py                                 # five worlds of 900 accounts, nine rounds
    python benchmarks/closed_loop.py --worlds flat,shifting --accounts 3000 --rounds 4

The worlds are those of ``timing.py``: people, numbers and hours with a true probability each, none of which follows
the model that plans, and in ``shifting`` jobs and numbers that change during the month. Seven months of log come
before. Each round plans three days, from Monday or from Thursday; its calls happen in the world, a dialer's words for
them come back, and the next round knows them. Lines are so few that a round reaches a third of the accounts; there
are calls only, and nobody calls back.

``ours`` is the product by its public pipeline, a casefile and all: plan, verify, outcomes, plan. ``greedy`` calls the
likeliest first by the same learned p_reach; ``best hour`` calls the best leads (p_owner·p_live) at the hours of the
week that reached most in the log; ``random`` draws accounts and hours by lot and calls the best lead; ``truth`` calls
the likeliest first by the true probabilities, which nobody can. All learn anew each round from what came of their own
calls, have the same lawful hours and lines, and meet the same luck: every call that could be made has its own draw.

Columns: calls made; accounts tried; people reached at least once; right-party contacts; calls a contact; rows that
`verify` refused. Then how many more people, and contacts, ours had, with a 95 % interval (bootstrap over accounts).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from linkage.runs import apart

if TYPE_CHECKING:
    from loop_worlds.running import Month
    from loop_worlds.scores import Gain, Score

_WORLDS = ("routines", "smooth", "person", "flat", "shifting")
_POLICIES = ("ours", "greedy", "best hour", "random", "truth")
_HEAD = (
    f"{'':<10} {'calls':>6} {'accounts':>8} {'people':>6} {'contacts':>8} {'calls/c.':>8} {'refused':>7} | "
    f"{'ours: more people':>22} | {'more contacts':>22}"
)


def main() -> None:
    """Print a table a world."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=9, help="of three days, two a week")
    parser.add_argument("--share", type=float, default=1 / 3, help="of the accounts that a round has lines for")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--worlds", type=lambda text: text.split(","), default=list(_WORLDS), metavar="A,B")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave batches, plans and results here")
    options = parser.parse_args()
    if unknown := set(options.worlds) - set(_WORLDS):
        parser.error(f"unknown world {', '.join(sorted(unknown))}; there are {', '.join(_WORLDS)}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    with tempfile.TemporaryDirectory() as name:
        for world in options.worlds:
            _compare(world, options, (options.keep or Path(name)) / world)


def _compare(world: str, options: argparse.Namespace, folder: Path) -> None:
    given = (options.accounts, options.rounds, options.share, options.seed)
    months = {policy: apart(_month, world, policy, given, folder / policy) for policy in _POLICIES}
    scores = apart(_scores, months, options.accounts, options.seed)
    print(f"\n{world}: {options.accounts:,} accounts, {options.rounds} rounds\n{_table(scores)}")
    print("seconds: " + ", ".join(f"{policy} {month.seconds:.0f}" for policy, month in months.items()), flush=True)


def _table(scores: list[Score]) -> str:
    lines = [_HEAD]
    lines += [
        f"{row.policy:<10} {row.calls:>6,} {row.accounts:>8,} {row.people:>6,} {row.contacts:>8,} "
        f"{row.calls / max(row.contacts, 1):>8.2f} {row.refused:>7} | {_told(row.more_people):>22} | "
        f"{_told(row.more_contacts):>22}"
        for row in scores
    ]
    lines += [f"contacts by round, {row.policy}: {', '.join(map(str, row.by_round))}" for row in scores]
    if left := scores[0].withdrawn:
        lines.append(f"ours: {left} planned rows were not made, as their follow-up said")
    return "\n".join(lines)


def _told(gain: Gain | None) -> str:
    return f"{gain.more:+d} ({gain.low:+.0f} to {gain.high:+.0f})" if gain else ""


# What needs polars is imported where it runs, in a process of its own: see `runs.apart`.


def _month(world: str, policy: str, given: tuple[int, int, float, int], folder: Path) -> Month:
    from loop_worlds.running import Setting, lines_for, run  # noqa: PLC0415

    accounts, rounds, share, seed = given
    return run(world, policy, Setting(accounts, rounds, lines_for(accounts, share), seed), folder)


def _scores(months: dict[str, Month], accounts: int, seed: int) -> list[Score]:
    from loop_worlds.scores import compare  # noqa: PLC0415

    return compare(months, accounts, seed)


if __name__ == "__main__":
    main()

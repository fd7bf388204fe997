"""Small problems of planning, drawn by seed, and what is best in them by looking at everything."""

from __future__ import annotations

from itertools import count

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from skiptrace.planning.sequences import Problem

HOUR = 3_600


def draw(
    seed: int, owners: int = 6, rows: int = 2, *, additive: bool = False, days: int = 3
) -> tuple[Problem, np.ndarray]:
    """Draw owners with up to three approaches each, three dayparts a day, and little room; return problem and room."""
    rng = np.random.default_rng(seed)
    slots, columns = 4 * days, []
    approach = count()
    for owner in range(owners):
        for _ in range(rng.integers(1, 4)):
            number, likely = next(approach), rng.beta(2, 6)
            group = int(rng.integers(0, 2)) + 2 * owner if rng.random() < 0.2 else -1
            for slot in np.flatnonzero(rng.random(slots) < 0.5):
                p = round(likely * rng.uniform(0.5, 1.2), int(rng.integers(1, 6)))
                begin = int(slot) * 6 * HOUR
                columns.append(
                    (owner, number, slot, slot % 4 % 3, group, begin, begin + 2 * HOUR, p, rng.random() < 0.02)
                )
        if not columns or columns[-1][0] != owner:
            columns.append((owner, next(approach), 0, 0, -1, 0, 2 * HOUR, 0.2, False))
    table = np.array(columns, dtype=float).T
    owner, number, slot, part, group, begin, end = (column.astype(np.int64) for column in table[:7])
    p, gift = table[7], 10.0 * table[8]
    problem = Problem(
        owner=owner,
        approach=number,
        slot=slot,
        part=part,
        group=group,
        begin=begin,
        ready=end + 20 * HOUR,
        value=p,
        gift=gift,
        missed=np.where(group >= 0, 1, np.ones(len(p)) if additive else 1 - p),
        again=np.full(len(p), 1.0 if additive else 0.7),
        first=rng.random(len(p)) < 0.95,
        later=rng.random(len(p)) < 0.95,
        left=rng.integers(1, rows + 1, owners),
    )
    return problem, rng.integers(0, 3, slots)


def plain(owner: np.ndarray, slot: np.ndarray, value: np.ndarray, rows: int, **columns: np.ndarray) -> Problem:
    """Return debtors' candidates of one daypart, later slots later, that any row may be; ``columns`` are as told."""
    count = len(owner)
    told = {
        "approach": np.arange(count),
        "part": np.zeros(count, dtype=np.int64),
        "group": np.full(count, -1),
        "begin": 100 * slot,
        "ready": 100 * slot + 50,
        "gift": np.zeros(count),
        "missed": np.ones(count),
        "again": np.ones(count),
        "first": np.ones(count, dtype=np.bool_),
        "later": np.ones(count, dtype=np.bool_),
        "left": np.full(int(owner.max()) + 1, rows),
    }
    return Problem(owner=owner, slot=slot, value=value, **{**told, **columns})


def sequences_of(problem: Problem, owner: int) -> list[tuple[list[int], float]]:
    """Return every sequence that an owner may be given, with its worth, one by one."""
    mine = [int(at) for at in np.flatnonzero(problem.owner == owner)]
    found: list[tuple[list[int], float]] = []

    def go_on(rows: list[int], missed: float, worth: float) -> None:
        if rows:
            found.append((rows, worth))
        if len(rows) == problem.left[owner]:
            return
        for at in mine:
            if rows and (not problem.later[at] or problem.begin[at] < problem.ready[rows[-1]]):
                continue
            if not rows and not problem.first[at]:
                continue
            tried = [row for row in rows if problem.approach[row] == problem.approach[at]]
            if any(problem.part[row] == problem.part[at] for row in tried):
                continue
            if problem.group[at] >= 0 and any(problem.group[row] == problem.group[at] for row in rows):
                continue
            share = problem.again[at] if tried else 1.0
            added = missed * share * problem.value[at] + problem.gift[at]
            go_on([*rows, at], missed * problem.missed[at], worth + added)

    go_on([], 1.0, 0.0)
    return found


def best_worth(problem: Problem, room: np.ndarray) -> float:
    """Return what the best plan is worth: a whole-number program over all sequences."""
    every = [(owner, *one) for owner in range(len(problem.left)) for one in sequences_of(problem, owner)]
    if not every:
        return 0.0
    owners = len(problem.left)
    cells = [(owner, place) for place, (owner, _, _) in enumerate(every)]
    cells += [(owners + int(problem.slot[row]), place) for place, (_, rows, _) in enumerate(every) for row in rows]
    at, place = np.array(cells).T
    matrix = coo_array((np.ones(len(cells)), (at, place)), shape=(owners + len(room), len(every)))
    limits = LinearConstraint(matrix.tocsr(), -np.inf, np.concatenate([np.ones(owners), room]))
    worths = np.array([worth for _, _, worth in every])
    solved = milp(
        -worths, constraints=limits, bounds=Bounds(0, 1), integrality=np.ones(len(every)), options={"mip_rel_gap": 0}
    )
    assert solved.success
    return float(-solved.fun)

"""What law refuses is taken out of a plan, and what it would refuse is foreseen.

Law counts the plan's own rows. Were it asked about second rows only once the first stand, room would have been kept
for them in vain: with caps that most accounts nearly fill, 3 % of a plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.planning.columns import best_of_runs, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.permission import Judged, Permission
    from skiptrace.planning.roster import Bools, Ints
    from skiptrace.planning.sequences import Problem

__all__ = ["foreseeing", "strike"]

_PATIENCE = 6
"""Denials running after which an approach is given up, whenever law says it would be allowed again."""
_TIMES, _FEW = 3, 0.01
"""Times that law is asked what may follow what before anything is placed, and the share of rows that it may refuse then
without being asked once more."""


def strike(candidates: Candidates, asked: Ints, judged: Judged, gone: Bools, times: int = 0) -> None:
    """Take out what was denied, and the approach's other slots before law allows it again.

    Parameters
    ----------
    candidates, asked, judged
        All of them, which were asked for, and what law said of those.
    gone
        By candidate: what is out; written to.
    times
        Denials that went before.
    """
    denied = asked[~judged.allowed]
    gone[denied] = True
    again = np.full(int(candidates.approach.max(initial=-1)) + 1, np.iinfo(np.int64).min)
    until = judged.again[~judged.allowed] if times < _PATIENCE else np.iinfo(np.int64).max
    again[candidates.approach[denied]] = until
    gone |= candidates.begin < again[candidates.approach]


def foreseeing(
    permission: Permission,
    candidates: Candidates,
    which: Ints,
    problem: Problem,
    choose: Callable[[Problem], Ints],
) -> tuple[Problem, Ints, Bools]:
    """Choose without what law would refuse after the rows chosen.

    Parameters
    ----------
    permission
        The law, and the rows placed so far.
    candidates, which, problem
        All of them, those that the problem is made of, and it.
    choose
        Gives each owner of a problem rows: owner × row, positions in the problem, -1 for none.

    Returns
    -------
    tuple
        The problem that was chosen from in the end, the rows, and by candidate whether law refuses it as a later row.
    """
    rows, beyond = choose(problem), np.zeros(len(candidates), dtype=np.bool_)
    for time in range(_TIMES if rows.shape[1] > 1 else 0):
        # Where law refuses much, it is asked of those, too, who might be given a second row instead.
        who = np.flatnonzero(rows[:, 0 if time else 1] >= 0)
        ready = np.full(len(rows), np.iinfo(np.int64).max)
        ready[who] = problem.ready[rows[who, 0]]
        ahead = np.flatnonzero(problem.later & (problem.begin >= ready[problem.owner]))
        best = which[ahead[best_of_runs(problem.value[ahead], runs(problem.approach[ahead]))]]
        strike(candidates, best, permission.foresee(candidates, best, which[rows[who, 0]]), beyond)
        second = rows[rows[:, 1] >= 0, 1]
        if beyond[which[second]].sum() <= _FEW * (rows >= 0).sum():
            break
        problem = replace(problem, later=problem.later & ~beyond[which])
        rows = choose(problem)
    return problem, rows, beyond

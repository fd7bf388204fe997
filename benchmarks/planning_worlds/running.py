"""Our planner, going best first, and the linear program on one problem."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from leads_worlds.running import peak_megabytes
from planning_worlds.drawing import KINDS, draw
from scipy.optimize import linprog
from scipy.sparse import coo_array

from skiptrace.planning.allocation import allocate, best_first
from skiptrace.planning.prices import find_prices
from skiptrace.planning.sequences import FINE

__all__ = ["Found", "Spent", "best", "ours", "peer"]

_PEER = Path(__file__).with_name("flow_peer.py")


class Found(NamedTuple):
    """What ours came to."""

    value: float
    bound: float
    first: float
    """What going best first comes to."""
    seconds: float
    processor: float
    before: float
    """Peak MB with the problem in memory."""
    megabytes: float


class Spent(NamedTuple):
    """What another solver came to; not a number where it was not run."""

    value: float
    seconds: float


def ours(kind: str, accounts: int, slots: int, seed: int) -> Found:
    """Plan, and prove the bound; both are in the time."""
    problem, room = draw(kind, accounts, slots, seed)
    tie = np.random.default_rng(seed).permutation(accounts)
    before, began, spent = peak_megabytes(), time.perf_counter(), time.process_time()
    prices = find_prices(problem, room, tie)
    laid = allocate(problem, room, tie, prices)
    value = laid.value.sum()
    bound = prices @ room + problem.chooser(prices, FINE)[0].sum()
    seconds, processor, megabytes = time.perf_counter() - began, time.process_time() - spent, peak_megabytes()
    first = best_first(problem, room, tie).value.sum()
    return Found(value, bound, first, seconds, processor, before, megabytes)


def best(kind: str, accounts: int, slots: int, seed: int) -> Spent:
    """Solve the linear program, whose value is that of the best plan where a second attempt is worth as much."""
    if not KINDS[kind][1]:
        return Spent(float("nan"), float("nan"))
    problem, room = draw(kind, accounts, slots, seed)
    at = np.arange(len(problem))
    cells = (np.concatenate([problem.owner, accounts + problem.slot]), np.concatenate([at, at]))
    matrix = coo_array((np.ones(2 * len(at)), cells), shape=(accounts + slots, len(at))).tocsr()
    began = time.perf_counter()
    solved = linprog(-problem.value, A_ub=matrix, b_ub=np.concatenate([problem.left, room]), bounds=(0, 1))
    return Spent(-solved.fun, time.perf_counter() - began)


def peer(python: Path, kind: str, accounts: int, slots: int, seed: int, folder: Path) -> Spent:
    """Have OR-Tools find the min-cost flow, on values in millionths; the time is that of its solver alone."""
    problem, room = draw(kind, accounts, slots, seed)
    np.savez(
        folder / "flow.npz", owner=problem.owner, slot=problem.slot, value=problem.value, left=problem.left, room=room
    )
    said = subprocess.run([python, _PEER, folder / "flow.npz"], check=True, capture_output=True, text=True).stdout
    value, seconds = said.split()
    return Spent(float(value), float(seconds))

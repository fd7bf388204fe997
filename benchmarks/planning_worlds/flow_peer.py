"""OR-Tools' min-cost flow on one problem, run by an interpreter that has it: ``python flow_peer.py FILE``.

Prints the value of the best assignment and the seconds that building and solving took.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow

_UNITS = 1_000_000
"""Costs are whole numbers."""


def main() -> None:
    """Solve and print."""
    problem = np.load(sys.argv[1])
    accounts, slots, left, room = len(problem["left"]), len(problem["room"]), problem["left"], problem["room"]
    began = time.perf_counter()
    source, sink = accounts + slots, accounts + slots + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    who, where = np.arange(accounts), accounts + np.arange(slots)
    # Whoever is given less than they may be goes straight to the sink.
    tails = np.concatenate([np.full(accounts, source), problem["owner"], where, who])
    heads = np.concatenate([who, accounts + problem["slot"], np.full(slots, sink), np.full(accounts, sink)])
    most = np.concatenate([left, np.ones(len(problem["owner"])), room, left]).astype(np.int64)
    costs = np.zeros(len(tails), dtype=np.int64)
    costs[accounts : accounts + len(problem["owner"])] = -np.round(problem["value"] * _UNITS)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), most, costs)
    flow.set_nodes_supplies(np.array([source, sink], dtype=np.int32), np.array([left.sum(), -left.sum()]))
    if flow.solve() != flow.OPTIMAL:
        raise SystemExit("no best flow was found")
    seconds = time.perf_counter() - began
    used = flow.flows(arcs)[accounts : accounts + len(problem["owner"])]
    print(float((used * problem["value"]).sum()), seconds)


if __name__ == "__main__":
    main()

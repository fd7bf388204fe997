"""From pairs to people: matches make chains, and chains are judged as a whole before they make an entity.

Where every two rows of a connected component match, it is one person. Elsewhere all its pairs are weighed, and rows
are put together again from the surest match down; two groups join only if the weights of *all* pairs between them add
up to more for than against, and never if two of their rows contradict each other. A chain of weak links through a
household falls apart there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Clusters", "cluster", "inner_pairs"]

_STEP = 2.0
"""Bits by which the bar is raised until a component too large to judge has come apart."""
_MOST_BITS = 20.0
"""No single pair weighs more than this in a group's sum."""


class Clusters(NamedTuple):
    """Who is together.

    Attributes
    ----------
    label
        By row: the smallest row number of its entity.
    component
        By row: the smallest row number of all that matches tie it to, before anything was judged.
    judged, split
        Number of components that had to be judged, and of those that came apart.
    """

    label: NDArray[np.int64]
    component: NDArray[np.int64]
    judged: int
    split: int


def cluster(
    size: int,
    matches: pl.DataFrame,
    certain: pl.DataFrame,
    judge: Callable[[pl.DataFrame], pl.DataFrame],
    max_judged: int,
) -> Clusters:
    """Put the rows of each person together.

    Parameters
    ----------
    size
        Number of rows.
    matches
        Grain: matching pair, none of them contradictory. ``left``, ``right``, ``weight`` (bits, positive).
    certain
        Pairs that are one person whatever else is said: ``left``, ``right``.
    judge
        From pairs (``left``, ``right``, left < right) to the same rows plus ``weight`` (bits of evidence, against if
        negative) and ``barred`` (bool: they cannot be one person).
    max_judged
        Components with more rows are first cut at their weakest matches.
    """
    groups = _components(size, certain)
    certain = certain.with_columns(weight=pl.lit(np.inf))
    edges = pl.concat([matches.select("left", "right", "weight"), certain.select("left", "right", "weight")])
    component = _components(size, edges)
    edges = _cut_crowds(size, edges, max_judged)
    label = _components(size, edges)
    inner = inner_pairs(label)
    if inner.is_empty():
        return Clusters(label, component, 0, 0)
    weighed = judge(inner).with_columns(component=pl.Series(label[inner["left"].to_numpy()]))
    doubtful = weighed.filter(((pl.col("weight") <= 0) | pl.col("barred")).any().over("component"))
    split = 0
    for _, part in doubtful.sort("component", "left", "right").group_by("component", maintain_order=True):
        rows = np.unique(np.concatenate([part["left"].to_numpy(), part["right"].to_numpy()]))
        label[rows] = _reassemble(rows, part, groups)
        split += int(len(np.unique(label[rows])) > 1)
    return Clusters(label, component, doubtful["component"].n_unique(), split)


def inner_pairs(label: NDArray[np.int64], at_least: int = 3) -> pl.DataFrame:
    """Return all pairs of rows with one label, among labels of ``at_least`` rows.

    >>> inner_pairs(np.array([0, 0, 2, 0])).rows()
    [(0, 1), (0, 3), (1, 3)]
    """
    rows = pl.DataFrame({"row": np.arange(len(label), dtype=np.uint32), "label": label})
    rows = rows.filter(pl.len().over("label") >= at_least)
    return (
        rows.select("label", left="row")
        .join(rows.select("label", right="row"), on="label")
        .filter(pl.col("left") < pl.col("right"))
        .select("left", "right")
        .sort("left", "right")
    )


def _components(size: int, edges: pl.DataFrame) -> NDArray[np.int64]:
    """Return the smallest row number of each row's connected component."""
    ends = (edges["left"].to_numpy().astype(np.int64), edges["right"].to_numpy().astype(np.int64))
    graph = coo_array((np.ones(edges.height, dtype=np.int8), ends), shape=(size, size))
    count, component = connected_components(graph, directed=False)
    smallest = np.full(count, size, dtype=np.int64)
    np.minimum.at(smallest, component, np.arange(size))
    label: NDArray[np.int64] = smallest[component]
    return label


def _cut_crowds(size: int, edges: pl.DataFrame, most: int) -> pl.DataFrame:
    """Drop the weakest matches of components with more rows than ``most``, step by step."""
    bar = 0.0
    while True:
        label = _components(size, edges)
        crowded = np.bincount(label, minlength=size)[label[edges["left"].to_numpy()]] > most
        weak = (edges["weight"] < np.inf).to_numpy() & crowded
        if not weak.any():
            return edges
        bar = max(bar + _STEP, float(edges["weight"].to_numpy()[weak].min()) + _STEP)
        edges = edges.filter(pl.Series(~(weak & (edges["weight"] < bar).to_numpy())))


def _reassemble(rows: NDArray[np.int64], pairs: pl.DataFrame, certain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a new label for each of a component's rows, from the surest pair down.

    Rows of one ``certain`` group start together, contradictory or not: somebody has vouched for them.
    """
    group = {row: int(certain[row]) for row in rows.tolist()}
    members: dict[int, list[int]] = {}
    for row, label in group.items():
        members.setdefault(label, []).append(row)
    between: dict[int, dict[int, float]] = {label: {} for label in members}
    links: list[tuple[float, int, int]] = []
    for left, right, weight, barred in pairs.select("left", "right", "weight", "barred").iter_rows():
        a, b = group[left], group[right]
        if a == b:
            continue
        bits = -np.inf if barred else min(max(weight, -_MOST_BITS), _MOST_BITS)
        between[a][b] = between[b][a] = between[a].get(b, 0.0) + bits
        if weight > 0 and not barred:
            links.append((-weight, left, right))
    for _, left, right in sorted(links):
        a, b = sorted((group[left], group[right]))
        if a == b or between[a].get(b, 0.0) <= 0:
            continue
        for row in members.pop(b):
            group[row] = a
            members[a].append(row)
        for other, bits in between.pop(b).items():
            between[other].pop(b)
            if other != a:
                between[a][other] = between[other][a] = between[a].get(other, 0.0) + bits
    smallest = {label: min(held) for label, held in members.items()}
    return np.array([smallest[group[row]] for row in rows.tolist()], dtype=np.int64)

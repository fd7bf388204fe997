"""Some of the sequences that owners may be given: the columns of a program that chooses among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from skiptrace.planning.roster import Bools, Floats, Ints
    from skiptrace.planning.sequences import Problem

__all__ = ["Columns", "among_best", "best_of_each", "best_of_runs", "columns_of", "greatest", "runs"]


class Columns(NamedTuple):
    """Sequences that are not empty, each once.

    Attributes
    ----------
    owner
        By column.
    rows
        Column × row: position of the candidate in the problem, -1 for none; earlier rows first.
    value
        By column: what the rows are worth together.
    """

    owner: Ints
    rows: Ints
    value: Floats

    def among(self, kept: Bools | Ints) -> Columns:
        """Return some of them."""
        return Columns(self.owner[kept], self.rows[kept], self.value[kept])

    def likeliest(self, problem: Problem, prices: Floats, most: int) -> Columns:
        """Return of each owner's those that gain most at prices."""
        costs = np.where(self.rows >= 0, prices[problem.slot[self.rows]], 0).sum(axis=1)
        return self.among(np.sort(best_of_each(self.owner, self.value - costs, most)))

    def matrix(self, problem: Problem, owners: int, slots: int) -> csr_array:
        """Return how often each column (across) uses each owner, and then each slot (down)."""
        at, row = np.nonzero(self.rows >= 0)
        down = np.concatenate([self.owner, owners + problem.slot[self.rows[at, row]]])
        across = np.concatenate([np.arange(len(self.owner)), at])
        return coo_array((np.ones(len(down)), (down, across)), shape=(owners + slots, len(self.owner))).tocsr()


def columns_of(owner: Ints, rows: Ints, value: Floats) -> Columns:
    """Return the sequences that are not empty, each once, where it is met first.

    Examples
    --------
    >>> found = columns_of(np.array([0, 1, 0]), np.array([[5], [-1], [5]]), np.array([0.2, 0.0, 0.2]))
    >>> found.owner.tolist(), found.rows.tolist()
    ([0], [[5]])
    """
    first = np.sort(np.unique(np.column_stack([owner, rows]), axis=0, return_index=True)[1])
    return Columns(owner, rows, value).among(first[rows[first, 0] >= 0])


def runs(codes: Ints) -> Ints:
    """Return where each run of equal codes begins.

    Examples
    --------
    >>> runs(np.array([3, 3, 7])).tolist(), runs(np.array([], dtype=np.int64)).tolist()
    ([0, 2], [])
    """
    found: Ints = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
    return found


def among_best(codes: Ints, worth: Floats, most: int) -> Bools:
    """Mark of each code, which stand together, the so many that are worth most, and what is worth as much as the last.

    Examples
    --------
    >>> among_best(np.array([3, 3, 3, 7]), np.array([0.1, 0.4, 0.2, 0.1]), 2).tolist()
    [False, True, True, True]
    """
    begins = runs(codes)
    counts = np.diff(np.append(begins, len(codes)))
    if int(counts.max(initial=0)) <= most:
        return np.ones(len(codes), dtype=np.bool_)
    row = np.repeat(np.arange(len(begins)), counts)
    table = np.full((len(begins), int(counts.max())), -np.inf)
    table[row, np.arange(len(codes)) - begins[row]] = worth
    marked: Bools = worth >= np.partition(table, -most, axis=1)[row, -most]
    return marked


def best_of_runs(worth: Floats, begins: Ints) -> Ints:
    """Return of each run, none empty, the position of what is worth most, the first among equals.

    Examples
    --------
    >>> best_of_runs(np.array([0.2, 0.4, 0.4, 0.1]), np.array([0, 3])).tolist()
    [1, 3]
    """
    chosen = np.zeros(len(begins), dtype=np.int64)
    if len(begins):
        most = np.maximum.reduceat(worth, begins)
        hits = np.flatnonzero(worth == np.repeat(most, np.diff(np.append(begins, len(worth)))))
        chosen[np.searchsorted(begins, hits[::-1], side="right") - 1] = hits[::-1]
    return chosen


def greatest(worth: Floats, first_of: Ints) -> tuple[Ints, Floats]:
    """Return by owner the position of the greatest worth, the first among equals, and that worth."""
    owners = len(first_of) - 1
    most, chosen = np.full(owners, -np.inf), np.full(owners, -1, dtype=np.int64)
    some = np.flatnonzero(np.diff(first_of))
    chosen[some] = best_of_runs(worth, first_of[some])
    most[some] = worth[chosen[some]]
    return chosen, most


def best_of_each(owner: Ints, worth: Floats, most: int) -> Ints:
    """Return of each owner the positions of so many at most that are worth most, by owner and best first.

    Examples
    --------
    >>> best_of_each(np.array([1, 0, 1, 1]), np.array([0.1, 0.2, 0.4, 0.3]), 2).tolist()
    [1, 2, 3]
    """
    order = np.lexsort((-worth, owner))
    place = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    found: Ints = order[place < most]
    return found

"""Who gets which slot: everybody asks for the best, full slots keep the best of those who ask, the others ask on.

Deferred acceptance (Gale and Shapley, 1962) in parallel rounds. As both sides value an attempt alike, the result is
that of taking all candidates in the order of their value and accepting each whose owner and slot are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from skiptrace.planning.roster import Ints

__all__ = ["Values", "assign", "in_order_of_preference"]

Values = npt.NDArray[np.float32]
"""Not negative."""


def in_order_of_preference(owner: Ints, value: Values) -> Ints:
    """Return the positions of candidates by owner and, within one, best first; equals keep their order."""
    # The bits of a float that is not negative grow with it.
    bits = np.ascontiguousarray(value + np.float32(0)).view(np.uint32).astype(np.int64)
    order: Ints = np.argsort((owner.astype(np.int64) << 32) | (0xFFFF_FFFF - bits), kind="stable")
    return order


def assign(owner: Ints, slot: Ints, value: Values, tie: Ints, room: Ints) -> Ints:
    """Give each owner at most one candidate, and no slot more than it has room for.

    Parameters
    ----------
    owner, slot, value
        By candidate, :func:`in_order_of_preference`.
    tie
        By owner, all different: the lower goes first among equals.
    room
        By slot.

    Returns
    -------
    array
        Positions of the candidates chosen, in the order of their owners.

    Examples
    --------
    >>> found = assign(
    ...     owner=np.array([0, 0, 1, 1]), slot=np.array([0, 1, 0, 1]), value=np.array([3, 1, 2, 1], dtype=np.float32),
    ...     tie=np.array([0, 1]), room=np.array([1, 1]))
    >>> found.tolist()
    [0, 3]
    """
    if not len(owner):
        return np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    last = np.append(first[1:], len(owner))
    name = owner[first]
    at, held = first.copy(), np.full(len(first), -1, dtype=np.int64)
    index = np.repeat(np.arange(len(first)), last - first)
    least = np.where(room > 0, np.float32(-1), np.float32(np.inf)).astype(np.float32)
    while True:
        asking = np.flatnonzero((held < 0) & (at < last))
        if not len(asking):
            return np.sort(held[held >= 0])
        # A full slot only ever keeps better ones: whoever is worth less need not ask.
        hopeless = value[at[asking]] < least[slot[at[asking]]]
        at[asking[hopeless]] += 1
        asking = asking[~hopeless]
        wanted = np.zeros(len(room), dtype=np.bool_)
        wanted[slot[at[asking]]] = True
        there = held[held >= 0]
        pool = np.concatenate([there[wanted[slot[there]]], at[asking]])
        if not len(pool):
            continue
        pool = pool[np.lexsort((tie[name[index[pool]]], -value[pool], slot[pool]))]
        begin = np.flatnonzero(np.append(True, slot[pool][1:] != slot[pool][:-1]))
        place = np.arange(len(pool)) - np.repeat(begin, np.diff(np.append(begin, len(pool))))
        kept = place < room[slot[pool]]
        held[index[pool[kept]]] = pool[kept]
        out = index[pool[~kept]]
        held[out] = -1
        at[out] += 1
        worst = pool[kept & (place == room[slot[pool]] - 1)]
        least[slot[worst]] = value[worst]

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.planning.assignment import assign, in_order_of_preference


def one_by_one(owner, slot, value, tie, room):
    """Take all candidates best first; a slow and plain reading of what assign promises."""
    left, chosen = list(room), {}
    position = range(len(owner))
    for at in sorted(position, key=lambda at: (-value[at], tie[owner[at]], at)):
        if owner[at] not in chosen and left[slot[at]] > 0:
            chosen[owner[at]] = at
            left[slot[at]] -= 1
    return sorted(chosen.values())


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 3)), max_size=40),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_result_is_that_of_taking_the_best_first(rows, room, random):
    owner = np.array([row[0] for row in rows], dtype=np.int64)
    slot = np.array([row[1] for row in rows], dtype=np.int64)
    value = np.array([row[2] / 4 for row in rows], dtype=np.float32)
    order = in_order_of_preference(owner, value)
    owner, slot, value = owner[order], slot[order], value[order]
    tie = np.array(random.sample(range(7), 7))
    found = assign(owner, slot, value, tie, np.array(room))
    assert found.tolist() == one_by_one(owner.tolist(), slot.tolist(), value.tolist(), tie.tolist(), room)


def test_preference_puts_the_best_first_and_keeps_equals_in_order():
    owner = np.array([1, 0, 1, 1, 0])
    value = np.array([0.5, 0.0, 0.7, 0.5, 0.1], dtype=np.float32)
    assert in_order_of_preference(owner, value).tolist() == [4, 1, 2, 0, 3]

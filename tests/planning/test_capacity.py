from __future__ import annotations

import numpy as np

from skiptrace.planning.capacity import Capacity
from skiptrace.settings import PlanParams

DAY = 86_400
PARAMS = PlanParams(horizon_days=1, slot_minutes=60, calls_per_slot=12, messages_per_slot=24, letters_per_day=48)


def test_a_day_that_begins_at_midnight_has_whole_slots():
    capacity = Capacity(10 * DAY, PARAMS)
    assert capacity.room.tolist() == [12] * 24 + [24] * 24 + [48]
    assert capacity.used()["calls"] == {"available": 288, "used": 0, "full_slots": 0}


def test_parts_of_slots_have_room_for_parts_and_the_sum_stays():
    capacity = Capacity(10 * DAY + 3 * 3_600 + 900, PARAMS)
    calls = capacity.room[:25]
    assert (calls[0], calls[-1]) == (9, 3)
    assert capacity.used()["calls"]["available"] == 288
    assert capacity.room[-2:].tolist() == [41, 6]


def test_every_second_of_the_plan_is_in_a_slot_of_each_kind():
    start = 10 * DAY + 12_345
    capacity = Capacity(start, PARAMS)
    seconds = np.arange(start, capacity.end, 600)
    for kind in range(3):
        slots = capacity.slots(np.full(len(seconds), kind), seconds)
        assert (np.diff(slots) >= 0).all()
        assert capacity.room[slots].size == len(seconds)
    calls, messages, letters = (capacity.slots(np.full(len(seconds), kind), seconds) for kind in range(3))
    assert calls.max() < messages.min() <= messages.max() < letters.min() <= letters.max() < len(capacity.room)


def test_places_are_used_up():
    capacity = Capacity(10 * DAY, PARAMS)
    capacity.take(np.array([0] * 12 + [30]))
    assert capacity.room[0] == 0
    assert capacity.used()["calls"] == {"available": 288, "used": 12, "full_slots": 1}
    assert capacity.used()["messages"]["used"] == 1

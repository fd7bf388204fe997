from __future__ import annotations

import numpy as np
import pytest

from skiptrace.errors import SettingsError
from skiptrace.planning.capacity import Capacity, load_capacity
from skiptrace.settings import PlanParams
from skiptrace.shifts import CapacityPlan

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


def staffed(**changes: object) -> PlanParams:
    return PARAMS.model_copy(update={"capacity": CapacityPlan.model_validate(changes)})


def test_groups_work_in_their_own_hours_and_add_up():
    # Day 4 was a Monday; New York is five hours behind in January.
    day = {"days": "Mon", "agents": 2, "calls_an_hour": 6}
    groups = [
        {**day, "hours": "09:00-17:00", "time_zone": "America/New_York"},
        {**day, "hours": "16:30-18:00", "time_zone": "UTC"},
        {**day, "days": "Tue"},
    ]
    capacity = Capacity(4 * DAY, staffed(calls=groups))
    calls = capacity.room[:24].tolist()
    assert calls == [0] * 14 + [12, 12, 18, 24] + [12] * 4 + [0] * 2
    assert capacity.room[24:48].tolist() == [24] * 24


def test_lines_bind_where_agents_do_not():
    group = {"agents": 10, "calls_an_hour": 12, "lines": 2, "call_minutes": 2}
    assert set(Capacity(4 * DAY, staffed(calls=[group])).room[:24].tolist()) == {60}


def test_letters_have_days_and_emails_may_have_room_of_their_own():
    capacity = Capacity(4 * DAY, staffed(letters=[{"days": "Sat-Mon", "a_day": 7}], emails=[{"an_hour": 5}]))
    assert capacity.used()["letters"]["available"] == 7
    assert capacity.used()["emails"] == {"available": 120, "used": 0, "full_slots": 0}
    assert capacity.slots(np.array([3]), np.array([4 * DAY])).item() == 49
    assert Capacity(5 * DAY, staffed(letters=[{"days": "Mon", "a_day": 7}])).used()["letters"]["available"] == 0
    plain = Capacity(4 * DAY, PARAMS)
    assert plain.slots(np.array([3]), np.array([4 * DAY])) == plain.slots(np.array([1]), np.array([4 * DAY]))


def test_who_speaks_a_language_serves_it_and_an_unknown_language_is_any():
    group = {"agents": 1, "calls_an_hour": 1}
    capacity = Capacity(
        4 * DAY, staffed(calls=[{**group, "languages": ["es", "en-GB"]}, {**group, "languages": ["fr"]}])
    )
    capacity.serve(["en-US", "fr", None, "de"])
    assert [served.tolist() for served in capacity.served.values()] == [
        [True, False, True, False],
        [False, True, True, False],
    ]
    assert set(capacity.used()) == {"calls (en, es)", "calls (fr)", "messages", "letters"}
    assert capacity.told(int(capacity.beside(np.array([3]), 4)[0]))["kind"] == "calls (fr)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[calls]]\nagent = 3", "line 2: calls.1.agent: unknown field; nearest known: agents"),
        ("[[calls]]\nagents = 3\nhours = '17-09'", 'line 3: calls.1.hours: .* after the beginning, found "17-09"'),
        ("[[calls]]\nagents = 3\ndays = 'Mo'", 'line 3: calls.1.days: .* such as Mon-Fri or Tue,Sat, found "Mo"'),
        ("[[calls]]\nagents = 3\ntime_zone = 'Nowhere/Here'", "line 3: .* such as Europe/London, found"),
        ("[[calls]]\nagents = 3\nlanguages = ['English']", "line 3: calls.1.languages: expected codes of languages"),
        ("[[calls]]\nagents = 3\nlanguages = ['']", "line 3: calls.1.languages: expected codes of languages"),
        ("[[calls]]\nagents = 3\ncalls_an_hour = inf", "line 3: calls.1.calls_an_hour: expected "),
        ("[[calls]]\nagents = 99999999999999999999", "line 2: calls.1.agents: expected "),
        ("[[messages]]\nan_hour = nan", "line 2: messages.1.an_hour: expected "),
        ("[[letters]]\na_day = 99999999999999999999", "line 2: letters.1.a_day: expected "),
        ("[[lettres]]\na_day = 3", "line 1: lettres: unknown field; nearest known: letters"),
        ("calls = 3", "line 1: calls: expected a valid array, found 3"),
    ],
)
def test_what_a_capacity_file_says_wrong_is_told_in_one_line(tmp_path, text, said):
    (tmp_path / "capacity.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"^capacity.toml {said}"):
        load_capacity(tmp_path / "capacity.toml")


def test_a_capacity_file_of_an_editor_that_marks_its_bytes_is_read(tmp_path):
    (tmp_path / "capacity.toml").write_text("[[calls]]\nagents = 3\n", encoding="utf-8-sig")
    assert load_capacity(tmp_path / "capacity.toml").calls[0].agents == 3


def test_shares_add_up_and_what_one_leaves_is_taken_in():
    capacity = Capacity(10 * DAY, PARAMS)
    whole = capacity.room.copy()
    first, second = capacity.put_aside(1, 3), capacity.put_aside(1, 2)
    assert (first.room + second.room + capacity.room == whole).all()
    assert abs(first.room.sum() - whole.sum() / 3) < 0.1 * whole.sum()
    first.take(np.flatnonzero(first.room))
    capacity.take_in(first)
    assert not first.room.any()
    last = capacity.put_aside(1, 1)
    assert not capacity.room.any()
    assert (last.room + second.room).sum() == whole.sum() - np.count_nonzero(whole)

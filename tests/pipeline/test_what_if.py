from __future__ import annotations

import pytest

from skiptrace.pipeline.what_if import changed
from skiptrace.settings import PlanParams
from skiptrace.shifts import CapacityPlan

GROUPS = CapacityPlan.model_validate(
    {
        "calls": [{"agents": 10, "lines": 8}, {"agents": 4}],
        "messages": [{"an_hour": 100}],
        "letters": [{"a_day": 50}],
    }
)


def test_a_number_changes_the_first_group_and_a_share_changes_all():
    staffed = PlanParams(capacity=GROUPS)
    more = changed(staffed, ["agents=+5", "agents=+50%", "lines=-2", "messages=+10%", "letters=-60"]).capacity
    assert [(group.agents, group.lines) for group in more.calls] == [(22.5, 6), (6, None)]
    assert more.messages[0].an_hour == pytest.approx(110)
    assert more.letters[0].a_day == 0
    assert [group.calls_an_hour for group in changed(staffed, ["calls=+25%"]).capacity.calls] == [15, 15]
    assert staffed.capacity == GROUPS


def test_a_small_share_of_few_agents_is_a_part_of_one_and_not_nothing():
    staffed = PlanParams(capacity=CapacityPlan.model_validate({"calls": [{"agents": 3}]}))
    assert changed(staffed, ["agents=+10%"]).capacity.calls[0].an_hour() == pytest.approx(3.3 * 12)


def test_without_groups_it_changes_what_fits_in_a_slot():
    more = changed(PlanParams(calls_per_slot=40), ["calls=+5", "messages=-10%", "letters=+200"])
    assert (more.calls_per_slot, more.messages_per_slot, more.letters_per_day) == (45, 4_500, 1_200)

"""What more capacity would bring: planned again with it, beside what the prices of slots said; nothing is kept."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from skiptrace.errors import UsageError
from skiptrace.pipeline.planned import batch_id, make_plan
from skiptrace.pipeline.understanding import understand
from skiptrace.planning.capacity import Capacity
from skiptrace.shifts import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms
    from skiptrace.settings import PlanParams

__all__ = ["Brought", "changed", "what_if"]

_CHANGE = re.compile(r"(\w+)=([+-]\d+(?:\.\d+)?)(%?)")
_BY_SLOT = {"calls": "calls_per_slot", "messages": "messages_per_slot", "letters": "letters_per_day"}
_BY_GROUP = {
    "agents": ("calls", "agents"),
    "lines": ("calls", "lines"),
    "calls": ("calls", "calls_an_hour"),
    "messages": ("messages", "an_hour"),
    "emails": ("emails", "an_hour"),
    "letters": ("letters", "a_day"),
}
_SCALE = 100


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What a change of capacity would bring.

    Attributes
    ----------
    unit
        ``contacts`` or ``money``.
    before, after
        Expected value of the plan as it is, and with the change.
    predicted
        What the prices of slots said: at most this for more, at least this loss for less.
    attempts_before, attempts_after
        Rows scheduled.
    """

    unit: str
    before: float
    after: float
    predicted: float
    attempts_before: int
    attempts_after: int


def what_if(gathered: Gathered, changes: Sequence[str], terms: Terms) -> Brought:
    """Plan as things are and with other capacity, and return the difference.

    Parameters
    ----------
    gathered, terms
        What is known, and on which terms to plan.
    changes
        Such as ``agents=+5``, ``calls=+10%``; see :func:`changed`.

    Raises
    ------
    UsageError
        If a change cannot be made.
    """
    params = terms.settings.plan
    other = changed(params, changes)
    picture = understand(gathered.tables, gathered.history, terms, gathered.judgements, gathered.known)
    name = batch_id(gathered.origin, terms)
    one = make_plan(picture, gathered.set_aside, name, terms)
    settings = terms.settings.model_copy(update={"plan": other})
    two = make_plan(picture, gathered.set_aside, name, replace(terms, settings=settings))
    start = math.ceil(terms.as_of.timestamp())
    more = Capacity(start, other).room - Capacity(start, params).room
    return Brought(
        unit=params.value,
        before=one.diagnostics["expected_value"],
        after=two.diagnostics["expected_value"],
        predicted=round(float(np.asarray(one.diagnostics["slot_prices"]) @ more), 6),
        attempts_before=one.schedule.height,
        attempts_after=two.schedule.height,
    )


def changed(params: PlanParams, changes: Sequence[str]) -> PlanParams:
    """Return parameters with other capacity.

    A share changes all groups of a capacity file, a number the first of its kind. Without groups of that kind it
    changes what fits in a slot, or in a day for letters.

    Examples
    --------
    >>> from skiptrace.settings import PlanParams
    >>> found = changed(PlanParams(), ["calls=+10%", "letters=-200"])
    >>> found.calls_per_slot, found.letters_per_day
    (550, 800)
    """
    for text in changes:
        found = _CHANGE.fullmatch(text.strip())
        if found is None or found[1] not in _BY_GROUP:
            raise UsageError(
                f"--what-if {text}: expected {', '.join(_BY_GROUP)} and a change, such as agents=+5 or calls=+10%"
            )
        params = _with(params, found[1], float(found[2]), share=bool(found[3]))
    return params


def _with(params: PlanParams, what: str, change: float, *, share: bool) -> PlanParams:
    kind, field = _BY_GROUP[what]
    groups: tuple[BaseModel, ...] = getattr(params.capacity, kind, ())
    if groups:
        if what == "calls" and not share:
            raise UsageError(f"--what-if calls={change:+g}: agents make the calls here; try agents=+5 or calls=+10%")
        touched = len(groups) if share else 1
        if all(getattr(group, field) is None for group in groups[:touched]):
            raise UsageError(f"--what-if {what}: the capacity file names none here: as many as agents need")
        made = [_group(group, field, change, share=share) for group in groups[:touched]]
        plan = params.capacity and params.capacity.model_copy(update={kind: (*made, *groups[touched:])})
        return params.model_copy(update={"capacity": plan})
    if what not in _BY_SLOT:
        raise UsageError(f"--what-if {what}: no capacity file tells of any; give --capacity, or try calls=+10%")
    before = getattr(params, _BY_SLOT[what])
    return params.model_copy(update={_BY_SLOT[what]: round(_value(before, change, share=share))})


def _group(group: BaseModel, field: str, change: float, *, share: bool) -> BaseModel:
    before = getattr(group, field)
    if before is None:
        return group  # as many lines as the agents need
    after = _value(before, change, share=share)
    # A tenth more of three agents is part of an agent's time; of letters there are whole ones.
    return group.model_copy(update={field: round(after) if field == "a_day" else after})


def _value(before: float, change: float, *, share: bool) -> float:
    after = before * (1 + change / _SCALE) if share else before + change
    if after > MOST:
        raise UsageError(f"--what-if: expected a change to {MOST:,} at most, found one to {after:,.0f}")
    return max(0.0, after)

"""Weekly routines: at which hour of which day somebody has time to answer.

A routine is three rows of 24 digits, Monday to Friday, Saturday, Sunday; digit ÷ 10 is how likely a person with that
routine picks up a call in that local hour, before their own readiness to answer is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chance import Wheel
from places import zone

if TYPE_CHECKING:
    from chance import Chance

__all__ = ["ROUTINES", "Persona", "draw_routine", "next_free"]

_ROUTINES = {
    # hour:        0         1         2
    #              012345678901234567890123
    "office": (
        "000000122111321112477743",
        "000000001355555554556642",
        "000000001245655566666531",
    ),
    "night_shift": (
        "000000111000000258877620",
        "100000000001355667777654",
        "200000000001355667777520",
    ),
    "early_shift": (
        "000000000011200778765310",
        "000000013566666666666410",
        "000000013566666666665310",
    ),
    "evening_work": (
        "100000000268888721000112",
        "100000000257776511000112",
        "100000000146777766665432",
    ),
    "retired": (
        "000000247888767788775310",
        "000000146777667777775310",
        "000000135566667777775310",
    ),
    "student": (
        "210000001122224333456776",
        "210000000002445555555554",
        "210000000002445555556665",
    ),
    "parent_home": (
        "000000010377726221113652",
        "000000012444444444333542",
        "000000012334444444333542",
    ),
    "weekend_only": (
        "000000000000000000011210",
        "000000001477777777776532",
        "000000001366777777776421",
    ),
    "irregular": (
        "111000012333333333333322",
        "111000012333333333333322",
        "111000012333333333333322",
    ),
}
ROUTINES = {
    name: tuple(tuple(int(digit) / 10 for digit in (week, saturday, sunday)[max(0, day - 4)]) for day in range(7))
    for name, (week, saturday, sunday) in _ROUTINES.items()
}
"""Name → seven days (0 = Monday) of 24 probabilities."""

_YOUNG, _OLD = 24, 65
_BY_AGE = {
    "young": Wheel({"student": 45.0, "evening_work": 20.0, "office": 20.0, "irregular": 15.0}),
    "old": Wheel({"retired": 85.0, "office": 8.0, "irregular": 7.0}),
    "m": Wheel(
        {"office": 42.0, "night_shift": 12.0, "early_shift": 14.0, "evening_work": 9.0, "weekend_only": 11.0}
        | {"irregular": 12.0}
    ),
    "f": Wheel(
        {"office": 42.0, "night_shift": 8.0, "early_shift": 7.0, "evening_work": 10.0, "parent_home": 18.0}
        | {"weekend_only": 6.0, "irregular": 9.0}
    ),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody as the telephone knows them.

    Attributes
    ----------
    person_id
        Who it is.
    routine
        Name of their weekly routine.
    shift
        Hours by which their day runs later (earlier if negative) than the routine's.
    rate
        How ready they are to answer at all, from 0 to 1.
    time_zone
        Where they live.
    """

    person_id: str
    routine: str
    shift: int
    rate: float
    time_zone: str

    def answers(self, moment: datetime) -> float:
        """Return how likely they pick up a call at this moment (an aware datetime)."""
        local = moment.astimezone(zone(self.time_zone)) - timedelta(hours=self.shift)
        return ROUTINES[self.routine][local.weekday()][local.hour] * self.rate


def draw_routine(age: int, sex: str, chance: Chance) -> str:
    """Draw a routine that suits the age."""
    return _BY_AGE["young" if age <= _YOUNG else "old" if age >= _OLD else sex].spin(chance)


def next_free(persona: Persona, after: datetime, hours: int, chance: Chance) -> datetime | None:
    """Return when they next have time for a message or a call of their own, or None within ``hours``.

    Longer without time, later the reply: each hour gives them as much of a chance as they would answer in it.
    """
    for wait in range(hours):
        moment = after + timedelta(hours=wait)
        if chance.yes(persona.answers(moment) * 0.8):
            return moment + timedelta(seconds=60 + chance.below(3000))
    return None

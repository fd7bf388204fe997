"""Who works when, and what they can do: the capacity of a week, read from TOML.

    [[calls]]
    days = "Mon-Fri"
    hours = "09:00-17:30"
    time_zone = "Europe/London"
    agents = 25
    calls_an_hour = 12
    lines = 60
    languages = ["en", "cy"]

    [[letters]]
    days = "Mon-Fri"
    a_day = 300

Groups that work at the same time add up. What a file says nothing of (calls, messages or letters) is as the settings of
``plan`` have it; e-mails count as messages unless they have groups of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MOST", "Calling", "CapacityPlan", "Posting", "Sending", "Shift", "primary"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN = 1_440
MOST = 1_000_000_000
"""Of anything, in a slot, an hour or a day: more than anybody has, and few enough to be counted."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_HOURS = re.compile(r"(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)")


class _Strict(BaseModel):
    """Frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Shift(_Strict):
    """Days on which a group works, and hours in its own zone."""

    days: str = "Mon-Sun"
    """Such as ``Mon-Fri`` or ``Tue,Sat``."""
    hours: str = "00:00-24:00"
    time_zone: str = "UTC"

    @field_validator("days")
    @classmethod
    def _days(cls, text: str) -> str:
        days_of(text)
        return text

    @field_validator("hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        minutes_of(text)
        return text

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, text: str) -> str:
        try:
            ZoneInfo(text)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError("expected a time zone, such as Europe/London") from error
        return text


class Calling(Shift):
    """Agents who call."""

    agents: int = Field(ge=0, le=1_000_000)
    calls_an_hour: float = Field(default=12, gt=0, le=10_000)
    """By one agent, what is written down between two calls included."""
    lines: int | None = Field(default=None, ge=0, le=1_000_000)
    """Calls that this group can have out at once; without it as many as its agents need."""
    call_minutes: float = Field(default=2, ge=0.01, le=1_440)
    """How long a call takes a line, from the first ring."""
    languages: tuple[str, ...] = ()
    """Spoken by all of the group; without any, it serves everybody."""

    @field_validator("languages")
    @classmethod
    def _codes(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        # `English` would be a language that no account has: its agents would call nobody of whom it is known.
        if not all(_LANGUAGE.fullmatch(one) for one in languages):
            raise ValueError("expected codes of languages, such as es or zh-Hant")
        return languages

    def an_hour(self) -> float:
        """Return how many calls the group makes in an hour."""
        most = self.agents * self.calls_an_hour
        return most if self.lines is None else min(most, self.lines * 60 / self.call_minutes)


class Sending(Shift):
    """A way to send messages."""

    an_hour: float = Field(ge=0, le=MOST)


class Posting(_Strict):
    """Letters that are posted on each of some days (UTC)."""

    days: str = "Mon-Fri"
    a_day: int = Field(ge=0, le=MOST)

    @field_validator("days")
    @classmethod
    def _days(cls, text: str) -> str:
        days_of(text)
        return text


class CapacityPlan(_Strict):
    """The capacity of a week."""

    calls: tuple[Calling, ...] = ()
    messages: tuple[Sending, ...] = ()
    emails: tuple[Sending, ...] = ()
    letters: tuple[Posting, ...] = ()

    def groups(self) -> list[tuple[str, ...]]:
        """Return the sets of languages of groups that call, those that serve everybody first."""
        return sorted({tuple(sorted({primary(one) for one in group.languages})) for group in self.calls})


def primary(language: str) -> str:
    """Return the language without script and region.

    >>> primary("en-GB"), primary("ZH_hant")
    ('en', 'zh')
    """
    return re.split("[-_]", language.strip().lower(), maxsplit=1)[0]


def days_of(text: str) -> list[int]:
    """Return days of the week, Monday 0.

    >>> days_of("Mon-Wed, Sat")
    [0, 1, 2, 5]
    """
    return sorted(set(_each_day(text)))


def _each_day(text: str) -> Iterable[int]:
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise ValueError("expected days such as Mon-Fri or Tue,Sat")
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        # Sat-Mon goes over the end of the week.
        yield from (day % 7 for day in range(begin, end + 1 + 7 * (end < begin)))


def minutes_of(text: str) -> tuple[int, int]:
    """Return the first minute of the day and the one after the last.

    >>> minutes_of("09:00-17:30")
    (540, 1050)
    """
    found = _HOURS.fullmatch(text)
    begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if not begin < end <= _DAY_MIN:
        raise ValueError("expected hours such as 09:00-17:30, the end after the beginning")
    return begin, end

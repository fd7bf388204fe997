"""How many attempts can be made in each slot: calls by the half-hour, say, and letters by the day."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from skiptrace.compliance.zones import SECOND, offsets
from skiptrace.errors import SettingsError
from skiptrace.planning.rule_files import read_rules
from skiptrace.shifts import CapacityPlan, days_of, minutes_of, primary
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from skiptrace.settings import PlanParams
    from skiptrace.shifts import Shift

__all__ = ["KIND_OF", "Capacity", "load_capacity"]

KIND_OF = {Channel.CALL.value: 0, Channel.SMS.value: 1, Channel.LETTER.value: 2, Channel.EMAIL.value: 3}
"""Number of the kind of capacity that a channel draws on; visits are not planned. Further kinds are calls by agents of
further languages."""
_CALLS, _MESSAGES, _LETTERS, _EMAILS = range(4)
_DAY_S, _MINUTE_S = 86_400, 60
_GOLDEN = (5**0.5 - 1) / 2
"""Its multiples less whole numbers are spread most evenly."""
_MONDAY = 4
"""Day 4 since 1970 was a Monday."""


class Capacity:
    """Room left in every slot.

    Slots are aligned to UTC and numbered through, kind by kind; the slot of letters is a day. A slot of which a part
    lies before or after the plan has room for as large a part.

    Attributes
    ----------
    start, end
        Unix seconds: no attempt starts before or ends its window after.
    lengths
        Seconds of a slot, by kind.
    groups
        Kinds that calls may draw on, with the languages spoken there; none = all.
    served
        By such a kind: approaches that it can serve; empty if every kind serves all.
    room, at_first
        Attempts that still fit, and that fitted in the beginning, by slot.
    """

    def __init__(self, start: int, params: PlanParams) -> None:
        self.start = start
        self.end = start + params.horizon_days * _DAY_S
        plan = params.capacity or CapacityPlan()
        spoken = plan.groups() or [()]
        kinds = [_CALLS, *range(_EMAILS + 1, _EMAILS + len(spoken))]
        self.groups = dict(zip(kinds, spoken, strict=True))
        self._names = ["calls", "messages", "letters", "emails"] + [""] * (len(spoken) - 1)
        for kind, languages in self.groups.items():
            self._names[kind] = "calls" + (f" ({', '.join(languages)})" if languages else "")
        self.lengths = np.full(len(self._names), 60 * params.slot_minutes, dtype=np.int64)
        self.lengths[_LETTERS] = _DAY_S
        self._first = start // self.lengths
        counts = -(-self.end // self.lengths) - self._first
        if not plan.emails:
            counts[_EMAILS] = 0
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        opens = np.concatenate([(first + np.arange(n)) for first, n in zip(self._first, counts, strict=True)])
        length = np.repeat(self.lengths, counts)
        # Of the first and the last slot only a part lies in the plan.
        within = np.minimum((opens + 1) * length, self.end) - np.maximum(opens * length, start)
        each = np.zeros(len(self._names), dtype=np.int64)
        each[:_EMAILS] = params.calls_per_slot, params.messages_per_slot, params.letters_per_day
        self.room = np.repeat(each, counts) * within // length
        if params.capacity is not None:
            self._staff(plan, opens * length, within)
        if not plan.emails:
            # E-mails are messages.
            self._offsets[_EMAILS] = self._offsets[_MESSAGES]
        self.at_first = self.room.copy()
        self.served: dict[int, npt.NDArray[np.bool_]] = {}
        self._own = [kind for kind in range(len(self._names)) if kind != _EMAILS or plan.emails]
        self._counts = counts

    def _staff(self, plan: CapacityPlan, opens: npt.NDArray[np.int64], within: npt.NDArray[np.int64]) -> None:
        """Set the room of slots that the file tells of."""
        parts = {kind: slice(self._offsets[kind], self._offsets[kind + 1]) for kind in range(len(self._names))}
        if plan.calls:
            for kind, languages in self.groups.items():
                mine = [group for group in plan.calls if _spoken(group.languages) == languages]
                self.room[parts[kind]] = self._fits(kind, mine, [group.an_hour() for group in mine])
        for kind, ways in ((_MESSAGES, plan.messages), (_EMAILS, plan.emails)):
            if ways:
                self.room[parts[kind]] = self._fits(kind, ways, [way.an_hour for way in ways])
        if plan.letters:
            days = (opens[parts[_LETTERS]] // _DAY_S - _MONDAY) % 7
            each = sum(np.isin(days, days_of(post.days)) * post.a_day for post in plan.letters)
            self.room[parts[_LETTERS]] = each * within[parts[_LETTERS]] // _DAY_S

    def _fits(self, kind: int, shifts: Sequence[Shift], an_hour: Sequence[float]) -> npt.NDArray[np.int64]:
        """Return by slot of a kind what can be done in its minutes."""
        minutes = np.arange(-(-self.start // _MINUTE_S), -(-self.end // _MINUTE_S)) * _MINUTE_S
        rate = np.zeros(len(minutes))
        for shift, each in zip(shifts, an_hour, strict=True):
            local = minutes + offsets(shift.time_zone, minutes * SECOND) // SECOND
            minute = local % _DAY_S // _MINUTE_S
            begin, end = minutes_of(shift.hours)
            works = (minute >= begin) & (minute < end) & np.isin((local // _DAY_S - _MONDAY) % 7, days_of(shift.days))
            rate += works * each / 60
        slot = minutes // self.lengths[kind] - self._first[kind]
        count = int(self._offsets[kind + 1] - self._offsets[kind])
        # Rates add up to whole numbers but for rounding.
        found: npt.NDArray[np.int64] = np.floor(np.bincount(slot, rate, minlength=count) + 1e-6).astype(np.int64)
        return found

    def serve(self, languages: Sequence[str | None]) -> None:
        """Find out which approaches each kind of calls can serve; an unknown language is any.

        Parameters
        ----------
        languages
            By approach: of its account (BCP 47 or null).
        """
        if list(self.groups.values()) == [()]:
            return
        known = [primary(language) if language else None for language in languages]
        self.served = {
            kind: np.array([not spoken or one is None or one in spoken for one in known], dtype=np.bool_)
            for kind, spoken in self.groups.items()
        }

    def slots(
        self, kind: npt.NDArray[np.signedinteger[Any]], second: npt.NDArray[np.signedinteger[Any]]
    ) -> npt.NDArray[np.int64]:
        """Return the number of the slot of each kind that holds each Unix second."""
        found: npt.NDArray[np.int64] = self._offsets[kind] + second // self.lengths[kind] - self._first[kind]
        return found

    def beside(self, slots: npt.NDArray[np.signedinteger[Any]], kind: int) -> npt.NDArray[np.int64]:
        """Return the slots of another kind of calls at the same time as slots of the first kind."""
        found: npt.NDArray[np.int64] = slots + (self._offsets[kind] - self._offsets[_CALLS])
        return found

    def take(self, slots: npt.NDArray[np.signedinteger[Any]]) -> None:
        """Use one place in each of these slots (a slot may stand several times)."""
        self.room -= np.bincount(slots, minlength=len(self.room))

    def put_aside(self, part: int, of: int) -> Capacity:
        """Take out room for a part of those who are still to come, and return it."""
        # Of what cannot be halved, each part has its turn at other slots.
        turns = np.arange(len(self.room)) * _GOLDEN % 1
        share = copy(self)
        share.room = self.room.copy() if part == of else np.floor(self.room * (part / of) + turns).astype(np.int64)
        self.room = self.room - share.room
        return share

    def take_in(self, share: Capacity) -> None:
        """Take in the room that is left of another, which has none then."""
        self.room, share.room = self.room + share.room, np.zeros_like(share.room)

    def used(self) -> dict[str, Any]:
        """Return ``available``, ``used`` and ``full_slots`` by kind."""
        found = {}
        for kind in self._own:
            here = slice(self._offsets[kind], self._offsets[kind] + self._counts[kind])
            found[self._names[kind]] = {
                "available": int(self.at_first[here].sum()),
                "used": int((self.at_first[here] - self.room[here]).sum()),
                "full_slots": int((self.room[here] <= 0).sum()),
            }
        return found

    def told(self, slot: int) -> dict[str, Any]:
        """Return ``kind`` and ``begin`` (RFC 3339, UTC) of a slot."""
        kind = next(kind for kind in self._own if 0 <= slot - self._offsets[kind] < self._counts[kind])
        opens = (self._first[kind] + slot - self._offsets[kind]) * self.lengths[kind]
        return {
            "kind": self._names[kind],
            "begin": datetime.fromtimestamp(max(int(opens), self.start), UTC).isoformat(),
        }


def load_capacity(path: Path) -> CapacityPlan:
    """Read the capacity of a week from a TOML file.

    Raises
    ------
    SettingsError
        If it cannot be read, or something in it is not as it should be: file, line, what was found and expected.
    """
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from error
    return read_rules(path.name, contents, CapacityPlan)


def _spoken(languages: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({primary(one) for one in languages}))

"""How many attempts can be made in each slot: calls by the half-hour, say, and letters by the day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    import numpy.typing as npt

    from skiptrace.settings import PlanParams

__all__ = ["KINDS", "KIND_OF", "Capacity"]

KINDS = ("calls", "messages", "letters")
KIND_OF = {Channel.CALL.value: 0, Channel.SMS.value: 1, Channel.EMAIL.value: 1, Channel.LETTER.value: 2}
"""Number of the kind of capacity that a channel draws on; visits are not planned."""
_DAY_S = 86_400


class Capacity:
    """Room left in every slot.

    Slots are aligned to UTC and numbered through: first those of calls, then of messages, then of letters, whose slot
    is a day. A slot of which a part lies before or after the plan has room for as large a part.

    Attributes
    ----------
    start, end
        Unix seconds: no attempt starts before or ends its window after.
    lengths
        Seconds of a slot, by kind.
    room, at_first
        Attempts that still fit, and that fitted in the beginning, by slot.
    """

    def __init__(self, start: int, params: PlanParams) -> None:
        self.start = start
        self.end = start + params.horizon_days * _DAY_S
        self.lengths = np.array([60 * params.slot_minutes, 60 * params.slot_minutes, _DAY_S], dtype=np.int64)
        self._first = start // self.lengths
        counts = -(-self.end // self.lengths) - self._first
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        each = np.array([params.calls_per_slot, params.messages_per_slot, params.letters_per_day], dtype=np.int64)
        opens = np.concatenate([(first + np.arange(n)) for first, n in zip(self._first, counts, strict=True)])
        length = np.repeat(self.lengths, counts)
        # Of the first and the last slot only a part lies in the plan.
        within = np.minimum((opens + 1) * length, self.end) - np.maximum(opens * length, start)
        self.room = np.repeat(each, counts) * within // length
        self.at_first = self.room.copy()

    def slots(
        self, kind: npt.NDArray[np.signedinteger[Any]], second: npt.NDArray[np.signedinteger[Any]]
    ) -> npt.NDArray[np.int64]:
        """Return the number of the slot of each kind that holds each Unix second."""
        found: npt.NDArray[np.int64] = self._offsets[kind] + second // self.lengths[kind] - self._first[kind]
        return found

    def take(self, slots: npt.NDArray[np.signedinteger[Any]]) -> None:
        """Use one place in each of these slots (a slot may stand several times)."""
        self.room -= np.bincount(slots, minlength=len(self.room))

    def used(self) -> dict[str, Any]:
        """Return ``available``, ``used`` and ``full_slots`` by kind."""
        found = {}
        for number, kind in enumerate(KINDS):
            here = slice(self._offsets[number], self._offsets[number + 1])
            found[kind] = {
                "available": int(self.at_first[here].sum()),
                "used": int((self.at_first[here] - self.room[here]).sum()),
                "full_slots": int((self.room[here] <= 0).sum()),
            }
        return found

    def told(self, slot: int) -> dict[str, Any]:
        """Return ``kind`` and ``begin`` (RFC 3339, UTC) of a slot."""
        kind = int(np.searchsorted(self._offsets, slot, side="right")) - 1
        opens = (self._first[kind] + slot - self._offsets[kind]) * self.lengths[kind]
        return {"kind": KINDS[kind], "begin": datetime.fromtimestamp(max(int(opens), self.start), UTC).isoformat()}

"""Candidates: for each approach the slots worth asking for, spread over days and dayparts.

There are far more lawful slots than a plan can look at. Reach is learned by the local hour, so it is asked once an
hour; of each daypart of each day the best hour stays, and of each day one more by lot: when everybody's best hour is
full, the others are then not empty.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from skiptrace.compliance.zones import SECOND, offsets
from skiptrace.contracts.inputs import INSTANT
from skiptrace.planning.cores import each
from skiptrace.timing import lots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.planning.assignment import Values
    from skiptrace.planning.capacity import Capacity
    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.roster import Bools, Ints, Roster
    from skiptrace.settings import PlanParams

__all__ = ["DAYPARTS", "Candidates", "daypart", "find_candidates"]

DAYPARTS = ("morning", "afternoon", "evening")
_NOON, _EVENING = 12, 17
_CHUNK = 1_000_000
"""Slots looked at together, so that memory does not grow with the number of accounts."""
_HOUR_S, _DAY_S = 3_600, 86_400
_Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Attempts that could be made. Arrays of one length, by approach and then time.

    Attributes
    ----------
    approach, slot
        Numbers in the roster and in the capacity.
    begin, end
        The window: the slot's part that is open, in seconds from the start of the plan.
    p
        Probability of reaching whom it is meant for.
    part
        Number in ``DAYPARTS`` of the local time.
    due
        A promise to pay falls due on this local day, and it is within 24 hours.
    """

    approach: _Codes
    slot: _Codes
    begin: _Codes
    end: _Codes
    p: Values
    part: npt.NDArray[np.int8]
    due: Bools

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.approach)

    def among(self, which: Bools | Ints) -> Candidates:
        """Return some of them."""
        return Candidates(**{field.name: getattr(self, field.name)[which] for field in fields(self)})


class _Windows(NamedTuple):
    """When approaches are open; Unix seconds."""

    approach: Ints
    begin: Ints
    end: Ints


@dataclass(frozen=True, kw_only=True)
class _Slots:
    """Parts of slots that are open; Unix seconds, local days and hours."""

    approach: Ints
    slot: Ints
    begin: Ints
    end: Ints
    day: Ints
    hour: Ints


def find_candidates(
    inputs: PlanInputs, roster: Roster, capacity: Capacity, wanted: Bools, params: PlanParams
) -> tuple[Candidates, Bools]:
    """Return the candidates of some accounts, in slots that are not full.

    Parameters
    ----------
    inputs, roster, capacity, params
        The plan's.
    wanted
        By account: whether to look at it.

    Returns
    -------
    tuple
        The candidates, and by approach whether it has any open slot at all, however unlikely to reach.
    """
    opened = np.zeros(len(roster.account_of), dtype=np.bool_)

    def look(windows: _Windows) -> Candidates:
        slots = _cut(windows, roster, capacity, params)
        if not len(slots.begin):
            return _pack(slots, np.zeros(0), roster, capacity)
        opened[slots.approach] = True
        return _choose(slots, inputs, roster, capacity, params)

    found = each(look, _windows(roster, capacity, wanted))
    joined = {name: np.concatenate([getattr(part, name) for part in found]) for name in Candidates.__annotations__}
    return _with_groups(Candidates(**joined), roster, capacity), opened


def _windows(roster: Roster, capacity: Capacity, wanted: Bools) -> Iterator[_Windows]:
    """Yield the windows within the plan, of some approaches at a time."""
    windows = roster.windows_of(np.flatnonzero(wanted[roster.account_of]))
    approach = windows["approach"].cast(pl.Int64).to_numpy()
    # Whole seconds inside the window: dialers know no fractions.
    begin = np.maximum(-(-windows["not_before"].to_numpy() // SECOND), capacity.start)
    end = np.minimum(windows["not_after"].to_numpy() // SECOND, capacity.end)
    real = begin < end
    approach, begin, end = approach[real], begin[real], end[real]
    length = capacity.lengths[roster.kind_of[approach]]
    pieces = (end - 1) // length - begin // length + 1
    chunk = (np.cumsum(pieces) // _CHUNK)[np.searchsorted(approach, approach)]
    ends = np.append(np.flatnonzero(np.diff(chunk)) + 1, len(chunk)).tolist()
    for first, last in pairwise([0, *ends]):
        yield _Windows(approach[first:last], begin[first:last], end[first:last])


def _cut(windows: _Windows, roster: Roster, capacity: Capacity, params: PlanParams) -> _Slots:
    """Cut windows into slots that have room."""
    approach, begin, end = windows
    length = capacity.lengths[roster.kind_of[approach]]
    pieces = (end - 1) // length - begin // length + 1
    of = np.repeat(np.arange(len(approach)), pieces)
    step = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    opens = (begin // length)[of] * length[of] + step * length[of]
    start, finish = np.maximum(opens, begin[of]), np.minimum(opens + length[of], end[of])
    approach = approach[of]
    slot = capacity.slots(roster.kind_of[approach], start)
    usable = (finish - start >= params.min_window_s) & _free(approach, slot, roster, capacity)
    approach, slot, start, finish = approach[usable], slot[usable], start[usable], finish[usable]
    zones = roster.zone_of[approach]
    offset = np.zeros(len(start), dtype=np.int64)
    for zone in np.flatnonzero(np.bincount(zones)):
        mine = zones == zone
        offset[mine] = offsets(roster.zones[zone], start[mine] * SECOND) // SECOND
    local = start + offset
    day, hour = local // _DAY_S, local % _DAY_S // _HOUR_S
    return _Slots(approach=approach, slot=slot, begin=start, end=finish, day=day, hour=hour)


def _free(approach: Ints, slot: Ints, roster: Roster, capacity: Capacity) -> Bools:
    """Mark where there is room, of calls with somebody who speaks the account's language."""
    found: Bools = capacity.room[slot] > 0
    if capacity.served:
        calls = np.flatnonzero(roster.kind_of[approach] == 0)
        found[calls] = False
        for kind, served in capacity.served.items():
            found[calls] |= served[approach[calls]] & (capacity.room[capacity.beside(slot[calls], kind)] > 0)
    return found


def _with_groups(candidates: Candidates, roster: Roster, capacity: Capacity) -> Candidates:
    """Let each call be made by any group of agents that can talk to the account and has room."""
    if not capacity.served:
        return candidates
    call = roster.kind_of[candidates.approach] == 0
    which, slots = [np.flatnonzero(~call)], [candidates.slot[~call]]
    for kind, served in capacity.served.items():
        slot = capacity.beside(candidates.slot, kind)
        mine = np.flatnonzero(call & served[candidates.approach])
        mine = mine[capacity.room[slot[mine]] > 0]
        which.append(mine)
        slots.append(slot[mine])
    at = np.concatenate(which)
    order = np.argsort(at, kind="stable")
    return replace(candidates.among(at[order]), slot=np.concatenate(slots)[order].astype(np.int32))


def _choose(slots: _Slots, inputs: PlanInputs, roster: Roster, capacity: Capacity, params: PlanParams) -> Candidates:
    """Ask for reach by the hour and keep the hours worth asking for."""
    change = (np.diff(slots.approach) != 0) | (np.diff(slots.day) != 0) | (np.diff(slots.hour) != 0)
    hours = np.flatnonzero(np.append(True, change))
    p = _p_reach(slots, hours, inputs, roster)
    able = ~(p < params.min_p_reach) & ~np.isnan(p)
    chance = (
        lots(slots.approach[hours] * 1_000_003 + slots.begin[hours] // _HOUR_S, inputs.seed) >> np.uint64(1)
    ).astype(np.int64)
    approach, day = slots.approach[hours], slots.day[hours]
    part = daypart(slots.hour[hours])
    new_day = np.append(True, (np.diff(approach) != 0) | (np.diff(day) != 0))
    new_part = new_day | np.append(True, np.diff(part) != 0)
    ranked = np.where(able, p, -1.0)
    kept = able & (_first(ranked, chance, new_part) | _first(able.astype(np.float64), chance, new_day))
    of_slot = np.cumsum(np.bincount(hours, minlength=len(slots.begin))) - 1
    stays = np.flatnonzero(kept[of_slot])
    some = _Slots(**{field.name: getattr(slots, field.name)[stays] for field in fields(_Slots)})
    return _pack(some, p[of_slot][stays], roster, capacity)


def _pack(slots: _Slots, p: npt.NDArray[np.float64], roster: Roster, capacity: Capacity) -> Candidates:
    soon = slots.begin - capacity.start < _DAY_S
    due = soon & (roster.due_day[roster.account_of[slots.approach]] == slots.day)
    return Candidates(
        approach=slots.approach.astype(np.int32),
        slot=slots.slot.astype(np.int32),
        begin=(slots.begin - capacity.start).astype(np.int32),
        end=(slots.end - capacity.start).astype(np.int32),
        p=p.astype(np.float32),
        part=daypart(slots.hour).astype(np.int8),
        due=due,
    )


def _p_reach(slots: _Slots, hours: Ints, inputs: PlanInputs, roster: Roster) -> npt.NDArray[np.float64]:
    who = roster.approaches.select("account_id", "contact_point", "channel", "party")[slots.approach[hours]]
    asked = who.with_columns(at=pl.Series(slots.begin[hours] * SECOND).cast(INSTANT))
    return inputs.p_reach(asked)["p_reach"].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def daypart(hour: Ints) -> Ints:
    """Return the number in ``DAYPARTS`` of local hours."""
    return (hour >= _NOON).astype(np.int64) + (hour >= _EVENING)


def _first(value: npt.NDArray[np.float64], chance: Ints, starts: Bools) -> Bools:
    """Mark the greatest value of each run, by chance among equals."""
    begins = np.flatnonzero(starts)
    run = np.cumsum(starts) - 1
    best = value == np.maximum.reduceat(value, begins)[run]
    lot = np.where(best, chance, np.iinfo(np.int64).max)
    marked: Bools = best & (lot == np.minimum.reduceat(lot, begins)[run])
    return marked

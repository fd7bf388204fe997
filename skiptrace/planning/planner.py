"""Make a plan: turn by turn, the lawful slots within capacity that are worth most together.

In each turn everything that is left to do is laid out at prices of slots, and of each person's rows the first is
placed: it was chosen with those after it in view. What law denies is taken out and something else is asked for at the
same prices. Accounts for which every candidate was full get new candidates, from the slots that still have room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.planning.allocation import allocate, fit
from skiptrace.planning.assignment import in_order_of_preference
from skiptrace.planning.cadence import Progress
from skiptrace.planning.candidates import find_candidates
from skiptrace.planning.capacity import Capacity
from skiptrace.planning.certificate import Considered, certify, dearest, gap_of
from skiptrace.planning.exploring import Exploration
from skiptrace.planning.inputs import Plan
from skiptrace.planning.permission import Permission
from skiptrace.planning.roster import enrol
from skiptrace.planning.rows import schedule_rows
from skiptrace.planning.sequences import AHEAD
from skiptrace.planning.texting import text_after_calls
from skiptrace.planning.withholding import Obstacles, withheld_rows
from skiptrace.planning.worth import stakes

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.inputs import Check, PlanInputs
    from skiptrace.planning.permission import Judged
    from skiptrace.planning.roster import Bools, Ints, Roster
    from skiptrace.settings import PlanParams

__all__ = ["plan"]

_PATIENCE = 6
"""Denials running after which an approach is given up, whenever law says it would be allowed again."""
_PLACED = {
    "approach": pl.Int64(),
    "begin": pl.Int64(),
    "end": pl.Int64(),
    "wave": pl.Int64(),
    "part": pl.Int64(),
    "due": pl.Boolean(),
    "favourite": pl.Boolean(),
    "all_provisions": pl.List(pl.String()),
}


def plan(inputs: PlanInputs, as_of: datetime, params: PlanParams, check: Check) -> Plan:
    """Choose whom to attempt when and how: lawful, within capacity, best value first.

    Parameters
    ----------
    inputs
        What is known.
    as_of
        Start of the plan (aware).
    params
        Horizon, slots, capacity and cadence.
    check
        The law. Every row of the schedule was allowed by it at its first and at its last moment, the person's earlier
        rows counted as attempts of unknown outcome.

    Returns
    -------
    Plan
        Each account is scheduled or withheld.
    """
    start = math.ceil(as_of.timestamp())
    roster = enrol(inputs)
    capacity = Capacity(start, params)
    capacity.serve(roster.accounts["language"].gather(roster.approaches["account"]).to_list())
    work = _Work(
        roster=roster,
        capacity=capacity,
        progress=Progress(roster, params),
        permission=Permission(roster, check, start, inputs.batch_id),
        tie=np.random.default_rng(inputs.seed).permutation(len(roster.accounts_of)),
    )
    exploration = Exploration(roster=roster, inputs=inputs, params=params, start=start)
    waiting = np.ones(len(roster.person_of), dtype=np.bool_)
    opened, likely = np.zeros((2, len(roster.account_of)), dtype=np.bool_)
    crowded = np.zeros(len(roster.person_of), dtype=np.bool_)
    looked_at: list[Candidates] = []
    while waiting.any():
        candidates, seen = find_candidates(inputs, roster, work.capacity, waiting, params)
        opened |= seen
        likely[candidates.approach] = True
        before = len(work.placed)
        crowded |= work.place_all(exploration.drawn(candidates))
        looked_at.append(candidates)
        waiting = crowded & (work.progress.waves == 0)
        if len(work.placed) == before:
            break
    placed = pl.concat(work.placed) if work.placed else pl.DataFrame(schema=_PLACED)
    placed = text_after_calls(placed, roster, work.capacity, work.permission, inputs, params)
    certificate = certify(work.considered, roster, work.capacity, work.tie, params)
    as_believed = [part._replace(candidates=one) for part, one in zip(work.considered, looked_at, strict=True)]
    explored = pl.Series(exploration.accounts()).gather(roster.approaches["account"].gather(placed["approach"]))
    placed = placed.with_columns(exploration.propensities(placed, as_believed, certificate.prices), explored=explored)
    schedule = schedule_rows(placed, roster, inputs, params, as_of)
    bound, unit = certificate.bound - work.gifts, work.progress.unit
    staked = roster.accounts.select("account_id", stake=stakes(roster.accounts, params))
    stake = schedule.select("account_id").join(staked, on="account_id", how="left", maintain_order="left")["stake"]
    known = Obstacles(opened=opened, likely=likely, crowded=crowded, denials=work.permission.denials)
    return Plan(
        schedule=schedule,
        withheld=withheld_rows(roster, inputs, schedule, known),
        diagnostics={
            "capacity": work.capacity.used(),
            "unit": params.value,
            "expected_contacts": round(math.fsum((schedule["expected_value"] / stake).to_list()), 6),
            "expected_value": round(math.fsum(schedule["expected_value"].to_list()), 6),
            "value": round(work.value * unit, 6),
            "bound": math.ceil(bound * unit * 1e6) / 1e6,
            "optimality_gap": gap_of(bound, work.value),
            "dearest_slots": dearest(certificate, work.capacity, unit),
            "slot_prices": (certificate.prices * unit).tolist(),
        },
    )


@dataclass(kw_only=True)
class _Work:
    """A plan in the making.

    Attributes
    ----------
    placed
        Its rows, by turn.
    considered
        What it chose from.
    value, gifts
        What the rows are worth, and what promises due today were put before others by.
    """

    roster: Roster
    capacity: Capacity
    progress: Progress
    permission: Permission
    tie: Ints
    placed: list[pl.DataFrame] = field(default_factory=list)
    considered: list[Considered] = field(default_factory=list)
    value: float = 0.0
    gifts: float = 0.0

    def place_all(self, candidates: Candidates) -> Bools:
        """Go on turn by turn until nothing more can be placed.

        Returns
        -------
        array
            By account: in some turn what it asked for was full.
        """
        crowded = np.zeros(len(self.roster.person_of), dtype=np.bool_)
        gone = np.zeros(len(candidates), dtype=np.bool_)
        allowed = []
        while True:
            before = len(self.placed)
            self._turn(candidates, gone, crowded)
            allowed.append(~gone)
            if len(self.placed) == before:
                # What law refuses after the first turn, it refuses in view of the plan's own rows.
                self.considered.append(Considered(candidates, allowed[0], allowed[min(1, len(allowed) - 1)]))
                return crowded

    def _turn(self, candidates: Candidates, gone: Bools, crowded: Bools) -> None:
        """Give each person at most one row."""
        first, later = self.progress.open(candidates, gone)
        which = np.flatnonzero(first)
        which = which[in_order_of_preference(self._person(candidates, which), self.progress.values(candidates, which))]
        favourites = which[_firsts(self._person(candidates, which))]
        if self.placed:
            # After rows of the plan's own, law allows less: better to ask for every approach once than one by one, also
            # for those that would be counted on later.
            open_ = np.flatnonzero(first | later)
            best = open_[np.lexsort((-self.progress.values(candidates, open_), candidates.approach[open_]))]
            best = best[_firsts(candidates.approach[best])]
            self._strike(candidates, best, self.permission.judge(candidates, best, at_start_only=True), gone, round_=0)
            first, later = self.progress.open(candidates, gone)
        which = np.flatnonzero(first | later)
        if not len(which):
            return
        problem = self.progress.problem(candidates, which, first[which], later[which]).with_rows(AHEAD)
        person = self._person(candidates, which)
        names = person[problem.first_of[:-1]]
        tie = np.argsort(np.argsort(self.tie[names]))
        laid, prices = allocate(problem, self.capacity.room, tie)
        rows = np.where(laid.rows >= 0, which[laid.rows], -1)
        # Room is kept for what each person is to be given in later turns.
        free = self.capacity.room - np.bincount(candidates.slot[rows[rows >= 0]], minlength=len(self.capacity.room))
        round_ = 0
        while True:
            asking = rows[:, 0] >= 0
            refused = which[~asking[problem.owner] & problem.first]
            crowded[self.roster.account_of[candidates.approach[refused]]] = True
            chosen = rows[asking, 0]
            judged = self.permission.judge(candidates, chosen)
            self._place(candidates, chosen, judged, favourites)
            self._strike(candidates, chosen, judged, gone, round_=round_)
            denied = np.zeros(len(rows), dtype=np.bool_)
            denied[np.flatnonzero(asking)[~judged.allowed]] = True
            if not denied.any():
                return
            given_up = rows[denied]
            free += np.bincount(candidates.slot[given_up[given_up >= 0]], minlength=len(free))
            part, at = problem.among(denied)
            open_ = ~gone[which[at]]
            which, tie = which[at], tie[denied]
            problem = replace(part, first=part.first & open_, later=part.later & open_)
            laid = fit(problem, free, tie, prices)
            rows = np.where(laid.rows >= 0, which[laid.rows], -1)
            free = free - np.bincount(candidates.slot[rows[rows >= 0]], minlength=len(free))
            round_ += 1

    def _person(self, candidates: Candidates, which: Ints) -> Ints:
        return self.roster.person_of[self.roster.account_of[candidates.approach[which]]]

    def _place(self, candidates: Candidates, chosen: Ints, judged: Judged, favourites: Ints) -> None:
        chosen = chosen[judged.allowed]
        if not len(chosen):
            return
        self.value += math.fsum(self.progress.worths(candidates, chosen).tolist())
        self.gifts += math.fsum(self.progress.gifts(candidates, chosen).tolist())
        self.progress.place(candidates, chosen)
        self.capacity.take(candidates.slot[chosen])
        approach = candidates.approach[chosen].astype(np.int64)
        waves = self.progress.waves[self.roster.account_of[approach]]
        self.permission.tell(candidates, chosen, waves)
        columns = {
            "approach": approach,
            "begin": candidates.begin[chosen].astype(np.int64) + self.capacity.start,
            "end": candidates.end[chosen].astype(np.int64) + self.capacity.start,
            "wave": waves,
            "part": candidates.part[chosen].astype(np.int64),
            "due": candidates.due[chosen],
            "favourite": np.isin(chosen, favourites),
            "all_provisions": judged.provisions.filter(pl.Series(judged.allowed)),
        }
        self.placed.append(pl.DataFrame(columns, schema=_PLACED))

    @staticmethod
    def _strike(candidates: Candidates, asked: Ints, judged: Judged, gone: Bools, *, round_: int) -> None:
        """Take out what was denied, and the approach's other slots before law allows it again."""
        denied = asked[~judged.allowed]
        gone[denied] = True
        again = np.full(int(candidates.approach.max(initial=-1)) + 1, np.iinfo(np.int64).min)
        until = judged.again[~judged.allowed] if round_ < _PATIENCE else np.iinfo(np.int64).max
        again[candidates.approach[denied]] = until
        gone |= candidates.begin < again[candidates.approach]


def _firsts(codes: Ints) -> Ints:
    """Return the position at which each code stands first."""
    found: Ints = np.unique(codes, return_index=True)[1]
    return found

"""Make a plan: turn by turn, the lawful slots within capacity that are worth most together.

In each turn everything that is left to do is laid out at prices of slots, and of each person's rows the first is
placed: it was chosen with those after it in view, and law was asked which those could be. What law denies is taken out
and something else is asked for at the same prices. Accounts for which every candidate was full get new candidates, from
the slots that still have room.

Of many persons some are planned after the others; while they are, what the next may be given is looked up.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.planning.allocation import allocate, fit
from skiptrace.planning.cadence import Progress
from skiptrace.planning.capacity import Capacity
from skiptrace.planning.certificate import Certifier, Considered, dearest, gap_of
from skiptrace.planning.columns import best_of_runs, runs
from skiptrace.planning.exploring import Exploration
from skiptrace.planning.inputs import Plan
from skiptrace.planning.looking import Lookout
from skiptrace.planning.permission import Permission
from skiptrace.planning.prices import find_prices
from skiptrace.planning.refusals import foreseeing, strike
from skiptrace.planning.roster import enrol
from skiptrace.planning.rows import schedule_rows
from skiptrace.planning.sequences import AHEAD, FEW
from skiptrace.planning.texting import text_after_calls
from skiptrace.planning.withholding import Obstacles, withheld_rows
from skiptrace.planning.worth import stakes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from datetime import datetime

    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.inputs import Check, PlanInputs
    from skiptrace.planning.looking import Look
    from skiptrace.planning.permission import Judged
    from skiptrace.planning.roster import Bools, Floats, Ints, Roster
    from skiptrace.planning.sequences import Problem
    from skiptrace.settings import PlanParams

__all__ = ["plan"]

_TOGETHER = 20_000
"""Accounts that are planned together; memory grows with them."""
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
    tie = np.random.default_rng(inputs.seed).permutation(len(roster.accounts_of))
    exploration = Exploration(roster=roster, inputs=inputs, params=params, start=start)
    progress = Progress(roster, params)
    work = _Work(
        inputs=inputs,
        params=params,
        roster=roster,
        capacity=capacity,
        progress=progress,
        lookout=Lookout(inputs=inputs, params=params, roster=roster, progress=progress, exploration=exploration),
        permission=Permission(roster, inputs, check, start),
        exploration=exploration,
        certifier=Certifier(roster, capacity, tie, params),
        tie=tie,
        known=Obstacles(
            opened=np.zeros(len(roster.account_of), dtype=np.bool_),
            likely=np.zeros(len(roster.account_of), dtype=np.bool_),
            crowded=np.zeros(len(roster.person_of), dtype=np.bool_),
            denials=[],
        ),
    )
    placed = pl.concat(_in_parts(work, capacity))
    certificate = work.certifier.certificate()
    schedule = schedule_rows(placed, roster, inputs, params, as_of)
    bound, unit = certificate.bound - work.gifts, work.progress.unit
    staked = roster.accounts.select("account_id", stake=stakes(roster.accounts, params))
    stake = schedule.select("account_id").join(staked, on="account_id", how="left", maintain_order="left")["stake"]
    return Plan(
        schedule=schedule,
        withheld=withheld_rows(roster, inputs, schedule, replace(work.known, denials=work.permission.denials)),
        diagnostics={
            "capacity": capacity.used(),
            "unit": params.value,
            "expected_contacts": round(math.fsum((schedule["expected_value"] / stake).to_list()), 6),
            "expected_value": round(math.fsum(schedule["expected_value"].to_list()), 6),
            "value": round(work.value * unit, 6),
            "bound": math.ceil(bound * unit * 1e6) / 1e6,
            "optimality_gap": gap_of(bound, work.value),
            "dearest_slots": dearest(certificate, capacity, unit),
            "slot_prices": (certificate.prices * unit).tolist(),
        },
    )


def _in_parts(work: _Work, capacity: Capacity) -> Iterator[pl.DataFrame]:
    """Plan some persons after the others, each part within its share of the room and what was left before."""
    parts = max(-(-len(work.roster.person_of) // _TOGETHER), 1)
    part = work.tie[work.roster.person_of] * parts // len(work.roster.accounts_of)
    sizes = np.bincount(part, minlength=parts)

    def look(number: int) -> tuple[Capacity, Future[Look]]:
        share = capacity.put_aside(int(sizes[number]), int(sizes[number:].sum()))
        return share, beside.submit(work.lookout.look, part == number, share, work.certifier.prices)

    with ThreadPoolExecutor(1) as beside:
        ahead = look(0)
        for number in range(parts):
            share, looked = ahead
            found = looked.result()
            if number + 1 < parts:
                ahead = look(number + 1)
            else:
                share.take_in(capacity)
            yield work.plan_some(part == number, share, found)
            capacity.take_in(share)


@dataclass(kw_only=True)
class _Work:
    """A plan in the making.

    Attributes
    ----------
    capacity
        Room for those who are planned now.
    tie
        By person: the lower goes first among equals.
    known
        What was met.
    placed
        Rows, by turn, of those who are planned now.
    value, gifts
        What the rows are worth, and what promises due today were put before others by.
    """

    inputs: PlanInputs
    params: PlanParams
    roster: Roster
    capacity: Capacity
    progress: Progress
    lookout: Lookout
    permission: Permission
    exploration: Exploration
    certifier: Certifier
    tie: Ints
    known: Obstacles
    placed: list[pl.DataFrame] = field(default_factory=list)
    value: float = 0.0
    gifts: float = 0.0

    def plan_some(self, who: Bools, capacity: Capacity, look: Look) -> pl.DataFrame:
        """Give some accounts their rows.

        Parameters
        ----------
        who
            By account: those.
        capacity
            Room for them.
        look
            What they may be given.

        Returns
        -------
        polars.DataFrame
            The rows, ``_PLACED`` and what the exploration and the text messages add.
        """
        self.placed, self.capacity = [], capacity
        self._take_note(look)
        near = self._prices(look.drawn, who) if self.certifier.prices is None else self.certifier.prices
        worthy = look.worthy or self.lookout.worthy(look.drawn, near)
        self.known.crowded[worthy.crowded] = True
        found = self._place_all(look.drawn.among(worthy.asked), near)
        considered = [
            _spread(found, np.searchsorted(worthy.worthy, worthy.asked), look.drawn.among(worthy.worthy)),
        ]
        as_believed = [_spread(found, worthy.asked, look.believed)]
        before = 0
        # Whoever came off with nothing chooses among what the others left, which has prices of its own.
        while len(self.placed) > before and (waiting := who & self.known.crowded & (self.progress.waves == 0)).any():
            before = len(self.placed)
            look = self.lookout.look(waiting, capacity)
            self._take_note(look)
            found = self._place_all(look.drawn, self._prices(look.drawn, who))
            considered.append(found)
            as_believed.append(found._replace(candidates=look.believed))
        placed = pl.concat([pl.DataFrame(schema=_PLACED), *self.placed])
        placed = text_after_calls(placed, self.roster, capacity, self.permission, self.inputs, self.params)
        prices = self.certifier.add(considered, int(who.sum()) / max(len(who), 1), near)
        account = self.roster.account_of[placed["approach"].to_numpy()]
        return placed.with_columns(
            self.exploration.propensities(placed, as_believed, prices),
            explored=pl.Series(self.exploration.accounts()[account]),
        )

    def _take_note(self, look: Look) -> None:
        self.known.opened[look.opened] = True
        self.known.likely[look.believed.approach] = True

    def _prices(self, candidates: Candidates, who: Bools) -> Floats:
        """Return prices of slots at which what is to be given now about fits; the first of a large plan are kept."""
        first, later = self.progress.open(candidates, np.zeros(len(candidates), dtype=np.bool_))
        which = np.flatnonzero(first | later)
        if not len(which):
            return np.zeros(len(self.capacity.room))
        problem = self._problem(candidates, which, first, later)
        tie = self._ties(candidates, which[problem.first_of[:-1]])
        prices = np.zeros(len(self.capacity.room))

        def choose(problem: Problem) -> Ints:
            prices[:] = find_prices(problem, self.capacity.room, tie, prices if prices.any() else None)
            return problem.chooser(prices)[1].rows

        foreseeing(self.permission, candidates, which, problem, choose)
        if self.certifier.prices is None and len(candidates) >= FEW:
            self.certifier.keep(prices, problem, float(who.mean()))
        return prices

    def _place_all(self, candidates: Candidates, prices: Floats) -> Considered:
        """Go on turn by turn until nothing more can be placed; return what was chosen from."""
        gone, beyond = np.zeros((2, len(candidates)), dtype=np.bool_)
        allowed: list[tuple[Bools, Bools]] = []
        while True:
            before = len(self.placed)
            self._turn(candidates, gone, beyond, prices, first_turn=not allowed)
            allowed.append((~gone, ~(gone | beyond)))
            if len(self.placed) == before:
                # What law refuses after the first turn, it refuses in view of the plan's own rows.
                return Considered(candidates, allowed[0][0], allowed[min(1, len(allowed) - 1)][1])

    def _turn(self, candidates: Candidates, gone: Bools, beyond: Bools, prices: Floats, *, first_turn: bool) -> None:
        """Give each person at most one row.

        ``beyond`` is what law is foreseen to refuse after other rows, and then what it does refuse after those placed.
        """
        first, later = self.progress.open(candidates, gone)
        favourites = self._best(candidates, np.flatnonzero(first), self._person(candidates, np.flatnonzero(first)))
        if not first_turn:
            # After rows of the plan's own, law allows less: better to ask for every approach once than one by one, also
            # for those that would be counted on later.
            ahead = np.flatnonzero(first | later)
            best = self._best(candidates, ahead, candidates.approach[ahead])
            judged = self.permission.judge(candidates, best, at_start_only=True)
            if not judged.allowed.all():
                strike(candidates, best, judged, gone)
                first, later = self.progress.open(candidates, gone)
            again = np.isin(candidates.approach, candidates.approach[best])
            beyond[again] = gone[again]
        which = np.flatnonzero(first | later)
        if not len(which):
            return
        problem = self._problem(candidates, which, first, later)
        tie = self._ties(candidates, which[problem.first_of[:-1]])

        def choose(problem: Problem) -> Ints:
            return allocate(problem, self.capacity.room, tie, prices).rows

        if first_turn:
            problem, rows, foreseen = foreseeing(self.permission, candidates, which, problem, choose)
            beyond |= foreseen
        else:
            rows = choose(problem)
        rows = np.where(rows >= 0, which[rows], -1)
        # Room is kept for what each person is to be given in later turns.
        free = self.capacity.room - np.bincount(candidates.slot[rows[rows >= 0]], minlength=len(self.capacity.room))
        round_ = 0
        while True:
            asking = rows[:, 0] >= 0
            refused = which[~asking[problem.owner] & problem.first]
            self.known.crowded[self.roster.account_of[candidates.approach[refused]]] = True
            chosen = rows[asking, 0]
            judged = self.permission.judge(candidates, chosen)
            self._place(candidates, chosen, judged, favourites)
            strike(candidates, chosen, judged, gone, round_)
            denied = np.zeros(len(rows), dtype=np.bool_)
            denied[np.flatnonzero(asking)[~judged.allowed]] = True
            if not denied.any():
                return
            given_up = rows[denied]
            free += np.bincount(candidates.slot[given_up[given_up >= 0]], minlength=len(free))
            part, at = problem.among(denied)
            left = ~gone[which[at]]
            which, tie = which[at], tie[denied]
            problem = replace(part, first=part.first & left, later=part.later & left)
            laid = fit(problem, free, tie, prices)
            rows = np.where(laid.rows >= 0, which[laid.rows], -1)
            free = free - np.bincount(candidates.slot[rows[rows >= 0]], minlength=len(free))
            round_ += 1

    def _problem(self, candidates: Candidates, which: Ints, first: Bools, later: Bools) -> Problem:
        return self.progress.problem(candidates, which, first[which], later[which]).with_rows(AHEAD)

    def _ties(self, candidates: Candidates, firsts: Ints) -> Ints:
        """Return the places of persons, told by a candidate of each, among equals."""
        return np.argsort(np.argsort(self.tie[self._person(candidates, firsts)]))

    def _best(self, candidates: Candidates, which: Ints, codes: Ints) -> Ints:
        """Return of each code, which stand together, the candidate that is worth most now."""
        best: Ints = which[best_of_runs(self.progress.values(candidates, which), runs(codes))]
        return best

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
        rows = judged.rows.filter(pl.Series(judged.allowed))
        self.permission.tell(rows)
        columns = {
            "approach": approach,
            "begin": candidates.begin[chosen].astype(np.int64) + self.capacity.start,
            "end": candidates.end[chosen].astype(np.int64) + self.capacity.start,
            "wave": waves,
            "part": candidates.part[chosen].astype(np.int64),
            "due": candidates.due[chosen],
            "favourite": np.isin(chosen, favourites),
            "all_provisions": rows["laws"],
        }
        self.placed.append(pl.DataFrame(columns, schema=_PLACED))


def _spread(found: Considered, which: Ints, candidates: Candidates) -> Considered:
    """Return what is told of some candidates (positions) as told of all; law was not asked of the others."""
    first, later = np.ones((2, len(candidates)), dtype=np.bool_)
    first[which], later[which] = found.first, found.later
    return Considered(candidates, first, later)

"""How good a plan is: a bound that no plan exceeds, and where capacity binds.

The bound holds for every choice among the candidates that were looked at, less those that law refused while the plan
was made. What a person with several accounts is worth at most is the less of two sums: of the best rows of each account
taken for itself, as if the others left it all days, and of the person's best rows, as if none made another less likely
to be needed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import fsum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skiptrace.planning.cadence import Progress
from skiptrace.planning.candidates import Candidates
from skiptrace.planning.columns import best_of_each
from skiptrace.planning.prices import asked, find_prices
from skiptrace.planning.sequences import AHEAD, FEW, FINE, FINEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from skiptrace.planning.capacity import Capacity
    from skiptrace.planning.roster import Bools, Floats, Ints, Roster
    from skiptrace.planning.sequences import Problem
    from skiptrace.settings import PlanParams

__all__ = ["Certificate", "Certifier", "Considered", "dearest", "gap_of"]

_DEAREST = 20
"""Slots that a reader is shown."""
_DECIMALS = 6


class Considered(NamedTuple):
    """Candidates that a plan looked at; of each, whether law let it be an account's first row, or a later one."""

    candidates: Candidates
    first: Bools
    later: Bools


class Certificate(NamedTuple):
    """What is known of the best plan there could be.

    Attributes
    ----------
    bound
        No plan is worth more.
    prices
        By slot: what one more attempt in it would add.
    wanted
        By slot: rows in it if there were room for everybody, as far as the first persons tell.
    """

    bound: float
    prices: Floats
    wanted: Ints


class Certifier:
    """Proves a bound for all plans that can be made of what was considered, some persons after the others.

    Any prices prove one, so those found for the first persons, who are chosen by lot, serve for all.

    Attributes
    ----------
    prices
        By slot; null before anybody was added who can be given anything.
    """

    def __init__(self, roster: Roster, capacity: Capacity, tie: Ints, params: PlanParams) -> None:
        self._roster, self._room, self._tie, self._params = roster, capacity.at_first, tie, params
        self._start = Progress(roster, params)
        self.prices: Floats | None = None
        self._wanted = np.zeros(len(self._room))
        self._most: list[Future[float]] = []
        # Nothing waits for a bound: it is found while the next are planned.
        self._beside = ThreadPoolExecutor(1)

    def keep(self, prices: Floats, problem: Problem, share: float) -> None:
        """Prove all bounds at these prices, found for the first persons, from whose candidates some are to be left out.

        Parameters
        ----------
        prices
            By slot; what is left out must be worth nothing at them.
        problem
            What the first persons want, whole.
        share
            Of all accounts.
        """
        self.prices = prices
        self._wanted = asked(problem, problem.chooser(np.zeros(len(prices)))[1], len(prices)) / share

    def add(self, considered: Sequence[Considered], share: float, near: Floats | None = None) -> Floats:
        """Take in all that was considered for some persons; return the prices.

        Parameters
        ----------
        considered
            What was looked at.
        share
            Of all accounts.
        near
            Prices that they were given slots at.
        """
        if not any(len(part.candidates) for part in considered):
            return np.zeros(len(self._room)) if self.prices is None else self.prices
        if self.prices is None:
            room = self._room
            short = _joined(considered, self._roster, self._start)[0].with_rows(AHEAD)
            tie = np.argsort(np.argsort(self._tie[self._owners(short)], kind="stable"), kind="stable")
            self.prices = find_prices(short, room * share, tie, near)
            self._wanted = asked(short, short.chooser(np.zeros(len(room)))[1], len(room)) / share
        # One at a time, so that what was considered need not be kept for long.
        for before in self._most[-1:]:
            before.result()
        self._most.append(self._beside.submit(self._gain, considered, self.prices))
        return self.prices

    def certificate(self) -> Certificate:
        """Return the bound."""
        prices = np.zeros(len(self._room)) if self.prices is None else self.prices
        bound = float(prices @ self._room) + fsum(most.result() for most in self._most)
        return Certificate(bound, prices, self._wanted.round().astype(np.int64))

    def _gain(self, considered: Sequence[Considered], prices: Floats) -> float:
        """Return what some persons gain at most at prices."""
        roster = self._roster
        persons, accounts = _joined(considered, roster, self._start)
        person = self._owners(persons)
        most = np.full(len(roster.accounts_of), np.inf)
        most[person] = _bound(persons, prices)
        if len(accounts):
            whose = self._owners(accounts)
            each = _bound(accounts, prices)
            # A person is given so many rows at most, hence rows of so many accounts.
            rows = max(self._params.max_attempts_per_person, self._params.max_attempts_per_account)
            best = best_of_each(whose, each, rows)
            apart = np.bincount(whose[best], each[best], minlength=len(most))
            most = np.where(roster.accounts_of > 1, np.minimum(most, apart), most)
        return float(most[person].sum())

    def _owners(self, problem: Problem) -> Ints:
        """Return by owner of a problem whose it is: the person's number."""
        owners: Ints = self._roster.person_of[self._roster.account_of[problem.approach[problem.first_of[:-1]]]]
        return owners


def _bound(problem: Problem, prices: Floats) -> Floats:
    """Return what each owner gains at most; of few candidates closely, also where owners are alike."""
    return problem.chooser(prices, FINE if len(problem) > FEW else FINEST)[0]


def _joined(considered: Sequence[Considered], roster: Roster, progress: Progress) -> tuple[Problem, Problem]:
    """Return the problem in which persons are owners, and that of the accounts of persons with several."""
    every = {
        name: np.concatenate([getattr(part.candidates, name) for part in considered])
        for name in Candidates.__annotations__
    }
    first, later = (np.concatenate([getattr(part, name) for part in considered]) for name in ("first", "later"))
    order = np.lexsort((every["begin"], every["approach"]))
    order = order[(first | later)[order]]
    candidates = Candidates(**{name: column[order] for name, column in every.items()})
    rested = progress.rested(candidates)
    first, later = progress.in_cadence(candidates, first[order] & rested, later[order] & rested)
    several = roster.accounts_of[roster.person_of[roster.account_of[candidates.approach]]] > 1
    which = np.flatnonzero(several)
    return (
        progress.problem(candidates, np.arange(len(order)), first, later),
        progress.problem(candidates, which, first[which], later[which], by_account=True),
    )


def gap_of(bound: float, value: float) -> float:
    """Return the share by which the best plan may be worth more than this one, rounded up.

    Examples
    --------
    >>> gap_of(200.0, 199.0), gap_of(0.0, 0.0)
    (0.005, 0.0)
    """
    if bound <= 0:
        return 0.0
    return float(np.ceil(max(0.0, (bound - value) / bound) * 10**_DECIMALS) / 10**_DECIMALS)


def dearest(found: Certificate, capacity: Capacity, unit: float = 1.0) -> list[dict[str, Any]]:
    """Return the slots in which one more attempt would add most: kind, begin, price, room and how many wanted it.

    ``unit`` is what a price of 1 stands for.
    """
    order = np.lexsort((np.arange(len(found.prices)), -found.prices))[:_DEAREST]
    return [
        {
            **capacity.told(slot),
            "price": round(float(found.prices[slot] * unit), _DECIMALS),
            "room": int(capacity.at_first[slot]),
            "wanted": int(found.wanted[slot]),
        }
        for slot in order.tolist()
        if found.prices[slot] > 0
    ]

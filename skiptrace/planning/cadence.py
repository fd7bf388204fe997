"""What may follow what: waves, gaps, variety, and what an attempt is worth after those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skiptrace.planning.candidates import DAYPARTS
from skiptrace.planning.pace import CHANNELS
from skiptrace.planning.rounds import NEVER
from skiptrace.planning.sequences import Problem
from skiptrace.planning.worth import stakes, worth_of

if TYPE_CHECKING:
    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.roster import Bools, Floats, Ints, Roster
    from skiptrace.settings import PlanParams

__all__ = ["Progress"]

_DAY_S = 86_400
_DUE_FIRST = 10
"""Added to the value of promises due today, times the largest stake: more than any attempt is worth."""


class Progress:
    """How far a plan has come: what each person, account and third party has been given.

    Rows are given to a person one after the other, each later than those before, so that every row was judged with
    all earlier rows as history.

    Attributes
    ----------
    waves
        Rows placed, by account.
    unit
        What 1 stands for in values: the mean stake of an account.
    """

    def __init__(self, roster: Roster, params: PlanParams) -> None:
        self._roster, self._params = roster, params
        self.waves = np.zeros(len(roster.person_of), dtype=np.int64)
        persons = len(roster.accounts_of)
        self._rows = np.zeros(persons, dtype=np.int64)
        self._until = -roster.rested_s
        stake = stakes(roster.accounts, params).to_numpy()
        # Prices are sought among numbers near 1, whatever the currency.
        self.unit = float(stake.mean()) if len(stake) else 1.0
        self._due_first = _DUE_FIRST * float(stake.max(initial=0)) / self.unit
        self._worth = roster.approaches.select(worth_of(params)).to_series().to_numpy()
        self._worth = self._worth * stake[roster.account_of] / self.unit
        self._missed = np.ones(len(roster.person_of))
        self._used = np.zeros((len(roster.account_of), len(DAYPARTS)), dtype=np.bool_)
        self._tried = np.zeros(len(roster.account_of), dtype=np.bool_)
        self._channels = np.zeros((len(roster.person_of), len(CHANNELS)), dtype=np.bool_)
        # Where no channel is used twice, one that failed in this round has failed at all times of day.
        once = roster.pace.one_channel_once[roster.pace.cadence_of]
        worn = once & roster.begun.channels[roster.account_of, roster.pace.channel_of] & (roster.relation_of < 0)
        self._fresh_from = params.retry_days * _DAY_S - roster.begun.failed
        self._fresh_from[worn] = NEVER
        living = np.bincount(roster.account_of[~roster.begun.dead], minlength=len(self.waves)) > 0
        self._given_up = roster.begun.dead & living[roster.account_of]
        self._waves_before = roster.pace.before(roster.begun.step[roster.account_of])
        self._most, self._gap_s = roster.pace.most(params), roster.pace.gap_s(params)
        self._asked = np.zeros(int(roster.relation_of.max(initial=-1)) + 2, dtype=np.bool_)
        self._bound = np.where(
            roster.accounts_of > 1,
            max(params.max_attempts_per_person, params.max_attempts_per_account),
            params.max_attempts_per_account,
        )

    def open(self, candidates: Candidates, gone: Bools) -> tuple[Bools, Bools]:
        """Mark the candidates that may be placed next, and those that may follow them; ``gone`` are out."""
        roster = self._roster
        account = roster.account_of[candidates.approach]
        person = roster.person_of[account]
        relation = roster.relation_of[candidates.approach]
        found = (
            (self.waves[account] < self._most[candidates.approach])
            & (self._rows[person] < self._bound[person])
            & self.rested(candidates)
            & ~self._used[candidates.approach, candidates.part]
            & ~self._asked[relation]
            & ~gone
        )
        # After a few turns there is little left to look at.
        which = np.flatnonzero(found)
        some, account, person = candidates.among(which), account[which], person[which]
        first, later = np.zeros((2, len(candidates)), dtype=np.bool_)
        now, later[which] = self.in_cadence(some, found[which], found[which])
        now &= self._behind(person, account, now)
        first[which] = now & self._leaving_room(person, some.begin, now)
        return first, later

    def rested(self, candidates: Candidates) -> Bools:
        """Mark the candidates that leave the person alone for long enough after the row or the attempt before.

        A promise that falls due is not to be missed by a reminder of yesterday.
        """
        person = self._roster.person_of[self._roster.account_of[candidates.approach]]
        ready = self._until[person] + self._gap_s[candidates.approach]
        found: Bools = (candidates.begin >= ready) | (candidates.due & (self._rows[person] == 0))
        return found

    def in_cadence(self, candidates: Candidates, first: Bools, later: Bools) -> tuple[Bools, Bools]:
        """Mark, of those that may be next and later, the candidates of the account's wave, and of those after it.

        What failed lately, before this plan, is only done again where nothing else is left, and then once; a
        dead point is not tried while the account has another. For a first wave without any, those of the others may be
        next.
        """
        pace, approach = self._roster.pace, candidates.approach
        account = self._roster.account_of[approach]
        fresh = ~(pace.one_channel_once[pace.cadence_of[approach]] & self._channels[account, pace.channel_of[approach]])
        fresh &= ~self._given_up[approach]
        wave = self.waves[account] + self._roster.begun.step[account]
        here = first & fresh & pace.in_wave(approach, candidates.part, wave)
        # Better another channel than to leave a person out whom law lets us reach; what follows can wait.
        opening = (self.waves == 0)[account]
        elsewhere = first & opening & pace.in_wave_from(approach, candidates.part, np.zeros_like(account))
        untried = candidates.begin >= self._fresh_from[approach, candidates.part]
        now = np.zeros(len(account), dtype=np.bool_)
        served = np.zeros(len(self.waves), dtype=np.bool_)
        for choice in (here & untried, elsewhere & untried, here & opening, elsewhere):
            now |= choice & ~served[account]
            served |= np.bincount(account[choice], minlength=len(self.waves)) > 0
        # What is an account's next row may well come after a row of another account's.
        alone = self._roster.accounts_of[self._roster.person_of[account]] == 1
        return now, later & fresh & untried & pace.in_wave_from(approach, candidates.part, wave + alone)

    def worth_asking(self, candidates: Candidates, prices: Floats) -> tuple[Ints, Floats]:
        """Return which candidates an account may gain by at prices of slots, before any row is placed, and what.

        A row that costs more than it is worth only makes sense if its wave has to come before a row that does not;
        without it the others are worth no less. So no sequence gains more than the best of these.
        """
        account = self._roster.account_of[candidates.approach]
        rested = self.rested(candidates)
        now, later = self.in_cadence(candidates, rested, rested)
        which = np.flatnonzero(now | later)
        gain = self.values(candidates, which) - prices[candidates.slot[which]]
        before = self._waves_before[candidates.approach[which], candidates.part[which]]
        deepest = np.zeros(len(self.waves), dtype=np.int64)
        np.maximum.at(deepest, account[which[gain > 0]], before[gain > 0])
        worthy = (gain > 0) | (before < deepest[account[which]])
        return which[worthy], gain[worthy]

    def _behind(self, person: Ints, account: Ints, found: Bools) -> Bools:
        """Mark the candidates of those accounts of a person that have been given least."""
        least = np.full(len(self._rows), np.iinfo(np.int64).max)
        np.minimum.at(least, person[found], self.waves[account[found]])
        behind: Bools = self.waves[account] == least[person]
        return behind

    def _leaving_room(self, person: Ints, begin: Ints, found: Bools) -> Bools:
        """Mark the candidates that leave later days to the person's other accounts, or all if that leaves none."""
        several = self._roster.accounts_of
        share = (self._rows + 1) / np.minimum(np.maximum(several, 1), self._bound)
        soon: Bools = begin <= share[person] * self._params.horizon_days * _DAY_S
        soon |= several[person] == 1
        any_soon = np.bincount(person[found & soon], minlength=len(self._rows)) > 0
        return soon | ~any_soon[person]

    def values(self, candidates: Candidates, which: Ints) -> Floats:
        """Return what candidates are worth now: expected contacts or money that they add, sooner before later."""
        return self.worths(candidates, which) + self.gifts(candidates, which)

    def worths(self, candidates: Candidates, which: Ints) -> Floats:
        """Return the same but for what promises due today are put before others by."""
        approach = candidates.approach[which]
        p = candidates.p[which].astype(np.float64)
        p *= self._worth[approach]
        p *= self._missed[self._roster.account_of[approach]]
        p *= np.where(self._tried[approach], self._params.repeat_share, 1)
        p *= (1 - self._params.wait_cost_per_day) ** (candidates.begin[which] / _DAY_S)
        return p

    def gifts(self, candidates: Candidates, which: Ints) -> Floats:
        """Return what promises due today are put before others by."""
        found: Floats = self._due_first * candidates.due[which].astype(np.float64)
        return found

    def problem(
        self, candidates: Candidates, which: Ints, first: Bools, later: Bools, *, by_account: bool = False
    ) -> Problem:
        """Return what is left to choose, never worth less than it will be.

        Parameters
        ----------
        candidates
            All of them.
        which
            Those to choose from, ascending.
        first, later
            Of these: whether it may be the owner's next row, and a later one.
        by_account
            Each account is an owner of its own. Otherwise each person is; to one with several accounts a later row is
            worth what it would be as the first, as it may be another account's.
        """
        approach = candidates.approach[which].astype(np.int64)
        account = self._roster.account_of[approach]
        person = self._roster.person_of[account]
        whose = account if by_account else person
        new = np.append(True, whose[1:] != whose[:-1])[: len(whose)]
        owner = np.cumsum(new) - 1
        several = (self._roster.accounts_of[person] > 1) & (not by_account)
        # Where an owner's approaches differ, the loosest: what is placed is asked for one by one.
        gap = np.full(len(which), np.iinfo(np.int64).max)
        np.minimum.at(gap, owner, self._gap_s[approach])
        left = np.zeros(int(new.sum()), dtype=np.int64)
        np.maximum.at(left, owner, np.where(several, self._bound[person], self._most[approach] - self.waves[account]))
        left = np.minimum(left, (self._bound - self._rows)[person[new]])
        group = self._roster.relation_of[approach]
        return Problem(
            owner=owner,
            approach=approach,
            slot=candidates.slot[which],
            part=candidates.part[which],
            group=group,
            begin=candidates.begin[which],
            ready=candidates.end[which].astype(np.int64) + gap[owner],
            value=self.worths(candidates, which),
            gift=self.gifts(candidates, which),
            missed=np.where((group >= 0) | several, 1, 1 - candidates.p[which].astype(np.float64)),
            again=np.where(self._tried[approach], 1.0, self._params.repeat_share),
            first=first,
            later=later,
            left=left,
        )

    def place(self, candidates: Candidates, chosen: Ints) -> None:
        """Take note of rows placed; at most one a person."""
        approach = candidates.approach[chosen].astype(np.int64)
        account = self._roster.account_of[approach]
        person = self._roster.person_of[account]
        self.waves[account] += 1
        self._rows[person] += 1
        self._until[person] = candidates.end[chosen]
        third = self._roster.relation_of[approach] >= 0
        self._missed[account] *= np.where(third, 1, 1 - candidates.p[chosen].astype(np.float64))
        self._used[approach, candidates.part[chosen]] = True
        self._tried[approach] = True
        self._channels[account, self._roster.pace.channel_of[approach]] = True
        self._asked[self._roster.relation_of[approach[third]]] = True

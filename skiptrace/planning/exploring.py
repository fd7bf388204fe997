"""Learn more while planning: some persons, chosen by lot, are planned by a draw of their reach instead of its mean.

A plan that always does what seems best never finds out where it is wrong. A stated share of persons is planned as if
one possible truth, drawn from what is believed, were known (Thompson 1933): what is likely good is mostly chosen, what
might be good sometimes. How likely the plan was to choose what it chose is written down, so that it can be told later
what another plan would have reached (Horvitz & Thompson 1952).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.zones import SECOND
from skiptrace.contracts.inputs import INSTANT
from skiptrace.planning.cadence import Progress
from skiptrace.planning.candidates import DAYPARTS
from skiptrace.planning.sequences import AHEAD, Chooser
from skiptrace.timing import lots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.certificate import Considered
    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.roster import Bools, Floats, Ints, Roster
    from skiptrace.settings import PlanParams

__all__ = ["Exploration"]

_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """Who explores in a plan, and by which draws. ``start`` is the plan's, in Unix seconds."""

    roster: Roster
    inputs: PlanInputs
    params: PlanParams
    start: int

    def accounts(self) -> Bools:
        """Return by account whether it explores: all accounts of a person alike."""
        if self.inputs.p_draw is None:
            return np.zeros(len(self.roster.person_of), dtype=np.bool_)
        drawn = (lots(np.arange(len(self.roster.accounts_of)), self.inputs.seed) >> np.uint64(11)) / 2.0**53
        chosen: Bools = (drawn < self.params.explore_share)[self.roster.person_of]
        return chosen

    def drawn(self, candidates: Candidates, number: int = 0, which: Bools | None = None) -> Candidates:
        """Return candidates with a draw of their reach, those of accounts that explore or of ``which`` accounts."""
        mine = np.flatnonzero((self.accounts() if which is None else which)[self._account(candidates)])
        if not len(mine) or self.inputs.p_draw is None:
            return candidates
        asked = self.roster.approaches.select("account_id", "contact_point", "channel", "party")[
            candidates.approach[mine]
        ].with_columns(at=pl.Series((candidates.begin[mine].astype(np.int64) + self.start) * SECOND).cast(INSTANT))
        told = self.inputs.p_draw(asked, self.inputs.seed + number)["p_draw"].to_numpy()
        p = candidates.p.copy()
        p[mine] = np.where(np.isnan(told), p[mine], told)
        return replace(candidates, p=p)

    def propensities(self, placed: pl.DataFrame, considered: Sequence[Considered], prices: Floats) -> pl.Series:
        """Return by row how likely the plan was to choose this contact point, channel and daypart.

        It is told of the first row of each account's debtor, at the final prices of slots, over who is chosen by lot
        and what is drawn; null of other rows, and without exploration.

        Parameters
        ----------
        placed
            Grain: row placed. ``approach``, ``part``, ``wave``, ``sequence``.
        considered
            What the plan chose from, reach as it was before any draw.
        prices
            By slot.
        """
        told = np.full(placed.height, np.nan)
        if self.params.explore_share > 0 and self.inputs.p_draw is not None:
            approach = placed["approach"].to_numpy()
            account = self.roster.account_of[approach]
            first = ((placed["wave"] == 1) & (placed["sequence"] == 1)).to_numpy()
            rows = np.flatnonzero(first & (self.roster.relation_of[approach] < 0))
            given = np.full(len(self.roster.person_of), -1, dtype=np.int64)
            given[account[rows]] = approach[rows] * len(DAYPARTS) + placed["part"].to_numpy()[rows]
            for part in considered:
                share = self._share_of(part, prices, given)[account[rows]]
                told[rows] = np.where(np.isnan(share), told[rows], share)
        return pl.Series("propensity", told, nan_to_null=True).round(_DECIMALS)

    def _share_of(self, considered: Considered, prices: Floats, given: Ints) -> Floats:
        """Return by account how often it would be given what it was: nan of those not among what was considered."""
        candidates = considered.candidates
        progress = Progress(self.roster, self.params)
        first, later = progress.open(candidates, ~considered.first)
        which = np.flatnonzero((first | later) & (given >= 0)[self._account(candidates)])
        met = np.zeros(len(given), dtype=np.bool_)
        met[self._account(candidates)[which]] = True

        def hits(reach: Candidates) -> Bools:
            """Mark the accounts whose best sequence at these prices begins with what was given."""
            problem = progress.problem(reach, which, first[which], later[which]).with_rows(AHEAD)
            rows = Chooser(problem)(prices)[1].rows[:, 0]
            best = which[rows[rows >= 0]]
            cell = candidates.approach[best].astype(np.int64) * len(DAYPARTS) + candidates.part[best]
            account = self._account(candidates)[best]
            hit = np.zeros(len(given), dtype=np.bool_)
            hit[account] = cell == given[account]
            return hit

        if not len(which):
            return np.full(len(given), np.nan)
        # What the plan did go by, the first draw or what is believed, led to what was given.
        exploring = self.accounts()
        by_draw = (hits(self.drawn(candidates, 0, given >= 0)) | exploring).astype(np.float64)
        for number in range(1, self.params.explore_draws):
            by_draw += hits(self.drawn(candidates, number, given >= 0))
        share = self.params.explore_share
        usual = hits(candidates) | ~exploring
        return np.where(met, share * by_draw / self.params.explore_draws + (1 - share) * usual, np.nan)

    def _account(self, candidates: Candidates) -> Ints:
        return self.roster.account_of[candidates.approach]

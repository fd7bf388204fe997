"""Look up what accounts may be given. A plan is not changed by it, so that it can be done ahead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skiptrace.planning.candidates import find_candidates
from skiptrace.planning.columns import among_best
from skiptrace.planning.sequences import AN_APPROACH, BLUR, FEW, whims

if TYPE_CHECKING:
    from skiptrace.planning.cadence import Progress
    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.capacity import Capacity
    from skiptrace.planning.exploring import Exploration
    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.roster import Bools, Floats, Ints, Roster
    from skiptrace.settings import PlanParams

__all__ = ["Look", "Lookout", "Worthy"]


class Worthy(NamedTuple):
    """What is worth its price.

    Attributes
    ----------
    worthy, asked
        Positions of the candidates that an account may gain by, and of those to choose from.
    crowded
        By account: some of its candidates cost too much.
    """

    worthy: Ints
    asked: Ints
    crowded: Bools


class Look(NamedTuple):
    """What accounts may be given.

    Attributes
    ----------
    believed, drawn
        Candidates, and the same with a draw of their reach for those who explore.
    opened
        By approach: whether it has any open slot at all.
    worthy
        Null if prices were not known.
    """

    believed: Candidates
    drawn: Candidates
    opened: Bools
    worthy: Worthy | None


@dataclass(frozen=True, kw_only=True)
class Lookout:
    """Looks up candidates for a plan in the making, of which it changes nothing."""

    inputs: PlanInputs
    params: PlanParams
    roster: Roster
    progress: Progress
    exploration: Exploration

    def look(self, who: Bools, capacity: Capacity, prices: Floats | None = None) -> Look:
        """Return what some accounts (those marked) may be given where there is room."""
        believed, opened = find_candidates(self.inputs, self.roster, capacity, who, self.params)
        drawn = self.exploration.drawn(believed)
        return Look(believed, drawn, opened, None if prices is None else self.worthy(drawn, prices))

    def worthy(self, candidates: Candidates, prices: Floats) -> Worthy:
        """Tell what accounts that have nothing yet may gain by; of few candidates, all are chosen from."""
        crowded = np.zeros(len(self.roster.person_of), dtype=np.bool_)
        if len(candidates) < FEW:
            return Worthy(every := np.arange(len(candidates)), every, crowded)
        worthy, gain = self.progress.worth_asking(candidates, prices)
        approach, slot = candidates.approach[worthy], candidates.slot[worthy]
        gain -= BLUR * whims(approach, candidates.begin[worthy]) * prices[slot]
        dear = np.ones(len(candidates), dtype=np.bool_)
        dear[worthy] = False
        crowded[self.roster.account_of[candidates.approach[dear]]] = True
        return Worthy(worthy, worthy[among_best(approach, gain, AN_APPROACH)], crowded)

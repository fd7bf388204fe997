"""What is left out at known prices is nothing that any account would gain by."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from skiptrace.planning.cadence import Progress
from skiptrace.planning.cadences import Cadence, load_cadences
from skiptrace.planning.candidates import find_candidates
from skiptrace.planning.capacity import Capacity
from skiptrace.planning.roster import enrol
from skiptrace.planning.treatment import TREATMENT
from skiptrace.settings import PlanParams

from .conftest import AS_OF, world
from .problems import sequences_of

PARAMS = PlanParams(horizon_days=2, slot_minutes=60, max_attempts_per_account=2, min_gap_hours=20)
IN_THREE = Cadence.model_validate(
    {
        "id": "in_three",
        "summary": "letters, then messages, then calls",
        "party": "debtor",
        "again": "other_daypart",
        "wave": [{"channels": ["letter"]}, {"channels": ["sms", "email"]}, {"channels": ["call"]}],
    }
)
CADENCES = {**load_cadences(), "in_three": IN_THREE}


def looked_at(cadence):
    """Return candidates of a small world, and how far their planning has come."""
    inputs = world(3, days=2)
    treatment = TREATMENT.conform(inputs.accounts.select("account_id", cadence=pl.lit(cadence)))
    roster = enrol(inputs.__class__(**{**vars(inputs), "treatment": treatment, "cadences": CADENCES}))
    capacity = Capacity(int(AS_OF.timestamp()), PARAMS)
    candidates, _ = find_candidates(inputs, roster, capacity, np.ones(3, dtype=np.bool_), PARAMS)
    return candidates, Progress(roster, PARAMS), len(capacity.room)


def best_gains(candidates, progress, prices):
    """Return by approach's account what the best of all its sequences gains, looking at each."""
    rested = progress.rested(candidates)
    first, later = progress.in_cadence(candidates, rested, rested)
    problem = progress.problem(candidates, np.arange(len(candidates)), first, later)
    costs = prices[problem.slot]
    return {
        int(candidates.approach[problem.first_of[owner]]) // 6: max(
            [0.0, *(worth - costs[rows].sum() for rows, worth in sequences_of(problem, owner))]
        )
        for owner in range(len(problem.left))
    }


@pytest.mark.parametrize("cadence", ["standard", "gentle", "help_first", "in_three"])
@pytest.mark.parametrize("level", [0.02, 0.1, 0.2])
def test_the_best_sequence_stays(cadence, level):
    candidates, progress, slots = looked_at(cadence)
    prices = np.random.default_rng(5).uniform(0, 2 * level, slots)
    worthy, most = progress.worth_asking(candidates, prices)
    assert (np.diff(worthy) > 0).all()
    assert len(most) == len(worthy)
    whole = best_gains(candidates, progress, prices)
    rest = best_gains(candidates.among(worthy), progress, prices)
    assert set(rest) <= set(whole)
    assert {account: pytest.approx(rest.get(account, 0.0)) for account in whole} == whole


def test_a_row_that_costs_too_much_stays_if_its_wave_must_come_first():
    candidates, progress, slots = looked_at("in_three")
    prices = np.zeros(slots)
    letters = candidates.slot[candidates.approach % 6 == 4]
    prices[letters] = 1.0
    worthy, _ = progress.worth_asking(candidates, prices)
    assert np.isin(np.flatnonzero(prices[candidates.slot] > 0), worthy).all()


def test_at_no_price_all_stay_and_at_a_price_above_all_worth_none():
    candidates, progress, slots = looked_at("standard")
    assert len(progress.worth_asking(candidates, np.zeros(slots))[0]) == len(candidates)
    assert len(progress.worth_asking(candidates, np.ones(slots))[0]) == 0

"""Learn: from leads and attempts to the probability of reaching each debtor at each hour of the week.

Number liveness and ownership come first, then who answers at all, then when. Forecasts are tried on the last part of
the attempts by a model that has seen only the earlier ones, and corrected by what that shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS, PEOPLE
from skiptrace.timing.beliefs import believe, log_odds, shifted
from skiptrace.timing.calibration import no_calibration
from skiptrace.timing.cast import Cast, assemble
from skiptrace.timing.cohorts import FACTORS
from skiptrace.timing.evidence import CHANNELS, gather, hear, outcomes_known
from skiptrace.timing.fitting import Fit, fit, generalise
from skiptrace.timing.holding_out import HeldOut, hold_out
from skiptrace.timing.learned import Learned, applicable

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import LearnParams
    from skiptrace.timing.levels import Points
    from skiptrace.timing.week import Floats

__all__ = ["learn"]


def learn(
    leads: pl.DataFrame, attempts: pl.DataFrame, people: pl.DataFrame, as_of: datetime, params: LearnParams
) -> Learned:
    """Learn how likely each lead reaches its debtor, on each channel, at each hour of the week.

    Parameters
    ----------
    leads
        LEADS as trace made them: its probabilities hold what plain outcomes said.
    attempts
        CODED_ATTEMPTS; those after ``as_of`` are not looked at.
    people
        PEOPLE, for zones and cohorts.
    as_of
        The moment of learning (aware).
    params
        Stated rates and bounds.
    """
    leads, people = LEADS.conform(leads), PEOPLE.conform(people)
    past = CODED_ATTEMPTS.conform(attempts).filter(pl.col("started_at") <= pl.lit(as_of).cast(INSTANT))
    cast = assemble(leads, past, people, as_of)
    heard = hear(past, cast)
    held = hold_out(heard, cast, as_of, params)
    evidence = gather(heard, cast, as_of, params)
    points = believe(cast, heard, as_of, as_of)
    population = generalise(evidence, points, cast.cohorts, params, held.population if held else None)
    found = fit(evidence, points, cast.cohorts, population, held.swing if held else params.routine_variance)
    refined = _refine(cast, points, found)
    weeks = applicable(refined).select(
        *("account_id", "contact_point", "channel", "party", "point", "person", "zone"),
        p_reachable=pl.col("p_owner") * pl.col("p_live"),
    )
    return Learned(
        leads=refined.select(*LEADS.schema),
        diagnostics=_diagnose(cast, heard, found, held, as_of),
        as_of=as_of,
        cast=cast,
        weeks=weeks,
        found=found,
        calibration=held.calibration if held else no_calibration(),
    )


def _refine(cast: Cast, points: Points, found: Fit) -> pl.DataFrame:
    """Return the cast's leads with the beliefs that the pattern of attempts leaves, ranked anew.

    ``p_owner`` is that the point is the person's if it is live, so that the product of both is the probability that
    an attempt can reach them there.
    """
    point = cast.leads["point"].to_numpy()
    live = found.levels.p_live
    owner = found.levels.p_reachable / np.maximum(live, 1e-12)
    spoken = found.levels.tried_point

    def moved(name: str, before: Floats, after: Floats) -> pl.Series:
        # Where two leads are one point, each keeps its own belief and takes the same evidence.
        nats = np.where(spoken, log_odds(after) - log_odds(before), 0.0)[point]
        believed = cast.leads[name].fill_null(0.5).to_numpy()
        return pl.Series(name, shifted(believed, nats)).round(6)

    better = pl.col("p_owner") * pl.col("p_live")
    return (
        cast.leads.with_columns(moved("p_owner", points.p_owner, owner), moved("p_live", points.p_live, live))
        .with_columns(_better=better.round(6))
        .sort("_better", "rank", "contact_point", descending=[True, False, False], maintain_order=True)
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("account_id", "kind", "party"))
        .sort("account_id", "party", "kind", "rank")
        .drop("_better")
    )


def _diagnose(cast: Cast, heard: pl.DataFrame, found: Fit, held: HeldOut | None, as_of: datetime) -> dict[str, Any]:
    trials = outcomes_known(heard, as_of).filter(~pl.col("inbound") & pl.col("reached").is_not_null())
    rates = (
        trials.filter(~pl.col("third"))
        .group_by("channel")
        .agg(attempts=pl.len(), reached=pl.col("reached").sum().cast(pl.Int64))
        .sort("channel")
    )
    population = found.population
    return {
        "attempts": heard["attempt_id"].n_unique(),
        "trials": trials.height,
        "leads": cast.leads.height,
        "leads_without_zone": cast.leads["zone"].null_count(),
        "base_rates": {
            row["channel"]: {
                "attempts": row["attempts"],
                "reached": row["reached"],
                "rate": round(row["reached"] / row["attempts"], 6),
            }
            for row in rates.iter_rows(named=True)
        },
        "hyperparameters": {
            "person_spread": round(population.sigma, 6),
            "cohort_spread": dict(zip(FACTORS, population.cohort_spread.round(6).tolist(), strict=True)),
            "profile_variance": {name: float(population.swing[i]) for i, name in enumerate(CHANNELS)},
            "routine_variance": found.routines.swing,
        },
        "cohorts": {name: round(float(population.cohort[i]), 6) for i, name in enumerate(cast.cohorts.names)},
        "calibration": {
            name: {
                "shift": round(float(held.calibration.shift[i]), 6),
                "slope": round(float(held.calibration.slope[i]), 6),
            }
            for i, name in enumerate(CHANNELS)
        }
        if held
        else None,
        "held_out": held.report if held else None,
    }

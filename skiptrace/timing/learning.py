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
from skiptrace.timing.cohorts import FACTORS, cohorts_of
from skiptrace.timing.evidence import CHANNELS, deadliness, gather, hear, outcomes_known
from skiptrace.timing.fitting import Fit, fit, generalise
from skiptrace.timing.holding_out import hold_out
from skiptrace.timing.learned import Learned, applicable
from skiptrace.timing.model import Model

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import LearnParams
    from skiptrace.timing.cohorts import Cohorts
    from skiptrace.timing.evidence import Evidence
    from skiptrace.timing.levels import Points
    from skiptrace.timing.week import Floats

__all__ = ["learn"]


def learn(
    leads: pl.DataFrame,
    attempts: pl.DataFrame,
    people: pl.DataFrame,
    as_of: datetime,
    params: LearnParams,
    model: Model | None = None,
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
    model
        What is common to all, as learned before; null = learn it from these attempts. With it, each account is forecast
        from its own rows alone, so some accounts may be given by themselves (:meth:`Learned.updated`).
    """
    leads, people = LEADS.conform(leads), PEOPLE.conform(people)
    past = CODED_ATTEMPTS.conform(attempts).filter(pl.col("started_at") <= pl.lit(as_of).cast(INSTANT))
    cast = assemble(leads, past, people)
    cohorts = cohorts_of(cast.persons, people, as_of)
    heard = hear(past, cast)
    points = believe(cast, heard, as_of, as_of)
    if model is None:
        evidence, model = _generalise(heard, cast, points, cohorts, as_of, params)
    else:
        evidence = gather(heard, model.deaths, as_of, params)
    found = fit(evidence, points, cohorts, model.population.among(cohorts), model.swing)
    refined = _refine(cast, points, found)
    weeks = applicable(refined).select(
        *("account_id", "contact_point", "channel", "party", "point", "person", "zone"),
        p_reachable=pl.col("p_owner") * pl.col("p_live"),
    )
    return Learned(
        leads=refined.select(*LEADS.schema),
        diagnostics=_diagnose(cast, heard, found, model, as_of),
        as_of=as_of,
        cast=cast,
        weeks=weeks,
        found=found,
        model=model,
    )


def _generalise(
    heard: pl.DataFrame, cast: Cast, points: Points, cohorts: Cohorts, as_of: datetime, params: LearnParams
) -> tuple[Evidence, Model]:
    held = hold_out(heard, cast, cohorts, as_of, params)
    deaths = deadliness(heard, cast, as_of)
    evidence = gather(heard, deaths, as_of, params)
    return evidence, Model(
        population=generalise(evidence, points, cohorts, params, held.population if held else None),
        swing=held.swing if held else params.routine_variance,
        deaths=deaths,
        calibration=held.calibration if held else no_calibration(),
        report=held.report if held else None,
        attempts=heard["attempt_id"].n_unique(),
        as_of=as_of,
        settings=params.model_dump_json(),
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


def _diagnose(cast: Cast, heard: pl.DataFrame, found: Fit, model: Model, as_of: datetime) -> dict[str, Any]:
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
        "cohorts": {name: round(float(population.cohort[i]), 6) for i, name in enumerate(population.cohorts)},
        "calibration": {
            name: {
                "shift": round(float(model.calibration.shift[i]), 6),
                "slope": round(float(model.calibration.slope[i]), 6),
            }
            for i, name in enumerate(CHANNELS)
        }
        if model.report
        else None,
        "held_out": model.report,
    }

"""Forecast the last part of the attempts from the earlier ones, and learn from how that went.

Two things are settled here and nowhere else: how far the persons' own hours differ (what forecasts best), and the map
that makes a forecast mean what it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from skiptrace.timing.beliefs import believe
from skiptrace.timing.calibration import cross_fitted, fit_calibration, measure
from skiptrace.timing.clock import UNKNOWN_HOUR
from skiptrace.timing.evidence import CHANNELS, channel_numbers, deadliness, gather, outcomes_known
from skiptrace.timing.fitting import Fit, fit, generalise, odds_at, sampled, tempered
from skiptrace.timing.routines import SWINGS

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from skiptrace.settings import LearnParams
    from skiptrace.timing.calibration import Calibration
    from skiptrace.timing.cast import Cast
    from skiptrace.timing.cohorts import Cohorts
    from skiptrace.timing.population import Population
    from skiptrace.timing.week import Floats

__all__ = ["HeldOut", "hold_out"]


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """What the held-out attempts taught.

    Attributes
    ----------
    population
        As it was known before them.
    swing
        Variance of the persons' own hours that forecast them best.
    calibration
        The map that makes forecasts true on them.
    report
        How good the forecasts were, each calibrated by a map that had not seen its person.
    """

    population: Population
    swing: float
    calibration: Calibration
    report: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Held-out attempts: whom, where, how and when, and whether it reached."""

    person: NDArray[np.int64]
    point: NDArray[np.int64]
    channel: NDArray[np.int64]
    hour: NDArray[np.int64]
    reached: Floats

    def forecast(self, found: Fit, hour: NDArray[np.int64]) -> Floats:
        odds = odds_at(found, self.person, self.point, self.channel, hour)
        result: Floats = found.levels.p_reachable[self.point] * tempered(*odds)
        return result


def hold_out(heard: pl.DataFrame, cast: Cast, cohorts: Cohorts, as_of: datetime, params: LearnParams) -> HeldOut | None:
    """Forecast the last attempts from the earlier ones; None if there are too few to tell anything."""
    heard = _of_some(heard, params.held_out_persons)
    known = outcomes_known(heard, as_of)
    # A message sent and never answered brought no reply in time, whether or not it arrived: that is what is forecast.
    told = known.filter(~pl.col("inbound"), ~pl.col("third"), pl.col("reached").is_not_null())
    if told.height * params.held_out_share < params.least_held_out:
        return None
    split = told["at"].sort()[int(told.height * (1 - params.held_out_share))]
    before = gather(heard, deadliness(heard, cast, split), split, params)
    asked = _ask(told.filter(pl.col("at") > split))
    if not len(before.point) or not len(asked.point):
        return None
    points = believe(cast, heard, as_of, split)
    population = generalise(before, points, cohorts, params)
    some = sampled(before, cast.persons.height, params.fit_persons // 2)
    sample, of_sample = before.of(some), some[asked.person]

    def loss(swing: float) -> float:
        forecast = asked.forecast(fit(sample, points, cohorts, population, swing), asked.hour)[of_sample]
        chance = np.clip(forecast, 1e-6, 1 - 1e-6)
        return -float(np.log(np.where(asked.reached[of_sample] == 1, chance, 1 - chance)).sum())

    swing = min(SWINGS, key=loss)
    found = fit(before, points, cohorts, population, swing)
    raw = asked.forecast(found, asked.hour)
    return HeldOut(
        population=population,
        swing=swing,
        calibration=fit_calibration(raw, asked.reached, asked.channel),
        report={
            "split_at": split.isoformat(),
            **measure(cross_fitted(raw, asked.reached, asked.channel, asked.person % 2 == 0), asked.reached),
            "uncalibrated": _short(raw, asked.reached),
            "without_hours": _short(asked.forecast(found, np.full_like(asked.hour, UNKNOWN_HOUR)), asked.reached),
            "by_channel": {
                name: _short(raw[asked.channel == number], asked.reached[asked.channel == number])
                for number, name in enumerate(CHANNELS)
                if (asked.channel == number).any()
            },
        },
    )


def _of_some(heard: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the attempts of so many persons at most, evenly spread over their order."""
    persons = heard["person"].unique().sort()
    if len(persons) <= most:
        return heard
    chosen = persons.gather(np.linspace(0, len(persons) - 1, most).astype(np.int64))
    return heard.filter(pl.col("person").is_in(chosen.implode()))


def _ask(after: pl.DataFrame) -> _Asked:
    person, point, hour = (after[name].cast(pl.Int64).to_numpy() for name in ("person", "point", "hour"))
    return _Asked(
        person=person,
        point=point,
        channel=channel_numbers(after["channel"]),
        hour=hour,
        reached=after["reached"].to_numpy(),
    )


def _short(probability: Floats, reached: Floats) -> dict[str, object]:
    return {name: value for name, value in measure(probability, reached).items() if name != "bins"}

"""What learning finds out about people in general: with it, a person is forecast from their own attempts alone.

It can be kept and used again. Then a day's results touch only the people they are about, and whoever has nothing new is
forecast as before. What is common to all moves slowly; how far a forecast is off by its age is measured in
``benchmarks/timing.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from skiptrace.timing.calibration import Calibration
from skiptrace.timing.population import Population

if TYPE_CHECKING:
    from skiptrace.settings import LearnParams
    from skiptrace.timing.week import Floats

__all__ = ["Model", "model_from", "model_values"]

_FORM = 1
"""Raised when the values kept mean something else than before."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is common to all.

    Attributes
    ----------
    population
        Profiles, cohorts and spreads.
    swing
        Variance of the persons' own hours.
    deaths
        By word: the log-odds by which it speaks of a dead point (:func:`skiptrace.timing.evidence.deadliness`).
    calibration
        The map that makes forecasts true on held-out attempts.
    report
        How good forecasts of the held-out attempts were; null = there were too few.
    attempts, as_of, settings
        From how many attempts it was learned, when, and the settings as JSON.
    """

    population: Population
    swing: float
    deaths: Floats
    calibration: Calibration
    report: dict[str, Any] | None
    attempts: int
    as_of: datetime
    settings: str

    def serves(self, attempts: int, as_of: datetime, params: LearnParams) -> bool:
        """Return whether so many attempts, looked at then, are so much like those it was learned from that it holds."""
        near = abs(attempts - self.attempts) <= params.relearn_share * self.attempts
        return near and as_of >= self.as_of and self.settings == params.model_dump_json()


def model_values(model: Model) -> dict[str, Any]:
    """Return a model as plain values that JSON can hold, to the last bit."""
    return {
        "form": _FORM,
        "population": _plain(model.population),
        "calibration": _plain(model.calibration),
        "swing": model.swing,
        "deaths": model.deaths.tolist(),
        "report": model.report,
        "attempts": model.attempts,
        "as_of": model.as_of.isoformat(),
        "settings": model.settings,
    }


def model_from(values: dict[str, Any] | None) -> Model | None:
    """Return the model of such values; null of none, and of those that another version kept."""
    if values is None or values.get("form") != _FORM:
        return None
    return Model(
        population=Population(**_read(values["population"])),
        calibration=Calibration(**_read(values["calibration"])),
        swing=values["swing"],
        deaths=np.array(values["deaths"]),
        report=values["report"],
        attempts=values["attempts"],
        as_of=datetime.fromisoformat(values["as_of"]),
        settings=values["settings"],
    )


def _plain(of: Population | Calibration) -> dict[str, Any]:
    parts = {field.name: getattr(of, field.name) for field in fields(of)}
    return {name: part.tolist() if isinstance(part, np.ndarray) else part for name, part in parts.items()}


def _read(values: dict[str, Any]) -> dict[str, Any]:
    texts = {"cohorts"}
    lists = {name: np.array(value) for name, value in values.items() if isinstance(value, list) and name not in texts}
    return {**values, **lists}

"""What was learned of people in general, kept in the casefile: results that come in do not ask for learning it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace import __version__
from skiptrace.contracts.inputs import INSTANT
from skiptrace.timing import model_from, model_values

if TYPE_CHECKING:
    from skiptrace.casefile import Opened
    from skiptrace.pipeline.terms import Terms
    from skiptrace.timing import Model

__all__ = ["forget_learned", "keep_model", "read_model", "still_serving", "to_be_forgotten"]

_NOTE = "reach_model"
_RETRACTED = "retracted_since"


def keep_model(opened: Opened, model: Model) -> None:
    """Keep a model."""
    opened.put(_NOTE, {"program": __version__, "model": model_values(model)})
    opened.put(_RETRACTED, value=False)


def read_model(opened: Opened) -> Model | None:
    """Return the model kept; null = none, or one of another version of the program."""
    kept = opened.get(_NOTE)
    return model_from(kept["model"]) if kept and kept["program"] == __version__ else None


def forget_learned(opened: Opened) -> None:
    """Take note that a row which linkage and learning rest on was retracted: the next plan must learn both anew."""
    opened.put(_RETRACTED, value=True)


def to_be_forgotten(opened: Opened) -> bool:
    """Return whether such a row was retracted since the last plan."""
    return bool(opened.get(_RETRACTED))


def still_serving(model: Model | None, attempts: pl.DataFrame, terms: Terms) -> Model | None:
    """Return the model if the attempts known by now (CODED_ATTEMPTS) are nearly those that it was learned from."""
    if model is None:
        return None
    past = attempts.filter(pl.col("started_at") <= pl.lit(terms.as_of).cast(INSTANT))
    serves = model.serves(past["attempt_id"].n_unique(), terms.as_of, terms.settings.learn)
    return model if serves else None

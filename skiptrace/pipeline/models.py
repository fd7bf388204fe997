"""Models of linkage as files: written beside the pairs they weighed, and read back for other files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skiptrace.contracts.csv_files import whole_file
from skiptrace.errors import InputError
from skiptrace.matching import Model, default_model
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.weights import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.matching.weights import Level

__all__ = ["MODEL_FILE", "read_model", "write_model"]

MODEL_FILE = "model.json"


def write_model(model: Model, folder: Path) -> dict[str, int | None]:
    """Write the model, a line a number."""
    with whole_file(folder / MODEL_FILE) as draft:
        draft.write_text(model.model_dump_json(exclude_none=True, indent=1) + "\n", encoding="utf-8")
    return {MODEL_FILE: None}


def read_model(path: Path) -> Model:
    """Read a model.

    Raises
    ------
    InputError
        If the file cannot be read, or is no model that this program can weigh pairs with.
    """
    try:
        model = Model.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path.name}: no such file") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: not a linkage model: not UTF-8 text") from None
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    if fault := _fault(model):
        raise InputError(f"{path.name}: not a linkage model of this skiptrace: {fault}")
    return model


def _fault(model: Model) -> str | None:
    """Return why pairs cannot be weighed with a model, or null if they can."""
    ours = default_model()
    if model.version != ours.version:
        return f"version: found {model.version}, expected {ours.version}"
    if set(model.partners) != set(KINDS) or not all(_positive(value) for value in model.partners.values()):
        return f"partners: expected a number above 0 for each of {', '.join(KINDS)}"
    for comparison in COMPARISONS:
        levels, expected = model.of(comparison), ours.of(comparison)
        if [(level.gamma, level.level, level.grade) for level in levels] != [
            (level.gamma, level.level, level.grade) for level in expected
        ]:
            return f"levels of {comparison}: not those that this program tells apart"
        wrong = next((level for level in levels if not _weighs(level)), None)
        if wrong is not None:
            return f"{comparison}, gamma {wrong.gamma}: expected probabilities above 0 and at most 1"
    if len(model.levels) != len(ours.levels):
        return "levels: there are others than those that this program tells apart"
    return None


def _weighs(level: Level) -> bool:
    said = (level.m, level.household, level.workplace, level.namesake, level.u)
    known = level.u is not None or (level.holders is not None and _positive(level.holders))
    return known and all(_positive(value) and value <= 1 for value in said if value is not None)


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0

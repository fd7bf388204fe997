"""Fold what came in since into what was learned: only the accounts it is about are looked at again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from skiptrace.timing.learned import KEY
from skiptrace.timing.levels import Levels

if TYPE_CHECKING:
    from skiptrace.timing.fitting import Fit
    from skiptrace.timing.learned import Learned
    from skiptrace.timing.routines import Routines

__all__ = ["updated"]

_ORDER = ("account_id", "party", "kind", "rank")


def updated(known: Learned, part: Learned) -> Learned:
    """Return what was learned, of some accounts anew.

    Parameters
    ----------
    known
        What was learned of all.
    part
        What :func:`skiptrace.timing.learn` says of some accounts, given all their rows and ``known.model``. They take
        the place of what was known of them, and may be new.

    Returns
    -------
    Learned
        Every account of ``part`` is as if all had been learned with that model at ``part.as_of``; the others stay as
        they were. What stood for the accounts before is kept in the arrays of ``found`` until all is learned anew.

    Raises
    ------
    ValueError
        If ``part`` was learned by another model.
    """
    if part.model is not known.model:
        raise ValueError("the part was learned by another model")
    again = part.cast.persons.select("account_id").unique()
    points = len(known.found.levels.mean)
    persons = len(known.found.common)

    def renewed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
        kept = before.join(again, on="account_id", how="anti", maintain_order="left")
        moved = after.with_columns(
            pl.col(name) + by for name, by in (("point", points), ("person", persons)) if name in after.columns
        )
        return pl.concat([kept, moved])

    cast = replace(
        known.cast,
        **{
            name: renewed(getattr(known.cast, name), getattr(part.cast, name))
            for name in ("persons", "points", "leads")
        },
    )
    return replace(
        known,
        leads=renewed(known.leads, part.leads).sort(_ORDER),
        weeks=renewed(known.weeks, part.weeks).sort(KEY),
        diagnostics={**known.diagnostics, "updated": {"accounts": again.height, "as_of": part.as_of.isoformat()}},
        as_of=part.as_of,
        cast=cast,
        found=_joined(known.found, part.found),
    )


def _joined(known: Fit, part: Fit) -> Fit:
    return replace(
        known,
        levels=_joined_levels(known.levels, part.levels),
        routines=_joined_routines(known.routines, part.routines),
        common=np.append(known.common, part.common),
        common_doubt=np.append(known.common_doubt, part.common_doubt),
    )


def _joined_levels(known: Levels, part: Levels) -> Levels:
    """Join what is by person and by point; what is by trial has served its turn."""
    none = np.zeros(0)
    parts: dict[str, Any] = {
        field.name: np.append(getattr(known, field.name), getattr(part, field.name)) for field in fields(Levels)
    }
    return Levels(**{**parts, "share": none, "expected": none, "spread": none})


def _joined_routines(known: Routines, part: Routines) -> Routines:
    shifted = np.where(part.row >= 0, part.row + len(known.weights), -1)
    return replace(
        known,
        row=np.append(known.row, shifted),
        weights=np.concatenate([known.weights, part.weights]),
        covariance=np.concatenate([known.covariance, part.covariance]),
    )

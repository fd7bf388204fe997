"""Which source to ask next: the scorecard of sources and the look-ups that are worth making."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.csv_files import write_csv
from skiptrace.graph import Lookups, value_lookups
from skiptrace.pipeline.explaining import known_account
from skiptrace.pipeline.release import staged
from skiptrace.pipeline.understanding import trace_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture

__all__ = ["lookups_of", "write_lookups"]


def lookups_of(picture: Picture, terms: Terms, account_id: str | None = None) -> Lookups:
    """Return what look-ups were and would be worth, by the leads as they were learned; of one account, if it is named.

    Raises
    ------
    UsageError
        If the account is not known.
    """
    if account_id is not None:
        known_account(picture.tables["accounts"], account_id)
    known = trace_inputs(picture.normalised, picture.linked)
    known = replace(known, attempts=known.attempts.filter(pl.col("started_at") <= terms.as_of))
    found = value_lookups(known, picture.traced_as_learned, terms.settings.trace)
    if account_id is None:
        return found
    return found._replace(suggestions=found.suggestions.filter(pl.col("account_id") == account_id))


def write_lookups(found: Lookups, out: Path) -> list[Path]:
    """Write ``sources.csv`` and ``lookups.csv``; return the paths."""
    with staged(out) as folder:
        write_csv(found.scorecard, folder / "sources.csv")
        write_csv(found.suggestions, folder / "lookups.csv")
    return [out / name for name in ("lookups.csv", "sources.csv")]

"""What goes into the trace and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["TraceInputs", "Traced"]


@dataclass(frozen=True, kw_only=True)
class TraceInputs:
    """All that may be used for the trace: rows without a consent to locate are gone already.

    Attributes
    ----------
    people
        PEOPLE: accounts, records and relations.
    points
        POINTS: the contact points they name.
    entities
        ENTITIES: which rows are one person. A row that is missing stands alone.
    pairs
        PAIRS: how sure each match is. A pair whose sources are null is not followed.
    attempts
        CODED_ATTEMPTS.
    """

    people: pl.DataFrame
    points: pl.DataFrame
    entities: pl.DataFrame
    pairs: pl.DataFrame
    attempts: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What the trace found.

    Attributes
    ----------
    relationships
        RELATIONSHIPS, sorted by its key.
    leads
        LEADS, sorted by account, party, kind and rank.
    sources
        What each source turned out to be worth; see :func:`skiptrace.graph.sources.score_sources`.
    """

    relationships: pl.DataFrame
    leads: pl.DataFrame
    sources: pl.DataFrame

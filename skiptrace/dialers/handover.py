"""What is handed over to a dialer, and the one method by which every dialer's format is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

__all__ = ["Dialer", "Document", "Handover"]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file for a dialer.

    Attributes
    ----------
    name
        Its name, with at most one folder before it.
    content
        Its bytes.
    rows
        Attempts in it.
    modified
        What its time of modification must be, whole seconds; null = any.
    release_from, release_until
        When it may be handed over, for formats that do not carry the time themselves: every attempt in it may start at
        any t with release_from ≤ t < release_until. Null = the format carries when to begin.
    """

    name: str
    content: bytes
    rows: int
    modified: datetime | None = None
    release_from: datetime | None = None
    release_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Handover:
    """A schedule as one dialer gets it.

    Attributes
    ----------
    documents
        The files.
    refused
        ``attempt_id``, ``column``, ``reason``: rows that the dialer would damage or dial at a wrong time; each once.
    elsewhere
        How many rows are of channels that this dialer does not serve.
    not_carried
        Columns of the schedule that say something of the rows written and that the format has no place for.
    """

    documents: tuple[Document, ...]
    refused: pl.DataFrame
    elsewhere: int
    not_carried: tuple[str, ...]

    @property
    def written(self) -> int:
        """How many attempts the files hold."""
        return sum(document.rows for document in self.documents)


class Dialer(Protocol):
    """A dialer's format, with its options."""

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return the files for the dialer.

        Parameters
        ----------
        schedule
            SCHEDULE.
        as_of
            The moment of the handing over, aware; rows whose window has ended by then are refused.
        """
        ...

"""What law is judged by: the frames it may look at, and nothing of worth or probability of an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Facts"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything known that law asks about.

    Attributes
    ----------
    people
        PEOPLE: where accounts and relations live, declared zones and jurisdictions.
    leads
        LEADS: the contact points that some table gives to an account or its relations. No row = denied.
    attempts
        CODED_ATTEMPTS: what was done. A null outcome was made but is unreadable: it counts, it connected, and it was
        a conversation.
    stops
        CODED_STOPS.
    consents
        CONSENTS.
    accounts
        ACCOUNTS: person_id, tag, product, notice_sent_on.
    relations
        RELATIONS: their consents. A third party of a relation without one is not asked.
    """

    people: pl.DataFrame
    leads: pl.DataFrame
    attempts: pl.DataFrame
    stops: pl.DataFrame
    consents: pl.DataFrame
    accounts: pl.DataFrame
    relations: pl.DataFrame

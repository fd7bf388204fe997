"""The attempt being judged, and what every provision is asked first: whether it speaks of this attempt at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from skiptrace.compliance.law import Provision
    from skiptrace.compliance.verify.known import Event, Known

__all__ = ["Attempt", "bears"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """A row of a schedule at one instant.

    Attributes
    ----------
    known
        Everything else that is known.
    account, channel, purpose
        As in the row.
    party
        As in the row; an executor of a dead debtor is taken as the debtor.
    lead
        The lead it uses.
    places
        Innermost places whose law binds.
    zones
        Candidate zones.
    stop_kinds
        Kinds of stop that there are on the person or the point at all.
    at, until
        Start and end.
    placed
        The schedule's own earlier rows for the same person or at the same point, as events with unknown outcome.
    as_of
        Now.
    """

    known: Known
    account: str
    channel: str
    party: str
    purpose: str
    lead: Row
    places: tuple[str, ...]
    zones: tuple[str, ...]
    stop_kinds: frozenset[str]
    at: datetime
    until: datetime
    placed: tuple[Event, ...]
    as_of: datetime

    def events(self, per: str) -> list[Event]:
        """Return what is known to happen, before or after: about the debt, the person, in one file, at the number."""
        match per:
            case "debt":
                return self._of_debt
            case "account":
                return [event for event in self._of_debt if event.account == self.account]
            case "person":
                return self._of_person
            case _:
                return self._at_number

    @cached_property
    def _of_debt(self) -> list[Event]:
        own = [event for event in self.placed if event.account == self.account]
        return [*self.known.by_account[self.account], *own]

    @cached_property
    def _of_person(self) -> list[Event]:
        accounts = self.known.person(self.account)
        own = [event for event in self.placed if event.account in accounts]
        # An attempt about two debts of one person stands with both of them.
        past = {id(event): event for account in accounts for event in self.known.by_account[account]}
        return [*past.values(), *own]

    @cached_property
    def _at_number(self) -> list[Event]:
        point = self.lead["point_key"]
        return [*self.known.by_point[point], *(event for event in self.placed if event.point == point)]


def bears(provision: Provision, attempt: Attempt, days: Collection[date]) -> bool:
    """Tell whether a provision speaks of this attempt on any of these local days."""
    if attempt.channel not in provision.channels or provision.party not in (None, attempt.party):
        return False
    if provision.purpose not in (None, attempt.purpose):
        return False
    if provision.labels and attempt.lead["label"] not in provision.labels:
        return False
    first, last = provision.valid_from or date.min, provision.valid_until or date.max
    return any(first <= day <= last for day in days)

"""The sample world: households one after another, each giving its rows of every table.

Everything about a household is made and passed on before the next, so that memory does not grow with the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts import Account, account_row, open_accounts
from chance import Chance, Wheel
from history import Attempt, history
from papers import Papers, bar, stops_of
from people import AS_OF, People, Person
from sources import RECORD_COLUMNS, records_of
from truth import Row, truth_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COLUMNS", "Size", "rows"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "accounts": (
        *("account_id", "person_id", "kind", "full_name", "given_name", "family_name", "alias_1", "birth_date"),
        *("national_id", "language", "employer", "address", "city", "region", "postal_code", "country", "time_zone"),
        *("phone_1", "phone_2", "phone_3", "phone_4", "email_1", "balance", "currency", "product", "origin"),
        *("age_band", "employment_status", "days_past_due", "tag", "promise_due_on", "notice_sent_on", "opened_on"),
        "portfolio",
    ),
    "contact_points": (
        *("account_id", "kind", "value", "label", "source", "first_seen", "last_seen", "consent_id"),
        *("reassignment_checked_on", "reassignment_result"),
    ),
    "attempts": (
        *("attempt_id", "account_id", "channel", "contact_point", "started_at", "outcome", "direction"),
        *("duration_s", "ring_s", "response_at", "agent", "campaign", "debt_ids", "voicemail_left", "conversation"),
    ),
    "records": RECORD_COLUMNS,
    "relations": (
        *("account_id", "relation", "consent_id", "kind", "full_name", "given_name", "family_name", "birth_date"),
        *("address", "city", "region", "postal_code", "country", "phone_1"),
    ),
    "consents": (
        *("consent_id", "given_by", "given_to", "basis", "purposes", "channels", "scope", "given_at", "valid_until"),
        *("revoked_at", "revocation_received_at", "jurisdiction", "privacy_notice", "evidence_sha256"),
    ),
    "stops": ("account_id", "contact_point", "kind", "channel", "since", "until", "detail"),
}
"""The columns of each table, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world to make; attempts and records are met exactly, accounts within a household."""

    accounts: int
    attempts: int
    records: int


class _Quota:
    """Spreads a total over the accounts to come, unevenly, and ends exactly on it."""

    def __init__(self, total: int, shares: int) -> None:
        self.left, self.shares = total, shares

    def take(self, chance: Chance) -> int:
        """Return how many the next account gets."""
        drawn = self.left
        if self.shares > 1:
            # The mean of 0.3 + 2.8 u v is 1: most accounts get less than the mean, a few several times as much.
            share = 0.3 + 2.8 * chance.unit() * chance.unit()
            drawn = min(drawn, int(self.left / self.shares * share + chance.unit()))
        self.left -= drawn
        self.shares -= 1
        return drawn


def rows(size: Size, seed: int, *, truth: bool) -> Iterator[Row]:
    """Make a world and pass its rows on one by one, of all tables mixed.

    Rows of accounts, attempts, records and consents come in the order of their ids.
    """
    world = _World(size, seed)
    while world.left():
        for row in world.household():
            if truth or not row.table.startswith("truth/"):
                yield row


class _World:
    """What is carried from one household to the next: counters, quotas, which numbers are out."""

    def __init__(self, size: Size, seed: int) -> None:
        self._size = size
        self._people, self._papers = People(seed, size.accounts), Papers()
        self._attempts, self._records = _Quota(size.attempts, size.accounts), _Quota(size.records, size.accounts)
        self._made = {"accounts": 0, "attempts": 0, "records": 0}

    def left(self) -> int:
        """Return how many accounts are still to be made."""
        return self._size.accounts - self._made["accounts"]

    def household(self) -> Iterator[Row]:
        """Make a household and everything about it."""
        household = self._people.household()
        opened = open_accounts(household, self._people, self._made["accounts"] + 1)[: self.left()]
        self._made["accounts"] += len(opened)
        known = {member.person_id: member for member in household.members}
        for account in opened:
            yield from self._account(account, household.chance, known)
        yield from truth_of(opened, known)

    def _account(self, account: Account, chance: Chance, known: dict[str, Person]) -> Iterator[Row]:
        kind = bar(account, chance)
        _notice(account, chance)
        log = history(account, self._attempts.take(chance), chance)
        _tag(account, log, chance)
        yield Row("accounts", account_row(account, chance))
        for attempt in log:
            yield Row("attempts", {"attempt_id": self._number("attempts", "T"), **_log_row(attempt)})
        for stop in stops_of(account, kind, log, chance):
            yield Row("stops", stop)
        for point in self._papers.points(account, chance):
            yield Row("contact_points", point)
        for relation, person in self._papers.relations(account, kind, self._people, chance):
            _note(person, known)
            yield Row("relations", relation)
        for record, person in records_of(account, self._records.take(chance), self._people, self._papers, chance):
            _note(person, known)
            record_id = self._number("records", "R")
            yield Row("records", {**record, "record_id": record_id})
            yield Row("truth/records", {"record_id": record_id, "person_id": person.person_id if person else ""})
        for consent in self._papers.taken():
            yield Row("consents", consent)

    def _number(self, table: str, letter: str) -> str:
        self._made[table] += 1
        return f"{letter}{self._made[table]:07d}"


def _note(person: Person | None, known: dict[str, Person]) -> None:
    if person is not None:
        known[person.person_id] = person


def _notice(account: Account, chance: Chance) -> None:
    share = 0.7 if account.debtor.home.place.country == "CA" else 0.15
    if chance.yes(share):
        first = max(account.opened_on, AS_OF - timedelta(days=260))
        account.noticed_on = chance.day(first, max(first, AS_OF - timedelta(days=4)))


_TAGS = Wheel({"lost": 80.0, "needs_help": 4.0, "wilful": 3.0, "": 13.0})
_TAGS_REACHED = Wheel({"": 93.0, "needs_help": 4.0, "wilful": 3.0})


def _tag(account: Account, log: list[Attempt], chance: Chance) -> None:
    if account.tag:
        return
    promised = [a.started_at.date() for a in log if a.outcome == "promise_to_pay"]
    if promised and promised[-1] > AS_OF - timedelta(days=45) and chance.yes(0.8):
        account.tag = "promise_to_pay"
        account.promised_on = promised[-1] + timedelta(days=chance.between(5, 35))
        return
    reached = any(a.outcome in {"right_party", "promise_to_pay", "replied"} for a in log[-6:])
    account.tag = (_TAGS_REACHED if reached else _TAGS).spin(chance)


def _log_row(attempt: Attempt) -> dict[str, object]:
    values: dict[str, object] = attempt._asdict()
    values["started_at"] = attempt.started_at.isoformat(timespec="seconds")
    if attempt.response_at is not None:
        values["response_at"] = attempt.response_at.isoformat(timespec="seconds")
    return values

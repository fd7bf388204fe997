"""What is known, as plain rows by the ids they are looked up with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from skiptrace.vocabulary import Basis, outcome_meanings

if TYPE_CHECKING:
    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["Event", "Known", "Stop", "read_known"]

Row = dict[str, Any]


class Event(NamedTuple):
    """An attempt, with the strictest reading of whatever is not known.

    Attributes
    ----------
    name
        Its attempt_id: two versions of one attempt count as whatever either is, but once.
    account
        Whose file it stands in.
    at
        When it started; if it is yet to come, the latest that it can.
    channel, point
        How and at which point key (null = not known).
    inbound
        Whether the debtor began it.
    connected, conversation, contact, unanswered
        Whether it may have been one.
    failed
        Whether it surely did not get through to anybody.
    live, owner
        1, 0 or -1: what it says of the point working, and of its being the debtor's.
    notice
        Whether it was the written notice.
    since
        The earliest that it can start, if it is yet to come; null = at ``at``.
    """

    name: str
    account: str
    at: datetime
    channel: str
    point: str | None
    inbound: bool
    connected: bool
    conversation: bool
    contact: bool
    unanswered: bool
    failed: bool
    live: int
    owner: int
    notice: bool
    since: datetime | None = None

    @property
    def first(self) -> datetime:
        """The earliest that it happened, or can."""
        return self.at if self.since is None else self.since


class Stop(NamedTuple):
    """A bar on contacting: ``point`` and ``channel`` null mean all of them; ``until`` null means for good."""

    kind: str
    point: str | None
    channel: str | None
    since: datetime
    until: datetime | None
    detail: str | None

    def stands(self, moment: datetime) -> bool:
        """Tell whether it holds at a moment: [since, until)."""
        return self.since <= moment and (self.until is None or moment < self.until)

    @property
    def dated(self) -> bool:
        """Whether it is known since when it holds."""
        return self.since > _EVER


_TOLD = (
    *("attempt_id", "account_id", "debt_ids", "channel", "point_key", "outcome", "started_at", "direction"),
    *("voicemail_left", "campaign", "conversation"),
)
"""Columns of an attempt that law asks about; the next two of a lead and of a person."""
_LED = (
    *("account_id", "contact_point", "point_key", "kind", "party", "relation", "relation_id", "record_ids", "own"),
    *("consent_ids", "label", "line_type", "zones", "places", "last_seen"),
    *("reassignment_checked_on", "reassignment_result"),
)
_LIVES = ("table", "record_id", "address_key", "postal_code", "city", "region", "country", "time_zone", "jurisdiction")
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Known:
    """Rows by id; only what bears on the accounts asked for."""

    rulebook: Rulebook
    accounts: dict[str, Row] = field(default_factory=dict)
    people: dict[tuple[str, str], Row] = field(default_factory=dict)
    by_address: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    persons: dict[str, frozenset[str]] = field(default_factory=dict)
    leads: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    by_account: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    by_point: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    stops_of_account: defaultdict[str, list[Stop]] = field(default_factory=lambda: defaultdict(list))
    stops_of_point: defaultdict[str, list[Stop]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[str, Row] = field(default_factory=dict)
    consents_of_relation: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def is_gone(self, lead: Row, moment: datetime) -> bool:
        """Tell whether the last that the account's own attempts heard of a point is that it is dead or another's."""
        account, point = lead["account_id"], lead["point_key"]
        heard = [event for event in self.by_account[account] if (event.account, event.point) == (account, point)]
        for signs in ([(event.at, event.live) for event in heard], [(event.at, event.owner) for event in heard]):
            good = max((at for at, sign in signs if sign > 0), default=_EVER)
            if any(good < at <= moment for at, sign in signs if sign < 0):
                return True
        return False

    def stops(self, account: str, point: str) -> list[Stop]:
        """Return every stop on the person the account is with, and on a point."""
        ours = [stop for member in self.person(account) for stop in self.stops_of_account.get(member, ())]
        return [*ours, *self.stops_of_point.get(point, ())]

    def person(self, account: str) -> frozenset[str]:
        """Return the accounts of the person the account is with."""
        return self.persons.get(account, frozenset((account,)))


def read_known(facts: Facts, rulebook: Rulebook, accounts: list[str]) -> Known:
    """Gather what bears on these accounts, on their persons' other accounts, and on their points."""
    known = Known(rulebook)
    asked = facts.accounts.filter(pl.col("account_id").is_in(accounts))
    shared = asked["person_id"].drop_nulls().unique().to_list()
    ours = facts.accounts.filter(pl.col("account_id").is_in(accounts) | pl.col("person_id").is_in(shared))
    ids = ours["account_id"].to_list()
    asked_of = ours.select("account_id", "person_id", "tag", "product", "notice_sent_on")
    known.accounts = {row["account_id"]: row for row in asked_of.iter_rows(named=True)}
    by_person: defaultdict[str, set[str]] = defaultdict(set)
    for account, row in known.accounts.items():
        if row["person_id"] is not None:
            by_person[row["person_id"]].add(account)
    known.persons = {account: frozenset(members) for members in by_person.values() for account in members}
    leads = facts.leads.select(_LED).filter(pl.col("account_id").is_in(ids))
    for row in leads.iter_rows(named=True):
        # A mobile line is nobody's home and nobody's desk.
        mobile = row["label"] is None and row["line_type"] == "mobile"
        known.leads[row["account_id"]].append({**row, "label": "mobile"} if mobile else row)
    named = leads["record_ids"].explode().drop_nulls().unique().to_list() if leads.height else []
    points = leads["point_key"].unique().to_list()
    near = pl.col("account_id").is_in(ids) | pl.col("record_id").is_in(named) | pl.col("address_key").is_in(points)
    for row in facts.people.filter(near).select(_LIVES).iter_rows(named=True):
        known.people[row["table"], row["record_id"]] = row
        if row["address_key"] is not None:
            known.by_address[row["address_key"]].append(row)
    _read_attempts(facts, known, set(ids), points)
    _read_stops(facts, known, ids, points)
    # A basis that is none of the known words satisfies nothing.
    based = facts.consents.filter(pl.col("basis").is_in([basis.value for basis in Basis]))
    known.consents = {row["consent_id"]: row for row in based.iter_rows(named=True)}
    asked_by = facts.relations.filter(pl.col("relation_id").is_in(leads["relation_id"].drop_nulls().unique().to_list()))
    for relation, consent in asked_by.select("relation_id", "consent_id").drop_nulls().iter_rows():
        known.consents_of_relation[relation].add(consent)
    return known


def _read_attempts(facts: Facts, known: Known, ids: set[str], points: list[str]) -> None:
    meanings = {row["outcome"]: row for row in outcome_meanings().iter_rows(named=True)}
    about = pl.col("account_id").is_in(list(ids)) | pl.col("point_key").is_in(points)
    also = pl.col("debt_ids").list.eval(pl.element().is_in(list(ids))).list.any().fill_null(value=False)
    # One event told twice is one event; told in two ways it may have been either.
    rows = facts.attempts.select(_TOLD).filter(about | also).unique(maintain_order=True)
    for row in rows.iter_rows(named=True):
        meaning = meanings.get(row["outcome"], {})
        event = _event(row, meaning)
        for account in {row["account_id"], *(row["debt_ids"] or [])} & ids:
            known.by_account[account].append(event)
        if event.point is not None:
            known.by_point[event.point].append(event)
        if meaning.get("stop"):
            _learn_stop(known, event, meaning["stop"])


def _learn_stop(known: Known, event: Event, kind: str) -> None:
    """Take a no from what happened: a wrong number bars the point for its account, an opt-out this way to it."""
    if kind == "wrong_party":
        if event.point is not None:
            known.stops_of_account[event.account].append(Stop(kind, event.point, None, event.at, None, None))
    elif event.point is not None:
        known.stops_of_point[event.point].append(Stop(kind, event.point, event.channel, event.at, None, None))
    else:
        known.stops_of_account[event.account].append(Stop(kind, None, event.channel, event.at, None, None))


def _event(row: Row, meaning: Row) -> Event:
    def may(*told: bool | None) -> bool:
        """Any yes is a yes, and so is nothing said at all."""
        return any(told) or all(one is None for one in told)

    answered = meaning.get("answered")
    return Event(
        name=row["attempt_id"],
        account=row["account_id"],
        at=row["started_at"],
        channel=row["channel"],
        point=row["point_key"],
        inbound=row["direction"] == "inbound",
        connected=may(meaning.get("connected")),
        conversation=may(meaning.get("conversation"), row["conversation"]),
        contact=may(answered) or may(meaning.get("message_left"), row["voicemail_left"]),
        unanswered=answered is not True,
        failed=answered is False and row["outcome"] != "refused",
        live=meaning.get("live", 0),
        owner=meaning.get("owner", 0),
        notice=row["channel"] == "letter"
        and row["outcome"] == "sent"
        and (row["campaign"] or "").strip().lower() == "notice",
    )


def _read_stops(facts: Facts, known: Known, ids: list[str], points: list[str]) -> None:
    for row in facts.stops.filter(pl.col("account_id").is_in(ids) | pl.col("point_key").is_in(points)).iter_rows(
        named=True
    ):
        stop = Stop(row["kind"], row["point_key"], row["channel"], row["since"] or _EVER, row["until"], row["detail"])
        if row["account_id"] is not None:
            unreadable = row["contact_point"] is not None and row["point_key"] is None
            known.stops_of_account[row["account_id"]].append(stop._replace(point=None) if unreadable else stop)
        elif stop.point is not None:
            known.stops_of_point[stop.point].append(stop)

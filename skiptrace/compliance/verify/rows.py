"""Walk a schedule row by row and minute by minute."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from skiptrace.compliance.law import Bar, Provision, Window
from skiptrace.compliance.rulebook import EVERYWHERE, HOUSE_HOURS, MOMENTARY
from skiptrace.compliance.verify.attempts import Attempt, bears
from skiptrace.compliance.verify.clock import local
from skiptrace.compliance.verify.consents import lifts
from skiptrace.compliance.verify.judging import judge, judge_hours
from skiptrace.compliance.verify.known import Event, Known, read_known
from skiptrace.compliance.verify.turns import spans_of, turns
from skiptrace.compliance.verify.whereabouts import Whereabouts, whereabouts
from skiptrace.settings import CheckParams
from skiptrace.vocabulary import StopKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["UNKNOWN_POINT", "verify"]

UNKNOWN_POINT = "no table gives this contact point to the account or its relations"

Row = dict[str, Any]
FINDING = {"attempt_id": pl.String(), "provision": pl.String(), "reason": pl.String()}
_STEP = timedelta(minutes=1)
_LAST = timedelta(microseconds=1)


class _Finding(NamedTuple):
    provision: str
    reason: str


def verify(
    schedule: pl.DataFrame, facts: Facts, rulebook: Rulebook, as_of: datetime, params: CheckParams | None = None
) -> pl.DataFrame:
    """Return why rows of a schedule must not go out.

    Parameters
    ----------
    schedule
        SCHEDULE rows.
    facts
        What is known now, what came in since the schedule was made included.
    rulebook
        The law.
    as_of
        Now: what has expired by now does not go out.
    params
        Expected length of a call, and of a visit.

    Returns
    -------
    polars.DataFrame
        Grain: row refused. ``attempt_id``, ``provision``, ``reason``; empty if every row may go out. Each row is judged
        at every minute of its window, at its last instant and wherever something known changes, with the rows before it
        of the same person taken as attempts of unknown outcome.
    """
    rows = schedule.sort("not_before", "attempt_id").to_dicts()
    known = read_known(facts, rulebook, sorted({row["account_id"] for row in rows if row["account_id"] is not None}))
    reader = _Reader(known, rulebook, as_of, params or CheckParams())
    found = [(row["attempt_id"], finding) for row in rows if (finding := reader.refuse(row)) is not None]
    return pl.DataFrame([(name, *finding) for name, finding in found], schema=FINDING, orient="row")


class _Law(NamedTuple):
    """What bears on an attempt: the law's hours, each by the clock of one zone, the debtor's own, and all else."""

    windows: tuple[tuple[Window, str], ...]
    wishes: tuple[Bar, ...]
    others: tuple[Provision, ...]


class _Reader:
    """Reads rows in the order of their windows and remembers what it has let pass."""

    def __init__(self, known: Known, rulebook: Rulebook, as_of: datetime, params: CheckParams) -> None:
        self._known = known
        self._rulebook = rulebook
        self._as_of = as_of
        self._params = params
        self._spans = spans_of(rulebook)
        windows = [one for one in rulebook.provisions if isinstance(one, Window)]
        self._timed = frozenset(MOMENTARY).union(*(window.channels for window in windows))
        self._ids: set[str] = set()
        self._windows: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._placed: defaultdict[frozenset[str], list[Event]] = defaultdict(list)
        self._third_parties: set[str] = set()
        self._placed_at: defaultdict[str, list[Event]] = defaultdict(list)
        # Thousands of rows share a few places and windows: what only depends on those is worked out once.
        self._whereabouts: dict[int, Whereabouts] = {}
        self._laws: dict[tuple[object, ...], _Law] = {}
        self._open: dict[tuple[object, ...], _Finding | None] = {}
        self._inside: dict[tuple[object, ...], str | None] = {}

    def refuse(self, row: Row) -> _Finding | None:
        """Return why a row must not go out; null lets it pass and counts it from then on."""
        window, lead = _window(row), self._lead(row)
        problem = self._malformed(row, window, lead)
        self._ids.add(row["attempt_id"])
        if problem is not None or window is None or lead is None:
            return _Finding("input", problem or "unreadable")
        begin, end = window
        if end <= self._as_of:
            return _Finding("expired", "its window has passed")
        finding = self._judge(row, lead, max(begin, self._as_of), end)
        if finding is None:
            self._windows[row["account_id"]].append((begin, end))
            event = _placed(row, lead, begin, end)
            self._placed[self._known.person(row["account_id"])].append(event)
            self._placed_at[lead["point_key"]].append(event)
            if lead["relation_id"] is not None:
                self._third_parties.add(lead["relation_id"])
        return finding

    def _malformed(self, row: Row, window: tuple[datetime, datetime] | None, lead: Row | None) -> str | None:
        """Return what is wrong with a row before any law is asked."""
        taken = self._windows[row["account_id"]] if row["account_id"] is not None else []
        overlapping = window is not None and any(window[0] < end and begin < window[1] for begin, end in taken)
        third_party = lead["relation_id"] if lead is not None and row["party"] == "third_party" else None
        problems = {
            "not_before and not_after are not times with offsets, in order": window is None,
            "a second row with this attempt_id": row["attempt_id"] in self._ids,
            "no such account": row["account_id"] not in self._known.accounts,
            "its window overlaps another of the account's": overlapping,
            UNKNOWN_POINT: lead is None,
            "a second row for one third party": third_party in self._third_parties,
        }
        return next((problem for problem, there in problems.items() if there), None)

    def _lead(self, row: Row) -> Row | None:
        kind = {"call": "phone", "sms": "phone", "email": "email"}.get(row["channel"], "address")
        for lead in self._known.leads.get(row["account_id"], []):
            if (lead["contact_point"], lead["party"], lead["kind"]) == (row["contact_point"], row["party"], kind):
                return lead
        return None

    def _judge(self, row: Row, lead: Row, begin: datetime, end: datetime) -> _Finding | None:
        account, channel = row["account_id"], row["channel"]
        where = self._where(lead)
        if not where.hour_places or not where.zones:
            return _Finding("place", "it is not known where this person is")
        leaves = self._rulebook.places.leaves(where.places)
        uncovered = [place for place in leaves if not self._rulebook.has_pack(place, channel)]
        if uncovered:
            return _Finding("place", f"no law is known for {uncovered[0]}")
        first = Attempt(
            known=self._known,
            account=account,
            channel=channel,
            party=row["party"],
            purpose=row["purpose"],
            lead=lead,
            places=leaves,
            zones=where.zones,
            stop_kinds=frozenset(stop.kind for stop in self._known.stops(account, lead["point_key"])),
            at=begin,
            until=begin + self._length(channel),
            placed=self._placed_near(account, lead["point_key"]),
            as_of=self._as_of,
        )
        first = self._moved(first, begin)
        return self._throughout(first, where, end) or self._at_every_turn(first, where, end)

    def _moved(self, attempt: Attempt, moment: datetime) -> Attempt:
        """Return the attempt at another moment: an executor stands in the debtor's place while the debtor is dead."""
        party = "debtor" if _stands_in(self._known, attempt.lead, moment) else attempt.lead["party"]
        return replace(attempt, at=moment, until=moment + self._length(attempt.channel), party=party)

    def _where(self, lead: Row) -> Whereabouts:
        """Return where whoever a lead belongs to may be, for all that is known now."""
        key = id(lead)
        if key not in self._whereabouts:
            self._whereabouts[key] = whereabouts(self._known, self._rulebook, lead, self._as_of)
        return self._whereabouts[key]

    def _length(self, channel: str) -> timedelta:
        return timedelta(seconds=self._params.expected_call_s if channel in ("call", "visit") else 0)

    def _placed_near(self, account: str, point: str) -> tuple[Event, ...]:
        """Return the rows let pass before, of the same person or at the same point."""
        ours, there = self._placed[self._known.person(account)], self._placed_at[point]
        return (*ours, *(event for event in there if event not in ours)) if there else tuple(ours)

    def _throughout(self, first: Attempt, where: Whereabouts, end: datetime) -> _Finding | None:
        """Judge hours, the law's and the debtor's own, at every minute."""
        if first.channel not in self._timed:
            return self._hours_at(first, where, first.at) or self._hours_at(first, where, end - _LAST)
        kind = (first.channel, first.party, first.purpose, first.lead["label"], *self._lifting(first.lead))
        key = (where, *kind, first.at, end)
        if key not in self._open:
            found = (self._hours_at(first, where, moment) for moment in _moments(first.at, end))
            self._open[key] = next((finding for finding in found if finding is not None), None)
        if self._open[key] is not None or "inconvenient_time" not in first.stop_kinds:
            return self._open[key]
        for moment in _moments(first.at, end):
            attempt = self._moved(first, moment)
            for bar in self._law(attempt, where, moment).wishes:
                reason = judge(bar, attempt)
                if reason is not None:
                    return _Finding(bar.id, reason)
        return None

    def _lifting(self, lead: Row) -> list[str]:
        """Return the consents by which hours may be lifted for a lead."""
        named = sorted(lead["consent_ids"] or ())
        return [name for name in named if (self._known.consents.get(name) or {}).get("scope") is not None]

    def _hours_at(self, attempt: Attempt, where: Whereabouts, moment: datetime) -> _Finding | None:
        until = moment + self._length(attempt.channel)
        for window, zone in self._law(attempt, where, moment).windows:
            key = (window.id, zone, moment, until)
            if key not in self._inside:
                self._inside[key] = judge_hours(window, zone, moment, until)
            reason = self._inside[key]
            # Somebody must look at hours from memory, whatever a consent says of them.
            lifted = window.status != "M" and lifts(window.lifted_by, attempt, moment, until)
            if reason is not None and not lifted:
                return _Finding(window.id, reason)
        return None

    def _at_every_turn(self, first: Attempt, where: Whereabouts, end: datetime) -> _Finding | None:
        """Judge all else at both ends, and wherever between them something known may change it."""
        for moment in (first.at, end - _LAST, *turns(first, end, self._spans)):
            attempt = self._moved(first, moment)
            for provision in self._law(attempt, where, moment).others:
                unheard = isinstance(provision, Bar) and provision.stop not in (None, *attempt.stop_kinds)
                reason = None if unheard else judge(provision, attempt)
                if reason is not None:
                    return _Finding(provision.id, reason)
        return None

    def _law(self, attempt: Attempt, where: Whereabouts, moment: datetime) -> _Law:
        """Return what law says of this attempt: for hours, the law as it is on the local day of each zone."""
        days = tuple(local(moment, zone).date() for zone in where.zones)
        key = (where, attempt.channel, attempt.party, attempt.purpose, attempt.lead["label"], days)
        if key not in self._laws:
            leaves = self._rulebook.places.leaves
            windows: dict[tuple[str, str], tuple[Window, str]] = {}
            for zone, day in zip(where.zones, days, strict=True):
                for place in leaves(where.hour_places):
                    windows.update({(one.id, zone): (one, zone) for one in self._hours_of(place, attempt, day)})
            others = {one.id: one for place in leaves(where.places) for one in self._bearing(place, attempt, days)}
            rest = tuple(one for one in others.values() if not isinstance(one, Window))
            wishes = tuple(one for one in rest if isinstance(one, Bar) and one.stop is StopKind.INCONVENIENT_TIME)
            self._laws[key] = _Law(tuple(windows.values()), wishes, rest)
        return self._laws[key]

    def _hours_of(self, place: str, attempt: Attempt, day: date) -> list[Window]:
        """Return the windows of a place; the house's only where the law of the place names no hours."""
        hours = [one for one in self._bearing(place, attempt, (day,)) if isinstance(one, Window)]
        spoken = any(_names_hours(one) for one in hours)
        return [one for one in hours if not (spoken and one.id == HOUSE_HOURS)]

    def _bearing(self, place: str, attempt: Attempt, days: tuple[date, ...]) -> list[Provision]:
        return [provision for provision in self._rulebook.bearing_on(place) if bears(provision, attempt, days)]


def _names_hours(window: Window) -> bool:
    """Tell whether a window is such that the law of its place has hours, and the house's need not stand in."""
    return window.places != (EVERYWHERE,) and not window.labels and not window.adds


def _stands_in(known: Known, lead: Row, moment: datetime) -> bool:
    """Tell whether a lead is the executor of a dead debtor, who stands in the debtor's place."""
    if lead["relation"] != "executor":
        return False
    return any(
        stop.kind == "deceased" and stop.point in (None, lead["point_key"]) and stop.stands(moment)
        for stop in known.stops(lead["account_id"], lead["point_key"])
    )


def _window(row: Row) -> tuple[datetime, datetime] | None:
    try:
        begin, end = (datetime.fromisoformat(row[name]) for name in ("not_before", "not_after"))
    except (TypeError, ValueError):
        return None
    return (begin, end) if begin.tzinfo and end.tzinfo and begin < end else None


def _moments(begin: datetime, end: datetime) -> Iterator[datetime]:
    moment = begin
    while moment < end:
        yield moment
        moment += _STEP
    yield end - _LAST


def _placed(row: Row, lead: Row, begin: datetime, end: datetime) -> Event:
    return Event(
        name=row["attempt_id"],
        account=row["account_id"],
        at=end - _LAST,
        channel=row["channel"],
        point=lead["point_key"],
        inbound=False,
        connected=True,
        conversation=True,
        contact=True,
        unanswered=True,
        failed=False,
        live=0,
        owner=0,
        notice=False,
        since=begin,
    )

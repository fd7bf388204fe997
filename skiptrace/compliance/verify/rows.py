"""Walk a schedule row by row and minute by minute."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from skiptrace.compliance.law import Provision, Window
from skiptrace.compliance.verify.clock import local
from skiptrace.compliance.verify.judging import Attempt, bears, judge, judge_hours
from skiptrace.compliance.verify.known import Event, Known, read_known
from skiptrace.compliance.verify.whereabouts import Whereabouts, whereabouts
from skiptrace.settings import CheckParams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["verify"]

Row = dict[str, Any]
FINDING = {"attempt_id": pl.String(), "provision": pl.String(), "reason": pl.String()}
_TIMED = ("call", "sms", "email", "visit")
"""Channels that reach a person at once; a letter has no hour."""
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
        Expected length of a call.

    Returns
    -------
    polars.DataFrame
        Grain: row refused. ``attempt_id``, ``provision``, ``reason``; empty if every row may go out. Each row is judged
        at every minute of its window and at its last instant, with the rows before it of the same person taken as
        attempts of unknown outcome.
    """
    rows = schedule.sort("not_before", "attempt_id").to_dicts()
    known = read_known(facts, rulebook, sorted({row["account_id"] for row in rows if row["account_id"] is not None}))
    reader = _Reader(known, rulebook, as_of, params or CheckParams())
    found = [(row["attempt_id"], finding) for row in rows if (finding := reader.refuse(row)) is not None]
    return pl.DataFrame([(name, *finding) for name, finding in found], schema=FINDING, orient="row")


class _Reader:
    """Reads rows in the order of their windows and remembers what it has let pass."""

    def __init__(self, known: Known, rulebook: Rulebook, as_of: datetime, params: CheckParams) -> None:
        self._known = known
        self._rulebook = rulebook
        self._as_of = as_of
        self._params = params
        self._ids: set[str] = set()
        self._windows: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._placed: defaultdict[frozenset[str], list[Event]] = defaultdict(list)
        self._third_parties: set[str] = set()
        self._law: dict[tuple[object, ...], tuple[Provision, ...]] = {}
        self._hours: dict[tuple[str, str, datetime, datetime], bool] = {}

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
            self._placed[self._known.person(row["account_id"])].append(_placed(row, lead, end))
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
            "no table gives this contact point to the account or its relations": lead is None,
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
        where = whereabouts(self._known, self._rulebook, lead, begin)
        if not where.hour_places or not where.zones:
            return _Finding("place", "it is not known where this person is")
        leaves = self._rulebook.places.leaves(where.places)
        uncovered = [place for place in leaves if not self._rulebook.has_pack(place)]
        if uncovered:
            return _Finding("place", f"no law is known for {uncovered[0]}")
        length = timedelta(seconds=self._params.expected_call_s if row["channel"] in ("call", "visit") else 0)
        placed = tuple(self._placed[self._known.person(row["account_id"])])
        kinds = frozenset(stop.kind for stop in self._known.stops(row["account_id"], lead["point_key"]))
        party = "debtor" if _stands_in(self._known, lead, begin) else row["party"]
        for moment in _moments(begin, end) if row["channel"] in _TIMED else (begin, end - _LAST):
            attempt = Attempt(
                known=self._known,
                account=row["account_id"],
                channel=row["channel"],
                party=party,
                purpose=row["purpose"],
                lead=lead,
                places=leaves,
                zones=where.zones,
                stop_kinds=kinds,
                at=moment,
                until=moment + length,
                placed=placed,
            )
            finding = self._at(attempt, where, whole=moment in (begin, end - _LAST))
            if finding is not None:
                return finding
        return None

    def _at(self, attempt: Attempt, where: Whereabouts, *, whole: bool) -> _Finding | None:
        """Judge one instant: the hours always, what changes by the day only at both ends of the window."""
        days = frozenset(local(attempt.at, zone).date() for zone in attempt.zones)
        for provision in self._bearing(attempt, where, days, whole=whole):
            if isinstance(provision, Window):
                reason = judge_hours(provision, attempt, self._hours)
            else:
                reason = judge(provision, attempt)
            if reason is not None:
                return _Finding(provision.id, reason)
        return None

    def _bearing(
        self, attempt: Attempt, where: Whereabouts, days: frozenset[date], *, whole: bool
    ) -> tuple[Provision, ...]:
        """Return what law says of this attempt; the house's hours only where the law of a place has none."""
        key = (where, attempt.channel, attempt.party, attempt.lead["label"], days, whole)
        if key not in self._law:
            found = {provision.id: provision for provision in self._law_of(attempt, where, days)}
            timed = [
                p for p in found.values() if isinstance(p, Window) or getattr(p, "stop", None) == "inconvenient_time"
            ]
            self._law[key] = tuple(found.values() if whole else timed)
        return self._law[key]

    def _law_of(self, attempt: Attempt, where: Whereabouts, days: frozenset[date]) -> Iterator[Provision]:
        leaves = self._rulebook.places.leaves
        for place in leaves(where.hour_places):
            hours = [provision for provision in self._in_force(place, attempt, days) if isinstance(provision, Window)]
            own = [provision for provision in hours if provision.places != ("*",)]
            yield from own or hours
        for place in leaves(where.places):
            yield from (p for p in self._in_force(place, attempt, days) if not isinstance(p, Window))

    def _in_force(self, place: str, attempt: Attempt, days: frozenset[date]) -> list[Provision]:
        return [provision for provision in self._rulebook.bearing_on(place) if bears(provision, attempt, days)]


def _stands_in(known: Known, lead: Row, moment: datetime) -> bool:
    """Tell whether a lead is the executor of a dead debtor, who stands in the debtor's place."""
    if lead["relation"] != "executor":
        return False
    return any(
        stop.kind == "deceased"
        and stop.point in (None, lead["point_key"])
        and stop.since <= moment
        and (stop.until is None or moment < stop.until)
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


def _placed(row: Row, lead: Row, end: datetime) -> Event:
    return Event(
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
    )

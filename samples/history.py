"""The attempts made before the sample's day: biased as a dialler's log is, true to each debtor's routine.

Agents call in the office hours of their own zone, go back to an hour that once worked, and drop a number that failed.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from accounts import Account, one_line
from chance import Wheel
from outcomes import Drawn, Target, call, email, letter, sms
from people import AS_OF, Line
from places import AGENCY_ZONES, zone
from routines import next_free
from telephones import write_number

if TYPE_CHECKING:
    from chance import Chance

__all__ = ["NOW", "Attempt", "history"]

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_FIRST = AS_OF - timedelta(days=270)


class Attempt(NamedTuple):
    """A row of ``attempts``, but for its id; ``started_at`` is in the debtor's zone."""

    account_id: str
    channel: str
    contact_point: str
    started_at: datetime
    outcome: str
    direction: str = "outbound"
    duration_s: int | None = None
    ring_s: int | None = None
    response_at: datetime | None = None
    agent: str = ""
    campaign: str = ""
    debt_ids: str = ""
    voicemail_left: bool | None = None
    conversation: bool | None = None


_OFFICE = Wheel({8: 4, 9: 11, 10: 15, 11: 13, 12: 5, 13: 9, 14: 12, 15: 11, 16: 9, 17: 6, 18: 3, 19: 2})
_CHANNELS = Wheel({"call": 76.0, "sms": 11.0, "email": 8.0, "letter": 4.0, "visit": 1.0})
_PATTERN = Wheel({"quiet": 72.0, "recent": 21.0, "at_cap": 7.0})
_LAWFUL = {"IN": (8, 19), "CN": (8, 22), "GB": (8, 20)}
_VISITED = frozenset({"CN", "IN"})
_US_CAP = 7
_CALLS_BACK = 0.05
_RETURN = 0.4
"""How often agents go back to the hour that worked."""
_FAILURES = 9
"""After so many calls that gave nothing, agents drop a number."""


class _Log:
    """One account's log while it is written."""

    def __init__(self, account: Account, chance: Chance) -> None:
        self.account = account
        self.chance = chance
        self.rows: list[Attempt] = []
        self.good_hours: list[int] = []
        self.failures: Counter[str] = Counter()
        self.tries: Counter[tuple[str, date]] = Counter()

    def moment(self, day: date) -> datetime:
        """Draw when the agents try on a day."""
        chance, home = self.chance, zone(self.account.debtor.persona.time_zone)
        opens, closes = _LAWFUL.get(self.account.country, (8, 21))
        for _ in range(12):
            minute, second = chance.below(60), chance.below(60)
            if self.good_hours and chance.yes(_RETURN):
                hour, where = max(8, min(20, chance.pick(self.good_hours) + chance.pick((-1, 0, 0, 1)))), home
            else:
                hour, where = _OFFICE.spin(chance), zone(AGENCY_ZONES[self.account.country])
            local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=where).astimezone(home)
            if opens <= local.hour < closes and (local.hour, local.minute) != (opens, 0) and local < NOW:
                return local
        return datetime(day.year, day.month, day.day, 11, chance.below(60), chance.below(60), tzinfo=home)

    def attempt(self, day: date, channel: str) -> Attempt | None:
        """Make an attempt on a day; None if the account has nothing to try on that channel."""
        account, chance = self.account, self.chance
        at = self.moment(day)
        line = self._line() if channel in {"call", "sms"} else None
        whom, country = account.debtor.person_id, account.country
        home = account.debtor.persona.time_zone
        if line is not None:
            holders = line.holders(day)
            personas = None if holders is None else [person.persona for person in holders]
            target = Target(line.kind, personas, whom, country, home)
            if channel == "call":
                drawn = call(target, at, self.tries[line.number, day], chance)
                self.tries[line.number, day] += 1
                self._learn(line, drawn, at)
            else:
                drawn = sms(target, at, chance)
            point = write_number(line.number, line.country, chance if chance.yes(0.1) else None)
        elif channel == "email" and account.mailboxes:
            box = chance.pick(account.mailboxes)
            dead = box.ended is not None and day >= box.ended
            drawn = email(Target("email", None if dead else [box.owner.persona], whom, country, home), at, chance)
            point = box.address
        elif channel in {"letter", "visit"} and account.address is not None:
            there = account.address == account.debtor.home or account.company is not None
            holders_there = [account.debtor.persona] if there else None
            target = Target("address", holders_there, whom, country, home)
            drawn = letter(target, chance) if channel == "letter" else _visit(target, at, chance)
            point = one_line(account.address)
        else:
            return None
        return self._row(channel, point, at, drawn)

    def inbound(self, after: datetime) -> Attempt | None:
        """Let the debtor call or text back, if they have time before the sample's day."""
        account, chance = self.account, self.chance
        mobile = account.debtor.mobile
        free = next_free(account.debtor.persona, after, 60, chance)
        if free is None or free >= NOW or mobile is None:
            return None
        self.good_hours.append(free.hour)
        point = write_number(mobile.number, mobile.country)
        if chance.yes(0.25):
            return Attempt(account.account_id, "sms", point, free, "replied", "inbound", response_at=free)
        outcome = "promise_to_pay" if chance.yes(0.3) else "right_party"
        length = chance.between(60, 800)
        return Attempt(account.account_id, "call", point, free, outcome, "inbound", length, campaign="inbound")

    def _line(self) -> Line | None:
        lines = self.account.lines
        left = [line for line in lines if self.failures[line.number] < _FAILURES]
        if not left:
            left = lines if self.chance.yes(0.8) else []
        if not left:
            return None
        return left[0] if self.chance.yes(0.55) else self.chance.pick(left)

    def _learn(self, line: Line, drawn: Drawn, at: datetime) -> None:
        if drawn.outcome == "wrong_number":
            self.failures[line.number] += _FAILURES
        elif drawn.outcome == "disconnected":
            self.failures[line.number] += _FAILURES // 2 + 1
        elif drawn.outcome in {"right_party", "promise_to_pay", "third_party", "human_unverified"}:
            self.failures[line.number] = 0
            self.good_hours.append(at.hour)
        else:
            self.failures[line.number] += 1

    def _row(self, channel: str, point: str, at: datetime, drawn: Drawn) -> Attempt:
        account, chance = self.account, self.chance
        if drawn.response_at is not None and drawn.response_at >= NOW:
            drawn = Drawn("delivered")
        several = len(account.siblings) > 1 and channel == "call" and chance.yes(0.3)
        return Attempt(
            account.account_id,
            channel,
            point,
            at,
            drawn.outcome,
            duration_s=drawn.duration_s,
            ring_s=drawn.ring_s,
            response_at=drawn.response_at,
            agent=f"agent{chance.between(1, 24):02d}" if channel in {"call", "visit"} else "",
            campaign=chance.pick(("early", "late", "late", "trace")),
            debt_ids=";".join(account.siblings) if several else "",
            voicemail_left=drawn.voicemail_left,
            conversation=drawn.conversation,
        )


def _visit(target: Target, at: datetime, chance: Chance) -> Drawn:
    if target.holders is None:
        return Drawn("wrong_number" if chance.yes(0.5) else "no_answer")
    if chance.yes(target.holders[0].answers(at)):
        return Drawn("right_party" if chance.yes(0.8) else "promise_to_pay", chance.between(120, 1500))
    return Drawn("third_party" if chance.yes(0.2) else "no_answer")


def _days(account: Account, count: int, chance: Chance) -> list[tuple[date, str]]:
    """Draw the days of the attempts, with the channel where the pattern sets it."""
    pattern = _PATTERN.spin(chance)
    last = AS_OF - timedelta(days=9)
    if account.barred_from is not None:
        pattern, last = "quiet", min(last, account.barred_from - timedelta(days=1))
    first = max(_FIRST, account.opened_on)
    week = 0
    if pattern == "recent":
        week = min(count, chance.between(1, 3))
    elif pattern == "at_cap":
        week = min(count, _US_CAP if account.country == "US" else 3)
    channel = "call" if pattern == "at_cap" else ""
    tuesday, saturday = AS_OF - timedelta(days=6), AS_OF - timedelta(days=2)
    days = [(chance.day(tuesday, saturday), channel) for _ in range(week)]
    while len(days) < count:
        day = chance.day(first, last)
        # Nobody works on Sundays, few on Saturdays.
        if day.weekday() == 6 or (day.weekday() == 5 and chance.yes(0.6)):  # noqa: PLR2004  # Sunday, Saturday
            continue
        days.append((day, ""))
    return sorted(days)


def history(account: Account, count: int, chance: Chance) -> list[Attempt]:
    """Make ``count`` attempts of an account's past (fewer only if it has no contact point at all), in order of time."""
    log = _Log(account, chance)
    if not account.lines and not account.mailboxes and account.address is None:
        return []
    days = _days(account, count, chance)
    while days:
        day, channel = days.pop(0)
        channel = channel or _CHANNELS.spin(chance)
        if channel == "visit" and account.country not in _VISITED:
            channel = "call"
        row = log.attempt(day, channel) or log.attempt(day, "letter" if account.address else "email")
        if row is None:
            continue
        log.rows.append(row)
        asked = row.outcome in {"voicemail", "sent", "delivered", "opened"}
        if days and asked and chance.yes(_CALLS_BACK):
            back = log.inbound(row.started_at)
            if back is not None:
                days.pop()
                log.rows.append(back)
    if account.noticed_on is not None and log.rows:
        noticed = datetime(account.noticed_on.year, account.noticed_on.month, account.noticed_on.day, 10, tzinfo=UTC)
        if account.address is not None:
            log.rows[0] = Attempt(
                account.account_id, "letter", one_line(account.address), noticed, "sent", campaign="notice"
            )
    return sorted(log.rows, key=lambda row: row.started_at)

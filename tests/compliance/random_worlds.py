"""Whole worlds at random, crowded near the boundaries of the law: facts in the words of conftest's ``world``, and rows.

Everything comes from one ``random.Random``, so that a seed names a world.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
MICRO, SECOND, DAY = timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)
AS_OF = ("2026-11-23", "2026-10-29", "2026-03-05", "2026-08-27", "2026-12-22", "2026-04-01", "2027-02-25")
"""An ordinary week; weeks of both changes of the clock, of the change of New York City's law, of holidays, of Easter;
the end of February."""
PLACES: tuple[tuple[Row, tuple[str, ...]], ...] = (
    ({"country": "US", "region": "US-NY", "postal_code": "14201"}, ("America/New_York",)),
    ({"country": "US", "region": "US-NY", "postal_code": "10001"}, ("America/New_York",)),
    ({"country": "US", "region": "US-NY", "city": "albany"}, ("America/New_York",)),
    ({"country": "US", "region": "US-NY"}, ("America/New_York",)),
    ({"country": "US", "region": "US-MA", "postal_code": "02108"}, ("America/New_York",)),
    ({"country": "US", "region": "US-WA"}, ("America/Los_Angeles",)),
    ({"country": "US", "region": "US-FL", "postal_code": "32501"}, ("America/Chicago",)),
    ({"country": "US", "region": "US-FL"}, ("America/New_York", "America/Chicago")),
    ({"country": "US", "region": "US-OR"}, ("America/Los_Angeles",)),
    ({"country": "US", "region": "US-WV"}, ("America/New_York",)),
    ({"country": "US", "region": "US-DC"}, ("America/New_York",)),
    ({"country": "US", "region": "US-CA", "city": "fresno"}, ("America/Los_Angeles",)),
    ({"country": "US", "region": "US-AZ"}, ("America/Phoenix",)),
    ({"country": "US", "region": "PR"}, ("America/Puerto_Rico",)),
    ({"country": "US", "city": "springfield"}, ("America/Chicago",)),
    ({"country": "US"}, ("America/Denver",)),
    ({"country": "CN", "region": "CN-SH", "postal_code": "200000"}, ("Asia/Shanghai",)),
    ({"country": "CN"}, ("Asia/Shanghai",)),
    ({"country": "GB", "postal_code": "M11AA"}, ("Europe/London",)),
    ({"country": "GB"}, ("Europe/London",)),
    ({"country": "IN", "region": "IN-MH"}, ("Asia/Kolkata",)),
    ({"country": "AU", "region": "AU-NSW", "postal_code": "2000"}, ("Australia/Sydney",)),
    ({"country": "AU", "region": "AU-SA"}, ("Australia/Adelaide",)),
    ({"country": "AU"}, ("Australia/Sydney", "Australia/Perth")),
    ({"country": "CA", "region": "CA-ON", "postal_code": "M5V1A1"}, ("America/Toronto",)),
    ({"country": "CA", "region": "CA-QC", "postal_code": "H2X1Y4"}, ("America/Toronto",)),
    ({"country": "CA", "region": "CA-AB"}, ("America/Edmonton",)),
    ({"country": "CA", "region": "CA-BC"}, ("America/Vancouver",)),
    ({"country": "CA", "region": "CA-NS"}, ("America/Halifax",)),
    ({"country": "JP", "postal_code": "1000001"}, ("Asia/Tokyo",)),
    ({"country": "KR", "postal_code": "03000"}, ("Asia/Seoul",)),
    ({"country": "ID", "city": "jakarta"}, ("Asia/Jakarta",)),
    ({"country": "HK"}, ("Asia/Hong_Kong",)),
    ({"country": "PH"}, ("Asia/Manila",)),
    ({"country": "BR", "region": "BR-RJ", "city": "niteroi"}, ("America/Sao_Paulo",)),
    ({"country": "TW"}, ("Asia/Taipei",)),
    ({"country": "BR", "region": "BR-SP"}, ("America/Sao_Paulo",)),
    ({"country": "MX", "city": "tijuana"}, ("America/Tijuana",)),
    ({"country": "ZA"}, ("Africa/Johannesburg",)),
    ({"country": "FR", "city": "lyon"}, ("Europe/Paris",)),
    ({}, ()),
)
OUTCOMES = {
    "call": (
        *("right_party", "promise_to_pay", "third_party", "wrong_number", "human_unverified", "busy", "voicemail"),
        *("disconnected", "switched_off", "refused", "abandoned", "failed", "opted_out", None),
        *("no_answer",) * 14,
    ),
    "sms": ("delivered", "delivered", "undelivered", "opened", "replied", "opted_out", None),
    "email": ("delivered", "delivered", "bounced", "opened", "replied", "complained", None),
    "letter": ("sent", "sent", "sent", "returned", "responded", None),
    "visit": ("right_party", "third_party", "no_answer", "no_answer", "refused", "sent", "returned", None),
}
SCOPES = ("attorney", "employer_prohibits", "inconvenient_place", "inconvenient_time")
"""Scopes of a consent that lift the stop of the same name, or hours."""
RELATIONS = (
    *("spouse", "parent", "child", "sibling", "relative", "friend", "colleague", "employer", "guarantor"),
    *("co_borrower", "reference", "emergency_contact", "attorney", "legal_representative", "shareholder", "affiliate"),
    *("executor", "guarantor") * 5,
)
STOPS = (
    *("cease", "opt_out", "do_not_call", "attorney", "wrong_party", "refused", "deceased", "bankrupt", "dispute"),
    *("inconvenient_place", "employer_prohibits", "unreadable"),
    *("attorney", "employer_prohibits", "inconvenient_place"),
    *("inconvenient_time",) * 8,
)
DETAILS = {
    "inconvenient_time": (
        *("09:00-12:00", "Mon-Fri 08:00-17:30", "Mon 20:00-10:00", "22:00-09:00; 12:00-13:00", "Fri-Mon 10:00-16:00"),
        *("00:00-24:00", "12:00-12:00", "Sun 00:00-24:00", "Tue 18:00-24:00", "mornings", None, "Monday 09:00-18:00"),
        *("mon-wed 9:00-11:00", "Mon-Fri 08:00-17:30;", "25:00-26:00", "10:00 - 18:00", "Thu 19:00-00:00"),
    ),
    "inconvenient_place": ("home", "work", " Work", "elsewhere", None),
}
HOURS = (*range(7, 23), 0, 10, 11, 12, 13, 14, 15, 16, 17)


SHIFTS = (
    *(timedelta(hours=sign * hours) for hours in (1, 3, 24, 48) for sign in (1, -1)),
    *(timedelta(0), timedelta(seconds=-300), 7 * DAY, 60 * DAY),
)
"""How long before or after something told law may change its mind: the length of a call, a span of hours, an age."""


@dataclass
class World:
    """What is told, and the rows to judge; ``rounds`` of rows such that no two of a round share a person."""

    as_of: datetime
    told: dict[str, list[Row]]
    rounds: list[list[Row]] = field(default_factory=list)

    def turns(self, begin: datetime, end: datetime) -> list[datetime]:
        """Return the moments in a stretch of time at which something told begins, ends or comes of age."""
        return self._turns[bisect_left(self._turns, begin) : bisect_right(self._turns, end)]

    @cached_property
    def _turns(self) -> list[datetime]:
        cells = (value for rows in self.told.values() for row in rows for value in row.values())
        moments = {value for value in cells if isinstance(value, datetime)}
        return sorted(moment + shift for moment in moments for shift in SHIFTS)


def random_world(seed: int, accounts: int = 60, rounds: int = 8) -> World:
    """Make a world of so many persons, two in five of them with a second or a third account."""
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    as_of = datetime.fromisoformat(random.choice(AS_OF)).replace(tzinfo=UTC) + random.randrange(24) * timedelta(hours=1)
    world = World(as_of, {name: [] for name in ("accounts", "relations", "points", "consents", "attempts", "stops")})
    maker = _Maker(random, world)
    people = [maker.person(number) for number in range(accounts)]
    for _ in range(rounds):
        world.rounds.append([row for leads in people if (row := maker.row(leads)) is not None])
    maker.disclose()
    return world


class _Maker:
    def __init__(self, random: Random, world: World) -> None:
        self.random, self.world, self.told = random, world, world.told

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, zones: tuple[str, ...], first: float, last: float) -> datetime:
        """Return a moment so many days from as_of, often at, just before or just after a full or half local hour."""
        at = self.world.as_of + timedelta(days=self.random.uniform(first, last))
        zone = ZoneInfo(self.random.choice(zones)) if zones else UTC
        local = at.astimezone(zone)
        local = local.replace(hour=self.random.choice(HOURS), minute=self.random.choice((0, 0, 30, 17)), second=0)
        if self.maybe(0.2):
            local = local.replace(minute=self.random.randrange(60), second=self.random.randrange(60))
        edges = (MICRO, SECOND, 60 * SECOND, 300 * SECOND, 299 * SECOND, 61 * SECOND)
        nudge = self.random.choice((0, 0, 0, 1, -1)) * self.random.choice(edges)
        return local.replace(microsecond=0).astimezone(UTC) + nudge

    def person(self, number: int) -> list[Row]:
        """Make a debtor with one to three accounts; return the leads."""
        random = self.random
        names = [f"{letter}{number}" for letter in "ABC"[: random.choice((1, 1, 1, 2, 3))]]
        leads: list[Row] = []
        for name in names:
            place, zones = random.choice(PLACES)
            self.told["accounts"].append(
                {
                    "account_id": name,
                    "person_id": f"P{number}" if len(names) > 1 else None,
                    "tag": random.choice((None,) * 12 + ("lost", "dispute")),
                    "product": random.choice((None, "loan", "loan", "Credit Card", "信用卡透支")),
                    "jurisdiction": random.choice((None,) * 14 + ("US-MA", "CN", "GB", "FR")),
                    "time_zone": random.choice((None,) * 12 + (*zones[:1], "America/Denver", "Asia/Kathmandu")),
                    **self._notice(),
                    **place,
                }
            )
            leads += self._points(name, place, zones, party="debtor")
            for relation in range(random.choice((0, 0, 0, 1, 1, 2))):
                leads += self._relation(f"R{relation}{name}", name)
        for name in names:
            mine = [lead for lead in leads if lead["account_id"] == name]
            for _ in range(random.choice((0, 0, 1, 2, 3, 5, 8, 12))):
                self._attempt(name, names, mine, zones)
            if self.maybe(0.25):
                self._stop(name, mine, zones)
            if self.maybe(0.35):
                self._crowd(name, names, mine, zones)
            if self.maybe(0.5) and any(lead["party"] == "third_party" for lead in mine):
                self._search_in_vain(name, mine, zones)
        return leads

    def _crowd(self, name: str, names: list[str], leads: list[Row], zones: tuple[str, ...]) -> None:
        """Tell of many attempts alike, as many as some cap has room for, give or take one."""
        random = self.random
        lead = random.choice(leads)
        channel = self._channel(lead)
        outcome = random.choice(OUTCOMES[channel])
        days = random.choice((0.3, 0.9, 3, 6.5, 9, 29))
        base = {"channel": channel, "outcome": "no_answer" if outcome == "opted_out" else outcome}
        base |= {"direction": random.choice(("outbound",) * 5 + ("inbound",))}
        for _ in range(random.choice((1, 2, 3, 3, 5, 6, 7, 7, 8, 10, 30)) - self.maybe(0.5)):
            account = random.choice(self.told["accounts"])["account_id"] if self.maybe(0.1) else name
            self._tell({"account_id": account, "debt_ids": random.choice((None, names)), **base}, lead, zones, -days)

    def _search_in_vain(self, name: str, leads: list[Row], zones: tuple[str, ...]) -> None:
        """Tell of attempts that reached the debtor nowhere: their third parties may be asked."""
        for lead in leads:
            if lead["party"] == "debtor":
                channel = self._channel(lead)
                outcome = {"call": "busy", "sms": "undelivered", "email": "bounced"}.get(channel, "returned")
                for _ in range(self.random.choice((1, 3))):
                    self._tell({"account_id": name, "channel": channel, "outcome": outcome}, lead, zones, -20)

    def _tell(self, row: Row, lead: Row, zones: tuple[str, ...], first: float) -> None:
        number = f"T{len(self.told['attempts'])}"
        at = self.moment(zones, first, 0.2)
        self._record({"attempt_id": number, "contact_point": lead["contact_point"], "started_at": at, **row})

    def _record(self, row: Row) -> None:
        """Tell of an attempt, now and then twice, alike or in two ways.

        The second time it went better, if anything: `check` counts one that failed in two ways as two failures, and a
        notice that came back as a notice.
        """
        self.told["attempts"].append(row)
        if self.maybe(0.03):
            self.told["attempts"].append(dict(row))
        elif row["channel"] == "call" and self.maybe(0.05):
            column, value = self.random.choice(
                (
                    ("outcome", self.random.choice(("right_party", "third_party", "human_unverified", None))),
                    ("direction", "inbound"),
                    ("conversation", self.maybe(0.5)),
                    ("contact_point", None),
                )
            )
            self.told["attempts"].append({**row, column: value})

    def _channel(self, lead: Row) -> str:
        value = lead["contact_point"]
        if value.startswith("+"):
            return self.random.choice(("call", "call", "call", "sms"))
        return "email" if "@" in value else self.random.choice(("letter", "letter", "visit"))

    def _notice(self) -> Row:
        if self.maybe(0.2):
            return {}
        day = self.world.as_of.date() + timedelta(days=self.random.choice((-60, -30, -10, -7, -6, -5, -3, -2, -1)))
        return {"notice_sent_on": day}

    def disclose(self) -> None:
        """Let half of the relations have a consent of their own: a record of another one gave their points."""
        given = {row["relation_id"]: row["consent_ids"][0] for row in self.told["points"] if row.get("relation_id")}
        for row in self.told["relations"]:
            own = self.maybe(0.5)
            name, key = row["account_id"], row["relation_id"]
            row["consent_id"] = self._consent(name, (), "third_party") if own else given[key]

    def _relation(self, key: str, name: str) -> list[Row]:
        random = self.random
        place, zones = random.choice(PLACES)
        relation = random.choice(RELATIONS)
        row = {"account_id": name, "relation_id": key, "relation": relation}
        self.told["relations"].append({**row, **place})
        points = self._points(name, place, zones, party="third_party", key=key)
        for point in points:
            point.update(relation=relation, relation_id=key, own=False)
        if relation == "executor" and self.maybe(0.6):
            self.told["stops"].append({"account_id": name, "kind": "deceased", "since": self.moment(zones, -9, 2)})
        return points

    def _points(self, name: str, place: Row, zones: tuple[str, ...], *, party: str, key: str = "") -> list[Row]:
        random = self.random
        found = []
        for number in range(random.choice((1, 1, 2, 2, 3))):
            kind = random.choice(("phone", "phone", "phone", "email", "address"))
            of_place, of_zones = (place, zones) if self.maybe(0.85) else random.choice(PLACES)
            code = of_place.get("region") or of_place.get("country")
            value = self._value(kind, of_place, f"{party[0]}{number}{key or name}".lower())
            point: Row = {
                "account_id": name,
                "contact_point": value,
                "party": party,
                "label": random.choice((None, None, "home", "home", "work", "mobile", "other")),
                "places": [code] if code and kind != "email" else [],
                "consent_ids": [],
                "own": party == "debtor",
            }
            if kind == "phone":
                point |= {
                    "zones": list(of_zones) if self.maybe(0.95) else ["Etc/Unknown"],
                    "line_type": random.choice((None, "mobile", "mobile", "fixed")),
                    "reassignment_result": random.choice((None, "not_reassigned", "not_reassigned", "no_data"))
                    if self.maybe(0.93)
                    else "reassigned",
                    "reassignment_checked_on": random.choice((None, self._sixty(zones), self.moment(zones, -50, 3))),
                }
            if kind == "address" and self.maybe(0.7):
                point["last_seen"] = self.world.as_of.date() + timedelta(
                    days=random.choice((-90, -40, -31, -29, -1, 0))
                )
            if party == "third_party" or self.maybe(0.3):
                point["consent_ids"] = [self._consent(name, zones, party) for _ in range(random.choice((1, 1, 2)))]
                point["own"] = party == "debtor" and self.maybe(0.3)
            found.append(point)
        self.told["points"] += found
        return found

    def _value(self, kind: str, place: Row, key: str) -> str:
        if kind != "address":
            return f"+{key}" if kind == "phone" else f"{key}@example.com"
        country, locality = place.get("country", ""), place.get("postal_code") or place.get("city") or ""
        return f"{country.lower()}|{locality.lower()}|1 main st {key}"

    def _sixty(self, zones: tuple[str, ...]) -> datetime:
        """Return a moment sixty days before one in the week to come."""
        return self.moment(zones, 0, 7) - 60 * DAY

    def _consent(self, name: str, zones: tuple[str, ...], party: str, told: Row | None = None) -> str:
        random = self.random
        consent = f"C{len(self.told['consents'])}{name}"
        held = self.maybe(0.6)
        given = random.choice((self.moment(zones, -9, 3), self.moment(zones, -400, -1), self._sixty(zones)))
        self.told["consents"].append(
            {
                "consent_id": consent,
                "given_by": party if self.maybe(0.8) else "debtor",
                "given_to": random.choice(("this_collector",) * 4 + ("creditor", "earlier_collector", None)),
                "basis": random.choice(("consent",) * 3 + ("separate_consent", "legitimate_interest", "handshake")),
                "purposes": random.choice(
                    (["locate"], ["contact"], ["locate", "contact"], *(["locate", "contact", "share"],) * 4)
                ),
                "channels": random.choice((None,) * 6 + (["call"], ["call"], ["sms", "email"], [])),
                "scope": random.choice((None, None, "call_back", "call_back", *SCOPES, "inconvenient_time")),
                "given_at": given,
                "valid_until": None if held else self.moment(zones, 4, 9),
                "revoked_at": None if held or self.maybe(0.8) else self.moment(zones, -3, 7),
                "revocation_received_at": None if held or self.maybe(0.8) else self.moment(zones, -3, 7),
                **(told or {}),
            }
        )
        return consent

    def _attempt(self, name: str, names: list[str], leads: list[Row], zones: tuple[str, ...]) -> None:
        random = self.random
        lead = random.choice(leads)
        channel = self._channel(lead)
        self._record(
            {
                "attempt_id": f"T{len(self.told['attempts'])}",
                "account_id": name,
                "debt_ids": random.choice((None, None, [], names, [names[-1]])),
                "channel": channel,
                "contact_point": lead["contact_point"] if self.maybe(0.93) else None,
                "started_at": self.moment(zones, -10, -0.1) if self.maybe(0.8) else self.moment(zones, -40, 5),
                "outcome": random.choice(OUTCOMES[channel]),
                "direction": "inbound" if self.maybe(0.1) else "outbound",
                "conversation": random.choice((None,) * 8 + (True, False)),
                "voicemail_left": random.choice((None,) * 4 + (True, False)),
                "campaign": "Notice" if channel == "letter" and self.maybe(0.3) else None,
            }
        )

    def _stop(self, name: str, leads: list[Row], zones: tuple[str, ...]) -> None:
        random = self.random
        kind = random.choice(STOPS)
        lead = random.choice(leads)
        point = random.choice((None, lead["contact_point"]))
        since = self.moment(zones, -20, 5)
        if kind in SCOPES and self.maybe(0.6):
            self._lift(lead, kind, since, zones)
        self.told["stops"].append(
            {
                "account_id": None if point and self.maybe(0.5) else name,
                "contact_point": point,
                "kind": kind,
                "channel": random.choice((None, None, "call", "sms", "email")),
                "since": since,
                "until": None if self.maybe(0.5) else self.moment(zones, 0, 6),
                "detail": random.choice(DETAILS.get(kind, (None,))),
            }
        )

    def _lift(self, lead: Row, scope: str, since: datetime, zones: tuple[str, ...]) -> None:
        """Tell of a consent, flawed now and then, that lifts a stop for a contact point."""
        given = since + self.random.choice((MICRO, MICRO, DAY, DAY, DAY, 0 * DAY, -MICRO, -DAY))
        consent = self._consent(lead["account_id"], zones, "debtor", {"scope": scope, "given_at": given})
        lead["consent_ids"].append(consent)

    def row(self, leads: list[Row]) -> Row | None:
        """Return an attempt on one of a person's leads that a schedule might place."""
        random = self.random
        lead = random.choice(leads)
        zones = tuple(zone for zone in lead.get("zones") or () if zone != "Etc/Unknown")
        at = self.moment(zones, 0.01, random.choice((0.6, 7, 7)))
        if at.microsecond == (SECOND - MICRO).microseconds:
            # At the last instant before the close of hours whose ends are excluded, `check` is the stricter.
            at += MICRO
        if at <= self.world.as_of:
            return None
        purpose = "location_only" if self.maybe(0.8 if lead["party"] == "third_party" else 0.15) else "collect"
        row = {"account_id": lead["account_id"], "contact_point": lead["contact_point"], "party": lead["party"]}
        return {**row, "channel": self._channel(lead), "purpose": purpose, "at": at, "open_for": self._open_for()}

    def _open_for(self) -> timedelta:
        """Return how long a row's window is: a single instant, most of a minute, or a slot and a bit."""
        return self.random.choice(
            (MICRO, MICRO, MICRO, timedelta(seconds=59.5), timedelta(seconds=61.5), 2017.5 * SECOND)
        )

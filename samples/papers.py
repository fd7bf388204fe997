"""The papers of an account: consents in every state, relations, stops, and points learned since it was opened."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from accounts import Account, one_line
from chance import Wheel
from people import AS_OF, Employer, People, Person
from telephones import write_number

if TYPE_CHECKING:
    from chance import Chance
    from history import Attempt

__all__ = ["Papers", "bar", "stops_of"]

Row = dict[str, object]

_STATES = Wheel(
    {"valid": 82.0, "expired": 5.0, "revoked": 4.0, "not_yet": 2.0, "wrong_purpose": 3.0, "to_nobody": 2.0}
    | {"missing": 2.0}
)
"""The state of a consent on the sample's day; ``missing`` is named by a row, but stands in no file."""
_RECEIVERS = ("this_collector", "this_collector", "this_collector", "creditor", "earlier_collector")
_DETAILS = {
    "night_shift": ("08:00-15:00", "Mon-Fri 07:30-14:30"),
    "parent_home": ("21:00-09:00", "Mon-Fri 15:00-20:00"),
    "early_shift": ("20:30-13:00",),
    "evening_work": ("Tue-Sat 15:00-02:00",),
    "office": ("Mon-Fri 09:00-17:00", "Sun 00:00-24:00"),
}
"""Hours people ask not to be disturbed in, by routine; several cross midnight."""
_BARS = Wheel(
    {"": 905.0, "cease": 24.0, "attorney": 12.0, "deceased": 9.0, "bankrupt": 9.0, "dispute": 16.0, "refused": 10.0}
    | {"do_not_call": 15.0}
)


def _instant(day: date, chance: Chance) -> str:
    moment = datetime.combine(day, time(8 + chance.below(10), chance.below(60)), UTC)
    return moment.isoformat().replace("+00:00", "Z")


def bar(account: Account, chance: Chance) -> str:
    """Draw whether something bars the whole account, set from when, and return the kind of stop."""
    kind = _BARS.spin(chance)
    if kind:
        account.barred_from = chance.day(AS_OF - timedelta(days=190), AS_OF - timedelta(days=3))
        if kind == "dispute":
            account.tag = "dispute"
    return kind


def stops_of(account: Account, kind: str, attempts: list[Attempt], chance: Chance) -> list[Row]:
    """Return an account's stops: its bar, its debtor's wishes, and what its attempts brought about."""
    found: list[Row] = []
    if kind and account.barred_from is not None:
        channel = "call" if kind == "do_not_call" else ""
        found.append({"kind": kind, "channel": channel, "since": _instant(account.barred_from, chance)})
    found += _wishes(account, chance)
    found += [stop for attempt in attempts for stop in _consequence(attempt, chance)]
    return [{"account_id": account.account_id, **stop} for stop in found]


def _wishes(account: Account, chance: Chance) -> list[Row]:
    since = _instant(chance.day(AS_OF - timedelta(days=200), AS_OF - timedelta(days=5)), chance)
    details = _DETAILS.get(account.debtor.persona.routine, ())
    possible: tuple[tuple[float, Row], ...] = (
        (0.07 if details else 0.0, {"kind": "inconvenient_time", "detail": chance.pick(details or ("",))}),
        (0.02, {"kind": "inconvenient_place", "detail": chance.pick(("home", "work"))}),
        (0.03 if account.debtor.employer else 0.0, {"kind": "employer_prohibits"}),
        (0.015, {"kind": "opt_out", "channel": "sms", "until": _instant(AS_OF - timedelta(days=2), chance)}),
        (0.01, {"kind": "do_not_call", "channel": "call", "since": _instant(AS_OF + timedelta(days=3), chance)}),
    )
    return [{"since": since, **stop} for probability, stop in possible if chance.yes(probability)]


def _consequence(attempt: Attempt, chance: Chance) -> list[Row]:
    when = (attempt.response_at or attempt.started_at).astimezone(UTC).isoformat().replace("+00:00", "Z")
    stop: Row = {"contact_point": attempt.contact_point, "since": when}
    if attempt.outcome == "opted_out" and chance.yes(0.6):
        return [{**stop, "kind": "opt_out", "channel": attempt.channel}]
    if attempt.outcome == "wrong_number" and chance.yes(0.7):
        # Some lists name the number only: it bars whoever has it on file.
        return [{**stop, "kind": "wrong_party"} | ({"account_id": ""} if chance.yes(0.15) else {})]
    return []


class Papers:
    """Numbers and writes the consents; everything that rests on one asks here for its id."""

    def __init__(self) -> None:
        self._new: list[Row] = []
        self._made = 0

    def taken(self) -> list[Row]:
        """Return the consents drawn since the last time."""
        new, self._new = self._new, []
        return new

    def consent(self, account: Account, *, third_party: bool, purposes: str, chance: Chance) -> str:
        """Draw a consent in some state and return its id; it may be one that no file holds."""
        self._made += 1
        consent_id = f"K{self._made:06d}"
        state = _STATES.spin(chance)
        if state == "missing":
            return consent_id
        given = max(account.opened_on, AS_OF - timedelta(days=1200)) + timedelta(days=chance.between(0, 120))
        until = given + timedelta(days=chance.pick((730, 1825, 1825, 3650)))
        revoked = received = ""
        if state == "expired":
            until = chance.day(given + timedelta(days=30), AS_OF - timedelta(days=1))
        elif state == "not_yet":
            given, until = AS_OF + timedelta(days=chance.between(2, 60)), AS_OF + timedelta(days=1000)
        elif state == "revoked":
            day = chance.day(given + timedelta(days=20), AS_OF - timedelta(days=2))
            revoked = _instant(day, chance) if chance.yes(0.8) else ""
            received = _instant(min(day + timedelta(days=1), AS_OF - timedelta(days=1)), chance)
        elif until <= AS_OF + timedelta(days=30):
            until = AS_OF + timedelta(days=chance.between(60, 900))
        chinese = account.country == "CN"
        self._new.append(
            {
                "consent_id": consent_id,
                "given_by": "third_party" if third_party else "debtor",
                "given_to": "" if state == "to_nobody" else chance.pick(_RECEIVERS),
                "basis": "separate_consent" if chinese else chance.pick(("consent", "consent", "contract")),
                "purposes": "contact" if state == "wrong_purpose" else purposes,
                "channels": "" if chance.yes(0.7) else "call;letter",
                "scope": "",
                "given_at": _instant(given, chance),
                "valid_until": _instant(until, chance) if chance.yes(0.85) or state == "expired" else "",
                "revoked_at": revoked,
                "revocation_received_at": received,
                "jurisdiction": account.debtor.home.place.jurisdiction,
                "privacy_notice": f"PN-{given.year}-{chance.between(1, 4)}",
                "evidence_sha256": chance.hexadecimal(64),
            }
        )
        return consent_id

    def debtor_consent(self, account: Account, scope: str, age_days: int, chance: Chance) -> str:
        """Draw the debtor's own recent consent to be contacted (``call_back``: asked us to call), and return its id."""
        self._made += 1
        consent_id = f"K{self._made:06d}"
        self._new.append(
            {
                "consent_id": consent_id,
                "given_by": "debtor",
                "given_to": "this_collector",
                "basis": "separate_consent" if account.country == "CN" else "consent",
                "purposes": "contact",
                "channels": "call" if scope == "call_back" else "call;sms;email",
                "scope": scope,
                "given_at": _instant(AS_OF - timedelta(days=age_days), chance),
                "valid_until": "",
                "revoked_at": "",
                "revocation_received_at": "",
                "jurisdiction": account.debtor.home.place.jurisdiction,
                "privacy_notice": f"PN-{AS_OF.year}-{chance.between(1, 4)}",
                "evidence_sha256": chance.hexadecimal(64),
            }
        )
        return consent_id

    def points(self, account: Account, chance: Chance) -> list[Row]:
        """Return the long contact points of an account: checked numbers, and points found since it was opened."""
        found: list[Row] = []
        debtor = account.debtor
        for line in account.lines:
            if line.kind in {"home", "work"} and chance.yes(0.4):
                found.append(
                    {"kind": "phone", "value": write_number(line.number, line.country, chance), "label": line.kind}
                )
            elif line.kind == "mobile" and line.country == "US" and chance.yes(0.45):
                checked = AS_OF - timedelta(days=chance.between(3, 90))
                holders = line.holders(checked)
                known = "reassigned" if holders is None or debtor not in holders else "not_reassigned"
                found.append(
                    {
                        "kind": "phone",
                        "value": write_number(line.number, line.country),
                        "label": "mobile",
                        "reassignment_checked_on": _instant(checked, chance),
                        "reassignment_result": "no_data" if chance.yes(0.12) else known,
                    }
                )
        if debtor.mobile is not None and debtor.mobile not in account.lines and chance.yes(0.15):
            consent = self.consent(account, third_party=False, purposes="locate;contact;share", chance=chance)
            value = write_number(debtor.mobile.number, debtor.mobile.country, chance)
            found.append({"kind": "phone", "value": value, "source": "earlier_collector", "consent_id": consent})
        if debtor.mailbox is not None and debtor.mailbox not in account.mailboxes and chance.yes(0.15):
            found.append({"kind": "email", "value": debtor.mailbox.address, "label": "home", "source": "web_form"})
        if debtor.former_home is not None and debtor.home != account.address and chance.yes(0.12):
            found.append(
                {"kind": "address", "value": one_line(debtor.home), "label": "home", "source": "returned_mail"}
            )
        for line in account.lines[:1]:
            if line.kind == "mobile" and chance.yes(0.05):
                scope = chance.pick(("call_back", ""))
                consent = self.debtor_consent(account, scope, chance.between(1, 80), chance)
                value = write_number(line.number, line.country)
                found.append({"kind": "phone", "value": value, "label": "mobile", "consent_id": consent})
        for row in found:
            seen = chance.day(account.opened_on, AS_OF - timedelta(days=1))
            row |= {"first_seen": account.opened_on if chance.yes(0.5) else "", "last_seen": seen}
        return [{"account_id": account.account_id, **row} for row in found]

    def relations(self, account: Account, kind: str, people: People, chance: Chance) -> list[tuple[Row, Person | None]]:
        """Return the people an account names, each with who it truly is (None for a firm)."""
        household, debtor = account.household, account.debtor
        others = [member for member in household.members if member is not debtor]
        found = [(_kinship(debtor, other, household.shape), other) for other in others if chance.yes(0.4)]
        place = debtor.home.place
        if chance.yes(0.2):
            relation = chance.pick(("emergency_contact", "friend", "reference", "colleague", "sibling", "relative"))
            found.append((relation, people.with_mobile(people.stranger(place, chance))))
        if chance.yes(0.06):
            relation = chance.pick(("guarantor", "co_borrower"))
            found.append((relation, others[0] if others else people.with_mobile(people.stranger(place, chance))))
        if kind == "attorney":
            found.append(("attorney", people.with_mobile(people.stranger(place, chance))))
        if kind == "deceased":
            found.append(("executor", others[0] if others else people.with_mobile(people.stranger(place, chance))))
        if account.company is not None:
            found.append(("legal_representative", debtor))
            shareholder = others[0] if others else people.with_mobile(people.stranger(place, chance))
            found.append(("shareholder", shareholder))
        rows: list[tuple[Row, Person | None]] = [
            (self._relation(account, relation, person, chance), person) for relation, person in found
        ]
        if account.company is not None and chance.yes(0.4):
            rows.append((_firm(account, "affiliate", people.company(place, chance), chance), None))
        if debtor.employer is not None and chance.yes(0.08):
            rows.append((_firm(account, "employer", debtor.employer, chance), None))
        return rows

    def _relation(self, account: Account, relation: str, person: Person, chance: Chance) -> Row:
        row = _blank_relation(account, relation)
        name = person.name
        if chance.yes(0.85):
            third_party = chance.yes(0.5)
            row["consent_id"] = self.consent(
                account, third_party=third_party, purposes="locate;contact;share", chance=chance
            )
        if name.han and chance.yes(0.6):
            row["full_name"] = name.han
        elif chance.yes(0.5):
            row["full_name"] = name.full
        else:
            row |= {"given_name": name.given, "family_name": name.family}
        line = person.mobile
        if line is not None and chance.yes(0.85):
            row["phone_1"] = write_number(line.number, line.country, chance)
        if chance.yes(0.3):
            row["birth_date"] = person.born
        if chance.yes(0.35):
            place = person.home.place
            han = bool(person.home.han)
            row |= {
                "address": person.home.han or person.home.line,
                "city": place.han if han else place.city,
                "region": place.han_region if han else place.region,
                "postal_code": person.home.postal,
            }
        row["country"] = person.home.place.country
        return row


def _firm(account: Account, relation: str, firm: Employer, chance: Chance) -> Row:
    return _blank_relation(account, relation) | {
        "kind": "company",
        "full_name": firm.name.han or firm.name.full,
        "phone_1": write_number(firm.line.number, firm.line.country, chance),
        "country": account.country,
    }


def _blank_relation(account: Account, relation: str) -> Row:
    columns = ("relation", "consent_id", "kind", "full_name", "given_name", "family_name", "birth_date", "address")
    columns += ("city", "region", "postal_code", "country", "phone_1")
    return {"account_id": account.account_id, **dict.fromkeys(columns, ""), "relation": relation}


def _kinship(debtor: Person, other: Person, shape: str) -> str:
    if shape == "twins":
        return "sibling"
    if shape == "flatmates":
        return "friend"
    apart = (other.born - debtor.born).days
    generation = 18 * 365
    return "child" if apart > generation else "parent" if apart < -generation else "spouse"

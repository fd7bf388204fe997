"""Third-party records: what bureaus, utilities, directories and registers hold on the debtor, the family, strangers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chance import Wheel
from garble import garble_date, garble_digits, garble_name, garble_street
from names import plain
from people import AS_OF, Employer, People, Person
from telephones import write_number

if TYPE_CHECKING:
    from accounts import Account
    from chance import Chance
    from names import Name
    from papers import Papers
    from places import Address

__all__ = ["RECORD_COLUMNS", "records_of"]

Row = dict[str, object]

RECORD_COLUMNS = (
    *("record_id", "source", "consent_id", "observed_on", "kind", "full_name", "given_name", "family_name", "alias_1"),
    *("birth_date", "national_id", "employer", "address", "city", "region", "postal_code", "country"),
    *("phone_1", "phone_2", "email_1"),
)
_SOURCES = {
    "US": Wheel({"bureau": 40.0, "utility": 20.0, "directory": 22.0, "relocation": 10.0, "payroll": 8.0}),
    "CA": Wheel({"bureau": 45.0, "utility": 20.0, "directory": 25.0, "payroll": 10.0}),
    "GB": Wheel({"bureau": 35.0, "electoral": 30.0, "utility": 15.0, "directory": 20.0}),
    "AU": Wheel({"bureau": 40.0, "utility": 25.0, "directory": 35.0}),
    "IN": Wheel({"bureau": 60.0, "directory": 40.0}),
    "CN": Wheel({"telecom": 55.0, "delivery": 45.0}),
}
_FRESH = {"bureau": 0.6, "relocation": 1.0, "telecom": 0.75, "delivery": 0.85, "utility": 0.8, "payroll": 0.7}
"""How likely a source has the address and the number of today, not those of before."""
_ABOUT = Wheel({"debtor": 62.0, "housemate": 13.0, "stranger": 13.0, "copy": 12.0})


class _Maker:
    def __init__(self, account: Account, people: People, papers: Papers, chance: Chance) -> None:
        self.account, self.people, self.papers, self.chance = account, people, papers, chance
        self._consents: dict[tuple[str, str], str] = {}

    def consent(self, person: Person) -> str:
        """Return the consent under which a record on somebody was got: one a person, for most of their records."""
        third_party = person is not self.account.debtor
        key = (person.person_id, str(self.chance.below(2)))
        if key not in self._consents:
            purposes = "locate;contact;share" if self.account.country == "CN" or self.chance.yes(0.8) else "locate"
            self._consents[key] = self.papers.consent(
                self.account, third_party=third_party, purposes=purposes, chance=self.chance
            )
        return self._consents[key]

    def record(self, person: Person) -> Row:
        """Write what one source holds on somebody."""
        chance, country = self.chance, self.account.country
        source = _SOURCES[country].spin(chance)
        fresh = chance.yes(_FRESH.get(source, 0.55))
        row: Row = dict.fromkeys(RECORD_COLUMNS, "") | {"home": self.account.country}
        age = chance.between(2, 400) if fresh else chance.between(300, 1500)
        row |= {"source": source, "consent_id": self.consent(person), "observed_on": AS_OF - timedelta(days=age)}
        row["country"] = country if chance.yes(0.92) else ""
        self._name(row, person)
        if source in {"bureau", "electoral", "relocation"} and chance.yes(0.85):
            row["birth_date"] = garble_date(person.born, chance)
        if source == "bureau" and person.national_id and chance.yes(0.8):
            row["national_id"] = person.national_id
        if source == "telecom" and chance.yes(0.6):
            shown = chance.yes(0.9)
            row["national_id"] = person.national_id if shown else garble_digits(person.national_id, chance)
        address = person.home if fresh or person.former_home is None else person.former_home
        if source not in {"payroll", "telecom"} and chance.yes(0.9):
            self._address(row, address)
        if source != "electoral":
            self._points(row, person, source, fresh=fresh)
        return row

    def _name(self, row: Row, person: Person) -> None:
        chance = self.chance
        if person.name.han:
            row["full_name"] = _pinyin(person.name, chance)
            return
        given, family = garble_name(person.name, person.maiden, chance)
        if row["source"] in {"directory", "delivery"}:
            row["full_name"] = f"{family}, {given}" if chance.yes(0.4) else f"{given} {family}"
        else:
            row |= {"given_name": given, "family_name": family}
        if person.maiden and chance.yes(0.1):
            row["alias_1"] = f"{person.name.given} {person.maiden}"

    def _address(self, row: Row, address: Address) -> None:
        chance = self.chance
        row |= {
            "address": garble_street(address.line, chance),
            "city": address.place.city if chance.yes(0.95) else address.place.city.upper(),
            "region": address.place.region if chance.yes(0.85) else "",
            "postal_code": address.postal if chance.yes(0.9) else "",
        }

    def _points(self, row: Row, person: Person, source: str, *, fresh: bool) -> None:
        chance = self.chance
        line = person.mobile if fresh or person.old_mobile is None else person.old_mobile
        if line is not None and chance.yes({"utility": 0.45, "relocation": 0.3}.get(source, 0.8)):
            number = _slipped(line.number) if chance.yes(_SLIP) else line.number
            row["phone_1"] = write_number(number, line.country, chance)
        if person.landline is not None and source in {"directory", "utility"} and chance.yes(0.4):
            other = write_number(person.landline.number, person.landline.country, chance)
            row["phone_2" if row["phone_1"] else "phone_1"] = other
        if source == "payroll" and person.employer is not None:
            firm = person.employer
            row["employer"] = firm.name.full
            row["phone_2"] = write_number(firm.line.number, firm.line.country, chance)
        box = person.mailbox if fresh or person.old_mailbox is None else person.old_mailbox
        if box is not None and source in {"bureau", "delivery", "directory"} and chance.yes(0.35):
            row["email_1"] = box.address if chance.yes(0.85) else box.address.replace("@", "+shop@").upper()

    def registry(self, company: Employer, person: Person) -> Row:
        """Write a company register's entry, or that of its legal representative."""
        row: Row = dict.fromkeys(RECORD_COLUMNS, "") | {"home": self.account.country}
        observed = AS_OF - timedelta(days=self.chance.between(5, 700))
        row |= {"source": "registry", "consent_id": self.consent(person), "observed_on": observed}
        row["country"] = self.account.country
        if self.chance.yes(0.5):
            row |= {
                "kind": "company",
                "full_name": company.name.full if self.chance.yes(0.6) else company.name.full.upper(),
            }
            self._address(row, company.address)
            row["phone_1"] = write_number(company.line.number, company.line.country, self.chance)
        else:
            self._name(row, person)
            row["employer"] = company.name.full
            self._points(row, person, "registry", fresh=True)
        return row


_SLIP = 0.04


def _slipped(number: str) -> str:
    """Swap the last two digits, which stay inside every range kept for fiction but the list of Australian mobiles."""
    return number if number.startswith("614") and len(number) == _AU_LENGTH else number[:-2] + number[-1] + number[-2]


_AU_LENGTH = 11


def _pinyin(name: Name, chance: Chance) -> str:
    """Write a Chinese name in Latin letters, in one of the orders and spacings found in files."""
    family, given = name.family, name.given
    if chance.yes(0.6):
        family, given = plain(family), plain(given)
    match chance.below(6):
        case 0:
            return f"{given} {family}"
        case 1:
            return f"{family.upper()} {given}"
        case 2:
            return f"{family} {given}".upper()
        case 3:
            return f"{family}, {given}"
        case _:
            return f"{family} {given}"


def records_of(
    account: Account, count: int, people: People, papers: Papers, chance: Chance
) -> list[tuple[Row, Person | None]]:
    """Make ``count`` records around an account, each with whom it truly is about (None: a company)."""
    maker = _Maker(account, people, papers, chance)
    debtor = account.debtor
    others = [member for member in account.household.members if member is not debtor]
    found: list[tuple[Row, Person | None]] = []
    for _ in range(count):
        about = _ABOUT.spin(chance)
        if account.company is not None and chance.yes(0.6):
            row = maker.registry(account.company, debtor)
            found.append((row, None if row["kind"] == "company" else debtor))
        elif about == "housemate" and others:
            other = chance.pick(others)
            found.append((maker.record(other), other))
        elif about == "stranger":
            stranger = _stranger(account, people, chance)
            found.append((maker.record(stranger), stranger))
        elif about == "copy" and found:
            original, whom = chance.pick(found)
            source = _SOURCES[account.country].spin(chance)
            found.append(
                ({**original, "source": source, "observed_on": AS_OF - timedelta(days=chance.below(90))}, whom)
            )
        else:
            found.append((maker.record(debtor), debtor))
    return found


def _stranger(account: Account, people: People, chance: Chance) -> Person:
    """Return whoever has the debtor's old number now, or a namesake of another age."""
    debtor = account.debtor
    if debtor.old_mobile is not None and debtor.old_mobile.next_owner is not None and chance.yes(0.7):
        return debtor.old_mobile.next_owner
    namesake = people.with_mobile(people.stranger(debtor.home.place, chance))
    if chance.yes(0.6):
        namesake.name = debtor.name
    return namesake

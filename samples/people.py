"""Households: who lives where, whose each number is and was, and how it came that somebody cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from chance import Chance, Wheel
from names import CULTURES, Name, company_name, draw_name, plain, twin_name, with_family
from places import COUNTRIES, PLACES, Address, Place, draw_address
from routines import Persona, draw_routine
from telephones import Numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AS_OF", "Employer", "Household", "Line", "Mailbox", "People", "Person"]

AS_OF = date(2026, 11, 23)
_AGING = timedelta(days=90)
"""A number given up rests this long before somebody else gets it."""


@dataclass(slots=True)
class Line:
    """A telephone line.

    ``owners`` answer it until ``ended``; after it has rested, ``next_owner`` does, if there is one. An ``open`` line
    (a call centre) has no owner and is always answered; a ``work`` line is answered by a switchboard in office hours.
    """

    number: str
    kind: str
    country: str
    owners: list[Person] = field(default_factory=list)
    since: date = date(2019, 1, 1)
    ended: date | None = None
    next_owner: Person | None = None

    def holders(self, day: date) -> list[Person] | None:
        """Return whose it is on a day; None when it is nobody's and dead."""
        if self.ended is None or day < self.ended:
            return self.owners
        if self.next_owner is not None and day >= self.ended + _AGING:
            return [self.next_owner]
        return None


@dataclass(slots=True)
class Mailbox:
    """An e-mail address, and from when on it bounces."""

    address: str
    owner: Person
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Employer:
    """A company where people work, with its switchboard."""

    name: Name
    line: Line
    address: Address


@dataclass(slots=True, eq=False)
class Person:
    """Somebody of the sample world."""

    person_id: str
    culture: str
    sex: str
    name: Name
    born: date
    home: Address
    persona: Persona
    maiden: str = ""
    national_id: str = ""
    former_home: Address | None = None
    moved_on: date | None = None
    mobile: Line | None = None
    old_mobile: Line | None = None
    landline: Line | None = None
    mailbox: Mailbox | None = None
    old_mailbox: Mailbox | None = None
    employer: Employer | None = None

    @property
    def age(self) -> int:
        """Age on the sample's day."""
        return AS_OF.year - self.born.year - ((AS_OF.month, AS_OF.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Household:
    """People at one address; ``shape`` says how they belong together."""

    shape: str
    place: Place
    members: list[Person]
    chance: Chance


_SHAPES = Wheel({"single": 40.0, "couple": 27.0, "family": 12.0, "senior_junior": 7.0, "twins": 7.0, "flatmates": 7.0})
_SIZES = {"single": 1, "couple": 2, "family": 3, "senior_junior": 2, "twins": 2, "flatmates": 3}
_CHANGED_MOBILE = 0.75
_REASSIGNED = 0.5
_MOVED = 0.4
_LANDLINE = 0.35
_MAIDEN = 0.3


class People:
    """Makes households one by one from the seed; remembers only employers and which numbers are out."""

    def __init__(self, seed: int, accounts: int) -> None:
        self._seed = seed
        self._numbers = Numbers()
        self._made = 0
        self._people = 0
        self._employers: dict[tuple[str, str, int], Employer] = {}
        self._employers_per_city = 3 + accounts // 400
        self._hubs: dict[str, Line] = {}

    def household(self) -> Household:
        """Make the next household."""
        chance = Chance(self._seed, "household", self._made)
        self._made += 1
        country = COUNTRIES.spin(chance)
        place = chance.pick(PLACES[country])
        culture = CULTURES[country].spin(chance)
        shape = _SHAPES.spin(chance)
        home = draw_address(place, chance)
        members = [self._member(shape, culture, home, chance)]
        while len(members) < _SIZES[shape]:
            members.append(self._another(shape, members, chance))
        self._settle(members, shape, chance)
        return Household(shape, place, members, chance)

    def stranger(self, place: Place, chance: Chance) -> Person:
        """Make somebody of the same place who has nothing to do with the household."""
        culture = CULTURES[place.country].spin(chance)
        home = draw_address(place, chance)
        return self._person(culture, chance.pick("mf"), self._born(chance, 20, 85), home, chance)

    def with_mobile(self, person: Person) -> Person:
        """Give somebody a number of their own."""
        person.mobile = self._line(self._numbers.mobile(person.home.place), "mobile", [person])
        return person

    def company(self, place: Place, chance: Chance) -> Employer:
        """Make a company with its own number."""
        city = (place.city, place.han)
        line = self._line(self._numbers.fixed(place), "work", [], place.country)
        return Employer(company_name(place.country, city, chance), line, draw_address(place, chance))

    def hub(self, place: Place) -> Line:
        """Return the one call-centre number of the country, which hundreds of applications were made through."""
        if place.country not in self._hubs:
            self._hubs[place.country] = self._line(
                self._numbers.fixed(PLACES[place.country][0]), "open", [], place.country
            )
        return self._hubs[place.country]

    def employer(self, place: Place, chance: Chance) -> Employer:
        """Return one of the city's employers: many people share its switchboard."""
        key = (place.country, place.city, chance.below(self._employers_per_city))
        if key not in self._employers:
            self._employers[key] = self.company(place, Chance(self._seed, "employer", *key))
        return self._employers[key]

    def _line(self, number: str, kind: str, owners: Sequence[Person], country: str = "") -> Line:
        return Line(number, kind, country or owners[0].home.place.country, list(owners))

    def _born(self, chance: Chance, youngest: int, oldest: int) -> date:
        return chance.day(
            date(AS_OF.year - oldest, AS_OF.month, AS_OF.day), date(AS_OF.year - youngest, AS_OF.month, AS_OF.day)
        )

    def _member(self, shape: str, culture: str, home: Address, chance: Chance) -> Person:
        youngest, oldest = {"single": (19, 82), "flatmates": (19, 34), "twins": (19, 60)}.get(shape, (40, 76))
        if shape == "couple":
            youngest = 24
        sex = "m" if shape in {"couple", "senior_junior"} else chance.pick("mf")
        return self._person(culture, sex, self._born(chance, youngest, oldest), home, chance)

    def _another(self, shape: str, members: list[Person], chance: Chance) -> Person:
        head = members[0]
        culture, home = head.culture, head.home
        if shape == "twins":
            twin = self._person(culture, head.sex, head.born, home, chance)
            twin.name = twin_name(head.name, culture, head.sex, chance)
            return twin
        if shape == "flatmates":
            return self._person(
                CULTURES[home.place.country].spin(chance), chance.pick("mf"), self._born(chance, 19, 34), home, chance
            )
        if shape == "senior_junior" or len(members) == 2:  # noqa: PLR2004  # the third of a family is the child
            born = head.born + timedelta(days=chance.between(20 * 365, 21 * 365))
            child = self._person(culture, head.sex, born, home, chance)
            child.name = with_family(child.name, head.name)
            if shape == "senior_junior" and culture == "english":
                child.name = Name(
                    head.name.given, head.name.family, head.name.middle, "Jr", nicknames=head.name.nicknames
                )
                head.name = Name(
                    head.name.given, head.name.family, head.name.middle, "Sr", nicknames=head.name.nicknames
                )
            return child
        spouse_born = head.born + timedelta(days=chance.between(-1800, 1800))
        spouse = self._person(culture, "f" if head.sex == "m" else "m", spouse_born, home, chance)
        if culture in {"english", "french", "indian"} and chance.yes(0.75):
            if chance.yes(_MAIDEN):
                spouse.maiden = spouse.name.family
            spouse.name = with_family(spouse.name, head.name)
        return spouse

    def _person(self, culture: str, sex: str, born: date, home: Address, chance: Chance) -> Person:
        self._people += 1
        person_id = f"P{self._people:06d}"
        age = AS_OF.year - born.year
        persona = Persona(
            person_id,
            draw_routine(age, sex, chance),
            chance.pick((-1, 0, 0, 0, 1)),
            round(chance.real(0.2, 0.85), 2),
            home.place.time_zone,
        )
        person = Person(person_id, culture, sex, draw_name(culture, sex, chance), born, home, persona)
        if home.place.country == "CN":
            person.national_id = _resident_id(born, sex, chance)
        return person

    def _settle(self, members: list[Person], shape: str, chance: Chance) -> None:
        head = members[0]
        place = head.home.place
        landline = None
        if chance.yes(_LANDLINE):
            landline = self._line(self._numbers.fixed(place), "home", members)
        if chance.yes(_MOVED):
            self._move(members, chance)
            if landline is not None:
                landline.ended = head.moved_on
        for person in members:
            person.landline = landline
            self._connect(person, chance)
            if person.persona.routine not in {"retired", "student", "parent_home"} and chance.yes(0.7):
                person.employer = self.employer(person.home.place, chance)
        if shape == "couple" and chance.yes(0.06):
            members[1].mobile = head.mobile
            if head.mobile is not None:
                head.mobile.owners = members[:2]

    def _move(self, members: list[Person], chance: Chance) -> None:
        head = members[0]
        place = head.home.place
        moved_on = AS_OF - timedelta(days=chance.between(12, 900))
        to = chance.pick(PLACES[place.country]) if chance.yes(0.35) else place
        new_home = draw_address(to, chance)
        for person in members:
            person.former_home, person.home, person.moved_on = person.home, new_home, moved_on
            old = person.persona
            person.persona = Persona(old.person_id, old.routine, old.shift, old.rate, to.time_zone)

    def _connect(self, person: Person, chance: Chance) -> None:
        first_place = (person.former_home or person.home).place
        person.mobile = self._line(self._numbers.mobile(first_place), "mobile", [person])
        name = person.name
        stem = plain(f"{name.given}.{name.family}").lower().replace(" ", "").replace("'", "")
        person.mailbox = Mailbox(f"{stem}{person.born.year % 100:02d}@{chance.pick(_MAIL)}", person)
        if chance.yes(_CHANGED_MOBILE):
            old = person.mobile
            old.ended = AS_OF - timedelta(days=chance.between(20, 800))
            if chance.yes(_REASSIGNED):
                old.next_owner = self.stranger(first_place, chance)
                old.next_owner.mobile = old
            person.old_mobile = old
            person.mobile = self._line(self._numbers.mobile(person.home.place), "mobile", [person])
            person.mobile.since = old.ended
        if chance.yes(0.3):
            person.old_mailbox = person.mailbox
            person.old_mailbox.ended = AS_OF - timedelta(days=chance.between(20, 800))
            person.mailbox = Mailbox(f"{stem[0]}{chance.digits(5)}@{chance.pick(_MAIL)}", person)


_MAIL = ("example.com", "example.com", "example.org", "example.net", "mail.example.com", "post.example.net")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _resident_id(born: date, sex: str, chance: Chance) -> str:
    """Return a resident identity number whose check digit is right and whose province (39) has never existed."""
    serial = chance.below(50) * 20 + chance.below(10) * 2 + (sex == "m")
    body = f"39{chance.digits(2)}{chance.between(1, 28):02d}{born:%Y%m%d}{serial % 1000:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]

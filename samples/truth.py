"""What is really so in a sample world: whose each point is today, and how each person's week goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from accounts import one_line
from people import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts import Account
    from people import Line, Mailbox, Person

__all__ = ["TRUTH_COLUMNS", "Row", "truth_of"]

TRUTH_COLUMNS: dict[str, tuple[str, ...]] = {
    "people": ("person_id", "name", "born", "routine", "shift", "rate", "time_zone", "country"),
    "accounts": ("account_id", "person_id"),
    "points": ("point", "kind", "country", "state", "person_ids"),
    "records": ("record_id", "person_id"),
}
"""The truth: each person's routine, whose each account and record is, who answers each point on the sample's day."""


class Row(NamedTuple):
    """A row on its way to a file: ``table`` is an input table, or ``truth/`` and one of TRUTH_COLUMNS."""

    table: str
    values: dict[str, object]


def truth_of(opened: list[Account], known: dict[str, Person]) -> Iterator[Row]:
    """Tell the truth about a household: its accounts, and everybody ``known`` from any table."""
    lines: dict[str, Line] = {}
    boxes: dict[str, Mailbox] = {}
    for account in opened:
        yield Row("truth/accounts", {"account_id": account.account_id, "person_id": account.debtor.person_id})
        lines |= {line.number: line for line in account.lines}
    for person in known.values():
        lines |= {line.number: line for line in _lines_of(person)}
        boxes |= {box.address: box for box in (person.mailbox, person.old_mailbox) if box is not None}
    strangers = [line.next_owner for line in lines.values() if line.next_owner is not None]
    for person in {person.person_id: person for person in (*known.values(), *strangers)}.values():
        yield _person(person)
    for line in lines.values():
        holders = line.holders(AS_OF)
        yield _point(f"+{line.number}", line.kind, line.country, holders)
    for box in boxes.values():
        gone = box.ended is not None and box.ended <= AS_OF
        yield _point(box.address, "email", box.owner.home.place.country, None if gone else [box.owner])
    yield from _homes(opened)


def _lines_of(person: Person) -> list[Line]:
    work = person.employer.line if person.employer is not None else None
    return [line for line in (person.mobile, person.old_mobile, person.landline, work) if line is not None]


def _homes(opened: list[Account]) -> Iterator[Row]:
    told = set()
    for account in opened:
        debtor = account.debtor
        for address in (account.address, debtor.home, debtor.former_home):
            if address is not None and (address, debtor) not in told:
                told.add((address, debtor))
                live = address == debtor.home or account.company is not None
                yield _point(one_line(address), "address", address.place.country, [debtor] if live else None)


def _person(person: Person) -> Row:
    persona = person.persona
    values: dict[str, object] = {
        "person_id": person.person_id,
        "name": person.name.han or person.name.full,
        "born": person.born,
        "routine": persona.routine,
        "shift": persona.shift,
        "rate": persona.rate,
        "time_zone": persona.time_zone,
        "country": person.home.place.country,
    }
    return Row("truth/people", values)


def _point(point: str, kind: str, country: str, holders: list[Person] | None) -> Row:
    values: dict[str, object] = {"point": point, "kind": kind, "country": country}
    values["state"] = "dead" if holders is None else "live"
    return Row("truth/points", {**values, "person_ids": ";".join(person.person_id for person in holders or ())})

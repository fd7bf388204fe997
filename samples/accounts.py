"""Accounts as the creditor knows them: points that were right when the account was opened, and often no longer are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from chance import Wheel
from people import AS_OF, Employer, Household, Line, Mailbox, People, Person
from places import CURRENCIES, Address
from telephones import write_number

if TYPE_CHECKING:
    from chance import Chance

__all__ = ["Account", "account_row", "one_line", "open_accounts"]


@dataclass(slots=True)
class Account:
    """An account and what stands in the creditor's file about reaching its debtor."""

    account_id: str
    debtor: Person
    household: Household
    opened_on: date
    company: Employer | None = None
    shared_id: str = ""
    siblings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)
    address: Address | None = None
    placeholder: str = ""
    barred_from: date | None = None
    tag: str = ""
    promised_on: date | None = None
    noticed_on: date | None = None

    @property
    def country(self) -> str:
        """Where the debtor lives."""
        return self.debtor.home.place.country


_DEBTS = Wheel({1: 85.0, 2: 12.0, 3: 3.0})
_PRODUCTS = ("credit_card", "credit_card", "personal_loan", "car_loan", "utility", "telecom", "medical", "store_card")
_PLACEHOLDERS = ("000-000-0000", "9999999999", "1111111111", "n/a", "unknown")
_BALANCES = ((40, 150), (150, 400), (400, 900), (900, 2500), (2500, 6000), (6000, 18000), (18000, 60000))
_ANOTHER_DEBTOR = 0.22
_COMPANY = 0.045
_TOLD = 0.12
"""Share of the people who told the creditor when their number or address changed."""
_AGE_BANDS = ((24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"), (200, "65+"))


def open_accounts(household: Household, people: People, first: int) -> list[Account]:
    """Open a household's accounts, numbered from ``first``."""
    chance = household.chance
    debtors = [person for i, person in enumerate(household.members) if i == 0 or chance.yes(_ANOTHER_DEBTOR)]
    opened: list[Account] = []
    for debtor in debtors:
        debts = _DEBTS.spin(chance)
        shared = f"C{chance.digits(7)}" if debts > 1 and chance.yes(0.8) else ""
        own = []
        for _ in range(debts):
            account = Account(f"A{first + len(opened):06d}", debtor, household, _opened_on(debtor, chance))
            account.shared_id = shared
            _fill(account, people, chance)
            opened.append(account)
            own.append(account.account_id)
        for account in opened[-debts:]:
            account.siblings = own if shared else []
    if chance.yes(_COMPANY):
        head = household.members[0]
        account = Account(f"A{first + len(opened):06d}", head, household, _opened_on(head, chance))
        account.company = people.company(head.home.place, chance)
        account.lines = [account.company.line]
        account.address = account.company.address
        opened.append(account)
    return opened


def _opened_on(debtor: Person, chance: Chance) -> date:
    grown = debtor.born + timedelta(days=18 * 365 + 5)
    return max(grown, AS_OF - timedelta(days=chance.between(250, 2200)))


def _fill(account: Account, people: People, chance: Chance) -> None:
    debtor, opened = account.debtor, account.opened_on
    told = chance.yes(_TOLD)
    old = debtor.old_mobile
    if old is not None and old.ended is not None and old.ended > opened:
        account.lines = [old]
        if told and debtor.mobile is not None:
            account.lines.append(debtor.mobile)
    elif debtor.mobile is not None:
        account.lines = [debtor.mobile]
    if debtor.landline is not None and chance.yes(0.6):
        account.lines.append(debtor.landline)
    if debtor.employer is not None and chance.yes(0.3):
        account.lines.append(debtor.employer.line)
    if chance.yes(0.025):
        account.lines.append(people.hub(debtor.home.place))
    if chance.yes(0.03):
        account.placeholder = chance.pick(_PLACEHOLDERS)
    box = debtor.mailbox
    if debtor.old_mailbox is not None and debtor.old_mailbox.ended is not None and debtor.old_mailbox.ended > opened:
        box = debtor.old_mailbox
    if box is not None and chance.yes(0.65):
        account.mailboxes = [box]
    moved_since = debtor.moved_on is not None and debtor.moved_on > opened
    account.address = debtor.former_home if moved_since and not told else debtor.home


def one_line(address: Address) -> str:
    """Write an address on one line."""
    place = address.place
    if address.han:
        return f"{place.han_region if place.han_region != place.han else ''}{place.han}{address.han}"
    if place.country == "GB":
        return f"{address.line}, {place.city} {address.postal}"
    return f"{address.line}, {place.city}, {place.region} {address.postal}"


def _employment(debtor: Person) -> str:
    return {
        "retired": "retired",
        "student": "student",
        "parent_home": "homemaker",
        "irregular": "self_employed",
    }.get(debtor.persona.routine, "employed")


def account_row(account: Account, chance: Chance) -> dict[str, object]:
    """Return the account's row of ``accounts``; the keys are the contract's columns."""
    debtor, company, address = account.debtor, account.company, account.address
    low, high = chance.pick(_BALANCES)
    row: dict[str, object] = {
        "account_id": account.account_id,
        "person_id": account.shared_id,
        "kind": "company" if company else "person",
        "balance": f"{chance.between(low * 100, high * 100) / 100:.2f}",
        "currency": CURRENCIES[account.country],
        "product": "trade_credit" if company else chance.pick(_PRODUCTS),
        "origin": chance.pick(("branch", "web", "broker", "mobile_app")),
        "days_past_due": chance.between(35, min(900, (AS_OF - account.opened_on).days)),
        "tag": account.tag,
        "promise_due_on": account.promised_on,
        "notice_sent_on": account.noticed_on,
        "opened_on": account.opened_on,
        "portfolio": f"PF{chance.between(1, 9)}",
        "country": account.country,
    }
    if address is not None:
        han = bool(address.han)
        row |= {
            "address": address.han or address.line,
            "city": address.place.han if han else address.place.city,
            "region": address.place.han_region if han else address.place.region,
            "postal_code": address.postal,
            "time_zone": address.place.time_zone if chance.yes(0.12) else "",
        }
    name = company.name if company else debtor.name
    if name.han:
        row["full_name"] = name.han
    elif company or chance.yes(0.15):
        row["full_name"] = name.full
    else:
        given = f"{name.given} {name.middle}".strip()
        row |= {"given_name": given, "family_name": f"{name.family} {name.suffix}".strip()}
    if not company:
        row |= {
            "birth_date": debtor.born if chance.yes(0.93) else "",
            "national_id": debtor.national_id if chance.yes(0.85) else "",
            "language": {"CN": "zh", "IN": "en"}.get(account.country, "es" if debtor.culture == "hispanic" else "en"),
            "employer": _employer_name(debtor) if chance.yes(0.5) else "",
            "age_band": next(band for oldest, band in _AGE_BANDS if debtor.age <= oldest),
            "employment_status": _employment(debtor) if chance.yes(0.75) else "",
            "alias_1": debtor.name.nicknames[0] if debtor.name.nicknames and chance.yes(0.06) else "",
        }
    phones = [write_number(line.number, line.country, chance) for line in account.lines]
    phones += [account.placeholder] if account.placeholder else []
    row |= {f"phone_{i}": phone for i, phone in enumerate(phones[:4], 1)}
    row |= {f"email_{i}": box.address for i, box in enumerate(account.mailboxes[:1], 1)}
    return row


def _employer_name(debtor: Person) -> str:
    if debtor.employer is None:
        return ""
    return debtor.employer.name.han or debtor.employer.name.full

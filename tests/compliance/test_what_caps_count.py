"""Each cap of the rulebook counts what its citation says: whose attempts, which outcomes, and no others.

As many attempts as fill a cap are told of an account in one way after another, and ``what_caps_count.toml`` says in
which of them the next attempt is denied. A pack that counted per person instead of per debt would fail here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from skiptrace.compliance import check
from skiptrace.settings import CheckParams
from tests.compliance.test_scenarios import PRESETS, zone_of

COUNTED = tomllib.loads((Path(__file__).parent / "what_caps_count.toml").read_text(encoding="utf-8"))
OUTCOMES = {
    "call": ("busy", "no_answer", "voicemail", "third_party", "right_party"),
    "email": ("undelivered", "delivered", "replied"),
}


@dataclass
class Told:
    """Worlds of one cap, each with names of its own; ``asked``: in which way told, of which account and point."""

    cap: Any
    debtor: str
    channel: str
    outcome: str
    accounts: list[Any] = field(default_factory=list)
    points: list[Any] = field(default_factory=list)
    attempts: list[Any] = field(default_factory=list)
    consents: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    number: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        zone = zone_of({"debtor": self.debtor, "cases": []})
        self.day = datetime.combine(self.cap.valid_until or date(2026, 11, 25), time(), zone)

    def account(self, person: str) -> str:
        name = f"A{next(self.number)}"
        self.accounts.append({**PRESETS[self.debtor]["accounts"][0], "account_id": name, "person_id": person})
        return name

    def point(self, account: str, value: str | None = None, label: str | None = None, consent: str = "") -> str:
        value = value or f"+{next(self.number)}"
        where = {**PRESETS[self.debtor]["points"][0], "account_id": account, "contact_point": value}
        where["label"] = label or (self.cap.labels[0] if self.cap.labels else None)
        where["kind"] = "phone" if self.channel == "call" else "email"
        self.points.append({**where, "consent_ids": [consent] * bool(consent)})
        if self.cap.after_conversation:
            talk = self.day - timedelta(days=40, hours=-12)
            self.attempts.append(self._attempt(account, value, talk, "right_party"))
        return value

    def fill(self, account: str, point: str, outcome: str | None = None, **more: Any) -> None:
        before = self.day - timedelta(days=self.cap.days != 1) + timedelta(hours=9)
        for at in range(self.cap.maximum):
            row = self._attempt(account, point, before + timedelta(minutes=10 * at), outcome or self.outcome)
            self.attempts.append({**row, **more})

    def _attempt(self, account: str, point: str, at: datetime, outcome: str) -> dict[str, Any]:
        left = True if outcome == "voicemail" else None
        return {"account_id": account, "channel": self.channel, "contact_point": point, "started_at": at,
                "outcome": outcome, "voicemail_left": left}  # fmt: skip

    def ask(self, how: str, account: str, point: str) -> None:
        self.asked.append((how, account, point))


def tell_whose(told: Told) -> None:
    """Tell of attempts in another file of the person's, of another person's at the number, at another number."""
    for how, about in (
        ("in another file of the person, about this debt", True),
        ("in another file of the person", False),
    ):
        mine, other = told.account(how), told.account(how)
        point = told.point(mine)
        told.fill(other, told.point(other), **({"debt_ids": [other, mine]} if about else {}))
        told.ask(how, mine, point)
    mine, stranger = told.account("one"), told.account("another")
    point = told.point(mine)
    told.fill(stranger, told.point(stranger, point))
    told.ask("another person's at this number", mine, point)
    mine = told.account("two numbers")
    point = told.point(mine)
    told.fill(mine, told.point(mine))
    told.ask("at another number", mine, point)


def tell_which(told: Told) -> None:
    """Tell of attempts with each outcome, begun by the debtor, before their consent, at home where work is asked."""
    for outcome in OUTCOMES[told.channel]:
        mine = told.account(outcome)
        point = told.point(mine)
        told.fill(mine, point, outcome)
        told.ask(outcome, mine, point)
    mine = told.account("inbound")
    point = told.point(mine)
    told.fill(mine, point, direction="inbound")
    told.ask("begun by the debtor", mine, point)
    mine = told.account("consent")
    point = told.point(mine, consent="C")
    told.fill(mine, point)
    given = {"given_at": told.day + timedelta(hours=13), "purposes": ["contact"], "scope": "call_back"}
    told.consents.append({"consent_id": "C", **given})
    told.ask("though the debtor asks to be called back", mine, point)
    if told.cap.labels:
        mine = told.account("label")
        point = told.point(mine)
        told.fill(mine, told.point(mine, label="home"))
        told.ask("at home", mine, point)


@pytest.mark.parametrize("cap", COUNTED)
def test_a_cap_counts_whose_attempts_and_which_it_says(cap, world, proposals, rulebook):
    said = COUNTED[cap]
    told = Told(rulebook.by_id[cap], said["debtor"], said.get("channel", "call"), said["filled_by"])
    tell_whose(told)
    tell_which(told)
    facts = world({name: getattr(told, name) for name in ("accounts", "points", "attempts", "consents")})
    usual = {"channel": told.channel, "at": told.day + timedelta(hours=15)}
    rows = [{"account_id": account, "contact_point": point, **usual} for _, account, point in told.asked]
    found = check(proposals(rows), facts, rulebook, told.day - timedelta(days=2), CheckParams())["all_provisions"]
    assert all(any(entry.startswith(f"{cap}:") for entry in entries) for entries in found)
    denied = [how for (how, _, _), entries in zip(told.asked, found, strict=True) if f"{cap}:deny" in entries]
    assert sorted(denied) == sorted(said["counts"])


def test_every_cap_of_the_rulebook_says_what_it_counts(rulebook):
    assert {one.id for one in rulebook.provisions if one.kind == "cap"} == COUNTED.keys()

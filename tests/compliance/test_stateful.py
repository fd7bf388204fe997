"""Plan, release, hear what came of it, plan again: whatever happens, no attempt is ever one too many.

A lender's weeks in small: a few debtors, a dialer that works the newest schedule, results that come late, twice or
never, debtors who phone back, agents who call on their own, people who say no. Every attempt the dialer makes is
counted by hand, by neither reading of the law, against figures written down here and not in the rulebook.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from skiptrace.compliance import check, load_rulebook, openings
from skiptrace.compliance.verify import verify
from skiptrace.planning import PlanInputs, plan
from skiptrace.settings import CheckParams, PlanParams, RulebookParams
from tests.compliance.conftest import world
from tests.planning.conftest import reach

if TYPE_CHECKING:
    from collections.abc import Callable

LAW, PARAMS = load_rulebook(RulebookParams()), CheckParams()
BEGIN = datetime(2026, 11, 23, 5, tzinfo=UTC)
HOMES = {
    "US-NY": ({"country": "US", "region": "US-NY", "postal_code": "14201"}, "America/New_York"),
    "US-NY-NYC": ({"country": "US", "region": "US-NY", "postal_code": "10001"}, "America/New_York"),
    "US-MA": ({"country": "US", "region": "US-MA", "postal_code": "02108"}, "America/New_York"),
    "US-WA": ({"country": "US", "region": "US-WA", "postal_code": "98101"}, "America/Los_Angeles"),
    "US-DC": ({"country": "US", "region": "US-DC", "postal_code": "20001"}, "America/New_York"),
    "CN": ({"country": "CN", "region": "CN-SH", "postal_code": "200000"}, "Asia/Shanghai"),
    "AU": ({"country": "AU", "region": "AU-NSW", "postal_code": "2000"}, "Australia/Sydney"),
    "CA-AB": ({"country": "CA", "region": "CA-AB", "postal_code": "T2P1A1"}, "America/Edmonton"),
    "IN": ({"country": "IN", "region": "IN-MH"}, "Asia/Kolkata"),
}
OUTCOMES = {
    "call": ("no_answer",) * 6 + ("voicemail", "voicemail", "right_party", "third_party", "busy", "human_unverified"),
    "sms": ("delivered", "delivered", "undelivered", "replied"),
    "email": ("delivered", "delivered", "bounced", "opened"),
    "letter": ("sent",),
}
ANY = tuple(OUTCOMES)
TALKED = {"right_party"}
UNPLACED = {"busy", "undelivered", "bounced"}
CONTACT = {"right_party", "third_party", "human_unverified", "delivered", "opened", "replied", "sent"}
UNANSWERED = {"no_answer", "voicemail", "busy"}


class Made(NamedTuple):
    """What truly happened, whether anybody reports it or not."""

    name: str
    account: str
    channel: str
    point: str
    at: datetime
    outcome: str
    inbound: bool = False


class Figure(NamedTuple):
    """At most so many in so many local days: of an account, of a person or at a number."""

    places: tuple[str, ...]
    maximum: int
    days: int
    per: str
    channels: tuple[str, ...]
    counts: Callable[[Made], bool]


def placed(made):
    return made.outcome not in UNPLACED


def contact(made):
    return made.outcome in CONTACT


def unanswered(made):
    return made.outcome in UNANSWERED


def whatever(_):
    return True


FIGURES = (
    Figure(("US",), 7, 7, "account", ("call",), placed),  # 12 CFR 1006.14(b)(2)(i)(A)
    Figure(("US-NY-NYC",), 3, 7, "account", ANY, whatever),  # 6 RCNY 5-77(b)
    Figure(("US-MA",), 2, 7, "account", ("call", "sms"), placed),  # 940 CMR 7.04(1)(f)
    Figure(("US-WA",), 3, 7, "account", ("call", "letter"), whatever),  # RCW 19.16.250(12)
    Figure(("US-DC",), 3, 7, "account", ("call",), whatever),  # D.C. Code 28-3814
    Figure(("CA-AB",), 3, 7, "person", ("call", "sms", "email"), placed),  # Alta. Reg. 194/99, s. 12
    Figure(("AU",), 3, 7, "account", ANY, contact),  # RG 96 section 5
    Figure(("AU",), 10, 31, "account", ANY, contact),
    Figure(("CN",), 3, 1, "person", ("call",), contact),  # GB/T 45251-2025
    Figure(("CN",), 6, 1, "number", ("call",), unanswered),  # CBA 2026
)
HOURS = {"US": (8, 21), "CN": (8, 22), "AU": (7, 21), "CA": (7, 22), "IN": (8, 19)}


class Lender(RuleBasedStateMachine):
    """A lender, its debtors and its dialer."""

    @initialize(seed=st.integers(0, 2**32))
    def open_shop(self, seed):
        self.random, self.now = Random(seed), BEGIN  # noqa: S311  # worlds, not secrets
        self.told = {name: [] for name in ("accounts", "points", "attempts", "stops")}
        self.homes, self.persons = {}, {}
        self.released, self.open, self.made, self.unreported = pl.DataFrame(), [], [], []
        self.silent, self.news = set(), False
        for number in range(self.random.randint(2, 5)):
            self._enlist(f"A{number}")
        for _ in range(self.random.randint(0, 12)):
            lead = self.random.choice(self.told["points"])
            self._happens(lead, self.now - timedelta(hours=self.random.uniform(1, 200)), inbound=self._maybe(0.2))

    def _maybe(self, share):
        return self.random.random() < share

    def _enlist(self, account):
        before = [other for other in self.homes if self._maybe(0.3)]
        home = self.homes[before[0]] if before else self.random.choice(sorted(HOMES))
        self.homes[account], self.persons[account] = home, self.persons[before[0]] if before else account
        place, zone = HOMES[home]
        self.told["accounts"].append({"account_id": account, "person_id": self.persons[account], **place})
        ready = {"reassignment_result": "not_reassigned", "reassignment_checked_on": BEGIN - timedelta(days=20)}
        for number in range(self.random.randint(1, 3)):
            # Two accounts of one person may be reached at one number.
            whose = before[0] if before and self._maybe(0.5) else account
            where = {"zones": [zone], "places": [place["region"]], **ready}
            self._name(account, f"+{whose}{number}", where)
        if self._maybe(0.6):
            self._name(account, f"{account}@example.com", {})
        if self._maybe(0.6):
            self._name(account, f"{place['country'].lower()}|town|{account}", {"places": [place["region"]]})

    def _name(self, account, point, more):
        self.told["points"].append({"account_id": account, "contact_point": point, **more})

    def _happens(self, lead, at, *, inbound=False):
        """Let an attempt nobody scheduled be made, and be told at once."""
        channel = self._channel(lead["contact_point"])
        outcome = self.random.choice(OUTCOMES[channel])
        one = Made(f"H{len(self.made)}", lead["account_id"], channel, lead["contact_point"], at, outcome, inbound)
        self.made.append(one)
        self._tell(one)

    def _channel(self, point):
        return "call" if point.startswith("+") else "email" if "@" in point else "letter"

    def _tell(self, one):
        self.news = True
        row = {"attempt_id": one.name, "account_id": one.account, "channel": one.channel, "contact_point": one.point}
        direction = "inbound" if one.inbound else "outbound"
        self.told["attempts"].append({**row, "started_at": one.at, "outcome": one.outcome, "direction": direction})

    def _facts(self):
        """Return what is known; a row whose time has come and that nobody reported on may have been made."""
        heard = {row["attempt_id"] for row in self.told["attempts"]}
        assumed = [
            {
                **{name: row[name] for name in ("attempt_id", "account_id", "channel", "contact_point")},
                "started_at": row["begin"],
            }
            for row in self.open
            if row["begin"] <= self.now and row["attempt_id"] not in heard | self.silent
        ]
        return world({**self.told, "attempts": [*self.told["attempts"], *assumed]})

    @rule(attempts=st.integers(1, 6), gap=st.sampled_from([0.0, 20.0]), slot=st.sampled_from([15, 30, 60]))
    def plan_and_release(self, attempts, gap, slot):
        facts, name = self._facts(), f"b{len(self.open)}{self.now:%j%H%M}"
        opened = openings(facts, LAW, self.now, self.now + timedelta(days=7), PARAMS)
        inputs = PlanInputs(
            leads=facts.leads.with_columns(p_owner=pl.lit(0.8), p_live=pl.lit(0.9), path=pl.lit("told")),
            windows=opened.windows,
            barred=opened.withheld,
            accounts=facts.accounts,
            p_reach=reach,
            batch_id=name,
            seed=1,
            rulebook_version=LAW.version,
        )

        def judge(asked, also):
            every = pl.concat([facts.attempts, also.select(facts.attempts.columns)])
            return check(asked, replace(facts, attempts=every), LAW, self.now, PARAMS)

        wishes = PlanParams(
            max_attempts_per_account=attempts,
            max_attempts_per_person=2 * attempts,
            min_gap_hours=gap,
            slot_minutes=slot,
        )
        made = plan(inputs, self.now, wishes, judge)
        assert verify(made.schedule, facts, LAW, self.now, PARAMS).to_dicts() == []
        times = made.schedule.with_columns(
            begin=pl.col("not_before").str.to_datetime(time_zone="UTC"),
            end=pl.col("not_after").str.to_datetime(time_zone="UTC"),
        )
        # The dialer works the newest schedule: what has not begun of older ones is dropped.
        self.open = [row for row in self.open if row["begin"] <= self.now] + times.sort("begin").to_dicts()
        self.released, self.news = made.schedule, False

    @precondition(lambda self: not self.released.is_empty())
    @rule(hours=st.integers(2, 60))
    def the_dialer_works(self, hours):
        until = self.now + timedelta(hours=hours)
        mine = set(self.released["attempt_id"])
        due = [row for row in self.open if row["attempt_id"] in mine and self.now < row["begin"] < until]
        moments = [(self._moment(row), row) for row in due]
        for at, row in sorted(moments, key=lambda pair: (pair[0], pair[1]["attempt_id"])):
            self.now = max(self.now, row["begin"], at)
            self._attempt(row, at)
        self.now = until

    def _moment(self, row):
        last = row["end"] - timedelta(microseconds=1)
        return self.random.choice((row["begin"], last, row["begin"] + (last - row["begin"]) * self.random.random()))

    def _attempt(self, row, at):
        """Make an attempt, unless the re-check at dispatch refuses it or the dialer just does not get to it."""
        one = self.released.filter(pl.col("attempt_id") == row["attempt_id"])
        earlier = self.open
        self.open = [other for other in earlier if other is not row]
        refused = not verify(one, self._facts(), LAW, at, PARAMS).is_empty()
        self.open = earlier
        assert self.news or not refused, "refused though nothing was learned since it was planned"
        if refused or self._maybe(0.1):
            # The dialer tells that it was not made, or nobody ever knows.
            if refused or self._maybe(0.5):
                self.silent.add(row["attempt_id"])
            return
        outcome = self.random.choice(OUTCOMES[row["channel"]])
        made = Made(row["attempt_id"], row["account_id"], row["channel"], row["contact_point"], at, outcome)
        self._count(made)
        self.made.append(made)
        self.unreported.append(made)

    def _count(self, one):
        """Count by hand what the law counts, this attempt included."""
        home, (_, zone) = self.homes[one.account], HOMES[self.homes[one.account]]
        clock = one.at.astimezone(ZoneInfo(zone))
        opens, closes = HOURS[home[:2]]
        assert one.channel == "letter" or opens <= clock.hour < closes
        for figure in FIGURES:
            if not any(home == place or home.startswith(f"{place}-") for place in figure.places):
                continue
            if one.channel in figure.channels:
                days = [clock.date() - made.at.astimezone(ZoneInfo(zone)).date() for made in self._like(figure, one)]
                assert sum(day < timedelta(days=figure.days) for day in days) <= figure.maximum, (figure, one)
        if home.startswith("US") and one.channel == "call":
            talks = [made for made in self.made if made.account == one.account and made.outcome in TALKED]
            since = [clock.date() - made.at.astimezone(ZoneInfo(zone)).date() for made in talks]
            assert all(days >= timedelta(days=7) for days in since), one
        for stop in (stop for stop in self.told["stops"] if stop["since"] <= one.at):
            if stop["account_id"] is None:
                assert (stop["contact_point"], stop["channel"]) != (one.point, one.channel)
            else:
                assert stop["account_id"] != one.account

    def _like(self, figure, one):
        """Return what counts with an attempt under a figure; the attempt itself as if it had gone through."""
        same = {
            "account": lambda made: made.account == one.account,
            "person": lambda made: self.persons[made.account] == self.persons[one.account],
            "number": lambda made: made.point == one.point,
        }[figure.per]
        ours = (made for made in self.made if made.channel in figure.channels and not made.inbound and same(made))
        return [one, *(made for made in ours if made.at <= one.at and figure.counts(made))]

    @precondition(lambda self: self.unreported)
    @rule(share=st.sampled_from([0.3, 1.0]))
    def results_come(self, share):
        """Report some of what was made, now and then twice; what stays unreported comes later or never."""
        late = []
        for one in self.unreported:
            if self._maybe(share):
                for _ in range(1 + self._maybe(0.1)):
                    self._tell(one)
            else:
                late.append(one)
        self.unreported = late

    @rule(inbound=st.booleans())
    def somebody_calls(self, inbound):
        """Let a debtor phone back, or an agent call on their own."""
        self._happens(self.random.choice(self.told["points"]), self.now, inbound=inbound)

    @rule(cease=st.booleans())
    def somebody_says_no(self, cease):
        lead = self.random.choice(self.told["points"])
        where = {"account_id": lead["account_id"], "kind": "cease"}
        if not cease:
            channel = self._channel(lead["contact_point"])
            where = {"account_id": None, "contact_point": lead["contact_point"], "kind": "opt_out", "channel": channel}
        self.told["stops"].append({**where, "since": self.now})
        self.news = True


@pytest.mark.parametrize(
    ("examples", "steps"),
    [pytest.param(3, 12, id="few"), pytest.param(60, 40, id="many", marks=pytest.mark.slow)],
)
def test_no_attempt_is_ever_one_too_many(examples, steps):
    run_state_machine_as_test(
        Lender,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

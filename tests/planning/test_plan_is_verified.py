"""Whole worlds with little room, planned as the pipeline plans: the second reading of the law must refuse no row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache, lru_cache
from random import Random
from types import SimpleNamespace

import polars as pl
import polars.selectors as cs
import pytest

from skiptrace.compliance import load_rulebook
from skiptrace.compliance.law import Bar, Cap, Need, Wait
from skiptrace.compliance.verify import verify
from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.errors import PromiseBroken
from skiptrace.ingest.keys import content_keys
from skiptrace.normalise import UNREADABLE_SCHEMA
from skiptrace.pipeline.gathering import SET_ASIDE
from skiptrace.pipeline.planned import make_plan
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import Picture
from skiptrace.settings import PlanParams, RulebookParams, Settings
from skiptrace.tables import empty
from tests.compliance.conftest import world
from tests.compliance.random_worlds import random_world

QUICK = (6, 8, 11)
UNKNOWN = {}
NO_NEWS = {"call": "no_answer", "sms": "sent", "email": "sent", "letter": "sent"}
"""Words that say nothing of a point: one that lives after all brings its zone back, and with it more law."""
IN_VAIN = {"phone": ("call", "disconnected"), "email": ("email", "bounced"), "address": ("letter", "returned")}


@pytest.mark.parametrize("seed", QUICK)
def test_no_row_of_these_plans_is_refused(seed):
    assert_lawful(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in range(200) if seed not in QUICK])
def test_no_row_of_any_plan_is_refused(seed):
    assert_lawful(seed)


def test_these_plans_have_rows_of_every_kind_and_run_into_every_bound():
    plans = [(made, picture) for made, picture, _ in (planned(seed) for seed in QUICK)]
    rows = pl.concat(
        made.schedule.join(debts_of(picture.facts.accounts), on="account_id").with_columns(seed=pl.lit(seed))
        for seed, (made, picture) in enumerate(plans)
    )
    assert set(rows["channel"]) == {"call", "sms", "email", "letter"}
    assert set(rows["party"]) == {"debtor", "third_party"}
    assert rows["time_zone"].n_unique() > 10
    assert rows["wave"].max() > 2
    assert rows.group_by("seed", "debt_ids").agg(pl.col("account_id").n_unique())["account_id"].max() > 1
    assert rows.group_by("seed", "contact_point").agg(pl.col("debt_ids").n_unique())["debt_ids"].max() > 1
    full = [kind["full_slots"] for made, _ in plans for kind in made.diagnostics["capacity"].values()]
    assert sum(full) > 20
    withheld = set(pl.concat(made.withheld for made, _ in plans)["provision"])
    for kind in (Bar, Cap, Need, Wait):
        assert withheld & {provision.id for provision in law().provisions if isinstance(provision, kind)}


def test_a_plan_that_forgets_its_own_rows_is_refused(monkeypatch):
    judge = Picture.judge
    monkeypatch.setattr(
        Picture, "judge", lambda self, asked, also, *rest, **how: judge(self, asked, also.clear(), *rest, **how)
    )
    with pytest.raises(PromiseBroken):
        for seed in QUICK:
            planned.__wrapped__(seed)


def assert_lawful(seed):
    made, picture, terms = planned(seed)
    assert not made.schedule.is_empty()
    again = verify(made.schedule, picture.facts, law(), terms.as_of, terms.settings.check)
    assert again.to_dicts() == []
    assert refused_at_dispatch(made, picture, terms, UNKNOWN).to_dicts() == []
    assert refused_at_dispatch(made, picture, terms, NO_NEWS).to_dicts() == []


@cache
def law():
    return load_rulebook(RulebookParams())


@lru_cache(maxsize=len(QUICK))
def planned(seed):
    """Return a plan with few lines, what it rests on, and the terms it was made on."""
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    params = PlanParams(
        horizon_days=random.choice((1, 2, 3, 7)),
        calls_per_slot=random.choice((1, 1, 2)),
        messages_per_slot=random.choice((1, 2)),
        letters_per_day=random.choice((1, 5)),
        max_attempts_per_account=random.choice((2, 4, 8)),
        max_attempts_per_person=random.choice((2, 4, 8)),
        min_gap_hours=random.choice((0.5, 3, 20)),
        slot_minutes=random.choice((15, 30, 60)),
    )
    picture, as_of = picture_of(seed, random)
    terms = Terms(as_of=as_of, seed=seed, settings=Settings(plan=params))
    return make_plan(picture, empty(SET_ASIDE), "b1", terms), picture, terms


def picture_of(seed, random):
    """Return a world as the pipeline would know it, each chance drawn by lot, and the moment of its plan."""
    made = random_world(seed, accounts=25, rounds=0)
    # What is dated later than the plan cannot have been told.
    made.told["attempts"] = [row for row in made.told["attempts"] if row["started_at"] <= made.as_of]
    promise(made, random)
    end_consents(made, random)
    search_in_vain(made, random)
    share_numbers(made, random)
    facts = world(made.told)
    lots = pl.Series([random.random() for _ in range(facts.leads.height)])
    leads = facts.leads.with_columns(p_owner=lots, p_live=pl.lit(0.9), path=pl.lit("told"))
    facts = replace(facts, leads=leads)
    picture = Picture(
        tables={"accounts": facts.accounts},
        normalised=SimpleNamespace(unreadable=empty(UNREADABLE_SCHEMA), attempts=facts.attempts),
        relinked=None,
        traced=None,
        learned=SimpleNamespace(leads=leads, p_reach=lambda slots: by_lot(slots, seed)),
        facts=facts,
        rulebook=law(),
    )
    return picture, made.as_of


def by_lot(slots, seed):
    """Give each approach and hour a chance of its own."""
    hour = pl.col("at").dt.truncate("1h").dt.to_string("iso")
    drawn = content_keys(slots.select(pl.lit(str(seed)).alias("seed"), "account_id", "contact_point", "channel", hour))
    p = drawn.str.head(4).str.to_integer(base=16) / 2**17 + 0.01
    return slots.with_columns(p_reach=p, p_low=p / 2, p_high=p * 1.5)


def promise(made, random):
    """Let promises fall due today and later."""
    for row in made.told["accounts"]:
        if random.random() < 0.15:
            due = made.as_of.date() + timedelta(days=random.choice((0, 0, 1, 3)))
            row |= {"tag": "promise_to_pay", "promise_due_on": due}


def end_consents(made, random):
    """Let a third of the consents end while the plan runs."""
    for row in made.told["consents"]:
        if random.random() < 0.3:
            row["valid_until"] = made.as_of + timedelta(days=random.uniform(0.2, 3))


def search_in_vain(made, random):
    """Let half of the accounts be reached nowhere any more: their third parties may be asked, as far as law goes."""
    lost = {row["account_id"] for row in made.told["points"] if row["party"] == "third_party" and random.random() < 0.5}
    for lead in made.told["points"]:
        if lead["account_id"] in lost and lead["party"] == "debtor":
            value = lead["contact_point"]
            kind = "phone" if value.startswith("+") else "email" if "@" in value else "address"
            channel, outcome = IN_VAIN[kind]
            for day in (12, 15, 18):
                row = {"account_id": lead["account_id"], "channel": channel, "contact_point": value, "outcome": outcome}
                at = made.as_of - timedelta(days=day)
                number = len(made.told["attempts"])
                made.told["attempts"].append({"attempt_id": f"V{number}", "started_at": at, **row})


def share_numbers(made, random):
    """Let one debtor in ten have a number that is another account's too: who shares a home shares its telephone."""
    phones = [row for row in made.told["points"] if row["contact_point"].startswith("+") and row["party"] == "debtor"]
    first = {row["account_id"]: row for row in reversed(phones)}
    for theirs in first.values():
        mine = random.choice(list(first.values()))
        if mine is not theirs and random.random() < 0.1:
            for row in made.told["attempts"]:
                if (row["account_id"], row["contact_point"]) == (theirs["account_id"], theirs["contact_point"]):
                    row["contact_point"] = mine["contact_point"]
            theirs |= {name: mine.get(name) for name in ("contact_point", "zones", "places", "line_type")}


def refused_at_dispatch(made, picture, terms, outcomes):
    """Judge each row as its window opens, the plan's earlier rows told as made; return the findings.

    ``outcomes``: of earlier rows, by channel; an unknown one may have been a conversation, about all debts of a person.
    """
    random = Random(terms.seed)  # noqa: S311  # moments, not secrets
    begin, end = (pl.col(name).str.to_datetime(time_zone="UTC") for name in ("not_before", "not_after"))
    lots = pl.Series([random.random() for _ in range(made.schedule.height)])
    points = picture.facts.leads.select("account_id", "contact_point", "point_key").unique()
    rows = made.schedule.with_columns(begin=begin, started_at=begin + (end - begin) * lots)
    told = (
        rows.join(points, on=["account_id", "contact_point"])
        .join(debts_of(picture.facts.accounts), on="account_id")
        .with_columns(
            direction=pl.lit("outbound"),
            outcome=pl.col("channel").replace_strict(outcomes, default=None, return_dtype=pl.String),
        )
    )
    findings = []
    for (moment,), now in rows.group_by("begin", maintain_order=True):
        earlier = told.filter(pl.col("begin") < moment)
        earlier = earlier.with_columns(started_at=pl.min_horizontal("started_at", pl.lit(moment)))
        attempts = CODED_ATTEMPTS.conform(earlier.select(cs.by_name(*CODED_ATTEMPTS.schema, require_all=False)))
        known = pl.concat([picture.facts.attempts, attempts.select(picture.facts.attempts.columns)])
        facts, open_rows = replace(picture.facts, attempts=known), now.select(made.schedule.columns)
        findings.append(verify(open_rows, facts, picture.rulebook, moment, terms.settings.check))
    return pl.concat(findings)


def debts_of(accounts):
    """Return the accounts with all accounts of the same person."""
    person = pl.coalesce(pl.format("p{}", "person_id"), pl.format("a{}", "account_id"))
    debts = accounts.group_by(person.alias("person")).agg(debt_ids=pl.col("account_id").sort())
    return accounts.select("account_id", person=person).join(debts, on="person").drop("person")

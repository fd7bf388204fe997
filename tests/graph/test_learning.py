"""What is learned from attempts, in worlds whose truth is planted."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

SOURCES = {"fresh": (0.8, 0.1), "mistaken": (0.15, 0.15), "dead": (0.1, 0.75)}
"""Source → share of its numbers that are the debtor's, and that are out of service."""
SHARES = {
    "theirs": {"right_party": 0.05, "no_answer": 0.82, "human_unverified": 0.11, "wrong_number": 0.02},
    "others": {"no_answer": 0.7, "human_unverified": 0.15, "wrong_number": 0.15},
    "out": {"no_answer": 0.6, "disconnected": 0.4},
}
"""Debtors pick up a third as often as stated, deny being themselves more often, and few dead numbers say so."""
UNTRIED = 3


@pytest.fixture
def planted(world):
    """Give a thousand accounts a number of each of two sources, most of them tried a few times; ``truth`` by number."""
    rng = np.random.default_rng(7)
    world.truth = {}
    for number in range(1000):
        account = f"A{number:04d}"
        world.account(account, entity=f"e{number}")
        for source in rng.choice(list(SOURCES), 2, replace=False):
            value, record = f"+{source}{number}", f"{source}-{number}"
            world.record(record, entity=f"e{number}", source=source)
            world.pair(account, record, 1.0)
            world.point(record, value, days_ago=int(rng.integers(1, 700)))
            mine, out = SOURCES[source]
            state = rng.choice(["theirs", "others", "out"], p=[mine, 1 - mine - out, out])
            world.truth[value] = (source, state)
            for _ in range(0 if number % UNTRIED == 0 else rng.integers(1, 5)):
                word = rng.choice(list(SHARES[state]), p=list(SHARES[state].values()))
                world.attempt(account, value, str(word), days_ago=float(rng.uniform(1, 60)))
    return world


def judged(world, **params):
    leads = world.trace(min_owner=0, **params).leads
    truth = pl.DataFrame(
        [(value, *what) for value, what in world.truth.items()],
        schema=["contact_point", "source", "state"],
        orient="row",
    )
    return leads.join(truth, on="contact_point").with_columns(
        p=pl.col("p_owner") * pl.col("p_live"),
        mine=(pl.col("state") == "theirs").cast(pl.Float64),
        live=(pl.col("state") != "out").cast(pl.Float64),
        untried=pl.col("account_id").str.slice(1).cast(pl.Int64) % UNTRIED == 0,
    )


def apart(leads):
    """Return by how much stated and true means differ, source by source."""
    by = leads.group_by("source").agg(pl.col("p", "mine", "p_live", "live").mean())
    return by.select((pl.col("p") - pl.col("mine")).abs().max(), (pl.col("p_live") - pl.col("live")).abs().max()).row(0)


def test_numbers_nobody_tried_are_believed_as_their_source_deserves(planted):
    learned = judged(planted).filter("untried")
    stated = judged(planted, learn_least=10**6).filter("untried")
    assert max(apart(learned)) < 0.12
    assert max(apart(stated)) > 0.25


def test_debtors_who_hardly_ever_answer_are_no_strangers(planted):
    """The stated shares say that right parties are three times as common; what is learned says how common they are."""
    tried = judged(planted).filter(~pl.col("untried"))
    assert tried["p"].mean() == pytest.approx(tried["mine"].mean(), abs=0.05)
    bands = tried.group_by(band=(pl.col("p") * 5).floor()).agg(pl.col("p", "mine").mean(), pl.len())
    assert bands.select(((pl.col("p") - pl.col("mine")).abs() * pl.col("len")).sum() / tried.height).item() < 0.06


def test_learning_puts_the_right_number_first_more_often(planted):
    def first(**params):
        best = judged(planted, **params).filter(pl.col("rank") == 1)
        return best["mine"].mean()

    assert first() > first(learn_least=10**6) + 0.02


def test_too_few_attempts_teach_nothing(world):
    world.account("A1")
    world.account("B1")
    world.point("A1", "+1", 10)
    world.point("B1", "+2", 10)
    before = world.lead("A1", "+1")
    world.attempt("B1", "+2", "disconnected")
    assert world.lead("A1", "+1") == before


def test_the_order_of_rows_changes_nothing(planted):
    before = planted.trace().leads
    for rows in (planted.people, planted.points, planted.pairs, planted.attempts):
        rows.reverse()
    assert planted.trace().leads.equals(before)


def test_silence_teaches_what_sources_are_worth_but_moves_no_lead_itself(planted):
    account, value = "A0003", next(value for value in planted.truth if re.fullmatch(r"\+[a-z]+3", value))
    told = planted.lead(account, value)
    for _ in range(20):
        planted.attempt(account, value, "no_answer")
    after = planted.lead(account, value)
    assert after["p_owner"] == pytest.approx(told["p_owner"], abs=0.03)
    assert (after["p_owner"], after["p_live"]) == (after["prior_owner"], after["prior_live"])


def test_an_edge_is_as_likely_as_its_lead(planted):
    traced = planted.trace()
    leads = traced.leads.select(to_id="contact_point", p="p_owner")
    edges = traced.relationships.filter(pl.col("edge") == "has_phone").join(leads, on="to_id")
    assert edges.height == leads.height
    assert edges.select((pl.col("probability") - pl.col("p")).abs().max()).item() < 1e-9

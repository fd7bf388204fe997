from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from skiptrace.contracts.stages import PEOPLE
from skiptrace.settings import LearnParams
from skiptrace.timing.cohorts import FACTORS, age_band, cohorts_of
from skiptrace.timing.evidence import SETTLED, Evidence
from skiptrace.timing.levels import Points
from skiptrace.timing.population import start, update

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
EMPLOYMENT = {"employed": -0.6, "retired": 0.9, "student": 0.0}
PRODUCT = {"card": 0.5, "loan": -0.5}


def people(rows):
    return PEOPLE.conform(
        pl.DataFrame(rows).with_columns(table=pl.lit("accounts"), source=pl.lit("accounts"), kind=pl.lit("person"))
    )


def persons(ids, thirds=()):
    return pl.DataFrame(
        {
            "account_id": [*ids, *(account for account, _ in thirds)],
            "third_id": [None] * len(ids) + [t for _, t in thirds],
        },
        schema={"account_id": pl.String, "third_id": pl.String},
    )


def test_everybody_is_in_one_cohort_of_each_factor():
    known = people([{"record_id": "A1", "region": "US-NY", "country": "US", "product": "card"}])
    found = cohorts_of(persons(["A1", "A2"], [("A1", "R1")]), known, AS_OF)
    named = [[found.names[code].split(": ")[1] for code in row] for row in found.of]
    assert named == [
        ["person", "US-NY", "?", "?", "card"],
        ["?"] * len(FACTORS),  # of whom no row is on file
        ["third parties"] * len(FACTORS),
    ]
    assert [FACTORS[number] for number in found.factor] == [name.split(": ")[0] for name in found.names]


@pytest.mark.parametrize(
    ("stated", "born", "band"),
    [
        (None, (2001, 2001), "25-34"),
        (None, (2002, 2002), "18-24"),
        (None, (1961, 1961), "65+"),
        (None, (2015, 2015), "18-24"),
        (None, None, None),
        ("senior", (2001, 2001), "senior"),
    ],
)
def test_an_age_band_is_the_creditors_or_that_of_the_birth_date(stated, born, band):
    row = {"age_band": stated, "birth_from": None, "birth_to": None}
    if born:
        row |= {"birth_from": datetime(born[0], 1, 1).date(), "birth_to": datetime(born[1], 12, 31).date()}  # noqa: DTZ001
    schema = {"age_band": pl.String, "birth_from": pl.Date, "birth_to": pl.Date}
    assert pl.DataFrame([row], schema=schema).select(age_band(AS_OF)).item() == band


def test_planted_effects_of_several_factors_at_once_are_recovered_within_their_doubt():
    rng = np.random.default_rng(3)
    count, tries = 3_000, 8
    # Products go by employment: an effect of one alone would be taken for the other's.
    employment = rng.choice(list(EMPLOYMENT), count)
    card = rng.random(count) < np.where(employment == "retired", 0.8, 0.3)
    product = np.where(card, "card", "loan")
    ids = [f"A{i:05d}" for i in range(count)]
    known = people(
        [
            {"record_id": name, "employment_status": status, "product": what}
            for name, status, what in zip(ids, employment, product, strict=True)
        ]
    )
    cohorts = cohorts_of(persons(ids), known, AS_OF)
    effect = np.array([EMPLOYMENT[one] for one in employment]) + np.array([PRODUCT[one] for one in product])
    odds = -1.0 + effect + rng.normal(0, 0.8, count)
    person = np.repeat(np.arange(count), tries)
    reached = (rng.random(count * tries) < 1 / (1 + np.exp(-odds[person]))).astype(float)
    size = len(person)
    none = np.zeros(0, dtype=np.int64)
    evidence = Evidence(
        point=person,
        person=person,
        channel=np.zeros(size, dtype=np.int64),
        hour=rng.integers(9, 20, size),
        part=np.full(size, SETTLED),
        reached=reached,
        weight=np.ones(size),
        trust=np.ones(size),
        death=np.zeros(size),
        present_person=none,
        present_hour=none,
        present_weight=np.zeros(0),
    )
    points = Points(person=np.arange(count), p_owner=np.full(count, 0.9), p_live=np.full(count, 0.9))
    population = start(cohorts, LearnParams())
    for _ in range(12):
        population = update(population, evidence, points, cohorts, LearnParams())
    found = dict(zip(population.cohorts, population.cohort, strict=True))
    doubt = float(np.sqrt(population.cohort_doubt.max()))
    for factor, planted in (("employment_status", EMPLOYMENT), ("product", PRODUCT)):
        names = list(planted)
        for name in names[1:]:
            apart = found[f"{factor}: {name}"] - found[f"{factor}: {names[0]}"]
            assert apart == pytest.approx(planted[name] - planted[names[0]], abs=3 * doubt)
    assert doubt < 0.2


def test_cohorts_that_were_not_met_are_as_doubtful_as_cohorts_differ():
    met = cohorts_of(persons(["A1"]), people([{"record_id": "A1", "product": "card"}]), AS_OF)
    population = start(met, LearnParams(cohort_spread=0.4))
    other = cohorts_of(persons(["B1"]), people([{"record_id": "B1", "product": "loan"}]), AS_OF)
    mean, doubt = population.among(other).of_cohorts(other)
    assert mean.tolist() == [0.0]
    assert doubt.tolist() == pytest.approx([len(FACTORS) * 0.4**2])

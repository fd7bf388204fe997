"""People written by hand, and the seeded worlds of ``worlds.py``."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from skiptrace.contracts.stages import PEOPLE
from skiptrace.matching import link
from skiptrace.settings import LinkParams


def _load(name: str):
    spec = importlib.util.spec_from_file_location(f"matching_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def worlds():
    return _load("worlds")


@pytest.fixture(scope="session")
def living(worlds):
    """Link a world of 8,000 records once for all tests that look at it."""

    @cache
    def of(habits: str, *, chinese: bool = False):
        people, truth = worlds.world(8_000, 11, getattr(worlds, habits), chinese=chinese)
        linked = link(people, LinkParams(), seed=1)
        return SimpleNamespace(people=people, truth=truth, linked=linked, found=worlds.merged(linked.entities, truth))

    return of


def row(name: str | None, record_id: str, **known) -> dict:
    """Write a row of PEOPLE from ``given [middle] family`` and whatever else is known."""
    parts = (name or "").split()
    given, family = (parts[0], parts[-1]) if len(parts) > 1 else (None, parts[0] if parts else None)
    born = known.pop("born", None)
    said = {
        "table": "records",
        "source": "bureau",
        "kind": "person",
        "full_name": name,
        "given": given,
        "middle": " ".join(parts[1:-1]) or None,
        "family": family,
        "given_root": known.pop("root", given),
        "given_sound": given and given[0] + given[1:].translate({ord(vowel): None for vowel in "aeiouy"}),
        "family_sound": family and family[0] + family[1:].translate({ord(vowel): None for vowel in "aeiouy"}),
        "birth_from": born and date.fromisoformat(born),
        "birth_to": born and date.fromisoformat(born),
        "phones": [],
        "emails": [],
    }
    return {**dict.fromkeys(PEOPLE.schema), **said, "record_id": record_id, **known}


def home(street: str = "12 elm street", postal: str = "02139") -> dict:
    number, *words = street.split()
    return {
        "address_key": f"us|{postal}|{street}",
        "address_tokens": sorted(words),
        "house_number": number,
        "postal_code": postal,
        "city": "cambridge",
    }


@pytest.fixture(scope="session")
def crowd(worlds):
    """Everybody else: a file has more in it than the rows a test is about."""
    people, _ = worlds.world(1_500, 3)
    return people.with_columns(record_id=pl.lit("crowd-") + pl.col("record_id"))


@pytest.fixture
def linked(crowd):
    """Link hand-written rows among a crowd; the answer tells outcomes and entities by record id."""

    def run(*rows: dict, **options):
        people = pl.concat([pl.DataFrame(rows, schema=PEOPLE.schema), crowd])
        result = link(people, LinkParams(), seed=1, **options)
        entity = dict(result.entities.select("record_id", "entity_id").iter_rows())
        pairs = {frozenset((pair["record_id_l"], pair["record_id_r"])): pair for pair in result.pairs.to_dicts()}

        def outcome(one: str, other: str) -> str | None:
            return pairs.get(frozenset((one, other)), {}).get("outcome")

        return SimpleNamespace(
            result=result,
            outcome=outcome,
            pair=lambda one, other: pairs.get(frozenset((one, other))),
            together=lambda one, other: entity[one] == entity[other],
        )

    return run


@pytest.fixture(scope="session")
def write():
    return SimpleNamespace(row=row, home=home)

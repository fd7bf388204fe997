from __future__ import annotations

import polars as pl
import pytest

from skiptrace.contracts.stages import RELATIONSHIPS

PHONE, ADDRESS = "+16175550101", "1 elm st|boston"


def edge_of(world, edge, **params):
    return world.trace(**params).relationships.filter(pl.col("edge") == edge).row(0, named=True)


def test_relationships_keep_the_contract_and_its_key(family):
    edges = family.trace().relationships
    assert edges.schema == RELATIONSHIPS.schema
    assert RELATIONSHIPS.validate(edges).rejected.is_empty()
    assert edges.select(RELATIONSHIPS.key).is_duplicated().sum() == 0
    assert edges["probability"].null_count() == 0


def test_an_edge_says_where_it_comes_from(family, today):
    edges = family.trace().relationships
    row = edges.filter(pl.col("from_id") == "e1", pl.col("to_id") == PHONE).row(0, named=True)
    assert (row["edge"], row["to_type"]) == ("has_phone", "phone")
    assert row["sources"] == ["accounts", "bureau_x"]
    assert row["record_ids"] == ["A1", "R1"]
    assert row["consent_ids"] == ["c-R1"]
    assert (today - row["first_seen"]).days == 60
    assert (today - row["last_seen"]).days == 30
    assert row["probability"] > 0.98


def test_every_kind_of_point_has_its_edge_and_work_is_kept_apart(world):
    world.account("A1", "e1", employer_key="acme")
    world.point("A1", PHONE)
    world.point("A1", "a@example.com")
    world.point("A1", ADDRESS)
    world.point("A1", "9 mill rd", label="work")
    rows = world.trace().relationships.select("edge", "to_id", "to_type").rows()
    assert rows == [
        ("has_email", "a@example.com", "email"),
        ("has_phone", PHONE, "phone"),
        ("lives_at", ADDRESS, "address"),
        ("works_at", "9 mill rd", "address"),
        ("works_at", "acme", "company"),
    ]


def test_disclosed_relations_lead_from_the_debtor_to_the_person_or_company(world):
    world.account("A1", "e1", kind="company")
    world.relation("r1", "A1", "e2", relation="legal_representative", consent_id="c9")
    world.relation("r2", "A1", "e3", relation="affiliate", kind="company")
    rows = world.trace().relationships.select("from_id", "edge", "to_id", "to_type", "consent_ids").rows()
    assert rows == [("e1", "affiliate", "e3", "company", []), ("e1", "legal_representative", "e2", "person", ["c9"])]


def test_nobody_is_related_to_himself(world):
    world.account("A1", "e1")
    world.relation("r1", "A1", "e1")
    assert world.trace().relationships.is_empty()


def test_persons_at_one_address_are_a_household_once(family):
    assert family.edges("same_household") == [("e1", "e2")]
    household = edge_of(family, "same_household")
    assert household["record_ids"] == ["A1", "r1"]
    assert household["probability"] < min(
        family.trace().relationships.filter(pl.col("edge") == "lives_at")["probability"]
    )


def test_a_company_at_the_address_is_no_member_of_the_household(world):
    world.account("A1")
    world.account("A2", kind="company")
    for account in ("A1", "A2"):
        world.point(account, ADDRESS)
    assert world.edges("same_household") == []


def test_colleagues_at_a_workplace_are_no_household(world):
    for account in ("A1", "A2"):
        world.account(account)
        world.point(account, ADDRESS, label="work")
    assert world.edges("same_household") == []


@pytest.mark.parametrize(("value", "edge"), [(ADDRESS, "same_household"), (PHONE, "shares_phone")])
def test_what_more_share_than_a_household_relates_nobody(world, value, edge):
    for number in range(4):
        world.account(f"A{number}", f"e{number}")
        world.point(f"A{number}", value)
    assert len(world.edges(edge, max_sharing=4)) == 6
    assert world.edges(edge, max_sharing=3) == []


def test_two_phones_shared_by_the_same_two_are_one_edge(world):
    for account, entity in (("A1", "e1"), ("A2", "e2")):
        world.account(account, entity)
        world.point(account, PHONE)
        world.point(account, "+16175550102")
    assert world.edges("shares_phone") == [("e1", "e2")]


def test_a_row_that_linkage_left_out_stands_alone(world):
    world.account("A1")
    world.point("A1", PHONE)
    world.entities.clear()
    assert world.edges("has_phone") == [("accounts:A1", PHONE)]

from __future__ import annotations

import polars as pl
import pytest

from skiptrace.graph.links import debtor_links, third_party_links
from skiptrace.graph.sightings import sight
from skiptrace.settings import TraceParams


def links_of(world, as_of, **params):
    known = world.inputs()
    settings = TraceParams(**params)
    sighted = sight(known, as_of, settings)
    rows = sighted.people.select("node", "record_id")
    linked = debtor_links(sighted, known.pairs, settings)
    named = linked.join(rows, on="node").join(rows.rename({"node": "account", "record_id": "account_id"}), on="account")
    return {
        (account, row): (round(matched, 6), steps)
        for account, row, matched, steps in named.select("account_id", "record_id", "matched", "steps").rows()
    }


def chain(world, *probabilities):
    world.account("A1")
    before = "A1"
    for number, probability in enumerate(probabilities, 1):
        world.record(f"R{number}")
        world.pair(before, f"R{number}", probability)
        before = f"R{number}"


def test_an_account_is_linked_to_itself_without_a_doubt(world, as_of):
    world.account("A1")
    assert links_of(world, as_of) == {("A1", "A1"): (1.0, 0)}


def test_probabilities_multiply_along_a_path(world, as_of):
    chain(world, 0.95, 0.8)
    assert links_of(world, as_of)["A1", "R2"] == (0.76, 2)


def test_the_best_path_counts_whatever_its_length(world, as_of):
    chain(world, 0.95, 0.9)
    world.pair("A1", "R2", 0.6)
    assert links_of(world, as_of)["A1", "R2"] == (0.855, 2)


def test_paths_less_likely_than_not_or_too_long_are_not_followed(world, as_of):
    chain(world, 0.95, 0.6, 0.6)
    assert ("A1", "R3") not in links_of(world, as_of, max_steps=3)
    assert ("A1", "R2") not in links_of(world, as_of, max_steps=1)


def test_only_matches_and_possible_matches_are_followed(world, as_of):
    world.account("A1")
    for number, outcome in enumerate(("possibly_related", "disclosed_relation")):
        world.record(f"R{number}")
        world.pair("A1", f"R{number}", 0.99, outcome)
    assert list(links_of(world, as_of)) == [("A1", "A1")]


def test_a_relation_is_neither_reached_nor_walked_through(world, as_of):
    world.account("A1")
    world.account("A2")
    world.relation("r1", "A2")
    world.record("R1")
    world.pair("A1", "r1", 0.99)
    world.pair("r1", "R1", 0.99)
    assert set(links_of(world, as_of)) == {("A1", "A1"), ("A2", "A2")}


def test_accounts_of_one_person_share_their_records(world, as_of):
    world.account("A1", person_id="p")
    world.account("A2", person_id="p")
    world.record("R1")
    world.pair("A2", "R1", 0.9)
    assert links_of(world, as_of)["A1", "R1"] == (0.9, 1)
    assert links_of(world, as_of)["A1", "A2"] == (1.0, 0)


def test_a_person_id_that_everybody_has_is_no_person(world, as_of):
    for number in range(4):
        world.account(f"A{number}", person_id="0")
    assert len(links_of(world, as_of, max_accounts_per_person=3)) == 4


def test_a_debtor_who_is_only_possibly_the_same_keeps_their_numbers_to_themselves(world, as_of):
    world.account("A1")
    world.account("A2")
    world.pair("A1", "A2", 0.8)
    assert ("A1", "A2") not in links_of(world, as_of)
    world.pairs.clear()
    world.pair("A1", "A2", 0.95)
    assert links_of(world, as_of)["A1", "A2"] == (0.95, 1)


def test_ids_may_be_the_same_in_different_tables(world, as_of):
    world.account("7")
    world.record("7")
    world.pairs.append(
        {
            "record_id_l": "7",
            "source_l": "accounts",
            "record_id_r": "7",
            "source_r": "bureau_x",
            "match_weight": 1.0,
            "match_probability": 0.9,
            "outcome": "match",
        }
    )
    known = world.inputs()
    linked = debtor_links(sight(known, as_of, TraceParams()), known.pairs, TraceParams())
    assert linked.select("matched", "steps").rows() == [(1.0, 0), (0.9, 1)]


def test_a_crowd_in_one_cluster_stays_affordable(world, as_of):
    for number in range(30):
        world.account(f"A{number}")
        world.record(f"R{number}")
    for left in range(30):
        for right in range(30):
            world.pair(f"A{left}", f"R{right}", 0.95)
    found = links_of(world, as_of, max_links=3)
    assert pl.Series([account for account, _ in found]).value_counts()["count"].max() <= 1 + 3 + 3 * 3


def third_parties_of(world, as_of, **params):
    known = world.inputs()
    settings = TraceParams(**params)
    sighted = sight(known, as_of, settings)
    names = dict(sighted.people.select("node", "record_id").rows())
    linked = third_party_links(sighted, known.pairs, settings)
    columns = ("account", "node", "matched", "steps", "relation_id")
    return {
        (names[account], names[row]): (matched, steps, relation)
        for account, row, matched, steps, relation in linked.select(columns).rows()
    }


def firm(world, relation="legal_representative", probability=0.98, outcome=None, **more):
    """A company that owes, a related person, and a record that matches them."""
    world.account("A1", kind="company")
    world.relation("r1", "A1", "e2", relation=relation, **more)
    world.record("R1", "e2")
    world.pair("r1", "R1", probability, outcome)


BUSINESS = ("legal_representative", "shareholder", "affiliate", "guarantor", "co_borrower")


@pytest.mark.parametrize("relation", BUSINESS)
def test_a_relation_of_business_leads_to_the_records_that_match_it(world, as_of, relation):
    firm(world, relation)
    assert third_parties_of(world, as_of) == {("A1", "r1"): (1.0, 0, "r1"), ("A1", "R1"): (0.98, 1, "r1")}


def test_a_person_leads_to_the_firm(world, as_of):
    world.account("A1")
    world.relation("r1", "A1", "e2", relation="affiliate", kind="company")
    world.record("R1", "e2", kind="company")
    world.pair("r1", "R1", 0.99)
    assert ("A1", "R1") in third_parties_of(world, as_of)


@pytest.mark.parametrize(("kind", "found"), [("company", True), ("person", False), (None, False)])
def test_an_employer_is_a_relation_of_business_where_it_is_a_company(world, as_of, kind, found):
    firm(world, "employer", kind=kind)
    assert (("A1", "R1") in third_parties_of(world, as_of)) is found


@pytest.mark.parametrize("relation", ["spouse", "parent", "friend", "colleague", "reference", "attorney", "executor"])
def test_households_and_acquaintances_lead_no_further_than_their_own_row(world, as_of, relation):
    firm(world, relation)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1")}


@pytest.mark.parametrize("outcome", ["possible_match", "possibly_related", "disclosed_relation"])
def test_a_third_party_is_traced_over_matches_only(world, as_of, outcome):
    firm(world, outcome=outcome)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1")}


def test_a_third_party_is_traced_one_step(world, as_of):
    firm(world)
    world.record("R2", "e2")
    world.pair("R1", "R2", 0.99)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1"), ("A1", "R1")}


def test_another_accounts_relation_stays_with_that_account(world, as_of):
    firm(world)
    world.account("A2")
    world.relation("r2", "A2", "e2", relation="spouse")
    world.pair("r1", "r2", 0.99)
    world.pair("r2", "R1", 0.99)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1"), ("A1", "R1"), ("A2", "r2")}


def test_a_third_party_who_is_a_debtor_themselves_leads_nowhere(world, as_of):
    firm(world)
    world.account("A2", "e2")
    assert set(third_parties_of(world, as_of)) == {("A1", "r1")}


@pytest.mark.parametrize("end", ["r1", "R1"])
@pytest.mark.parametrize(("probability", "outcome"), [(0.6, "possible_match"), (0.95, "match")])
def test_nor_one_who_may_be_a_debtor(world, as_of, end, probability, outcome):
    firm(world)
    world.account("A2")
    world.pair("A2", end, probability, outcome)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1")}


def test_nor_one_who_cannot_be_told_from_the_debtor(world, as_of):
    firm(world)
    world.pair("A1", "R1", 0.6)
    assert set(third_parties_of(world, as_of)) == {("A1", "r1")}


def test_a_record_that_matches_two_relations_is_found_by_the_surer_one(world, as_of):
    firm(world, probability=0.95)
    world.relation("r2", "A1", "e2", relation="guarantor")
    world.pair("r2", "R1", 0.97)
    assert third_parties_of(world, as_of)["A1", "R1"] == (0.97, 1, "r2")


def test_a_third_party_in_a_crowd_of_records_stays_affordable(world, as_of):
    firm(world)
    for number in range(2, 9):
        world.record(f"R{number}", "e2")
        world.pair("r1", f"R{number}", 0.99)
    assert len(third_parties_of(world, as_of, max_links=3)) == 1 + 3

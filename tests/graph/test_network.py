from __future__ import annotations

import networkx as nx
import polars as pl
import pytest

from skiptrace.contracts.stages import LEADS, PEOPLE, RELATIONSHIPS
from skiptrace.graph import NetworkIndex, Traced, neighbourhood, network_around, whole_network


@pytest.fixture
def around(family):
    index = index_of(family)

    def look(account_id="A1", **options):
        return neighbourhood(index, account_id, **options)

    return look


def index_of(world):
    known = world.inputs()
    return NetworkIndex(world.trace(), known.people, known.entities)


def test_one_step_holds_the_debtors_points_employer_and_relations(around):
    graph = around(steps=1)
    assert "employer:acme" in graph
    assert "phone:+16175550101" in graph
    assert "e2" in graph
    assert "phone:+16175550103" not in graph
    assert "phone:+16175550103" in around(steps=2)


def test_nodes_are_typed_and_named_and_edges_tell_their_provenance(around):
    graph = around(steps=1)
    assert graph.nodes["e1"] == {"type": "person", "label": "陈伟 & Söhne", "record_ids": ["A1", "A2", "R1"]}
    assert graph.nodes["email:chen@example.com"]["type"] == "email"
    edge = graph.edges["e1", "phone:+16175550101", "has_phone"]
    assert edge["sources"] == ["accounts", "bureau_x"]
    assert edge["consent_ids"] == ["c-R1"]


def test_several_relationships_of_two_people_are_several_edges(around):
    assert sorted(around(steps=1).get_edge_data("e1", "e2")) == ["same_household", "spouse"]


def test_a_neighbourhood_is_the_subgraph_of_the_nodes_in_reach(around):
    whole = nx.compose(around("A1", steps=9), around("A3", steps=9))
    for steps in range(4):
        expected = whole.subgraph(nx.ego_graph(whole.to_undirected(), "e1", radius=steps))
        graph = around(steps=steps)
        assert dict(graph.nodes(data=True)) == dict(expected.nodes(data=True))
        assert set(graph.edges) == set(expected.edges)


def test_a_switchboard_is_shown_but_not_walked_through(world):
    for number in range(150):
        world.account(f"A{number}")
        world.point(f"A{number}", "+16175550100")
    world.point("A0", "+16175550101")
    graph = neighbourhood(index_of(world), "A0", steps=3)
    assert set(graph) == {"e-A0", "phone:+16175550100", "phone:+16175550101"}


def test_an_unknown_account_has_no_neighbourhood(around):
    assert len(around("nobody")) == 0


def edge(source, kind, target, to_type):
    return {"from_id": source, "edge": kind, "to_id": target, "to_type": to_type, "probability": 0.5}


def hub(rows):
    people = pl.DataFrame(
        {"table": "accounts", "record_id": "A0", "account_id": "A0", "source": "accounts", "kind": "person"}
    )
    entities = pl.DataFrame({"source": ["accounts"], "record_id": ["A0"], "entity_id": ["e0"]})
    blank = RELATIONSHIPS.empty()
    relationships = pl.concat([blank, pl.DataFrame(rows)], how="diagonal_relaxed").select(blank.columns)
    traced = Traced(relationships=relationships, leads=LEADS.empty(), sources=pl.DataFrame())
    around = pl.concat([PEOPLE.empty(), people], how="diagonal_relaxed")
    index = NetworkIndex(traced, around, entities)
    return [network_around(index, "A0", steps) for steps in (1, 4)]


def test_a_switchboard_of_a_hundred_thousand_is_one_node():
    rows = [edge(f"e{number}", "has_phone", "+1", "phone") for number in range(100_000)]
    for around in hub(rows):
        assert around.nodes["id"].to_list() == ["e0", "phone:+1"]
        assert around.edges.height == 1


def test_of_a_hundred_thousand_neighbours_as_many_are_shown_as_a_picture_holds():
    rows = [edge("e0", "has_phone", f"+{number}", "phone") for number in range(100_000)]
    for around in hub(rows):
        assert around.nodes.height == 2_000
        assert around.edges.height == 1_999


def test_a_network_holds_both_ends_of_every_edge(family):
    known = family.inputs()
    networks = [whole_network(family.trace(), known.people, known.entities)]
    networks += [network_around(index_of(family), "A1", steps) for steps in range(4)]
    for network in networks:
        ids = network.nodes["id"]
        assert ids.is_unique().all()
        assert network.nodes["label"].null_count() == 0
        assert network.edges["source"].is_in(ids.implode()).all()
        assert network.edges["target"].is_in(ids.implode()).all()
    assert networks[0].edges.height == family.trace().relationships.height
    points = family.trace().relationships.filter(pl.col("to_type") != "person")["to_id"].n_unique()
    assert networks[0].nodes.height == 4 + points
    assert set(networks[0].nodes["type"]) == {"person", "phone", "email", "address", "company"}

from __future__ import annotations

import networkx as nx
import pytest

from skiptrace.graph import neighbourhood, write_graphml


@pytest.fixture
def around(family):
    known = family.inputs()
    traced = family.trace()

    def look(account_id="A1", **options):
        return neighbourhood(traced, known.people, known.entities, account_id, **options)

    return look


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
    known = world.inputs()
    graph = neighbourhood(world.trace(), known.people, known.entities, "A0", steps=3)
    assert set(graph) == {"e-A0", "phone:+16175550100", "phone:+16175550101"}


def test_an_unknown_account_has_no_neighbourhood(around):
    assert len(around("nobody")) == 0


def graphml(world, path):
    known = world.inputs()
    write_graphml(world.trace(), known.people, known.entities, path)
    return nx.read_graphml(path, force_multigraph=True)


def test_graphml_opens_in_networkx_with_every_node_and_edge(family, tmp_path):
    graph = graphml(family, tmp_path / "graph.graphml")
    traced = family.trace()
    assert graph.number_of_edges() == traced.relationships.height
    points = traced.relationships.filter(traced.relationships["to_type"] != "person")["to_id"].n_unique()
    assert graph.number_of_nodes() == 4 + points
    assert {data["type"] for _, data in graph.nodes(data=True)} == {"person", "phone", "email", "address", "company"}
    assert all(data["edge"] and 0 < data["probability"] <= 1 for _, _, data in graph.edges(data=True))


def test_graphml_keeps_names_of_every_script_and_joins_lists(family, tmp_path):
    graph = graphml(family, tmp_path / "graph.graphml")
    assert graph.nodes["e1"]["label"] == "陈伟 & Söhne"
    assert graph.nodes["e2"]["label"] == 'Li "Na" <x>'
    (edge,) = graph.get_edge_data("e1", "phone:+16175550101").values()
    assert (edge["sources"], edge["record_ids"]) == ("accounts;bureau_x", "A1;R1")
    assert (edge["first_seen"], edge["last_seen"]) == ("2026-09-25", "2026-10-25")


def test_graphml_survives_what_xml_cannot_hold(world, tmp_path):
    world.account("<\"1&'>", full_name="a\x00\x0bb\ufffe\nc]]>")
    world.point("<\"1&'>", "+16175550101")
    graph = graphml(world, tmp_path / "graph.graphml")
    assert graph.nodes["e-<\"1&'>"]["label"] == "ab\nc]]>"


def test_graphml_is_the_same_bytes_each_time(family, tmp_path):
    graphml(family, tmp_path / "1")
    for rows in (family.people, family.points, family.entities, family.pairs):
        rows.reverse()
    graphml(family, tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_an_empty_graph_is_still_graphml(world, tmp_path):
    assert len(graphml(world, tmp_path / "graph.graphml")) == 0

"""Every form of the graph, read back by others: what is read is what the tables say."""

from __future__ import annotations

import csv
import json

import networkx as nx
import pytest

from skiptrace.graph import elements, whole_network, write_gexf, write_graphml, write_neo4j, write_node_link
from tests.graph.xml_rules import gexf_faults, graphml_faults

NASTY = "a\x00\x0bb\x1f\ufffe\"q\" 'p'\r\n\t<i>&amp;]]>;,\\ 陈伟 𠮷\u2028 "
LISTS = ("sources", "record_ids", "consent_ids")


@pytest.fixture
def nasty(family):
    """The family, and people whose ids and names try to get out of their place."""
    for number, name in enumerate([NASTY, "=1+1", "", "\x01", None]):
        family.account(f"N{number}", f"n{number}", full_name=name)
        family.point(f"N{number}", "+16175550199", 3)
    family.account("<\"1;&'>\r\n\t,陈", full_name="Ann")
    family.point("<\"1;&'>\r\n\t,陈", '1 elm; st|"a"<b>&\nc')
    family.record("R;9", "n0", source='bureau;"x"')
    family.point("R;9", "+16175550198", 9)
    return family


def network_of(world):
    known = world.inputs()
    return whole_network(world.trace(), known.people, known.entities)


def told(network):
    """Return what the tables say: nodes by id, edges by their ends and kind."""
    nodes = {row.pop("id"): row for row in network.nodes.to_dicts()}
    edges = {}
    for row in network.edges.drop("to_type").to_dicts():
        seen = {name: row[name] and row[name].isoformat() for name in ("first_seen", "last_seen")}
        key = (row.pop("source"), row["edge"], row.pop("target"))
        edges[key] = {**row, **seen}
    return nodes, edges


def read_by_networkx(graph):
    edges = {}
    for source, target, data in graph.edges(data=True):
        key = (source, data["edge"], target)
        assert key not in edges
        edges[key] = data
    return dict(graph.nodes(data=True)), edges


def xml_text(text):
    return "".join(c for c in text if c in "\t\r\n" or (c >= " " and c not in "\ufffe\uffff"))


def joined(values):
    return ";".join(value.replace(";", "%3B") for value in values)


def as_xml(data):
    """Return a row as attributes of text: lists joined, nothing where nothing is."""
    texts = {name: joined(value) if isinstance(value, list) else value for name, value in data.items()}
    texts = {name: xml_text(value) if isinstance(value, str) else value for name, value in texts.items()}
    return {name: value for name, value in texts.items() if value not in {None, ""}}


def in_xml(network):
    nodes, edges = told(network)
    return (
        {xml_text(name): as_xml(data) for name, data in nodes.items()},
        {tuple(xml_text(part) for part in key): as_xml(data) for key, data in edges.items()},
    )


def test_graphml_opens_in_networkx_as_the_tables_say(nasty, tmp_path):
    network = network_of(nasty)
    write_graphml(network, tmp_path / "g.graphml")
    nodes, edges = read_by_networkx(nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True))
    for data in edges.values():
        assert data.pop("label") == data["edge"]
    assert (nodes, edges) == in_xml(network)
    assert nodes["e1"]["label"] == "陈伟 & Söhne"


def test_gexf_opens_in_networkx_as_the_tables_say(nasty, tmp_path):
    network = network_of(nasty)
    write_gexf(network, tmp_path / "g.gexf")
    graph = nx.read_gexf(tmp_path / "g.gexf")
    assert graph.is_directed()
    nodes, edges = read_by_networkx(graph)
    for data in edges.values():
        assert data.pop("label") == data["edge"]
        data.pop("id")
    expected = in_xml(network)
    for data in expected[0].values():
        data.setdefault("label", "")  # every node has one, if only of characters that XML cannot hold
    assert (nodes, edges) == expected


def test_node_link_json_opens_in_networkx_as_the_tables_say(nasty, tmp_path):
    network = network_of(nasty)
    write_node_link(network, tmp_path / "g.json")
    read = json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))
    graph = nx.node_link_graph(read, edges="edges")
    assert isinstance(graph, nx.MultiDiGraph)
    nodes, edges = told(network)
    assert dict(graph.nodes(data=True)) == nodes
    read = {(source, key, target): data for source, target, key, data in graph.edges(keys=True, data=True)}
    assert read == edges


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert all(len(row) == len(header) for row in rows)
    return header, rows


def cell(value):
    text = joined(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "@")) else text


def test_the_csv_of_neo4j_says_what_the_tables_say(nasty, tmp_path):
    network = network_of(nasty)
    write_neo4j(network, tmp_path)
    header, rows = rows_of(tmp_path / "nodes.csv")
    assert header == ["id:ID", ":LABEL", "label", "record_ids:string[]"]
    nodes, edges = told(network)
    assert rows == [[cell(name), *map(cell, data.values())] for name, data in nodes.items()]
    ids = {row[0] for row in rows}
    assert len(ids) == len(rows)
    header, rows = rows_of(tmp_path / "edges.csv")
    assert header[:3] == [":START_ID", ":END_ID", ":TYPE"]
    assert header[3:6] == [f"{name}:string[]" for name in LISTS]
    assert header[6:] == ["first_seen:date", "last_seen:date", "probability:double"]
    assert {row[0] for row in rows} | {row[1] for row in rows} <= ids
    assert [row[:-1] for row in rows] == [
        [source, target, kind, *(cell(data[name]) for name in (*LISTS, "first_seen", "last_seen"))]
        for (source, kind, target), data in edges.items()
    ]
    assert [float(row[-1]) for row in rows] == [data["probability"] for data in edges.values()]


def test_an_empty_list_is_an_empty_cell_and_not_a_list_of_nothing(family, tmp_path):
    write_neo4j(network_of(family), tmp_path)
    text = (tmp_path / "nodes.csv").read_text(encoding="utf-8")
    assert "phone:+16175550101,phone,+16175550101,\n" in text


FORMS = {"graphml": write_graphml, "gexf": write_gexf, "json": write_node_link}


def written(network, folder):
    folder.mkdir()
    for ending, write in FORMS.items():
        write(network, folder / f"g.{ending}")
    write_neo4j(network, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_form_is_the_same_bytes_each_time(nasty, tmp_path):
    once = written(network_of(nasty), tmp_path / "1")
    for rows in (nasty.people, nasty.points, nasty.entities, nasty.pairs):
        rows.reverse()
    assert written(network_of(nasty), tmp_path / "2") == once
    assert len(once) == 5
    assert all(b"\r\n" not in text for name, text in once.items() if not name.endswith(".csv"))


def test_it_does_not_show_in_what_stretches_a_form_was_written(nasty, tmp_path, monkeypatch):
    once = written(network_of(nasty), tmp_path / "1")
    monkeypatch.setattr(elements, "_STRETCH", 2)
    assert written(network_of(nasty), tmp_path / "2") == once


def test_an_empty_graph_has_every_form(world, tmp_path):
    written(network_of(world), tmp_path / "g")
    assert len(nx.read_graphml(tmp_path / "g" / "g.graphml")) == 0
    assert len(nx.read_gexf(tmp_path / "g" / "g.gexf")) == 0
    assert len(nx.node_link_graph(json.loads((tmp_path / "g" / "g.json").read_text()), edges="edges")) == 0
    assert [len(rows_of(tmp_path / "g" / name)[1]) for name in ("nodes.csv", "edges.csv")] == [0, 0]
    assert graphml_faults((tmp_path / "g" / "g.graphml").read_bytes()) == []
    assert gexf_faults((tmp_path / "g" / "g.gexf").read_bytes()) == []


@pytest.mark.parametrize(("ending", "faults"), [("graphml", graphml_faults), ("gexf", gexf_faults)])
def test_xml_keeps_the_rules_of_its_schema(ending, faults, nasty, tmp_path):
    assert faults(written(network_of(nasty), tmp_path / "g")[f"g.{ending}"]) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        (b'for="probability" value="0', b'for="probability" value="x0', "value of probability"),
        (b'<attvalue for="type"', b'<attvalue for="typ"', "typ is not declared"),
        (b'type="double"', b'type="decimal"', "decimal"),
        (b'<edge id="1"', b'<edge id="0"', "edge ids"),
        (b'source="e1"', b'source="nobody"', "no such node"),
        (b' version="1.3"', b"", "version"),
        (b"<nodes>", b"<edges/><nodes>", "edges"),
        (b' kind="', b' sort="', "sort"),
    ],
)
def test_the_rules_of_gexf_find_what_is_wrong(good, bad, fault, family, tmp_path):
    text = written(network_of(family), tmp_path / "g")["g.gexf"]
    assert good in text
    assert any(fault in each for each in gexf_faults(text.replace(good, bad)))

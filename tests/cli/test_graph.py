"""The graph in a file of its own, by `trace --graph`."""

import errno
import json

import networkx as nx
import pytest

from skiptrace.pipeline import graphs

READERS = {
    "g.graphml": lambda path: nx.read_graphml(path, force_multigraph=True),
    "g.gexf": nx.read_gexf,
    "G.JSON": lambda path: nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="edges"),
}


@pytest.fixture
def write(skiptrace, ran, tmp_path):
    def write(name, *words):
        done = skiptrace("trace", *words, "--graph", tmp_path / name, *ran.known)
        assert (done.code, done.err) == (0, "")
        return tmp_path / name, done.out

    return write


def _refused(done, *words):
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert all(word in done.err for word in words)


@pytest.mark.parametrize("name", READERS)
def test_the_ending_tells_the_form(name, write):
    path, said = write(name)
    graph = READERS[name](path)
    assert said == f"{graph.number_of_nodes()} nodes, {graph.number_of_edges()} edges\n{path}\n"
    near, said = write(name, "OH-1001")
    around = READERS[name](near)
    assert said.startswith(f"{around.number_of_nodes()} nodes, {around.number_of_edges()} edges\n")
    assert 0 < around.number_of_nodes() < graph.number_of_nodes()
    assert set(around) < set(graph)
    assert [file.name for file in path.parent.iterdir()] == [name]


def test_a_folder_takes_the_two_files_for_neo4j(write):
    path, said = write("g.neo4j", "OH-1001", "--json")
    assert sorted(file.name for file in path.iterdir()) == ["edges.csv", "nodes.csv"]
    counts = {
        name: len((path / f"{name}.csv").read_text(encoding="utf-8").splitlines()) - 1 for name in json.loads(said)
    }
    assert json.loads(said) == counts


def test_the_whole_graph_is_the_one_of_the_run(write, ran):
    path, _ = write("g.graphml")
    assert path.read_bytes() == (ran.out / "graph.graphml").read_bytes()


def test_more_steps_go_further_and_two_are_gone_by_themselves(write):
    one, two, more, plain = (
        set(READERS["g.gexf"](write("g.gexf", "OH-1001", *words)[0]))
        for words in (("--steps", 1), ("--steps", 2), ("--steps", 4), ())
    )
    assert one < two <= more
    assert plain == two


@pytest.mark.parametrize("name", ["g.png", "g", "g.csv", "g.jsonl"])
def test_an_unknown_ending_is_told_before_anything_is_read(name, skiptrace, tmp_path):
    done = skiptrace("trace", "--graph", tmp_path / name, "--batch", tmp_path / "none")
    _refused(done, f"--graph {name}", ".graphml, .gexf, .json or .neo4j")
    assert list(tmp_path.iterdir()) == []


def test_steps_go_with_an_account_and_a_graph(skiptrace, ran, tmp_path):
    for words in (["--steps", 1], ["OH-1001", "--steps", 1], ["--graph", tmp_path / "g.json", "--steps", 1]):
        _refused(skiptrace("trace", *words, *ran.known), "--steps", "ACCOUNT")
    for steps in (0, 5):
        done = skiptrace("trace", "OH-1001", "--graph", tmp_path / "g.json", "--steps", steps, *ran.known)
        assert done.code == 2
        assert "--steps" in done.err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_account_has_no_graph(skiptrace, ran, tmp_path):
    _refused(skiptrace("trace", "NOPE", "--graph", tmp_path / "g.json", *ran.known), "NOPE: no account")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["g.json", "."])
def test_the_folder_of_the_batch_takes_no_graph(name, skiptrace, tmp_path):
    batch = tmp_path / "b.neo4j"
    batch.mkdir()
    (batch / "accounts.csv").write_text("account_id,full_name\nA1,Jane Roe\n")
    graph = batch if name == "." else batch / name
    _refused(skiptrace("trace", "--graph", graph, "--batch", batch), f"--graph {graph.name}", "name another folder")
    assert [path.name for path in batch.iterdir()] == ["accounts.csv"]


def test_a_graph_is_there_whole_or_as_it_was(skiptrace, ran, tmp_path, monkeypatch):
    def fail(_, path):
        path.write_text("half")
        raise OSError(errno.ENOSPC, "full")

    (tmp_path / "g.json").write_text("old")
    monkeypatch.setitem(graphs._FILES, ".json", fail)
    _refused(skiptrace("trace", "--graph", tmp_path / "g.json", *ran.known), "the disk is full; nothing was released")
    assert (tmp_path / "g.json").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1

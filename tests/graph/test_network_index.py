"""Neighbourhoods against one walked edge by edge in plain Python, on random graphs."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from skiptrace.contracts.outputs import ENTITIES
from skiptrace.contracts.stages import LEADS, PEOPLE, RELATIONSHIPS
from skiptrace.graph import NetworkIndex, Traced, network, network_around
from tests.graph.conftest import table_of

if TYPE_CHECKING:
    from skiptrace.tables import Table

HUB, MOST = 5, 14
REST = list(RELATIONSHIPS.schema)[3:]
TABLES = ("accounts", "records", "relations")
POINTS = {"phone": "has_phone", "email": "has_email", "address": "lives_at"}


class Graph:
    """Accounts, records and relations of the same ids, points and employers of the same keys, one of them a hub."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.people = [self.row(table, f"X{number}") for table in TABLES for number in range(8)]
        known = {row[1:3]: f"e{self.rng.integers(9)}" for row in self.people if row[2] and self.rng.integers(4)}
        self.entities = [(*row, entity) for row, entity in known.items()]
        self.entity = {row: known.get(row[1:3], f"{row[0]}:{row[1]}") for row in self.people}
        edges: dict[tuple[str, str, str], str] = {}
        for _ in range(self.rng.integers(20, 90)):
            edges |= self.edge(*self.rng.choice(sorted(self.entity.values()), 2).tolist())
        self.edges = [(*key, kind, *self.told()) for key, kind in sorted(edges.items())]
        self.degree = Counter(end for edge in self.edges for end in (edge[0], node_of(edge)))
        self.leads = [(self.key(), f"as written {self.rng.integers(4)}") for _ in range(30)]

    def row(self, table: str, record_id: str) -> tuple:
        source = None if table == "relations" else f"s{self.rng.integers(2)}"
        name = self.rng.choice([None, "陈伟", "Ann"])
        return table, record_id, source, self.rng.choice(["company", *["person"] * 7]).item(), name

    def key(self) -> str:
        return f"k{self.rng.choice([0, self.rng.integers(20)])}"

    def edge(self, one: str, other: str) -> dict[tuple[str, str, str], str]:
        point = self.rng.choice(list(POINTS)).item()
        choices = [
            {(one, POINTS[point], self.key()): point},
            {(one, "works_at", self.key()): "company"},
            {(one, "spouse", other): "person", (one, "shares_phone", other): "person"},
            {(one, "employer", other): "company"},
        ]
        return choices[self.rng.integers(4)]

    def told(self) -> tuple:
        return [f"s{self.rng.integers(3)}"], ["R1"] * self.rng.integers(3), [], None, None, round(self.rng.random(), 6)

    def index(self) -> NetworkIndex:
        traced = Traced(
            relationships=pl.DataFrame(self.edges, schema=RELATIONSHIPS.schema, orient="row"),
            leads=frame(LEADS, ("point_key", "contact_point"), self.leads),
            sources=pl.DataFrame(),
        )
        people = frame(PEOPLE, ("table", "record_id", "source", "kind", "full_name"), self.people)
        return NetworkIndex(traced, people, frame(ENTITIES, ("record_id", "source", "entity_id"), self.entities))

    def around(self, account_id: str, steps: int) -> tuple[list[dict], list[dict]]:
        """Return the nodes and edges within some steps, by walking."""
        edges = [(edge[0], edge[1], node_of(edge), *edge[3:]) for edge in self.edges]
        reached = {self.entity[row] for row in self.people if row[:2] == ("accounts", account_id)}
        last = reached
        for _ in range(steps):
            ends = {end for edge in edges if last & {edge[0], edge[2]} for end in (edge[0], edge[2])}
            new = set(sorted(ends - reached)[: MOST - len(reached)])
            reached = reached | new
            last = {node for node in new if self.degree[node] <= HUB}
        inside = sorted(edge for edge in edges if {edge[0], edge[2]} <= reached)
        names = ("source", "edge", "target", *REST)
        return [self.node(id_) for id_ in sorted(reached)], [dict(zip(names, edge, strict=True)) for edge in inside]

    def node(self, id_: str) -> dict:
        rows = sorted((row for row in self.people if self.entity[row] == id_), key=lambda row: row[:2])
        if rows:
            kind = "company" if any(row[3] == "company" for row in rows) else "person"
            label = next((row[4] for row in rows if row[4]), id_)
            return {"id": id_, "type": kind, "label": label, "record_ids": [row[1] for row in rows]}
        kind, _, key = id_.partition(":")
        label = min((written for of, written in self.leads if of == key), default=key)
        return {"id": id_, "type": kind.replace("employer", "company"), "label": label, "record_ids": []}


def frame(table: Table, columns: tuple[str, ...], rows: list[tuple]) -> pl.DataFrame:
    return table_of(table, [dict(zip(columns, row, strict=True)) for row in rows])


def node_of(edge: tuple) -> str:
    _, name, target, kind = edge[:4]
    if name == "works_at":
        return f"employer:{target}"
    return f"{kind}:{target}" if kind in POINTS else target


@pytest.fixture
def _small(monkeypatch):
    monkeypatch.setattr(network, "_HUB", HUB)
    monkeypatch.setattr(network, "_MOST_NODES", MOST)


def compare(seed: int) -> set[str]:
    """Compare the neighbourhoods of a random graph's accounts; tell what was met."""
    graph = Graph(seed)
    index, met = graph.index(), set()
    for account_id, steps in product(("X0", "X1", "X2", "X9"), range(5)):
        nodes, edges = graph.around(account_id, steps)
        found = network_around(index, account_id, steps)
        assert found.nodes.to_dicts() == nodes
        assert found.edges.select("source", "edge", "target", *REST).to_dicts() == edges
        met |= {edge["edge"] for edge in edges} | {node["type"] for node in nodes}
        met |= {"full"} if len(nodes) == MOST else set()
        met |= {"several edges"} if len({(edge["source"], edge["target"]) for edge in edges}) < len(edges) else set()
        met |= {"hub"} if any(graph.degree[node["id"]] > HUB for node in nodes) else set()
    return met


@pytest.mark.usefixtures("_small")
def test_a_neighbourhood_is_what_a_walk_edge_by_edge_finds():
    met = set().union(*(compare(seed) for seed in range(8)))
    assert met >= {"full", "several edges", "hub", "works_at", "employer", "spouse", "company", "phone", "address"}


@pytest.mark.usefixtures("_small")
def test_values_of_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(pl.Series, "hash", lambda values: values.str.len_bytes().cast(pl.UInt64))
    for seed in range(3):
        compare(seed)

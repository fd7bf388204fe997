"""The graph as a graph: its nodes and edges, all of them or one account's neighbourhood, and that in networkx.

A node's id is the entity's id, or the kind of point and its key (``phone:+16175550123``), or ``employer:`` and its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import polars as pl

from skiptrace.graph.network_index import among, edge_table
from skiptrace.graph.sightings import with_entity

if TYPE_CHECKING:
    from skiptrace.graph.network_index import NetworkIndex
    from skiptrace.graph.tables import Traced

__all__ = ["Network", "neighbourhood", "network_around", "whole_network"]

_MOST_NODES = 2_000
"""Nodes of a neighbourhood: more is no picture, and the nearest come first."""
_HUB = 100
"""A node with more edges is shown, but not walked through: a switchboard leads to everybody and so to nobody."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A graph, or a part of one: both ends of every edge are among the nodes.

    Attributes
    ----------
    nodes
        Grain: node, sorted by ``id``. ``type`` (person, company, phone, email, address), ``label`` (never null),
        ``record_ids`` (list: the rows that name a person or company; [] for all else).
    edges
        Grain: edge, one of a kind from a node to another, in an order that the same inputs give again. ``source``,
        ``target`` (ids of nodes), ``edge``, ``to_type``, ``sources``, ``record_ids``, ``consent_ids`` (lists),
        ``first_seen``, ``last_seen`` (null = not known), ``probability``, as in RELATIONSHIPS.
    """

    nodes: pl.DataFrame
    edges: pl.DataFrame


def whole_network(traced: Traced, people: pl.DataFrame, entities: pl.DataFrame) -> Network:
    """Return every entity, contact point, employer and relationship.

    Parameters
    ----------
    traced
        Its relationships are the edges; its leads tell how contact points are written.
    people, entities
        PEOPLE and ENTITIES: the entities, their names and rows.

    Returns
    -------
    Network
        An entity without any relationship is a node too.
    """
    edges = edge_table(traced.relationships)
    nodes = _node_table(edges, with_entity(people, entities), traced.leads)
    return Network(nodes=nodes, edges=edges.drop("thing", "key"))


def network_around(index: NetworkIndex, account_id: str, steps: int = 2) -> Network:
    """Return what lies within some steps of an account's debtor, in either direction of the edges.

    Parameters
    ----------
    index
        Of the graph to walk.
    account_id
        Where to begin.
    steps
        How far to go; 1 = the debtor's points, employer and related persons.

    Returns
    -------
    Network
        Bounded: hubs are shown but not walked through, and of more than 2,000 nodes the nearest are taken. Without
        nodes if the account is not known.
    """
    reached = index.debtor(account_id)
    walked = index.touching(reached)
    edges, through = walked, walked
    for _ in range(steps):
        ends = pl.concat([through["source"], through["target"]]).unique()
        new = ends.filter(~ends.is_in(reached.implode())).sort().head(_MOST_NODES - len(reached))
        reached = pl.concat([reached, new])
        walked = index.touching(new)
        edges = pl.concat([edges, walked])
        through = _around(walked, new)
    inside = edges.filter(among("source", reached), among("target", reached))["row"].unique()
    shown = index.edges(inside).sort("source", "edge", "target")
    nodes = _node_table(shown, index.people(reached), index.written(reached))
    return Network(nodes=nodes, edges=shown.drop("thing", "key"))


def neighbourhood(index: NetworkIndex, account_id: str, steps: int = 2) -> nx.MultiDiGraph:
    """Return :func:`network_around` as a graph of networkx.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes with ``type``, ``label`` and ``record_ids`` (list); edges keyed by their kind with the columns of
        RELATIONSHIPS. Without nodes if the account is not known.
    """
    around = network_around(index, account_id, steps)
    graph = nx.MultiDiGraph()
    for node in around.nodes.iter_rows(named=True):
        graph.add_node(node.pop("id"), **node)
    for edge in around.edges.iter_rows(named=True):
        graph.add_edge(edge.pop("source"), edge.pop("target"), key=edge["edge"], **edge)
    return graph


def _node_table(edges: pl.DataFrame, people: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Return ``id``, ``type``, ``label`` and ``record_ids`` of every node, sorted by id.

    Of ``people`` with their ``entity_id``, and of the things the edges lead to, labelled as they are ``written``.
    """
    everybody = (
        # By the alphabet accounts come before records and relations: the debtor's own file names a person first.
        people.sort("table", "record_id")
        .group_by("entity_id", maintain_order=True)
        .agg(
            type=pl.when((pl.col("kind") == "company").any()).then(pl.lit("company")).otherwise(pl.lit("person")),
            label=pl.col("full_name").drop_nulls().first(),
            record_ids=pl.col("record_id"),
        )
        .select(pl.col("entity_id").alias("id"), "type", pl.coalesce("label", "entity_id"), "record_ids")
    )
    labels = written.group_by("point_key").agg(pl.col("contact_point").min())
    things = (
        edges.filter("thing")
        .select("key", pl.col("target").alias("id"), pl.col("to_type").alias("type"))
        .unique()
        .join(labels, left_on="key", right_on="point_key", how="left")
        .select("id", "type", label=pl.coalesce("contact_point", "key"), record_ids=pl.lit([], pl.List(pl.String)))
    )
    return pl.concat([everybody, things]).sort("id")


def _around(edges: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Return the edges at those of the nodes that are no hubs."""
    ends = pl.concat([edges.select(node="source"), edges.select(node="target")]).filter(among("node", ids))
    quiet = ends.group_by("node").agg(edges=pl.len()).filter(pl.col("edges") <= _HUB)["node"]
    return edges.filter(among("source", quiet) | among("target", quiet))

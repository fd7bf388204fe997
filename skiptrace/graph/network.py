"""The graph as a graph: its nodes and edges, all of them or one account's neighbourhood, and that in networkx.

A node's id is the entity's id, or the kind of point and its key (``phone:+16175550123``), or ``employer:`` and its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import networkx as nx
import polars as pl

from skiptrace.graph.sightings import with_entity

if TYPE_CHECKING:
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
    edges = _edge_table(traced.relationships)
    nodes = _node_table(edges, with_entity(people, entities), traced.leads)
    return Network(nodes=nodes, edges=edges.drop("thing", "key"))


def network_around(
    traced: Traced, people: pl.DataFrame, entities: pl.DataFrame, account_id: str, steps: int = 2
) -> Network:
    """Return what lies within some steps of an account's debtor, in either direction of the edges.

    Parameters
    ----------
    traced
        Its relationships are walked.
    people, entities
        PEOPLE and ENTITIES, for the account's entity and the labels.
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
    account = people.filter(pl.col("table") == "accounts", pl.col("record_id") == account_id)
    reached = with_entity(account, entities)["entity_id"].unique()
    walked = _touching(traced.relationships, reached)
    edges, through = walked, walked
    for _ in range(steps):
        ends = pl.concat([through["source"], through["target"]]).unique()
        new = ends.filter(~ends.is_in(reached.implode())).sort().head(_MOST_NODES - len(reached))
        reached = pl.concat([reached, new])
        walked = _touching(traced.relationships, new)
        edges = pl.concat([edges, walked])
        through = _around(walked, new)
    inside = edges.filter(_in("source", reached), _in("target", reached)).unique(["source", "edge", "target"])
    nodes = _node_table(inside, *_named(traced, people, entities, reached))
    return Network(nodes=nodes, edges=inside.sort("source", "edge", "target").drop("thing", "key"))


def neighbourhood(
    traced: Traced, people: pl.DataFrame, entities: pl.DataFrame, account_id: str, steps: int = 2
) -> nx.MultiDiGraph:
    """Return :func:`network_around` as a graph of networkx.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes with ``type``, ``label`` and ``record_ids`` (list); edges keyed by their kind with the columns of
        RELATIONSHIPS. Without nodes if the account is not known.
    """
    around = network_around(traced, people, entities, account_id, steps)
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


def _named(
    traced: Traced, people: pl.DataFrame, entities: pl.DataFrame, ids: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the people and the leads' contact points that stand behind some nodes, without a join of everything."""
    rows = pl.concat([entities.filter(_in("entity_id", ids))["record_id"], _bare(ids)])
    near = people.filter(_in("record_id", rows))
    named = with_entity(near, entities.filter(_in("record_id", rows))).filter(_in("entity_id", ids))
    return named, traced.leads.filter(_in("point_key", _bare(ids))).select("point_key", "contact_point")


def _edge_table(relationships: pl.DataFrame) -> pl.DataFrame:
    """Return the edges with the ids of nodes as ``source`` and ``target``; ``thing`` = the target is no entity."""
    thing = pl.col("to_type").is_in(["phone", "email", "address"]) | (pl.col("edge") == "works_at")
    kind = pl.when(pl.col("to_type") == "company").then(pl.lit("employer")).otherwise("to_type")
    target = pl.when(thing).then(pl.concat_str(kind, pl.lit(":"), "to_id")).otherwise("to_id")
    return relationships.with_columns(target=target, thing=thing).rename({"from_id": "source", "to_id": "key"})


def _touching(relationships: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Return the edges that begin or end at some nodes; the bare keys narrow them down before ids are put together."""
    near = relationships.filter(_in("from_id", ids) | _in("to_id", pl.concat([ids, _bare(ids)])))
    return _edge_table(near).filter(_in("source", ids) | _in("target", ids))


def _around(edges: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Return the edges at those of the nodes that are no hubs."""
    ends = pl.concat([edges.select(node="source"), edges.select(node="target")]).filter(_in("node", ids))
    quiet = ends.group_by("node").agg(edges=pl.len()).filter(pl.col("edges") <= _HUB)["node"]
    return edges.filter(_in("source", quiet) | _in("target", quiet))


def _in(name: str, ids: pl.Series) -> pl.Expr:
    return pl.col(name).is_in(ids.implode())


def _bare(ids: pl.Series) -> pl.Series:
    """Return the ids without the kind of thing or the table they begin with."""
    return ids.str.replace(r"^[a-z]+:", "")

"""The whole graph as GraphML (http://graphml.graphdrawing.org), which Gephi, Cytoscape and networkx open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.network import edge_table, node_table
from skiptrace.graph.sightings import with_entity

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.graph.tables import Traced

__all__ = ["write_graphml"]

_LISTS = ("sources", "record_ids", "consent_ids")
_NODE_TEXT = ("type", "label", "record_ids")
_EDGE_TEXT = ("edge", *_LISTS, "first_seen", "last_seen")
_CHUNK = 50_000
"""Elements written at a time."""


def write_graphml(traced: Traced, people: pl.DataFrame, entities: pl.DataFrame, path: Path) -> None:
    """Write every entity, contact point and relationship as GraphML.

    Lists are joined by ``;``. The elements are put together in frames: networkx' own writer builds the whole document
    as objects first, which takes ten times as long.

    Parameters
    ----------
    traced
        Its relationships are the edges.
    people, entities
        PEOPLE and ENTITIES: the entities, their names and rows.
    path
        File to write.
    """
    edges = edge_table(traced.relationships)
    nodes = node_table(edges, with_entity(people, entities), traced.leads).with_columns(
        pl.col("record_ids").list.join(";")
    )
    texts = edges.with_columns(
        *(pl.col(name).list.join(";") for name in _LISTS), pl.col("first_seen", "last_seen").cast(pl.String)
    )
    keys = [
        *(_key("node", name) for name in _NODE_TEXT),
        *(_key("edge", name) for name in ("label", *_EDGE_TEXT)),
        _key("edge", "probability", "double"),
    ]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        file.writelines(f"{key}\n" for key in keys)
        file.write('<graph edgedefault="directed">\n')
        for part in nodes.iter_slices(_CHUNK):
            file.writelines(part.select(_node_element()).to_series())
        numbered = texts.with_row_index("number")
        for part in numbered.iter_slices(_CHUNK):
            file.writelines(part.select(_edge_element()).to_series())
        file.write("</graph>\n</graphml>\n")


def _key(of: str, name: str, kind: str = "string") -> str:
    return f'<key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'


def _node_element() -> pl.Expr:
    texts = [_data("node", name) for name in _NODE_TEXT]
    return pl.concat_str(pl.lit('<node id="'), _escaped("id"), pl.lit('">'), *texts, pl.lit("</node>\n"))


def _edge_element() -> pl.Expr:
    texts = [_data("edge", "label", "edge"), *(_data("edge", name) for name in (*_EDGE_TEXT, "probability"))]
    return pl.concat_str(
        pl.lit('<edge id="'),
        "number",
        pl.lit('" source="'),
        _escaped("source"),
        pl.lit('" target="'),
        _escaped("target"),
        pl.lit('">'),
        *texts,
        pl.lit("</edge>\n"),
    )


def _data(of: str, name: str, column: str = "") -> pl.Expr:
    """Return the data element of a value; nothing where it is null or empty."""
    value = _escaped(column or name)
    element = pl.concat_str(pl.lit(f'<data key="{of}_{name}">'), value, pl.lit("</data>"))
    return pl.when(value.str.len_bytes() > 0).then(element).otherwise(pl.lit(""))


def _escaped(name: str) -> pl.Expr:
    """Return text as XML takes it; control characters cannot stand in XML 1.0 at all."""
    return (
        pl.col(name)
        .cast(pl.String)
        .str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]", "")
        .str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
        .str.replace_all('"', "&quot;", literal=True)
        .str.replace_all("\r", "&#13;", literal=True)
        .str.replace_all("\n", "&#10;", literal=True)
    )

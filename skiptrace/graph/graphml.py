"""GraphML (http://graphml.graphdrawing.org), which Gephi, Cytoscape and networkx open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.elements import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, escaped, texts, write_elements

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.graph.network import Network

__all__ = ["write_graphml"]


def write_graphml(network: Network, path: Path) -> None:
    """Write nodes and edges as GraphML.

    Grain: a ``node`` each, and an ``edge`` each with its number as id and its kind as ``label`` too. Lists are joined
    by ``;``. What is null or empty has no ``data``.

    Parameters
    ----------
    network
        What to write.
    path
        File to write.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    keys = [
        *(_key("node", name) for name in NODE_ATTRIBUTES),
        *(_key("edge", name) for name in ("label", *EDGE_ATTRIBUTES)),
    ]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        file.writelines(f"{key}\n" for key in keys)
        file.write('<graph edgedefault="directed">\n')
        write_elements(texts(network.nodes), _node_element(), file)
        write_elements(texts(network.edges.with_row_index("number")), _edge_element(), file)
        file.write("</graph>\n</graphml>\n")


def _key(of: str, name: str) -> str:
    kind = "double" if name == "probability" else "string"
    return f'<key id="{of}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'


def _node_element() -> pl.Expr:
    values = [_data("node", name) for name in NODE_ATTRIBUTES]
    return pl.concat_str(pl.lit('<node id="'), escaped("id"), pl.lit('">'), *values, pl.lit("</node>\n"))


def _edge_element() -> pl.Expr:
    values = [_data("edge", "label", "edge"), *(_data("edge", name) for name in EDGE_ATTRIBUTES)]
    return pl.concat_str(
        pl.lit('<edge id="'),
        "number",
        pl.lit('" source="'),
        escaped("source"),
        pl.lit('" target="'),
        escaped("target"),
        pl.lit('">'),
        *values,
        pl.lit("</edge>\n"),
    )


def _data(of: str, name: str, column: str = "") -> pl.Expr:
    """Return the data element of a value; nothing where it is null or empty."""
    value = escaped(column or name)
    element = pl.concat_str(pl.lit(f'<data key="{of}_{name}">'), value, pl.lit("</data>"))
    return pl.when(value.str.len_bytes() > 0).then(element).otherwise(pl.lit(""))

"""GEXF 1.3 (https://gexf.net), the form that Gephi keeps most of: parallel edges stay apart by their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.elements import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, escaped, texts, write_elements

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.graph.network import Network

__all__ = ["write_gexf"]

_NODE = tuple(name for name in NODE_ATTRIBUTES if name != "label")
"""Attributes of nodes; the label has its own place."""


def write_gexf(network: Network, path: Path) -> None:
    """Write nodes and edges as GEXF 1.3.

    Grain: a ``node`` each, and an ``edge`` each with its number as id and what kind it is as ``kind`` and ``label``.
    Lists are joined by ``;`` and dates are text, as the form has no type for them that every reader knows. What is null
    or empty has no ``attvalue``.

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
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n')
        file.write('<graph defaultedgetype="directed" idtype="string" mode="static">\n')
        file.writelines(_attributes("node", _NODE))
        file.writelines(_attributes("edge", EDGE_ATTRIBUTES))
        file.write("<nodes>\n")
        write_elements(texts(network.nodes), _node_element(), file)
        file.write("</nodes>\n<edges>\n")
        write_elements(texts(network.edges.with_row_index("number")), _edge_element(), file)
        file.write("</edges>\n</graph>\n</gexf>\n")


def _attributes(of: str, names: tuple[str, ...]) -> list[str]:
    kinds = {name: "double" if name == "probability" else "string" for name in names}
    declared = [f'<attribute id="{name}" title="{name}" type="{kind}"/>\n' for name, kind in kinds.items()]
    return [f'<attributes class="{of}" mode="static">\n', *declared, "</attributes>\n"]


def _node_element() -> pl.Expr:
    return _element("node", {"id": "id", "label": "label"}, _NODE)


def _edge_element() -> pl.Expr:
    places = {"id": "number", "source": "source", "target": "target", "kind": "edge", "label": "edge"}
    return _element("edge", places, EDGE_ATTRIBUTES)


def _element(of: str, places: dict[str, str], names: tuple[str, ...]) -> pl.Expr:
    """Return elements with XML attributes, each from a column, and values."""
    attributes: list[pl.Expr] = []
    for place, column in places.items():
        attributes += [pl.lit(f' {place}="'), escaped(column), pl.lit('"')]
    values = [_value(name) for name in names]
    return pl.concat_str(
        pl.lit(f"<{of}"), *attributes, pl.lit("><attvalues>"), *values, pl.lit(f"</attvalues></{of}>\n")
    )


def _value(name: str) -> pl.Expr:
    """Return the value of an attribute; nothing where it is null or empty."""
    value = escaped(name)
    element = pl.concat_str(pl.lit(f'<attvalue for="{name}" value="'), value, pl.lit('"/>'))
    return pl.when(value.str.len_bytes() > 0).then(element).otherwise(pl.lit(""))

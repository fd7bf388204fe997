"""Node-link JSON, which networkx, D3 and other programs read: a list of nodes, and a list of edges that name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.elements import EDGE_ATTRIBUTES, NODE_ATTRIBUTES, stretches, write_elements

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.graph.network import Network

__all__ = ["write_node_link"]


def write_node_link(network: Network, path: Path) -> None:
    """Write nodes and edges as node-link JSON, as ``networkx.node_link_graph(..., edges="edges")`` reads it.

    Grain: an object of ``nodes`` each, with ``id``, ``type``, ``label`` and ``record_ids``; an object of ``edges``
    each, with ``source``, ``target``, its kind as ``key`` and ``edge``, and what is known of it. Lists are lists, dates
    are ISO 8601, null is null: not known. One object a line.

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
    node = pl.struct("id", *NODE_ATTRIBUTES)
    edge = pl.struct("source", "target", pl.col("edge").alias("key"), *EDGE_ATTRIBUTES)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"directed":true,"multigraph":true,"graph":{},"nodes":[\n')
        write_elements(stretches(network.nodes), node.struct.json_encode(), file, between=",\n")
        file.write('\n],"edges":[\n')
        write_elements(stretches(network.edges), edge.struct.json_encode(), file, between=",\n")
        file.write("\n]}\n")

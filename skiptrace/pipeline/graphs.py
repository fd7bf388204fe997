"""The relationship graph in a file of its own, whole or around one account, in the form that its name ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.errors import UsageError
from skiptrace.graph import (
    NetworkIndex,
    network_around,
    whole_network,
    write_gexf,
    write_graphml,
    write_neo4j,
    write_node_link,
)
from skiptrace.pipeline.explaining import known_account
from skiptrace.pipeline.release import apart, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from skiptrace.graph import Network
    from skiptrace.pipeline.understanding import Picture

__all__ = ["STEPS", "usable_place", "whole_graph", "write_graph"]

STEPS = 2
"""Steps around an account if nothing else is said: the people and employers that it shares a contact point with."""
_FOLDER = ".neo4j"
"""Ending of a folder with nodes.csv and edges.csv: the one form of more than one file."""
_FILES: dict[str, Callable[[Network, Path], None]] = {
    ".graphml": write_graphml,
    ".gexf": write_gexf,
    ".json": write_node_link,
}


def usable_place(path: Path, batch: Sequence[Path]) -> None:
    """Raise UsageError if a graph cannot go to ``path``: its ending names no form, or the batch is read from there."""
    suffix = path.suffix.lower()
    if suffix not in (*_FILES, _FOLDER):
        raise UsageError(
            f"--graph {path.name}: expected a name ending in {', '.join(_FILES)} or {_FOLDER}, found {suffix or 'none'}"
        )
    apart(_folder(path), batch, option=f"--graph {path.name}")


def whole_graph(picture: Picture) -> Network:
    """Return every entity, contact point, employer and relationship, labelled as the leads are written."""
    return whole_network(picture.traced_as_learned, picture.normalised.people, picture.linked.entities)


def write_graph(picture: Picture, path: Path, account_id: str | None = None, steps: int = STEPS) -> dict[str, int]:
    """Write the graph, or what lies around an account, to a file or folder that is there whole or not at all.

    Parameters
    ----------
    picture
        What is known.
    path
        ``.graphml``, ``.gexf`` or ``.json`` (node-link): a file. ``.neo4j``: a folder with ``nodes.csv`` and
        ``edges.csv``.
    account_id
        Around whom; null = the whole graph.
    steps
        How far around the account.

    Returns
    -------
    dict
        How many ``nodes`` and ``edges`` were written.

    Raises
    ------
    UsageError
        If there is no such account, or the file cannot be written.
    """
    if account_id is None:
        network = whole_graph(picture)
    else:
        known_account(picture.tables["accounts"], account_id)
        index = NetworkIndex(picture.traced_as_learned, picture.normalised.people, picture.linked.entities)
        network = network_around(index, account_id, steps)
    suffix = path.suffix.lower()
    with staged(_folder(path)) as folder:
        if suffix == _FOLDER:
            write_neo4j(network, folder)
        else:
            _FILES[suffix](network, folder / path.name)
    return {"nodes": network.nodes.height, "edges": network.edges.height}


def _folder(path: Path) -> Path:
    return path if path.suffix.lower() == _FOLDER else path.parent

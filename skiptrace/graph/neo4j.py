"""Two CSV files for ``neo4j-admin database import``: ``nodes.csv`` and ``edges.csv``.

They are read with ``--nodes=nodes.csv --relationships=edges.csv --multiline-fields=true``; all else is as the program
expects by itself. As in every CSV file here, a cell that a spreadsheet would take for a formula begins with ``'``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.csv_files import guarded
from skiptrace.graph.elements import texts

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.graph.network import Network

__all__ = ["write_neo4j"]

_NODES = {"id:ID": "id", ":LABEL": "type", "label": "label", "record_ids:string[]": "record_ids"}
_EDGES = {
    ":START_ID": "source",
    ":END_ID": "target",
    ":TYPE": "edge",
    "sources:string[]": "sources",
    "record_ids:string[]": "record_ids",
    "consent_ids:string[]": "consent_ids",
    "first_seen:date": "first_seen",
    "last_seen:date": "last_seen",
    "probability:double": "probability",
}


def write_neo4j(network: Network, folder: Path) -> None:
    """Write nodes and edges as ``nodes.csv`` and ``edges.csv``.

    Grain: a row each. The type of a node is its only label, the kind of an edge its type. Lists are joined by ``;``;
    an empty cell is null or an empty list, which the import leaves out alike.

    Parameters
    ----------
    network
        What to write.
    folder
        Where; it must be there.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    _write(network.nodes, _NODES, folder / "nodes.csv")
    _write(network.edges, _EDGES, folder / "edges.csv")


def _write(elements: pl.DataFrame, header: dict[str, str], path: Path) -> None:
    with path.open("wb") as file:
        file.write((",".join(header) + "\n").encode())
        for part in texts(elements):
            cells = part.select(_cell(name, part[column]) for name, column in header.items())
            cells.write_csv(file, include_header=False, line_terminator="\n")


def _cell(name: str, values: pl.Series) -> pl.Expr:
    cell = pl.col(values.name)
    if name.endswith("[]"):
        cell = cell.replace("", None)  # as an empty text it would be a list of one
    return (guarded(cell) if values.dtype == pl.String else cell).alias(name)

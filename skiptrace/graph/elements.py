"""What the forms of the graph have in common: which attributes they write, how lists become text, how text goes in XML.

Elements are put together in frames, a stretch at a time. networkx' own writers build the whole document as objects
first, which takes ten times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EDGE_ATTRIBUTES", "NODE_ATTRIBUTES", "escaped", "stretches", "texts", "write_elements"]

NODE_ATTRIBUTES = ("type", "label", "record_ids")
EDGE_ATTRIBUTES = ("edge", "sources", "record_ids", "consent_ids", "first_seen", "last_seen", "probability")
_STRETCH = 50_000
"""Elements written at a time."""


def stretches(elements: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Return nodes or edges in stretches small enough to be held as text."""
    return elements.iter_slices(_STRETCH)


def texts(elements: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Return nodes or edges in stretches, with lists joined by ``;`` and dates in ISO 8601.

    A ``;`` inside an item is written ``%3B``: no reader of such lists knows another way to tell it from the joint.
    """
    item = pl.element().str.replace_all(";", "%3B", literal=True)
    joined = pl.col(pl.List(pl.String)).list.eval(item).list.join(";")
    return (part.with_columns(joined, pl.col(pl.Date).cast(pl.String)) for part in stretches(elements))


def write_elements(parts: Iterable[pl.DataFrame], element: pl.Expr, file: TextIO, between: str = "") -> None:
    """Write a text for each row of nodes or edges, and ``between`` each two of them."""
    before = ""
    for part in parts:
        file.write(before)
        file.write(part.select(element).to_series().str.join(between).item())
        before = between


def escaped(name: str) -> pl.Expr:
    """Return text as XML takes it, in attributes too; control characters that XML 1.0 cannot hold are left out."""
    return (
        pl.col(name)
        .cast(pl.String)
        .str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]", "")
        .str.replace_all("&", "&amp;", literal=True)
        .str.replace_all("<", "&lt;", literal=True)
        .str.replace_all(">", "&gt;", literal=True)
        .str.replace_all('"', "&quot;", literal=True)
        .str.replace_all("\t", "&#9;", literal=True)
        .str.replace_all("\r", "&#13;", literal=True)
        .str.replace_all("\n", "&#10;", literal=True)
    )

"""Frames kept version by version: what stood in them at each plan can be read back as it was then.

A row that does not change is kept once, however many plans see it. It holds from the plan that first saw it
(``_since``) until the plan that no longer did (``_until``, null = still).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.casefile.store import Opened

__all__ = ["keep_version", "version_at"]

_MARKS = ("_since", "_until")


def keep_version(opened: Opened, name: str, frame: pl.DataFrame, number: int) -> None:
    """Make a frame the version of this name that holds from a plan on.

    Parameters
    ----------
    opened
        The casefile.
    name
        Of the frame.
    frame
        All of it as it is now; a row that stands in it twice is kept once.
    number
        Of the plan, above that of the version before.
    """
    opened.append(name, frame.clear().with_columns(pl.lit(None, pl.Int64).alias(mark) for mark in _MARKS))
    table, columns = opened.table(name), ", ".join(f'"{column}"' for column in frame.columns)
    # As JSON no two different rows look alike, and an empty list is not a missing one.
    content = f"md5_number(json_array({columns})::VARCHAR)"
    opened.connection.register("incoming", frame.to_arrow())
    for statement in (
        f"UPDATE {table} SET _until = ? WHERE _until IS NULL AND {content} NOT IN (SELECT {content} FROM incoming)",  # noqa: S608  # our own names
        (
            f"INSERT INTO {table} BY NAME SELECT DISTINCT *, ? AS _since FROM incoming "  # noqa: S608
            f"WHERE {content} NOT IN (SELECT {content} FROM {table} WHERE _until IS NULL)"
        ),
    ):
        opened.connection.execute(statement, [number])
    opened.connection.unregister("incoming")


def version_at(opened: Opened, name: str, schema: Mapping[str, pl.DataType], number: int) -> pl.DataFrame:
    """Return a frame as it was at a plan, rows in the order of their values; columns it lacked then are null."""
    held = f"_since <= {number} AND (_until IS NULL OR _until > {number})"
    return opened.read(name, schema, where=held).select(list(schema)).sort(pl.all(), nulls_last=True)

"""The casefile's own schema, in numbered steps; each runs once, in order, in the opening's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.errors import CasefileError

if TYPE_CHECKING:
    import duckdb

__all__ = ["VERSION", "migrate"]

_STEPS = (
    # 1: small values by key; frames come as tables named frame_*.
    ("CREATE TABLE {schema}.notes (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)",),
    # 2: what was done when, each entry bound to the one before.
    (
        """CREATE TABLE {schema}.audit (
            number INTEGER PRIMARY KEY, as_of VARCHAR NOT NULL, command VARCHAR NOT NULL, program VARCHAR NOT NULL,
            details VARCHAR NOT NULL, previous VARCHAR NOT NULL, hash VARCHAR NOT NULL
        )""",
    ),
)
VERSION = len(_STEPS)
"""Version of the casefile's schema that this program writes."""


def migrate(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    """Bring an attached casefile to the current version.

    Raises
    ------
    CasefileError
        If a newer program made it.
    """
    connection.execute(f"CREATE TABLE IF NOT EXISTS {schema}.version (version INTEGER NOT NULL)")
    row = connection.execute(f"SELECT max(version) FROM {schema}.version").fetchone()  # noqa: S608  # our own name
    done = (row[0] if row else None) or 0
    if done > VERSION:
        raise CasefileError(f"{name}: written by a newer skiptrace (schema {done}, this program knows {VERSION})")
    for number, statements in enumerate(_STEPS[done:], start=done + 1):
        for statement in statements:
            connection.execute(statement.format(schema=schema))
        connection.execute(f"INSERT INTO {schema}.version VALUES (?)", [number])  # noqa: S608

"""Where each node stands in the tables: found once, so that a neighbourhood need not look through all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.sightings import with_entity

if TYPE_CHECKING:
    from skiptrace.graph.tables import Traced

__all__ = ["NetworkIndex", "among", "edge_table"]

_ENDS = ("from_id", "edge", "to_id", "to_type")
"""What the walk needs of an edge; the rest is fetched for the edges that are shown."""
_NAMED_BY = ("table", "source", "record_id", "kind", "full_name")


class NetworkIndex:
    """The graph, ready to be asked for one neighbourhood after the other.

    It takes a second or two for a million accounts and 12 bytes a row and column looked up in; the tables are held, and
    copied only if they are in pieces. A neighbourhood then costs what lies in it and at its hubs, not what there is.

    Parameters
    ----------
    traced
        Its relationships are walked; its leads tell how contact points are written.
    people, entities
        PEOPLE and ENTITIES: the accounts' entities, the names and the rows.
    """

    def __init__(self, traced: Traced, people: pl.DataFrame, entities: pl.DataFrame) -> None:
        # A list in pieces is put together again by each look-up.
        self._relationships = traced.relationships.rechunk()
        self._from = _Rows(self._relationships, "from_id")
        self._to = _Rows(self._relationships, "to_id")
        self._people = _Rows(people.select(_NAMED_BY), "record_id")
        self._members = _Rows(entities.select("entity_id", "record_id"), "entity_id")
        self._entities = _Rows(entities.select("source", "record_id", "entity_id"), "record_id")
        self._written = _Rows(traced.leads.select("point_key", "contact_point"), "point_key")

    def debtor(self, account_id: str) -> pl.Series:
        """Return the id of an account's debtor; none if the account is not known."""
        rows = pl.Series([account_id], dtype=pl.String)
        return self._with_entity(rows).filter(pl.col("table") == "accounts")["entity_id"].unique()

    def touching(self, ids: pl.Series) -> pl.DataFrame:
        """Return the edges that begin or end at some nodes: ``source``, ``target`` and ``row``, for :meth:`edges`."""
        rows = pl.concat([self._from.near(ids), self._to.near(pl.concat([ids, _bare(ids)]))]).unique()
        near = self._relationships.select(_ENDS)[rows].with_columns(row=rows)
        # The same key may be a phone here and an employer there: only the id of the node tells.
        touched = edge_table(near).filter(among("source", ids) | among("target", ids))
        return touched.select("source", "target", "row")

    def edges(self, rows: pl.Series) -> pl.DataFrame:
        """Return some edges, with all that is known of them, as :func:`edge_table` does."""
        return edge_table(self._relationships[rows])

    def people(self, ids: pl.Series) -> pl.DataFrame:
        """Return the rows of PEOPLE, with ``entity_id``, that stand behind some nodes."""
        rows = pl.concat([self._members.having(ids)["record_id"], _bare(ids)])
        return self._with_entity(rows).filter(among("entity_id", ids))

    def written(self, ids: pl.Series) -> pl.DataFrame:
        """Return ``point_key`` and ``contact_point`` of the leads to some nodes."""
        return self._written.having(_bare(ids))

    def _with_entity(self, record_ids: pl.Series) -> pl.DataFrame:
        return with_entity(self._people.having(record_ids), self._entities.having(record_ids))


class _Rows:
    """A table whose rows are found by what a column of text holds, by binary search among hashes."""

    def __init__(self, table: pl.DataFrame, column: str) -> None:
        self._table, self._column = table.rechunk(), column
        hashes = table[column].hash()
        self._order = hashes.arg_sort()
        self._hashes = hashes.gather(self._order)

    def near(self, values: pl.Series) -> pl.Series:
        """Return the numbers of the rows that hold one of some values, or another of the same hash."""
        asked = values.hash().unique()
        places = pl.int_ranges(
            self._hashes.search_sorted(asked, "left"), self._hashes.search_sorted(asked, "right"), eager=True
        )
        return self._order.gather(places.explode(keep_nulls=False, empty_as_null=False))

    def having(self, values: pl.Series) -> pl.DataFrame:
        """Return the rows that hold one of some values, each once."""
        return self._table[self.near(values)].filter(among(self._column, values))


def edge_table(relationships: pl.DataFrame) -> pl.DataFrame:
    """Return the edges with the ids of nodes as ``source`` and ``target``; ``thing`` = the target is no entity."""
    thing = pl.col("to_type").is_in(["phone", "email", "address"]) | (pl.col("edge") == "works_at")
    kind = pl.when(pl.col("to_type") == "company").then(pl.lit("employer")).otherwise("to_type")
    target = pl.when(thing).then(pl.concat_str(kind, pl.lit(":"), "to_id")).otherwise("to_id")
    return relationships.with_columns(target=target, thing=thing).rename({"from_id": "source", "to_id": "key"})


def among(name: str, ids: pl.Series) -> pl.Expr:
    """Return whether a column holds one of some ids."""
    return pl.col(name).is_in(ids.implode())


def _bare(ids: pl.Series) -> pl.Series:
    """Return the ids without the kind of thing or the table they begin with."""
    return ids.str.replace(r"^[a-z]+:", "")

"""What linkage keeps in the casefile for next time, and the history of every entity.

A later linkage changes what it touched and nothing else, so that its cost in writing, too, is that of what is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.columns import INSTANT
from skiptrace.contracts.outputs import CHANGES
from skiptrace.errors import CasefileError
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.known import Basis, Known
from skiptrace.matching.roll import LINKED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from skiptrace.casefile.store import Opened
    from skiptrace.matching import Relinked

__all__ = ["HISTORY", "MATCHED", "PORTFOLIO", "keep_known", "read_history", "read_known", "read_members"]

PORTFOLIO = "linked"
"""Shelf of the accounts, records and relations of the portfolio."""
MATCHED = "matched"
"""Shelf of the files that ``skiptrace match`` was given: no part of the portfolio, as no consent is asked of them."""

HISTORY: Mapping[str, pl.DataType] = {"run": pl.Int64(), "as_of": INSTANT, **CHANGES.schema}
"""CHANGES of every linkage, the first first: ``run`` counts them, ``as_of`` is their moment."""
_MEMBERS: Mapping[str, pl.DataType] = {
    "number": pl.UInt32(),
    "entity_id": pl.String(),
    "component": pl.UInt32(),
    "anchor": pl.Boolean(),
}
_RULINGS: Mapping[str, pl.DataType] = {"left": pl.UInt32(), "right": pl.UInt32(), "ruling": pl.String()}
_PAIRS: Mapping[str, pl.DataType] = {
    "left": pl.UInt32(),
    "right": pl.UInt32(),
    "weight": pl.Float64(),
    "probability": pl.Float64(),
    "outcome": pl.String(),
    **{f"gamma_{name}": pl.Int8() for name in COMPARISONS},
}


def read_known(opened: Opened, shelf: str) -> Known | None:
    """Return what linkage kept on a shelf, or null if it never did."""
    basis = opened.get(f"{shelf}_basis")
    if basis is None:
        return None
    return Known(
        people=opened.read(f"{shelf}_people", {"number": pl.UInt32(), **LINKED}),
        rows=opened.read(f"{shelf}_members", _MEMBERS),
        pairs=opened.read(f"{shelf}_pairs", _PAIRS),
        rulings=opened.read(f"{shelf}_rulings", _RULINGS),
        basis=Basis.model_validate_json(basis),
    )


def keep_known(opened: Opened, shelf: str, relinked: Relinked, as_of: datetime) -> None:
    """Keep what linkage knows now, and add what changed to the history.

    Raises
    ------
    CasefileError
        If another command has linked since this one read what was known: entities would have two histories.
    """
    known = relinked.known
    before = opened.get(f"{shelf}_basis")
    if known.basis.run != (Basis.model_validate_json(before).run if before else 0) + 1:
        raise CasefileError("another command has linked this casefile meanwhile; nothing was kept, run it again")
    frames = {"people": known.people, "members": known.rows, "pairs": known.pairs}
    if relinked.replaced is None:
        for name, frame in frames.items():
            opened.replace(f"{shelf}_{name}", frame)
    else:
        _exchange(opened, shelf, relinked)
    opened.replace(f"{shelf}_rulings", known.rulings)
    # As text: as JSON of its own its keys would be sorted, and model.json with them.
    opened.put(f"{shelf}_basis", known.basis.model_dump_json())
    told = relinked.changes.select(
        pl.lit(known.basis.run, pl.Int64).alias("run"), pl.lit(as_of, INSTANT).alias("as_of"), pl.all()
    )
    opened.append(f"{shelf}_history", told)


def _exchange(opened: Opened, shelf: str, relinked: Relinked) -> None:
    """Put what holds now in the place of what no longer does."""
    known, replaced = relinked.known, relinked.replaced
    if replaced is None:
        return
    of_pairs = pl.col("left").is_in(replaced.people.implode()) | pl.col("right").is_in(replaced.people.implode())
    among = pl.col("left").is_in(replaced.again.implode()) & pl.col("right").is_in(replaced.again.implode())
    fresh = {
        "people": known.people.filter(pl.col("number").is_in(replaced.people.implode())),
        "members": known.rows.filter(pl.col("number").is_in(replaced.again.implode())),
        "pairs": known.pairs.filter(of_pairs | among),
    }
    told = '("left" IN (FROM dirty) OR "right" IN (FROM dirty)) OR ("left" IN (FROM again) AND "right" IN (FROM again))'
    stale = {"people": "number IN (FROM dirty)", "members": "number IN (FROM again)", "pairs": told}
    opened.connection.register("dirty", pl.DataFrame({"number": replaced.people}).unique().to_arrow())
    opened.connection.register("again", pl.DataFrame({"number": replaced.again}).unique().to_arrow())
    for name, frame in fresh.items():
        opened.connection.execute(f"DELETE FROM {opened.table(f'{shelf}_{name}')} WHERE {stale[name]}")  # noqa: S608  # our own names
        opened.append(f"{shelf}_{name}", frame)
    for name in ("dirty", "again"):
        opened.connection.unregister(name)


def read_history(opened: Opened, shelf: str, entity_id: str) -> pl.DataFrame:
    """Return what happened to an entity (HISTORY), the first first."""
    if f"{shelf}_history" not in opened.names():
        return pl.DataFrame(schema=dict(HISTORY))
    query = f"SELECT * FROM {opened.table(f'{shelf}_history')} WHERE entity_before = $1 OR entity_after = $1"  # noqa: S608  # our own name
    found = opened.connection.execute(query, [entity_id]).pl()
    return found.select(pl.col(name).cast(dtype) for name, dtype in HISTORY.items()).sort(
        "run", "source", "record_id", "table", maintain_order=True
    )


def read_members(opened: Opened, shelf: str, entity_id: str) -> pl.DataFrame:
    """Return the records of an entity: ``table``, ``source``, ``record_id``, the one it is named after first."""
    if f"{shelf}_members" not in opened.names():
        return pl.DataFrame(schema=dict.fromkeys(("table", "source", "record_id"), pl.String()))
    people, members = opened.table(f"{shelf}_people"), opened.table(f"{shelf}_members")
    query = (
        f'SELECT "table", source, record_id FROM {people} JOIN {members} USING (number) '  # noqa: S608  # our own names
        'WHERE entity_id = $1 ORDER BY NOT anchor, "table", source, record_id'
    )
    return opened.connection.execute(query, [entity_id]).pl()

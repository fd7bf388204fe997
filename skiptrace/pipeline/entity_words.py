"""Say in plain words what an entity is made of, and how it came to be so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.casefile.linkage import MATCHED, PORTFOLIO, read_history, read_members
from skiptrace.vocabulary import EntityCause, EntityEvent

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile

__all__ = ["explain_entity"]

_MOST_NAMED = 5
"""Records named in a sentence; the table has the rest."""
_SETTLED_BITS = 40.0
"""Weight of pairs that somebody has settled."""


def explain_entity(entity_id: str, casefile: Casefile) -> dict[str, Any] | None:
    """Explain an entity by its history; null if the casefile never knew one of that id.

    Returns
    -------
    dict
        ``title``; ``sentences``, one an event, the first first; ``rows``: the records it is made of now, the one it is
        named after first; ``history``: the events as they are kept.
    """
    with casefile.open(make=False) as opened:
        for shelf in (PORTFOLIO, MATCHED):
            history = read_history(opened, shelf, entity_id)
            if not history.is_empty():
                return _told(entity_id, history, read_members(opened, shelf, entity_id))
    return None


def _told(entity_id: str, history: pl.DataFrame, members: pl.DataFrame) -> dict[str, Any]:
    count = members.height
    state = "no more" if not count else "one record" if count == 1 else f"{count:,} records"
    events = history.with_columns(away=pl.col("entity_before").eq_missing(pl.lit(entity_id))).group_by(
        "run", "as_of", "away", "event", "entity_before", "entity_after", maintain_order=True
    )
    return {
        "title": f"entity {entity_id}: {state}",
        "sentences": [_sentence(entity_id, rows) for _, rows in events],
        "rows": members.select("source", "record_id").to_dicts(),
        "history": history.to_dicts(),
    }


def _sentence(entity_id: str, rows: pl.DataFrame) -> str:
    """Say what happened in one run to the rows that came or went together."""
    first = rows.row(0, named=True)
    before, after = first["entity_before"], first["entity_after"]
    who = _listed(rows)
    away = before == entity_id
    said = {
        EntityEvent.BORN: f"new, of {who}",
        EntityEvent.JOINED: f"joined by {who}",
        EntityEvent.MERGED: f"merged into {after}, with {who}" if away else f"{before} merged into it, with {who}",
        EntityEvent.SPLIT: f"{who} split off, now {after}" if away else f"split off from {before}, with {who}",
        EntityEvent.LEFT: f"{who} gone",
    }[EntityEvent(first["event"])]
    why = rows.filter(pl.col("because").is_not_null()).sort("match_weight", descending=True, nulls_last=True)
    reason = f": {_reason(why.row(0, named=True))}" if why.height else ""
    return f"{first['as_of']:%Y-%m-%d %H:%M} UTC: {said}{reason}."


def _reason(row: dict[str, Any]) -> str:
    left, right = f"{row['source_l']}:{row['record_id_l']}", f"{row['source_r']}:{row['record_id_r']}"
    weight = row["match_weight"]
    settled = weight is not None and weight >= _SETTLED_BITS
    matched = "are settled to be one person" if settled else f"match with {weight or 0:.1f} bits"
    return {
        EntityCause.MATCH: f"{left} and {right} {matched}",
        EntityCause.JUDGEMENT: f"{left} and {right} are settled to be two people, or no longer to be one",
        EntityCause.RECORD_GONE: f"{right}, which was part of it, is no longer there",
        EntityCause.RECORD_CHANGED: f"{right} says something else than before",
        EntityCause.RECORD_CAME: f"{right} came, and beside it they are two people",
        EntityCause.WEIGHED_AGAIN: "all was weighed again, by a new model or with other names about",
    }[EntityCause(row["because"])]


def _listed(rows: pl.DataFrame) -> str:
    names = rows.select(pl.format("{}:{}", "source", "record_id")).to_series().to_list()
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")

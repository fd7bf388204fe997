"""Entities live on: which new group of rows goes on under which id, what happened to the rest, and why.

An entity's *anchor* is the row it is named after, or its first row once that has gone. A group that holds the anchor of
one entity goes on under its id. Where it holds several, the id of the first anchor goes on, and the others are merged
into it. A part without an anchor is a new entity, named after its first row. First is: accounts before records before
relations, then by source and record id.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import polars as pl

from skiptrace.contracts.outputs import CHANGES
from skiptrace.vocabulary import EntityCause, EntityEvent, PairOutcome

__all__ = ["Upheaval", "carry_on", "name_entity", "tell_changes"]

_ORDER = ("table", "source", "record_id")
_AGAINST = [EntityCause.JUDGEMENT, EntityCause.RECORD_GONE, EntityCause.RECORD_CHANGED, EntityCause.RECORD_CAME]
"""What may split an entity, the plainest reason first."""


def name_entity(anchor: str) -> str:
    """Return the id of an entity that is named after a row (its table, source and record id)."""
    return "e_" + hashlib.blake2b(anchor.encode(), digest_size=8).hexdigest()


def carry_on(rows: pl.DataFrame, others: pl.Series) -> pl.DataFrame:
    """Give groups of rows the ids of the entities that they go on with.

    Parameters
    ----------
    rows
        Grain: row. ``number``, ``table``, ``source``, ``record_id``, ``label`` (which group), ``entity_before`` (null =
        none), ``anchor`` (bool). All rows of each entity before, but for those that have gone.
    others
        Ids of entities that none of these rows belongs to.

    Returns
    -------
    polars.DataFrame
        ``rows`` in their order, with ``entity_id`` and the new ``anchor``.

    Examples
    --------
    >>> rows = pl.DataFrame(
    ...     {
    ...         "number": [0, 1, 2], "table": "records", "source": "s", "record_id": ["a", "b", "c"],
    ...         "label": [0, 0, 1], "entity_before": ["A", "B", "A"], "anchor": [True, True, False],
    ...     }
    ... )
    >>> carry_on(rows, pl.Series(["X"])).select("entity_id", "anchor").rows()
    [('A', True), ('A', False), ('e_495e43d6661e15a0', True)]
    """
    first = rows.sort(*_ORDER)
    anchors = _anchors(first)
    claimed = anchors.sort(*_ORDER).unique("label", keep="first", maintain_order=True)
    new = first.join(claimed, on="label", how="anti", maintain_order="left").unique(
        "label", keep="first", maintain_order=True
    )
    before = rows["entity_before"].drop_nulls().unique()
    names = new.select(pl.concat_str(*_ORDER, separator="\x1f")).to_series()
    named = pl.concat(
        [
            claimed.select("label", "number", entity_id="entity_before"),
            new.select("label", "number").with_columns(entity_id=_unused(names, pl.concat([others, before]))),
        ]
    )
    return (
        rows.drop("anchor")
        .join(named.select("label", "entity_id", named_after="number"), on="label", how="left", maintain_order="left")
        .with_columns(anchor=pl.col("number") == pl.col("named_after"))
        .drop("named_after")
    )


def _anchors(first: pl.DataFrame) -> pl.DataFrame:
    """Return the anchor of each entity before; rows come in order."""
    old = first.filter(pl.col("entity_before").is_not_null())
    return old.sort("anchor", descending=True, maintain_order=True).unique(
        "entity_before", keep="first", maintain_order=True
    )


def _unused(anchors: pl.Series, taken: pl.Series) -> pl.Series:
    """Name entities after their anchors; a name that lives on elsewhere (its row went and came back) is passed over."""
    names = pl.Series("entity_id", [name_entity(anchor) for anchor in anchors], dtype=pl.String)
    again = 1
    while (in_use := names.is_in(taken.implode())).any():
        again += 1
        other = pl.Series([name_entity(f"{anchor}\x1f{again}") for anchor in anchors.filter(in_use)], dtype=pl.String)
        names = names.scatter(in_use.arg_true(), other)
    return names


class Upheaval(NamedTuple):
    """What entities changed by.

    Attributes
    ----------
    rows
        As :func:`carry_on` returns them, and ``came``, ``changed`` (bool): what happened to the row itself.
    gone
        Rows that are no more: ``table``, ``source``, ``record_id``, ``entity_before``.
    pairs
        Pairs of ``rows`` with an outcome: ``left``, ``right`` (numbers), ``weight``, ``outcome``.
    rulings
        Pairs settled or set free since: ``left``, ``right``.
    """

    rows: pl.DataFrame
    gone: pl.DataFrame
    pairs: pl.DataFrame
    rulings: pl.DataFrame


def tell_changes(upheaval: Upheaval) -> pl.DataFrame:
    """Tell which rows have another entity than before, and why; CHANGES, in the order of the rows."""
    rows = upheaval.rows
    living = rows.select("entity_id").unique()
    home = _anchors(rows.sort(*_ORDER)).select("entity_before", home="label")
    known = rows["entity_before"].drop_nulls().unique()
    moved = (
        rows.filter(pl.col("entity_before").ne_missing(pl.col("entity_id")))
        .join(home, on="entity_before", how="left", maintain_order="left")
        .with_columns(
            lives=pl.col("entity_before").is_in(living["entity_id"].implode()),
            older=pl.col("entity_id").is_in(known.implode()),
        )
    )
    merged = ~pl.col("lives") & (pl.col("label") == pl.col("home"))
    moved = moved.with_columns(
        event=pl.when(pl.col("entity_before").is_null())
        .then(pl.when("older").then(pl.lit(EntityEvent.JOINED)).otherwise(pl.lit(EntityEvent.BORN)))
        .when(merged)
        .then(pl.lit(EntityEvent.MERGED))
        .otherwise(pl.lit(EntityEvent.SPLIT))
    )
    told = pl.concat([_by_matches(moved, upheaval), _by_loss(moved, upheaval)])
    gone = upheaval.gone.with_columns(event=pl.lit(EntityEvent.LEFT))
    return (
        CHANGES.conform(
            pl.concat(
                [told.rename({"entity_id": "entity_after"}).with_columns(match_weight="weight"), gone], how="diagonal"
            )
        )
        .select(list(CHANGES.columns))
        .sort("source", "record_id", "table")
    )


def _ends(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return each pair from both its ends: ``number``, ``other`` and what is known of both."""
    both = pl.concat(
        [
            pairs.select("weight", number="left", other="right", left="left", right="right"),
            pairs.select("weight", number="right", other="left", left="left", right="right"),
        ]
    )
    side = rows.select("number", "entity_before", "entity_id")
    others = rows.select(
        "came",
        "changed",
        other="number",
        other_before="entity_before",
        other_id="entity_id",
    )
    return both.join(side, on="number").join(others, on="other")


def _by_matches(moved: pl.DataFrame, upheaval: Upheaval) -> pl.DataFrame:
    """Say by which match a row was born into, joined or was merged into its entity: the surest one."""
    matches = upheaval.pairs.filter(pl.col("outcome") == PairOutcome.MATCH)
    ends = _ends(matches, upheaval.rows).sort("weight", "number", "other", descending=[True, False, False])
    new = moved.filter(pl.col("event").is_in([EntityEvent.BORN, EntityEvent.JOINED]))
    # A match with a row that was there before says more than one with another row that came along.
    own = ends.sort(
        pl.col("other_before") == pl.col("entity_id"), descending=True, nulls_last=True, maintain_order=True
    )
    own = own.unique("number", keep="first", maintain_order=True).select("number", "left", "right", "weight")
    merged = moved.filter(pl.col("event") == EntityEvent.MERGED)
    between = ends.filter(
        pl.col("entity_before").ne_missing(pl.col("other_before")) & (pl.col("entity_id") == pl.col("other_id"))
    ).unique(["entity_before", "entity_id"], keep="first", maintain_order=True)
    found = pl.concat(
        [
            new.join(own, on="number", how="left", maintain_order="left"),
            merged.join(
                between.select("entity_before", "entity_id", "left", "right", "weight"),
                on=["entity_before", "entity_id"],
                how="left",
                maintain_order="left",
            ),
        ]
    )
    because = pl.when(pl.col("left").is_not_null()).then(pl.lit(EntityCause.MATCH))
    return _with_ids(found.with_columns(because=because), upheaval.rows)


def _by_loss(moved: pl.DataFrame, upheaval: Upheaval) -> pl.DataFrame:
    """Say why a row was split from its entity: a judgement, a row that went, changed or came; or new weights alone."""
    split = moved.filter(pl.col("event") == EntityEvent.SPLIT)
    rows = upheaval.rows
    ruled = _ends(upheaval.rulings.with_columns(weight=pl.lit(None, pl.Float64)), rows)
    ruled = ruled.filter(
        (pl.col("entity_before") == pl.col("other_before")) & (pl.col("entity_id") != pl.col("other_id"))
    )
    near = _ends(upheaval.pairs.select("left", "right", "weight", "outcome"), rows).sort(
        "weight", "other", descending=[True, False]
    )
    named = {"source_r": "source", "record_id_r": "record_id"}
    reasons = [
        _with_ids(ruled.sort("left", "right"), rows).drop("source", "record_id", strict=False),
        upheaval.gone.select("entity_before", **named),
        rows.filter("changed").select("entity_before", **named),
        near.filter("came")
        .join(rows.select("source", "record_id", other="number"), on="other")
        .select("entity_before", **named),
    ]
    pair = ["source_l", "record_id_l", "source_r", "record_id_r"]
    found = pl.concat(
        [
            reason.with_columns(because=pl.lit(cause)).select(
                "entity_before",
                "because",
                *((pl.col(name) if name in reason.columns else pl.lit(None, pl.String)).alias(name) for name in pair),
            )
            for cause, reason in zip(_AGAINST, reasons, strict=True)
        ]
    ).filter(pl.col("entity_before").is_not_null())
    first = found.unique("entity_before", keep="first", maintain_order=True)
    return (
        split.join(first, on="entity_before", how="left", maintain_order="left")
        .with_columns(pl.col("because").fill_null(EntityCause.WEIGHED_AGAIN.value), weight=pl.lit(None, pl.Float64))
        .select(_TOLD)
    )


_TOLD = (
    "event", "table", "source", "record_id", "entity_before", "entity_id", "because", "source_l", "record_id_l",
    "source_r", "record_id_r", "weight",
)  # fmt: skip


def _with_ids(found: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Name the rows of a pair by source and record id instead of by number."""
    for side, name in (("l", "left"), ("r", "right")):
        ids = rows.select(
            pl.col("number").alias(name),
            pl.col("source").alias(f"source_{side}"),
            pl.col("record_id").alias(f"record_id_{side}"),
        )
        found = found.join(ids, on=name, how="left", maintain_order="left")
    return found.select(name for name in _TOLD if name in found.columns)

"""Clerical review: which pairs a reviewer's word tells most on, and what the reviewer is shown of them."""

from __future__ import annotations

import polars as pl

from skiptrace.matching.rulings import PAIR, first_left
from skiptrace.matching.waterfall import FIELDS
from skiptrace.vocabulary import AccountKind, PairOutcome

__all__ = ["most_informative", "readable"]

_FAR_BITS = 15.0
"""Bits from the threshold beyond which a pair is not worth a look: one in 30,000 is not what it is taken for."""


def most_informative(
    pairs: pl.DataFrame, entities: pl.DataFrame, judged: pl.DataFrame, bar: float, limit: int
) -> pl.DataFrame:
    """Choose the pairs that are most worth a reviewer's time, the best first.

    A judgement tells most where the model is least sure, and where most records hang on it: a pair is worth the number
    of records in the entities of its two rows, halved for each bit that its match weight is away from the threshold.
    Two pairs that touch one entity never follow each other, since the answer to one may settle the other.

    Parameters
    ----------
    pairs
        PAIRS.
    entities
        ENTITIES.
    judged
        Grain: pair that has been judged, ``unsure`` among them: ``source_l``, ``record_id_l``, ``source_r``,
        ``record_id_r``. They are left out.
    bar
        Match weight, in bits, from which on a pair is a match.
    limit
        No more pairs than this.

    Returns
    -------
    polars.DataFrame
        ``pairs`` with ``records`` (how many hang on it), in the order of review.
    """
    away = (pl.col("match_weight") - bar).abs()
    among = entities.with_columns(records=pl.len().over("entity_id"))
    sides = {
        side: among.select(
            pl.col("source").alias(f"source_{side}"),
            pl.col("record_id").alias(f"record_id_{side}"),
            pl.col("entity_id").alias(f"entity_{side}"),
            pl.col("records").alias(f"records_{side}"),
        )
        for side in ("l", "r")
    }
    two = pl.col("entity_l") != pl.col("entity_r")
    ranked = (
        first_left(pairs.filter((pl.col("outcome") != PairOutcome.DISCLOSED_RELATION) & (away < _FAR_BITS)))
        .join(first_left(judged.select(PAIR)), on=PAIR, how="anti")
        .join(sides["l"], on=["source_l", "record_id_l"])
        .join(sides["r"], on=["source_r", "record_id_r"])
        .with_columns(records=pl.col("records_l") + pl.when(two).then("records_r").otherwise(0))
        .sort(pl.col("records") / 2.0**away, *PAIR, descending=[True, *[False] * len(PAIR)])
    )
    return _spaced(ranked, limit).select(*pairs.columns, "records")


def _spaced(ranked: pl.DataFrame, limit: int) -> pl.DataFrame:
    """Take pairs in turns: in each, those that are the best left of both their entities.

    No two pairs of a turn touch one entity. A turn begins with a pair that does not touch the last of the turn before;
    where there is none the turns end, and the rest waits until it is known how these were judged.
    """
    left = ranked.with_row_index("_rank")
    turns: list[pl.DataFrame] = [left.clear()]
    taken = 0
    last: tuple[str, ...] = ()
    while taken < limit and left.height:
        ends = pl.concat([left.select("_rank", entity="entity_l"), left.select("_rank", entity="entity_r")])
        best = ends.group_by("entity").agg(pl.col("_rank").min())
        turn = left.join(best.rename({"entity": "entity_l"}), on=["entity_l", "_rank"], how="semi").join(
            best.rename({"entity": "entity_r"}), on=["entity_r", "_rank"], how="semi"
        )
        left = left.join(turn, on="_rank", how="anti", maintain_order="left")
        turn = turn.sort("_rank")
        touches = pl.col("entity_l").is_in(last) | pl.col("entity_r").is_in(last)
        first = turn.filter(~touches).head(1)
        if first.is_empty():
            break
        turns += [first, turn.join(first, on="_rank", how="anti", maintain_order="left")]
        taken += turn.height
        last = pl.concat([turns[-2], turns[-1]]).select("entity_l", "entity_r").row(-1)
    return pl.concat(turns).head(limit)


def readable(people: pl.DataFrame) -> pl.DataFrame:
    """Return what each row says, as text for a reviewer's eyes only.

    Parameters
    ----------
    people
        PEOPLE.

    Returns
    -------
    polars.DataFrame
        Grain: row. ``source``, ``record_id``, ``name`` (as read) and a column a comparison: the value that is compared,
        null where there is none. Of a national id the last four.
    """
    company = pl.col("kind") == AccountKind.COMPANY
    street = pl.col("address_key").str.split("|").list.last()
    place = pl.concat_str("house_number", street, "unit", "city", "postal_code", separator=" ", ignore_nulls=True)
    said = {
        "given": pl.concat_str("given", _brackets(pl.col("aliases").list.join(", ")), ignore_nulls=True),
        "family": pl.when(~company).then("family"),
        "company": pl.when(company).then("family"),
        "middle": pl.col("middle"),
        "suffix": pl.col("suffix"),
        "characters": pl.col("han_name"),
        "birth": _birth(),
        "national_id": pl.lit("…") + pl.col("national_id_last4"),
        "phone": pl.col("phones").list.join(", "),
        "email": pl.col("emails").list.join(", "),
        "address": place,
        "town": pl.concat_str("city", "postal_code", separator=" ", ignore_nulls=True),
        "employer": pl.col("employer_key"),
    }
    return people.select(
        "source",
        "record_id",
        name=pl.col("full_name"),
        **{name: pl.when(said[name] != "").then(said[name]) for name in FIELDS},
    )


def _brackets(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(pl.format(" (also {})", text)).otherwise(pl.lit(""))


def _birth() -> pl.Expr:
    first, last = pl.coalesce("birth_from", "birth_to"), pl.coalesce("birth_to", "birth_from")
    whole_year = (first.dt.ordinal_day() == 1) & (last == first.dt.offset_by("1y").dt.offset_by("-1d"))
    return (
        pl.when(first == last)
        .then(first.dt.to_string("%Y-%m-%d"))
        .when(whole_year)
        .then(first.dt.to_string("%Y"))
        .otherwise(pl.concat_str(first.dt.to_string("%Y-%m-%d"), last.dt.to_string("%Y-%m-%d"), separator=" or "))
    )

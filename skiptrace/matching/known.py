"""What linkage keeps for next time, and what is new since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from skiptrace.matching.roll import LINKED, arrange
from skiptrace.matching.weights import Model, default_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skiptrace.settings import LinkParams

__all__ = ["Basis", "Known", "News", "compare_with", "kept_pairs", "terms_of"]

_ID = ("table", "source", "record_id")


class Basis(BaseModel):
    """What rests on the file as a whole; it stays until all is linked anew.

    Attributes
    ----------
    terms
        Hash of what else decides a result: version, cut-offs, default weights, a model given from outside.
    model
        What pairs are weighed with.
    most
        By blocking rule: rows that a key may have before it is left out.
    rows
        Rows it was learned from.
    turned_over
        Rows that came, changed or went since.
    next_number
        The first row number that was never given.
    run
        How many linkages there were so far, this one included.
    diagnostics
        Of the last linkage that had anything to do.
    judged
        Names of the judgements that held when it was learned; see :func:`skiptrace.matching.rulings.names_of_settled`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms: str
    model: Model
    most: dict[str, int]
    rows: int
    turned_over: int
    next_number: int
    run: int
    diagnostics: dict[str, Any]
    judged: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that a later linkage needs. Rows go by numbers that are never given twice.

    Attributes
    ----------
    people
        Grain: row. ``number`` (u32) and the columns of PEOPLE that linkage looks at, as arranged.
    rows
        Grain: row. ``number``, ``entity_id``, ``component`` (u32: number of one of the rows that matches tie it to),
        ``anchor`` (bool: its entity is named after it).
    pairs
        Pairs with an outcome. ``left``, ``right`` (numbers, the row that is first by source and record id on the left),
        ``weight``, ``probability``, ``outcome``, ``gamma_*``.
    rulings
        Pairs that were settled: ``left``, ``right``, ``ruling``.
    basis
        What rests on the file as a whole.
    """

    people: pl.DataFrame
    rows: pl.DataFrame
    pairs: pl.DataFrame
    rulings: pl.DataFrame
    basis: Basis

    def without_what_was_learned(self) -> Known:
        """Let all be linked anew, with a new model: a row that had a part in it must leave no trace."""
        return replace(self, basis=self.basis.model_copy(update={"terms": ""}))

    def rests_on(self, retracted: pl.DataFrame) -> bool:
        """Return whether one of the rows that were retracted (``table``, ``record_id``) was linked the last time."""
        return not self.people.join(retracted, on=["table", "record_id"], how="semi").is_empty()


class News(NamedTuple):
    """Today's rows beside those that are known.

    Attributes
    ----------
    people
        Today's rows as :func:`skiptrace.matching.roll.arrange` returns them, with their ``number``: that of the known
        row of the same table, source and id.
    came, changed
        Masks over them: not known before; known, but saying something else.
    old
        Grain: known row that has changed or gone, as it was.
    gone
        Numbers of known rows that are no more.
    """

    people: pl.DataFrame
    came: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    old: pl.DataFrame
    gone: pl.Series

    @property
    def turned_over(self) -> int:
        """How many rows came, changed or went."""
        return int(self.came.sum() + self.changed.sum()) + len(self.gone)

    def by_number(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Turn the ``left`` and ``right`` of pairs from positions in ``people`` into numbers."""
        number = self.people["number"]
        return pairs.with_columns(number.gather(pairs[side]).alias(side) for side in ("left", "right"))


def compare_with(known: Known | None, people: pl.DataFrame) -> News:
    """Find out which of today's PEOPLE are new, which say something else than before, and who has gone."""
    arranged = arrange(people)
    number = pl.Series("number", np.arange(arranged.height), dtype=pl.UInt32)
    if known is None:
        none = np.zeros(arranged.height, dtype=bool)
        arranged = arranged.with_columns(number)
        return News(arranged, ~none, none, arranged.clear(), number.clear())
    kept = known.people.select(*_ID, "number", was=known.people.select(list(LINKED)).hash_rows())
    found = arranged.select(*_ID, now=arranged.select(list(LINKED)).hash_rows()).join(
        kept, on=list(_ID), how="left", maintain_order="left"
    )
    came = found["number"].is_null()
    changed = (found["now"] != found["was"]).fill_null(value=False)
    given = pl.select(pl.lit(known.basis.next_number) + came.cast(pl.UInt32).cum_sum() - 1).to_series()
    number = found["number"].fill_null(given.cast(pl.UInt32)).alias("number")
    gone = known.people["number"].filter(~known.people["number"].is_in(number.implode()))
    was = known.people.filter(pl.col("number").is_in(pl.concat([gone, number.filter(changed)]).implode()))
    return News(
        arranged.with_columns(number),
        came.to_numpy(),
        changed.to_numpy(),
        arrange(was).join(was.select(*_ID, "number"), on=list(_ID), how="left", maintain_order="left"),
        gone,
    )


def kept_pairs(pairs: pl.DataFrame, dirty: pl.Series, again: pl.Series) -> pl.DataFrame:
    """Return the known pairs that still hold, when those with a ``dirty`` end or both ends in ``again`` do not."""
    left, right = pl.col("left"), pl.col("right")
    a, b = dirty.unique().implode(), again.unique().implode()
    return pairs.filter(~(left.is_in(a) | right.is_in(a) | (left.is_in(b) & right.is_in(b))))


def terms_of(params: LinkParams, model: Model | None) -> str:
    """Return a hash of what decides a result besides the rows; see :attr:`Basis.terms`."""
    said = [version("skiptrace"), params.model_dump_json(), default_model().to_json(), model.to_json() if model else ""]
    return hashlib.blake2b("\n".join(said).encode(), digest_size=16).hexdigest()

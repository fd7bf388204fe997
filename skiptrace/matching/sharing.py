"""Which two rows have a phone, an e-mail, a mailbox name or an alias in common, and how private that thing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.matching.frequencies import holder_grade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Shared", "find_shared", "pair_code"]


def pair_code(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return each pair of row numbers as one number; codes sort by left row, then right.

    >>> pair_code(np.array([1], np.uint32), np.array([2], np.uint32)).tolist() == [2**32 + 2]
    True
    """
    return (left.astype(np.uint64) << np.uint64(32)) | right.astype(np.uint64)


_KINDS = ("phone", "email", "mailbox", "alias")


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Pairs of rows that share things of one kind.

    Attributes
    ----------
    codes
        Sorted: the pairs, left row below right.
    grades
        How private the most private thing they share is; 0 = a crowd's.
    """

    codes: NDArray[np.uint64]
    grades: NDArray[np.int8]

    def grade(self, left: pl.Series, right: pl.Series) -> pl.Series:
        """Return the grade of each pair (left row below right), -1 where they share nothing."""
        wanted = pair_code(left.to_numpy(), right.to_numpy())
        if not len(self.codes):
            return pl.Series(np.full(len(wanted), -1, dtype=np.int8))
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return pl.Series(np.where(self.codes[at] == wanted, self.grades[at], -1).astype(np.int8))


def find_shared(held: Mapping[str, pl.DataFrame], max_holders: int) -> dict[str, Shared]:
    """Find the pairs that share something, by kind of thing.

    Parameters
    ----------
    held
        See :func:`skiptrace.matching.holdings.find_held`.
    max_holders
        A thing that more rows have is passed over: it says next to nothing, and its pairs are a crowd.
    """
    return {kind: _shared(held[kind].filter(pl.col("holders") <= max_holders)) for kind in _KINDS}


def _shared(held: pl.DataFrame) -> Shared:
    pairs = (
        held.join(held.select("thing", other="row"), on="thing")
        .filter(pl.col("row") < pl.col("other"))
        .group_by("row", "other")
        .agg(pl.col("holders").min())
        .sort("row", "other")
    )
    return Shared(
        codes=pair_code(pairs["row"].to_numpy(), pairs["other"].to_numpy()),
        grades=pairs.select(holder_grade(pl.col("holders"))).to_series().to_numpy(),
    )

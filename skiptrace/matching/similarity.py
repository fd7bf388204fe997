"""How alike two strings look: the one place that asks rapidfuzz."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["line_similarity", "name_similarity", "one_slip", "over_distinct_pairs"]


def name_similarity(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return the Jaro–Winkler similarity of two columns of names, row by row.

    It favours names that begin alike, as misspelt names mostly do (Winkler 1990, "String comparator metrics and
    enhanced decision rules in the Fellegi-Sunter model of record linkage").

    Returns
    -------
    polars.Series
        Float32 in [0, 1]; no nulls may go in.

    Examples
    --------
    >>> found = name_similarity(pl.Series(["martha", "dixon"]), pl.Series(["marhta", "dicksonx"]))
    >>> found.cast(pl.Float64).round(3).to_list()
    [0.961, 0.813]
    """
    scores = cpdist(left.to_list(), right.to_list(), scorer=JaroWinkler.similarity, dtype=np.float32, workers=-1)
    return pl.Series("similarity", scores, pl.Float32)


def line_similarity(left: pl.Series, right: pl.Series) -> pl.Series:
    """Return the share of letters that two lines have in common and in order, row by row.

    Twice the longest common subsequence over the sum of both lengths; at best over the lines as they are, without their
    blanks (which slip as letters do), and over the words that only one of them has put after those both have: a line
    that holds all words of the other is the other with something added. Made for street lines, of which one names the
    building or the village besides.

    Examples
    --------
    >>> left = pl.Series(["main street", "hurley street", "mc kinley"])
    >>> right = pl.Series(["mian street", "hurley lakes street", "mckinl ey"])
    >>> line_similarity(left, right).cast(pl.Float64).round(3).to_list()
    [0.909, 1.0, 1.0]
    """
    words = cpdist(left.to_list(), right.to_list(), scorer=fuzz.token_set_ratio, dtype=np.float32, workers=-1)
    bare = [lines.str.replace_all(" ", "", literal=True).to_list() for lines in (left, right)]
    letters = cpdist(*bare, scorer=fuzz.ratio, dtype=np.float32, workers=-1)
    return pl.Series("similarity", np.maximum(words, letters) / np.float32(100), pl.Float32)


def one_slip(left: pl.Series, right: pl.Series) -> pl.Series:
    """Tell of two columns of codes, row by row, which are one slip of the pen apart or none.

    One character wrong, missing or too many, or two neighbours exchanged.

    Examples
    --------
    >>> one_slip(pl.Series(["3859", "3859", "3859"]), pl.Series(["3889", "3895", "3598"])).to_list()
    [True, True, False]
    """
    slips = cpdist(left.to_list(), right.to_list(), scorer=OSA.distance, dtype=np.int32, workers=-1)
    return pl.Series("one_slip", slips <= 1)


def over_distinct_pairs(
    pairs: pl.DataFrame, texts: pl.Series, measure: Callable[[pl.Series, pl.Series], pl.Series]
) -> pl.Series:
    """Measure each distinct pair of codes once.

    Parameters
    ----------
    pairs
        Two integer columns, ``a`` and ``b``: codes into ``texts``; null where there is nothing to measure.
    texts
        The text of each code.
    measure
        From two columns of text to a column of the same length.

    Returns
    -------
    polars.Series
        One value a row of ``pairs``, null where a code is.
    """
    distinct = pairs.drop_nulls().unique()
    measured = distinct.with_columns(found=measure(texts.gather(distinct["a"]), texts.gather(distinct["b"])))
    return pairs.join(measured, on=["a", "b"], how="left", maintain_order="left")["found"]

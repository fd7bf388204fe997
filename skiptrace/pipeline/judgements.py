"""The judgements that a casefile keeps, and what of them is settled."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.ingest.keys import content_text
from skiptrace.matching.rulings import PAIR, newest
from skiptrace.vocabulary import Judgement

if TYPE_CHECKING:
    from skiptrace.casefile import Opened

__all__ = ["JUDGED", "judged_name", "kept_judgements", "settled"]

JUDGED = "judgements"
"""Name of the frame in the casefile."""


def kept_judgements(opened: Opened) -> pl.DataFrame:
    """Return every judgement that the casefile keeps (JUDGEMENTS), in the order in which they were given."""
    return opened.read(JUDGED, JUDGEMENTS.schema)


def settled(judgements: pl.DataFrame) -> pl.DataFrame:
    """Return the judgement that holds on each pair that is settled, sorted by pair."""
    words = [Judgement.MATCH.value, Judgement.NOT_MATCH.value]
    return newest(judgements).filter(pl.col("judgement").is_in(words)).sort(PAIR)


def judged_name(judgements: pl.DataFrame) -> pl.Series:
    """Return a name for what is settled, so that a plan made after a judgement has another name than the one before.

    Nothing if nothing is settled: a judgement that was taken back leaves no trace in a plan.
    """
    texts = content_text(settled(judgements), [*PAIR, "judgement"])
    digest = [hashlib.sha256("\n".join(texts).encode()).hexdigest()] if len(texts) else []
    return pl.Series(digest, dtype=pl.String)

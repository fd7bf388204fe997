"""What lies on a reviewer's desk: the pairs most worth a look, what is known of them, and where judgements are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.csv_files import append_csv
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.ingest import read_judgements
from skiptrace.matching.review import most_informative
from skiptrace.matching.rulings import PAIR, first_left, newest
from skiptrace.matching.weights import bits_of
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.judging import Imported, fresh, keep_judgement, moment_filled, usable
from skiptrace.pipeline.linkages import JUDGEMENTS_FILE, read_linkage
from skiptrace.pipeline.pair_words import Evidence
from skiptrace.pipeline.understanding import identify
from skiptrace.vocabulary import Judgement, PairOutcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.terms import Terms

__all__ = ["Desk", "Doubt", "desk_of_casefile", "desk_of_linkage", "find_doubt", "import_to_linkage"]


class Doubt(NamedTuple):
    """Pairs in doubt.

    Attributes
    ----------
    pairs
        The most informative, the best first: PAIRS, ``gamma_*``, ``records`` (how many hang on it).
    possible
        How many possible matches there are that nobody has judged.
    """

    pairs: pl.DataFrame
    possible: int


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a reviewer works on.

    Attributes
    ----------
    doubt
        Pairs to judge.
    known
        What is known of their records.
    keep
        Keeps one judgement (JUDGEMENTS) for good.
    place
        Name of where it is kept.
    """

    doubt: Doubt
    known: Evidence
    keep: Callable[[pl.DataFrame], None]
    place: str


def find_doubt(known: Evidence, limit: int) -> Doubt:
    """Find the pairs to ask a reviewer about, those left out that have an answer."""
    judged = JUDGEMENTS.empty() if known.judgements is None else newest(known.judgements)
    answered = judged.filter(pl.col("judgement") != Judgement.WITHDRAWN)
    bar = bits_of(known.params.match_probability)
    pairs = known.linked.pairs
    possible = first_left(pairs.filter(pl.col("outcome") == PairOutcome.POSSIBLE_MATCH))
    return Doubt(
        pairs=most_informative(pairs, known.linked.entities, answered, bar, limit),
        possible=possible.join(answered, on=PAIR, how="anti").height,
    )


def desk_of_casefile(casefile: Casefile, limit: int, terms: Terms) -> Desk:
    """Lay out the pairs of all that a casefile holds, as it is linked now."""
    gathered = gather([], casefile, terms, keep=False)
    normalised, linked = identify(gathered.tables, gathered.history, terms, gathered.judgements, gathered.known)
    known = Evidence(
        people=normalised.people, linked=linked, judgements=gathered.judgements, params=terms.settings.link
    )
    return _laid(known, limit, partial(keep_judgement, casefile=casefile, terms=terms), casefile.path.name)


def desk_of_linkage(folder: Path, judgements: Path | None, limit: int, terms: Terms) -> Desk:
    """Lay out the pairs of a folder that stand-alone linkage wrote; judgements are kept in a file."""
    file = judgements or folder / JUDGEMENTS_FILE
    known = read_linkage(folder, file, terms)
    return _laid(known, limit, partial(append_csv, path=file), file.name)


def _laid(known: Evidence, limit: int, keep: Callable[[pl.DataFrame], None], place: str) -> Desk:
    doubt = find_doubt(known, limit)
    return Desk(doubt=doubt, known=known.among(doubt.pairs), keep=keep, place=place)


def import_to_linkage(path: Path, by: str | None, folder: Path, judgements: Path | None, terms: Terms) -> Imported:
    """Take the judgements of a file into that of a linked folder; the same file twice changes nothing.

    Raises
    ------
    InputError
        If a file cannot be read, or all rows with a judgement are rejected.
    """
    file = judgements or folder / JUDGEMENTS_FILE
    known = read_linkage(folder, file, terms)
    ids = known.people.select("source", "record_id")
    read = usable(path, read_judgements(path, ids, terms.settings.ingest))
    before = JUDGEMENTS.empty() if known.judgements is None else known.judgements
    new = fresh(moment_filled(read.rows, by, terms), before)
    if new.height:
        append_csv(new, file)
    return Imported.of(read, new)

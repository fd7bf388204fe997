"""Record linkage that goes on: each file is matched against all that the casefile was given before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.casefile.linkage import MATCHED, keep_known, read_known
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.contracts.stages import PEOPLE
from skiptrace.errors import InputError
from skiptrace.ingest import read_judgements, read_people
from skiptrace.matching import relink
from skiptrace.pipeline.judging import usable
from skiptrace.pipeline.models import read_model, write_model
from skiptrace.pipeline.outputs import write_rejected
from skiptrace.pipeline.population import on_its_own, population
from skiptrace.pipeline.release import staged

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.casefile import Casefile
    from skiptrace.matching import Known
    from skiptrace.pipeline.linking import Aids
    from skiptrace.pipeline.terms import Terms

__all__ = ["Grown", "match_into"]

_JUDGED = "matched_judgements"
_HOME = "matched_home"
"""Country of the last file that told it; a short file may not."""
_ID = ("table", "source", "record_id")


@dataclass(frozen=True, kw_only=True)
class Grown:
    """What came of a file.

    Attributes
    ----------
    records
        How many the file has.
    known
        How many records the casefile now knows, and how many people they are.
    events
        Event of CHANGES → number of records.
    outcomes
        Pair outcome → number of pairs, of all that is known.
    rejected
        REJECTED rows.
    anew
        Whether all was linked anew.
    files
        Paths written.
    """

    records: int
    known: tuple[int, int]
    events: dict[str, int]
    outcomes: dict[str, int]
    rejected: pl.DataFrame
    anew: bool
    files: list[Path]


def match_into(path: Path, aids: Aids, casefile: Casefile, out: Path, terms: Terms) -> Grown:
    """Link the people of a file with each other and with those of all files before, and keep what was found.

    A record of the same file name and id as one before takes its place. ``pairs.parquet`` and ``entities.parquet`` tell
    all that is known now, ``changes.parquet`` whose entity is another than before.

    Raises
    ------
    InputError
        If the file holds no usable record, or the model or the judgements cannot be used.
    CasefileError
        If another command has matched a file into the casefile meanwhile.
    """
    model = None if aids.model is None else read_model(aids.model)
    terms.on_stage("ingest")
    records, rejected = read_people(path, terms.settings.ingest, aids.id_column, path.stem)
    if records.is_empty():
        raise InputError(f"{path.name}: no usable record")
    with casefile.open() as opened:
        known, kept, home = read_known(opened, MATCHED), opened.read(_JUDGED, JUDGEMENTS.schema), opened.get(_HOME)
    settings = on_its_own(terms.settings, records, home)
    terms.on_stage("normalise")
    everybody = _with_known(population(records, settings, casefile.derive("national ids")), known)
    judgements, refused = _judgements(kept, aids.judgements, everybody, terms)
    rejected = pl.concat([rejected, *refused])
    terms.on_stage("link")
    relinked = relink(everybody, known, settings.link, seed=terms.seed, judgements=judgements, model=model)
    terms.on_stage("write")
    # The casefile keeps it before the files are released: they must not tell of ids that nobody knows later.
    with staged(out) as folder, casefile.open() as opened:
        relinked.linked.pairs.write_parquet(folder / "pairs.parquet")
        relinked.linked.entities.write_parquet(folder / "entities.parquet")
        relinked.changes.write_parquet(folder / "changes.parquet")
        write_model(relinked.linked.model, folder)
        write_rejected(rejected, folder)
        names = sorted(file.name for file in folder.iterdir())
        keep_known(opened, MATCHED, relinked, terms.as_of)
        opened.replace(_JUDGED, judgements)
        opened.put(_HOME, settings.normalise.default_country)
        events = dict(relinked.changes.group_by("event").len().sort("event").iter_rows())
        note(opened, "match", terms.as_of, {"records": records.height, "events": events})
    linked = relinked.linked
    return Grown(
        records=records.height,
        known=(linked.entities.height, linked.entities["entity_id"].n_unique()),
        events=events,
        outcomes=dict(linked.pairs.group_by("outcome").len().sort("outcome").iter_rows()),
        rejected=rejected,
        anew=known is None or relinked.known.basis.turned_over == 0,
        files=[out / name for name in names],
    )


def _with_known(people: pl.DataFrame, known: Known | None) -> pl.DataFrame:
    if known is None:
        return people
    kept = known.people.join(people, on=list(_ID), how="anti", maintain_order="left")
    return pl.concat([PEOPLE.conform(kept.drop("number")), people])


def _judgements(
    kept: pl.DataFrame, path: Path | None, people: pl.DataFrame, terms: Terms
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Return all judgements given so far, those of a file last, and the file's rejected rows."""
    if path is None:
        return kept, []
    said = usable(path, read_judgements(path, people.select("source", "record_id"), terms.settings.ingest))
    return pl.concat([kept, said.rows.select(kept.columns)]), [said.rejected]

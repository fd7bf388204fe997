"""Stand-alone record linkage: any one or two files of people, to pairs and entities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.errors import InputError, UsageError
from skiptrace.ingest import read_judgements, read_people
from skiptrace.matching import link
from skiptrace.matching.roll import LINKED
from skiptrace.pipeline.judging import usable
from skiptrace.pipeline.linkages import write_linkage
from skiptrace.pipeline.models import read_model, write_model
from skiptrace.pipeline.outputs import write_rejected
from skiptrace.pipeline.population import on_its_own, population
from skiptrace.pipeline.release import staged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from skiptrace.ingest import JudgementsRead
    from skiptrace.pipeline.terms import Terms
    from skiptrace.settings import Settings

__all__ = ["Aids", "Matched", "match"]


class Aids(NamedTuple):
    """What linkage is told besides the files.

    Attributes
    ----------
    id_column
        Header of the column that names a record.
    model
        A model to weigh with, as written by an earlier linkage; null = train one.
    judgements
        What reviewers said of pairs.
    """

    id_column: str | None = None
    model: Path | None = None
    judgements: Path | None = None


class Matched(NamedTuple):
    """What linkage found.

    Attributes
    ----------
    records, entities
        How many went in, and how many people they are.
    outcomes
        Pair outcome → number of pairs.
    judged
        Pairs that reviewers have settled.
    rejected
        REJECTED rows.
    files
        Paths written.
    """

    records: int
    entities: int
    outcomes: dict[str, int]
    judged: int
    rejected: pl.DataFrame
    files: list[Path]


def match(paths: Sequence[Path], aids: Aids, out: Path, terms: Terms) -> Matched:
    """Link the people of one file among themselves, or of two files with each other.

    With two files, only pairs across them are looked for, and ``source`` is each file's name without its ending.

    Raises
    ------
    InputError
        If a file holds no usable record, or the model or the judgements cannot be used.
    UsageError
        If both files have one name.
    """
    sources = [path.stem for path in paths]
    if len(set(sources)) < len(sources):
        raise UsageError(f"both files are called {sources[0]}: their names tell their records apart")
    model = None if aids.model is None else read_model(aids.model)
    terms.on_stage("ingest")
    read = [
        read_people(path, terms.settings.ingest, aids.id_column, source)
        for path, source in zip(paths, sources, strict=True)
    ]
    counts = [(frame.height, refused.height) for frame, refused in read]
    records = pl.concat([frame for frame, _ in read], how="diagonal")
    if records.is_empty():
        raise InputError(f"{paths[0].name}: no usable record")
    said = None if aids.judgements is None else _said(aids.judgements, records, terms)
    rejected = pl.concat([*(refused for _, refused in read), *([] if said is None else [said.rejected])])
    settings = on_its_own(terms.settings, records)
    # A million rows as read, as normalised and as numbers need not all be there at once: each goes with the call.
    as_read = [records]
    del read, records
    linked = link(
        _comparable(as_read, settings, terms),
        settings.link,
        seed=terms.seed,
        judgements=None if said is None else said.rows,
        model=model,
        across_only=len(paths) > 1,
    )
    terms.on_stage("write")
    pairs, entities = linked.pairs, linked.entities
    if len(paths) == 1:
        pairs, entities = pairs.drop("source_l", "source_r"), entities.drop("source")
    with staged(out) as folder:
        pairs.write_parquet(folder / "pairs.parquet")
        entities.write_parquet(folder / "entities.parquet")
        write_model(linked.model, folder)
        write_rejected(rejected, folder)
        write_linkage(
            dict(zip(paths, counts, strict=True)), aids, linked.diagnostics, folder, replace(terms, settings=settings)
        )
        names = sorted(path.name for path in folder.iterdir())
    return Matched(
        records=sum(accepted for accepted, _ in counts),
        entities=entities["entity_id"].n_unique(),
        outcomes=dict(pairs.group_by("outcome").len().sort("outcome").iter_rows()),
        judged=int(str(linked.diagnostics["judged"])),
        rejected=rejected,
        files=[out / name for name in names],
    )


def _comparable(as_read: list[pl.DataFrame], settings: Settings, terms: Terms) -> pl.DataFrame:
    """Return PEOPLE of the records in the list, and empty it."""
    terms.on_stage("normalise")
    people = population(as_read.pop(), settings, columns=LINKED)
    terms.on_stage("link")
    return people


def _said(path: Path, records: pl.DataFrame, terms: Terms) -> JudgementsRead:
    return usable(path, read_judgements(path, records.select("source", "record_id"), terms.settings.ingest))

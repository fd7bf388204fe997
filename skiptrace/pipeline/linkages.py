"""The folder that stand-alone linkage writes: what it was made from, so that its pairs can be reviewed and explained.

No person's values are in it: people are read again from their own files, which must not have changed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError

from skiptrace import __version__
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.contracts.outputs import ENTITIES, PAIRS
from skiptrace.errors import InputError
from skiptrace.ingest import read_judgements, read_people
from skiptrace.matching import Linked
from skiptrace.pipeline.models import MODEL_FILE, read_model
from skiptrace.pipeline.pair_words import Evidence
from skiptrace.pipeline.population import population
from skiptrace.pipeline.release import sha256
from skiptrace.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.pipeline.linking import Aids
    from skiptrace.pipeline.terms import Terms

__all__ = ["JUDGEMENTS_FILE", "read_linkage", "write_linkage"]

JUDGEMENTS_FILE = "judgements.csv"
"""Where the judgements on a folder's pairs are kept unless another file is named."""
_NAME = "linkage.json"


def write_linkage(
    counts: Mapping[Path, tuple[int, int]], aids: Aids, diagnostics: Mapping[str, object], folder: Path, terms: Terms
) -> None:
    """Write ``linkage.json``.

    Parameters
    ----------
    counts
        Rows accepted and rejected of each file.
    aids, terms
        What linkage was told.
    diagnostics
        What it says of itself.
    folder
        The staging folder, inside the one that the file is for.
    """
    contents = {
        "versions": {"program": __version__},
        "seed": terms.seed,
        "id_column": aids.id_column,
        "inputs": [
            {
                # As seen from the folder, so that both may be moved together.
                "path": Path(os.path.relpath(path.resolve(), folder.parent.resolve())).as_posix(),
                "sha256": sha256(path),
                "read": accepted + rejected,
                "accepted": accepted,
                "rejected": rejected,
            }
            for path, (accepted, rejected) in counts.items()
        ],
        "model": None if aids.model is None else {"file": aids.model.name, "sha256": sha256(aids.model)},
        "judgements": None
        if aids.judgements is None
        else {"file": aids.judgements.name, "sha256": sha256(aids.judgements)},
        "settings": terms.settings.model_dump(mode="json", include={"ingest", "normalise", "link"}),
        "link": dict(diagnostics),
    }
    text = json.dumps(contents, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / _NAME).write_text(text + "\n", encoding="utf-8")


def read_linkage(folder: Path, judgements: Path | None, terms: Terms) -> Evidence:
    """Read back what linkage found, with the people it found it of.

    Parameters
    ----------
    folder
        Written by :func:`skiptrace.pipeline.linking.match`.
    judgements
        File of judgements on its pairs; null = ``judgements.csv`` in the folder, if it is there.
    terms
        Who is watching; settings are those of the linkage.

    Raises
    ------
    InputError
        If it is no such folder, or one of its files is missing or has changed.
    """
    contents = _contents(folder)
    terms.on_stage("ingest")
    try:
        settings = Settings.model_validate(contents["settings"])
        inputs = [(folder / each["path"], each["sha256"]) for each in contents["inputs"]]
        id_column = contents["id_column"]
    except (KeyError, TypeError, ValidationError) as error:
        raise InputError(f"{folder.name}/{_NAME}: not written by `skiptrace match` of this version") from error
    for path, digest in inputs:
        if not path.is_file():
            raise InputError(f"{path.name}: not where it was when {folder.name} was linked")
        if sha256(path) != digest:
            raise InputError(f"{path.name}: has changed since {folder.name} was linked; run `skiptrace match` again")
    records = pl.concat(
        [read_people(path, settings.ingest, id_column, path.stem)[0] for path, _ in inputs], how="diagonal"
    )
    terms.on_stage("normalise")
    people = population(records, settings)
    pairs, entities = (_table(folder / f"{name}.parquet") for name in ("pairs", "entities"))
    if len(inputs) == 1:
        source = pl.lit(inputs[0][0].stem)
        pairs, entities = pairs.with_columns(source_l=source, source_r=source), entities.with_columns(source=source)
    model = read_model(folder / MODEL_FILE)
    file = folder / JUDGEMENTS_FILE if judgements is None else judgements
    said = JUDGEMENTS.empty()
    if file.exists():
        said = read_judgements(file, records.select("source", "record_id"), settings.ingest).rows
    linked = Linked(pairs=PAIRS.conform(pairs), entities=ENTITIES.conform(entities), model=model, diagnostics={})
    return Evidence(people=people, linked=linked, judgements=said, params=settings.link)


def _contents(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    try:
        contents: dict[str, Any] = json.loads((folder / _NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder.name}: not a folder that `skiptrace match` wrote: {_NAME} is missing") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{folder.name}/{_NAME}: cannot be read") from error
    return contents


def _table(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path.parent.name}/{path.name}: missing or damaged; run `skiptrace match` again") from error

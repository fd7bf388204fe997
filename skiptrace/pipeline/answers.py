"""Answers to questions about what is known: leads, hours, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.csv_files import write_csv
from skiptrace.errors import UsageError
from skiptrace.graph import evidence
from skiptrace.ingest import read_proposals
from skiptrace.normalise import point_keys
from skiptrace.pipeline.explaining import known_account
from skiptrace.pipeline.outputs import write_lead_files
from skiptrace.pipeline.release import staged
from skiptrace.timing import hours

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture

__all__ = ["evidence_of", "hours_of", "write_leads", "write_verdicts"]


def write_leads(picture: Picture, out: Path) -> list[Path]:
    """Write leads, reach, pairs, entities and graph; return the paths."""
    with staged(out) as folder:
        names = sorted(write_lead_files(picture, folder))
    return [out / name for name in names]


def evidence_of(picture: Picture, account_id: str) -> pl.DataFrame:
    """Return an account's leads with the evidence behind each."""
    known_account(picture.tables["accounts"], account_id)
    return evidence(picture.traced_as_learned, account_id)


def hours_of(picture: Picture, account_id: str) -> pl.DataFrame:
    """Return an account's hours of the week."""
    known_account(picture.tables["accounts"], account_id)
    return hours(picture.learned, picture.normalised.attempts, account_id)


def write_verdicts(picture: Picture, proposals: Path, out: Path, terms: Terms) -> dict[str, int]:
    """Judge a file of proposals and write a verdict for each, in order; return how many of each kind."""
    read = read_proposals(proposals, terms.settings.ingest)
    country = picture.normalised.people.filter(pl.col("table") == "accounts").select("account_id", "country")
    kinds = pl.col("channel").replace_strict(
        {"call": "phone", "sms": "phone", "email": "email", "letter": "address", "visit": "address"}, default="phone"
    )
    values = read.join(country.unique("account_id"), on="account_id", how="left", maintain_order="left")
    keys = point_keys(values.select(kind=kinds, value="contact_point", country="country"))
    judged = picture.judge(read.with_columns(point_key=keys["point_key"]), picture.facts.attempts.clear(), terms)
    with staged(out.parent) as folder:
        _write(judged, folder / out.name)
    return dict(judged.group_by("verdict").len().sort("verdict").iter_rows())


def _write(verdicts: pl.DataFrame, path: Path) -> None:
    match path.suffix.lower():
        case ".parquet":
            verdicts.write_parquet(path)
        case ".jsonl" | ".ndjson":
            verdicts.write_ndjson(path)
        case ".csv":
            write_csv(verdicts, path)
        case suffix:
            raise UsageError(
                f"--out {path.name}: expected a name ending in .csv, .jsonl or .parquet, found {suffix or 'none'}"
            )

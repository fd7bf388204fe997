"""Schedules that go out: in other forms, and past the last gate before a dialer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.verify import verify
from skiptrace.contracts.csv_files import write_csv
from skiptrace.dialers import FORMATS, read_schedule, write_schedule
from skiptrace.errors import UsageError
from skiptrace.pipeline.release import staged
from skiptrace.pipeline.understanding import understand
from skiptrace.tables import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms

__all__ = ["Rechecked", "export", "recheck", "write_kept", "write_rows", "write_tables"]


@dataclass(frozen=True, kw_only=True)
class Rechecked:
    """A schedule after the last gate.

    Attributes
    ----------
    kept
        The rows that may still go out.
    findings
        Why the others may not: ``attempt_id``, ``provision``, ``reason``.
    rows, refused
        How many came, how many were refused.
    """

    kept: pl.DataFrame
    findings: pl.DataFrame
    rows: int
    refused: int


def export(schedule: Path, out: Path, forms: Sequence[str]) -> list[Path]:
    """Write a schedule in other forms and return the files written."""
    unknown = sorted(set(forms) - set(FORMATS))
    if unknown:
        raise UsageError(f"--format {unknown[0]}: expected one of {', '.join(FORMATS)}")
    frame = read_schedule(schedule)
    with staged(out) as folder:
        names = write_schedule(frame, folder, forms=tuple(forms))
    return [out / name for name in names]


def recheck(schedule: Path, gathered: Gathered, terms: Terms) -> Rechecked:
    """Judge a schedule again, with everything that came in since it was made; what results report is done with."""
    frame = read_schedule(schedule)
    picture = understand(gathered.tables, gathered.history, terms, gathered.judgements, gathered.known)
    terms.on_stage("verify")
    reported = gathered.tables["attempts"].select("attempt_id")
    made = frame.join(reported, on="attempt_id", how="semi", maintain_order="left")
    open_rows = frame.join(reported, on="attempt_id", how="anti", maintain_order="left")
    done = made.select("attempt_id", provision=pl.lit("made"), reason=pl.lit("results say that it was made"))
    law = verify(open_rows, picture.facts, picture.rulebook, terms.as_of, terms.settings.check)
    findings = pl.concat([done, law])
    kept = frame.join(findings.select("attempt_id").unique(), on="attempt_id", how="anti", maintain_order="left")
    return Rechecked(kept=kept, findings=findings, rows=frame.height, refused=frame.height - kept.height)


def write_kept(checked: Rechecked, path: Path) -> None:
    """Write the rows that may go out, in the form that the file's name asks for."""
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise UsageError(f"--out {path.name}: expected a name ending in .{', .'.join(FORMATS)}")
    with staged(path.parent) as folder:
        (name,) = write_schedule(checked.kept, folder, forms=(form,))
        (folder / name).rename(folder / path.name)


def write_rows(rows: pl.DataFrame, path: Path) -> None:
    """Write rows as CSV."""
    with staged(path.parent) as folder:
        write_csv(rows, folder / path.name)


def write_tables(gathered: Gathered, out: Path) -> None:
    """Write the accepted tables, unknown columns back in their places, and what was rejected."""
    with staged(out) as folder:
        for name, table in gathered.tables.items():
            write_csv(_with_extra(table.drop(FILE, LINE)), folder / f"{name}.csv")
        write_csv(gathered.rejected, folder / "rejected.csv")


def _with_extra(table: pl.DataFrame) -> pl.DataFrame:
    extra = table["extra"].drop_nulls()
    if extra.is_empty():
        return table.drop("extra")
    known = extra.str.json_decode(infer_schema_length=None).struct.fields
    parts = [
        pl.col("extra").str.json_path_match(f"$['{field}']").alias(field)
        for field in known
        if field not in table.columns
    ]
    return table.with_columns(parts).drop("extra")

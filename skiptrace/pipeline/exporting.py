"""Schedules that go out: in other forms, and past the last gate before a dialer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.compliance.verify import verify
from skiptrace.contracts.csv_files import write_csv
from skiptrace.dialers import DIALERS, FORMATS, read_schedule, write_schedule
from skiptrace.errors import InputError, UsageError
from skiptrace.pipeline.followed_up import not_to_follow
from skiptrace.pipeline.handing_over import MANIFEST, REFUSED, hand_over, no_leftovers
from skiptrace.pipeline.on_record import off_record, with_ended_consents
from skiptrace.pipeline.release import sha256, staged
from skiptrace.pipeline.understanding import understand
from skiptrace.tables import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms

__all__ = ["Exported", "Rechecked", "export", "recheck", "release", "write_rows", "write_tables"]


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
    sha256
        Of the file they came in.
    beside
        Of the files that were taken into account beside the casefile, sorted.
    """

    kept: pl.DataFrame
    findings: pl.DataFrame
    rows: int
    refused: int
    sha256: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote.

    Attributes
    ----------
    files
        Files, and folders that were written whole.
    rows
        Format of a dialer → rows ``read``, ``written``, ``refused``, ``not_for_this_dialer``.
    """

    files: tuple[Path, ...]
    rows: dict[str, dict[str, int]] = field(default_factory=dict)


def export(schedule: Path, out: Path, forms: Sequence[str], terms: Terms) -> Exported:
    """Write a schedule in other forms: its own, and those of dialers, with ``refused.csv`` and ``export.json``.

    Parameters
    ----------
    schedule
        Its file.
    out
        The folder.
    forms
        Some of ``FORMATS`` and ``DIALERS``.
    terms
        When, and the options of dialers.

    Raises
    ------
    InputError
        If a dialer can be given no row of a schedule that has some; ``refused.csv``, which says why, is there then.
    SettingsError
        If a dialer's option is missing.
    """
    unknown = sorted(set(forms) - set(FORMATS) - set(DIALERS))
    if unknown:
        raise UsageError(f"--format {unknown[0]}: expected one of {', '.join((*FORMATS, *DIALERS))}")
    frame = read_schedule(schedule)
    dialers = [form for form in dict.fromkeys(forms) if form in DIALERS]
    rows: dict[str, dict[str, int]] = {}
    with staged(out) as folder:
        names = write_schedule(frame, folder, forms=[form for form in dict.fromkeys(forms) if form in FORMATS])
        if dialers:
            manifest = hand_over(frame, schedule, dialers, folder, terms)
            no_leftovers(out, manifest)
            rows = {form: told["rows"] for form, told in manifest["formats"].items()}
            written = [name.split("/")[0] for told in manifest["formats"].values() for name in told["files"]]
            names += [*dict.fromkeys(written), REFUSED, MANIFEST]
    for form, counts in rows.items():
        if counts["read"] and not counts["written"]:
            raise InputError(
                f"{schedule.name}: nothing for {form}: {counts['refused']:,} rows refused ({REFUSED} says why), "
                f"{counts['not_for_this_dialer']:,} not for this dialer"
            )
    return Exported(files=tuple(out / name for name in names), rows=rows)


def recheck(schedule: Path, gathered: Gathered, casefile: Casefile | None, terms: Terms) -> Rechecked:
    """Judge a schedule again, with everything that came in since it was made; what results report is done with.

    Parameters
    ----------
    schedule
        Its file.
    gathered
        What is known.
    casefile
        Refuse what it did not release, or not like this; null = nothing is on record to compare with.
    terms
        When, settings.
    """
    digest = sha256(schedule) if schedule.is_file() else ""  # if it is not there, the reading of it says so
    frame = read_schedule(schedule)
    reported = gathered.tables["attempts"].select("attempt_id")
    made = frame.join(reported, on="attempt_id", how="semi", maintain_order="left")
    open_rows = frame.join(reported, on="attempt_id", how="anti", maintain_order="left")
    done = made.select("attempt_id", provision=pl.lit("made"), reason=pl.lit("results say that it was made"))
    forged = off_record(open_rows, casefile) if casefile is not None else None
    if forged is not None:  # nor do these count as attempts beside the others: they do not go out
        open_rows = (
            open_rows.with_row_index("row").join(forged, on="row", how="anti", maintain_order="left").drop("row")
        )
        done = pl.concat([done, forged.drop("row")])
    # Rows whose window is open count as rows of this schedule, not as attempts of another one as well.
    history = gathered.history.join(_not_over(open_rows, terms), on="attempt_id", how="anti", maintain_order="left")
    picture = understand(gathered.tables, history, terms, gathered.judgements, gathered.known, gathered.model)
    terms.on_stage("verify")
    # What is not to be done any more does not count as an attempt beside the others; what law says of it goes first.
    over = not_to_follow(frame, gathered.tables["attempts"]).join(open_rows, on="attempt_id", how="semi")
    apart = (open_rows.join(over, on="attempt_id", how=how, maintain_order="left") for how in ("anti", "semi"))
    law = pl.concat(verify(rows, picture.facts, picture.rulebook, terms.as_of, terms.settings.check) for rows in apart)
    done = pl.concat([done, over.join(law, on="attempt_id", how="anti")])
    if casefile is not None:
        law = with_ended_consents(law, gathered.tables["consents"], terms.as_of, casefile)
    findings = pl.concat([done, law])
    kept = frame.join(findings.select("attempt_id").unique(), on="attempt_id", how="anti", maintain_order="left")
    return Rechecked(
        kept=kept,
        findings=findings,
        rows=frame.height,
        refused=frame.height - kept.height,
        sha256=digest,
        beside=tuple(sorted(set(gathered.files["sha256"].drop_nulls()))),
    )


def _not_over(rows: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    ends = pl.col("not_after").str.to_datetime("%+", time_zone="UTC", strict=False)
    return rows.filter((ends > terms.as_of).fill_null(value=False)).select("attempt_id")


def release(checked: Rechecked, path: Path | None, casefile: Casefile | None, terms: Terms) -> None:
    """Write the rows that may go out, in the form that the file's name asks for, and put the re-check on record.

    Parameters
    ----------
    checked
        A schedule after the last gate.
    path
        The file to write; null = none.
    casefile
        Whose audit tells of it; null = none.
    terms
        When.
    """
    if path is None:
        _record(checked, None, casefile, terms)
        return
    form = path.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise UsageError(f"--out {path.name}: expected a name ending in .{', .'.join(FORMATS)}")
    with staged(path.parent) as folder:
        (name,) = write_schedule(checked.kept, folder, forms=(form,))
        (folder / name).rename(folder / path.name)
        _record(checked, sha256(folder / path.name), casefile, terms)  # before release


def _record(checked: Rechecked, released: str | None, casefile: Casefile | None, terms: Terms) -> None:
    """Add to the audit what came to the last gate and what it let out: counts, hashes and provisions only."""
    if casefile is None:
        return
    provisions = checked.findings.group_by("provision").len().sort("provision")
    details = {
        "rows": checked.rows,
        "accepted": checked.kept.height,
        "refused": checked.refused,
        "provisions": dict(provisions.iter_rows()),
        "sha256": checked.sha256,
        "released_sha256": released,
        "beside": list(checked.beside),
    }
    with casefile.open(make=False) as opened:
        note(opened, "verify", terms.as_of, details)


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

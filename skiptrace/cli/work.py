"""Commands that take in, plan, release and take back: run, ingest, plan, export, verify, outcomes, stop, consent."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skiptrace.cli.options import (
    AsOf,
    Batch,
    CapacityFile,
    CasefilePath,
    Json,
    KeyFile,
    Out,
    Seed,
    SettingsFile,
    in_zone,
    open_casefile,
    output_console,
    terms,
)
from skiptrace.cli.screen import show_brought, show_json, show_rejected, show_summary, show_taken, show_trouble
from skiptrace.dialers import DIALERS, FORMATS, RESULT_FORMATS
from skiptrace.errors import PromiseBroken, UsageError
from skiptrace.pipeline import exporting, gathering, results, runs, what_if
from skiptrace.pipeline.release import apart

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms

__all__ = ["register"]

BatchPaths = Annotated[
    list[Path], typer.Argument(metavar="BATCH...", help="Files, or folders with files named after the tables.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (run, ingest, plan, export, verify, outcomes):
        app.command()(command)


def run(
    batch: BatchPaths,
    out: Out = Path("out"),
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    capacity: CapacityFile = None,
    as_json: Json = False,
) -> None:
    """Take a batch of accounts to a lawful, ranked schedule.

    Example: skiptrace run samples/five_accounts --casefile my.casefile --out out
    """
    apart(out, batch)
    chosen = terms(as_of, seed, settings, quiet=as_json, capacity=capacity)
    kept = open_casefile(casefile, key_file) if casefile else None
    _plan(gathering.gather(batch, kept, chosen), kept, out, chosen, as_json=as_json)


def plan(
    out: Out = Path("out"),
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    capacity: CapacityFile = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if", metavar="CHANGE", help="Only tell what this would bring: agents=+5, calls=+10%, letters=+200."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan anew from what is known, results that came back included.

    Example: skiptrace plan --casefile my.casefile --out out --as-of 2026-11-24T09:00:00+00:00
    """
    chosen = terms(as_of, seed, settings, quiet=as_json, capacity=capacity)
    kept = open_casefile(casefile, key_file) if casefile else None
    if changes:
        what_if.changed(chosen.settings.plan, changes)  # before the long work
        brought = what_if.what_if(gathering.gather(batch or [], kept, chosen, keep=False), changes, chosen)
        if as_json:
            show_json(asdict(brought))
        else:
            show_brought(brought)
        return
    apart(out, batch or [])
    _plan(gathering.gather(batch or [], kept, chosen), kept, out, chosen, as_json=as_json)


def _plan(gathered: Gathered, casefile: Casefile | None, out: Path, chosen: Terms, *, as_json: bool) -> None:
    if not as_json:
        show_trouble(gathered)
    summary = runs.run(gathered, casefile, out, chosen)
    if as_json:
        show_json(asdict(summary))
    else:
        show_summary(summary, output_console())


def ingest(
    batch: BatchPaths,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the accepted tables here, too.")
    ] = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Read a batch and say what can be used and what cannot.

    Example: skiptrace ingest samples/lost_contacts --out tables
    """
    if out is not None:
        apart(out, batch)
    chosen = terms(as_of, 0, settings, quiet=as_json)
    kept = open_casefile(casefile, key_file) if casefile else None
    gathered = gathering.gather(batch, kept, chosen)
    if out is not None:
        exporting.write_tables(gathered, out)
    counts = gathered.files.select("file", "table", "read", "accepted", "rejected").to_dicts()
    if as_json:
        show_json(counts)
        return
    show_trouble(gathered)
    for count in counts:
        typer.echo("{file}: {table}, {read:,} rows read, {accepted:,} accepted, {rejected:,} rejected".format(**count))


def export(
    schedule: Annotated[Path, typer.Argument(help="A schedule: .jsonl, .csv or .parquet.")],
    out: Out = Path("out"),
    form: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME", help=f"{', '.join((*FORMATS, *DIALERS))}; may be repeated."),
    ] = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Write a schedule in the forms that dialers and other programs read.

    Options of a dialer stand in the settings under [export.NAME]. Rows that it would damage, or dial at a wrong time,
    are refused, each with its reason in refused.csv; export.json says what was written and what no file could carry.

    Example: skiptrace export release.jsonl --format vicidial --settings dialer.toml --out vicidial
    """
    exported = exporting.export(schedule, out, form or ["csv"], terms(as_of, 0, settings, quiet=as_json))
    if as_json:
        show_json({"files": [str(path) for path in exported.files], "formats": exported.rows})
        return
    for path in exported.files:
        typer.echo(str(path))
    for name, rows in exported.rows.items():
        told = "{read:,} rows = {written:,} written + {refused:,} refused + {not_for_this_dialer:,} not for this dialer"
        typer.echo(f"{name}: {told.format(**rows)}")


def verify(
    schedule: Annotated[Path, typer.Argument(help="A schedule: .jsonl, .csv or .parquet.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the rows that may still go out here.")
    ] = None,
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Re-check a schedule at dispatch, by a second reading of the law; drop what is no longer lawful, done or expired.

    Beside a casefile, --batch names what came in this minute (stops, consents, attempts); it is not kept. Rows that the
    casefile did not release, or not as they stand, are refused, too; the audit tells what came and what went out.
    Without --out, a schedule with any row that must not go out is refused with exit code 6.

    Example: skiptrace verify out/schedule.jsonl --casefile my.casefile --out release.jsonl
    """
    chosen = terms(as_of, seed, settings, quiet=as_json)
    kept = open_casefile(casefile, key_file) if casefile else None
    checked = exporting.recheck(schedule, gathering.gather(batch or [], kept, chosen, keep=False), kept, chosen)
    if as_json:
        show_json({"rows": checked.rows, "refused": checked.findings.to_dicts()})
    else:
        for finding in checked.findings.iter_rows(named=True):
            typer.echo("{attempt_id}: {provision}: {reason}".format(**finding))
        typer.echo(f"{checked.rows:,} rows, {checked.refused:,} refused")
    exporting.release(checked, out, kept, chosen)
    if out is None and checked.refused:
        raise PromiseBroken(f"{schedule.name}: {checked.refused:,} of {checked.rows:,} rows must not go out")


def outcomes(
    results_file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="What the dialer reports.", show_default=False)
    ] = None,
    casefile: CasefilePath = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="generic: CSV, TSV, XLSX, Parquet or JSON Lines with a header; vicidial; asterisk-cdr.",
        ),
    ] = "generic",
    zone: Annotated[
        str | None,
        typer.Option("--zone", metavar="ZONE", help="Zone of times without offset: the dialer's, as Europe/London."),
    ] = None,
    outcome_map: Annotated[
        Path | None, typer.Option("--outcomes", metavar="MAP", help="What your own statuses mean, in TOML.")
    ] = None,
    write_map: Annotated[
        Path | None,
        typer.Option(
            "--write-map", metavar="FILE", help="Write the shipped map of the format here, to change, and end."
        ),
    ] = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
    rejected: Annotated[
        Path | None, typer.Option("--rejected", metavar="FILE", help="Write rejected rows here.")
    ] = None,
    set_aside: Annotated[
        Path | None, typer.Option("--set-aside", metavar="FILE", help="Write rows that are no attempts here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take a dialer's results back, so that the next plan is better.

    Example: skiptrace outcomes results.csv --casefile my.casefile
    """
    if write_map is not None:
        results.write_map(write_map, form)
        typer.echo(str(write_map))
        return
    if results_file is None:
        raise UsageError("nothing to read: name the FILE that the dialer wrote")
    if casefile is None:
        raise UsageError("outcomes are kept in a casefile: give --casefile")
    for option, path in (("--rejected", rejected), ("--set-aside", set_aside)):
        if path is not None and (path.is_dir() or path.resolve() == results_file.resolve()):  # said before any is kept
            raise UsageError(f"{option} {path.name}: expected a file to write, apart from the results")
    local = form in RESULT_FORMATS and form != "generic"
    chosen = in_zone(terms(as_of, 0, settings, quiet=as_json), zone, needed=local)
    taken = results.take_results(results_file, open_casefile(casefile, key_file), chosen, form, outcome_map)
    for rows, path in ((taken.rejected, rejected), (taken.set_aside, set_aside)):
        if path is not None:
            exporting.write_rows(rows, path)
    if as_json:
        show_json(results.taken_values(taken))
    else:
        show_rejected(taken.rejected)
        show_taken(taken, output_console())
    results.check_usable(results_file, taken)

"""Commands that answer questions and change nothing: learn, hours, check, explain, audit, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skiptrace.cli import drawing
from skiptrace.cli.options import (
    AsOf,
    Batch,
    CasefilePath,
    Json,
    KeyFile,
    Linked,
    Out,
    Seed,
    SettingsFile,
    needed_casefile,
    open_casefile,
    output_console,
    picture_of,
    terms,
)
from skiptrace.cli.screen import show_json
from skiptrace.cli.waterfall import draw_waterfall
from skiptrace.errors import PromiseBroken, UsageError
from skiptrace.pipeline import answers, explaining, gathering
from skiptrace.pipeline.doctoring import audited, examine
from skiptrace.pipeline.entity_words import explain_entity
from skiptrace.pipeline.linkages import read_linkage
from skiptrace.pipeline.pair_words import explain_pair
from skiptrace.pipeline.permits import explain_issued
from skiptrace.pipeline.release import apart

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.terms import Terms

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (learn, hours, check, explain, audit, doctor):
        app.command()(command)


def learn(
    out: Out = Path("out"),
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Learn when and how each debtor can be reached; write reach.parquet and leads.csv.

    Example: skiptrace learn --batch samples/lost_contacts --out out --as-of 2026-11-23T09:00:00+00:00
    """
    apart(out, batch or [])
    chosen = terms(as_of, seed, settings, quiet=as_json)
    picture = picture_of(casefile, batch, key_file, chosen)
    paths = answers.write_leads(picture, out)
    if as_json:
        show_json(picture.learned.diagnostics)
        return
    for path in paths:
        typer.echo(str(path))


def hours(
    account: Annotated[str, typer.Argument(help="Whose hours.")],
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Show at which hours of the week a debtor can be reached, and on how much evidence.

    Example: skiptrace hours OH-1001 --casefile my.casefile
    """
    chosen = terms(as_of, seed, settings, quiet=as_json)
    cells = answers.hours_of(picture_of(casefile, batch, key_file, chosen), account)
    if as_json:
        show_json(cells.to_dicts())
    else:
        drawing.heat_map(account, cells, output_console())


def check(
    proposals: Annotated[Path, typer.Argument(help="Proposed attempts: CSV, Parquet or JSON Lines.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where the verdicts go: .csv, .parquet or .jsonl.")
    ],
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Judge proposed attempts by the law of their places; one verdict a proposal, in the same order.

    Example: skiptrace check proposals.csv --batch samples/five_accounts --out verdicts.csv
    """
    chosen = terms(as_of, seed, settings, quiet=as_json)
    counts = answers.write_verdicts(picture_of(casefile, batch, key_file, chosen), proposals, out, chosen)
    if as_json:
        show_json(counts)
    else:
        typer.echo(", ".join(f"{count:,} {verdict}" for verdict, count in counts.items()) or "no proposals")
        typer.echo(str(out))


def explain(
    what: Annotated[
        str,
        typer.Argument(metavar="ID", help="A permit, attempt, account or entity, or two record ids joined by a comma."),
    ],
    casefile: CasefilePath = None,
    batch: Batch = None,
    linked: Linked = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Say in plain words why an attempt is permitted, an account waits, or two records are one person.

    A permit is explained as of the plan that gave it, on what was known then. If its id does not follow from what is
    kept, the exit code is 6. Of two records it is shown what each field adds to the match weight, and what would turn
    the answer; an id that several sources have is written SOURCE:ID. Of an entity it is told how it came about.

    Example: skiptrace explain OH-1001,R01 --casefile my.casefile
    """
    chosen = terms(as_of, seed, settings, quiet=as_json)
    kept = open_casefile(casefile, key_file) if casefile else None
    issued = explain_issued(what, kept) if kept else None
    entity = explain_entity(what, kept) if kept and not issued else None
    found = issued or entity or _explained(what, linked, batch or [], kept, chosen)
    if as_json:
        show_json(found)
    elif issued:
        drawing.permit(issued, output_console())
    elif "pair" in found:
        draw_waterfall(found, output_console())
    else:
        drawing.explanation(found, output_console())
    if issued and not issued["permit"]["matches"]:
        raise PromiseBroken(f"{what}: the permit does not follow from what is kept with its plan")


def _explained(
    what: str, linked: Path | None, batch: list[Path], kept: Casefile | None, chosen: Terms
) -> dict[str, Any]:
    if linked is None:
        return explaining.explain(what, gathering.gather(batch, kept, chosen, keep=False), kept, chosen)
    if kept is not None or batch:
        raise UsageError("--linked stands alone: without --casefile and --batch")
    return explain_pair(what, read_linkage(linked, None, chosen))


def audit(
    casefile: CasefilePath = None, key_file: KeyFile = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """List what was done to a casefile, when and with what; exit code 6 if an entry was removed or changed.

    Example: skiptrace audit --casefile my.casefile
    """
    terms(None, 0, settings, quiet=True)
    chain, broken = audited(needed_casefile(casefile, key_file))
    if as_json:
        show_json({"entries": [entry._asdict() for entry in chain], "broken": broken})
    else:
        drawing.chain(chain, output_console())
    if broken:
        raise PromiseBroken(f"the audit is broken: {broken}")


def doctor(
    casefile: CasefilePath = None, key_file: KeyFile = None, settings: SettingsFile = None, as_json: Json = False
) -> None:
    """Examine the installation: versions, time zone data, encryption, rulebook, casefile.

    Example: skiptrace doctor --casefile my.casefile
    """
    findings = examine(
        open_casefile(casefile, key_file) if casefile else None, terms(None, 0, settings, quiet=True).settings
    )
    if as_json:
        show_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok ' if finding.ok else 'BAD'} {finding.what}: {finding.found}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)

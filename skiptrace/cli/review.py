"""The command for clerical review: on a screen, or by way of a file."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003  # typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from skiptrace.cli.options import (
    AsOf,
    CasefilePath,
    Json,
    KeyFile,
    Linked,
    Seed,
    SettingsFile,
    open_casefile,
    terms,
)
from skiptrace.cli.screen import show_json, show_rejected
from skiptrace.errors import UsageError
from skiptrace.pipeline.desk import Desk, desk_of_casefile, desk_of_linkage, import_to_linkage
from skiptrace.pipeline.exporting import write_rows
from skiptrace.pipeline.judging import Imported, import_judgements
from skiptrace.pipeline.reviewing import Sitting, write_pairs

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.vocabulary import Judgement

__all__ = ["register"]

_INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(review)


def review(
    casefile: CasefilePath = None,
    linked: Linked = None,
    judgements: Annotated[
        Path | None,
        typer.Option("--judgements", metavar="FILE", help="With --linked: keep them here, not in DIR/judgements.csv."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who reviews; kept with each judgement.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=5000, help="No more pairs than this.")] = 100,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write the pairs as CSV, values in clear, and stop.")
    ] = None,
    taken: Annotated[
        Path | None, typer.Option("--import", metavar="FILE", help="Take in judgements from such a file, and stop.")
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option("--rejected", metavar="FILE", help="With --import: write rejected rows here.")
    ] = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Judge the pairs of records in doubt, those first on which a word tells most.

    Shows two records side by side with what each field adds to the match weight. Each judgement is kept at once and for
    good, in the casefile or in a file beside what `skiptrace match` wrote, and is honoured from then on. Without a
    terminal, --export writes the pairs for a spreadsheet and --import takes them back.

    Example: skiptrace review --casefile my.casefile --by Ann
    """
    _agree(casefile, linked, judgements=judgements, export=export, taken=taken, rejected=rejected)
    if export is None and taken is None and not _terminal():
        raise UsageError("review shows a screen and needs a terminal; in a pipe use --export and --import")
    chosen = terms(as_of, seed, settings, quiet=as_json)
    kept = None if casefile is None else open_casefile(casefile, key_file)
    if taken is not None:
        if kept is not None:
            done = import_judgements(taken, by, kept, chosen)
        else:
            done = import_to_linkage(taken, by, _needed(linked), judgements, chosen)
        _tell_import(done, rejected, as_json=as_json)
        return
    desk = (
        desk_of_casefile(kept, limit, chosen) if kept else desk_of_linkage(_needed(linked), judgements, limit, chosen)
    )
    if export is not None:
        count = write_pairs(desk, export)
        if as_json:
            show_json({"pairs": count, "possible_matches": desk.doubt.possible, "file": str(export)})
        else:
            typer.echo(f"{count:,} pairs to judge; {desk.doubt.possible:,} possible matches in all")
            typer.echo(str(export))
        return
    _sit(Sitting(desk, by, chosen), kept, as_json=as_json)


def _agree(casefile: Path | None, linked: Path | None, **files: Path | None) -> None:
    """Raise UsageError where options do not go together."""
    if (casefile is None) == (linked is None):
        raise UsageError("nothing to review: give --casefile, or --linked with a folder that `skiptrace match` wrote")
    if casefile is not None and files["judgements"] is not None:
        raise UsageError("--judgements goes with --linked: a casefile keeps judgements itself")
    if files["export"] is not None and files["taken"] is not None:
        raise UsageError("--export and --import are two steps: export, judge, import")
    if files["rejected"] is not None and files["taken"] is None:
        raise UsageError("--rejected goes with --import")


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _needed(linked: Path | None) -> Path:
    if linked is None:
        raise UsageError("--linked: name a folder that `skiptrace match` wrote")
    return linked


def _tell_import(done: Imported, rejected: Path | None, *, as_json: bool) -> None:
    if rejected is not None:
        write_rows(done.rejected, rejected)
    if as_json:
        counts = {"read": done.read, "new": done.new, "known": done.known, "waiting": done.waiting}
        show_json({**counts, "rejected": done.rejected.height, "judgements": done.judgements})
        return
    show_rejected(done.rejected)
    typer.echo(
        f"{done.read:,} rows read: {done.new:,} new, {done.known:,} known, {done.waiting:,} not judged, "
        f"{done.rejected.height:,} rejected"
    )
    for word, count in done.judgements.items():
        typer.echo(f"{count:>8,}  {_plain(word)}")


def _sit(sitting: Sitting, kept: Casefile | None, *, as_json: bool) -> None:
    """Show the screen until the reviewer leaves, and say what was judged."""
    if not sitting.size:
        typer.echo("no pair is in doubt that nobody has judged")
        return
    # The screen takes half a second to load, which every other command would pay for, too.
    from skiptrace.cli.review_screen import ReviewScreen  # noqa: PLC0415

    interrupted = ReviewScreen(sitting).run()
    if as_json:
        show_json({"judged": sitting.counts, "pairs": sitting.size})
    else:
        _tell(sitting.counts, sitting.desk, kept)
    if interrupted:
        raise typer.Exit(_INTERRUPTED)


def _tell(counts: dict[Judgement, int], desk: Desk, kept: Casefile | None) -> None:
    total = sum(counts.values())
    said = ", ".join(f"{count:,} {_plain(word)}" for word, count in counts.items() if count)
    typer.echo(f"{total:,} judged ({said}), kept in {desk.place}" if total else "nothing was judged")
    if total:
        again = (
            "the next run, plan, trace, learn and explain" if kept else "`skiptrace match --judgements` with this file"
        )
        typer.echo(f"Honoured by {again}; then `skiptrace review` asks what is still in doubt.")


def _plain(word: str) -> str:
    return {"not_match": "not a match"}.get(word, word.replace("_", " "))

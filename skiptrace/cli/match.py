"""The command for record linkage on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skiptrace.cli.options import AsOf, CasefilePath, Json, KeyFile, Out, Seed, SettingsFile, open_casefile, terms
from skiptrace.cli.screen import show_json, show_rejected
from skiptrace.errors import UsageError
from skiptrace.pipeline import growing, linking

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(match)


def match(
    left: Annotated[Path, typer.Argument(help="A file of people, in any columns the aliases know.")],
    right: Annotated[Path | None, typer.Argument(help="A second one: link across the two.")] = None,
    out: Out = Path("out"),
    id_column: Annotated[
        str | None, typer.Option("--id-column", metavar="NAME", help="Column that names a record.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="FILE", help="Weigh with this model.json instead of training one.")
    ] = None,
    judgements: Annotated[
        Path | None, typer.Option("--judgements", metavar="FILE", help="What reviewers said of pairs; it is honoured.")
    ] = None,
    casefile: CasefilePath = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Link the records of one file among themselves, or of two with each other; write pairs, entities and the model.

    Pairs in doubt can then be judged with `skiptrace review --linked DIR`, and linked again with --judgements.

    With --casefile the file is matched against all that the casefile was given before, without doing that again;
    changes.parquet tells which records have another entity than before, and `skiptrace explain ENTITY` why.

    Example: skiptrace match customers.csv --id-column customer_no --out linked
    """
    aids = linking.Aids(id_column, model, judgements)
    if casefile is not None:
        if right is not None:
            raise UsageError("--casefile takes one file at a time: it is matched against all before it")
        chosen = terms(as_of, seed, settings, quiet=as_json)
        _show_grown(growing.match_into(left, aids, open_casefile(casefile, key_file), out, chosen), as_json=as_json)
        return
    paths = [left] if right is None else [left, right]
    # Linkage knows no time: any moment will do.
    chosen = terms("2000-01-01T00:00:00+00:00", seed, settings, quiet=as_json)
    found = linking.match(paths, aids, out, chosen)
    if as_json:
        counts = {"records": found.records, "entities": found.entities, "rejected": found.rejected.height}
        told = {"pairs": found.outcomes, "judged": found.judged, "files": [str(path) for path in found.files]}
        show_json({**counts, **told})
        return
    show_rejected(found.rejected)
    pairs = ", ".join(f"{count:,} {outcome.replace('_', ' ')}" for outcome, count in found.outcomes.items()) or "none"
    typer.echo(f"{found.records:,} records are {found.entities:,} people; pairs: {pairs}")
    if judgements is not None:
        typer.echo(f"{found.judged:,} of them settled by reviewers")
    for path in found.files:
        typer.echo(str(path))


def _show_grown(grown: growing.Grown, *, as_json: bool) -> None:
    records, people = grown.known
    if as_json:
        counts = {"records": grown.records, "rejected": grown.rejected.height, "known": records, "entities": people}
        told = {"events": grown.events, "pairs": grown.outcomes, "anew": grown.anew}
        show_json({**counts, **told, "files": [str(path) for path in grown.files]})
        return
    show_rejected(grown.rejected)
    events = ", ".join(f"{count:,} {event}" for event, count in grown.events.items()) or "nothing changed"
    typer.echo(f"{grown.records:,} records came; {records:,} known are {people:,} people; of records: {events}")
    if grown.anew:
        typer.echo("all was linked anew, with a new model")
    for path in grown.files:
        typer.echo(str(path))

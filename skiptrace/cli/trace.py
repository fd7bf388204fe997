"""``skiptrace trace``: leads, the evidence behind them, the graph around them, and which source to ask next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skiptrace.cli import drawing
from skiptrace.cli.options import (
    AsOf,
    Batch,
    CasefilePath,
    Json,
    KeyFile,
    Out,
    Seed,
    SettingsFile,
    output_console,
    picture_of,
    terms,
)
from skiptrace.cli.screen import show_json
from skiptrace.errors import UsageError
from skiptrace.pipeline import answers, graphs, sourcing
from skiptrace.pipeline.release import apart

if TYPE_CHECKING:
    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(trace)


def trace(
    account: Annotated[str | None, typer.Argument(help="Show the evidence behind this account's leads.")] = None,
    suggest_sources: Annotated[
        bool, typer.Option("--suggest-sources", help="Tell what each source was worth, and which to ask next.")
    ] = False,
    out: Out = Path("out"),
    graph: Annotated[
        Path | None,
        typer.Option(
            "--graph",
            metavar="FILE",
            help="Write the relationship graph instead, or the account's part of it: .graphml, .gexf, .json "
            "(node-link), or a folder .neo4j of CSV for Neo4j's import.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps", min=1, max=4, help=f"How far the graph goes around the account; default {graphs.STEPS}."
        ),
    ] = None,
    casefile: CasefilePath = None,
    batch: Batch = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Find leads: which contact points are worth trying, whose they are, how surely, through what evidence.

    With --suggest-sources: what each third-party source gave, how much of it was right, and which source to ask next
    for which account (sources.csv, lookups.csv), until a look-up is no longer worth it.

    Example: skiptrace trace OH-1001 --batch samples/five_accounts
    """
    if steps is not None and (graph is None or account is None):
        raise UsageError("--steps: give an ACCOUNT and --graph FILE with it")
    if graph is not None and suggest_sources:
        raise UsageError("give --graph or --suggest-sources, not both")
    if graph is not None:
        graphs.usable_place(graph, batch or [])
    elif account is None:
        apart(out, batch or [])
    chosen = terms(as_of, seed, settings, quiet=as_json)
    picture = picture_of(casefile, batch, key_file, chosen)
    if suggest_sources:
        _show_lookups(picture, account, out, chosen, as_json=as_json)
    elif graph is not None:
        _show_graph(graphs.write_graph(picture, graph, account, steps or graphs.STEPS), graph, as_json=as_json)
    elif account is not None:
        found = answers.evidence_of(picture, account)
        if as_json:
            show_json(found.to_dicts())
        else:
            drawing.evidence_tree(account, found, output_console())
    else:
        _list(answers.write_leads(picture, out))


def _list(paths: list[Path]) -> None:
    for path in paths:
        typer.echo(str(path))


def _show_graph(counts: dict[str, int], path: Path, *, as_json: bool) -> None:
    if as_json:
        show_json(counts)
    else:
        typer.echo(f"{counts['nodes']:,} nodes, {counts['edges']:,} edges\n{path}")


def _show_lookups(picture: Picture, account: str | None, out: Path, chosen: Terms, *, as_json: bool) -> None:
    """Show what each source was worth and write the look-ups; of one account, show its look-ups only."""
    found = sourcing.lookups_of(picture, chosen, account)
    paths = [] if account else sourcing.write_lookups(found, out)
    if as_json:
        tables = {name: getattr(found, name).to_dicts() for name in ("scorecard", "suggestions")}
        show_json({**tables, "contact_rate": found.contact_rate})
        return
    shown = found.suggestions if account else found.scorecard
    if not shown.is_empty():
        drawing.rows_of(shown, output_console())
    accounts, gained = found.suggestions["account_id"].n_unique(), found.suggestions["expected_contacts"].sum()
    typer.echo(
        f"{found.suggestions.height:,} look-ups for {accounts:,} accounts are worth making; expected right-party "
        f"contacts gained: {gained:,.2f}"
    )
    _list(paths)

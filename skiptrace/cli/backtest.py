"""The command that holds forecasts against what came of them."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from skiptrace.cli.options import (
    AsOf,
    Batch,
    CasefilePath,
    Json,
    KeyFile,
    Seed,
    SettingsFile,
    open_casefile,
    output_console,
    read_moment,
    terms,
)
from skiptrace.cli.screen import show_json
from skiptrace.errors import UsageError
from skiptrace.pipeline import gathering
from skiptrace.pipeline.backtest_words import rows_of_methods, sentences
from skiptrace.pipeline.backtesting import backtest as test_forecasts
from skiptrace.pipeline.model_card import write_backtest
from skiptrace.pipeline.release import apart

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(backtest)


def backtest(
    casefile: CasefilePath = None,
    batch: Batch = None,
    test_share: Annotated[
        float | None,
        typer.Option("--test-share", min=0.01, max=0.99, help="Share of the attempts, the last, to forecast [.25]."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="TIME", help="Forecast the attempts after this moment instead.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write backtest.json and model_card.md here.")
    ] = None,
    key_file: KeyFile = None,
    as_of: AsOf = None,
    seed: Seed = 0,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Forecast the last attempts from what was known before them, beside simpler methods, and show how that went.

    Nothing is kept. What to make of the figures stands in docs/backtest.md.

    Example: skiptrace backtest --batch samples/lost_contacts --as-of 2026-11-23T09:00:00+00:00 --out tested
    """
    if test_share is not None and split is not None:
        raise UsageError("--test-share and --split: give one of them")
    if out is not None:
        apart(out, batch or [])
    chosen = terms(as_of, seed, settings, quiet=as_json)
    at = None if split is None else read_moment(split, "--split")
    kept = open_casefile(casefile, key_file) if casefile else None
    gathered = gathering.gather(batch or [], kept, chosen, keep=False)
    found = test_forecasts(gathered, chosen, at, test_share).report
    paths = [] if out is None else write_backtest(found, out)
    if as_json:
        show_json(found)
        return
    _show(found, output_console())
    for path in paths:
        typer.echo(str(path))


def _show(report: dict[str, Any], console: Console) -> None:
    before, after = sentences(report)
    for line in before:
        console.print(line)
    header, *rows = rows_of_methods(report)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, name in enumerate(header):
        table.add_column(name, justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for line in after:
        console.print(line)

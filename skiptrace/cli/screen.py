"""What a person sees in the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from skiptrace.pipeline.drifting import drift_in_words
from skiptrace.pipeline.result_words import map_in_words, untold_in_words

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.results import Taken
    from skiptrace.pipeline.runs import Summary
    from skiptrace.pipeline.what_if import Brought

__all__ = ["show_brought", "show_json", "show_rejected", "show_summary", "show_taken", "show_trouble"]

SHOWN = 10
"""Lines of one kind of trouble shown in the terminal; the files have them all."""


def show_json(value: object) -> None:
    """Print one JSON document; instants as RFC 3339."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=lambda each: each.isoformat()))


def show_brought(brought: Brought) -> None:
    """Print what another capacity would bring."""
    what = "money" if brought.unit == "money" else "right-party contacts"
    typer.echo(
        f"expected {what}: {brought.before:,.1f} as things are, {brought.after:,.1f} with this change "
        f"({brought.after - brought.before:+,.1f}; the prices of slots said {brought.predicted:+,.1f})"
    )
    typer.echo(f"attempts: {brought.attempts_before:,} and {brought.attempts_after:,}; nothing was written")


def show_summary(summary: Summary, console: Console) -> None:
    """Print what a run did: accounts in and out, why some wait, what to expect, and where the files are."""
    accounts = summary.accounts
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", style="bold")
    grid.add_column()
    grid.add_row(f"{accounts['total']:,}", f"accounts = {_parts(accounts)}")
    if summary.rows_rejected:
        grid.add_row(
            f"{summary.rows_rejected:,}",
            f"of {summary.rows_read:,} input rows rejected, each with its reason in rejected.csv",
        )
    grid.add_row(f"{summary.leads:,}", f"leads, {summary.found:,} of them not in the account's own file")
    grid.add_row(f"{summary.attempts:,}", f"attempts scheduled ({_list(summary.by_channel)})")
    grid.add_row(f"{summary.expected:,.1f}", "right-party contacts to be expected")
    console.print(Text(f"Plan {summary.batch_id} as of {summary.as_of:%Y-%m-%d %H:%M} UTC", style="bold"))
    console.print(grid)
    if summary.reasons:
        console.print("\nWithheld, by reason")
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right")
        table.add_column(overflow="fold")
        for reason, count in summary.reasons:
            table.add_row(f"{count:,}", reason)
        console.print(table)
    console.print("\nFiles")
    for path in summary.files:
        console.print(f"  {path}", soft_wrap=True)


def _parts(accounts: dict[str, int]) -> str:
    parts = [
        f"{accounts[part]:,} {part}"
        for part in ("scheduled", "withheld", "rejected")
        if accounts[part] or part != "rejected"
    ]
    return " + ".join(parts)


def _list(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {channel}" for channel, count in counts.items()) or "none"


def show_rejected(rejected: pl.DataFrame) -> None:
    """Say on standard error where rows were turned away and why."""
    for row in rejected.head(SHOWN).iter_rows(named=True):
        typer.echo(f"{_where(row)}: {row['reason']}", err=True)
    _more(rejected.height, "rejected rows")


def show_trouble(gathered: Gathered) -> None:
    """Say on standard error what was rejected, which contact points could not be read, and what else is to know."""
    show_rejected(gathered.rejected)
    for row in gathered.set_aside.head(SHOWN).iter_rows(named=True):
        typer.echo(f"{_where(row)}: {row['reason']}; the row is kept without it", err=True)
    _more(gathered.set_aside.height, "unreadable contact points")
    for note in gathered.notes:
        typer.echo(note, err=True)


def show_taken(taken: Taken, console: Console) -> None:
    """Print what a results file brought."""
    aside = f"{taken.set_aside.height:,} set aside, " if taken.set_aside.height else ""
    refused = f"{aside}{taken.rejected.height:,} rejected"
    console.print(f"{taken.read:,} results read: {taken.new:,} new, {taken.known:,} known, {refused}")
    for outcome, count in taken.outcomes.items():
        console.print(f"{count:>8,}  {outcome}")
    reasons = taken.set_aside.group_by("reason").len().sort("len", "reason", descending=[True, False])
    for reason, count in reasons.iter_rows():
        console.print(f"{count:>8,}  set aside: {reason}", soft_wrap=True)
    if taken.stops:
        console.print(f"{taken.stops:>8,}  stops, which statuses ask for")
    for said in (drift_in_words(taken.drift), untold_in_words(taken), map_in_words(taken)):
        if said:
            console.print(said, soft_wrap=True, markup=False)


def _where(row: dict[str, Any]) -> str:
    return f"{row['file']}, line {row['line']}" + (f", column {row['column']}" if row["column"] else "")


def _more(total: int, what: str) -> None:
    if total > SHOWN:
        typer.echo(f"… and {total - SHOWN:,} more {what}", err=True)

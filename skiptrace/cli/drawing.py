"""Drawings in the terminal: the tree of evidence, the hours of the week, an explanation."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from skiptrace.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from rich.console import Console

    from skiptrace.casefile.audit import Entry

__all__ = ["chain", "evidence_tree", "explanation", "heat_map", "permit", "rows_of"]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHADES = " ░▒▓█"
_HASH_SHOWN = 12
_BLUES = ("#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")


def evidence_tree(account: str, evidence: pl.DataFrame, console: Console) -> None:
    """Draw an account's leads by party and rank, each with its evidence."""
    tree = Tree(Text(f"account {account}", style="bold"))
    if evidence.is_empty():
        tree.add("no leads")
    for (party,), leads in evidence.group_by("branch", maintain_order=True):
        branch = tree.add(Text(str(party)))
        for lead in leads.iter_rows(named=True):
            line = Text(f"{lead['kind']} {lead['rank']}  {lead['contact_point']}  ")
            line.append(f"owner {lead['p_owner']:.2f} · live {lead['p_live']:.2f}", style="cyan")
            leaf = branch.add(line)
            for piece in lead["pieces"]:
                leaf.add(Text(piece, style="dim"))
            if lead["consent_ids"]:
                leaf.add(Text(f"consents {', '.join(lead['consent_ids'])}", style="dim"))
    console.print(tree)


def heat_map(account: str, cells: pl.DataFrame, console: Console) -> None:
    """Draw the hours of the week: shade by probability, and how many attempts and contacts each cell rests on.

    Parameters
    ----------
    account
        Whose.
    cells
        ``weekday``, ``hour``, ``p_reach``, ``attempts``, ``reaches``.
    console
        Where to.
    """
    known = cells.drop_nulls("p_reach")
    if known.is_empty():
        raise UsageError(f"account {account}: nothing known of its hours (no lead with a zone)")
    found = {(row["weekday"], row["hour"]): row for row in known.iter_rows(named=True)}
    top = max(row["p_reach"] for row in found.values()) or 1.0
    console.print(Text(f"account {account}: probability of a right-party contact by local hour", style="bold"))
    console.print("    " + "".join(f"{hour:>3}" for hour in range(24)))
    for weekday, name in enumerate(_WEEKDAYS):
        line = Text(f"{name} ")
        for hour in range(24):
            cell = found.get((weekday, hour))
            share = cell["p_reach"] / top if cell else 0.0
            mark = _mark(cell["attempts"], cell["reaches"]) if cell else " "
            shade = _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]
            line.append(f" {mark}{shade}", style=_BLUES[min(int(share * len(_BLUES)), len(_BLUES) - 1)])
        console.print(line)
    best = sorted(found.values(), key=lambda row: (-row["p_reach"], row["weekday"], row["hour"]))[:3]
    words = ", ".join(f"{_WEEKDAYS[row['weekday']]} {row['hour']:02}:00 ({row['p_reach']:.3f})" for row in best)
    console.print(f"darkest = {top:.3f}; best: {words}")
    console.print("digits: attempts there (9 = nine or more); * where one of them reached the debtor", style="dim")


def explanation(parts: dict[str, Any], console: Console) -> None:
    """Print an explanation: a heading, sentences, and a table where there is one."""
    console.print(Text(parts["title"], style="bold"))
    for sentence in parts["sentences"]:
        console.print(Text(sentence), soft_wrap=True)
    rows = parts.get("rows") or []
    if rows:
        table = Table(box=None, pad_edge=False)
        for column in rows[0]:
            table.add_column(column.replace("_", " "), overflow="fold")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        console.print(table)


def chain(entries: Sequence[Entry], console: Console) -> None:
    """Print what was done to a casefile, the first first."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "as of", "command", "details", "hash"):
        table.add_column(name, overflow="fold", no_wrap=name in ("", "command"))
    for entry in entries:
        told = json.dumps(entry.details, ensure_ascii=False, sort_keys=True).replace('"', "")
        table.add_row(str(entry.number), entry.as_of, entry.command, Text(told[1:-1]), entry.hash[:_HASH_SHOWN])
    console.print(table)


def rows_of(frame: pl.DataFrame, console: Console) -> None:
    """Print rows as a table, without the columns in which nothing stands."""
    shown = [name for name in frame.columns if frame[name].null_count() < frame.height]
    table = Table(box=None, pad_edge=False)
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in frame.select(shown).iter_rows():
        table.add_row(*(Text(_plain(value)) for value in row))
    console.print(table)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def permit(parts: dict[str, Any], console: Console) -> None:
    """Print a permit: who, where and when, and each provision with its verdict, the facts and where it stands."""
    console.print(Text(parts["title"], style="bold"))
    for sentence in parts["sentences"]:
        console.print(Text(sentence))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("provision", overflow="fold", ratio=4)
    table.add_column("verdict", no_wrap=True)
    table.add_column("facts", overflow="fold", ratio=6)
    table.add_column("citation (status)", overflow="fold", ratio=4)
    for row in parts["rows"]:
        status = f" ({row['status']})" if row["status"] else ""
        facts = row["found"] or row["text"] or ""
        table.add_row(row["provision"], row["verdict"], facts, f"{row['citation'] or ''}{status}")
    console.print(table)
    console.print("P: the text itself was seen; S: an official summary or a second source; M: memory only", style="dim")


def _mark(attempts: int, reaches: int) -> str:
    if reaches:
        return "*"
    return str(min(attempts, 9)) if attempts else " "

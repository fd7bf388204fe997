"""How a pair looks on the reviewer's screen: two records side by side, and how far each field moves the weight."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from skiptrace.cli.waterfall import FOR_AND_AGAINST, falling_bars
from skiptrace.matching.waterfall import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["pair_table", "verdict"]

_WIDE = 110
"""Columns from which on the words stand beside the bars and not below them."""
_ALIKE = 0.5
"""Share of letters in common from which on it helps to see which differ."""
_HEADS = 4
"""Lines above the fields, and one to spare."""
_MARKED = "bold underline"
_LEGEND = Text.assemble((FOR_AND_AGAINST[1], "red"), " against ", (FOR_AND_AGAINST[0], "green"), " for", style="dim")


def pair_table(pair: dict[str, Any], width: int, height: int) -> Table:
    """Return the two records as a table, fields in their usual order, with the falling bars of the match weight.

    Parameters
    ----------
    pair
        As :func:`skiptrace.pipeline.pair_words.tell_pair` gives it.
    width, height
        Columns and lines there are.
    """
    wide = width >= _WIDE
    airy = wide and height > 2 * (len(pair["rows"]) + len(pair["one_sided"]) + _HEADS)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=True, show_edge=False, leading=int(airy))
    who = pair["pair"]
    table.add_column("", no_wrap=True, style="dim")
    for side in ("left", "right"):
        head = Text.assemble((who[side]["record_id"], "bold cyan"), " " if wide else "\n", (who[side]["source"], "dim"))
        table.add_column(head, ratio=3, overflow="fold")
    table.add_column("bits", justify="right", no_wrap=True)
    bar_width = 26 if wide else 15
    table.add_column(_LEGEND, no_wrap=True, width=bar_width)
    if wide:
        table.add_column("", ratio=3)
    table.add_row("name", *(Text(who[side]["name"] or "–", style="bold") for side in ("left", "right")), "", "")
    rows = _ordered(pair["rows"])
    bars = falling_bars([who["prior"], *(row["bits"] for row in rows)], who["threshold"], bar_width)
    _add(table, ("to begin with", "", "", f"{who['prior']:+.1f}", bars[0]), Text("before anything is read"), wide=wide)
    for row, bar in zip(rows, bars[1:], strict=True):
        style = "green" if row["bits"] > 0 else "red"
        values = _marked(row["left"] or "–", row["right"] or "–")
        bits = Text(f"{row['bits']:+.1f}", style=style)
        _add(table, (row["compared"], *values, bits, bar), Text(row["found"]), wide=wide)
    for row in _ordered(pair["one_sided"]):
        table.add_row(row["compared"], *(Text(row[side] or "–", style="dim") for side in ("left", "right")), "", "")
    return table


def _ordered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    order = list(FIELDS.values())
    return sorted(rows, key=lambda row: order.index(row["compared"]))


def _add(table: Table, cells: tuple[Text | str, ...], found: Text, *, wide: bool) -> None:
    """Add a row; where it is narrow, the words on what was found stand under the values."""
    found.stylize("dim")
    if wide:
        table.add_row(*cells, found)
        return
    field, left, right, bits, bar = cells
    table.add_row(field, left, right, bits, bar)
    if str(left):
        table.add_row("", found, "", "", "")


def _marked(left: str, right: str) -> tuple[Text, Text]:
    """Return two values, the letters underlined in which they differ, unless hardly any are the same."""
    both = (Text(left), Text(right))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if left != right and matcher.ratio() >= _ALIKE:
        for tag, *places in matcher.get_opcodes():
            if tag != "equal":
                both[0].stylize(_MARKED, *places[:2])
                both[1].stylize(_MARKED, *places[2:])
    return both


def verdict(pair: dict[str, Any]) -> Text:
    """Return what the pair is taken for, and what would turn the answer."""
    who = pair["pair"]
    match = who["match_weight"] >= who["threshold"]
    style = "bold green" if match else "bold red"
    text = Text()
    text.append(who["weight_in_words"], style=style)
    text.append(f" · probability {who['match_probability']:.3f}", style=style)
    text.append(f" · a match from {who['threshold']:+.1f} on", style="dim")
    text.append(f" · {pair['records']} records hang on it\n", style="dim")
    text.append("\n".join(pair["sentences"][1:]))
    return text

"""The waterfall of a pair's match weight, drawn in the terminal."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["FOR_AND_AGAINST", "draw_waterfall", "falling_bars"]

FOR_AND_AGAINST = ("█", "▒")
"""What bars are made of: solid speaks for one person, hatched against; they can be told apart without colour."""
_STYLES = ("green", "red")
_WIDE = 110
"""Columns from which on there is room for wide bars."""


def falling_bars(steps: list[float], bar: float, width: int) -> list[Text]:
    """Return a bar a step, each beginning where the one before ended; ``│`` marks the threshold.

    Parameters
    ----------
    steps
        Bits, the prior first.
    bar
        Threshold in bits.
    width
        Columns.
    """
    ends = [0.0]
    for step in steps:
        ends.append(ends[-1] + step)
    low, high = min([*ends, bar]), max([*ends, bar])
    scale = (width - 1) / max(high - low, 1e-9)
    mark = round((bar - low) * scale)
    lines = []
    for before, after in pairwise(ends):
        first, last = sorted((round((before - low) * scale), round((after - low) * scale)))
        sign = int(after < before)
        line = Text("".join("│" if at == mark else " " for at in range(width)))
        line = Text.assemble(
            line[:first], (FOR_AND_AGAINST[sign] * max(last - first, 1), _STYLES[sign]), line[max(last, first + 1) :]
        )
        lines.append(line)
    return lines


def draw_waterfall(found: dict[str, Any], console: Console) -> None:
    """Draw a pair's explanation: who, each field's part of the weight, and what would turn the answer."""
    pair = found["pair"]
    console.print(Text(found["title"], style="bold"))
    for side in ("left", "right"):
        who = pair[side]
        console.print(Text(f"  {side:<5} {who['source']}:{who['record_id']}  {who['name'] or ''}".rstrip()))
    for sentence in found["sentences"]:
        console.print(Text(sentence))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "bits", "", "found"):
        table.add_column(name, justify="right" if name == "bits" else "left", no_wrap=name != "found")
    steps = [pair["prior"], *(row["bits"] for row in found["rows"])]
    bars = falling_bars(steps, pair["threshold"], 30 if console.width >= _WIDE else 20)
    table.add_row("to begin with", f"{pair['prior']:+.1f}", bars[0], "before anything is read")
    for row, bar in zip(found["rows"], bars[1:], strict=True):
        values = Text(f"\n{row['left'] or '?'} · {row['right'] or '?'}", style="dim")
        table.add_row(row["compared"], f"{row['bits']:+.1f}", bar, Text(row["found"]) + values)
    table.add_row(Text("match weight", style="bold"), f"{pair['match_weight']:+.1f}", "", _likely(pair))
    console.print(table)
    if found["not_compared"]:
        console.print(Text(f"not said by both: {', '.join(found['not_compared'])}", style="dim"))


def _likely(pair: dict[str, Any]) -> str:
    return f"probability {pair['match_probability']:.3f}; a match from │ on"

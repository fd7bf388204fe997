"""Pairs in doubt as waterfalls: what each field adds to the match weight. Ids, words and bars; no personal values."""

from __future__ import annotations

from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["falls"]


def falls(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Return pairs as HTML, one figure a pair.

    Parameters
    ----------
    pairs
        Each has ``pair`` (``left`` and ``right`` with ``source`` and ``record_id``, ``prior``, ``threshold``,
        ``weight_in_words``, ``match_probability`` …), ``rows`` (``compared``, ``found``, ``bits``) and ``sentences``.
        Whatever else is in them is not shown.
    """
    return f'<div class="falls">{"".join(_figure(pair) for pair in pairs)}</div>'


def _figure(told: Mapping[str, Any]) -> str:
    pair = told["pair"]
    who = " and ".join(
        f"<b>{escape(pair[side]['record_id'])}</b> ({escape(pair[side]['source'])})" for side in ("left", "right")
    )
    steps = [("to begin with", pair["prior"], "before anything is read")]
    steps += [(row["compared"], row["bits"], row["found"]) for row in told["rows"]]
    ends = list(accumulate((bits for _, bits, _ in steps), initial=0.0))
    low, high = min(*ends, pair["threshold"]), max(*ends, pair["threshold"])
    scale = 100 / max(high - low, 1e-9)
    line = (pair["threshold"] - low) * scale
    rows = []
    for (field, bits, found), before in zip(steps, ends[:-1], strict=True):
        left, width = (min(before, before + bits) - low) * scale, abs(bits) * scale
        bar = (
            f'<i class="{"for" if bits > 0 else "against"}" style="left:{left:.1f}%;width:{max(width, 0.6):.1f}%"></i>'
            f'<i class="line" style="left:{line:.1f}%"></i>'
        )
        rows.append(
            f'<tr><td>{escape(field)}</td><td class="n">{bits:+.1f}</td>'
            f'<td class="lane" aria-hidden="true"><span>{bar}</span></td><td>{escape(found)}</td></tr>'
        )
    weight = f"{pair['weight_in_words']}, probability {pair['match_probability']:.3f}."
    said = " ".join(escape(sentence) for sentence in told["sentences"][1:])
    return (
        f"<figure><figcaption>{who}</figcaption>\n<table>\n<tbody>\n"
        + "\n".join(rows)
        + f"\n</tbody>\n</table>\n<p class='small'><b>{weight}</b> {said}</p>\n</figure>\n"
    )

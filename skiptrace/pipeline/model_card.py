"""The files of a backtest: its figures, and a model card (Mitchell et al. 2019) without any person's data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from skiptrace.pipeline.backtest_words import moment, rows_of_methods, sentences, share, shares_of
from skiptrace.pipeline.release import staged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["card", "write_backtest"]

_WHAT = (
    "It gives the probability that one attempt on one contact point, on one channel, at one hour of the week reaches "
    "the right party: a reply within a day for texts and e-mails, within two weeks for letters."
)
_USE = """## Meant for

Ordering lawful attempts on a debtor's own contact points: which point, channel and hour first. A person decides on
everything else. It says when somebody can be reached; it says nothing of whether they owe, can pay or will.

Not for: deciding on credit, on the debt, on fees or on whom to sue; judging a person, an area or an age; pressing
anybody, or contacting third parties, whom only the rulebook admits and only for location information; and nothing at
all where `skiptrace verify` refuses.
"""
_LIMITS = """## What it does not know

- Only attempts that somebody chose to make can be learned from and judged by. Who was never tried, and hours at which
  nobody called, are forecast from others; a group that was tried less is known less.
- What an account's own columns (employment, product, age band) said at the split is not kept: they stand as
  they are now.
- An attempt whose result does not tell (`human_unverified`, `abandoned`, `failed`) is neither a reach nor a failure.
- The standard errors hold for new accounts from the same book, dialled in the same way. Another book, country, season
  or way of dialling is another question: run `skiptrace backtest` there.
- The value of a recommended call rests on how the log chose, told from the log; what the log chose by and nobody wrote
  down can mislead it.
"""


def write_backtest(report: dict[str, Any], out: Path) -> list[Path]:
    """Write ``backtest.json`` and ``model_card.md`` into a folder; return their paths."""
    with staged(out) as folder:
        text = json.dumps(report, ensure_ascii=False, indent=2, default=lambda each: each.isoformat())
        (folder / "backtest.json").write_text(text + "\n", encoding="utf-8")
        (folder / "model_card.md").write_text(card(report), encoding="utf-8")
    return [out / "backtest.json", out / "model_card.md"]


def card(report: dict[str, Any]) -> str:
    """Return the model card in Markdown."""
    learned, forecast = report["learned_from"], report["forecast"]
    above, below = sentences(report)
    calibration = report["calibration"]
    when = f"as of {moment(report['as_of'])}, split at {moment(report['split'])}"
    parts = [
        "# Model card: when and where a debtor can be reached",
        f"skiptrace {report['version']}, {when}, seed {report['seed']}. {_WHAT}",
        _USE.strip(),
        "## What it learned from",
        _items(
            [
                *_told(learned),
                f"{learned['accounts_known']:,} accounts were known, with {learned['leads']:,} leads",
                f"{report['taken_as_known_without_a_date']:,} contact points and records without a date count as known",
            ]
        ),
        "## What it was tried on",
        _items([*_told(forecast), f"{forecast['reached']:,} reached the debtor ({share(forecast['share'])})"]),
        "## How well it forecasts",
        *above,
        _table(rows_of_methods(report)),
        _items(below),
        _items(f"{one['method']}: {one['goes_by']}" for one in report["methods"]),
        "## Does a probability mean what it says?",
        "Ours, in ten bins of equal count; ± is one standard error of the difference.",
        _table(_bins(calibration["bins"], "bin")),
        "By channel:",
        _table(_bins(calibration["by_channel"], "channel")),
        *_bands(report),
        _LIMITS.strip(),
        "## Hyperparameters",
        "As learned, and the settings they were learned under.",
        "```json\n" + json.dumps({name: report[name] for name in ("hyperparameters", "settings")}, indent=2) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _told(counts: dict[str, Any]) -> list[str]:
    if not counts["attempts"]:
        return ["no attempt"]
    days = f"{counts['first']:%Y-%m-%d} to {counts['last']:%Y-%m-%d}"
    return [
        f"{counts['attempts']:,} attempts on {counts['accounts']:,} accounts, {days}",
        f"channels: {shares_of(counts['channels'])}",
        f"outcomes: {shares_of(counts['outcomes'])}",
    ]


def _bins(groups: list[dict[str, Any]], by: str) -> list[list[str]]:
    rows = [[by, "attempts", "stated", "reached", "reached less stated"]]
    for number, group in enumerate(groups, start=1):
        error = "" if group["error"] is None else f" ± {100 * group['error']:.1f}"
        gap = f"{100 * (group['observed'] - group['stated']):+.1f}{error}"
        name = str(group.get(by, number))
        rows.append([name, f"{group['attempts']:,}", share(group["stated"]), share(group["observed"]), gap])
    return rows


def _bands(report: dict[str, Any]) -> list[str]:
    groups, small = report["calibration"]["by_age_band"], report["calibration"]["age_bands_too_small"]
    least = report["settings"]["backtest"]["least_band"]
    said = f"{small} with fewer than {least:,} forecasts not shown" if small else "all shown"
    if not groups:
        return [f"By age band: none has {least:,} forecasts."]
    return [f"By age band ({said}):", _table(_bins(groups, "age_band"))]


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(rows: list[list[str]]) -> str:
    header, *body = rows
    lines = [header, ["---"] * len(header), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

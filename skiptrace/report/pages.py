"""One HTML file on a run: what goes out when, whom it may reach, what waits and why. Opens offline, prints well."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.contracts.outputs import WHOLE_ACCOUNT
from skiptrace.report import charts
from skiptrace.report.waterfalls import falls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

__all__ = ["ReportInputs", "write_report"]

FIRST_ROWS = 25
"""Rows of the schedule shown; the file has them all."""


@dataclass(frozen=True, kw_only=True)
class ReportInputs:
    """What the page tells of.

    Attributes
    ----------
    schedule, withheld, leads, rejected
        The tables of the run.
    reach
        REACH rows, lazily.
    attempts
        The history the plan rests on.
    manifest
        Contents of the manifest, but for its files.
    as_of
        The moment of the plan.
    doubtful
        The pairs of records that a reviewer's word would tell most on, explained; see
        :func:`skiptrace.report.waterfalls.falls`.
    possible
        How many possible matches nobody has judged.
    """

    schedule: pl.DataFrame
    withheld: pl.DataFrame
    leads: pl.DataFrame
    rejected: pl.DataFrame
    reach: pl.LazyFrame
    attempts: pl.DataFrame
    manifest: dict[str, Any]
    as_of: datetime
    doubtful: Sequence[Mapping[str, Any]] = ()
    possible: int = 0


def write_report(inputs: ReportInputs, path: Path) -> None:
    """Write the page."""
    path.write_text(page(inputs), encoding="utf-8")


def page(inputs: ReportInputs) -> str:
    """Return the page as HTML."""
    sections = (
        _numbers(inputs),
        _when(inputs),
        _reachable(inputs),
        _withheld(inputs),
        _scarce(inputs),
        _calibrated(inputs),
        _first_rows(inputs),
        _doubtful(inputs),
        _sources(inputs),
        _overrides(inputs),
    )
    style = files("skiptrace.report").joinpath("style.css").read_text(encoding="utf-8")
    title = f"Plan {inputs.manifest['batch_id']}"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>",
            f"<h1>{escape(title)}</h1>",
            f'<p class="lead">As of {inputs.as_of:%A %d %B %Y, %H:%M} UTC. Times below are the debtor’s own.</p>',
            *(section for section in sections if section),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _numbers(inputs: ReportInputs) -> str:
    accounts = inputs.manifest["reconciliation"]["accounts"]
    expected = float(inputs.schedule["p_reach"].sum())
    found = inputs.leads.filter(~pl.col("own").fill_null(value=False)).height
    tiles = (
        (f"{accounts['total']:,}", "accounts"),
        (f"{accounts['scheduled']:,}", "scheduled"),
        (f"{accounts['withheld']:,}", "withheld, each with its reason"),
        (f"{inputs.rejected.height:,}", "input rows rejected"),
        (f"{inputs.leads.height:,}", f"leads, {found:,} not in the account’s own file"),
        (f"{inputs.schedule.height:,}", "attempts scheduled"),
        (f"{expected:,.1f}", "right-party contacts to be expected"),
    )
    return (
        '<div class="tiles">'
        + "".join(f"<div><b>{number}</b><span>{what}</span></div>" for number, what in tiles)
        + "</div>"
    )


def _when(inputs: ReportInputs) -> str:
    if inputs.schedule.is_empty():
        return _section("What goes out when", "<p>Nothing: every account is withheld; the reasons are below.</p>")
    local = inputs.schedule.with_columns(
        start=pl.col("not_before").str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False)
    )
    days = (
        local.group_by(pl.col("start").dt.strftime("%m-%d %a").alias("day"), "channel")
        .agg(attempts=pl.len())
        .sort("day", "channel")
    )
    # A letter has no hour.
    hours = local.filter(pl.col("channel") != "letter").group_by(
        (pl.col("start").dt.weekday() - 1).alias("weekday"), pl.col("start").dt.hour().alias("hour")
    )
    cells = hours.agg(attempts=pl.len()).sort("weekday", "hour")
    return _section(
        "What goes out when",
        charts.stacked_days(days, "Attempts by day and channel"),
        charts.heat_map(cells, "attempts", "attempts") if cells.height else "",
    )


def _reachable(inputs: ReportInputs) -> str:
    calls = inputs.reach.filter(pl.col("channel") == "call")
    best = calls.group_by("account_id", "weekday", "hour").agg(pl.col("p_reach").max())
    cells = (
        best.group_by("weekday", "hour").agg(reach=pl.col("p_reach").mean().round(4)).sort("weekday", "hour").collect()
    )
    if cells.is_empty():
        return ""
    note = "Calls: the mean over accounts of the best number in each hour. What law allows is not in this picture."
    return _section("Reachable hours", charts.heat_map(cells, "reach", "p(reach)"), f"<p>{note}</p>")


def _withheld(inputs: ReportInputs) -> str:
    if inputs.withheld.is_empty():
        return ""
    counts = (
        inputs.withheld.group_by("provision")
        .agg(
            accounts=pl.col("account_id").filter(WHOLE_ACCOUNT).n_unique(),
            rows=pl.len(),
            reason=pl.col("reason").sort().first(),
            citation=pl.col("citation").sort().first(),
        )
        .sort("accounts", "rows", "provision", descending=[True, True, False])
    )
    rows = (
        (provision, f"{accounts:,}", f"{number:,}", reason, citation or "")
        for provision, accounts, number, reason, citation in counts.iter_rows()
    )
    by_account = counts.filter(pl.col("accounts") > 0).head(15)
    return _section(
        "Withheld, by provision",
        charts.bars(by_account, "provision", "accounts", "Accounts withheld by provision") if by_account.height else "",
        _table(("Provision", "Accounts", "Rows", "For example", "Citation"), rows, numbers=(1, 2)),
    )


def _scarce(inputs: ReportInputs) -> str:
    """Tell in which slots more capacity would bring most, and how far from the best possible the plan is."""
    planning = inputs.manifest.get("planning", {})
    dearest = planning.get("dearest_slots")
    unit = "money" if planning.get("unit") == "money" else "right-party contacts"
    if not dearest:
        return ""
    rows = (
        (
            slot["kind"],
            f"{slot['begin'][:10]} {slot['begin'][11:16]}",
            f"{slot['room']:,}",
            f"{slot['wanted']:,}",
            f"{slot['price']:.3f}",
        )
        for slot in dearest
    )
    note = (
        "These slots are full, and others would have used them. The last column is what one more attempt in the slot "
        f"would add, in {unit}. Times are UTC."
    )
    more = f"{planning['bound'] / planning['value'] - 1:.2%}" if planning["value"] > 0 else ""
    close = f"No other plan within this capacity is worth more than {more} above this one." if more else ""
    head = ("Kind", "Slot begins", "Room", "Wanted", "One more adds")
    return _section("Where capacity binds", f"<p>{note} {close}</p>", _table(head, rows, numbers=(2, 3, 4)))


def _calibrated(inputs: ReportInputs) -> str:
    held_out = inputs.manifest.get("model", {}).get("learn", {}).get("held_out") or {}
    title, bins = "Do the probabilities hold?", held_out.get("bins") or []
    if not bins:
        note = "The history is too short to hold any of it out: these probabilities rest on stated priors and are wide."
        return _section(title, f"<p>{note}</p>")
    chart = charts.calibration(pl.DataFrame(bins), "Forecast and observed shares of right-party contacts")
    note = (
        f"Forecast for {held_out['attempts']:,} past attempts that were held out; {held_out['reached']:,} of them "
        "reached the right party. On the dashed line forecast and observed agree."
    )
    figures = {
        "mean gap": held_out.get("calibration_error"),
        "Brier score": held_out.get("brier"),
        "log-loss": held_out.get("log_loss"),
        "AUC": held_out.get("auc"),
    }
    line = " · ".join(f"{name} {value:.3f}" for name, value in figures.items() if value is not None)
    return _section(title, chart, f"<p>{escape(note)}</p><p class='small'>{line}</p>")


def _first_rows(inputs: ReportInputs) -> str:
    if inputs.schedule.is_empty():
        return ""
    columns = (
        "rank",
        "account_id",
        "channel",
        "contact_point",
        "not_before",
        "not_after",
        "p_reach",
        "p_low",
        "p_high",
        "reasons",
    )
    rows = (
        (
            str(row["rank"]),
            row["account_id"],
            row["channel"],
            _masked(row["contact_point"]),
            f"{row['not_before'][:10]} {row['not_before'][11:16]}–{row['not_after'][11:16]}",
            f"{row['p_reach']:.3f}",
            f"{row['p_low']:.3f}–{row['p_high']:.3f}",
            "; ".join(row["reasons"]),
        )
        for row in inputs.schedule.select(columns).sort("rank").head(FIRST_ROWS).iter_rows(named=True)
    )
    head = ("Rank", "Account", "Channel", "Contact point", "Window", "p(reach)", "90 %", "Why")
    return _section("First in value", _table(head, rows, numbers=(0, 5)))


def _doubtful(inputs: ReportInputs) -> str:
    if not inputs.doubtful:
        return ""
    note = (
        f"{inputs.possible:,} possible matches wait for a reviewer. A word tells most on these pairs, and "
        "<code>skiptrace review</code> asks about them first. Each bar begins where the one above it ended: solid "
        "speaks for one person, hatched against. Beyond the line a pair is a match."
    )
    return _section("Who is who: the pairs most in doubt", f"<p>{note}</p>", falls(inputs.doubtful))


def _sources(inputs: ReportInputs) -> str:
    reconciliation = inputs.manifest["reconciliation"]
    rows = (
        (name, *(f"{counts[part]:,}" for part in ("read", "accepted", "rejected")))
        for name, counts in reconciliation["inputs"].items()
    )
    versions = " · ".join(f"{name} {value}" for name, value in inputs.manifest["versions"].items())
    return _section(
        "What went in",
        _table(("File", "Rows read", "Accepted", "Rejected"), rows, numbers=(1, 2, 3)),
        f"<p class='small'>{escape(versions)}</p>",
    )


def _overrides(inputs: ReportInputs) -> str:
    """Tell whoever signs off what of the shipped law was replaced or loosened, and why."""
    overrides = inputs.manifest.get("rulebook", {}).get("overrides") or {}
    if not overrides:
        return ""
    rows = (
        (provision, "; ".join(said["looser"]) or "nowhere looser", said["reason"] or "")
        for provision, said in sorted(overrides.items())
    )
    return _section("Overrides of the shipped law", _table(("Provision", "In what it is looser", "Reason given"), rows))


def _masked(contact_point: str) -> str:
    """Show enough to recognise a contact point, not enough to use it: pages are passed round.

    >>> _masked("+442079460123"), _masked("wei.zhang@example.com")
    ('+44…0123', 'w…@example.com')
    """
    if "@" in contact_point:
        mailbox, _, domain = contact_point.partition("@")
        return f"{mailbox[:1]}…@{domain}"
    if contact_point.startswith("+"):
        return f"{contact_point[:3]}…{contact_point[-4:]}"
    return "address"


def _section(title: str, *parts: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n" + "\n".join(part for part in parts if part) + "\n</section>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    def cell(tag: str, place: int, text: str) -> str:
        kind = ' class="n"' if place in numbers else ""
        return f"<{tag}{kind}>{escape(text)}</{tag}>"

    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(cell(tag, place, text) for place, text in enumerate(cells)) + "</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f'<div class="wide"><table>\n<thead>{line("th", head)}</thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'

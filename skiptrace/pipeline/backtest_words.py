"""A backtest in words and in the cells of a table: the same in the terminal and on the model card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["figure", "moment", "rows_of_methods", "sentences", "share", "shares_of"]

_Z = 1.96


def sentences(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what is said above the table of methods, and below it."""
    learned, forecast = report["learned_from"], report["forecast"]
    known = f"Learned from {learned['attempts']:,} attempts until {moment(report['split'])}"
    reached = f"{share(forecast['share'])} reached the debtor"
    above = [f"{known}; then {forecast['attempts']:,} later ones were forecast, of which {reached}"]
    left = [f"{count:,} ({why})" for why, count in report["left_out"].items() if count]
    if left:
        above.append(f"Later attempts left out: {', '.join(left)}")
    below = [
        "± one standard error, by account. Lower is better but for AUC; behind = log-loss above ours",
        "Calls: share that would reach (95 %), n = calls' worth that went so; usual: of those the log makes often",
    ]
    rate, calls = report["log"]["contact_rate"], report["log"]["calls"]
    if rate:
        below.append(f"The log's own {calls:,} calls reached {share(rate['value'])} ± {100 * rate['error']:.1f}")
    below += _silences(report)
    below += [f"{name}: not installed, left out" for name in report["not_run"]]
    groups = report["calibration"]["by_channel"] + report["calibration"]["by_age_band"]
    below += [
        f"{group.get('channel') or group['age_band']}: stated {share(group['stated'])}, reached "
        f"{share(group['observed'])} of {group['attempts']:,}: {_side(group)}"
        for group in groups
        if _apart(group)
    ]
    return above, below


def rows_of_methods(report: dict[str, Any]) -> list[list[str]]:
    """Return the header and a row for each method."""
    header = [
        "method",
        "log-loss",
        "Brier",
        "AUC",
        "calibration error",
        "behind",
        "recommended call",
        "best usual call",
    ]
    ours, *others = report["methods"]
    return [header, _row(ours, ""), *(_row(one, figure(one["behind"], sign=True)) for one in others)]


def _row(method: dict[str, Any], behind: str) -> list[str]:
    figures = (figure(method[name]) for name in ("log_loss", "brier", "auc", "calibration_error"))
    calls = (_reaches(method[name]) for name in ("recommended_call", "best_usual_call"))
    return [method["method"], *figures, behind, *calls]


def figure(score: dict[str, float | None], *, sign: bool = False) -> str:
    """Return a figure with its standard error.

    Examples
    --------
    >>> figure({"value": 0.30512, "error": 0.027})
    '0.305 ± 0.027'
    """
    if score["value"] is None:
        return "–"
    value = f"{score['value']:+.3f}" if sign else f"{score['value']:.3f}"
    return value if score["error"] is None else f"{value} ± {score['error']:.3f}"


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{100 * value:.1f} %"


def shares_of(counts: dict[str, int]) -> str:
    """Return counts with their shares of all.

    Examples
    --------
    >>> shares_of({"call": 3, "sms": 1})
    'call 3 (75.0 %), sms 1 (25.0 %)'
    """
    total = sum(counts.values())
    return ", ".join(f"{name} {count:,} ({share(count / total)})" for name, count in counts.items())


def _silences(report: dict[str, Any]) -> list[str]:
    """Return why the log cannot tell of recommended calls, those for one reason on one line."""
    most = report["settings"]["backtest"]["most_unsupported"]
    silent = [(one["method"], one["recommended_call"]) for one in report["methods"]]
    silent = [(name, call) for name, call in silent if call["cannot_tell"]]
    rare = [f"{name} {share(call['unsupported'])}" for name, call in silent if call["unsupported"] > most]
    lines = [f"Cannot tell: so much of what it recommends the log hardly ever did: {', '.join(rare)}"] if rare else []
    return lines + [
        f"Cannot tell: {name}: {call['cannot_tell']}" for name, call in silent if call["unsupported"] <= most
    ]


def _reaches(call: dict[str, Any]) -> str:
    rate = call["contact_rate"]
    if rate is None:
        return "cannot tell"
    return f"{share(rate['value'])} ({100 * rate['low']:.1f}–{100 * rate['high']:.1f}), n {call['effective']:,.0f}"


def _apart(group: dict[str, Any]) -> bool:
    return group["error"] is not None and abs(group["stated"] - group["observed"]) > _Z * group["error"]


def _side(group: dict[str, Any]) -> str:
    return "overstated" if group["stated"] > group["observed"] else "understated"


def moment(at: datetime) -> str:
    """Return a moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"

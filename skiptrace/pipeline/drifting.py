"""Whether the chances that plans stated came true, told as results come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.timing.drift import Drift, drift_of
from skiptrace.timing.told import reply_window, told
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.casefile import Opened
    from skiptrace.pipeline.terms import Terms

__all__ = ["drift_in_words", "drift_of_results", "drift_values", "set_apart"]

_JUDGED = {"attempt_id": pl.String()}
"""Results that a judgement rested on; each has a part in one only."""
_UNTOLD = "drift_untold"
"""Results from files that cannot tell a right party: each would be a failure, whoever picked up."""
_DECIMALS = 6


def set_apart(opened: Opened, attempts: pl.DataFrame, *, tells: bool) -> None:
    """Note of attempts whether what told of them can tell a right party; once it could, they may be judged.

    Parameters
    ----------
    opened
        The casefile.
    attempts
        Those of a file (``attempt_id``): all if it can tell, otherwise the new ones.
    tells
        Whether it can.
    """
    before, ids = opened.read(_UNTOLD, _JUDGED), attempts.select("attempt_id")
    after = before.join(ids, on="attempt_id", how="anti") if tells else pl.concat([before, ids]).unique()
    if after.height != before.height:
        opened.replace(_UNTOLD, after.sort("attempt_id"))


def drift_of_results(opened: Opened, attempts: pl.DataFrame, placements: pl.DataFrame, terms: Terms) -> Drift | None:
    """Return what became of the chances stated for results that were in no judgement yet.

    Parameters
    ----------
    opened
        The casefile, which keeps what was judged.
    attempts
        All attempts (ATTEMPTS).
    placements
        The attempts that plans released: ``attempt_id``, ``party``, ``p_reach``.
    terms
        When, and from how many results on.

    Returns
    -------
    Drift | None
        Null with too few: they wait for the next file. A message waits until nobody can answer in time any more,
        since answers come in before silences do. Third parties are left out: of them another thing is stated.
    """
    stated = placements.filter(pl.col("party") == Party.DEBTOR).select("attempt_id", "p_reach")
    judged = pl.concat([opened.read("drift_judged", _JUDGED), opened.read(_UNTOLD, _JUDGED)])
    over = pl.col("started_at").cast(INSTANT) + reply_window() <= pl.lit(terms.as_of).cast(INSTANT)
    results = (
        told(attempts.join(judged, on="attempt_id", how="anti").join(stated, on="attempt_id"), terms.as_of)
        .filter(pl.col("reached").is_not_null(), pl.col("p_reach").is_not_null(), over)
        .sort("attempt_id")
    )
    if results.height < terms.settings.backtest.least_drift:
        return None
    opened.append("drift_judged", results.select("attempt_id"))
    account = results["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    return drift_of(results["p_reach"].cast(pl.Float64).to_numpy(), results["reached"].to_numpy(), account)


def drift_values(drift: Drift | None) -> dict[str, Any] | None:
    """Return a judgement as plain values, for programs and for the audit."""
    if drift is None:
        return None
    values = {name: round(one, _DECIMALS) if isinstance(one, float) else one for name, one in drift._asdict().items()}
    return {**values, "level": drift.level, "spread": drift.spread}


def drift_in_words(drift: Drift | None) -> str | None:
    """Return one line on what did not come true; null where chance alone would explain it, or too few came in.

    Examples
    --------
    >>> drift_in_words(Drift(640, 0.123, 0.091, 0.07, 0.112, None, None, None))
    'stated 12.3 %, reached 9.1 % of 640 results (95 %: 7.0–11.2 %): the plan overstates; the next one learns from \
this; if it comes again, lower learn.half_life_days'
    """
    if drift is None or not (drift.level or drift.spread):
        return None
    low, high = 100 * drift.low, 100 * drift.high
    said = f"stated {100 * drift.stated:.1f} %, reached {100 * drift.reached:.1f} % of {drift.results:,} results "
    said += f"(95 %: {low:.1f}–{high:.1f} %): "
    faults = [f"the plan {drift.level}"] if drift.level else []
    if drift.spread:
        slope = f"slope {drift.slope:.2f}, 95 %: {drift.slope_low:.2f}–{drift.slope_high:.2f}"
        faults.append(f"its chances lie {drift.spread} ({slope})")
    advice = "the next one learns from this; if it comes again, lower learn.half_life_days"
    return f"{said}{' and '.join(faults)}; {advice}"

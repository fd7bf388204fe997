"""What a backtest found, as plain values: counts and figures, no id and nothing of any person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace import __version__
from skiptrace.timing.cohorts import age_band
from skiptrace.timing.off_policy import Valued, clustered
from skiptrace.timing.recommending import value_of_best
from skiptrace.timing.rivals import RIVALS
from skiptrace.timing.scoring import behind, calibration_bins, scores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture
    from skiptrace.timing.week import Floats

__all__ = ["OURS", "Tested", "report_of"]

OURS = "ours"
_DECIMALS = 6
_NOT_TOLD = "not known"


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What was forecast and what came of it.

    Attributes
    ----------
    attempts, forecasts
        The attempts forecast, and what each method said of them.
    slots, of_slots, choices
        The calls that could be made, what each method said of them, and the calls that were made beside them.
    later
        All that was attempted after the split on accounts known before, forecast or not.
    picture, split, undated
        What was known at the split, and what has no date.
    """

    attempts: pl.DataFrame
    forecasts: Mapping[str, Floats]
    slots: pl.DataFrame
    of_slots: Mapping[str, Floats]
    choices: pl.DataFrame
    later: pl.DataFrame
    picture: Picture
    split: datetime
    undated: int


def report_of(tested: Tested, terms: Terms) -> dict[str, Any]:
    """Return all there is to say: see ``docs/backtest.md``."""
    tells = tested.later.filter(pl.col("reached").is_not_null())
    learned = tested.picture.learned.diagnostics
    report = {
        "version": __version__,
        "as_of": terms.as_of,
        "split": tested.split,
        "seed": terms.seed,
        "learned_from": _counts(tested.picture.normalised.attempts, "started_at")
        | {"accounts_known": tested.picture.tables["accounts"].height, "leads": learned["leads"]},
        "forecast": _counts(tested.attempts, "at")
        | {"reached": int(tested.attempts["reached"].sum()), "share": tested.attempts["reached"].mean()},
        "left_out": {
            "result does not tell": tested.later.height - tells.height,
            "contact point not known at the split, or not usable on the channel": tells.height - tested.attempts.height,
        },
        "taken_as_known_without_a_date": tested.undated,
        "methods": [_method(name, tested, terms) for name in (OURS, *RIVALS) if name in tested.forecasts],
        "not_run": [name for name in RIVALS if name not in tested.forecasts],
        "log": _log(tested),
        "calibration": _calibration(tested, terms),
        "hyperparameters": learned.get("hyperparameters"),
        "settings": terms.settings.learn.model_dump() | {"backtest": terms.settings.backtest.model_dump()},
    }
    rounded: dict[str, Any] = _rounded(report)
    return rounded


def _counts(attempts: pl.DataFrame, at: str) -> dict[str, Any]:
    def shares(column: str) -> dict[str, int]:
        counted = attempts.group_by(column).len().sort("len", column, descending=[True, False])
        return {str(name or _NOT_TOLD): count for name, count in counted.iter_rows()}

    return {
        "attempts": attempts.height,
        "accounts": attempts["account_id"].n_unique(),
        "first": attempts[at].min(),
        "last": attempts[at].max(),
        "channels": shares("channel"),
        "outcomes": shares("outcome"),
    }


def _method(name: str, tested: Tested, terms: Terms) -> dict[str, Any]:
    said, reached, account = tested.forecasts[name], tested.attempts["reached"].to_numpy(), _account(tested.attempts)
    found = scores(said, reached, account) | {"behind": behind(said, tested.forecasts[OURS], reached, account)}
    params, of_slots = terms.settings.backtest, tested.of_slots
    calls = {
        called: value_of_best(tested.choices, tested.slots, of_slots[name], of_slots[OURS], params, usual=usual)
        for called, usual in (("recommended_call", False), ("best_usual_call", True))
    }
    return {
        "method": name,
        "goes_by": RIVALS.get(name, "what `skiptrace learn` learns"),
        **{figure: score._asdict() for figure, score in found.items()},
        **{called: _valued(value) for called, value in calls.items()},
    }


def _valued(value: Valued) -> dict[str, Any]:
    told = value.silence is None
    return {
        "cannot_tell": value.silence,
        "contact_rate": value.robust._asdict() if told and value.robust else None,
        "importance_weighted": value.weighted._asdict() if told else None,
        "self_normalised": value.normalised._asdict() if told else None,
        "effective": value.effective,
        "unsupported": value.unsupported,
        "clip": value.clip,
        "clipped": value.clipped,
        "calls": value.decisions,
        "accounts": value.accounts,
    }


def _log(tested: Tested) -> dict[str, Any]:
    """Return what the log's own calls reached, those by which the recommended ones are judged."""
    made = tested.choices.filter("taken")
    if made.is_empty():
        return {"calls": 0, "contact_rate": None}
    reached, mean = made["reached"].to_numpy(), float(made["reached"].mean())  # type: ignore[arg-type]  # not empty
    error = clustered((reached - mean) / len(reached), _account(made))
    return {"calls": made.height, "contact_rate": {"value": mean, "error": error}}


def _calibration(tested: Tested, terms: Terms) -> dict[str, Any]:
    """Return how our forecasts were borne out: by bin, by channel, and by age band where there are enough of one."""
    rows = tested.attempts.select("account_id", "channel", "reached", said=pl.Series(tested.forecasts[OURS]))
    rows = rows.join(_age_bands(tested.picture, tested.split), on="account_id", how="left", maintain_order="left")
    bands = rows.filter(pl.len().over("age_band") >= terms.settings.backtest.least_band)
    return {
        "bins": calibration_bins(*_three(rows)),
        "by_channel": _by_group(rows, "channel"),
        "by_age_band": _by_group(bands, "age_band"),
        "age_bands_too_small": rows["age_band"].n_unique() - bands["age_band"].n_unique(),
    }


def _by_group(rows: pl.DataFrame, by: str) -> list[dict[str, Any]]:
    return [
        {by: str(name), **calibration_bins(*_three(group), count=1)[0]}
        for (name,), group in rows.sort(by, maintain_order=True).group_by(by, maintain_order=True)
    ]


def _three(rows: pl.DataFrame) -> tuple[Floats, Floats, Any]:
    return rows["said"].to_numpy(), rows["reached"].to_numpy(), _account(rows)


def _age_bands(picture: Picture, split: datetime) -> pl.DataFrame:
    """Return ``account_id`` and ``age_band``."""
    accounts = picture.normalised.people.filter(pl.col("table") == "accounts")
    told = accounts.select(age_band(split).fill_null(_NOT_TOLD), account_id="record_id")
    return told.unique("account_id", keep="first")


def _account(rows: pl.DataFrame) -> Any:  # noqa: ANN401  # NDArray[np.int64], which polars does not promise
    return rows["account_id"].rank("dense").cast(pl.Int64).to_numpy() - 1


def _rounded(value: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value

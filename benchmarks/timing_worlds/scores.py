"""Hold forecasts against the truth: of random attempts, of every slot, and of the slot each method would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["METHODS", "Belief", "Forecast", "Report", "measure"]

METHODS = ("truth", "ours", "lightgbm", "logistic", "person", "last hour", "best hour", "cohort")
_BINS = 10
_EDGE = 1e-6
_ROUND = 7
"""Digits to which slots tie; methods that know no hour, or no number, must not be helped by the last digit."""
_DEBTORS, _DEAD = 0, 2


class Forecast(NamedTuple):
    """How good the forecasts of a method are."""

    method: str
    loss: float
    brier: float
    auc: float
    error: float
    """Mean distance of stated and true share in ten bins of equal count."""
    contact: float
    """True probability of the slot recommended to each account; where slots tie, their mean."""
    gain: float
    """Share of the way from a random slot to the best one."""
    behind: tuple[float, float]
    """Log-loss above ours on the same calls, and the standard error of that, accounts taken as they come."""


class Belief(NamedTuple):
    """How well a probability says whose a point is: ``stage`` prior, traced or learned."""

    stage: str
    mine: tuple[float, float, float]
    """Log-loss, calibration error and AUC of p_owner·p_live: works, and is the debtor's."""
    live: tuple[float, float, float]
    """The same of p_live: works, whoever has it."""
    owner: tuple[float, float, float]
    """The same of p_owner among what works: is the debtor's."""


class Report(NamedTuple):
    """What there is to say of a world."""

    facts: str
    forecasts: list[Forecast]
    others: dict[str, tuple[float, float, float, float]]
    """Texts and mails: our log-loss, that of their rate in the log, our AUC and calibration error."""
    covered: tuple[float, float, float]
    """Share of (lead, hour) cells whose truth lies in our interval: all, the debtor's own, the others; nominal 90 %."""
    width: float
    """Mean width of the interval over the cells of the debtor's own."""
    beliefs: list[Belief]


def measure(folder: Path) -> Report:
    """Measure all methods that left forecasts in the folder."""
    slots = pl.read_parquet(folder / "slots.parquet").join(
        pl.read_parquet(folder / "truth.parquet").rename({"p": "true"}), on="slot"
    )
    points = pl.read_parquet(folder / "points.parquet")
    prior = points.select("account_id", "contact_point", prior=pl.col("p_owner") * pl.col("p_live"))
    test = pl.read_parquet(folder / "test.parquet")
    calls = slots.filter(pl.col("channel") == "call").join(prior, on=["account_id", "contact_point"])
    ours = pl.read_parquet(folder / "ours.parquet")
    forecasts = []
    for method in METHODS:
        path = folder / f"{method}.parquet"
        if method == "truth" or path.exists():
            given = calls.select("slot", p="true") if method == "truth" else pl.read_parquet(path).select("slot", "p")
            said = calls.join(given, on="slot").join(ours.select("slot", ours="p"), on="slot")
            forecasts.append(_forecast(method, said, test))
    covered, width = _coverage(calls.join(ours, on="slot"), folder)
    return Report(
        facts=_facts(folder, calls, test),
        forecasts=forecasts,
        others={channel: _other(folder, slots, test, channel) for channel in ("sms", "email")},
        covered=covered,
        width=width,
        beliefs=_beliefs(folder, points),
    )


def _forecast(method: str, calls: pl.DataFrame, test: pl.DataFrame) -> Forecast:
    tried = test.join(calls.select("slot", "account_id", "p", "ours"), on="slot", maintain_order="left")
    by = "account_id"
    best = (
        calls.with_columns(p=pl.col("p").round(_ROUND))
        .filter(pl.col("p") == pl.col("p").max().over(by))
        .filter(pl.col("prior") == pl.col("prior").max().over(by))
        .group_by(by)
        .agg(contact=pl.col("true").mean())
    )
    # A random lead, then a random hour of it.
    chance = calls.group_by(by, "contact_point").agg(pl.col("true").mean()).group_by(by).agg(pl.col("true").mean())
    random, oracle = chance["true"].mean(), calls.group_by(by).agg(pl.col("true").max())["true"].mean()
    contact = best["contact"].mean()
    return Forecast(method, *_quality(tried), contact, (contact - random) / (oracle - random), _behind(tried))


def _quality(tried: pl.DataFrame, said: str = "p", came: str = "reached") -> tuple[float, float, float, float]:
    """Return log-loss, Brier score, AUC and calibration error."""
    if tried[said].null_count():
        raise SystemExit(f"{tried[said].null_count()} attempts without forecast")
    p, hit = pl.col("p"), pl.col("hit")
    rows = tried.select(p=pl.col(said).cast(pl.Float64), hit=pl.col(came).cast(pl.Float64))
    sure = p.clip(_EDGE, 1 - _EDGE)
    bins = rows.with_columns(bin=(p.rank("ordinal") - 1) * _BINS // pl.len()).group_by("bin")
    apart = bins.agg(gap=(p.mean() - hit.mean()).abs(), count=pl.len())
    ranks = rows.select("hit", rank=p.rank("average")).filter(hit == 1)["rank"]
    many, rest = len(ranks), rows.height - len(ranks)
    return (
        rows.select(-(hit * sure.log() + (1 - hit) * (1 - sure).log()).mean()).item(),
        rows.select(((p - hit) ** 2).mean()).item(),
        (ranks.sum() - many * (many + 1) / 2) / max(many * rest, 1),
        apart.select((pl.col("gap") * pl.col("count")).sum() / pl.col("count").sum()).item(),
    )


def _behind(tried: pl.DataFrame) -> tuple[float, float]:
    hit = pl.col("reached")
    p, ours = (pl.col(name).cast(pl.Float64).clip(_EDGE, 1 - _EDGE) for name in ("p", "ours"))
    more = pl.when(hit).then(ours.log() - p.log()).otherwise((1 - ours).log() - (1 - p).log())
    mean = tried.select(more.mean()).item()
    sums = tried.group_by("account_id").agg((more - mean).sum().alias("sum"))["sum"]
    return mean, float((sums**2).sum() ** 0.5 / tried.height)


def _other(folder: Path, slots: pl.DataFrame, test: pl.DataFrame, channel: str) -> tuple[float, float, float, float]:
    ours = pl.read_parquet(folder / "ours.parquet")
    log = pl.read_parquet(folder / "attempts.parquet").filter(pl.col("channel") == channel)
    rate = log["outcome"].is_in(["replied", "opted_out"]).mean()
    tried = test.join(slots.filter(pl.col("channel") == channel), on="slot", maintain_order="left").join(
        ours, on="slot", maintain_order="left"
    )
    loss, _, auc, error = _quality(tried)
    return loss, _quality(tried.with_columns(p=pl.lit(rate)))[0], auc, error


def _coverage(cells: pl.DataFrame, folder: Path) -> tuple[tuple[float, float, float], float]:
    states = pl.read_parquet(folder / "states.parquet").select("account_id", "contact_point", "state")
    cells = cells.join(states, on=["account_id", "contact_point"]).with_columns(
        inside=pl.col("true").is_between(pl.col("low"), pl.col("high")), mine=pl.col("state") == _DEBTORS
    )
    mine = cells.filter("mine")
    shares = tuple(part["inside"].mean() for part in (cells, mine, cells.filter(~pl.col("mine"))))
    return shares, (mine["high"] - mine["low"]).mean()


def _beliefs(folder: Path, points: pl.DataFrame) -> list[Belief]:
    states = pl.read_parquet(folder / "states.parquet").with_columns(
        mine=pl.col("state") == _DEBTORS, live=pl.col("state") != _DEAD
    )
    found = []
    for stage in ("prior", "traced", "learned"):
        stated = points if stage == "prior" else pl.read_parquet(folder / f"{stage}.parquet")
        rows = stated.filter(pl.col("kind") == "phone").select("account_id", "contact_point", "p_owner", "p_live")
        rows = rows.join(states, on=["account_id", "contact_point"], maintain_order="left").with_columns(
            p=pl.col("p_owner") * pl.col("p_live")
        )
        judged = (("p", "mine", rows), ("p_live", "live", rows), ("p_owner", "mine", rows.filter("live")))
        parts = [_quality(part, said, came) for said, came, part in judged]
        found.append(Belief(stage, *((loss, error, auc) for loss, _, auc, error in parts)))
    return found


def _facts(folder: Path, calls: pl.DataFrame, test: pl.DataFrame) -> str:
    log = pl.read_parquet(folder / "attempts.parquet").filter(pl.col("direction") == "outbound")
    called = log.filter(pl.col("channel") == "call")
    hits = called["outcome"].is_in(["right_party", "promise_to_pay"]).mean()
    asked = calls.select("slot", "true", "weekday", "hour", "account_id")
    by = {"the person": ("account_id",), "the hour": ("weekday", "hour")}
    tried = test.join(asked, on="slot")
    alone = [
        f"{_quality(tried.join(asked.group_by(keys).agg(p=pl.col('true').mean()), on=keys))[2]:.2f} from {name} alone"
        for name, keys in by.items()
    ]
    return (
        f"{log.height:,} attempts, {called.height:,} of them calls, {hits:.3f} of which reached the debtor "
        f"(random ones: {tried['reached'].mean():.3f}); true AUC {', '.join(alone)}"
    )

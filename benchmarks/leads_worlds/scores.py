"""Hold the leads against the truth: what is ranked first, by us and by simpler rules, and whether p is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RULES", "Quality", "calibration_error", "first_by_rule", "judged", "measure"]

RULES = ("recent", "sources", "file")
"""The rules that need no model: the most recent number, the one of most sources, the first on file."""
_BINS = 10


class Quality(NamedTuple):
    """How good the leads of one world are."""

    accounts: int
    known: int
    """Accounts with a true number of the debtor's in their own rows or in a record of the debtor that was linked."""
    missed: int
    """Accounts with one only in records of the debtor that were not linked."""
    first: dict[str, float]
    """Share of the known in which it is ranked first: by ``ours`` and by each rule."""
    error: float
    """Calibration error of p_owner·p_live: that the number is the debtor's now."""
    parts: tuple[float, float]
    """The same of p_owner among the numbers in service, and of p_live (in service, whoever has it) among all."""
    stated: float
    true: float
    """Mean of p_owner·p_live, and the share of leads that are the debtor's now."""
    loss: float
    auc: float


def measure(folder: Path) -> Quality:
    """Measure what lies in the folder."""
    leads, truth = judged(folder), pl.read_parquet(folder / "truth.parquet")
    known, missed = _within_reach(folder)
    first = {"ours": leads.filter(pl.col("rank") == 1), **first_by_rule(folder)}
    hits = {
        name: known.join(best, on="account_id").join(truth, on=["account_id", "point_key"]).height
        for name, best in first.items()
    }
    p, mine = pl.col("p").clip(1e-6, 1 - 1e-6), pl.col("mine")
    return Quality(
        accounts=pl.scan_csv(folder / "batch" / "accounts.csv").select(pl.len()).collect().item(),
        known=known.height,
        missed=missed,
        first={name: hit / max(known.height, 1) for name, hit in hits.items()},
        error=calibration_error(leads, "p", "mine"),
        parts=(calibration_error(leads.filter("live"), "p_owner", "mine"), calibration_error(leads, "p_live", "live")),
        stated=leads.select(pl.col("p").mean()).item(),
        true=leads.select(mine.mean()).item(),
        loss=leads.select(-pl.when(mine).then(p.log()).otherwise((1 - p).log()).mean()).item(),
        auc=_auc(leads),
    )


def judged(folder: Path) -> pl.DataFrame:
    """Return the debtors' phone leads with ``p``, ``mine`` (the debtor's now), ``live`` and ``state``."""
    leads = pl.read_parquet(folder / "leads.parquet").filter(pl.col("party") == "debtor")
    held = pl.read_parquet(folder / "held.parquet")
    anywhere = held.group_by("point_key").agg(alive=(pl.col("state") != "nobody").any())
    return (
        leads.join(held, on=["account_id", "point_key"], how="left")
        .join(anywhere, on="point_key", how="left")
        .with_columns(
            # What only a record of a stranger names, which was linked wrongly, is the stranger's.
            state=pl.col("state").fill_null("stranger"),
            p=pl.col("p_owner") * pl.col("p_live"),
        )
        .with_columns(
            mine=pl.col("state") == "debtor", live=(pl.col("state") != "nobody") & pl.col("alive").fill_null(value=True)
        )
    )


def first_by_rule(folder: Path) -> dict[str, pl.DataFrame]:
    """Return, for each rule, ``account_id`` and the ``point_key`` it ranks first."""
    numbers = (
        pl.read_parquet(folder / "sightings.parquet")
        .group_by("account_id", "point_key")
        .agg(recent=pl.col("last_seen").max(), sources=pl.col("source").n_unique(), file=pl.col("place").min())
    )
    orders = {
        "recent": (["recent", "sources", "file"], [True, True, False]),
        "sources": (["sources", "recent", "file"], [True, True, False]),
        "file": (["file", "point_key"], [False, False]),
    }
    return {
        rule: numbers.sort("account_id", *order, descending=[False, *falling], nulls_last=True)
        .unique("account_id", keep="first", maintain_order=True)
        .select("account_id", "point_key")
        for rule, (order, falling) in orders.items()
    }


def calibration_error(leads: pl.DataFrame, stated: str, true: str) -> float:
    """Return the mean distance of stated and true share in ten bins of equal width, weighted by leads."""
    bins = leads.group_by((pl.col(stated) * _BINS).floor().clip(0, _BINS - 1).alias("bin")).agg(
        stated=pl.col(stated).mean(), true=pl.col(true).mean(), leads=pl.len()
    )
    return bins.select(
        ((pl.col("stated") - pl.col("true")).abs() * pl.col("leads")).sum() / pl.col("leads").sum()
    ).item()


def _within_reach(folder: Path) -> tuple[pl.DataFrame, int]:
    """Return the accounts whose debtor's number stands in what is rightly theirs, and how many more linkage lost."""
    sightings = pl.read_parquet(folder / "sightings.parquet")
    whom = pl.read_parquet(folder / "whom.parquet").rename({"account_id": "whose"})
    truth = pl.read_parquet(folder / "truth.parquet")
    rightly = sightings.join(whom, left_on="row_id", right_on="record_id", how="left").filter(
        (pl.col("row_id") == pl.col("account_id")) | (pl.col("whose") == pl.col("account_id"))
    )
    known = rightly.join(truth, on=["account_id", "point_key"]).select("account_id").unique().sort("account_id")
    named = pl.read_parquet(folder / "named.parquet").join(truth, on=["account_id", "point_key"])
    lost = named.select("account_id").unique().join(known, on="account_id", how="anti")
    return known, lost.height


def _auc(leads: pl.DataFrame) -> float:
    """Return the probability that a number of the debtor's has a higher p than one that is not (Mann and Whitney)."""
    ranks = leads.select("mine", rank=pl.col("p").rank("average"))
    right = ranks.filter("mine")
    count, others = right.height, ranks.height - right.height
    return float((right["rank"].sum() - count * (count + 1) / 2) / max(count * others, 1))

"""Where errors come from: what stands first instead of the true number, and for which evidence p is too high or low."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from leads_worlds.scores import judged

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["explain"]

_SHOWN = 10
_FEW = 30
_YEAR = 365


def explain(folder: Path, as_of: datetime) -> str:
    """Return, as text, what is ranked first wrongly, and stated against true shares by kinds of evidence."""
    leads = _described(folder, as_of)
    lines = ["", folder.name, *_wrong(leads)]
    whole = leads.with_columns(decile=(pl.col("p") * 10).floor().clip(0, 9).cast(pl.Int64))
    lines += ["  p_owner x p_live by decile: leads, stated, true", *_stated(whole, "decile")]
    for what, column in (
        ("latest plain outcome", "heard"),
        ("check of reassignment", "check"),
        ("who names it", "who"),
        ("age of the latest sighting", "age"),
        ("only source", "only"),
    ):
        lines += [f"  by {what}: leads, stated p, true; p_owner, p_live and in service", *_stated(leads, column)]
    return "\n".join(lines)


def _described(folder: Path, as_of: datetime) -> pl.DataFrame:
    """Add what the evidence of each lead looks like."""
    seen = (
        pl.read_parquet(folder / "sightings.parquet")
        .group_by("account_id", "point_key")
        .agg(
            sources=pl.col("source").unique().sort(), last=pl.col("last_seen").max(), own=pl.col("source") == "accounts"
        )
        .with_columns(own=pl.col("own").list.any())
    )
    heard = (
        pl.read_csv(folder / "batch" / "attempts.csv")
        .sort("started_at")
        .filter(~pl.col("outcome").is_in(["no_answer", "voicemail", "switched_off", "failed"]))
        .group_by("account_id", "contact_point")
        .agg(heard=pl.col("outcome").last())
        .rename({"contact_point": "point_key"})
    )
    checks = (
        pl.read_csv(folder / "batch" / "contact_points.csv", infer_schema=False)
        .filter(pl.col("reassignment_result").is_not_null())
        .select("account_id", point_key="value", check="reassignment_result")
    )
    key = ["account_id", "point_key"]
    leads = judged(folder)
    for table in (seen, heard, checks):
        leads = leads.join(table, on=key, how="left")
    count = pl.col("sources").list.len().fill_null(0)
    days = (pl.lit(as_of.date()) - pl.col("last")).dt.total_days()
    return leads.with_columns(
        pl.col("heard", "check").fill_null("-"),
        count=count,
        days=days,
        who=pl.when(count == 0)
        .then(pl.lit("not in the entity"))
        .otherwise(
            pl.concat_str(
                pl.when("own").then(pl.lit("account, ")).otherwise(pl.lit("")),
                pl.min_horizontal(count - pl.col("own").cast(pl.UInt32), pl.lit(4, pl.UInt32)),
                pl.lit(" vendors"),
            )
        ),
        age=pl.when(days.is_null())
        .then(pl.lit("undated"))
        .otherwise(pl.concat_str(pl.min_horizontal(days // _YEAR, pl.lit(6)), pl.lit(" years"))),
        only=pl.when(count == 1).then(pl.col("sources").list.first()).otherwise(pl.lit("several")),
    )


def _wrong(leads: pl.DataFrame) -> list[str]:
    """Tally the accounts with a true number among the leads where another stands first."""
    best = leads.filter("mine").sort("rank").unique("account_id", keep="first", maintain_order=True)
    both = leads.filter(pl.col("rank") == 1).join(best, on="account_id", suffix="_true")
    wrong = both.filter(~pl.col("mine"))

    def beside(name: str, more: str, less: str) -> pl.Expr:
        here, there = pl.col(name), pl.col(f"{name}_true")
        return (
            pl.when(here > there)
            .then(pl.lit(more))
            .when(here < there)
            .then(pl.lit(less))
            .otherwise(pl.lit("as many sources, "))
        )

    kinds = {
        "whose it is": pl.col("state"),
        "against the true one": pl.concat_str(
            beside("count", "more sources, ", "fewer sources, "),
            pl.when(pl.col("days").is_null() | pl.col("days_true").is_null())
            .then(pl.lit("one undated"))
            .when(pl.col("days") < pl.col("days_true"))
            .then(pl.lit("fresher"))
            .otherwise(pl.lit("older")),
        ),
        "latest plain outcomes (its, the true one's)": pl.concat_str("heard", pl.lit(" / "), "heard_true"),
        "rank of the true one": pl.col("rank_true").clip(2, 6).cast(pl.String),
    }
    lines = [f"  {wrong.height:,} of {both.height:,} accounts with a true number among the leads rank another first"]
    for what, kind in kinds.items():
        tally = wrong.group_by(kind=kind).len().sort("len", "kind", descending=[True, False]).head(_SHOWN)
        lines += [f"    {what}:", *(f"{count:>10,}  {word}" for word, count in tally.iter_rows())]
    return lines


def _stated(leads: pl.DataFrame, by: str) -> list[str]:
    rows = (
        leads.group_by(by)
        .agg(pl.len(), pl.col("p", "mine", "p_owner", "p_live", "live").mean())
        .filter(pl.col("len") >= _FEW)
        .sort(by)
    )
    return [
        f"{count:>10,}  {p:.3f} {mine:.3f}   {owner:.3f} {live:.3f} {works:.3f}  {word}"
        for word, count, p, mine, owner, live, works in rows.iter_rows()
    ]

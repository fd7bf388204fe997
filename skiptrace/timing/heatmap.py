"""One account's week: how likely it is reached at each hour, and the evidence behind each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.timing.clock import HOURS
from skiptrace.timing.evidence import hear, outcomes_known
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.timing.learned import Learned

__all__ = ["hours"]


def hours(learned: Learned, attempts: pl.DataFrame, account_id: str) -> pl.DataFrame:
    """Return the heat map of one account.

    Parameters
    ----------
    learned
        What was learned.
    attempts
        CODED_ATTEMPTS; only this account's up to ``learned.as_of`` are counted.
    account_id
        Whose week.

    Returns
    -------
    polars.DataFrame
        Grain: hour of the week, 168 rows. ``weekday`` (0 = Monday), ``hour`` (local), ``p_reach``, ``p_low``,
        ``p_high``, ``channel`` and ``contact_point`` of the best lead at that hour (null: no lead, or no zone
        known), and ``attempts``, ``reaches``, ``inbound`` (i64): the account's attempts begun in that hour, how many
        reached the debtor, and how often the debtor got in touch.
    """
    mine = learned.weeks.filter(
        pl.col("account_id") == account_id, pl.col("party") == Party.DEBTOR, pl.col("zone").is_not_null()
    )
    cell = pl.col("weekday").cast(pl.Int64) * 24 + pl.col("hour").cast(pl.Int64)
    best = (
        learned.of_weeks(mine)
        .with_columns(cell=cell)
        .sort("cell", "p_reach", "contact_point", "channel", descending=[False, True, False, False])
        .group_by("cell", maintain_order=True)
        .first()
    )
    tried = hear(CODED_ATTEMPTS.conform(attempts).filter(pl.col("account_id") == account_id), learned.cast)
    outbound = ~pl.col("inbound")
    behind = (
        outcomes_known(tried, learned.as_of)
        .filter(~pl.col("third"))
        .group_by(cell=pl.col("hour").cast(pl.Int64))
        .agg(
            attempts=outbound.sum().cast(pl.Int64),
            reaches=(outbound & (pl.col("reached") == 1)).sum().cast(pl.Int64),
            inbound=pl.col("inbound").sum().cast(pl.Int64),
        )
    )
    counts = pl.col("attempts", "reaches", "inbound").fill_null(0)
    return (
        pl.DataFrame({"cell": pl.int_range(HOURS, dtype=pl.Int64, eager=True)})
        .join(best.drop("weekday", "hour"), on="cell", how="left", maintain_order="left")
        .join(behind, on="cell", how="left", maintain_order="left")
        .select(
            (pl.col("cell") // 24).cast(pl.Int8).alias("weekday"),
            (pl.col("cell") % 24).cast(pl.Int8).alias("hour"),
            *("p_reach", "p_low", "p_high", "channel", "contact_point"),
            counts,
        )
    )

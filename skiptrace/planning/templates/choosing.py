"""Which text goes with which approach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.planning.templates.model import Medium
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.planning.roster import Roster

__all__ = ["LOCATION_REQUEST", "template_ids"]

LOCATION_REQUEST = "location_request"
"""All that a third party is ever told."""


def template_ids(roster: Roster) -> pl.Series:
    """Return the text for each approach: a third party's is the request, the debtor's as the account is treated."""
    texts = roster.treatment.select("account_id", *map(str, Medium.treated()))
    approaches = roster.approaches.select("account_id", "party", "channel").join(
        texts, on="account_id", how="left", maintain_order="left"
    )
    third = pl.when(pl.col("party") == Party.THIRD_PARTY).then(pl.lit(LOCATION_REQUEST))
    own = (pl.when(pl.col("channel") == str(medium)).then(pl.col(str(medium))) for medium in Medium.treated())
    return approaches.select(pl.coalesce(third, *own).alias("template_id")).to_series()

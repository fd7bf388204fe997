"""Which text goes with which approach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Channel, Party, Tag

if TYPE_CHECKING:
    from skiptrace.planning.roster import Roster

__all__ = ["LOCATION_REQUEST", "template_ids"]

LOCATION_REQUEST = "location_request"
"""All that a third party is ever told."""
_BY_CHANNEL = {
    Channel.CALL.value: "call_opening",
    Channel.SMS.value: "sms_first_reminder",
    Channel.EMAIL.value: "email_first_reminder",
    Channel.LETTER.value: "letter_first_reminder",
}
_FOR_HELP = {
    Channel.CALL.value: "call_hardship_help",
    Channel.SMS.value: "sms_hardship_help",
    Channel.EMAIL.value: "email_hardship_help",
    Channel.LETTER.value: "letter_hardship_help",
}


def template_ids(roster: Roster) -> pl.Series:
    """Return the text for each approach: by party, what the creditor says of the account, and channel."""
    tags = roster.accounts.select("account_id", "tag")
    tagged = roster.approaches.select("account_id", "party", "channel").join(
        tags, on="account_id", how="left", maintain_order="left"
    )
    return tagged.select(
        pl.when(pl.col("party") == Party.THIRD_PARTY)
        .then(pl.lit(LOCATION_REQUEST))
        .when(pl.col("tag") == Tag.NEEDS_HELP)
        .then(pl.col("channel").replace_strict(_FOR_HELP, default=None, return_dtype=pl.String))
        .otherwise(pl.col("channel").replace_strict(_BY_CHANNEL, default=None, return_dtype=pl.String))
        .alias("template_id")
    ).to_series()

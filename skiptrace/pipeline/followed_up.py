"""What came of a schedule's rows decides about those after them: their ``follow_up`` is kept at the last gate, too."""

from __future__ import annotations

import polars as pl

__all__ = ["FOLLOW_UP", "not_to_follow"]

FOLLOW_UP = "house.follow-up"
"""Provision of rows that the outcome of an earlier row leaves nothing to do."""
_TEXT = "sms:"


def not_to_follow(schedule: pl.DataFrame, attempts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are not to be done any more, as the follow-ups of rows before them say.

    Parameters
    ----------
    schedule
        SCHEDULE.
    attempts
        ``attempt_id`` and ``outcome`` of what was reported.

    Returns
    -------
    polars.DataFrame
        Grain: row not to be done. ``attempt_id``, ``provision``, ``reason``.
    """
    came = (
        schedule.join(attempts.select("attempt_id", "outcome").drop_nulls(), on="attempt_id")
        .unique(["attempt_id", "outcome"])
        .with_columns(action=pl.col("follow_up").str.json_path_match(pl.concat_str(pl.lit("$."), "outcome")))
        .drop_nulls("action")
        .select("account_id", "contact_point", "wave", "sequence", "outcome", "action", made="attempt_id")
    )
    pairs = (
        schedule.select("attempt_id", "account_id", "contact_point", "wave", "sequence")
        .join(came, on="account_id", suffix="_made")
        .filter(pl.col("attempt_id") != pl.col("made"))
    )
    waits = (pl.col("wave") == pl.col("wave_made")) & (pl.col("sequence") > pl.col("sequence_made"))
    later = (pl.col("wave") > pl.col("wave_made")) | waits
    here = pl.col("contact_point") == pl.col("contact_point_made")
    action = pl.col("action")
    stopped = action.is_in(["stop_wave", "stop_account"]) | (here & (action == "stop_point"))
    over = (later & stopped) | (waits & ~action.str.starts_with(_TEXT))
    said = pl.format("the attempt before it came to {}: {}", "outcome", action)
    return (
        pairs.filter(over)
        .sort("attempt_id", "wave_made", "sequence_made", "outcome")
        .unique("attempt_id", keep="first", maintain_order=True)
        .select("attempt_id", provision=pl.lit(FOLLOW_UP), reason=said)
    )

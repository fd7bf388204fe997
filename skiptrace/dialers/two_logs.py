"""The same call told by VICIdial and by the Asterisk below it.

VICIdial writes its line while the call is under way, or as it ends; the record of the line says from when to when.
One number cannot be on two calls of one account at once, so a line of VICIdial within a record's span is the same call.
Each is put together with one of the other at most, the nearest in time, so that two calls that were made stay two.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.dialers.outcome_map import shipped_map
from skiptrace.dialers.whose import END_DIGITS
from skiptrace.ingest.keys import content_text
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.ingest.strictness import bindingness
from skiptrace.vocabulary import Outcome

__all__ = ["Together", "told_by_both"]

_SLACK_S = 5.0
"""Logs of one system go by one clock in whole seconds, and write a line a moment before or after the call: fewer
seconds than it takes to end one call and place another to the same number."""
_LOG, _LINE = "call_status", "disposition"
"""What ``extra`` holds of a call that VICIdial, and that Asterisk, told of."""
_AT = "call_date"
"""And of one that both did: when VICIdial's line was, by which it is known again."""
_UNANSWERED = (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.FAILED, Outcome.DISCONNECTED, Outcome.SWITCHED_OFF)
_KEYS = ["account_id", "_end"]
_PLACE = [SHEET, ROW]
_STAMP = "%Y-%m-%dT%H:%M:%S%.fZ"


class Together(NamedTuple):
    """Calls of a file.

    Attributes
    ----------
    both
        COLUMNS of those that are on record by the other log, with the id they have there and what both say.
    alone
        The others, as they came.
    """

    both: pl.DataFrame
    alone: pl.DataFrame


def told_by_both(calls: pl.DataFrame, known: pl.DataFrame) -> Together:
    """Find the calls that are on record by the other log.

    Such a call starts when the line did; VICIdial's status tells how it ended, unless the line's disposition binds us
    more, as where it was answered and the status says that nobody picked up.

    Parameters
    ----------
    calls
        COLUMNS, placed, of one log.
    known
        ATTEMPTS on record.
    """
    if calls.is_empty() or known.is_empty():
        return Together(calls.clear(), calls)
    end = pl.col("contact_point").str.replace_all(r"\D", "").str.slice(-END_DIGITS).alias("_end")
    mine, record = calls.with_columns(end, *_marks()), known.with_columns(end, *_marks())
    is_log = pl.col(_LOG).is_not_null()
    logs, lines = mine.filter(is_log), mine.filter(~is_log, pl.col(_LINE).is_not_null())
    pairs = pl.concat(
        [
            _pairs(logs, record.filter(pl.col(_LINE).is_not_null()), of_log=True),
            _pairs(lines, record.filter(is_log), of_log=False),
        ]
    )
    both = pairs.select(calls.columns)
    return Together(both, calls.join(both, on=_PLACE, how="anti", maintain_order="left"))


def _marks() -> list[pl.Expr]:
    marks = {name: pl.col("extra").str.json_path_match(f"$.{name}") for name in (_LOG, _LINE)}
    at = pl.col("extra").str.json_path_match(f"$.{_AT}").str.to_datetime("%+", time_unit="us", time_zone="UTC")
    return [each.alias(name) for name, each in marks.items()] + [at.alias(_AT)]


def _pairs(mine: pl.DataFrame, theirs: pl.DataFrame, *, of_log: bool) -> pl.DataFrame:
    """Return the rows of a log that are on record by the other, as both tell them."""
    is_joint = pl.col(_LOG).is_not_null() & pl.col(_LINE).is_not_null()
    then = _AT if of_log else "started_at"
    # A call that both told of already is known by its very time in either.
    joint = theirs.filter(is_joint).with_columns(_then=pl.col(then)).drop_nulls("_then")
    again = mine.join(
        joint.unique([*_KEYS, "_then"], keep="first", maintain_order=True),
        left_on=[*_KEYS, "started_at"],
        right_on=[*_KEYS, "_then"],
        suffix="_2",
        coalesce=True,
    )
    if not of_log:
        again = again.with_columns(started_at_2=pl.col("started_at"))
    rest = mine.join(again, on=_PLACE, how="anti")
    near = _nearest(rest, theirs.filter(~is_joint), of_log=of_log)
    return pl.concat([_combined(again, of_log=of_log), _combined(near, of_log=of_log)])


def _nearest(mine: pl.DataFrame, theirs: pl.DataFrame, *, of_log: bool) -> pl.DataFrame:
    """Return pairs of which each is the nearest of the other, and in its span."""
    left = mine.drop_nulls([*_KEYS, "started_at"]).with_columns(_t=pl.col("started_at"))
    content = content_text(left, list(ATTEMPTS.schema)).alias("_content")
    left = left.with_columns(content).sort("started_at", "_content", *_PLACE)
    right = theirs.drop_nulls([*_KEYS, "started_at"]).with_columns(_t=pl.col("started_at"))
    right = right.sort("started_at", "attempt_id")
    found = [
        left.join_asof(right, on="_t", by=_KEYS, strategy=how, suffix="_2", check_sortedness=False)
        for how in ("backward", "forward")
    ]
    line, log = ("_2", "") if of_log else ("", "_2")
    begin, at = pl.col(f"started_at{line}"), pl.col(f"started_at{log}")
    lasted = pl.sum_horizontal(pl.col(f"ring_s{line}", f"duration_s{line}").fill_null(0))
    past = (at - begin).dt.total_microseconds() / 1e6
    away = pl.max_horizontal(-past, past - lasted, pl.lit(0.0))
    pairs = (
        pl.concat(found)
        .drop_nulls("attempt_id_2")
        .with_columns(_away=away)
        .filter(pl.col("_away") <= _SLACK_S)
        .sort("_away", "started_at", "started_at_2", "_content", *_PLACE, "attempt_id_2")
    )
    columns = [*mine.columns, *(f"{name}_2" for name in theirs.columns if name not in _KEYS)]
    return _one_to_one(pairs.unique([*_PLACE, "attempt_id_2"], keep="first", maintain_order=True)).select(columns)


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """Take the nearest pair, then the nearest of the rows that are left, and so on."""
    chosen = [pairs.clear()]
    while not pairs.is_empty():
        first = pairs.filter(pl.struct(_PLACE).is_first_distinct() & pl.col("attempt_id_2").is_first_distinct())
        chosen.append(first)
        pairs = pairs.join(first, on=_PLACE, how="anti", maintain_order="left")
        pairs = pairs.join(first, on="attempt_id_2", how="anti", maintain_order="left")
    return pl.concat(chosen)


def _combined(pairs: pl.DataFrame, *, of_log: bool) -> pl.DataFrame:
    """Write pairs as one call each, under the id that it has on record."""
    line, log = ("_2", "") if of_log else ("", "_2")
    words = {word: shipped_map("asterisk-cdr").meaning(word) for word in pairs[f"{_LINE}{line}"].unique().drop_nulls()}
    said = {word: meant.outcome for word, meant in words.items() if meant is not None}
    of_line = pl.col(f"{_LINE}{line}").replace_strict(said, default=f"outcome{line}", return_dtype=pl.String)
    of_log_ = pl.col(f"outcome{log}")
    tells_more = (of_line == Outcome.HUMAN_UNVERIFIED) & ~of_log_.is_in(_UNANSWERED)
    binds_more = bindingness(of_line) > bindingness(of_log_)
    at = pl.coalesce(f"{_AT}{log}", f"started_at{log}")
    kept = pl.struct(
        pl.col(f"extra{log}").str.json_path_match(f"$.{_LOG}").alias(_LOG),
        pl.col(f"extra{log}").str.json_path_match("$.hangup_reason").alias("hangup_reason"),
        pl.col(f"{_LINE}{line}").alias(_LINE),
        at.dt.strftime(_STAMP).alias(_AT),
    )
    return pairs.with_columns(
        attempt_id=pl.col("attempt_id_2"),
        contact_point=pl.coalesce("contact_point_2", "contact_point"),
        started_at=pl.col(f"started_at{line}"),
        outcome=pl.when(binds_more & ~tells_more).then(of_line).otherwise(of_log_),
        duration_s=pl.max_horizontal("duration_s", "duration_s_2"),
        ring_s=pl.coalesce(f"ring_s{line}", f"ring_s{log}"),
        agent=pl.coalesce(f"agent{log}", f"agent{line}"),
        campaign=pl.coalesce(f"campaign{log}", f"campaign{line}"),
        extra=kept.struct.json_encode(),
    )

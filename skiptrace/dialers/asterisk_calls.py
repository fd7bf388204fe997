"""Which call detail records are one call, and which of its numbers it may have dialled."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from skiptrace.dialers.reported import ASIDE
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.vocabulary import outcome_meanings

__all__ = ["Joined", "legs_and_calls"]

_SPOOL_FAILED = "OutgoingSpoolFailed"
_FAILED_ORIGINATE = "not a call: what Asterisk adds where an originate failed"
_OTHER_LEG = "another leg of a call that is counted once"
_FEWEST_DIGITS = 7
"""Shorter ones are extensions of our own."""
_NUMBERS = {
    "dst": r"^(.+)$",
    "channel": r"^Local/([^@;]+)@",
    "lastdata": r"(?:^|[/&])(\+?\d{7,15})(?:[@,&/^]|$)",
}
"""Where a number that was dialled may stand, and what of it."""
_PLACE = [SHEET, ROW]


class Joined(NamedTuple):
    """Calls of a file.

    Attributes
    ----------
    rows
        COLUMNS; each call stands in one row, the others are set aside.
    faults, aside
        FAULTS and ASIDE of them.
    dialled
        As in :class:`~skiptrace.dialers.reported.Reported`.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    aside: pl.DataFrame
    dialled: pl.DataFrame


def legs_and_calls(cells: pl.DataFrame, rows: pl.DataFrame, faults: pl.DataFrame, aside: pl.DataFrame) -> Joined:
    """Put the rows of each call together.

    A userfield names the attempt of every row with its ``linkedid``, if no other userfield stands there, or of the
    other half of its Local channel. Rows without any belong together by that channel, or by ``linkedid`` and ``dst``:
    trunks that were tried one after the other.

    Parameters
    ----------
    cells
        Grain: row, in order. The columns of the file as text, null where empty.
    rows, faults, aside
        The same rows as COLUMNS, and what is known of them so far.
    """
    keyed = _keyed(pl.concat([cells, rows.select(*_PLACE, "outcome", "started_at", "duration_s")], how="horizontal"))
    failed = keyed.filter(pl.col("channel").str.starts_with(_SPOOL_FAILED).fill_null(value=False))
    legs = keyed.join(failed, on=_PLACE, how="anti", maintain_order="left")
    first = _telling(legs, faults).select(*_PLACE, "call")
    others = legs.join(first, on=_PLACE, how="anti", maintain_order="left")
    whole = legs.group_by("call").agg(
        pl.col("userfield").first(),
        pl.col("started_at").min(),
        pl.col("duration_s").max(),
        pl.col("accountcode").drop_nulls().min(),
    )
    calls = first.join(whole, on="call", how="left", maintain_order="left")
    told = calls.select(*_PLACE, "duration_s", attempt_id="userfield", started_at="started_at")
    unused = pl.concat([failed.select(_PLACE), others.select(_PLACE)])
    return Joined(
        rows=rows.update(told, on=_PLACE, how="left", include_nulls=False),
        faults=faults.join(unused, on=_PLACE, how="anti", maintain_order="left"),
        aside=pl.concat(
            [
                aside.join(unused, on=_PLACE, how="anti", maintain_order="left"),
                _aside(failed, "channel", _FAILED_ORIGINATE),
                _aside(others, "linkedid", _OTHER_LEG),
            ]
        ),
        dialled=_dialled(legs, calls),
    )


def _keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the call of each row, and fill in the userfield of those that have none of their own."""
    half = pl.when(pl.col("channel").str.starts_with("Local/")).then(pl.col("channel").str.replace(r";\d$", ""))
    alone = pl.format("row {}", ROW)
    # Without linkedid two halves have their channel in common; its number begins anew with each start of Asterisk.
    by_half = pl.format("{} {}", "half", pl.col("start").str.slice(0, 10).fill_null(""))
    linked = rows.with_columns(half=half).with_columns(link=pl.coalesce("linkedid", by_half, alone))
    only = pl.col("userfield").drop_nulls().unique()
    filled = linked.with_columns(
        userfield=pl.coalesce(
            "userfield",
            pl.when(only.len().over("link") == 1).then(pl.col("userfield").drop_nulls().min().over("link")),
            pl.when(pl.col("half").is_not_null()).then(pl.col("userfield").drop_nulls().min().over("link", "half")),
        )
    )
    which = pl.coalesce(pl.format("attempt {}", "userfield"), "half", pl.format("to {}", "dst"), alone)
    return filled.with_columns(call=pl.concat_str("link", which, separator="\x1f"))


def _telling(legs: pl.DataFrame, faults: pl.DataFrame) -> pl.DataFrame:
    """Return of each call the row whose outcome binds us most; one that cannot be read tells only if no other does."""
    meanings = outcome_meanings().select(
        "outcome",
        binding=pl.when(pl.col("conversation").fill_null(value=True))
        .then(3)
        .when(pl.col("connected").fill_null(value=True))
        .then(2)
        .otherwise(1),
    )
    said = ("start", "channel", "disposition", "answer", "end")
    unread = faults.select(*_PLACE, unread=pl.lit(value=True)).unique()
    return (
        legs.join(meanings, on="outcome", how="left", maintain_order="left")
        .join(unread, on=_PLACE, how="left", maintain_order="left")
        .with_columns(binding=pl.when(pl.col("unread").is_null()).then(pl.col("binding").fill_null(0)).otherwise(-1))
        # By what stands in the rows, not by their order: the same call is the same attempt in any file.
        .sort("call", "binding", "duration_s", *said, ROW, descending=[False, True, True] + [False] * (len(said) + 1))
        .unique("call", keep="first", maintain_order=True)
        .sort(_PLACE)
    )


def _aside(rows: pl.DataFrame, column: str, reason: str) -> pl.DataFrame:
    return rows.select(*_PLACE, column=pl.lit(column), reason=pl.lit(reason), made=pl.lit(value=False)).cast(ASIDE)  # type: ignore[arg-type]  # the stubs ask for invariant keys


def _dialled(legs: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    of_call = calls.select(*_PLACE, "call", batch_id="accountcode")
    digits = [
        legs.select("call", digits=pl.col(column).str.extract(form).str.replace_all(r"\D", ""))
        for column, form in _NUMBERS.items()
    ]
    numbers = pl.concat(digits).filter(pl.col("digits").str.len_bytes() >= _FEWEST_DIGITS).unique()
    return of_call.join(numbers, on="call").select(*_PLACE, "digits", "batch_id").sort(*_PLACE, "digits")

"""What to do about statuses that do not tell what came of a call, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from skiptrace.pipeline.results import Taken

__all__ = ["map_in_words", "untold_in_words"]

_SHOWN = 8
_NO_MORE = "asterisk-cdr"
"""A format whose statuses cannot be made to say who picked up."""


def untold_in_words(taken: Taken) -> str | None:
    """Return one line where results cannot tell right parties, and so not whether a plan's chances came true."""
    if taken.tells or not taken.new + taken.known:
        return None
    said = "these results cannot tell a right party from anybody else, so no chance is held against them: "
    if taken.form == _NO_MORE:
        return said + "a line says that somebody picked up, not who; take the dialer's own log as well"
    return said + "no status of the map means right_party or promise_to_pay"


def map_in_words(taken: Taken) -> str | None:
    """Return one line on which statuses to name in a map, and how; null if there is none."""
    open_ones = pl.col("outcome").is_null()
    if not taken.tells and taken.form != _NO_MORE:
        open_ones = pl.lit(value=True)
    unclear = taken.unclear.filter(open_ones)
    if unclear.is_empty():
        return None
    each = [
        f"{row['status'] or 'others'} ({row['rows']:,} row{'' if row['rows'] == 1 else 's'}, "
        + ("not named)" if row["outcome"] is None else f"{row['outcome']})")
        for row in unclear.head(_SHOWN).iter_rows(named=True)
    ]
    more = f" and {unclear.height - _SHOWN:,} more" if unclear.height > _SHOWN else ""
    return (
        f"statuses to give a meaning: {', '.join(each)}{more}; write the map with `skiptrace outcomes --write-map "
        f"own.toml --format {taken.form}`, name them in it, and read the file again with `--outcomes own.toml`"
    )

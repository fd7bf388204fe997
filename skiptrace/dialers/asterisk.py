"""Asterisk: one call file an attempt, whose time of modification is the time to call.

Asterisk looks at whole seconds, and dials at once what is overdue. It ends a value at ``;`` and a line at a blank and
``#``, skips a line over 1023 bytes and makes the call without it, and takes a bad number for the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.dial_strings import dial_string
from skiptrace.dialers.handover import Document, Handover
from skiptrace.dialers.screening import AT, not_carried, screened
from skiptrace.tables import Check

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import AsteriskParams

__all__ = ["Asterisk"]

_FOLDER = "call_files"
_MOST_LINE = 1_022
"""Bytes before the line break, with which it is one of the 1023 that are read."""
_MOST_ACCOUNT = 80
"""Bytes of an account code; older versions keep 20."""
_CARRIED = (
    "attempt_id", "batch_id", "party", "purpose", "channel", "contact_point", "country_code", "national_number",
    "not_before", "max_ring_s",
)  # fmt: skip


@dataclass(frozen=True)
class Asterisk:
    """Asterisk 16 to 22: ``call_files/``, to be moved into the spool one by one once `verify` let them pass."""

    params: AsteriskParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one file an attempt."""
        lines = self._lines()
        batch, text = pl.col("batch_id"), pl.concat_str(lines, separator="\n", ignore_nulls=True)
        read = [line.is_null() | (line.str.len_bytes() <= _MOST_LINE) for line in lines]
        checks = (
            Check("holds ; or # where a value would end, or a blank at an end", "batch_id", _kept(batch)),
            Check(f"over {_MOST_ACCOUNT} bytes", "batch_id", batch.str.len_bytes() <= _MOST_ACCOUNT),
            Check(f"a line over {_MOST_LINE} bytes would be skipped", "contact_point", pl.all_horizontal(read)),
        )
        rows, refused, elsewhere = screened(schedule, as_of, checks)
        texts = rows.select("attempt_id", AT, text=text + "\n")
        documents = tuple(
            Document(name=f"{_FOLDER}/skiptrace-{attempt}.call", content=text.encode(), rows=1, modified=at)
            for attempt, at, text in texts.iter_rows()
        )
        return Handover(
            documents=documents, refused=refused, elsewhere=elsewhere, not_carried=not_carried(rows, _CARRIED)
        )

    def _lines(self) -> list[pl.Expr]:
        options = self.params
        values = {
            "Channel": dial_string(options.channel),
            "Callerid": pl.lit(options.callerid),
            "WaitTime": pl.col("max_ring_s").cast(pl.String),
            "MaxRetries": pl.lit("0"),  # a second call would be one that nobody permitted
            "Context": pl.lit(options.context),
            "Extension": pl.lit(options.extension),
            "Priority": pl.lit(str(options.priority)),
            "Account": pl.col("batch_id"),
            "Archive": pl.lit("yes"),
        }
        lines = [pl.lit(f"{key}: ") + value for key, value in values.items()]
        told = {"CDR(userfield)": "attempt_id", "SKIPTRACE_PARTY": "party", "SKIPTRACE_PURPOSE": "purpose"}
        sets = [pl.lit(f"Set: {variable}=") + pl.col(name) for variable, name in told.items()]
        # A null line is left out: without max_ring_s the dialer's own 45 seconds hold.
        return [*lines, *sets]


def _kept(value: pl.Expr) -> pl.Expr:
    return ~value.str.contains(r";|^#|\s#|^\s|\s$")

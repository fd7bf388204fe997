"""FreeSWITCH: ``sched_api`` commands that originate each call at its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.dial_strings import dial_string
from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing
from skiptrace.dialers.screening import AT, not_carried, screened

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import FreeswitchParams

__all__ = ["Freeswitch"]

_CARRIED = ("attempt_id", "party", "purpose", "channel", "contact_point", "country_code", "national_number",
            "not_before", "max_ring_s")  # fmt: skip


@dataclass(frozen=True)
class Freeswitch:
    """FreeSWITCH: a command a line, at a Unix time; each attempt is a group, so that ``sched_del`` takes back just one.

    The options and the attempt hold nothing that the command line reads, and no other text of the row goes in.
    """

    params: FreeswitchParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one file of commands, in the order of their times."""
        rows, refused, elsewhere = screened(schedule, as_of)
        options = self.params
        variables = {
            "origination_caller_id_number": pl.lit(options.caller_id_number),
            "originate_timeout": pl.col("max_ring_s").cast(pl.String),
            "skiptrace_attempt_id": pl.col("attempt_id"),
            "skiptrace_party": pl.col("party"),
            "skiptrace_purpose": pl.col("purpose"),
        }
        pairs = [pl.lit(f"{name}=") + value for name, value in variables.items()]
        command = pl.format(
            "sched_api {} skiptrace_{} originate {{{}}}{} {} {} {}\n",
            pl.col(AT).dt.epoch("s"),
            "attempt_id",
            pl.concat_str(pairs, separator=",", ignore_nulls=True),
            dial_string(options.endpoint),
            pl.lit(options.extension),
            pl.lit(options.dialplan),
            pl.lit(options.context),
        )
        packing = Packing(stem="freeswitch", suffix=".txt")
        return Handover(
            documents=tuple(
                packing.documents(rows.select(line=command), lambda piece: "".join(piece["line"]).encode())
            ),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, _CARRIED),
        )

"""Five9: a list with a time to call, which is a local time of the domain in whole minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, csv_bytes
from skiptrace.dialers.screening import (
    ACCOUNT,
    extras,
    local,
    not_carried,
    screened,
    sheet_checks,
    sure_local,
)

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import Five9Params

__all__ = ["Five9"]

_MINUTE = 60
_CARRIED = ("attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code",
            "national_number", "not_before")  # fmt: skip


@dataclass(frozen=True)
class Five9:
    """Five9 lists: ``number1`` and ``TimeToCall``, such as ``5/5/2022 1:15pm``, never before the window begins."""

    params: Five9Params

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one list, in the order of the times to call."""
        zone, own = self.params.time_zone, extras(self.params.extra)
        checks = (sure_local(zone), *sheet_checks(self.params.extra))
        rows, refused, elsewhere = screened(schedule, as_of, checks, step=_MINUTE)
        cells = {
            "number1": pl.col("contact_point"),
            "TimeToCall": local(zone).dt.strftime("%-m/%-d/%Y %-I:%M%P"),
            "attempt_id": pl.col("attempt_id"),
            "account_id": ACCOUNT,
            "party": pl.col("party"),
            "purpose": pl.col("purpose"),
            **own,
        }
        columns = [cell.alias(name) for name, cell in cells.items()]
        packing = Packing(stem="five9", suffix=".csv")
        return Handover(
            documents=tuple(packing.documents(rows, lambda piece: csv_bytes(piece.select(columns)))),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, (*_CARRIED, *(["extra"] if own else []))),
        )

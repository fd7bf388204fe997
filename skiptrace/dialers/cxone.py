"""NICE CXone: calling lists, without a time; the zone of a contact it takes from the area code of the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, csv_bytes, window_documents
from skiptrace.dialers.screening import ACCOUNT, extras, not_carried, screened, sheet_checks

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import CxoneParams

__all__ = ["Cxone"]

_MOST_ROWS = 500_000
_MOST_BYTES = 256_000_000
_CARRIED = ("attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code",
            "national_number")  # fmt: skip


@dataclass(frozen=True)
class Cxone:
    """NICE CXone: a list a window, at most 500,000 rows and 256 MB; the attempt_id is the external id."""

    params: CxoneParams
    most_rows: int = _MOST_ROWS
    most_bytes: int = _MOST_BYTES

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return calling lists."""
        own = extras(self.params.extra)
        rows, refused, elsewhere = screened(schedule, as_of, sheet_checks(self.params.extra))
        cells = {
            "ExternalID": pl.col("attempt_id"),
            "Phone": pl.col("contact_point"),
            "account_id": ACCOUNT,
            "party": pl.col("party"),
            "purpose": pl.col("purpose"),
            **own,
        }
        columns = [cell.alias(name) for name, cell in cells.items()]
        packing = Packing(stem="cxone", suffix=".csv", most_rows=self.most_rows, most_bytes=self.most_bytes)
        return Handover(
            documents=tuple(window_documents(rows, packing, lambda piece: csv_bytes(piece.select(columns)))),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, (*_CARRIED, *(["extra"] if own else []))),
        )

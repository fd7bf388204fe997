"""Genesys Cloud: contact lists, whose time-zone column feeds the campaign's callable times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, csv_bytes, window_documents
from skiptrace.dialers.screening import ACCOUNT, extras, not_carried, screened, sheet_checks
from skiptrace.ingest.instants import zone_names
from skiptrace.tables import Check

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import GenesysParams

__all__ = ["Genesys"]

_MOST_ROWS = 1_000_000
_MOST_CELL = 512
_CARRIED = ("attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code",
            "national_number", "time_zone")  # fmt: skip


@dataclass(frozen=True)
class Genesys:
    """Genesys Cloud outbound: a list a window, at most 50 columns, a million rows and 512 characters a cell."""

    params: GenesysParams
    most_rows: int = _MOST_ROWS

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return contact lists; ``attempt_id`` is the column to tell contacts apart by."""
        cells = {
            "attempt_id": pl.col("attempt_id"),
            "phone": pl.col("contact_point"),
            "time_zone": pl.col("time_zone"),
            "account_id": ACCOUNT,
            "party": pl.col("party"),
            "purpose": pl.col("purpose"),
        }
        own = extras(self.params.extra)
        checks = (
            # A zone that is not known there falls back to the area code's, which may be another.
            Check("no IANA time zone", "time_zone", pl.col("time_zone").is_in(zone_names())),
            *sheet_checks(self.params.extra, _MOST_CELL),
        )
        rows, refused, elsewhere = screened(schedule, as_of, checks)
        columns = [cell.alias(name) for name, cell in {**cells, **own}.items()]
        packing = Packing(stem="genesys", suffix=".csv", most_rows=self.most_rows)
        return Handover(
            documents=tuple(window_documents(rows, packing, lambda piece: csv_bytes(piece.select(columns)))),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, (*_CARRIED, *(["extra"] if own else []))),
        )

"""Cisco UCCX: contacts with an hour and a minute to call at, on the day on which they are imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, csv_bytes
from skiptrace.dialers.screening import local, not_carried, screened, sheet_checks, sure_local
from skiptrace.ingest.instants import load_zone
from skiptrace.tables import Check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from skiptrace.dialer_settings import UccxParams
    from skiptrace.dialers.handover import Document

__all__ = ["Uccx"]

_MINUTE = 60
_MOST_ROWS = 10_000
"""More the server does not show again, and what cannot be looked at cannot be counted."""
_CARRIED = ("attempt_id", "party", "channel", "contact_point", "country_code", "national_number", "not_before")


@dataclass(frozen=True)
class Uccx:
    """Unified Contact Center Express: a file a day and party.

    It has no column that tells whom a call is for, and whoever takes a third party for the debtor tells of a debt: so
    the parties have files apart, for campaigns apart.
    """

    params: UccxParams
    most_rows: int = _MOST_ROWS

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return contact files; the attempt_id is the account number, and names stay empty."""
        zone = self.params.time_zone
        day, today = local(zone).dt.date(), as_of.astimezone(load_zone(zone)).date()
        checks = (
            # Such a file could only be imported on a later day, and would be dialled on that day at its hour.
            Check("its day at the dialer has passed", "not_before", (day >= today).fill_null(value=True)),
            sure_local(zone),
            *sheet_checks(account=False),
        )
        rows, refused, elsewhere = screened(schedule, as_of, checks, step=_MINUTE)
        return Handover(
            documents=tuple(self._documents(rows.with_columns(_day=day))),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, _CARRIED),
        )

    def _documents(self, rows: pl.DataFrame) -> Iterator[Document]:
        empty = pl.lit(None, dtype=pl.String)
        cells = {
            "Account Number": pl.col("attempt_id"),
            "First Name": empty,
            "Last Name": empty,
            "Phone1": pl.col("contact_point"),
            "Phone2": empty,
            "Phone3": empty,
            "Dial Time": local(self.params.time_zone).dt.strftime("%H:%M"),
        }
        columns = [cell.alias(name) for name, cell in cells.items()]
        for (day, party), mine in rows.partition_by("_day", "party", as_dict=True, maintain_order=True).items():
            packing = Packing(stem=f"uccx_{day}_{party}", suffix=".csv", most_rows=self.most_rows)
            for document in packing.documents(mine, lambda piece: csv_bytes(piece.select(columns))):
                yield replace(document, release_from=self._midnight(day))

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=load_zone(self.params.time_zone)).astimezone(UTC)

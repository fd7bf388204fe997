"""GOautodial: lists for its lead loader, which reads 21 columns by their order and knows no time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, csv_bytes, window_documents
from skiptrace.dialers.screening import not_carried, screened, sheet_checks
from skiptrace.dialers.vicidial import NUMBERS

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import GoautodialParams

__all__ = ["Goautodial"]

_COLUMNS = (
    "Phone", "VendorLeadCode", "PhoneCode", "Title", "FirstName", "MiddleInitial", "LastName", "Address1", "Address2",
    "Address3", "City", "State", "Province", "PostalCode", "CountryCode", "Gender", "DateOfBirth", "AltPhone", "Email",
    "SecurityPhrase", "Comments",
)  # fmt: skip
_CARRIED = ("attempt_id", "party", "purpose", "channel", "contact_point", "country_code", "national_number")


@dataclass(frozen=True)
class Goautodial:
    """GOautodial 4, which stands on VICIdial: national digits beside the calling code, the attempt_id as vendor's code.

    Nothing goes in that the loader would change, no quote, backquote, ``;`` or backslash, and no line near the 1000
    bytes that it reads.
    """

    params: GoautodialParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return a list a window; its first line is the header, which the loader passes over."""
        rows, refused, elsewhere = screened(schedule, as_of, (*NUMBERS, *sheet_checks(account=False)))
        cells = {
            "Phone": pl.col("national_number"),
            "VendorLeadCode": pl.col("attempt_id"),
            "PhoneCode": pl.col("country_code"),
            "Comments": pl.concat_str("party", "purpose", separator=" "),
        }
        empty = pl.lit(None, dtype=pl.String)
        columns = [cells.get(name, empty).alias(name) for name in _COLUMNS]
        packing = Packing(stem="goautodial", suffix=".csv")
        return Handover(
            documents=tuple(window_documents(rows, packing, lambda piece: csv_bytes(piece.select(columns)))),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, _CARRIED),
        )

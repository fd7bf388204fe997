"""Amazon Connect: the requests of PutDialRequestBatch, which carry a deadline and no time to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, window_documents
from skiptrace.dialers.screening import ACCOUNT, UNTIL, extras, json_members, not_carried, screened
from skiptrace.tables import Check

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import ConnectParams

__all__ = ["Connect"]

_MOST_REQUESTS = 25
_MOST_ATTRIBUTES = 32_767
"""Bytes of a contact's attributes together."""
_CARRIED = ("attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code",
            "national_number", "not_after")  # fmt: skip


@dataclass(frozen=True)
class Connect:
    """Amazon Connect outbound campaigns: a file a request, at most 25 attempts, all of one window.

    The attempt_id is the ``clientToken`` (at most 200 of ``a-zA-Z0-9_-.``, which it always is), so that a request sent
    twice dials once; the end of the window is the ``expirationTime``.
    """

    params: ConnectParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return files that ``put-dial-request-batch --cli-input-json`` takes as they stand."""
        attributes = json_members(
            {
                "attempt_id": pl.col("attempt_id"),
                "account_id": ACCOUNT,
                "party": pl.col("party"),
                "purpose": pl.col("purpose"),
                **extras(self.params.extra),
            }
        )
        fits = Check(
            f"attributes over {_MOST_ATTRIBUTES} bytes", "extra", attributes.str.len_bytes() <= _MOST_ATTRIBUTES
        )
        rows, refused, elsewhere = screened(schedule, as_of, (fits,))
        request = pl.format(
            '{{"clientToken":"{}","phoneNumber":"{}","expirationTime":"{}","attributes":{}}}',
            "attempt_id",
            "contact_point",
            pl.col(UNTIL).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            attributes,
        )
        packing = Packing(stem="connect", suffix=".json", most_rows=_MOST_REQUESTS)
        return Handover(
            documents=tuple(window_documents(rows.with_columns(_request=request), packing, self._batch)),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, (*_CARRIED, *(["extra"] if self.params.extra else []))),
        )

    def _batch(self, rows: pl.DataFrame) -> bytes:
        requests = ",\n".join(rows["_request"])
        return f'{{"id":"{self.params.campaign_id}","dialRequests":[\n{requests}\n]}}\n'.encode()

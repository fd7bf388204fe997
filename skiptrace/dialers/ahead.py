"""Results dated after they came in: no call was made then, so a clock or a zone is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.ingest.rows import FAULTS, ROW, SHEET
from skiptrace.tables import empty

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import IngestParams

__all__ = ["Clock"]

_AHEAD = "in the future: found a time after the results came in, expected one before --as-of (is --zone the dialer's?)"


class Clock:
    """The moment at which results come in, and how far a dialer's clock may be ahead of it."""

    def __init__(self, as_of: datetime, params: IngestParams) -> None:
        self._now = pl.lit(as_of).cast(INSTANT)
        self._latest = pl.lit(as_of + timedelta(seconds=params.clock_ahead_s)).cast(INSTANT)

    def faults(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the faults (FAULTS) of rows (COLUMNS) that tell of a start, or an answer, still to come."""
        late = [
            rows.filter(pl.col(name) > self._latest).select(SHEET, ROW, column=pl.lit(name), reason=pl.lit(_AHEAD))
            for name in ("started_at", "response_at")
        ]
        return pl.concat([empty(FAULTS), *late])

    def all_ahead(self, rows: pl.DataFrame) -> bool:
        """Return whether every start that could be read lies ahead, which a wrong zone brings about."""
        started = rows["started_at"].drop_nulls()
        return not started.is_empty() and bool(rows.select((started > self._latest).all()).item())

    def without_ahead(self, rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """Clear columns of the rows whose start lies ahead, as it cannot tell them."""
        ahead = (pl.col("started_at") > self._latest).fill_null(value=False)
        return rows.with_columns(pl.when(~ahead).then(name).alias(name) for name in columns)

    def by_now(self, attempts: pl.DataFrame) -> pl.DataFrame:
        """Take starts that lie ahead for now: a call was made by then, and the later blocks for longer."""
        at = pl.col("started_at")
        return attempts.with_columns(pl.when(at > self._latest).then(self._now).otherwise(at).alias("started_at"))

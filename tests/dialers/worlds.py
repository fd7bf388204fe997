"""What is on record in tests of results: a plan, accounts, the numbers on file."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.dialers import OnRecord

NUMBERS = {"account_id": pl.String, "contact_point": pl.String}


MUCH_LATER = datetime(2027, 1, 4, 9, tzinfo=UTC)


def on_record(placements, accounts, numbers=(), attempts=None, as_of=MUCH_LATER):
    """Put what is known together; ``numbers`` are pairs of account and E.164."""
    return OnRecord(
        as_of=as_of,
        placements=placements,
        accounts=pl.Series("account_id", list(accounts), pl.String),
        numbers=pl.DataFrame(list(numbers), schema=NUMBERS, orient="row"),
        uncoded=ATTEMPTS.empty(),
        attempts=ATTEMPTS.empty() if attempts is None else attempts.select(list(ATTEMPTS.schema)),
    )

"""What is on record in tests of results: a plan, accounts, the numbers on file."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from polars.testing import assert_frame_equal

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


def assert_cuts_give_the_whole(read, rows, cut, back):
    """Check that a log cut in two, overlapping by some rows, gives the attempts of the whole, and that these stay.

    ``read`` reads rows with the attempts on record, if there are any, and returns the attempts.
    """
    columns = ["account_id", "started_at", "outcome"]
    whole, first = read(rows), read(rows[:cut])
    second = read(rows[max(0, cut - back) :], first)
    both = pl.concat([first.join(second, on="attempt_id", how="anti"), second])
    assert_frame_equal(both.select(columns).sort(columns), whole.select(columns).sort(columns))
    assert_frame_equal(read(rows, both).drop("_line"), both.sort("attempt_id").drop("_line"))

from datetime import timedelta
from itertools import product

import polars as pl
import pytest

from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.timing.cast import assemble
from skiptrace.timing.evidence import hear, outcomes_known
from skiptrace.timing.told import told
from skiptrace.vocabulary import Channel, Direction, Outcome
from tests.timing import worlds

NOW = worlds.AS_OF
HOURS = (None, 0, 20, 30, 400)
"""Of an answer after the attempt."""


@pytest.fixture(scope="module")
def attempts():
    """Every outcome on every channel, begun at several moments, answered early, late, later than now or never."""
    every = product(Channel, [*Outcome, None], (1, 30, 500, -5), HOURS, (None, Direction.INBOUND))
    rows = [
        {
            "attempt_id": f"T{number:05d}",
            "account_id": worlds.account(0),
            "channel": channel.value,
            "contact_point": worlds.phone(0, 0),
            "point_key": worlds.phone(0, 0),
            "started_at": NOW - timedelta(hours=ago),
            "outcome": outcome and outcome.value,
            "direction": direction and direction.value,
            "response_at": None if hours is None else NOW - timedelta(hours=ago - hours),
        }
        for number, (channel, outcome, ago, hours, direction) in enumerate(every)
    ]
    return CODED_ATTEMPTS.conform(pl.DataFrame(rows, infer_schema_length=None))


def test_reached_is_what_learning_takes_it_for(attempts):
    world = worlds.make("none", 2, 1, seed=0)
    cast = assemble(world.leads, attempts, world.people)
    learned = outcomes_known(hear(attempts, cast), NOW).filter(~pl.col("inbound")).select("attempt_id", "reached")
    ours = told(attempts, NOW).filter(pl.col("direction").is_null()).select("attempt_id", "reached")
    assert ours.sort("attempt_id").equals(learned.sort("attempt_id"))
    assert {0.0, 1.0, None} == set(ours["reached"].unique().to_list())


def test_what_the_debtor_began_is_no_reach_of_ours(attempts):
    assert told(attempts, NOW).filter(pl.col("direction") == "inbound")["reached"].null_count() > 0
    assert told(attempts, NOW).filter(pl.col("direction") == "inbound")["reached"].count() == 0


def test_later_attempts_are_not_there(attempts):
    assert told(attempts, NOW)["started_at"].max() <= NOW
    assert told(attempts, NOW).columns == [*attempts.columns, "reached"]

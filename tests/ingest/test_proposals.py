from __future__ import annotations

import datetime as dt

import pytest

from skiptrace.contracts.stages import PROPOSALS
from skiptrace.errors import InputError
from skiptrace.ingest import read_proposals
from skiptrace.settings import IngestParams

HEAD = "proposal_id,account_id,channel,contact_point,at,party,expected_duration_s\n"


@pytest.fixture
def proposals(tmp_path):
    def make(content, **params):
        path = tmp_path / "proposals.csv"
        path.write_text(content)
        return read_proposals(path, IngestParams(**params))

    return make


def test_a_good_proposal_is_read(proposals):
    read = proposals(HEAD + "P1,A1,phone,+15550100,2026-03-05T10:00:00-05:00,Third Party,60\n")
    assert read.columns == [name for name in PROPOSALS.columns if name != "point_key"]
    row = read.row(0, named=True)
    assert (row["channel"], row["party"], row["problem"]) == ("call", "third_party", None)
    assert row["at"] == dt.datetime(2026, 3, 5, 15, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("P1,A1,call,+15550100,2026-03-05T10:00:00,,", "at: found a time without offset"),
        ("P1,A1,call,+15550100,2026-03-05,,", "at: found a date without time"),
        ("P1,A1,pigeon,+15550100,2026-03-05T10:00:00Z,,", "channel: not one of"),
        ("P1,,call,,2026-03-05T10:00:00Z,,", "account_id: missing value; contact_point: missing value"),
        ("P1,A1,call,+15550100,2026-03-05T10:00:00Z,,-5", "expected_duration_s: below 0"),
        ("P1,A1,call", "found 3 cells, expected 7"),
    ],
)
def test_a_malformed_proposal_keeps_its_place_and_says_why(proposals, row, problem):
    good = "P0,A1,call,+15550100,2026-03-05T10:00:00Z,,\n"
    read = proposals(HEAD + good + row + "\n" + good)
    assert read.height == 3
    assert read.get_column("problem")[1].startswith(problem)
    assert read.get_column("problem").null_count() == 2


def test_a_local_time_that_never_was_is_malformed_even_with_a_zone(proposals):
    read = proposals(HEAD + "P1,A1,call,+15550100,2026-03-08T02:30:00,,\n", time_zone="America/New_York")
    assert read.get_column("problem")[0].startswith("at: impossible time")


def test_order_and_repeated_ids_are_kept(proposals):
    rows = "".join(f"P{at % 2},A1,call,+15550100,2026-03-05T10:00:0{at}Z,,\n" for at in (3, 1, 2))
    assert proposals(HEAD + rows).get_column("at").dt.second().to_list() == [3, 1, 2]


def test_a_missing_column_is_one_clear_line(proposals):
    with pytest.raises(InputError, match="required column contact_point and at is missing"):
        proposals("proposal_id,account_id,channel\nP1,A1,call\n")


def test_no_proposals_are_no_rows(proposals):
    assert proposals(HEAD).is_empty()

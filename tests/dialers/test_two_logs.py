"""One call in the log of VICIdial and in the records of the Asterisk below it is one attempt; two calls stay two."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.dialers import read_outcome_map, read_results
from skiptrace.settings import IngestParams
from tests.dialers.conftest import CALL
from tests.dialers.test_asterisk_cdr import full, line
from tests.dialers.test_vicidial_results import Row, lines
from tests.dialers.worlds import on_record

ACCOUNTS = ("A1", "A3")
NUMBERS = (("A1", "+442079460001"), ("A3", "+442079460003"))
PLAN = pl.DataFrame([CALL], schema=SCHEDULE.schema)
UTC_ZONE = IngestParams(time_zone="UTC")


def log(start, status="N", seconds="0", **changes):
    """Return a line of VICIdial's log."""
    return lines(Row(call_date=f"2026-11-24 {start}", call_status=status, length_in_sec=seconds, **changes))


def record(start, end, answer="", userfield="", disposition="NO ANSWER", **changes):
    """Return a call detail record."""
    times = {
        name: f"2026-11-24 {at}" if at else "" for name, at in (("start", start), ("answer", answer), ("end", end))
    }
    return line(full(**times, userfield=userfield, disposition=disposition, linkedid=f"17639.{start[-5:]}", **changes))


@pytest.fixture
def take(tmp_path):
    """Take files in one after the other; return the attempts on record after the last."""

    def taken(*files, outcomes=None, attempts=None):
        on_file = ATTEMPTS.empty() if attempts is None else attempts
        for text in files:
            form = "asterisk-cdr" if text.startswith('""') or ',"out",' in text else "vicidial"
            path = tmp_path / "calls"
            path.write_text(text, encoding="utf-8")
            known = on_record(PLAN, ACCOUNTS, NUMBERS, on_file)
            meant = read_outcome_map(outcomes if form == "vicidial" else None, form)
            found = read_results(path, known, UTC_ZONE, form, meant)
            assert found.rejected.is_empty()
            told = found.attempts.select(list(ATTEMPTS.schema))
            kept = on_file.select(list(ATTEMPTS.schema)).join(told, on="attempt_id", how="anti")
            on_file = pl.concat([kept, told]).sort("attempt_id")
        return on_file

    return taken


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("at", ["09:04:57", "09:05:00", "09:05:08", "09:05:40", "09:05:45"])
def test_a_line_in_the_span_of_a_record_is_the_same_call_whichever_came_first(take, at, order):
    files = [log(at, "SALE", "32"), record("09:05:00", "09:05:40", "09:05:08", disposition="ANSWERED", billsec="32")]
    found = take(*files[::order])
    assert found.select("attempt_id", "account_id", "started_at", "ring_s", "duration_s", "outcome").rows() == [
        ("a1", "A1", datetime(2026, 11, 24, 9, 5, tzinfo=UTC), 8.0, 32.0, "human_unverified"),
    ]
    for again in files, files[::-1], files * 2:
        assert_frame_equal(take(*again, attempts=found), found)


@pytest.mark.parametrize("order", [1, -1])
def test_two_calls_to_a_number_stay_two_however_soon_one_followed_the_other(take, order):
    calls = [
        log("09:05:21", "N") + log("09:05:52", "AA"),
        record("09:05:00", "09:05:21") + record("09:05:23", "09:06:00", "09:05:50", disposition="ANSWERED"),
    ]
    found = take(*calls[::order]).sort("started_at")
    assert found["started_at"].dt.second().to_list() == [0, 23]
    assert found["outcome"].to_list() == ["no_answer", "voicemail"]
    assert_frame_equal(take(*calls, attempts=found).sort("started_at"), found)


@pytest.mark.parametrize(
    "other",
    [
        log("09:05:46"),  # after the record's end, and the clocks' difference
        log("09:04:54"),
        log("09:05:10", source_id="A3", phone_number="2079460003"),
    ],
)
def test_another_call_is_another(take, other):
    assert take(record("09:05:00", "09:05:40"), other).height == 2


def test_which_of_two_lines_alike_is_the_record_is_told_by_what_they_say(take):
    told = [log("09:05:02", "B"), log("09:05:02", "NA")]
    found = [take(record("09:05:00", "09:05:40"), "".join(order)) for order in (told, told[::-1])]
    assert_frame_equal(*found)


def test_one_record_takes_one_line_and_lines_of_one_log_are_never_put_together(take):
    assert take(log("09:05:00") + log("09:05:03")).height == 2
    found = take(record("09:05:00", "09:05:40"), log("09:05:02") + log("09:05:30"))
    assert found.height == 2
    # In a file of its own, too.
    assert take(record("09:05:00", "09:05:40"), log("09:05:02"), log("09:05:30")).height == 2
    assert take(log("09:05:30"), record("09:05:00", "09:05:40"), record("09:05:28", "09:05:50")).height == 2


@pytest.mark.parametrize(
    ("status", "disposition", "outcome"),
    [
        ("RPC", "ANSWERED", "right_party"),
        ("WRONG", "ANSWERED", "wrong_number"),
        ("AA", "ANSWERED", "voicemail"),
        ("N", "ANSWERED", "human_unverified"),
        ("NA", "ANSWERED", "human_unverified"),
        ("RPC", "NO ANSWER", "right_party"),
        ("B", "NO ANSWER", "no_answer"),
        ("N", "BUSY", "no_answer"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_status_tells_unless_the_line_binds_us_more(take, tmp_path, status, disposition, outcome, order):
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nRPC = "right_party"\nWRONG = "wrong_number"\n')
    files = [log("09:05:08", status), record("09:05:00", "09:05:40", disposition=disposition)]
    found = take(*files[::order], outcomes=own)
    assert found["outcome"].to_list() == [outcome]


def test_a_map_that_was_changed_reads_a_call_of_both_logs_anew(take, tmp_path):
    files = [log("09:05:08", "SALE"), record("09:05:00", "09:05:40", "09:05:08", disposition="ANSWERED")]
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nSALE = "right_party"\n')
    found = take(files[0], outcomes=own, attempts=take(*files))
    assert found["outcome"].to_list() == ["right_party"]

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.dialers import read_outcome_map, read_results
from skiptrace.errors import InputError
from skiptrace.settings import IngestParams
from skiptrace.tables import REJECTED_SCHEMA
from tests.dialers.worlds import on_record

ACCOUNTS = ["A1", "=A2", "A3", "A4"]
AT = "2026-11-24T09:05:00Z"


def results(tmp_path, schedule: pl.DataFrame, text: str, **params: object):
    path = tmp_path / "results.csv"
    path.write_text(text, encoding="utf-8")
    return read_results(path, on_record(schedule, ACCOUNTS), IngestParams(**params))


def reasons(found) -> list[tuple[int, str, str]]:
    return found.rejected.select("line", "column", pl.col("reason").str.split(":").list.first()).rows()


def test_a_result_is_filled_in_from_the_schedule(tmp_path, schedule):
    found = results(
        tmp_path,
        schedule,
        f"attempt_id,outcome,started_at,duration_s,ring_s,agent,colour\na1,RPC,{AT},61,8,Kim,red\n",
    )
    row = found.attempts.row(0, named=True)
    assert (row["account_id"], row["channel"], row["contact_point"]) == ("A1", "call", "+442079460001")
    assert (row["outcome"], row["duration_s"], row["agent"]) == ("right_party", 61.0, "Kim")
    assert row["started_at"] == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    assert row["extra"] == '{"colour":"red"}'
    assert (row["_file"], row["_line"]) == ("results.csv", 2)
    assert found.attempts.drop("_file", "_line").schema == ATTEMPTS.schema
    assert found.counts == {
        "read": 1, "accepted": 1, "set_aside": 0, "rejected": 0, "duplicates": 0,
        "scheduled": 1, "unscheduled": 0, "late": 0,
    }  # fmt: skip


def test_attempts_nobody_scheduled_count_too_if_it_is_known_whose_they_are(tmp_path, schedule):
    found = results(
        tmp_path,
        schedule,
        "attempt_id,account_id,channel,contact_point,outcome,started_at\n"
        f"x9,A4,call,+442079460009,no_answer,{AT}\n"
        f",A4,sms,+442079460009,delivered,{AT}\n"
        f"x8,,call,+442079460009,no_answer,{AT}\n"
        f"x7,A4,,+442079460009,no_answer,{AT}\n"
        f"x6,A9,call,+442079460009,no_answer,{AT}\n",
    )
    assert sorted(found.attempts["attempt_id"].str.slice(0, 4)) == ["att_", "x9"]
    assert found.counts["unscheduled"] == 2
    assert reasons(found) == [
        (4, "attempt_id", "unknown attempt_id"),
        (5, "attempt_id", "unknown attempt_id"),
        (6, "account_id", "unknown account"),
    ]


def test_the_same_result_twice_is_one_and_the_order_of_lines_does_not_matter(tmp_path, schedule):
    head = "attempt_id,outcome,started_at\n"
    lines = [f"a1,no_answer,{AT}\n", "a3,busy,2026-11-24T09:10:00Z\n"]
    one = results(tmp_path, schedule, head + "".join(lines))
    twice = results(tmp_path, schedule, head + "".join([*lines[::-1], lines[0]]))
    assert_frame_equal(one.attempts.drop("_line"), twice.attempts.drop("_line"))
    assert twice.counts["duplicates"] == 1
    assert reasons(twice) == [(4, "attempt_id", "duplicate")]


def test_a_dialer_that_tried_again_made_two_attempts(tmp_path, schedule):
    found = results(
        tmp_path,
        schedule,
        f"attempt_id,outcome,started_at\na1,no_answer,2026-11-24T09:20:00Z\na1,no_answer,{AT}\n",
    )
    assert found.attempts.height == 2
    assert found.attempts["account_id"].to_list() == ["A1", "A1"]
    kept = found.attempts.filter(attempt_id="a1")["started_at"].item()
    assert kept == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


def test_of_two_outcomes_of_one_attempt_the_stricter_counts(tmp_path, schedule):
    found = results(tmp_path, schedule, f"attempt_id,outcome,started_at\na1,busy,{AT}\na1,right_party,{AT}\n")
    assert found.attempts["outcome"].to_list() == ["right_party"]
    assert reasons(found) == [(2, "outcome", "conflict")]


def test_late_results_are_taken(tmp_path, schedule):
    found = results(tmp_path, schedule, "attempt_id,outcome,started_at\na1,no_answer,2026-12-24T09:05:00Z\n")
    assert found.counts["accepted"] == found.counts["late"] == 1


def test_an_unknown_outcome_is_rejected_but_law_still_counts_the_attempt(tmp_path, schedule):
    text = f"attempt_id,outcome,started_at\na1,ZZ,{AT}\n"
    found = results(tmp_path, schedule, text)
    assert found.attempts.is_empty()
    assert reasons(found) == [(2, "outcome", "unknown outcome")]
    row = found.uncoded.row(0, named=True)
    assert (row["attempt_id"], row["account_id"], row["channel"], row["outcome"]) == ("a1", "A1", "call", None)
    told = results(tmp_path, schedule, text, outcomes={"ZZ": "no_answer"})
    assert told.attempts["outcome"].to_list() == ["no_answer"]


def test_a_time_without_zone_is_rejected_unless_the_zone_is_declared(tmp_path, schedule):
    text = "attempt_id,outcome,started_at\na1,no_answer,2026-11-24 09:05\n"
    assert results(tmp_path, schedule, text).counts["rejected"] == 1
    found = results(tmp_path, schedule, text, time_zone="Asia/Kolkata")
    assert found.attempts["started_at"].item() == datetime(2026, 11, 24, 3, 35, tzinfo=UTC)


def test_a_result_for_another_account_than_the_schedule_says_is_rejected(tmp_path, schedule):
    found = results(tmp_path, schedule, f"attempt_id,account_id,outcome,started_at\na1,A3,no_answer,{AT}\n")
    assert reasons(found) == [(2, "account_id", "differs from the schedule's account")]


def test_what_was_dialled_in_fact_wins_over_what_was_asked_for(tmp_path, schedule):
    found = results(
        tmp_path, schedule, f"attempt_id,contact_point,channel,outcome,started_at\na1,+442079460007,sms,sent,{AT}\n"
    )
    assert found.attempts.select("channel", "contact_point").row(0) == ("sms", "+442079460007")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"attempt_id,started_at\na1,{AT}\n", "line 1: required column outcome is missing from results"),
        ("attempt_id,outcome\na1,busy\n", "line 1: required column started_at is missing"),
        (f"outcome,started_at\nbusy,{AT}\n", "line 1: required column attempt_id is missing"),
        ("", "results.csv, line 1: empty"),
    ],
)
def test_a_file_that_cannot_be_results_is_one_clear_line(tmp_path, schedule, text, problem):
    with pytest.raises(InputError, match=problem):
        results(tmp_path, schedule, text)


def test_a_header_alone_and_a_plan_without_rows_give_nothing(tmp_path, schedule):
    found = results(tmp_path, schedule, "attempt_id,outcome,started_at\n")
    assert found.attempts.is_empty()
    assert found.rejected.schema == dict(REJECTED_SCHEMA)
    assert set(found.counts.values()) == {0}
    nothing = results(tmp_path, SCHEDULE.empty(), f"attempt_id,outcome,started_at\na1,busy,{AT}\n")
    assert nothing.counts["rejected"] == 1


def told(tmp_path, schedule, text, *, attempts=None, own=None):
    path, outcomes = tmp_path / "results.csv", tmp_path / "own.toml"
    path.write_text("attempt_id,started_at,outcome,duration_s\n" + text, encoding="utf-8")
    if own is not None:
        outcomes.write_text(f"[outcomes]\n{own}\n", encoding="utf-8")
    meant = read_outcome_map(outcomes if own is not None else None, "generic")
    known = on_record(schedule, ACCOUNTS, attempts=attempts)
    return read_results(path, known, IngestParams(), outcomes=meant)


def test_a_map_goes_before_the_known_words_and_leaves_the_others(tmp_path, schedule):
    text = f"a1,{AT},RPC,\na2,{AT},busy,\na3,{AT},TEST-4,\n"
    own = 'RPC = "human_unverified"\n"TEST*" = "not_an_attempt"'
    found = told(tmp_path, schedule, text, own=own)
    assert dict(found.attempts.select("attempt_id", "outcome").iter_rows()) == {"a1": "human_unverified", "a2": "busy"}
    assert found.set_aside.select("line", "column").rows() == [(4, "outcome")]
    assert '"outcome":"TEST-4"' in found.set_aside["row"].item()
    assert found.counts["read"] == 3


def test_a_code_that_stops_stops_the_number_that_was_planned(tmp_path, schedule):
    found = told(tmp_path, schedule, f"a1,{AT},DNC,4\n", own='DNC = { stop = "do_not_call" }')
    assert found.attempts["outcome"].to_list() == ["refused"]
    assert found.stops.select("account_id", "contact_point", "kind").row(0) == (None, "+442079460001", "do_not_call")
    whole = told(tmp_path, schedule, f"a1,{AT},X,4\n", own='X = { outcome = "third_party", stop = "attorney" }')
    assert whole.stops.select("account_id", "contact_point").row(0) == ("A1", None)
    wrong = told(tmp_path, schedule, f"a1,{AT},X,4\n", own='X = { stop = "wrong_party" }')
    assert wrong.stops.select("account_id", "contact_point").row(0) == ("A1", "+442079460001")


def test_a_later_call_under_an_id_on_record_is_another_attempt(tmp_path, schedule):
    first = told(tmp_path, schedule, f"a1,{AT},no_answer,\n").attempts
    again = told(tmp_path, schedule, f"a1,{AT},no_answer,\na1,2026-11-24T09:25:00Z,busy,\n", attempts=first).attempts
    later = told(tmp_path, schedule, "a1,2026-11-24T09:25:00Z,busy,\n", attempts=first).attempts
    assert again["attempt_id"].to_list()[0] == "a1"
    assert later["attempt_id"].to_list() == again["attempt_id"].to_list()[1:]


def test_a_start_or_an_answer_still_to_come_is_rejected(tmp_path, schedule):
    path = tmp_path / "results.csv"
    path.write_text(
        "attempt_id,outcome,started_at,response_at\n"
        f"a1,RPC,{AT},\n"
        "a3,replied,2026-11-24T09:05:00Z,2026-11-26T09:05:00Z\n"
        "a2,sent,2036-11-24T09:05:00Z,\n"
    )
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    found = read_results(path, on_record(schedule, ACCOUNTS, as_of=now), IngestParams())
    assert reasons(found) == [(3, "response_at", "in the future"), (4, "started_at", "in the future")]
    assert found.uncoded["started_at"].sort().to_list() == [datetime(2026, 11, 24, 9, 5, tzinfo=UTC), now]

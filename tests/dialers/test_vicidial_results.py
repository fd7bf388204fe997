from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.dialers import read_outcome_map, read_results
from skiptrace.errors import InputError, UsageError
from skiptrace.ingest.barring import ALWAYS
from skiptrace.settings import IngestParams
from tests.dialers.worlds import MUCH_LATER, on_record

ACCOUNTS = ("A1", "A3", "A4", "A5")
NUMBERS = (
    ("A1", "+442079460001"),
    ("A1", "+442079460002"),
    ("A3", "+442079460003"),
    ("A4", "+442079460004"),
    ("A5", "+442079460004"),
)
LONDON = IngestParams(time_zone="Europe/London")
# Winter: London's clocks show UTC. The placement of A1 is from 09:00 to 09:30.
AT = "2026-11-24 09:05:00"
TABLE = {
    None: """NEW QUEUE INCALL CALLBK CBHOLD PU ERI RQXFER QVMAIL MLINAT LSMERG DONEM HXFER HOLDTO RAXFER ALTNUM DISPO
        WAITTO QCCANC QCPASS DISMX INBND UNKXFR NVAINS CLOSOP PAUSMX ACFLTR""",
    "no_answer": "N CPDNA",
    "busy": "B AB CPDB",
    "voicemail": "A AA AM AL AMDXFR UNKAM UNKAL LTMGAD XAMMAD PM SVYEXT SVYVM SVYHU IVRXFR",
    "disconnected": "DC ADC ADCCAR CPDINV CPDSI CPDSV",
    "failed": """NA ADCT LRERR CPDATB CPDSNC CPDSR CPDSUA CPDREJ CPDUK CPDSUK CPDERR HUC HUC1 HUC17 AFAX DNCL DNCC
        DNCCAR""",
    "abandoned": "DROP XDROP PDROP TIMEOT AFTHRS NANQUE IQNANQ MAXCAL SRDROP DAIR ADAIR",
    "human_unverified": "DEC NI NP SALE XFER QCFAIL",
    "refused": "DNC",
}
CODES = [(code, outcome) for outcome, codes in TABLE.items() for code in codes.split()]


class Row(NamedTuple):
    phone_number: str = "2079460001"
    call_date: str = AT
    list_id: str = "101"
    length_in_sec: str = "0"
    lead_status: str = "NEW"
    hangup_reason: str = "CALLER"
    call_status: str = "N"
    source_id: str = "A1"
    user: str = "VDAD"


def lines(*rows: Row, delimiter="|") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.fixture
def read(tmp_path, schedule):
    def read_text(text, params=LONDON, attempts=None, outcomes=None, as_of=MUCH_LATER):
        path = tmp_path / "calls.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        known = on_record(schedule, ACCOUNTS, NUMBERS, attempts, as_of)
        return read_results(path, known, params, "vicidial", outcomes)

    return read_text


def reasons(found) -> list[tuple[int, str, str]]:
    return found.rejected.select("line", "column", pl.col("reason").str.split(":").list.first()).rows()


def test_a_call_is_the_placement_of_its_account_number_and_time(read):
    found = read(lines(Row(call_status="AA", length_in_sec="12", user="1007")))
    row = found.attempts.row(0, named=True)
    assert (row["attempt_id"], row["account_id"], row["channel"]) == ("a1", "A1", "call")
    assert (row["contact_point"], row["outcome"], row["duration_s"]) == ("+442079460001", "voicemail", 12.0)
    assert (row["started_at"], row["agent"]) == (datetime(2026, 11, 24, 9, 5, tzinfo=UTC), "1007")
    assert row["extra"] == '{"call_status":"AA","hangup_reason":"CALLER"}'
    assert (row["_file"], row["_line"]) == ("calls.csv", 1)
    assert found.counts["scheduled"] == 1


def test_the_dialer_itself_is_no_agent(read):
    assert (
        read(lines(Row(), Row(user="VDCL", call_date="2026-11-24 09:10:00"))).attempts["agent"].to_list() == [None] * 2
    )


@pytest.mark.parametrize("delimiter", [",", "|", "\t"])
@pytest.mark.parametrize("header", [True, False])
def test_delimiter_and_header_are_found(read, delimiter, header):
    head = delimiter.join(Row._fields) + "\n" if header else ""
    found = read(head + lines(Row(), delimiter=delimiter))
    assert found.attempts.select("attempt_id", "outcome", "_line").row(0) == ("a1", "no_answer", 1 + header)


def test_the_report_of_exported_calls_is_read_by_its_headers(read):
    found = read(
        "call_date,phone_number_dialed,status,user,full_name,campaign_id,vendor_lead_code,source_id,phone_number,last_name,"
        "length_in_sec\n"
        f"{AT},2079460002,AB,VDAD,Auto,TEST,a1,A1,2079460001,Doe,0\n"
    )
    row = found.attempts.row(0, named=True)
    assert (row["attempt_id"], row["contact_point"], row["outcome"]) == ("a1", "+442079460002", "busy")
    assert row["campaign"] == "TEST"
    assert "Doe" not in str(row)


def test_an_attempt_that_is_named_is_that_one_however_late_it_was_made(read):
    head = "phone_number|call_date|call_status|vendor_lead_code|source_id\n"
    found = read(head + "2079460001|2026-12-24 09:05:00|N|a1|A1\n2079460001|2026-11-24 09:05:00|N|other-9|A1\n")
    late = found.attempts.filter(attempt_id="a1")
    # The earlier call had a window of its own, but its id is taken by neither: the first call of a placement has it.
    assert found.attempts.height == 2
    assert late["started_at"].item() == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    only = read(head + "2079460001|2026-12-24 09:05:00|N|a1|A1\n")
    assert only.counts["late"] == only.counts["scheduled"] == 1


def test_an_attempt_named_with_another_account_is_rejected(read):
    head = "phone_number|call_date|call_status|vendor_lead_code|source_id\n"
    found = read(f"{head}2079460001|{AT}|N|a1|A3\n")
    assert reasons(found) == [(2, "source_id", "differs from the schedule's account")]


@pytest.mark.parametrize(
    ("call_date", "attempt_id"),
    [
        ("2026-11-24 08:59:59", None),
        ("2026-11-24 09:00:00", "a1"),
        ("2026-11-25 09:29:59", "a1"),
        ("2026-11-25 09:30:00", None),
    ],
)
def test_a_call_is_a_placement_from_its_window_on_until_a_day_after(read, call_date, attempt_id):
    found = read(lines(Row(call_date=call_date)))
    got = found.attempts["attempt_id"].item()
    assert got == attempt_id if attempt_id else got.startswith("att_")
    assert found.attempts["account_id"].item() == "A1"


def test_calls_nobody_scheduled_count_for_the_account_named_or_the_only_one_with_that_number(read):
    found = read(
        lines(
            Row(source_id="A4", phone_number="2079460009"),
            Row(source_id="", phone_number="2079460003"),
            Row(source_id="", phone_number="2079460004"),
            Row(source_id="", phone_number="2079460008"),
            Row(source_id="A9", phone_number="2079460003"),
        )
    )
    assert found.attempts.select("account_id", "contact_point").sort("account_id").rows() == [
        ("A3", "+442079460003"),
        ("A4", "2079460009"),
    ]
    assert found.counts["unscheduled"] == 2
    assert [reason for *_, reason in found.rejected.select("file", "line", "reason").rows()] == [
        "no attempt and no account named, and several accounts have the number dialled: law counts a call to each",
        "no attempt and no account named, and the number dialled is known of no account",
        "unknown account: not among the accepted accounts",
    ]
    assert not any("20794" in reason for reason in found.rejected["reason"])


def test_a_call_that_may_have_been_to_several_accounts_counts_for_each_and_nobody_learns_from_it(read):
    rows = [
        Row(source_id="", phone_number="2079460004", call_status=status, call_date=f"2026-11-24 09:0{minute}:00")
        for minute, status in enumerate(["N", "SALE", "A", "PTP"])
    ]
    found = read(lines(*rows))
    assert found.counts["rejected"] == 4
    told = found.uncoded.sort("started_at", "account_id")
    assert told["account_id"].to_list() == ["A4", "A5"] * 4
    assert told["contact_point"].unique().to_list() == ["+442079460004"]
    assert told["outcome"].null_count() == 8
    # What the status says of a conversation is not taken for more than it is; what it leaves open, law takes for one.
    assert told["conversation"].to_list() == [False] * 2 + [None] * 2 + [False] * 2 + [None] * 2
    assert told["voicemail_left"].to_list() == [False] * 4 + [None] * 4
    assert read(lines(*rows, rows[0])).uncoded["attempt_id"].to_list() == found.uncoded["attempt_id"].to_list()


def test_a_stop_of_an_account_that_is_not_told_is_that_of_each_that_has_the_number(read, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nATTY = { outcome = "third_party", stop = "attorney" }\n')
    text = lines(
        Row(source_id="", phone_number="2079460004", call_status="ATTY"),
        Row(source_id="", phone_number="2079460004", call_status="DNC"),
    )
    found = read(text, outcomes=read_outcome_map(own, "vicidial"))
    assert found.stops.select("account_id", "contact_point", "kind").rows() == [
        ("A4", None, "attorney"),
        ("A5", None, "attorney"),
        (None, "+442079460004", "do_not_call"),
    ]


def test_two_calls_of_one_placement_are_two_attempts(read):
    found = read(lines(Row(call_date="2026-11-24 09:20:00"), Row()))
    assert found.attempts.height == 2
    assert found.attempts.filter(attempt_id="a1")["started_at"].item().minute == 5


@pytest.mark.parametrize(("code", "outcome"), CODES)
def test_every_code_means_what_the_table_says(read, code, outcome):
    found = read(lines(Row(call_status=code)))
    assert found.rejected.is_empty()
    assert found.attempts["outcome"].to_list() == ([outcome] if outcome else [])
    assert found.set_aside.height == (outcome is None)
    assert found.stops.height == code.startswith("DNC")
    assert found.uncoded.is_empty()


def test_what_is_no_attempt_is_set_aside_with_its_reason_and_if_it_lasted_law_counts_it(read):
    found = read(
        lines(Row(call_status="QUEUE"), Row(call_status="CALLBK", length_in_sec="95", call_date="2026-11-24 09:06:00"))
    )
    assert found.counts["set_aside"] == 2
    assert found.set_aside["reason"].to_list() == [
        "not an attempt: its status says that no call was made",
        "not an attempt, says its status, but it lasted; law counts it as a call of unknown outcome",
    ]
    assert found.set_aside["column"].to_list() == ["call_status", "call_status"]
    counted = found.uncoded.row(0, named=True)
    assert (counted["account_id"], counted["outcome"], counted["started_at"].minute) == ("A1", None, 6)


def test_a_call_on_its_way_does_not_take_the_id_from_the_call_it_became(read):
    found = read(lines(Row(call_status="QUEUE", call_date="2026-11-24 09:01:00"), Row()))
    assert found.attempts["attempt_id"].to_list() == ["a1"]


def test_do_not_call_stops_the_number_for_everybody_who_has_it(read):
    found = read(lines(Row(call_status="DNC", source_id="A4", phone_number="2079460004")))
    stop = found.stops.row(0, named=True)
    assert (stop["account_id"], stop["contact_point"], stop["kind"]) == (None, "+442079460004", "do_not_call")
    assert (stop["channel"], stop["since"], stop["until"]) == (None, datetime(2026, 11, 24, 9, 5, tzinfo=UTC), None)


def test_a_stop_holds_even_if_its_row_is_rejected(read):
    nobodys = read(lines(Row(call_status="DNC", source_id="", phone_number="2079460004")))
    assert nobodys.counts["rejected"] == 1
    assert nobodys.stops["contact_point"].to_list() == ["+442079460004"]
    untimed = read(lines(Row(call_status="DNC", call_date="0000-00-00 00:00:00")))
    assert untimed.counts["rejected"] == 1
    assert untimed.stops["since"].to_list() == [ALWAYS]


def test_a_stop_on_a_number_that_is_not_on_file_is_the_accounts(read):
    found = read(lines(Row(call_status="DNCL", source_id="A4", phone_number="2079460009")))
    assert found.stops.select("account_id", "contact_point").row(0) == ("A4", "2079460009")


def test_a_status_that_no_map_names_is_rejected_and_law_counts_the_call(read, tmp_path):
    text = lines(Row(call_status="PTP", length_in_sec="60"))
    found = read(text)
    assert reasons(found) == [(1, "call_status", "unknown status")]
    assert found.uncoded.select("attempt_id", "outcome").row(0) == ("a1", None)
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nptp = "promise_to_pay"\n')
    told = read(text, outcomes=read_outcome_map(own, "vicidial"))
    assert told.attempts["outcome"].to_list() == ["promise_to_pay"]


def test_local_times_are_read_in_the_zone_of_the_dialer(read):
    found = read(lines(Row(call_date="2026-11-24 04:05:00")), IngestParams(time_zone="America/New_York"))
    assert found.attempts.select("attempt_id", "started_at").row(0) == ("a1", datetime(2026, 11, 24, 9, 5, tzinfo=UTC))
    with pytest.raises(UsageError, match="give the dialer's --zone"):
        read(lines(Row()), IngestParams())


def test_a_time_shown_twice_is_the_later_and_one_that_was_skipped_is_rejected(read):
    new_york = IngestParams(time_zone="America/New_York")
    found = read(
        lines(
            Row(call_date="2026-11-01 00:59:59"),
            Row(call_date="2026-11-01 01:30:00"),
            Row(call_date="2026-11-01 02:00:00"),
            Row(call_date="2026-03-08 02:30:00"),
        ),
        new_york,
    )
    assert found.attempts["started_at"].sort().to_list() == [
        datetime(2026, 11, 1, 4, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 7, 0, tzinfo=UTC),
    ]
    assert found.rejected.select("line", "column", "reason").row(0) == (
        4, "call_date", "impossible time: clocks in the declared time_zone skipped it",
    )  # fmt: skip


NINE = datetime(2026, 11, 24, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(("call_date", "is_taken"), [("2026-11-24 09:15:00", True), ("2026-11-24 09:15:01", False)])
def test_a_call_still_to_come_is_rejected_but_for_what_clocks_differ_by(read, call_date, is_taken):
    found = read(lines(Row(), Row(call_date=call_date)), as_of=NINE)
    assert found.counts["accepted"] == 1 + is_taken
    assert reasons(found) == ([] if is_taken else [(2, "call_date", "in the future")])
    wide = read(lines(Row(call_date=call_date)), LONDON.model_copy(update={"clock_ahead_s": 400}), as_of=NINE)
    assert wide.counts["accepted"] == 1


def test_law_counts_a_call_still_to_come_now_and_its_stop_always_stood(read):
    later = Row(call_date="2026-11-24 15:05:00")
    text = lines(Row(call_date="2026-11-24 09:01:00"), later, later._replace(call_status="DNC", source_id="A3"))
    found = read(text, as_of=NINE)
    assert found.uncoded.sort("account_id").select("account_id", "started_at", "outcome").rows() == [
        ("A1", NINE, None),
        ("A3", NINE, None),
    ]
    assert "a1" not in found.uncoded["attempt_id"]
    assert found.stops["since"].to_list() == [ALWAYS]
    # Read again, a minute later, they are the same calls.
    again = read(text, as_of=NINE.replace(minute=11))
    assert again.uncoded["attempt_id"].to_list() == found.uncoded["attempt_id"].to_list()
    assert_frame_equal(again.stops, found.stops)


def test_a_file_of_nothing_but_calls_still_to_come_is_of_another_zone(read):
    text = lines(Row(call_status="QUEUE"), Row(), Row(call_date="2026-11-24 09:20:00"))
    problem = (
        r"calls\.csv, line 2, column call_date: found a time after the results came in, as in every row; expected "
    )
    with pytest.raises(InputError, match=problem):
        read(text, IngestParams(time_zone="America/Los_Angeles"), as_of=NINE)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "calls.csv, line 1: empty file"),
        (" \n\n", "calls.csv, line 1: empty file"),
        ("2079460001|x\n", "calls.csv, line 1: found 2 cells, expected 9"),
        ("phone_number|call_date\n", "line 1: required column call_status is missing from VICIdial results"),
        ("phone_number,length\n1,2\n", "line 1: required column call_date and call_status is missing"),
    ],
)
def test_a_file_that_is_something_else_is_one_clear_line(read, text, problem):
    with pytest.raises(InputError, match=problem) as told:
        read(text)
    assert "2079460001" not in str(told.value)


def test_bad_lines_cost_themselves_and_no_more(read):
    text = (
        lines(Row(), delimiter=",").encode()
        + b'2079460001,"2026-11-24 09:07:00,101,0,NEW,CALLER,N,A1,VDAD\n'
        + b"2079460001,2026-11-24 09:08:00,101,0\n"
        + b"\n"
        + b"2079460001,2026-11-24 09:09:00,101,0,NEW,\0,N,A1,VDAD\n"
        + b"2079460001,yesterday,101,0,NEW,CALLER,N,A1,VDAD\n"
        + b"2079460001,2026-11-24 09:11:00,101,long,NEW,CALLER,N,A1,VDAD\n"
        + lines(Row(call_date="2026-11-24 09:12:00"), delimiter=",").encode()
    )
    found = read(text)
    assert reasons(found) == [
        (2, None, "a quote is opened and never closed"),
        (3, None, "found 4 cells, expected 9"),
        (5, None, "NUL bytes found, expected text"),
        (6, "call_date", "found text that is not a time, expected RFC 3339 with offset"),
        (7, "length_in_sec", "found text that is not a number, expected a number"),
    ]
    assert found.counts["read"] == 7
    assert found.counts["accepted"] == 2
    # The call of line 7 was made: its start can be read.
    assert [each.minute for each in found.uncoded["started_at"]] == [11]


def test_other_encodings_are_read_and_a_line_in_another_is_rejected(read):
    wide = read(lines(Row(hangup_reason="É")).encode("utf-16"))
    assert wide.counts["accepted"] == 1
    good = [Row(hangup_reason="É", call_date=f"2026-11-24 09:0{minute}:00") for minute in range(3)]
    mixed = read(lines(*good).encode() + lines(Row(hangup_reason="É")).encode("latin-1"))
    assert reasons(mixed) == [(4, None, "mixed encodings")]
    assert mixed.counts["accepted"] == 3

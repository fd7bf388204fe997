from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.dialers import read_outcome_map, read_results
from skiptrace.errors import InputError, UsageError
from skiptrace.settings import IngestParams
from tests.dialers.conftest import CALL
from tests.dialers.worlds import assert_cuts_give_the_whole, on_record

ACCOUNTS = ("A1", "A3", "A4", "A5")
NUMBERS = (
    ("A1", "+442079460001"),
    ("A3", "+442079460003"),
    ("A4", "+442079460004"),
    ("A5", "+442079460004"),
)
UTC_ZONE = IngestParams(time_zone="UTC")
BASE = {
    "accountcode": "",
    "src": "",
    "dst": "442079460001",
    "dcontext": "out",
    "clid": '"Debt ""Line""" <200>',
    "channel": "PJSIP/trunk-00000011",
    "dstchannel": "",
    "lastapp": "Dial",
    "lastdata": "PJSIP/442079460001@trunk,30",
    "start": "2026-11-24 09:05:00",
    "answer": "",
    "end": "2026-11-24 09:05:21",
    "duration": "21",
    "billsec": "0",
    "disposition": "NO ANSWER",
    "amaflags": "DOCUMENTATION",
}
IDS = {"uniqueid": "1763975100.10", "userfield": "a1"}
LATER = {"peeraccount": "", "linkedid": "1763975100.10", "sequence": "10"}
PLAIN = ("start", "answer", "end", "duration", "billsec", "sequence")
"""Columns that Asterisk writes without quotes where they are empty or numbers."""


def line(row: dict[str, str]) -> str:
    """Write a record as Asterisk does: text in quotes, quotes doubled."""
    cells = [
        value if name in {"duration", "billsec", "sequence"} or not value else '"{}"'.format(value.replace('"', '""'))
        for name, value in row.items()
    ]
    return ",".join(cells) + "\n"


def full(**changes: str) -> dict[str, str]:
    return {**BASE, **IDS, **LATER, **changes}


def halves(number="442079460001", link="1763975100.10", base="Local/442079460001@out-0000001a", **changes: str):
    """Return the two rows of an originate through a Local channel; only the first has the userfield."""
    own = changes.pop("userfield", "a1")
    one = full(dst="s", channel=f"{base};1", lastdata="(Outgoing Line)", linkedid=link, userfield=own, **changes)
    two = full(dst=number, channel=f"{base};2", linkedid=link, userfield="", **changes) | {
        "uniqueid": "1763975100.11",
        "sequence": "11",
        "lastdata": f"PJSIP/{number}@trunk,30",
    }
    return [one, two]


PLAN = pl.DataFrame(
    [CALL, CALL | {"attempt_id": "a3", "account_id": "A3", "contact_point": "+442079460003"}], schema=SCHEDULE.schema
)


@pytest.fixture
def read(tmp_path):
    def read_text(text, params=UTC_ZONE, attempts=None, outcomes=None):
        path = tmp_path / "Master.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_results(path, on_record(PLAN, ACCOUNTS, NUMBERS, attempts), params, "asterisk-cdr", outcomes)

    return read_text


def reasons(found) -> list[tuple[int, str, str]]:
    return found.rejected.select("line", "column", pl.col("reason").str.split(":").list.first()).rows()


@pytest.mark.parametrize(
    ("further", "named"),
    [
        ({}, False),
        ({"uniqueid": IDS["uniqueid"]}, False),
        ({"userfield": "a1"}, True),
        (IDS, True),
        (LATER, False),
        ({"uniqueid": IDS["uniqueid"]} | LATER, False),
        ({"userfield": "a1"} | LATER, True),
        (IDS | LATER, True),
    ],
)
def test_16_to_21_columns_are_told_apart(read, further, named):
    row = {**BASE, **further}
    # A time at which no placement was: only the userfield tells.
    found = read(line(row | {"start": "2026-12-01 09:05:00", "end": "2026-12-01 09:05:21"}))
    assert found.rejected.is_empty()
    got = found.attempts.row(0, named=True)
    assert (got["attempt_id"] == "a1") == named
    assert (got["account_id"], got["contact_point"], got["outcome"]) == ("A1", "+442079460001", "no_answer")
    assert (got["ring_s"], got["duration_s"]) == (21.0, 0.0)


def test_a_file_whose_settings_were_changed_on_the_way_is_read_throughout(read):
    rows = [BASE, BASE | IDS | {"start": "2026-11-24 09:10:00"}, full(start="2026-11-24 09:20:00")]
    found = read("".join(map(line, rows)))
    assert found.counts["accepted"] == 3
    assert found.attempts.filter(attempt_id="a1")["started_at"].item().minute == 5


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(read, mark, end):
    text = line(full()) + line(full(start="2026-11-24 09:10:00", end="2026-11-24 09:10:05", linkedid="1763975400.9"))
    found = read(mark + text.replace("\n", end).encode())
    assert found.counts["accepted"] == found.counts["read"] == 2
    assert found.attempts.filter(attempt_id="a1")["_line"].item() == 1


def test_ringing_is_until_the_answer_and_the_duration_what_is_billed(read):
    row = full(disposition="ANSWERED", answer="2026-11-24 09:05:08", end="2026-11-24 09:06:00", billsec="52")
    got = read(line(row)).attempts.row(0, named=True)
    assert (got["outcome"], got["ring_s"], got["duration_s"]) == ("human_unverified", 8.0, 52.0)
    assert got["started_at"] == datetime(2026, 11, 24, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("disposition", "outcome"),
    [
        ("NO ANSWER", "no_answer"),
        ("BUSY", "busy"),
        ("ANSWERED", "human_unverified"),
        ("FAILED", "failed"),
        ("CONGESTION", "failed"),
        ("CANCEL", "no_answer"),
    ],
)
def test_a_disposition_says_no_more_than_how_the_line_behaved(read, disposition, outcome):
    assert read(line(full(disposition=disposition))).attempts["outcome"].to_list() == [outcome]


def test_an_unknown_disposition_is_rejected_and_law_counts_the_call(read, tmp_path):
    found = read(line(full(disposition="UNKNOWN")))
    assert reasons(found) == [(1, "disposition", "unknown status")]
    assert found.uncoded.select("attempt_id", "account_id", "outcome").row(0) == ("a1", "A1", None)
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nunknown = "failed"\n')
    told = read(line(full(disposition="UNKNOWN")), outcomes=read_outcome_map(own, "asterisk-cdr"))
    assert told.attempts["outcome"].to_list() == ["failed"]


def test_of_two_rows_of_a_call_that_bind_alike_the_same_tells_in_any_order(read):
    rows = [line(full(disposition=each)) for each in ("BUSY", "FAILED")]
    one, two = (read("".join(order)).attempts for order in (rows, rows[::-1]))
    assert one.drop("_line").equals(two.drop("_line"))


@pytest.mark.parametrize("order", [1, -1])
def test_the_halves_of_a_local_channel_are_one_attempt(read, order):
    found = read("".join(map(line, halves()[::order])))
    assert found.attempts.select("attempt_id", "contact_point", "outcome").row(0) == (
        "a1",
        "+442079460001",
        "no_answer",
    )
    assert found.counts["set_aside"] == 1
    assert found.set_aside["reason"].to_list() == ["another leg of a call that is counted once"]
    assert found.counts["read"] == found.counts["accepted"] + 1


def test_halves_without_linkedid_are_known_by_their_channel(read):
    rows = [{name: row[name] for name in (*BASE, *IDS)} for row in halves()]
    found = read("".join(map(line, rows)))
    assert found.attempts["attempt_id"].to_list() == ["a1"]
    assert found.counts["set_aside"] == 1


def test_of_two_legs_the_one_that_binds_us_more_tells(read):
    one, two = halves()
    found = read(line(one | {"disposition": "FAILED"}) + line(two | {"disposition": "ANSWERED", "billsec": "30"}))
    assert found.attempts.select("attempt_id", "outcome", "duration_s").row(0) == ("a1", "human_unverified", 30.0)
    unknown = read(line(one | {"disposition": "UNKNOWN"}) + line(two | {"disposition": "BUSY"}))
    assert unknown.attempts.select("attempt_id", "outcome").row(0) == ("a1", "busy")
    assert unknown.rejected.is_empty()
    assert unknown.uncoded.is_empty()


def test_halves_without_userfield_are_found_by_the_number_in_their_channel(read):
    one, two = halves(userfield="", accountcode="b1")
    found = read(line(one) + line(two | {"dst": "s", "lastdata": ""}))
    assert found.attempts["attempt_id"].to_list() == ["a1"]


def test_trunks_tried_one_after_the_other_are_one_attempt(read):
    rows = [
        full(userfield="", disposition="CONGESTION"),
        full(userfield="", sequence="11", start="2026-11-24 09:05:02"),
    ]
    found = read("".join(map(line, rows)))
    assert found.attempts.select("attempt_id", "outcome").row(0) == ("a1", "no_answer")
    assert found.counts["set_aside"] == 1


def test_attempts_that_met_in_one_conference_stay_apart(read):
    link = "1763975100.10"
    one = halves(link=link)
    three, other = halves(link=link, base="Local/442079460003@out-0000001b", number="442079460003", userfield="a3")
    found = read("".join(map(line, [*one, three, other | {"disposition": "ANSWERED"}])))
    outcomes = dict(found.attempts.select("attempt_id", "outcome").iter_rows())
    assert outcomes == {"a1": "no_answer", "a3": "human_unverified"}
    assert found.counts["set_aside"] == 2


def test_a_number_planned_for_two_accounts_at_once_tells_neither(tmp_path):
    both = pl.DataFrame([CALL, CALL | {"attempt_id": "a9", "account_id": "A3"}], schema=SCHEDULE.schema)
    path = tmp_path / "Master.csv"
    path.write_text(line(full(userfield="")))
    found = read_results(path, on_record(both, ACCOUNTS, NUMBERS), UTC_ZONE, "asterisk-cdr")
    assert found.attempts.is_empty()
    assert reasons(found) == [
        (1, "dst", "no attempt and no account named, and several accounts have the number dialled")
    ]


def test_what_a_failed_originate_adds_is_dropped_and_counted(read):
    rows = [
        *halves(),
        full(channel="OutgoingSpoolFailed", disposition="FAILED", userfield="", linkedid="1763975101.12"),
    ]
    found = read("".join(map(line, rows)))
    assert found.counts["read"] == 3
    assert found.counts["accepted"] == 1
    assert sorted(found.set_aside["reason"]) == [
        "another leg of a call that is counted once",
        "not a call: what Asterisk adds where an originate failed",
    ]


@pytest.mark.parametrize("dst", ["442079460001", "02079460001", "2079460001", "+442079460001", "9002079460001"])
def test_without_userfield_number_and_time_tell_the_placement(read, dst):
    found = read(line(full(userfield="", dst=dst, lastdata="")))
    assert found.attempts.select("attempt_id", "contact_point").row(0) == ("a1", "+442079460001")


def test_the_account_code_tells_the_plan(tmp_path):
    later = CALL | {"attempt_id": "a9", "batch_id": "b2", "not_before": "2026-11-24T09:01:00+00:00"}
    both = pl.DataFrame([CALL, later], schema=SCHEDULE.schema)
    path = tmp_path / "Master.csv"
    for code, attempt in (("b1", "a1"), ("b2", "a9"), ("", "a9"), ("tenant", "a9")):
        path.write_text(line(full(userfield="", accountcode=code)))
        found = read_results(path, on_record(both, ACCOUNTS, NUMBERS), UTC_ZONE, "asterisk-cdr")
        assert found.attempts["attempt_id"].to_list() == [attempt]


def test_a_call_nobody_scheduled_counts_if_one_account_only_has_the_number(read):
    rows = [
        full(userfield="", dst=number, lastdata="", linkedid=f"1763975100.{number[-2:]}")
        for number in ("442079460003", "442079460004", "442079460008", "8001")
    ]
    found = read("".join(map(line, rows)))
    assert found.attempts.select("account_id", "contact_point").rows() == [("A3", "+442079460003")]
    assert found.rejected.select("line", "column", "reason").rows() == [
        (
            2,
            "dst",
            "no attempt and no account named, and several accounts have the number dialled: law counts a call to each",
        ),
        (3, "dst", "no attempt and no account named, and the number dialled is known of no account"),
        (4, "dst", "no attempt and no account named, and the number dialled is known of no account"),
    ]


def test_local_times_need_their_zone_and_summer_time_is_kept(read):
    with pytest.raises(UsageError, match="give the dialer's --zone"):
        read(line(full()), IngestParams())
    # By London's clocks 01:30 on 25 October 2026 was shown twice, 01:30 on 29 March not at all.
    rows = [
        full(start="2026-10-25 01:30:00", answer="", end="2026-10-25 01:30:10", userfield="a1"),
        full(
            start="2026-03-29 01:30:00", answer="", end="2026-03-29 02:30:10", userfield="x", linkedid="1763975100.20"
        ),
    ]
    found = read("".join(map(line, rows)), IngestParams(time_zone="Europe/London"))
    assert found.attempts.select("started_at", "ring_s").row(0) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 10.0)
    assert reasons(found) == [(2, "start", "impossible time")]


def test_a_header_with_asterisks_names_is_one_and_any_other_is_refused(read):
    names = ",".join(full())
    assert read(f"{names}\n{line(full())}").attempts.select("attempt_id", "_line").row(0) == ("a1", 2)
    with pytest.raises(InputError, match=r"Master\.csv, line 1: found a header without start and answer and end"):
        read("calldate,clid,src,dst,channel,disposition,billsec\n")


@pytest.mark.parametrize("further", ["disposition", "x,x", ","])
def test_a_header_with_a_name_twice_or_without_one_is_read_by_the_first(read, further):
    names = ",".join([*full(), further])
    found = read(f"{names}\n" + line(full()).rstrip("\n") + ',"BUSY"' * len(further.split(",")) + "\n")
    assert found.attempts.select("attempt_id", "outcome").rows() == [("a1", "no_answer")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"Master\.csv, line 1: empty file"),
        ("\n\n", r"Master\.csv, line 1: empty file"),
        ("a,b,c\n", r"Master\.csv, line 1: found 3 cells, expected 16 to 21"),
        (line(full() | {"x": "1"}), r"line 1: found 22 cells, expected 16 to 21"),
    ],
)
def test_a_file_that_is_something_else_is_one_clear_line(read, text, problem):
    with pytest.raises(InputError, match=problem):
        read(text)


def test_bad_lines_cost_themselves_and_no_more(read):
    def at(minute, **changes):
        return line(full(start=f"2026-11-24 09:{minute}:00", linkedid=f"17639754{minute}.9", **changes))

    bad = [
        line(full())[:60] + "\n",
        "a,b\n",
        at(11, answer="soon", end="soon"),
        at(12, billsec="-4"),
        at(13, billsec="x"),
    ]
    broken = at(14, clid="Ligne é").encode("latin-1")
    text = line(full()) + at(10) + "".join(bad) + line(full(start="soon", linkedid="1763975600.9"))
    found = read(text.encode() + broken + at(15, clid="Ligne é").encode())
    assert reasons(found) == [
        (3, None, "a quote is opened and never closed"),
        (4, None, "found 2 cells, expected 16 to 21"),
        (6, "billsec", "below 0"),
        (7, "billsec", "found text that is not a number, expected a number"),
        (8, "start", "found text that is not a time, expected RFC 3339 with offset"),
        (9, None, "mixed encodings"),
    ]
    assert found.counts["read"] == 10
    # A call that rang before it began, by the clock, or for who knows how long, was a call.
    assert found.attempts.sort("started_at").select(pl.col("started_at").dt.minute(), "ring_s").rows() == [
        (5, 21.0), (10, None), (11, None), (15, None),
    ]  # fmt: skip
    assert [each.minute for each in found.uncoded.sort("started_at")["started_at"]] == [12, 13]


LINKS = st.integers(0, 5)
ROWS = st.lists(
    st.tuples(LINKS, st.sampled_from(["a1", ""]), st.sampled_from(["NO ANSWER", "ANSWERED", "BUSY", "UNKNOWN"])),
    max_size=6,
    unique_by=lambda row: row[0],
)


def calls(rows):
    """Return the two halves of each call; each starts in a minute of its own."""
    out = []
    for number, userfield, disposition in rows:
        start, end = (f"2026-11-24 09:{number:02}:{second:02}" for second in (0, 20))
        out += halves(
            link=f"176397510{number}.1",
            base=f"Local/442079460001@out-0000000{number}",
            userfield=userfield,
            disposition=disposition,
            start=start,
            end=end,
        )
    return out


def read_rows(folder, rows, attempts=None):
    path = folder / "Master.csv"
    path.write_text(",".join(full()) + "\n" + "".join(map(line, rows)), encoding="utf-8")
    return read_results(path, on_record(PLAN, ACCOUNTS, NUMBERS, attempts), UTC_ZONE, "asterisk-cdr")


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_does_not_matter(tmp_path_factory, rows, data):
    folder = tmp_path_factory.mktemp("order")
    records = calls(rows)
    one, two = read_rows(folder, records), read_rows(folder, data.draw(st.permutations(records)))
    assert_frame_equal(one.attempts.drop("_line"), two.attempts.drop("_line"))
    assert_frame_equal(one.uncoded, two.uncoded)
    assert one.counts == two.counts
    assert one.counts["accepted"] == sum(disposition != "UNKNOWN" for *_, disposition in rows)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS, cut=st.integers(0, 12), back=st.integers(0, 12))
def test_overlapping_exports_give_the_calls_of_the_whole(tmp_path_factory, rows, cut, back):
    folder = tmp_path_factory.mktemp("overlap")
    assert_cuts_give_the_whole(lambda *given: read_rows(folder, *given).attempts, calls(rows), cut, back)

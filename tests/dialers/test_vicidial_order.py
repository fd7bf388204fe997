"""What a VICIdial log tells does not depend on the order of its rows, nor on how it is cut into files."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.dialers import read_results
from tests.dialers.conftest import CALL
from tests.dialers.test_vicidial_results import ACCOUNTS, LONDON, NUMBERS, Row, lines
from tests.dialers.worlds import assert_cuts_give_the_whole, on_record

PHONES = st.sampled_from(["2079460001", "2079460002", "02079460003", "442079460004", "2079460009"])
STATUS = st.sampled_from(["N", "AA", "SALE", "DNC", "QUEUE", "PTP", "B"])
# So few that one call is often told twice.
TIMES = st.sampled_from([0, 5, 29, 56]).map(lambda minute: f"2026-11-24 09:{minute:02}:00")
SOURCES = st.sampled_from(["A1", "A3", "A4", "", "A9"])
# What is not given here would be any text, so that hardly a row could be read.
CALLS = st.lists(
    st.builds(
        Row,
        phone_number=PHONES,
        call_date=TIMES,
        list_id=st.just("101"),
        length_in_sec=st.sampled_from(["0", "12", "", "long"]),
        lead_status=st.just("NEW"),
        hangup_reason=st.sampled_from(["CALLER", "AGENT"]),
        call_status=STATUS,
        source_id=SOURCES,
        user=st.sampled_from(["VDAD", "1007"]),
    ),
    max_size=12,
)


def that_agree(rows: list[Row]) -> list[Row]:
    """Let all rows of a call say the same of it, whether they name its account or not."""
    said: dict[tuple[str, str], Row] = {}
    for row in rows:
        said.setdefault((row.phone_number[-7:], row.call_date), row)
    firsts = [said[row.phone_number[-7:], row.call_date] for row in rows]
    return [
        first._replace(phone_number=row.phone_number, source_id=row.source_id)
        for row, first in zip(rows, firsts, strict=True)
    ]


# Exports of a log do not contradict each other.
ONE_EACH = CALLS.map(that_agree)


def read_rows(folder, rows, attempts=None):
    path = folder / "calls.csv"
    path.write_text("|".join(Row._fields) + "\n" + lines(*rows), encoding="utf-8")
    two = pl.DataFrame(
        [CALL, CALL | {"attempt_id": "a5", "account_id": "A3", "contact_point": "+442079460003"}],
        schema=SCHEDULE.schema,
    )
    return read_results(path, on_record(two, ACCOUNTS, NUMBERS, attempts), LONDON, "vicidial")


@settings(max_examples=40, deadline=None)
@given(rows=CALLS, data=st.data())
def test_the_order_of_rows_does_not_matter(tmp_path_factory, rows, data):
    folder = tmp_path_factory.mktemp("order")
    same_but_for_lines(read_rows(folder, rows), read_rows(folder, data.draw(st.permutations(rows))))


@pytest.mark.parametrize(
    "rows",
    [
        # No length can be read, so that law alone counts them: one of them bears the call's id.
        [Row(length_in_sec="long"), Row(length_in_sec="long", user="1007")],
        [Row(call_status="B"), Row(call_status="NA", source_id="")],
        [Row(hangup_reason="AGENT", length_in_sec="5"), Row(length_in_sec="7")],
    ],
)
def test_neither_does_it_where_a_call_is_told_twice_and_neither_binds_us_more(tmp_path, rows):
    same_but_for_lines(read_rows(tmp_path, rows), read_rows(tmp_path, rows[::-1]))


def same_but_for_lines(one, two):
    for name in ("attempts", "uncoded"):
        assert_frame_equal(
            getattr(one, name).drop("_line", strict=False), getattr(two, name).drop("_line", strict=False)
        )
    key = ["contact_point", "account_id", "kind", "since"]
    assert_frame_equal(one.stops.select(key).sort(key), two.stops.select(key).sort(key))
    assert one.counts == two.counts


@settings(max_examples=40, deadline=None)
@given(rows=ONE_EACH, cut=st.integers(0, 12), back=st.integers(0, 12))
def test_overlapping_exports_give_the_calls_of_the_whole(tmp_path_factory, rows, cut, back):
    folder = tmp_path_factory.mktemp("overlap")
    assert_cuts_give_the_whole(lambda *given: read_rows(folder, *given).attempts, rows, cut, back)

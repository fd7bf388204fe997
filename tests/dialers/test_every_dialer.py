"""One contract for every dialer: what was written is read by the dialer as it was meant; nothing is lost or told."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from skiptrace.dialers import DIALERS, make_dialer
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame, moment, schedules
from tests.dialers.readers import READERS

LOADER = parse_settings({"export": {"vicidial": {"route": "loader", "list_id": 9001}}}).export
WRITERS = {name: (name, OPTIONS) for name in DIALERS} | {"vicidial loader": ("vicidial", LOADER)}


def handed(writer, rows, as_of=AS_OF):
    name, options = WRITERS[writer]
    return make_dialer(name, options)[0].hand_over(rows, as_of)


def seen(writer, given_over):
    for document in given_over.documents:
        rows = list(READERS[WRITERS[writer][0]](document))
        assert len(rows) == document.rows
        yield from ((document, row) for row in rows)


def test_every_dialer_has_a_reader_that_checks_it():
    assert set(READERS) == set(DIALERS)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=schedules())
def test_the_dialer_reads_what_was_meant(writer, rows):
    given_over = handed(writer, rows)
    assert rows.height == given_over.written + given_over.refused.height + given_over.elsewhere
    assert given_over.refused["attempt_id"].is_unique().all()
    by_id = {row["attempt_id"]: row for row in rows.iter_rows(named=True)}
    read = list(seen(writer, given_over))
    ids = [row["attempt_id"] for _, row in read]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(given_over.refused["attempt_id"])
    for document, row in read:
        meant = by_id[row["attempt_id"]]
        begin, end = moment(meant["not_before"]), moment(meant["not_after"])
        assert row["number"] == meant["contact_point"]
        assert end > AS_OF
        if "at" in row:
            assert begin <= row["at"] < end
            assert row["at"] - begin < timedelta(minutes=1)
        else:
            assert begin <= document.release_from < document.release_until <= end
        assert row.get("party", meant["party"]) == meant["party"]
        account = row.get("account_id")
        assert account in ((meant["account_id"], None) if meant["party"] == "debtor" else (None,))
        if "account_id" not in given_over.not_carried and meant["party"] == "debtor":
            assert account == meant["account_id"]


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=schedules())
def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come(writer, rows):
    assert handed(writer, rows).documents == handed(writer, rows.reverse()).documents


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=schedules())
def test_a_third_partys_row_tells_nothing_of_an_account_and_no_refusal_of_a_person(writer, rows):
    given_over = handed(writer, rows)
    assert not any(b"SECRET" in each.content for each in given_over.documents)
    reasons = " ".join(given_over.refused["reason"])
    assert not re.search(r"SECRET|[0-9]{7}", reasons)


@pytest.mark.parametrize("writer", WRITERS)
def test_what_the_creditor_adds_goes_along_only_if_it_is_named_and_never_for_a_third_party(writer):
    channel = "sms" if writer == "twilio" else "call"
    own = BASE | {"channel": channel, "template_id": "sms_first_reminder"}
    other = THIRD | {"channel": channel, "template_id": "location_request"}
    given_over = handed(writer, frame(own, other))
    assert given_over.written == 2, given_over.refused.rows()
    written = b"".join(each.content for each in given_over.documents)
    assert b"1840" not in written
    assert b"SECRET" not in written


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"national_number": "442079460001"}, "country_code;national_number"),
        ({"country_code": "4", "national_number": "42079460001"}, "country_code"),
        ({"country_code": "", "national_number": "442079460001"}, "country_code"),
        ({"country_code": "442", "national_number": "079460001"}, "country_code"),
        ({"contact_point": "2079460001"}, "contact_point"),
        ({"contact_point": None, "country_code": None}, "contact_point"),
        ({"not_before": "2026-10-26T09:00:00"}, "not_before"),
        ({"not_before": "2026-02-30T09:00:00+00:00"}, "not_before"),
        ({"not_after": "soon"}, "not_after"),
        ({"not_after": "2026-10-26T09:00:00+00:00"}, "not_before;not_after"),
        ({"account_id": "two\nlines"}, "account_id"),
        ({"account_id": "a\tb"}, "account_id"),
        ({"account_id": "a\u2028b"}, "account_id"),
    ],
)
def test_what_no_dialer_may_get_is_refused_with_its_column(writer, change, column):
    channel = "sms" if writer == "twilio" else "call"
    row = BASE | {"channel": channel, "template_id": "sms_first_reminder"}
    given_over = handed(writer, frame(row | change, row | {"attempt_id": "good"}))
    assert given_over.refused["attempt_id"].to_list() == ["a1"]
    assert column in given_over.refused["column"].item()
    assert [row["attempt_id"] for _, row in seen(writer, given_over)] == ["good"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_window_that_has_ended_is_refused_and_one_that_is_open_is_not(writer):
    channel = "sms" if writer == "twilio" else "call"
    row = frame(BASE | {"channel": channel, "template_id": "sms_first_reminder"})
    end = moment(BASE["not_after"])
    assert handed(writer, row, end).refused["reason"].item().startswith("the window has ended")
    if writer != "twilio":  # which wants a quarter of an hour
        assert handed(writer, row, end - timedelta(seconds=1)).written == 1


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_comes_of_nothing(writer):
    given_over = handed(writer, frame())
    assert (given_over.documents, given_over.refused.height, given_over.elsewhere) == ((), 0, 0)
    assert given_over.not_carried == ()


@pytest.mark.parametrize("writer", WRITERS)
def test_times_in_the_manifest_are_utc_and_whole_seconds(writer):
    channel = "sms" if writer == "twilio" else "call"
    for document in handed(writer, frame(BASE | {"channel": channel, "template_id": "sms_first_reminder"})).documents:
        for at in (document.modified, document.release_from, document.release_until):
            assert at is None or (
                at.utcoffset() == timedelta(0) and at.microsecond == 0 and at.tzname() == UTC.tzname(at)
            )

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.dialers import make_dialer
from skiptrace.dialers.ical import folded
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame, moment
from tests.dialers.readers import ical

LETTER = BASE | {
    "attempt_id": "l1",
    "channel": "letter",
    "contact_point": "Flat 3; 88 Harbour Road, London \\ SE1, 张庄" + " é" * 40,
    "country_code": None,
    "national_number": None,
    "max_ring_s": None,
}


def handed(*rows):
    return make_dialer("ical", OPTIONS)[0].hand_over(frame(*rows), AS_OF)


def test_an_event_to_the_letter():
    (document,) = handed(BASE).documents
    assert document.name == "skiptrace.ics"
    begin, *_, end = document.content.decode().partition("BEGIN:VEVENT\r\n")
    assert begin.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//skiptrace//skiptrace//EN\r\n")
    assert end.splitlines() == [
        "UID:a1@skiptrace.invalid",
        "DTSTAMP:20261024T120000Z",
        "DTSTART:20261026T090000Z",
        "DTEND:20261026T093000Z",
        "SUMMARY:Call +442079460001",
        r"DESCRIPTION:Attempt: a1\nAccount: A1\nParty: debtor\nPurpose: collect\nTemp",
        " late: call_opening",
        "CATEGORIES:call",
        "CLASS:CONFIDENTIAL",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_every_channel_has_its_events_with_both_ends_of_the_window():
    text = BASE | {"attempt_id": "s1", "channel": "sms"}
    given_over = handed(BASE, LETTER, text)
    assert (given_over.written, given_over.elsewhere) == (3, 0)
    assert "not_after" not in given_over.not_carried
    for event in ical(given_over.documents[0]):
        assert (event["at"], event["end"]) == (moment(BASE["not_before"]), moment(BASE["not_after"]))


def test_a_message_after_a_missed_call_says_that_it_is_one():
    text = BASE | {"attempt_id": "s1", "channel": "sms", "sequence": 2}
    unfolded = handed(BASE, text).documents[0].content.decode().replace("\r\n ", "")
    assert unfolded.count("Only if: nobody answers the call before it") == 1


def test_what_a_calendar_would_read_as_more_than_text_comes_through():
    (event,) = ical(handed(LETTER).documents[0])
    assert event["number"] == LETTER["contact_point"]


def test_a_third_partys_event_says_what_may_be_asked_and_nothing_more():
    (event,) = ical(handed(THIRD).documents[0])
    assert event["account_id"] is None
    assert "Purpose: location_only" in event["raw"]["DESCRIPTION"]


@given(line=st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=400))
def test_a_line_is_folded_at_75_octets_between_characters_and_unfolds_to_itself(line):
    pieces = folded(line).encode().split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.decode().startswith(" ") for piece in pieces[1:])
    assert b"".join([pieces[0], *(piece[1:] for piece in pieces[1:])]).decode() == line


@pytest.mark.parametrize(("octets", "lines"), [(75, 1), (76, 2), (149, 2), (150, 3)])
def test_folding_uses_the_whole_line(octets, lines):
    assert len(folded("x" * octets).split("\r\n")) == lines

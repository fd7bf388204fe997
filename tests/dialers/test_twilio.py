from __future__ import annotations

import json
from datetime import timedelta

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame

TEXT = BASE | {"channel": "sms", "template_id": "sms_first_reminder", "max_ring_s": None}
TO_THIRD = THIRD | {"channel": "sms", "template_id": "location_request", "max_ring_s": None}


def handed(*rows, options=OPTIONS):
    return make_dialer("twilio", options)[0].hand_over(frame(*rows), AS_OF)


def test_a_message_to_the_letter():
    (document,) = handed(TEXT).documents
    assert document.name == "twilio.jsonl"
    assert json.loads(document.content) == {
        "attempt_id": "a1",
        "parameters": {
            "To": "+442079460001",
            "MessagingServiceSid": "MG" + "0" * 32,
            "ContentSid": "HX" + "1" * 32,
            "ScheduleType": "fixed",
            "SendAt": "2026-10-26T09:00:00Z",
        },
    }


@pytest.mark.parametrize(
    ("ahead", "column"),
    [
        (timedelta(minutes=15), None),
        (timedelta(minutes=15, seconds=-1), "not_before"),
        (timedelta(days=35), None),
        (timedelta(days=35, seconds=1), "not_before"),
    ],
)
def test_a_message_begins_between_a_quarter_of_an_hour_and_35_days_ahead(ahead, column):
    begin = AS_OF + ahead
    row = TEXT | {"not_before": begin.isoformat(), "not_after": (begin + timedelta(hours=1)).isoformat()}
    assert handed(row).refused["column"].to_list() == ([column] if column else [])


def test_a_third_party_gets_only_a_text_that_is_meant_for_third_parties():
    (line,) = handed(TO_THIRD).documents[0].content.decode().splitlines()
    assert json.loads(line)["parameters"]["ContentSid"] == "HX" + "2" * 32
    assert handed(TO_THIRD | {"template_id": "sms_first_reminder"}).refused["column"].to_list() == ["template_id"]
    assert handed(TEXT | {"template_id": "location_request"}).refused["column"].to_list() == ["template_id"]


@pytest.mark.parametrize("template", [None, "unheard_of"])
def test_without_a_text_nothing_is_sent(template):
    assert handed(TEXT | {"template_id": template}).refused["column"].to_list() == ["template_id"]
    bare = parse_settings({"export": {"twilio": {"messaging_service_sid": "MG" + "0" * 32}}}).export
    assert handed(TEXT, options=bare).refused["column"].to_list() == ["template_id"]


def test_a_message_after_a_missed_call_is_not_sent_whatever_became_of_the_call():
    refused = handed(TEXT | {"sequence": 2}).refused
    assert refused["column"].to_list() == ["sequence"]
    assert "nobody answers the call" in refused["reason"][0]


def test_calls_are_not_for_twilio_and_a_sender_may_be_named():
    options = {"messaging_service_sid": "MG" + "a" * 32, "from_number": "+442079460999"}
    options |= {"content": {"sms_first_reminder": "HX" + "1" * 32}}
    given = handed(BASE, TEXT | {"attempt_id": "s1"}, options=parse_settings({"export": {"twilio": options}}).export)
    assert (given.written, given.elsewhere) == (1, 1)
    assert json.loads(given.documents[0].content)["parameters"]["From"] == "+442079460999"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"messaging_service_sid": "AC" + "0" * 32},
        {"messaging_service_sid": "MG" + "0" * 32, "content": {"a": "HX"}},
    ],
)
def test_an_option_that_is_missing_or_wrong_is_one_clear_line(options):
    with pytest.raises(SettingsError, match=r"export\.twilio\.(messaging_service_sid|content\.a)") as caught:
        make_dialer("twilio", parse_settings({"export": {"twilio": options}}).export)
    assert "\n" not in str(caught.value)

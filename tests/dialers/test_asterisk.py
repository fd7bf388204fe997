"""Asterisk: the call file to the letter, its time, and each way in which a line would be lost or cut."""

from __future__ import annotations

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame, moment
from tests.dialers.readers import asterisk


def handed(*rows, **options):
    params = OPTIONS
    if options:
        changed = OPTIONS.asterisk.model_dump() | options
        params = parse_settings({"export": {"asterisk": changed}}).export
    return make_dialer("asterisk", params)[0].hand_over(frame(*rows), AS_OF)


def test_a_call_file_to_the_letter():
    (document,) = handed(BASE | {"batch_id": "2026 week 44"}).documents
    assert document.name == "call_files/skiptrace-a1.call"
    assert document.content.decode().splitlines() == [
        "Channel: PJSIP/+442079460001@trunk",
        "Callerid: Example <+442079460999>",
        "WaitTime: 28",
        "MaxRetries: 0",
        "Context: outbound",
        "Extension: s",
        "Priority: 1",
        "Account: 2026 week 44",
        "Archive: yes",
        "Set: CDR(userfield)=a1",
        "Set: SKIPTRACE_PARTY=debtor",
        "Set: SKIPTRACE_PURPOSE=collect",
    ]


def test_a_third_partys_call_says_what_it_is_for():
    (read,) = (row for each in handed(THIRD).documents for row in asterisk(each))
    assert read["sets"]["SKIPTRACE_PARTY"] == "third_party"
    assert read["sets"]["SKIPTRACE_PURPOSE"] == "location_only"


@pytest.mark.parametrize(
    ("begin", "modified"),
    [
        ("2026-10-26T09:00:00+00:00", "2026-10-26T09:00:00+00:00"),
        ("2026-10-26T09:00:00.000001+00:00", "2026-10-26T09:00:01+00:00"),
        ("2026-10-26T14:30:00.999+05:30", "2026-10-26T09:00:01+00:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25T01:30:00+00:00"),  # twice in London, but a file's time is UTC
    ],
)
def test_the_files_time_is_the_begin_of_the_window_rounded_up(begin, modified):
    (document,) = handed(BASE | {"not_before": begin}).documents
    assert document.modified == moment(modified)


def test_a_window_that_holds_no_whole_second_is_refused():
    row = BASE | {"not_before": "2026-10-26T09:00:00.2+00:00", "not_after": "2026-10-26T09:00:01+00:00"}
    assert handed(row).refused["reason"].item() == "no whole second lies in the window"
    assert handed(row | {"not_after": "2026-10-26T09:00:02+00:00"}).written == 1


@pytest.mark.parametrize("batch", ["a;b", "a #b", "#b", "a\t#b", " a", "a ", "b" * 81, "é" * 41])
def test_a_batch_that_would_be_cut_is_refused(batch):
    given = handed(BASE | {"batch_id": batch})
    assert given.refused["column"].to_list() == ["batch_id"]


@pytest.mark.parametrize("batch", ["a#b", "b" * 80, "é" * 40, "a:b=c", "批次 47"])
def test_a_batch_that_is_read_as_it_stands_is_written(batch):
    (read,) = (row for each in handed(BASE | {"batch_id": batch}).documents for row in asterisk(each))
    assert read["Account"] == batch


def test_a_line_that_would_be_skipped_is_refused_and_one_that_just_fits_is_not(monkeypatch):
    # 200 is the longest template; the limit of Asterisk's buffer is brought down to it.
    row, channel = BASE, "PJSIP/{number}@trunk"
    length = len("Channel: PJSIP/+442079460001@trunk")
    monkeypatch.setattr("skiptrace.dialers.asterisk._MOST_LINE", length)
    assert handed(row, channel=channel).written == 1
    monkeypatch.setattr("skiptrace.dialers.asterisk._MOST_LINE", length - 1)
    assert handed(row, channel=channel).refused["reason"].item().startswith("a line over")


def test_no_line_is_as_long_as_the_buffer():
    from skiptrace.dialers import asterisk as module  # noqa: PLC0415  # the constant is checked against the document

    assert module._MOST_LINE + len("\n") == 1023


def test_without_a_time_to_ring_the_dialers_own_holds():
    (document,) = handed(BASE | {"max_ring_s": None}).documents
    assert b"WaitTime" not in document.content
    assert next(asterisk(document))["WaitTime"] == "45"


@pytest.mark.parametrize("name", ["..", "-rf", ".hidden", "A.b_c-9"])
def test_a_files_name_is_never_hidden_a_folder_or_an_option(name):
    (document,) = handed(BASE | {"attempt_id": name}).documents
    assert document.name == f"call_files/skiptrace-{name}.call"


@pytest.mark.parametrize(
    ("template", "channel"),
    [
        ("PJSIP/trunk/sip:{digits}@sip.example.com", "PJSIP/trunk/sip:442079460001@sip.example.com"),
        ("DAHDI/g1/00{country_code}{national}", "DAHDI/g1/00442079460001"),
    ],
)
def test_the_number_stands_where_the_template_says(template, channel):
    (document,) = handed(BASE, channel=template).documents
    assert document.content.decode().splitlines()[0] == f"Channel: {channel}"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"channel": "PJSIP/trunk"}, "export.asterisk.channel: expected one of {number}"),
        ({"channel": "PJSIP/{name}@trunk"}, "export.asterisk.channel: expected one of"),
        ({"channel": "PJSIP/{number!r}@trunk"}, "export.asterisk.channel: expected one of"),
        ({"channel": "PJSIP/{number@trunk"}, "export.asterisk.channel: a brace"),
        ({"channel": "PJSIP/{number}@trunk;x"}, "export.asterisk.channel: string should match"),
        ({"callerid": "a\nb"}, "export.asterisk.callerid"),
        ({"extension": "1 #"}, "export.asterisk.extension"),
        ({"priority": 0}, "export.asterisk.priority"),
    ],
)
def test_an_option_that_asterisk_would_misread_is_one_clear_line(change, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        handed(BASE, **change)
    assert "\n" not in str(caught.value)


def test_a_missing_table_names_the_first_option_that_is_needed():
    with pytest.raises(SettingsError, match=r"settings: export\.asterisk\.channel is missing; --format asterisk needs"):
        make_dialer("asterisk", parse_settings({}).export)

from __future__ import annotations

import json

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame
from tests.dialers.readers import connect


def handed(*rows):
    return make_dialer("connect", OPTIONS)[0].hand_over(frame(*rows), AS_OF)


def test_a_request_to_the_letter():
    (document,) = handed(BASE, THIRD).documents
    assert document.name == "connect_20261026T090000Z_20261026T093000Z.json"
    own, third = json.loads(document.content)["dialRequests"]
    assert own == {
        "clientToken": "a1",
        "phoneNumber": "+442079460001",
        "expirationTime": "2026-10-26T09:30:00Z",
        "attributes": {
            "attempt_id": "a1",
            "account_id": "A1",
            "party": "debtor",
            "purpose": "collect",
            "colour": "blue",
        },
    }
    assert third["attributes"] == {"attempt_id": "t1", "party": "third_party", "purpose": "location_only"}


@pytest.mark.parametrize(("attempts", "files"), [(24, [24]), (25, [25]), (26, [25, 1]), (51, [25, 25, 1])])
def test_a_request_holds_25_attempts_at_most(attempts, files):
    given = handed(*(BASE | {"attempt_id": f"a{number}"} for number in range(attempts)))
    assert [document.rows for document in given.documents] == files
    assert len({document.name for document in given.documents}) == len(files)


def test_the_deadline_is_rounded_down_into_the_window():
    (document,) = handed(BASE | {"not_after": "2026-10-26T09:29:59.9+00:00"}).documents
    assert json.loads(document.content)["dialRequests"][0]["expirationTime"] == "2026-10-26T09:29:59Z"


@pytest.mark.parametrize("account", ['say "hi"', "\\", "张|;#", "{}"])
def test_text_of_any_kind_comes_through(account):
    (read,) = (row for each in handed(BASE | {"account_id": account}).documents for row in connect(each))
    assert read["account_id"] == account


def test_attributes_that_are_too_long_are_refused():
    fixed = len('{"attempt_id":"a1","account_id":"A1","party":"debtor","purpose":"collect","colour":""}')
    room = 32_767 - fixed
    assert handed(BASE | {"extra": json.dumps({"colour": "x" * room})}).written == 1
    given = handed(BASE | {"extra": json.dumps({"colour": "x" * (room + 1)})})
    assert given.refused["column"].to_list() == ["extra"]


def test_what_is_not_carried_is_said():
    assert "not_before" in handed(BASE).not_carried
    assert "not_after" not in handed(BASE).not_carried


@pytest.mark.parametrize(
    "extra", [["party"], ["Account_ID"], ["a", "A"], ["a b"], ["x" * 129], [f"e{n}" for n in range(45)]]
)
def test_columns_that_cannot_go_along_are_told_in_one_line(extra):
    with pytest.raises(SettingsError, match=r"export\.connect") as caught:
        parse_settings({"export": {"connect": {"campaign_id": "c", "extra": extra}}})
    assert "\n" not in str(caught.value)

"""Records and relations are let in by a consent for locating, or turned away with its state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skiptrace.compliance import admissible
from skiptrace.contracts.inputs import CONSENTS, RECORDS

AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
GOOD = {
    "consent_id": "C1",
    "given_by": "debtor",
    "given_to": "creditor",
    "basis": "consent",
    "purposes": ["locate"],
    "given_at": "2026-01-01T00:00:00Z",
}


def reasons(frame, consents, consent_id="C1"):
    record = {"record_id": "X1", "source": "bureau", "consent_id": consent_id, "full_name": "Jane Roe"}
    checked = admissible(frame(RECORDS, [record]), frame(CONSENTS, consents), AS_OF)
    assert checked.accepted.height + checked.rejected.height == 1
    return checked.rejected["reason"].to_list()


def test_a_consent_for_locating_lets_a_record_in(frame):
    assert reasons(frame, [GOOD]) == []
    assert reasons(frame, [GOOD | {"given_to": "earlier_collector"}]) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"given_to": None}, "consent is given to nobody: given_to is empty"),
        ({"basis": "handshake"}, "consent is on no known basis"),
        ({"purposes": ["contact", "share"]}, "consent is not for locate"),
        ({"given_at": "2026-11-23T00:00:01Z"}, "consent is not yet valid"),
        ({"valid_until": "2026-11-23T00:00:00Z"}, "consent is expired"),
        ({"revoked_at": "2026-11-23T00:00:00Z"}, "consent is revoked"),
        (
            {"revoked_at": "2027-01-01T00:00:00Z", "revocation_received_at": "2026-11-01T00:00:00Z"},
            "consent is revoked",
        ),
    ],
)
def test_the_state_of_the_consent_is_the_reason(frame, change, reason):
    assert reasons(frame, [GOOD | change]) == [reason]


def test_at_its_last_moment_a_consent_still_holds_and_at_its_first_it_does(frame):
    edge = {"given_at": "2026-11-23T00:00:00Z", "valid_until": "2026-11-23T00:00:01Z"}
    assert reasons(frame, [GOOD | edge]) == []


def test_no_consent_and_an_unknown_one(frame):
    assert reasons(frame, [GOOD], consent_id=None) == ["no consent: consent_id is empty"]
    assert reasons(frame, [GOOD], consent_id="C9") == ["consent is not found"]
    assert reasons(frame, []) == ["consent is not found"]


def test_where_an_id_stands_twice_both_must_permit(frame):
    assert reasons(frame, [GOOD, GOOD | {"given_to": None}]) == ["consent is given to nobody: given_to is empty"]
    assert reasons(frame, [GOOD, GOOD]) == []


def test_rows_keep_their_order_and_further_columns(frame):
    rows = frame(RECORDS, [{"record_id": f"X{n}", "source": "s", "consent_id": "C1"} for n in (3, 1, 2)])
    checked = admissible(rows, frame(CONSENTS, [GOOD]), AS_OF)
    assert checked.accepted.equals(rows)
    assert admissible(rows.clear(), frame(CONSENTS, []), AS_OF).rejected.columns == [*rows.columns, "column", "reason"]

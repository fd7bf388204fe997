from __future__ import annotations

import polars as pl
import pytest

from skiptrace.contracts.outputs import SCHEDULE

CALL = {
    "attempt_id": "a1",
    "batch_id": "b1",
    "account_id": "A1",
    "wave": 1,
    "sequence": 1,
    "party": "debtor",
    "purpose": "collect",
    "channel": "call",
    "contact_point": "+442079460001",
    "country_code": "44",
    "national_number": "2079460001",
    "not_before": "2026-11-24T09:00:00+00:00",
    "not_after": "2026-11-24T09:30:00+00:00",
    "time_zone": "Europe/London",
    "rank": 1,
    "p_reach": 0.25,
    "p_low": 0.0,
    "p_high": 1.0,
    "p_owner": 0.9,
    "p_live": 0.8,
    "expected_value": 1e-06,
    "template_id": "call_opening",
    "max_ring_s": 28,
    "follow_up": '{"right_party":"stop_wave","no_answer":"next_wave"}',
    "permit_id": "P1",
    "reasons": ["call in the morning", 'a "quoted" reason; with a semicolon'],
    "extra": '{"=colour":"blé, \\"bleu\\"","n":1}',
}
LETTER = CALL | {
    "attempt_id": "a2",
    "account_id": "=A2",
    "wave": 2,
    "channel": "letter",
    "contact_point": "-1 High Street, 张庄, Town",
    "country_code": None,
    "national_number": None,
    "not_before": "2026-11-25T00:00:00+05:30",
    "not_after": "2026-11-26T00:00:00+05:30",
    "time_zone": "Asia/Kolkata",
    "rank": 3,
    "template_id": None,
    "max_ring_s": None,
    "reasons": [],
    "extra": None,
}
SMS = CALL | {
    "attempt_id": "a3",
    "account_id": "A3",
    "party": "third_party",
    "purpose": "location_only",
    "rank": 2,
    "extra": None,
    "reasons": ["one; two"],
}


@pytest.fixture
def schedule() -> pl.DataFrame:
    return pl.DataFrame([CALL, LETTER, SMS], schema=SCHEDULE.schema)

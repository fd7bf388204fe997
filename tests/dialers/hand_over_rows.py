"""Rows for the dialers: sound ones to change one thing of, and random ones with hostile text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import strategies as st

from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.settings import parse_settings
from tests.dialers.conftest import CALL

AS_OF = datetime(2026, 10, 24, 12, tzinfo=UTC)
OPTIONS = parse_settings(
    {
        "export": {
            "vicidial": {"list_id": "9001", "campaign_id": "TRACE", "time_zone": "America/New_York"},
            "asterisk": {
                "channel": "PJSIP/{number}@trunk",
                "callerid": "Example <+442079460999>",
                "context": "outbound",
                "extension": "s",
            },
            "freeswitch": {
                "endpoint": "sofia/gateway/trunk/{digits}",
                "caller_id_number": "+442079460999",
                "context": "outbound",
                "extension": "agents",
            },
            "genesys": {"extra": ["colour", "size"]},
            "five9": {"time_zone": "America/New_York", "extra": ["colour"]},
            "connect": {"campaign_id": "11111111-2222-3333-4444-555555555555", "extra": ["colour"]},
            "twilio": {
                "messaging_service_sid": "MG" + "0" * 32,
                "content": {"sms_first_reminder": "HX" + "1" * 32},
                "third_party_content": {"location_request": "HX" + "2" * 32},
            },
            "cxone": {"extra": ["colour"]},
            "uccx": {"time_zone": "America/New_York"},
        }
    }
).export
BASE = CALL | {
    "not_before": "2026-10-26T09:00:00+00:00",
    "not_after": "2026-10-26T09:30:00+00:00",
    "extra": '{"colour":"blue","size":7,"balance":"1840.50"}',
}
THIRD = BASE | {
    "attempt_id": "t1",
    "account_id": "SECRET-ACCOUNT",
    "party": "third_party",
    "purpose": "location_only",
    "rank": 2,
    "extra": '{"colour":"SECRET-EXTRA"}',
}


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEDULE.schema)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# Everything that some format reads as more than itself.
HOSTILE = st.text(st.sampled_from("aZ9|,;#\"'`\\=+-@&%?{}<>\t\n\r\x00\x85\u2028é张 "), min_size=1, max_size=60)
ACCOUNTS = st.one_of(st.from_regex(r"[A-Z]{2}-[0-9]{1,6}", fullmatch=True), HOSTILE)
NUMBERS = st.one_of(
    st.integers(0, 999).map(lambda n: ("44", f"2079460{n:03d}")),
    st.tuples(st.integers(201, 989), st.integers(100, 199)).map(lambda p: ("1", f"{p[0]}5550{p[1]}")),
)
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
# The clocks change in London on 25 October and in New York on 1 November 2026, and in New York on 14 March 2027.
BEGINS = st.one_of(
    st.integers(-86_400, 40 * 86_400).map(lambda s: AS_OF + timedelta(seconds=s)),
    st.sampled_from([datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]),
)


@st.composite
def schedules(draw: st.DrawFn) -> pl.DataFrame:
    """Make schedules of up to eight rows: every channel, sound and unsound numbers, windows long and short."""
    rows = []
    for number in range(draw(st.integers(0, 8))):
        third = draw(st.integers(0, 3)) == 0
        code, national = draw(NUMBERS)
        channel = draw(st.sampled_from(["call", "call", "call", "sms", "sms", "email", "letter"]))
        spoken = channel in ("call", "sms")
        zone = ZoneInfo(draw(ZONES))
        begin = draw(BEGINS) + timedelta(milliseconds=draw(st.sampled_from([0, 0, 0, 250])))
        end = begin + timedelta(seconds=draw(st.sampled_from([0, 1, 59, 60, 61, 1_800, 7_200])))
        template = {"sms": "location_request" if third else "sms_first_reminder"}.get(channel)
        rows.append(
            BASE
            | {
                "attempt_id": f"a.{number}_{draw(st.integers(0, 99))}",
                "account_id": f"SECRET{number}-" + draw(ACCOUNTS) if third else draw(ACCOUNTS),
                "batch_id": draw(st.sampled_from(["b1", "b1", "b1", "week 47", "a;b", "x #y", " b"])),
                "party": "third_party" if third else "debtor",
                "purpose": "location_only" if third else "collect",
                "channel": channel,
                "contact_point": f"+{code}{national}" if spoken else draw(HOSTILE),
                "country_code": code if spoken else None,
                "national_number": draw(st.sampled_from([national] * 5 + [code + national])) if spoken else None,
                "not_before": begin.astimezone(zone).isoformat(),
                "not_after": end.astimezone(zone).isoformat(),
                "time_zone": zone.key,
                "rank": number + 1,
                "template_id": draw(st.sampled_from([template] * 4 + ["another"])),
                "max_ring_s": draw(st.sampled_from([None, 28])) if channel == "call" else None,
                "extra": draw(st.sampled_from([None, BASE["extra"], json.dumps({"colour": draw(HOSTILE)})])),
            }
        )
    return frame(*rows)

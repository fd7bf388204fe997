"""What each dialer reads in the files it is given: written from its documentation, not from our writers.

Each reader yields, for each attempt that the dialer would make, ``attempt_id``, ``number`` (E.164), and ``at`` (UTC) if
the format carries when to begin; and whatever else the dialer would know of it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skiptrace.dialers.handover import Document

Seen = dict[str, Any]
_WIDTHS = {"vendor_lead_code": 20, "source_id": 50, "phone_code": 10, "phone_number": 18, "comments": 255}
_LOADER = (  # noqa: SIM905  # the layout as the documentation has it
    "vendor_lead_code source_id list_id phone_code phone_number title first_name middle last_name address1 address2 "
    "address3 city state province postal_code country gender date_of_birth alt_phone email security_phrase comments "
    "called_count status entry_date rank owner"
).split()


def vicidial(document: Document) -> Iterator[Seen]:
    """Read what the database holds after the API or the loader took a line, and which time the server's clock means."""
    for line in document.content.decode().splitlines():
        if document.name.startswith("vicidial_list"):
            *fields, rest = line.split("|")
            assert rest == ""
            lead = dict(zip(_LOADER, fields, strict=True))
            lead = {name: "".join(sign for sign in value if sign not in "'\"`\\;") for name, value in lead.items()}
        else:
            pairs = parse_qsl(line, keep_blank_values=True, strict_parsing=True)
            assert len(dict(pairs)) == len(pairs)
            lead = dict(pairs)
            assert lead["function"] == "add_lead"
            assert len(lead["source"]) <= 20
            for name in ("vendor_lead_code", "source_id"):
                lead[name] = lead[name].translate({ord(sign): None for sign in ';#"'}).replace("+", " ")
        lead |= {name: lead[name][:width].strip() for name, width in _WIDTHS.items()}
        seen = lead | {"attempt_id": lead["vendor_lead_code"], "account_id": lead["source_id"] or None}
        seen["number"] = f"+{lead['phone_code']}{lead['phone_number']}"
        if lead.get("callback") == "Y":
            naive = datetime.strptime(lead["callback_datetime"], "%Y-%m-%d %H:%M:%S").replace(
                tzinfo=ZoneInfo("America/New_York")
            )
            assert naive.utcoffset() == naive.replace(fold=1).utcoffset(), "a time that comes twice, or never"
            seen["at"] = naive.astimezone(UTC)
        yield seen


def asterisk(document: Document) -> Iterator[Seen]:
    """Read a call file as the spool does: fgets of 1024, comments, `Key: value`, defaults."""
    values: dict[str, str] = {"WaitTime": "45", "MaxRetries": "0", "Priority": "1"}
    sets: dict[str, str] = {}
    for raw in document.content.split(b"\n"):
        if len(raw) + 1 > 1023:
            continue
        line = raw.decode()
        for mark in (";", " #", "\t#"):
            line = line.split(mark)[0]
        if not line.strip() or line.startswith("#"):
            continue
        key, value = (part.strip() for part in line.split(":", 1))
        if key.lower() == "set":
            name, told = value.split("=", 1)
            sets[name] = told
        else:
            values[key] = value
    channel = values["Channel"]
    assert channel.startswith("PJSIP/")
    assert channel.endswith("@trunk")
    yield values | {
        "attempt_id": sets["CDR(userfield)"],
        "number": channel.removeprefix("PJSIP/").removesuffix("@trunk"),
        "at": document.modified,
        "sets": sets,
    }


def connect(document: Document) -> Iterator[Seen]:
    """Read a request of PutDialRequestBatch by the limits of its reference."""
    request = json.loads(document.content)
    assert set(request) == {"id", "dialRequests"}
    assert 1 <= len(request["dialRequests"]) <= 25
    for each in request["dialRequests"]:
        assert set(each) == {"clientToken", "phoneNumber", "expirationTime", "attributes"}
        assert re.fullmatch(r"[a-zA-Z0-9_\-.]{1,200}", each["clientToken"])
        assert all(isinstance(value, str) for value in each["attributes"].values())
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) for name in each["attributes"])
        expires = datetime.strptime(each["expirationTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert expires == document.release_until
        told = {"account_id": None} | each["attributes"]
        assert told["attempt_id"] == each["clientToken"]
        yield told | {"number": each["phoneNumber"]}


def twilio(document: Document) -> Iterator[Seen]:
    """Read the parameters of messages: exact names, no blank value, a time in UTC."""
    for line in document.content.decode().splitlines():
        message = json.loads(line)
        told = message["parameters"]
        assert set(told) <= {"To", "From", "MessagingServiceSid", "ContentSid", "ScheduleType", "SendAt"}
        assert all(isinstance(value, str) and value for value in told.values())
        assert told["ScheduleType"] == "fixed"
        at = datetime.strptime(told["SendAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        yield told | {"attempt_id": message["attempt_id"], "number": told["To"], "at": at}


READERS: Mapping[str, Any] = {"vicidial": vicidial, "asterisk": asterisk, "connect": connect, "twilio": twilio}

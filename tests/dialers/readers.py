"""What each dialer reads in the files it is given: written from its documentation, not from our writers.

Each reader yields, for each attempt that the dialer would make, ``attempt_id``, ``number`` (E.164), and ``at`` (UTC) if
the format carries when to begin; and whatever else the dialer would know of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skiptrace.dialers.handover import Document

NEW_YORK = ZoneInfo("America/New_York")
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
            naive = datetime.strptime(lead["callback_datetime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=NEW_YORK)
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


def sheet(document: Document) -> list[dict[str, str]]:
    """Read a sheet of contacts by RFC 4180, and as a spreadsheet that executes what looks like a formula."""
    text = document.content.decode()
    assert text.endswith("\r\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(set(header)) == len(header) <= 50
    assert all(0 < len(name) <= 128 for name in header)
    assert all(len(row) == len(header) for row in rows)
    for cell in (cell for row in rows for cell in row):
        assert len(cell.splitlines()) <= 1
        assert not re.match(r"[=@\t\r]|[+-](?![0-9.])", cell)
    return [dict(zip(header, row, strict=True)) for row in rows]


def genesys(document: Document) -> Iterator[Seen]:
    for row in sheet(document):
        assert all(len(cell) <= 512 for cell in row.values())
        ZoneInfo(row["time_zone"])
        yield row | {"number": row["phone"], "account_id": row["account_id"] or None}


def five9(document: Document) -> Iterator[Seen]:
    for row in sheet(document):
        assert re.fullmatch(r"1?\d/[123]?\d/\d{4} 1?\d:[0-5]\d[ap]m", row["TimeToCall"])
        naive = datetime.strptime(row["TimeToCall"], "%m/%d/%Y %I:%M%p").replace(tzinfo=NEW_YORK)
        assert naive.utcoffset() == naive.replace(fold=1).utcoffset()
        at = naive.astimezone(UTC)
        yield row | {"number": row["number1"], "account_id": row["account_id"] or None, "at": at}


def cxone(document: Document) -> Iterator[Seen]:
    assert len(document.content) <= 256_000_000
    for row in sheet(document):
        yield row | {
            "attempt_id": row["ExternalID"],
            "number": row["Phone"],
            "account_id": row["account_id"] or None,
        }


def uccx(document: Document) -> Iterator[Seen]:
    """Read contacts; the day is the one in the name, on which they are imported."""
    _, day, party = document.name.removesuffix(".csv").split("_", 2)
    for row in sheet(document):
        assert list(row) == ["Account Number", "First Name", "Last Name", "Phone1", "Phone2", "Phone3", "Dial Time"]
        assert re.fullmatch(r"[0-2]\d:[0-5]\d", row["Dial Time"])
        naive = datetime.strptime(f"{day} {row['Dial Time']}", "%Y-%m-%d %H:%M").replace(tzinfo=NEW_YORK)
        assert naive.utcoffset() == naive.replace(fold=1).utcoffset()
        assert document.release_from <= naive.astimezone(UTC)
        yield {
            "attempt_id": row["Account Number"],
            "number": row["Phone1"],
            "at": naive.astimezone(UTC),
            "party": party.removesuffix("_2"),
        }


def goautodial(document: Document) -> Iterator[Seen]:
    """Read a list as its loader: by order, lines of 1000 bytes, some signs dropped."""
    assert all(len(line) < 1000 for line in document.content.split(b"\r\n"))
    for row in sheet(document):
        kept = ["".join(sign for sign in cell if sign not in "'\"`\\;") for cell in row.values()]
        assert len(kept) == 21
        yield {"attempt_id": kept[1][:20], "number": f"+{kept[2]}{kept[0]}", "comments": kept[20]}


def freeswitch(document: Document) -> Iterator[Seen]:
    """Read commands as the console does: words between blanks, variables between braces and commas."""
    for line in document.content.decode().splitlines():
        command, when, group, call, target, extension, dialplan, context = line.split(" ")
        assert (command, call) == ("sched_api", "originate")
        assert when.isdigit()  # + and @ would be from now on, and again and again
        told, dialled = re.fullmatch(r"\{([^{}]*)\}([^{},]+)", target).groups()
        variables = dict(pair.split("=") for pair in told.split(","))
        assert group == f"skiptrace_{variables['skiptrace_attempt_id']}"
        yield variables | {
            "attempt_id": variables["skiptrace_attempt_id"],
            "party": variables["skiptrace_party"],
            "number": "+" + dialled.removeprefix("sofia/gateway/trunk/"),
            "at": datetime.fromtimestamp(int(when), tz=UTC),
            "to": (extension, dialplan, context),
        }


def ical(document: Document) -> Iterator[Seen]:
    """Read a calendar by RFC 5545: CRLF, unfolding of octets, components, TEXT."""
    *lines, rest = document.content.split(b"\r\n")
    assert rest == b""
    assert not any(re.search(rb"[\r\n]", line) or len(line) > 75 for line in lines)
    unfolded = b"\r\n".join(lines).replace(b"\r\n ", b"").decode().split("\r\n")
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", "".join(unfolded))
    pairs = [tuple(line.split(":", 1)) for line in unfolded]
    assert pairs[0] == ("BEGIN", "VCALENDAR")
    assert pairs[1] == ("VERSION", "2.0")
    assert pairs[-1] == ("END", "VCALENDAR")
    assert [name for name, _ in pairs].count("PRODID") == 1
    event: Seen = {}
    for name, value in pairs[1:-1]:
        if (name, value) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value) == ("END", "VEVENT"):
            yield _event(event)
        else:
            assert name not in event
            event[name] = value


def _event(event: Seen) -> Seen:
    """Return one event; UID, DTSTAMP and DTSTART are required of it."""
    at, end, _ = (
        datetime.strptime(event[name], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for name in ("DTSTART", "DTEND", "DTSTAMP")
    )
    told = dict(line.split(": ", 1) for line in _plain(event["DESCRIPTION"]).split("\n"))
    assert event["UID"] == f"{told['Attempt']}@skiptrace.invalid"
    return {
        "attempt_id": told["Attempt"],
        "account_id": told.get("Account"),
        "party": told["Party"],
        "number": _plain(event["SUMMARY"]).split(" ", 1)[1],
        "at": at,
        "end": end,
        "raw": event,
    }


def _plain(text: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", text), "a sign that would end the value"
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


READERS: Mapping[str, Any] = {
    "vicidial": vicidial,
    "asterisk": asterisk,
    "connect": connect,
    "twilio": twilio,
    "genesys": genesys,
    "five9": five9,
    "cxone": cxone,
    "uccx": uccx,
    "goautodial": goautodial,
    "freeswitch": freeswitch,
    "ical": ical,
}

"""A calendar for people (RFC 5545): every attempt with both ends of its window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing
from skiptrace.dialers.screening import ACCOUNT, AT, ONCE, UNTIL, not_carried, screened
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.dialer_settings import IcalParams

__all__ = ["Ical", "folded"]

_MOST_OCTETS = 75
_STAMP = "%Y%m%dT%H%M%SZ"
_CARRIED = ("attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code",
            "national_number", "not_before", "not_after", "template_id")  # fmt: skip


@dataclass(frozen=True)
class Ical:
    """iCalendar: an event an attempt, of every channel, in UTC, which calendars show in their owner's time."""

    params: IcalParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one calendar."""
        rows, refused, elsewhere = screened(schedule, as_of, channels=tuple(Channel))
        told = {
            "Attempt": pl.col("attempt_id"),
            "Account": ACCOUNT,
            "Party": pl.col("party"),
            "Purpose": pl.col("purpose"),
            "Template": pl.col("template_id"),
            "Only if": pl.when(~ONCE).then(pl.lit("nobody answers the call before it")),
        }
        description = pl.concat_str(
            [pl.lit(f"{name}: ") + value for name, value in told.items()], separator="\n", ignore_nulls=True
        )
        properties = {
            "BEGIN": pl.lit("VEVENT"),
            "UID": pl.col("attempt_id") + "@skiptrace.invalid",
            "DTSTAMP": pl.lit(f"{as_of:{_STAMP}}"),
            "DTSTART": pl.col(AT).dt.strftime(_STAMP),
            "DTEND": pl.col(UNTIL).dt.strftime(_STAMP),
            "SUMMARY": _text(pl.concat_str(pl.col("channel").str.to_titlecase(), "contact_point", separator=" ")),
            "DESCRIPTION": _text(description),
            "CATEGORIES": pl.col("channel"),
            # On a shared screen a call to somebody is nobody else's business.
            "CLASS": pl.lit("CONFIDENTIAL"),
            "END": pl.lit("VEVENT"),
        }
        lines = rows.select((pl.lit(f"{name}:") + value).alias(name) for name, value in properties.items())
        packing = Packing(stem="skiptrace", suffix=".ics")
        return Handover(
            documents=tuple(packing.documents(lines, _calendar)),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, _CARRIED),
        )


def _text(value: pl.Expr) -> pl.Expr:
    """Return a TEXT value (3.3.11); no control character comes so far but the line breaks of ours."""
    escaped = value.str.replace_all("\\", "\\\\", literal=True)
    for sign in ";,":
        escaped = escaped.str.replace_all(sign, f"\\{sign}", literal=True)
    return escaped.str.replace_all("\n", "\\n", literal=True)


def _calendar(events: pl.DataFrame) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//skiptrace//skiptrace//EN", "CALSCALE:GREGORIAN"]
    body = events.select(pl.concat_list(pl.all())).to_series().explode().to_list()
    return "".join(f"{folded(line)}\r\n" for line in (*head, *body, "END:VCALENDAR")).encode()


def folded(line: str) -> str:
    r"""Fold a content line (3.1): no piece over 75 octets, each but the first after a blank, no character cut in two.

    Examples
    --------
    >>> [len(piece.encode()) for piece in folded("SUMMARY:" + "é" * 80).split("\r\n")]
    [74, 75, 21]
    """
    if len(line.encode()) <= _MOST_OCTETS:
        return line
    pieces, room = [""], _MOST_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append("")
            room = _MOST_OCTETS - 1  # the blank is one of the octets
        pieces[-1] += sign
        room -= size
    return "\r\n ".join(pieces)

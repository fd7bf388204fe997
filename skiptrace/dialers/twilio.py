"""Twilio: the parameters of scheduled text messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing
from skiptrace.dialers.screening import AT, ONCE, json_members, not_carried, screened
from skiptrace.tables import Check
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from skiptrace.dialer_settings import TwilioParams

__all__ = ["Twilio"]

_SOONEST, _LATEST = timedelta(minutes=15), timedelta(days=35)
_CARRIED = ("attempt_id", "channel", "contact_point", "country_code", "national_number", "not_before", "template_id")


@dataclass(frozen=True)
class Twilio:
    """Twilio Programmable Messaging: a line of JSON a message, with the attempt_id beside the parameters to post."""

    params: TwilioParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one file of JSON lines."""
        content = (
            pl.when(pl.col("party") == Party.DEBTOR)
            .then(_mapped(self.params.content))
            .otherwise(_mapped(self.params.third_party_content))
        )
        begin = pl.col(AT)
        checks = (
            Check("sent only if nobody answers the call before it, which is not told", "sequence", ONCE),
            Check("begins in less than 15 minutes", "not_before", (begin >= as_of + _SOONEST) | begin.is_null()),
            Check("begins in more than 35 days", "not_before", (begin <= as_of + _LATEST) | begin.is_null()),
            Check("no content template is named for it and this party", "template_id", content.is_not_null()),
        )
        rows, refused, elsewhere = screened(schedule, as_of, checks, channels=(Channel.SMS,))
        parameters = json_members(
            {
                "To": pl.col("contact_point"),
                "From": pl.lit(self.params.from_number, dtype=pl.String),
                "MessagingServiceSid": pl.lit(self.params.messaging_service_sid),
                "ContentSid": content,
                "ScheduleType": pl.lit("fixed"),
                "SendAt": begin.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
        lines = rows.select(line=pl.format('{{"attempt_id":"{}","parameters":{}}}\n', "attempt_id", parameters))
        return Handover(
            documents=tuple(Packing(stem="twilio", suffix=".jsonl").documents(lines, _joined)),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, _CARRIED),
        )


def _mapped(content: Mapping[str, str]) -> pl.Expr:
    if not content:
        return pl.lit(None, dtype=pl.String)
    return pl.col("template_id").replace_strict(dict(content), default=None, return_dtype=pl.String)


def _joined(rows: pl.DataFrame) -> bytes:
    return "".join(rows["line"]).encode()

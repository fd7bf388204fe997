"""Options of dialers: the tables ``[export.<dialer>]`` of a settings file.

An option without a default has none that could be right anywhere: a trunk, a campaign, the clock that a dialer goes by.
Users and passwords are no options: what is written out may be read by others.
"""

from __future__ import annotations

import string
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

__all__ = [
    "AsteriskParams",
    "ConnectParams",
    "CxoneParams",
    "ExportParams",
    "Five9Params",
    "FreeswitchParams",
    "GenesysParams",
    "GoautodialParams",
    "IcalParams",
    "TwilioParams",
    "UccxParams",
    "VicidialParams",
]

_PLACEHOLDERS = ("number", "digits", "national", "country_code")
_NUMBERS = frozenset(_PLACEHOLDERS[:3])


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("no such time zone; expected an IANA name such as Europe/London") from None
    return name


def _template(text: str) -> str:
    """Let through what names a number, and nothing that is not known."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise ValueError("a brace without its other half") from None
    names = {name for _, name, *_ in parts if name is not None}
    if not names & _NUMBERS or not names <= set(_PLACEHOLDERS) or any(form or kind for _, _, form, kind in parts):
        raise ValueError(f"expected one of {{{'}, {'.join(_PLACEHOLDERS)}}} where the number goes, and no others")
    return text


Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.*+-]{1,80}$")]
"""An extension, a context: no blank, nothing that a configuration language reads."""
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f;#{}|]{1,200}$")]
Zone = Annotated[str, AfterValidator(_zone)]
Template = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f;#|,]{1,200}$"), AfterValidator(_template)]
ExtraName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
"""A header: 128 characters at Genesys, and at Amazon no blanks."""
_OURS = frozenset(
    ("attempt_id", "account_id", "externalid", "number1", "party", "phone", "purpose", "time_zone", "timetocall")
)
_MOST_EXTRA = 44
"""With our six columns the 50 that Genesys takes."""


class DialerParams(BaseModel):
    """Frozen, and strict about its keys; ``list_id = 101`` may be written without quotes."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class WithExtra(DialerParams):
    """Formats with room for columns of the user's own."""

    extra: tuple[ExtraName, ...] = Field(default=(), max_length=_MOST_EXTRA)
    """Columns of the schedule's ``extra`` that go along. None unless named: a dialer is shown what it needs."""

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [name.lower() for name in self.extra]
        if len(set(names)) < len(names) or _OURS & set(names):
            raise ValueError("extra: a name stands twice, or is that of a column of ours")
        return self


class VicidialParams(DialerParams):
    """VICIdial."""

    route: Literal["api", "loader"] = "api"
    """Lines for its API, which take a time to call; or files for its list loader, which do not. One of them, as both
    would make every call twice."""
    list_id: str = Field(pattern=r"^[0-9]{3,12}$")
    campaign_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{2,8}$")
    """Campaign whose callbacks these are; the API needs it."""
    time_zone: Zone | None = None
    """Zone of the dialer server's clock; the API takes local times without an offset."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.route == "api":
            for name in ("campaign_id", "time_zone"):
                if getattr(self, name) is None:
                    raise ValueError(f"{name} is missing; only route = 'loader' can do without")
        return self


class AsteriskParams(DialerParams):
    """Asterisk call files."""

    channel: Template
    """What to dial: ``PJSIP/{number}@trunk``; {number} is +442079460001, {digits} 442079460001, {national}
    2079460001."""
    callerid: Line
    context: Word
    extension: Word
    priority: int = Field(default=1, ge=1)


class FreeswitchParams(DialerParams):
    """FreeSWITCH ``sched_api`` commands."""

    endpoint: Template
    """What to dial: ``sofia/gateway/trunk/{digits}``."""
    caller_id_number: Word
    context: Word
    extension: Word
    dialplan: Word = "XML"


class GenesysParams(WithExtra):
    """Genesys Cloud contact lists."""


class Five9Params(WithExtra):
    """Five9 lists."""

    time_zone: Zone
    """Zone in which the domain reads TimeToCall, which has no offset."""


class ConnectParams(WithExtra):
    """Amazon Connect outbound campaigns."""

    campaign_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,256}$")


class TwilioParams(DialerParams):
    """Twilio scheduled messages."""

    messaging_service_sid: str = Field(pattern=r"^MG[0-9a-f]{32}$")
    """Only a messaging service takes scheduled messages."""
    from_number: str | None = Field(default=None, pattern=r"^\+[1-9][0-9]{6,14}$")
    """One sender of the service; null = the service chooses."""
    content: dict[str, Annotated[str, StringConstraints(pattern=r"^HX[0-9a-f]{32}$")]] = Field(default_factory=dict)
    """template_id → content template at Twilio, of messages to debtors."""
    third_party_content: dict[str, Annotated[str, StringConstraints(pattern=r"^HX[0-9a-f]{32}$")]] = Field(
        default_factory=dict
    )
    """The same for third parties. Apart, so that no text meant for a debtor ever goes to anybody else."""


class CxoneParams(WithExtra):
    """NICE CXone calling lists."""


class UccxParams(DialerParams):
    """Cisco Unified Contact Center Express."""

    time_zone: Zone
    """Zone in which the campaign reads Dial Time, which is an hour and a minute only."""


class GoautodialParams(DialerParams):
    """GOautodial lists."""


class IcalParams(DialerParams):
    """Calendars."""


class ExportParams(DialerParams):
    """What each dialer's format needs to be told; null = nothing is said of that dialer."""

    vicidial: VicidialParams | None = None
    asterisk: AsteriskParams | None = None
    freeswitch: FreeswitchParams | None = None
    genesys: GenesysParams | None = None
    five9: Five9Params | None = None
    connect: ConnectParams | None = None
    twilio: TwilioParams | None = None
    cxone: CxoneParams | None = None
    uccx: UccxParams | None = None
    goautodial: GoautodialParams | None = None
    ical: IcalParams | None = None

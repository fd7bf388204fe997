"""What a provision of contact law can say: a few kinds, each a frozen model that knows no more than its figures.

A provision bears on a proposal when its place is among the candidate places, it is in force on the local day, and the
channel, party and label of the contact point are among those it names. ``status`` tells how the text was seen: P
primary, S secondary, M from memory. An M figure may only tighten: hours of status M give review inside, deny outside.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal, TypeAlias

from holidays import country_holidays
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from skiptrace.vocabulary import Channel, Party, PointLabel, Purpose, Relation, StopKind

__all__ = [
    "Bar",
    "Cap",
    "Disclosure",
    "Hours",
    "Need",
    "Pack",
    "Provision",
    "Retention",
    "Wait",
    "Window",
]


def _known_calendar(code: str) -> str:
    country, _, region = code.partition("-")
    try:
        country_holidays(country, subdiv=region or None)
    except NotImplementedError as error:
        raise ValueError(f"no calendar of public holidays for {code}") from error
    return code


Calendar = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"), AfterValidator(_known_calendar)]
"""ISO 3166 code of a calendar of public holidays."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACE = r"^(\*|[A-Z]{2}(-[A-Z0-9]{1,3}){0,2})$"


class Model(BaseModel):
    """Frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Common(Model):
    """What every provision has, whatever its kind."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    summary: str = Field(min_length=3)
    """The provision in plain words; it is the reason shown to people."""
    citation: str = Field(min_length=3)
    status: Literal["P", "S", "M"]
    places: tuple[Annotated[str, Field(pattern=PLACE)], ...] = ()
    """Where it holds; empty = the places of its pack. ``*`` is everywhere."""
    valid_from: date | None = None
    valid_until: date | None = None
    """Last local day on which it is in force."""
    channels: tuple[Channel, ...] = tuple(Channel)
    """Channels it bears on."""
    party: Party | None = None
    """Whom it protects; null = both."""
    purpose: Purpose | None = None
    """The purpose of contact it bears on; null = every."""
    labels: tuple[PointLabel, ...] = ()
    """Bears only on contact points with one of these labels; empty = all. An unknown label is none of them, but that of
    a mobile line is ``mobile``."""
    override_reason: str | None = None
    """Why this provision replaces the shipped one with the same id; required of one that does."""
    adds: bool = False
    """Whether it only tightens: where nothing else in the law of the place names hours, the house's hold beside these;
    where nothing else says when a third party may be asked, this does not; where all else is from memory, letters are
    not permitted for its sake."""

    @field_validator("places")
    @classmethod
    def _everywhere_alone(cls, places: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in places and len(places) > 1:
            raise ValueError("* is everywhere: no other place beside it")
        return places

    @model_validator(mode="after")
    def _dates_in_order(self) -> Common:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        return self


LiftingScope = Literal["attorney", "employer_prohibits", "inconvenient_place", "inconvenient_time"]
"""Scope of a consent by which the debtor, or the debtor's attorney, lifts what would otherwise forbid the contact."""


class Liftable(Common):
    """What a consent given directly to this collector can lift (12 CFR 1006.6(b)(2)(ii), (b)(4))."""

    lifted_by: LiftingScope | None = None
    """A consent with this scope lifts it for the contact points that name the consent: given by the debtor to this
    collector on a basis of consent, for contact and for the channel, valid from start to end of the contact and, where
    a stop is lifted, given after that stop began. Null = nothing lifts it."""


class Hours(Model):
    """Local hours on some days of the week; ``24:00`` cannot be written: 00:00 as the end is midnight."""

    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(min_length=1)
    """0 = Monday."""
    open: time
    close: time

    @field_validator("days", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found: list[int] = []
        for part in value.split(","):
            first, _, last = part.strip().partition("-")
            if first not in DAYS or (last and last not in DAYS[DAYS.index(first) :]):
                raise ValueError(f"expected days such as mon-fri,sun from {', '.join(DAYS)}, in this order")
            found.extend(range(DAYS.index(first), DAYS.index(last or first) + 1))
        return tuple(found)

    @model_validator(mode="after")
    def _open_before_close(self) -> Hours:
        if self.open.tzinfo or self.close.tzinfo:
            raise ValueError("hours are local: no offset")
        if self.close != time(0) and self.close <= self.open:
            raise ValueError("close is not after open")
        return self


class Window(Liftable):
    """Hours in which contact may take place; from start to end it must lie inside.

    At ``ends = "closed"`` a contact may start at the opening and end at the closing; at ``"open"`` neither: 08:00:00
    itself is out. None may start at the closing.
    """

    kind: Literal["window"]
    hours: tuple[Hours, ...] = Field(min_length=1)
    ends: Literal["closed", "open"] = "closed"
    holidays: Calendar | None = None
    """Calendar (ISO 3166) on whose public holidays there are no hours at all."""
    holidays_added: tuple[Literal["easter_monday"], ...] = ()
    """Holidays that the cited list has and the calendar lacks."""


class Cap(Common):
    """At most ``maximum`` attempts that count, the proposed one included, in every span that holds the proposed one.

    The span is one of ``days``, ``hours`` and ``months``.
    """

    kind: Literal["cap"]
    count: Literal["attempts", "connected", "contacts", "conversations", "unanswered"]
    """What counts, by the table of outcomes; an unknown meaning counts. ``contacts``: answered, or a message left."""
    per: Literal["debt", "account", "person", "number"]
    """``debt``: the account, and attempts whose debt_ids name it; ``account``: attempts in its own file alone;
    ``person``: all accounts with its person_id; ``number``: the contact point, whoever's attempt it was."""
    days: int | None = Field(default=None, ge=1)
    """So many consecutive local days, in every candidate zone."""
    hours: int | None = Field(default=None, ge=1)
    """So many hours on end, counted from second to second: two attempts exactly that far apart are in no one span."""
    months: Literal[1] | None = None
    """The local calendar month, in every candidate zone."""
    maximum: int = Field(ge=0)
    counted: tuple[Channel, ...] = ()
    """Channels that count; empty = ``channels``."""
    counted_labels: tuple[PointLabel, ...] = ()
    """Attempts at points with these labels count, and those at no known point; empty = all."""
    inbound: bool = False
    """Whether what the debtor began counts too."""
    after_conversation: bool = False
    """Whether it only holds once there has been a conversation."""
    except_direct_consent: bool = False
    """Whether calls, and nothing else, under a direct consent (scope call_back) are free and not counted. The consent
    lasts seven local days, the day it was given being day 1, and ends at the next conversation (12 CFR
    1006.14(b)(3)(i)). A past call is looked at in the zones of its own point and by the conversations about its own
    account, whatever is judged now."""

    @model_validator(mode="after")
    def _one_span(self) -> Cap:
        if sum(span is not None for span in (self.days, self.hours, self.months)) != 1:
            raise ValueError("give one of days, hours and months")
        return self


class Wait(Common):
    """No contact before some days have passed since an event; its local date is day 0 of ``days``."""

    kind: Literal["wait"]
    after: Literal["conversation", "notice"]
    """``conversation``: any one with the debtor, in either direction; none = nothing to wait for. ``notice``: the
    written notice; none = deny."""
    per: Literal["debt", "person"] = "debt"
    days: int = Field(ge=1)
    """The first local day allowed is the event's date plus this many days."""
    business_days: bool = False
    """Whether only Monday to Friday outside ``holidays`` are counted."""
    holidays: Calendar | None = None
    except_direct_consent: bool = False

    @model_validator(mode="after")
    def _calendar(self) -> Wait:
        if self.business_days and self.holidays is None:
            raise ValueError("business_days needs holidays")
        return self


class Need(Common):
    """Something without which there is no contact."""

    kind: Literal["need"]
    need: Literal["consent", "recent_text_basis", "unreachable", "home_unreachable"]
    """``consent``: valid from start to end, with ``purposes`` and one of ``bases``. ``recent_text_basis``: the
    debtor's own text from the number, their consent given to this collector, or a reassigned-number check with the
    answer not_reassigned, none older than ``max_age_days``. ``unreachable``: the place allows to ask a third party for
    location information once every point of the debtor's is dead or has ``failures`` failures running.
    ``home_unreachable``: every telephone of the debtor's that is not at work is dead or has as many."""
    purposes: tuple[Literal["locate", "contact", "share"], ...] = ()
    """For ``locate`` of a third party, the consent of the relation by which they are known must hold as well."""
    bases: tuple[str, ...] = ()
    """Bases that satisfy; empty = any."""
    found_only: bool = False
    """Asked only where the account itself did not give the contact point."""
    max_age_days: int = Field(default=60, ge=1)
    """Ages are to the second: exactly this many days pass."""
    failures: int = Field(default=1, ge=1)


class Bar(Liftable):
    """No contact, while a stop stands or because of what the contact is."""

    kind: Literal["bar"]
    stop: StopKind | None = None
    """While a stop of this kind stands on the account, its person or the contact point."""
    tag: str | None = None
    """While the account has this tag."""
    products: tuple[str, ...] = ()
    """Where the account's product contains one of these words; an unknown product gives review."""
    collecting: bool = False
    """Where a third party would be contacted for anything but location information."""
    asked_before: bool = False
    """Where this third party was contacted before, and has not since asked to be called again."""
    reassigned: bool = False
    """Where a check says that the number was reassigned."""
    relations: tuple[Relation, ...] = ()
    """Only for third parties of these relations; empty = all."""
    except_relations: tuple[Relation, ...] = ()
    """Relations that stand in the debtor's place and are not barred."""
    place_silent: bool = False
    """Where the law of one of the places does not say when a third party may be asked: no ``unreachable`` need of its
    own, one that ``adds`` not counted."""
    reply_allowed: tuple[str, ...] = ()
    """Places in which one reply to a contact that the debtor began since is free (12 CFR 1006.14(h)(2))."""


class Disclosure(Common):
    """What must or may not be said; not judged here, but part of every permit."""

    kind: Literal["disclosure"]


class Retention(Common):
    """How long records must be kept."""

    kind: Literal["retention"]
    years: float = Field(gt=0)


Provision: TypeAlias = Annotated[Window | Cap | Wait | Need | Bar | Disclosure | Retention, Field(discriminator="kind")]


class Pack(Model):
    """One file of the rulebook: the provisions of one jurisdiction."""

    name: str = Field(min_length=3)
    places: tuple[Annotated[str, Field(pattern=PLACE)], ...] = Field(min_length=1)
    minimum_tzdata: str | None = Field(default=None, pattern=r"^\d{4}\.\d+$")
    """Oldest tzdata with which this pack may be judged."""
    provision: tuple[Provision, ...] = Field(min_length=1)

"""Where may this person be? Every place and every zone that anything known points to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from skiptrace.compliance.verify.clock import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skiptrace.compliance.places import Places
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.compliance.verify.known import Known

__all__ = ["Whereabouts", "whereabouts"]

Row = dict[str, Any]
RECENT_MOVE = timedelta(days=30)
"""How long after a move the old place counts too."""


class Whereabouts(NamedTuple):
    """Where somebody may be; all of it must allow, none of it means no.

    Attributes
    ----------
    places
        ISO codes whose law binds.
    hour_places
        The same, for hours alone: a third party's hours are those of their own places.
    zones
        IANA names.
    """

    places: tuple[str, ...]
    hour_places: tuple[str, ...]
    zones: tuple[str, ...]


class _Address(NamedTuple):
    place: str
    postal_code: str | None
    city: str | None
    exact: bool
    own: bool


def whereabouts(known: Known, rulebook: Rulebook, lead: Row, moment: datetime) -> Whereabouts:
    """Return where whoever is at the other end of a lead may be.

    Addresses come first. Area codes always add their zones, and add their state's law only where no own address settles
    it. A third party is bound by the debtor's law too, but keeps the hours of their own places.
    """
    debtor = [other for other in known.leads[lead["account_id"]] if other["party"] == "debtor"]
    account = known.people.get(("accounts", lead["account_id"]), {})
    if lead["party"] == "debtor":
        here = _Person(known, rulebook, account, debtor, lead, moment)
        return Whereabouts(here.places, here.places, here.zones)
    third = [
        other
        for other in known.leads[lead["account_id"]]
        if other["party"] != "debtor" and other["relation_id"] == lead["relation_id"]
    ]
    here = _Person(known, rulebook, known.people.get(("relations", lead["relation_id"]), {}), third, lead, moment)
    theirs = _Person(known, rulebook, account, debtor, None, moment)
    return Whereabouts(tuple(sorted({*here.places, *theirs.places})), here.places, here.zones)


class _Person:
    """One person's places and zones."""

    def __init__(
        self, known: Known, rulebook: Rulebook, me: Row, leads: list[Row], contacted: Row | None, moment: datetime
    ) -> None:
        places = rulebook.places
        addresses = _addresses(known, me, leads, moment)
        numbers = [
            lead for lead in leads if lead["kind"] == "phone" and (lead is contacted or _speaks(known, lead, moment))
        ]
        found = {places.canonical(code) for address in addresses for code in _with_city(places, address)}
        if me.get("jurisdiction"):
            found.add(places.canonical(me["jurisdiction"]))
        if not any(_settles(rulebook, address) for address in addresses):
            codes = [places.canonical(code) for number in numbers for code in number["places"] or ()]
            found.update(places.city_of(code, None, None) or code for code in codes)
        zones = {zone for address in addresses for zone in _zones(places, address)}
        zones.update(zone for number in numbers for zone in number["zones"] or ())
        if me.get("time_zone"):
            zones.add(me["time_zone"])
        real = {zone for zone in zones if zone_named(zone)}
        if not real:
            real.update(zone for address in addresses for zone in places.zones_of(places.canonical(address.place)))
        self.places = tuple(sorted(found))
        self.zones = tuple(sorted(real))


def _settles(rulebook: Rulebook, address: _Address) -> bool:
    """Tell whether an own address says whose law holds: a region, or a street in a country without regional law."""
    if not address.own:
        return False
    code = rulebook.places.canonical(address.place)
    regional = any(pack.startswith(f"{code}-") for pack in rulebook.packs)
    return "-" in code or (address.exact and not regional)


def _addresses(known: Known, me: Row, leads: Iterable[Row], moment: datetime) -> list[_Address]:
    found = [_address(me)] if me.get("region") or me.get("country") else []
    posted = [lead for lead in leads if lead["kind"] == "address" and (lead["own"] or _consented(known, lead, moment))]
    latest = max((lead["last_seen"] for lead in posted if lead["own"] and lead["last_seen"]), default=date.max)
    for lead in posted:
        left = lead["own"] and lead["last_seen"] and lead["last_seen"] < latest
        if left and moment.date() - RECENT_MOVE >= latest:
            continue
        rows = [row for row in known.by_address[lead["point_key"]] if row["region"] or row["country"]]
        own = bool(lead["own"])
        if rows:
            found.extend(_address(row)._replace(exact=True, own=own) for row in rows)
        else:
            postal_code, city = _locality(lead["point_key"])
            found.extend(_Address(code, postal_code, city, exact=True, own=own) for code in lead["places"] or ())
    return found


def _locality(address_key: str) -> tuple[str | None, str | None]:
    """Return the postal code or else the city that an address key names after its country."""
    _, _, rest = address_key.partition("|")
    locality = rest.partition("|")[0]
    if any(letter.isdigit() for letter in locality):
        return locality.upper(), None
    return None, locality or None


def _address(me: Row) -> _Address:
    exact = bool(me.get("address_key") or me.get("city") or me.get("postal_code"))
    return _Address(me.get("region") or me["country"], me.get("postal_code"), me.get("city"), exact, own=True)


def _with_city(places: Places, address: _Address) -> Iterable[str]:
    yield address.place
    city = places.city_of(places.canonical(address.place), address.postal_code, address.city)
    if city is not None:
        yield city


def _zones(places: Places, address: _Address) -> tuple[str, ...]:
    # A bare country of several zones says next to nothing about the hour; it speaks only where nothing else does.
    code = places.canonical(address.place)
    if not address.exact and "-" not in code and not places.country_has_one_zone(code):
        return ()
    return places.zones_of(code, address.postal_code, address.city)


def _speaks(known: Known, lead: Row, moment: datetime) -> bool:
    """Tell whether a number on file says where its owner may be: not known dead, wrong or without consent."""
    return not known.is_gone(lead, moment) and (bool(lead["own"]) or _consented(known, lead, moment))


def _consented(known: Known, lead: Row, moment: datetime) -> bool:
    for name in lead["consent_ids"] or ():
        consent = known.consents.get(name)
        if consent is None or consent["given_to"] is None:
            continue
        ends = (consent["valid_until"], consent["revoked_at"], consent["revocation_received_at"])
        if all(end is None or moment < end for end in ends):
            return True
    return False

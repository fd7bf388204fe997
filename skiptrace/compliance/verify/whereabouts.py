"""Where may this person be? Every place and every zone that anything known points to."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from skiptrace.compliance.verify.clock import zone_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skiptrace.compliance.places import Places
    from skiptrace.compliance.verify.known import Known

__all__ = ["Whereabouts", "whereabouts"]

Row = dict[str, Any]
RECENT_MOVE = timedelta(days=30)
"""How long after a move the old place counts too."""


class Whereabouts(NamedTuple):
    """Candidate places (ISO codes) and zones (IANA names), sorted; all must allow, none means no."""

    places: tuple[str, ...]
    zones: tuple[str, ...]


class _Address(NamedTuple):
    place: str
    postal_code: str | None
    city: str | None
    exact: bool


def whereabouts(known: Known, places: Places, lead: Row, moment: datetime) -> Whereabouts:
    """Return where whoever is at the other end of a lead may be.

    Addresses come first. Area codes always add their zones, and add their state's law only where no address tells a
    region. A third party's hours follow the third party's own places.
    """
    if lead["party"] == "third_party":
        me = known.people.get(("relations", lead["relation_id"]), {})
        leads = [other for other in known.leads[lead["account_id"]] if other["relation_id"] == lead["relation_id"]]
    else:
        me = known.people.get(("accounts", lead["account_id"]), {})
        leads = [other for other in known.leads[lead["account_id"]] if other["party"] == "debtor"]
    addresses = _addresses(known, me, leads, moment)
    found = {places.canonical(place) for address in addresses for place in _city_too(places, address)}
    if me.get("jurisdiction"):
        found.add(places.canonical(me["jurisdiction"]))
    numbers = [other for other in leads if other["kind"] == "phone" and (other is lead or _alive(known, other, moment))]
    for number in numbers:
        for code in number["places"] or ():
            # An area code speaks of law only where no address tells the region of that country.
            country = places.lineage(code)[-1]
            if not any(place.startswith(f"{country}-") or (place == country and "-" not in code) for place in found):
                found.update((places.canonical(code), *_city_of_region(places, code)))
    zones = {zone for address in addresses for zone in _zones(places, address)}
    zones.update(zone for number in numbers for zone in number["zones"] or ())
    if me.get("time_zone"):
        zones.add(me["time_zone"])
    if not zones:
        zones.update(zone for address in addresses for zone in places.zones_of(address.place))
    return Whereabouts(tuple(sorted(found)), tuple(sorted(zone for zone in zones if zone_named(zone))))


def _addresses(known: Known, me: Row, leads: Iterable[Row], moment: datetime) -> list[_Address]:
    found = [_address(me)] if me.get("region") or me.get("country") else []
    posted = [lead for lead in leads if lead["kind"] == "address"]
    latest = max((lead["last_seen"] for lead in posted if lead["own"] and lead["last_seen"]), default=date.max)
    for lead in posted:
        left = lead["own"] and lead["last_seen"] and lead["last_seen"] < latest
        if left and moment.date() - RECENT_MOVE > latest:
            continue
        row = _row_of(known, lead)
        codes = lead["places"] or ()
        found.extend(
            _Address(code, (row or {}).get("postal_code"), (row or {}).get("city"), exact=True) for code in codes
        )
    return found


def _address(me: Row) -> _Address:
    exact = bool(me.get("region") or me.get("address_key") or me.get("city") or me.get("postal_code"))
    return _Address(me.get("region") or me["country"], me.get("postal_code"), me.get("city"), exact)


def _row_of(known: Known, lead: Row) -> Row | None:
    """Return the row of people that this address was read from, which knows its city and postal code."""
    for table in ("accounts", "relations", "records"):
        for record_id in lead["record_ids"] or ():
            row = known.people.get((table, record_id))
            if row is not None and row["address_key"] == lead["point_key"]:
                return row
    return None


def _city_too(places: Places, address: _Address) -> Iterable[str]:
    yield address.place
    city = places.city_of(address.place, address.postal_code, address.city)
    if city is not None:
        yield city


def _city_of_region(places: Places, code: str) -> Iterable[str]:
    city = places.city_of(code, None, None)
    return () if city is None else (city,)


def _zones(places: Places, address: _Address) -> tuple[str, ...]:
    # A bare country of several zones says next to nothing about the hour; it speaks only where nothing else does.
    if not address.exact and not places.country_has_one_zone(address.place):
        return ()
    return places.zones_of(address.place, address.postal_code, address.city)


def _alive(known: Known, lead: Row, moment: datetime) -> bool:
    """Tell whether a number on file still says where its owner may be: not known dead, wrong or without consent."""
    if lead["reassignment_result"] == "reassigned" or is_dead(known, lead, moment):
        return False
    stops = known.stops_of_account[lead["account_id"]] + known.stops_of_point[lead["point_key"]]
    if any(stop.kind == "wrong_party" and stop.point == lead["point_key"] and stop.since <= moment for stop in stops):
        return False
    return bool(lead["own"]) or any(
        _holds(known.consents.get(consent), moment) for consent in lead["consent_ids"] or ()
    )


def is_dead(known: Known, lead: Row, moment: datetime) -> bool:
    """Tell whether the last thing heard of a point is that it does not work."""
    heard = [event for event in known.by_point[lead["point_key"]] if event.live and event.at <= moment]
    return bool(heard) and max(heard, key=lambda event: (event.at, -event.live)).live < 0


def _holds(consent: Row | None, moment: datetime) -> bool:
    if consent is None or consent["given_to"] is None or consent["given_at"] > moment:
        return False
    ends = [
        consent[name] for name in ("valid_until", "revoked_at", "revocation_received_at") if consent[name] is not None
    ]
    return all(moment < end for end in ends)

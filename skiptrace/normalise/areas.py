"""What a telephone number's area tells: time zones and places, never narrower than the whole area code.

The zones of ``phonenumbers`` follow single exchanges and forget overlays: +1 219 555 is given as Eastern though Gary is
Central, +1 364 as Eastern though it serves the same west of Kentucky as +1 270. A number moves with its owner inside
the area, so every zone of the area counts, and for a mobile without area every zone of the country.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from phonenumbers import PhoneNumberType, phonenumberutil
from phonenumbers.tzdata import TIMEZONE_DATA

from skiptrace.normalise.facts import fact_rows

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = ["NANP", "area_of_code", "area_of_number"]

NANP = 1
"""Calling code of the North American numbering plan."""

_UNKNOWN_ZONE = "Etc/Unknown"
_NOWHERE = "001"
_PLACELESS = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
    }
)
# Old spellings in the numbering data, so that one zone has one name.
_RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Choibalsan": "Asia/Ulaanbaatar",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}

_Area = tuple[tuple[str, ...], tuple[str, ...]]


def area_of_number(number: PhoneNumber, kind: int, region: str | None) -> _Area:
    """Return the time zones and the places that a number points to.

    Parameters
    ----------
    number
        Parsed.
    kind
        Its :class:`phonenumbers.PhoneNumberType`.
    region
        ISO 3166-1 code of its country; None if its plan does not hold it: then the main country of its calling code.

    Returns
    -------
    tuple
        IANA zones of the whole area code (of the whole country where the number does not tell its area), sorted;
        ISO 3166-2 codes of the states the area code serves, or the ISO 3166-1 code of the country. Both empty for
        toll-free numbers, area codes that do not exist and numbers of no country.

    Examples
    --------
    >>> import phonenumbers
    >>> area_of_number(phonenumbers.parse("+442079460123"), PhoneNumberType.FIXED_LINE, "GB")
    (('Europe/London',), ('GB',))
    >>> len(area_of_number(phonenumbers.parse("+61491570006"), PhoneNumberType.MOBILE, "AU")[0])
    8
    """
    calling_code = number.country_code or 0
    region = region or phonenumberutil.region_code_for_country_code(calling_code)
    if region in {_NOWHERE, phonenumberutil.UNKNOWN_REGION}:
        return (), ()
    if kind in _PLACELESS:
        return (), (region,)
    area = ""
    if phonenumberutil.is_number_type_geographical(kind, calling_code):
        length = phonenumberutil.length_of_geographical_area_code(number)
        area = phonenumberutil.national_significant_number(number)[:length]
    return _zones(f"{calling_code}{area}", whole=bool(area)), (region,)


def area_of_code(code: str) -> _Area:
    """Return the time zones and the places of a North American area code; both empty if it is none, or toll-free.

    >>> area_of_code("928")
    (('America/Denver', 'America/Phoenix'), ('US-AZ',))
    """
    return _nanp_areas().get(code, ((), ()))


@cache
def _prefixes() -> list[str]:
    return sorted(TIMEZONE_DATA)


@lru_cache(maxsize=65536)
def _zones(prefix: str, *, whole: bool) -> tuple[str, ...]:
    """Zones of the prefix: of all that the data know to begin with it (whole), else of the nearest prefix they know."""
    prefixes = _prefixes()
    start = bisect_left(prefixes, prefix)
    stop = bisect_left(prefixes, f"{prefix}:")  # ":" sorts right after the digits
    known = prefixes[start:stop] if whole else []
    if not known:
        known = [prefix[:end] for end in range(len(prefix), 0, -1) if prefix[:end] in TIMEZONE_DATA][:1]
    found = {_RENAMED.get(zone, zone) for each in known for zone in TIMEZONE_DATA[each]}
    return tuple(sorted(found - {_UNKNOWN_ZONE}))


@cache
def _nanp_areas() -> dict[str, _Area]:
    """Zones and places by area code: an overlay has the zones of the older codes whose ground it covers."""
    rows = {row["area_code"]: row for row in fact_rows("area_codes")}
    areas: dict[str, _Area] = {}
    for code, row in rows.items():
        zones = {zone for zone in row["zones"].split(";") if zone}
        for covered in (code, *filter(None, row["covers"].split(";"))):
            zones.update(_area_zones(covered))
            zones.update(zone for zone in rows[covered]["zones"].split(";") if zone)
        areas[code] = tuple(sorted(zones)), tuple(row["places"].split(";"))
    return areas


def _area_zones(code: str) -> tuple[str, ...]:
    prefix = f"{NANP}{code}"
    # The plan's own entry names every zone of the continent: it must not stand in for a missing area code.
    at = bisect_left(_prefixes(), prefix)
    return _zones(prefix, whole=True) if _prefixes()[at : at + 1] and _prefixes()[at].startswith(prefix) else ()

"""Postal addresses: keys that are equal for two spellings of one address, and the place it lies in."""

from __future__ import annotations

import re
from typing import NamedTuple

from skiptrace.normalise.chinese_addresses import read_han_address
from skiptrace.normalise.distinct import Unreadable
from skiptrace.normalise.folding import fold, has_han, plain
from skiptrace.normalise.place_lines import canonical_city, canonical_postal_code, read_place
from skiptrace.normalise.places import (
    NEW_YORK_CITY,
    TERRITORIES,
    is_new_york_city,
    likely_country,
    region_code,
    region_of_postal_code,
)
from skiptrace.normalise.street_lines import Street, read_street

__all__ = ["Address", "address_key", "country_of_line", "read_address", "read_where"]


class Address(NamedTuple):
    """An address in comparable parts.

    Attributes
    ----------
    line
        On one line, as it is to be printed.
    key
        Country, place (postal code, or city and region without one), house number, unit and street, joined by ``|``.
    street_key
        The last three, for addresses given without their place.
    tokens
        Distinct canonical words of the street line, sorted, without house number and unit.
    house_number, unit, postal_code, city, region, country
        As in PEOPLE.
    places
        ISO 3166-2 code of the region, or the country's; and New York City's if it lies there.
    """

    line: str
    key: str
    street_key: str
    tokens: tuple[str, ...]
    house_number: str | None
    unit: str | None
    postal_code: str | None
    city: str | None
    region: str | None
    country: str | None
    places: tuple[str, ...]


class _Where(NamedTuple):
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None


_PLACEHOLDER = re.compile(
    r"(?:unknown|none|null|nil|n/?a|na|tba|tbc|same|same as above|no fixed (?:abode|address)|homeless|not known|-|x+"
    r"|\?+|无|未知|不详|同上|暂无)\.?"
)


_BETWEEN_WORDS = re.compile(r"[\W_]+")
_SPECIAL_REGIONS = {"香港": "HK", "澳门": "MO", "澳門": "MO", "台湾": "TW", "台灣": "TW", "臺灣": "TW"}


def address_key(text: str | None, country: str | None = None) -> str | None:
    """Return the key of an address on one line, or None if it cannot be read.

    Examples
    --------
    >>> address_key("123 Main Street, Las Vegas NV 89132") == address_key("123 MAIN ST., Las Vegas, Nevada 89132, USA")
    True
    """
    address = read_address(text, None, None, None, country) if text is not None else None
    return address.key if isinstance(address, Address) else None


def read_address(
    text: str | None, city: str | None, region: str | None, postal_code: str | None, country: str | None
) -> Address | Unreadable:
    """Read an address.

    Parameters
    ----------
    text
        The street line, or the whole address on one line.
    city, region, postal_code
        As read in columns of their own; they win over what the line says.
    country
        ISO 3166-1 alpha-2; without it, the line may tell.

    Returns
    -------
    Address or Unreadable
        Without a street line the key is of the place alone and no use: then Unreadable.

    Examples
    --------
    >>> one = read_address("Apt 4, 15 W. 32nd Street", "New York", "NY", "10001-1234", "US")
    >>> one.key, one.places
    ('us|10001|15|4|32nd st w', ('US-NY', 'US-NY-NYC'))
    >>> read_address("n/a", None, None, None, None)
    Unreadable(reason='a placeholder, not an address')
    """
    line = plain(text)
    if line is None:
        return Unreadable("no street")
    if _PLACEHOLDER.fullmatch(line.lower()):
        return Unreadable("a placeholder, not an address")
    if not any(letter.isalpha() for letter in line):
        return Unreadable("no street name in an address")
    city, region, postal_code = plain(city), plain(region), plain(postal_code)
    country = country or likely_country(region, postal_code)
    if has_han(line) and country not in {"JP", "KR"}:
        return _han_address(line, _Where(city, region, postal_code, country))
    return _latin_address(line, _Where(city, region, postal_code, country))


def country_of_line(text: str | None) -> str | None:
    """Return the country that an address on one line tells by its end: a name, a state with its ZIP code, a postcode.

    >>> country_of_line("123 Main St, Las Vegas NV 89132"), country_of_line("深圳市南山区科技园路12号")
    ('US', 'CN')
    """
    line = plain(text)
    if line is None:
        return None
    if not has_han(line):
        return read_place(fold(line), None).country
    start = next((code for name, code in _SPECIAL_REGIONS.items() if name in line[:5]), None)
    return start or ("CN" if read_han_address(line).region else None)


def read_where(
    city: str | None, region: str | None, postal_code: str | None, country: str | None
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return city, region, postal code and country in canonical form, for a row that gives a place but no street."""
    city, region, postal_code = plain(city), plain(region), plain(postal_code)
    country = country or likely_country(region, postal_code)
    code = region_code(country, region)
    postal = canonical_postal_code(postal_code, country)
    town = read_han_address(city, region).city if city and has_han(city) else canonical_city(city)
    return _settled(_Where(town, code, postal, country))


def _latin_address(line: str, told: _Where) -> Address:
    found = read_place(fold(line), told.country)
    country = found.country or told.country
    code = region_code(country, told.region) or region_code(told.country, told.region) or found.region
    postal_code = canonical_postal_code(told.postal_code, country) or found.postal_code
    segments, city = found.segments, found.city
    if told.city is not None:
        segments, city = _without_city(found.segments, found.city, canonical_city(told.city))
    where = _Where(*_settled(_Where(city, code, postal_code, country)))
    return _address(_on_one_line(line, told), read_street(segments), where)


def _without_city(segments: tuple[str, ...], read: str | None, told: str | None) -> tuple[tuple[str, ...], str | None]:
    """Drop the city from the street line where a column of its own repeats it; keep what was no city after all."""
    if read is not None and read != told:
        segments = (*segments, read)
    kept = tuple(segment for at, segment in enumerate(segments) if at == 0 or canonical_city(segment) != told)
    return kept, told


def _han_address(line: str, told: _Where) -> Address:
    read = read_han_address(line, told.region, told.city)
    country = told.country or country_of_line(line)
    region = read.region if country == "CN" else region_code(country, told.region)
    postal_code = canonical_postal_code(told.postal_code, country) or read.postal_code
    where = _Where(*_settled(_Where(read.city, region, postal_code, country)))
    # A Chinese postal code covers a district and is often missing: the city tells an address apart as well.
    keyed = where._replace(postal_code=None)
    street = Street(read.house_number, read.unit, (read.road,) if read.road else (), read.others)
    printed = "".join(part for part in (told.region, told.city) if part and part.rstrip("省市") not in line) + line
    return _address(printed, street, where, keyed)


def _settled(where: _Where) -> tuple[str | None, str | None, str | None, str | None]:
    city, region, postal_code, country = where
    if country in TERRITORIES:
        country, region = "US", f"US-{country}"
    if country == "CN" and region in {"CN-HK", "CN-MO", "CN-TW"}:
        country, region = region[3:], None
    region = region or region_of_postal_code(country, postal_code)
    return city, region, postal_code, country


def _address(line: str, street: Street, where: _Where, keyed: _Where | None = None) -> Address:
    spot = keyed or where
    # With a house number the street's own words are enough; buildings and villages come and go between spellings.
    named = street.words if street.house_number and street.words else (*street.words, *street.others)
    street_key = "|".join((street.house_number or "", street.unit or "", " ".join(sorted(set(named)))))
    place = spot.postal_code or " ".join(part for part in (spot.city, spot.region) if part)
    country = (where.country or "").lower()
    places = tuple(part for part in (where.region or where.country,) if part)
    if is_new_york_city(where.region, where.city, where.postal_code):
        places = (*places, NEW_YORK_CITY)
    return Address(
        line=line,
        key=f"{country}|{place.lower()}|{street_key}",
        street_key=street_key,
        tokens=tuple(sorted({*street.words, *street.others})),
        house_number=street.house_number,
        unit=street.unit,
        postal_code=where.postal_code,
        city=where.city,
        region=where.region,
        country=where.country,
        places=places,
    )


def _on_one_line(line: str, told: _Where) -> str:
    """Append what the columns tell and the line does not already say."""
    said = fold(line)
    parts = [line.rstrip(" ,")]
    if told.city and fold(told.city) not in said:
        parts.append(told.city)
    stripped = f" {_BETWEEN_WORDS.sub(' ', said)} "
    tail = [
        part
        for part in (told.region, told.postal_code)
        if part and f" {_BETWEEN_WORDS.sub(' ', fold(part))} " not in stripped
    ]
    if tail:
        parts.append(" ".join(tail))
    return ", ".join(parts)

"""The place at the end of an address on one line: country, postal code, state, city."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from skiptrace.normalise.folding import fold, words
from skiptrace.normalise.places import country_code, region_code
from skiptrace.normalise.street_lines import PO_BOX, UNIT, UNIT_WORD, address_words

__all__ = ["Place", "canonical_city", "canonical_postal_code", "read_place"]


class Place(NamedTuple):
    """What an address says of the place, and the segments left for the street."""

    segments: tuple[str, ...]
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None


_UK_POSTCODE = re.compile(r"\b([a-z]{1,2}\d[a-z\d]?)\s*(\d[abd-hjlnp-uw-z]{2})$")
_CA_POSTCODE = re.compile(r"\b([abceghj-nprstvxy]\d[abceghj-nprstv-z])[\s-]*(\d[abceghj-nprstv-z]\d)$")
_ZIP = re.compile(r"\b(\d{5})(?:[\s-]\d{4}|\d{4})?$")
_POSTCODES = {
    "US": _ZIP,
    "CA": _CA_POSTCODE,
    "GB": _UK_POSTCODE,
    "AU": re.compile(r"\b(\d{4})$"),
    "NZ": re.compile(r"\b(\d{4})$"),
    "CN": re.compile(r"\b(\d{6})$"),
    "IN": re.compile(r"\b(\d{3})\s*-?\s*(\d{3})$"),
    "SG": re.compile(r"\b(\d{6})$"),
    "MX": re.compile(r"\b(\d{5})$"),
    "BR": re.compile(r"\b(\d{5})-?(\d{3})$"),
}
# Elsewhere a postal code is four to six digits, before the city or behind it.
_POSTCODE_ELSEWHERE = re.compile(r"^(?:[a-z]{1,2}-)?(\d{4,6})\s+(\D+)$|^(\D+)\s+(\d{4,6})$|^(\d{4,6})$")
_COUNTRY_CODES_AT_END = frozenset({"usa", "uk", "gbr", "can", "aus", "prc", "u.s.a.", "u.s.", "u.k."})
_COUNTRIES_WITHOUT_COMMA = _COUNTRY_CODES_AT_END | {"india", "australia", "canada", "china", "singapore", "england"}
_SHORTEST_COUNTRY_NAME = 4
_WITH_REGIONS = ("US", "CA", "AU", "IN", "BR", "MX", "CN")
_TYPES_IN_CITIES = frozenset({"park", "hill", "hts", "heights", "cove", "view", "grove", "plaza", "ridge", "gardens"})
_NO_CODE = re.compile(r"[^0-9A-Za-z]")
_CITY_WORDS = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_CITY_NAMES = {"nyc": "new york", "new york city": "new york"}
_CITY_TAIL = re.compile(r"\s+(?:city|shi)$")


@lru_cache(maxsize=65536)
def canonical_postal_code(text: str | None, country: str | None) -> str | None:
    """Return a postal code in upper case without blanks; of a ZIP+4 the five, leading zeros a spreadsheet ate restored.

    >>> canonical_postal_code("ec1a 1bb", "GB"), canonical_postal_code("2139-4301", "US")
    ('EC1A1BB', '02139')
    """
    if text is None:
        return None
    code = _NO_CODE.sub("", fold(text).removesuffix(".0")).upper()
    if country == "US" and code.isdigit():
        # 3 or 4 digits: a spreadsheet took the leading zeros; 8: the same with ZIP+4.
        if len(code) in {3, 4}:
            code = code.zfill(5)
        elif len(code) in {8, 9}:
            code = code.zfill(9)[:5]
    return code or None


@lru_cache(maxsize=65536)
def canonical_city(text: str | None) -> str | None:
    """Return a city's name in lower case without diacritics, abbreviations written out.

    >>> canonical_city("St. Louis"), canonical_city("New York City"), canonical_city("Shenzhen City")
    ('saint louis', 'new york', 'shenzhen')
    """
    if text is None:
        return None
    name = words(text)
    if name and len(name) > 1:
        name[0] = _CITY_WORDS.get(name[0], name[0])
    city = " ".join(name)
    return _CITY_NAMES.get(city, _CITY_TAIL.sub("", city) if len(name) > 1 else city) or None


_SEGMENTS = re.compile(r"[,;\n]")


def read_place(line: str, country: str | None) -> Place:
    """Read country, postal code, state and city off the end of an address on one line.

    Parameters
    ----------
    line
        Folded.
    country
        ISO 3166-1 alpha-2 if the row names it.

    Examples
    --------
    >>> read_place("123 main street, las vegas nv 89132", None)
    Place(segments=('123 main street',), city='las vegas', region='US-NV', postal_code='89132', country='US')
    """
    segments = [segment for segment in (part.strip(" .-") for part in _SEGMENTS.split(line)) if segment]
    country = _taken_country(segments) or country
    country, postal_code = _taken_postal_code(segments, country)
    country = _taken_country(segments) or country
    region, country = _taken_region(segments, country, postal_code)
    if postal_code is None and region is not None:
        country, postal_code = _taken_postal_code(segments, country)
    if (
        country == "GB"
        and len(segments) > 1
        and (segments[-1] in address_words("county") or segments[-1].endswith("shire"))
    ):
        segments.pop()
    city = segments.pop() if len(segments) > 1 and _may_be_city(segments[-1]) else None
    if city is None and segments:
        segments[-1], city = _city_after_street(segments[-1])
    if city is None and region == "US-DC":
        city = "washington"
    return Place(tuple(segments), canonical_city(city), region, postal_code, country)


def _taken_country(segments: list[str]) -> str | None:
    if not segments:
        return None
    last = segments[-1]
    # "Georgia", a state, is likelier than the country behind a street.
    if len(segments) > 1 and (len(last) >= _SHORTEST_COUNTRY_NAME or last in _COUNTRY_CODES_AT_END):
        found = country_code(last)
        if found and not region_code("US", last):
            segments.pop()
            return found
    before, _, word = last.rpartition(" ")
    if before and word in _COUNTRIES_WITHOUT_COMMA:
        segments[-1] = before.strip(" .-")
        return country_code(word)
    return None


def _taken_postal_code(segments: list[str], country: str | None) -> tuple[str | None, str | None]:
    """Take the postal code off one of the last two segments; by its form or its state it may tell the country."""
    for at in range(len(segments) - 1, max(-1, len(segments) - 3), -1):
        for each in [country] if country else ["GB", "CA", "US"]:
            if each not in _POSTCODES:
                continue
            found = _POSTCODES[each].search(segments[at])
            before = segments[at][: found.start()].strip(" .-") if found else ""
            if not found or (at == 0 and not before) or PO_BOX.search(segments[at]):
                continue
            # Five digits alone are a ZIP code only if a state stands before them, or the row says that it is the US.
            if each == "US" and not _ends_in_state(before or segments[at - 1]) and (country is None or at == 0):
                continue
            segments[at : at + 1] = [before] if before else []
            return each, "".join(group for group in found.groups() if group).upper()
    if len(segments) > 1 and country not in _POSTCODES:
        return _taken_elsewhere(segments, country)
    return country, None


def _taken_elsewhere(segments: list[str], country: str | None) -> tuple[str | None, str | None]:
    found = _POSTCODE_ELSEWHERE.match(segments[-1])
    if not found:
        return country, None
    code_first, city_after, city_before, code_last, alone = found.groups()
    city = city_after or city_before or ""
    if country is None and any(word in address_words("type") for word in city.split()):
        return country, None
    told = country_code(city) if len(city) >= _SHORTEST_COUNTRY_NAME else None
    segments[-1:] = [city] if city and not told else []
    return told or country, code_first or code_last or alone


def _ends_in_state(text: str) -> bool:
    return any(region_code("US", " ".join(text.split()[-count:])) for count in (1, 2, 3))


def _taken_region(segments: list[str], country: str | None, postal_code: str | None) -> tuple[str | None, str | None]:
    if not segments or (country is None and postal_code is None and len(segments) == 1):
        return None, country
    tried = [country] if country in _WITH_REGIONS else (["US", "CA"] if country is None else [])
    for each in tried:
        tokens = segments[-1].split()
        for count in (3, 2, 1):
            if len(tokens) < count:
                continue
            code = region_code(each, " ".join(tokens[-count:]))
            alone = len(tokens) == count
            # "12 Rue Ontario": a lone segment that is all region leaves no street.
            if code and not (alone and len(segments) == 1):
                segments[-1:] = [] if alone else [" ".join(tokens[:-count]).strip(" .-")]
                return code, each
    return None, country


def _may_be_city(segment: str) -> bool:
    if any(letter.isdigit() for letter in segment) or UNIT_WORD.search(segment):
        return False
    last = segment.rsplit(maxsplit=1)[-1]
    return last not in address_words("type") or last in _TYPES_IN_CITIES


def _city_after_street(segment: str) -> tuple[str, str | None]:
    """Part "80 delaware ave se washington" after the first street type that has a name before it."""
    tokens = segment.split()
    types, directions = address_words("type"), address_words("direction")
    for at in range(2, len(tokens)):
        if tokens[at].strip(".") not in types or not any(letter.isdigit() for letter in tokens[0]):
            continue
        end = at + 1
        while end < len(tokens) and (tokens[end].strip(".") in types or tokens[end].strip(".") in directions):
            end += 1
        unit = UNIT.match(" ".join(tokens[end:]))
        if unit:
            end += len(unit.group().split())
        return " ".join(tokens[:end]), " ".join(tokens[end:]) or None
    return segment, None

"""Countries, states and provinces, and what a postal code says of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache, lru_cache

from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.folding import fold

__all__ = [
    "NEW_YORK_CITY",
    "TERRITORIES",
    "country_code",
    "is_new_york_city",
    "likely_country",
    "region_code",
    "region_of_postal_code",
]

NEW_YORK_CITY = "US-NY-NYC"
"""Not of ISO 3166-2: the city has contact law of its own, so it needs a name."""

TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP"})
"""ISO 3166-1 codes of places that are also states of ISO 3166-2:US; federal law of the United States binds there."""

_BOROUGHS = frozenset({"new york", "new york city", "nyc", "manhattan", "brooklyn", "queens", "bronx", "the bronx",
                       "staten island"})  # fmt: skip
_CITY_ZIPS = re.compile(r"^(10[0-4]\d\d|1100[45]|11[1-4]\d\d|116\d\d)$")
_UK_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[ABD-HJLNP-UW-Z]{2}")
_CA_POSTCODE = re.compile(r"[ABCEGHJ-NPRSTVXY]\d[A-Z][\s-]*\d[A-Z]\d")
_ZIP = re.compile(r"\d{5}(?:-?\d{4})?")
_ABBREVIATION = 3
_NOT_LETTERS = re.compile(r"[^\w]+|_")


@cache
def _countries() -> dict[str, str]:
    known: dict[str, str] = {}
    for row in fact_rows("countries"):
        for name in (row["alpha_2"].lower(), row["alpha_3"].lower(), *row["names"].split(";")):
            if name:
                known[name] = row["alpha_2"]
    return known


@cache
def _regions() -> dict[tuple[str, str], str]:
    known: dict[tuple[str, str], str] = {}
    for row in fact_rows("regions"):
        country, code = row["country"], row["code"]
        for name in (code.lower(), code.partition("-")[2].lower(), *row["names"].split(";")):
            known[country, name] = code
    return known


@cache
def _postal_ranges(country: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    rows = [(r["first"], r["last"], r["region"]) for r in fact_rows("postal_regions") if r["country"] == country]
    # Narrow ranges (96799 within 967) stand after the wide ones that hold them, so the search meets them first.
    rows.sort(key=lambda row: (row[0], len(row[0])))
    return [row[0] for row in rows], rows


def _name(text: str) -> str:
    return " ".join(_NOT_LETTERS.sub(" ", fold(text)).split())


@lru_cache(maxsize=65536)
def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country as people write it.

    Parameters
    ----------
    text
        A code of two or three letters, or a name, in English, Chinese or the country's own language. An ISO 3166-2
        code gives its country.

    Returns
    -------
    str or None
        None if it is not a country we know.

    Examples
    --------
    >>> country_code("U.S.A."), country_code("England"), country_code("中国"), country_code("US-MA"), country_code("?")
    ('US', 'GB', 'CN', 'US', None)
    """
    if text is None:
        return None
    name = _name(text)
    found = _countries().get(name) or _countries().get(name.removeprefix("the "))
    if found is None and re.fullmatch(r"[A-Za-z]{2}-[A-Za-z0-9]{1,3}(-\w+)?", text.strip()):
        found = _countries().get(name[:2])
    return found


@lru_cache(maxsize=65536)
def region_code(country: str | None, text: str | None) -> str | None:
    """Return the ISO 3166-2 code of a state or province as people write it.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2; known are US, CA, AU, CN, IN, BR and MX. None: only a full ISO 3166-2 code can be told.
    text
        Name, usual abbreviation or code.

    Examples
    --------
    >>> region_code("US", "Mass."), region_code("CN", "广东省"), region_code(None, "us-ny"), region_code("GB", "Kent")
    ('US-MA', 'CN-GD', 'US-NY', None)
    """
    if text is None:
        return None
    known = _regions()
    code = text.strip().upper()
    if (code[:2], code.lower()) in known and code[2:3] == "-":
        return code if country in {None, code[:2]} else None
    return None if country is None else known.get((country, _name(text)))


@lru_cache(maxsize=65536)
def region_of_postal_code(country: str | None, postal_code: str | None) -> str | None:
    """Return the state or province that a postal code lies in, where it lies in one for certain.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2; known are US, CA, AU and CN.
    postal_code
        Upper case, without blanks.

    Examples
    --------
    >>> [region_of_postal_code(*each) for each in (("US", "89132"), ("CA", "K1A0B1"), ("US", "09001"))]
    ['US-NV', 'CA-ON', None]
    """
    if country is None or not postal_code:
        return None
    firsts, ranges = _postal_ranges(country)
    for first, last, region in reversed(ranges[: bisect_right(firsts, postal_code)]):
        if postal_code[: len(first)] >= first and postal_code[: len(last)] <= last:
            return region
    return None


@lru_cache(maxsize=65536)
def likely_country(region: str | None, postal_code: str | None) -> str | None:
    """Return the country that a state and a postal code, as read, can only belong to.

    >>> likely_country("NV", "89111"), likely_country(None, "OX1 4AB"), likely_country("WA", None)
    ('US', 'GB', None)
    """
    postal = (postal_code or "").strip().upper()
    if _UK_POSTCODE.fullmatch(postal):
        return "GB"
    if _CA_POSTCODE.fullmatch(postal):
        return "CA"
    if region is None:
        return None
    if _ZIP.fullmatch(postal) and region_code("US", region):
        return "US"
    full = [country for country in ("US", "CA", "AU", "CN") if region_code(country, region)]
    told = region_code(None, region)
    if told:
        return told[:2]
    return full[0] if len(full) == 1 and len(region.strip()) > _ABBREVIATION else None


def is_new_york_city(region: str | None, city: str | None, postal_code: str | None) -> bool:
    """Tell whether an address lies in New York City, by ZIP code or, in the state of New York, by the city's name.

    >>> is_new_york_city("US-NY", "brooklyn", None), is_new_york_city("US-NY", "albany", "12203")
    (True, False)
    """
    if region != "US-NY":
        return False
    return bool(postal_code and _CITY_ZIPS.match(postal_code[:5])) or city in _BOROUGHS

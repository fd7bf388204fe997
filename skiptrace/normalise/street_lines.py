"""Street lines in Latin letters: unit, house number, canonical words."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.folding import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["PO_BOX", "UNIT", "UNIT_WORD", "Street", "address_words", "read_street"]


class Street(NamedTuple):
    """A street line taken apart.

    Attributes
    ----------
    house_number, unit
        Lower case; None if there is none.
    words
        Canonical words of the street, in order, without house number and unit.
    others
        Canonical words of further segments: building, village, district.
    """

    house_number: str | None
    unit: str | None
    words: tuple[str, ...]
    others: tuple[str, ...]


# Elsewhere a postal code is four to six digits, before the city or behind it.
_POSTCODE_ELSEWHERE = re.compile(r"^(?:[a-z]{1,2}-)?(\d{4,6})\s+(\D+)$|^(\D+)\s+(\d{4,6})$|^(\d{4,6})$")
_COUNTRY_CODES_AT_END = frozenset({"usa", "uk", "gbr", "can", "aus", "prc", "u.s.a.", "u.s.", "u.k."})
_COUNTRIES_WITHOUT_COMMA = _COUNTRY_CODES_AT_END | {"india", "australia", "canada", "china", "singapore", "england"}
_WITH_REGIONS = ("US", "CA", "AU", "IN", "BR", "MX", "CN")
_SHORTEST_COUNTRY_NAME = 4

_UNIT_WORDS = (
    r"apt|apartment|appartment|appt|unit|ste|suite|flat|room|rm|floor|fl|lot|spc|trlr|penthouse|ph|shop|door|office|level"
    r"|building|bldg|block|blk|tower|wing"
)
UNIT = re.compile(
    rf"\b(?:{_UNIT_WORDS})\b\.?\s*(?:no\.?|number|#)?\s*#?\s*(\d[\w-]*|[a-z]\d*)\b|#\s*(\d[\w-]*|[a-z])\b"
)
UNIT_WORD = re.compile(rf"\b(?:{_UNIT_WORDS})\b")
PO_BOX = re.compile(r"\b(?:p\s*\.?\s*o\s*\.?\s*box|post\s+office\s+box|gpo\s+box|locked\s+bag)\s*#?\s*(\w+)")
_UNIT_BEFORE = re.compile(r"\b(\d+)(?:st|nd|rd|th)?\s+(?:floor|fl)\b\.?")
_SLASH_UNIT = re.compile(r"^(\d+[a-z]?)\s*/\s*(\d+[a-z]?(?:-\d+)?)\b")
_NUMBER = r"(\d+(?:[-/]\d+)*[a-z]?)(?!\w)"
_HOUSE = re.compile(rf"^(?:(?:no|nr|number|house|plot|door|h\s*no|bld|bldg)\b\.?\s*:?\s*)?#?\s*{_NUMBER}\.?")
_HOUSE_AFTER = re.compile(rf"\b(?:(?:no|nr|number|bld)\b\.?\s*)?#?\s*{_NUMBER}$")
_HOUSE_WITHIN = re.compile(rf"(?<=\s){_NUMBER}(?=\s+\S)")
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th)\b")


_GLUED = re.compile(r"(?<=\w{3})(?:street|avenue|boulevard|drive|court|place|square|terrace|crescent|circuit|parade)$")
"""Kinds of street, long enough to be no part of a name, at the end of a word."""


@cache
def address_words(kind: str) -> dict[str, str]:
    """Return the words of one kind (type, direction, ordinal, number, county), each with its canonical form."""
    known: dict[str, str] = {}
    for row in fact_rows("address_words"):
        if row["kind"] == kind:
            for variant in (row["canonical"], *filter(None, row["variants"].split(";"))):
                known[variant] = row["canonical"]
    return known


@cache
def _street_words() -> dict[str, str]:
    return {**address_words("type"), **address_words("direction"), **address_words("ordinal"), "saint": "st"}


def read_street(segments: tuple[str, ...]) -> Street:
    """Take the street segments of an address apart.

    Parameters
    ----------
    segments
        Folded, without the place.

    Examples
    --------
    >>> read_street(("suite 900", "1450 north city road"))
    Street(house_number='1450', unit='900', words=('n', 'city', 'rd'), others=())
    >>> read_street(("flat 3", "12a high st")).unit, read_street(("5/12 smith st",))[:2]
    ('3', ('12', '5'))
    """
    units: list[str] = []
    rest: list[str] = []
    box = None
    for segment in segments:
        slash = _SLASH_UNIT.match(segment)
        if slash:
            units.append(slash.group(1))
        found = PO_BOX.search(segment)
        if found:
            box = box or found.group(1)
        bare = PO_BOX.sub(" po box ", segment[slash.start(2) :] if slash else segment)
        for pattern in (_UNIT_BEFORE, UNIT):
            units.extend("".join(group for group in unit.groups() if group) for unit in pattern.finditer(bare))
            bare = pattern.sub(" ", bare)
        bare = " ".join(bare.split()).strip(" .-#")
        if bare:
            rest.append(bare)
    unit = "-".join(units) or None
    if box:
        return Street(box, unit, _words(rest), ())
    return _numbered(rest, unit)


def _numbered(segments: list[str], unit: str | None) -> Street:
    """Find the segment with the house number: before the street, else behind it, else within a segment."""
    for at, segment in enumerate(segments):
        found = None if _ORDINAL.match(segment) else _HOUSE.match(segment)
        if found:
            street, others = [segment[found.end() :]], segments[:at] + segments[at + 1 :]
            if not street[0].strip() and at + 1 < len(segments):
                # "No. 12, Hill Road": the number stands alone before its street.
                street, others = [segments[at + 1]], segments[:at] + segments[at + 2 :]
            return Street(found.group(1), unit, _words(street), _words(others))
    for at, segment in enumerate(segments):
        found = _HOUSE_AFTER.search(segment)
        if found and found.start() > 0:
            others = segments[:at] + segments[at + 1 :]
            return Street(found.group(1), unit, _words([segment[: found.start()]]), _words(others))
    for at, segment in enumerate(segments):
        found = _HOUSE_WITHIN.search(segment)
        if found:
            others = [segment[: found.start()], *segments[:at], *segments[at + 1 :]]
            return Street(found.group(1), unit, _words([segment[found.end() :]]), _words(others))
    first, _, rest = segments[0].partition(" ") if segments else ("", "", "")
    number = address_words("number").get(first)
    if number and rest:
        return Street(number, unit, _words([rest]), _words(segments[1:]))
    return Street(None, unit, _words(segments), ())


def _words(segments: list[str]) -> tuple[str, ...]:
    known = _street_words()
    return tuple(known.get(word, word) for segment in segments for word in _unglued(words(segment)))


def _unglued(line: Sequence[str]) -> Iterator[str]:
    """Yield the words of a line; where none of them says what kind of street it is, one may have lost its space.

    >>> list(_unglued(("mckinleycircuit",))), list(_unglued(("cherrygrove", "lane")))
    (['mckinley', 'circuit'], ['cherrygrove', 'lane'])
    """
    plain = any(word in address_words("type") for word in line)
    for word in line:
        kind = None if plain else _GLUED.search(word)
        yield from (word[: kind.start()], kind.group()) if kind else (word,)

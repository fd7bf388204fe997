"""Telephone numbers from ranges kept for fiction, each handed out once, and the ways people write them.

The first tier of every range is what regulators reserve for drama, or, in China and India where nothing is reserved,
a block that a reader recognises at once. Larger worlds run over into the next tier; `samples/README.md` lists all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chance import Chance
    from places import Place

__all__ = ["CALLING_CODES", "Numbers", "write_number"]

CALLING_CODES = {"US": "1", "CA": "1", "GB": "44", "CN": "86", "IN": "91", "AU": "61"}

_AU_TAILS = """
    570006 570156 570157 570158 570159 570110 570313 570737 571266 571491 571804 572549 572665 572983 573770 573087
    574118 574632 575254 575789 576398 576801 577426 577644 578957 578148 578888 579212 579760 579455"""
_CN_MOBILES = tuple(
    f"{prefix}0000" for prefix in (*range(130, 140), 150, 151, 152, 153, *range(155, 160), *range(180, 190))
)
_IN_MOBILES = tuple(f"{prefix}00000" for prefix in (*range(90, 100), *range(80, 90), *range(70, 80)))

Tier = tuple[tuple[str, ...], int]
"""Prefixes, and how many digits follow each."""


@cache
def _mobile_tiers(country: str) -> tuple[Tier, ...]:
    match country:
        case "GB":
            return ((("7700900",), 3), (("77009",), 5), (("7700",), 6))
        case "CN":
            return ((_CN_MOBILES, 4), (tuple(prefix[:-1] for prefix in _CN_MOBILES), 5))
        case "IN":
            return ((_IN_MOBILES, 3), (tuple(prefix[:-2] for prefix in _IN_MOBILES), 5))
        case _:
            return ((tuple(f"491{tail}" for tail in _AU_TAILS.split()), 0),)


@cache
def _fixed_tiers(place: Place) -> tuple[Tier, ...]:
    areas = place.areas
    match place.country:
        case "GB":
            return ((areas, 3), (tuple(area[:-1] for area in areas), 4))
        case "CN":
            return ((tuple(f"{area}55500" for area in areas), 3), (tuple(f"{area}555" for area in areas), 5))
        case "IN":
            return ((tuple(f"{area}55500" for area in areas), 3), (tuple(f"{area}555" for area in areas), 5))
        case "AU":
            return ((tuple(area + block for area in areas for block in ("5550", "7010")), 4),)
        case _:
            return (
                (tuple(f"{area}55501" for area in areas), 2),
                (tuple(f"{area}555" for area in areas), 4),
                (tuple(area + block for area in areas for block in ("958", "959")), 4),
            )


class Numbers:
    """Hands out numbers as digits after the +, none twice.

    Raises
    ------
    ValueError
        From :meth:`mobile` and :meth:`fixed`, when a range is used up: the world asked for is too large.
    """

    def __init__(self) -> None:
        self._turns: dict[tuple[str, ...], int] = {}

    def mobile(self, place: Place) -> str:
        """Return a fresh mobile number (North America has no ranges of its own for them)."""
        if place.country in {"GB", "CN", "IN", "AU"}:
            number = self._next((place.country,), _mobile_tiers(place.country))
            if number is not None:
                return CALLING_CODES[place.country] + number
        return self.fixed(place)

    def fixed(self, place: Place) -> str:
        """Return a fresh landline number of the place's area."""
        number = self._next((place.country, *place.areas), _fixed_tiers(place))
        if number is None:
            message = f"no numbers left for {place.city}, {place.country}: make a smaller world"
            raise ValueError(message)
        return CALLING_CODES[place.country] + number

    def _next(self, series: tuple[str, ...], tiers: tuple[Tier, ...]) -> str | None:
        while True:
            turn = self._turns.get(series, 0)
            self._turns[series] = turn + 1
            tier, number = _nth(tiers, turn)
            # A later tier holds the earlier ones; their numbers are out already.
            if number is None or not number.startswith(tuple(prefix for one in tiers[:tier] for prefix in one[0])):
                return number


def _nth(tiers: tuple[Tier, ...], turn: int) -> tuple[int, str | None]:
    for tier, (prefixes, free) in enumerate(tiers):
        size = 10**free
        if turn < len(prefixes) * size:
            # 1, 7, 71, 701 … share no factor with 1, 10, 100, 1000 …: every number comes once, far from the one before.
            lap, which = divmod(turn, len(prefixes))
            start = int(prefixes[which][::-1]) * 37 % size
            tail = (lap * (7 * size // 10 | 1) + start) % size
            return tier, prefixes[which] + (str(tail).zfill(free) if free else "")
        turn -= len(prefixes) * size
    return len(tiers), None


def write_number(number: str, country: str, chance: Chance | None = None) -> str:
    """Write a number as people of the country do, in one of their ways; as E.164 without ``chance``.

    >>> write_number("16145550142", "US")
    '+16145550142'
    """
    if chance is None or chance.yes(0.2):
        return f"+{number}"
    code = CALLING_CODES[country]
    national = number[len(code) :]
    style = chance.below(6)
    if country in {"US", "CA"}:
        area, exchange, line = national[:3], national[3:6], national[6:]
        return (
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            national,
            f"+1 {area} {exchange} {line}",
            f"1-{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
        )[style]
    if country == "CN":
        mobile = national[0] == "1"
        parts = (
            (national[:3], national[3:7], national[7:]) if mobile else ("0" + national[:2], national[2:6], national[6:])
        )
        plain = "".join(parts)
        wide = plain.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
        return (plain, plain, " ".join(parts), "-".join(parts), f"0086{national}", wide)[style]
    head, *tail = _split(national, country)
    local = "0" + head
    return (
        " ".join((local, *tail)),
        "".join((local, *tail)),
        f"+{code} {' '.join((head, *tail))}",
        f"({local}) {' '.join(tail)}",
        f"00{code} {head}{''.join(tail)}",
        " ".join((local, *tail)),
    )[style]


def _split(national: str, country: str) -> tuple[str, ...]:
    if country == "GB":
        if national[0] == "7":
            return national[:4], national[4:]
        area = 2 if national[0] == "2" else 3
        return national[:area], national[area:-4], national[-4:]
    if country == "AU":
        return (
            (national[:3], national[3:6], national[6:])
            if national[0] == "4"
            else (national[0], national[1:5], national[5:])
        )
    return (national[:5], national[5:]) if national[0] in "789" else (national[:2], national[2:])

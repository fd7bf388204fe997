"""What happens to a value on its way into somebody else's file: typos, scanners, old habits, missing cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from chance import Chance, Wheel
from names import Name, plain

__all__ = ["garble_date", "garble_digits", "garble_name", "garble_street", "misread", "mistype"]

Slip = Callable[[Name, Chance], tuple[str, str]]

_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_LOOKALIKE = (
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("O", "0"),
    ("o", "0"),
    ("S", "5"),
    ("B", "8"),
    ("cl", "d"),
    ("i", "l"),
)
_SHORT = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln", "Boulevard": "Blvd", "Court": "Ct",
    "Crescent": "Cres", "Terrace": "Tce", "Gardens": "Gdns", "Parade": "Pde", "Apt": "#", "Building": "Bldg",
    "Room": "Rm",
}  # fmt: skip


def mistype(text: str, chance: Chance) -> str:
    """Make one slip of the keyboard: a letter doubled, dropped, swapped with the next, or its neighbour hit."""
    letters = [i for i, c in enumerate(text) if c.isalpha() and i > 0]
    if not letters:
        return text
    i = chance.pick(letters)
    near = _NEAR.get(text[i].lower())
    match chance.below(4):
        case 0:
            return text[:i] + text[i] + text[i:]
        case 1:
            return text[:i] + text[i + 1 :]
        case 2 if i + 1 < len(text):
            return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        case _:
            return text[:i] + chance.pick(near) + text[i + 1 :] if near else text


def misread(text: str, chance: Chance) -> str:
    """Read one place wrongly, as optical character recognition does."""
    possible = [(seen, read) for seen, read in _LOOKALIKE if seen in text[1:]]
    if not possible:
        return text
    seen, read = chance.pick(possible)
    i = text.index(seen, 1)
    return text[:i] + read + text[i + len(seen) :]


def garble_digits(text: str, chance: Chance) -> str:
    """Swap two digits that stand side by side."""
    places = [i for i in range(len(text) - 1) if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]]
    if not places:
        return text
    i = chance.pick(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


_DATE_SLIPS = Wheel({"none": 91.0, "day_as_month": 4.0, "year": 1.5, "month": 1.5, "digits": 2.0})
_MONTHS = 12


def garble_date(born: date, chance: Chance) -> str:
    """Write a birth date (ISO), sometimes with day and month or two digits swapped, or cut short."""
    slip, written = _DATE_SLIPS.spin(chance), born.isoformat()
    if slip == "day_as_month" and born.day <= _MONTHS:
        return born.replace(month=born.day, day=born.month).isoformat()
    if slip in {"year", "month"}:
        return written[: 4 if slip == "year" else 7]
    swapped = garble_digits(written, chance) if slip == "digits" else written
    return swapped if _is_date(swapped) else written


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return written < "2010"


_NAME_SLIPS: Wheel[Slip] = Wheel(
    {
        lambda name, chance: (chance.pick(name.nicknames or (name.given,)), name.family): 12.0,
        lambda name, _: (name.given[0], name.family): 6.0,
        lambda name, chance: (mistype(name.given, chance), name.family): 6.0,
        lambda name, chance: (name.given, mistype(name.family, chance)): 5.0,
        lambda name, chance: (name.given, misread(name.family, chance)): 3.0,
        lambda name, _: (name.family, name.given): 3.0,
        lambda name, _: (name.given, re.split("[ -]", name.family)[0]): 5.0,
        lambda name, _: (f"{name.given} {name.middle}".strip(), name.family): 6.0,
        lambda name, _: (f"{name.given} {name.middle[:1]}".strip(), name.family): 6.0,
        lambda name, _: (name.given, name.family): 48.0,
    }
)
"""What becomes of (given, family): a nickname, an initial, slips, swapped, one of two family names, a middle name."""


def garble_name(name: Name, maiden: str, chance: Chance) -> tuple[str, str]:
    """Write a name as (given, family) the way another file has it."""
    if maiden and chance.yes(0.4):
        name = replace(name, family=maiden)
    given, family = _NAME_SLIPS.spin(chance)(name, chance)
    if chance.yes(0.35):
        given, family = plain(given), plain(family)
    if chance.yes(0.12):
        given, family = given.upper(), family.upper()
    return given, f"{family} {name.suffix}".strip() if chance.yes(0.6) else family


_STREET_SLIPS = Wheel({mistype: 5.0, misread: 3.0, garble_digits: 2.0, lambda line, _: line: 90.0})


def garble_street(line: str, chance: Chance) -> str:
    """Write a street line as others do: abbreviated, in capitals, mistyped."""
    if chance.yes(0.5):
        line = " ".join(_SHORT.get(word, word) for word in line.split(" "))
    line = _STREET_SLIPS.spin(chance)(line, chance)
    return line.upper() if chance.yes(0.15) else line

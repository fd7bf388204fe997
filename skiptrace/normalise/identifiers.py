"""National ids: which kind, whether the number can exist, and the keyed hash that stands for it.

The number itself never leaves this room: what does is a hash that cannot be reversed without the key (a nine-digit
number without a key is reversed in a second by trying all of them) and the last four.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
from typing import NamedTuple

import polars as pl

from skiptrace.normalise.folding import plain

__all__ = ["NationalId", "StoredId", "cn_check_digit", "read_national_id", "sealed_national_ids", "stored_id"]

_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CN_CHECK = "10X98765432"
_CN_18 = re.compile(r"[1-8]\d{5}(?:18|19|20)\d{9}[\dX]")
_CN_15 = re.compile(r"[1-8]\d{14}")
_SSN_WRITTEN = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")
_SSN_MASKED = re.compile(r"[Xx*#•]{3}[- ]?[Xx*#•]{2}[- ]?(\d{4})")
_SSN_DIGITS = re.compile(r"\d{9}")
# Printed on specimen cards and in advertisements, then used by thousands.
_SSN_SPECIMENS = frozenset({"078051120", "219099999", "123456789"})
_ITIN_GROUPS = frozenset({*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)})
_INDIVIDUALS_AREA = 900

_SHORTEST = 5
_SHORTEST_WITH_LAST4 = 8


class NationalId(NamedTuple):
    """What may be said of a national id.

    Attributes
    ----------
    kind
        cn_resident, us_ssn, us_itin or unknown; None if it is no valid id.
    canonical
        The id itself without marks, upper case: for the hash only, never to be stored. None if not valid or masked.
    last4
        None for ids shorter than eight characters, of which it would give away too much.
    birth
        The birth date a Chinese id holds.
    """

    kind: str | None
    canonical: str | None
    last4: str | None
    birth: dt.date | None


class StoredId(NamedTuple):
    """What is kept of a national id.

    Attributes
    ----------
    hash, last4, kind, birth
        Its hash, the last four, its kind, and the birth date it held.
    near
        Keyed hashes (8 hexadecimal digits) of the id with one character left out, each of them once: two ids that are
        one slip of the pen apart, a wrong character, a missing one or two neighbours exchanged, have one in common.
    """

    hash: str | None
    last4: str | None
    kind: str | None
    birth: dt.date | None
    near: list[str] | None


_NONE = NationalId(None, None, None, None)
_NOTHING = StoredId(None, None, None, None, None)
_SEAL = "sealed"


def cn_check_digit(first_17: str) -> str:
    """Return the check digit of a Chinese resident id (GB 11643-1999, ISO 7064 MOD 11-2).

    >>> cn_check_digit("11010519491231002")
    'X'
    """
    total = sum(weight * int(digit) for weight, digit in zip(_CN_WEIGHTS, first_17, strict=True))
    return _CN_CHECK[total % 11]


def read_national_id(text: str | None, country: str | None = None) -> NationalId:
    """Read a national id.

    Parameters
    ----------
    text
        As read.
    country
        ISO 3166-1 alpha-2; nine bare digits are a social security number only in the US.

    Notes
    -----
    Chinese ids of 15 digits (issued until 1999) become the 18 digits they were replaced by. Social security numbers:
    no area 000, 666 or 9xx, no group 00, no serial 0000; 9xx with the groups set aside for it is a taxpayer id.

    Examples
    --------
    >>> read_national_id("11010519491231002x")
    NationalId(kind='cn_resident', canonical='11010519491231002X', last4='002X', birth=datetime.date(1949, 12, 31))
    >>> read_national_id("000-12-3456").kind is None
    True
    """
    bare = plain(text) or ""
    masked = _SSN_MASKED.fullmatch(bare)
    if masked:
        return NationalId("us_ssn", None, masked.group(1), None)
    compact = re.sub(r"[\W_]", "", bare).upper()
    if len(compact) < _SHORTEST or len(set(compact)) == 1 or not any(letter.isdigit() for letter in compact):
        return _NONE
    known = _chinese(compact, country) or _social_security(bare, compact, country)
    return known or NationalId("unknown", compact, compact[-4:] if len(compact) >= _SHORTEST_WITH_LAST4 else None, None)


def _chinese(compact: str, country: str | None) -> NationalId | None:
    """Read a Chinese id; one that looks like one but cannot be is no id, not one of an unknown kind."""
    old = country in {None, "CN"} and _CN_15.fullmatch(compact) is not None
    if not (old or _CN_18.fullmatch(compact)):
        return None
    number = f"{compact[:6]}19{compact[6:]}" if old else compact
    check = cn_check_digit(number[:17])
    try:
        birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return _NONE if country == "CN" or not old else None
    if old:
        number += check
    return NationalId("cn_resident", number, number[-4:], birth) if number[17] == check else _NONE


def _social_security(bare: str, number: str, country: str | None) -> NationalId | None:
    written = _SSN_WRITTEN.fullmatch(bare) or (country == "US" and _SSN_DIGITS.fullmatch(number))
    if not written:
        return None
    area, group, serial = number[:3], number[3:5], number[5:]
    if int(area) >= _INDIVIDUALS_AREA:
        return NationalId("us_itin", number, serial, None) if int(group) in _ITIN_GROUPS else _NONE
    if area in {"000", "666"} or group == "00" or serial == "0000" or number in _SSN_SPECIMENS:
        return _NONE
    return NationalId("us_ssn", number, serial, None)


def stored_id(text: str | None, country: str | None, key: bytes) -> StoredId:
    """Return what is kept of a national id, as read or sealed already.

    The hash is HMAC-SHA-256, its first 128 bits in hexadecimal.

    Examples
    --------
    >>> stored_id("123-45-6788", "US", b"key")[1:3]
    ('6788', 'us_ssn')
    >>> stored_id("1234", None, b"key").hash is None
    True
    """
    if text is not None and text.startswith(f"{_SEAL}:"):
        # Those sealed by earlier versions have no fifth part.
        kind, digest, last4, birth, near = (part or None for part in (*text.split(":")[1:], None)[:5])
        born = dt.date.fromisoformat(birth) if birth else None
        return StoredId(digest, last4, kind, born, near.split(",") if near else None)
    found = read_national_id(text, country)
    if found.kind is None:
        return _NOTHING
    digest = hmac.digest(key, found.canonical.encode(), "sha256")[:16].hex() if found.canonical else None
    return StoredId(digest, found.last4, found.kind, found.birth, _near(found.canonical, key))


def _near(number: str | None, key: bytes) -> list[str] | None:
    if number is None:
        return None
    shorter = {number[:at] + number[at + 1 :] for at in range(len(number))}
    return sorted(hmac.digest(key, one.encode(), "sha256")[:4].hex() for one in shorter)


def sealed_national_ids(values: pl.Series, key: bytes) -> pl.Series:
    """Replace national ids by what may be stored of them, as text that :func:`stored_id` reads back.

    Parameters
    ----------
    values
        National ids as read (str); those sealed already stay as they are.
    key
        Of the hash; the same id under another key cannot be brought together with it.

    Returns
    -------
    polars.Series
        Same length and order; ``sealed:kind:hash:last4:birth date:near``, null where there was no valid id.

    Examples
    --------
    >>> sealed = sealed_national_ids(pl.Series(["11010519491231002X", "none"]), b"key")
    >>> sealed[0].startswith("sealed:cn_resident:"), ":002X:1949-12-31:" in sealed[0], sealed[1]
    (True, True, None)
    >>> sealed_national_ids(sealed, b"key").to_list() == sealed.to_list()
    True
    """
    distinct = values.cast(pl.String).unique().drop_nulls()
    sealed = {}
    for value in distinct:
        kept = stored_id(value, None, key)
        parts = (kept.kind, kept.hash, kept.last4, kept.birth, ",".join(kept.near or ()))
        sealed[value] = ":".join((_SEAL, *(str(part or "") for part in parts))) if kept.kind else None
    return values.cast(pl.String).replace_strict(sealed, default=None, return_dtype=pl.String)

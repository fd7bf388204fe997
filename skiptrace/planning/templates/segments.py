"""How many SMS segments a text takes."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Segments", "segments"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ALONE = {"gsm7": 160, "ucs2": 70}
_TOGETHER = {"gsm7": 153, "ucs2": 67}
_BMP = 0xFFFF


class Segments(NamedTuple):
    """The size of a text message.

    Attributes
    ----------
    encoding
        ``gsm7`` or ``ucs2``.
    units
        Septets or 16-bit units.
    parts
        Segments that are sent, and paid for.
    """

    encoding: str
    units: int
    parts: int


def segments(text: str) -> Segments:
    """Count the segments of a text (3GPP TS 23.038 alphabet, TS 23.040 concatenation).

    One segment holds 160 septets or 70 units; of several each holds 153 or 67, and no character is cut in two.

    Examples
    --------
    >>> segments("x" * 161), segments("你" * 70)
    (Segments(encoding='gsm7', units=161, parts=2), Segments(encoding='ucs2', units=70, parts=1))
    >>> segments("€").units
    2
    """
    gsm = all(letter in _BASIC or letter in _EXTENSION for letter in text)
    encoding = "gsm7" if gsm else "ucs2"
    sizes = [1 + (letter in _EXTENSION if gsm else ord(letter) > _BMP) for letter in text]
    total = sum(sizes)
    if total <= _ALONE[encoding]:
        return Segments(encoding, total, 1)
    room, count = 0, 0
    for size in sizes:
        if room < size:
            room, count = _TOGETHER[encoding], count + 1
        room -= size
    return Segments(encoding, total, count)

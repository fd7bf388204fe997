"""Read a text as a person would who is meant to see a word through its disguise."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["PLACEHOLDER", "Readings", "readings"]

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LOOKALIKES = str.maketrans("аеорсухіјѕһԁԛԝкмтвпοαερτυικνѵıℓ", "aeopcyxijshdqwkmtbnoaeptuiknvil")
"""Cyrillic and Greek letters that look Latin."""
_LEET = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i", "|": "l"}
_DISGUISED = re.compile(r"[a-z0-9@$!|]*[a-z][a-z0-9@$!|]*|[@$!|0-9]+[a-z0-9@$!|]+")
_INSIDE = re.compile(r"(?<=[a-z])[-._*·'’|/\\+~]+(?=[a-z])")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]|[@$!|])(?:[\W_]{1,3}(?:[^\W_]|[@$!|])(?![^\W_]))+")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN})[^\u3400-\u9fff\uf900-\ufaff，。！？；：,!?;:\n{{}}]{{1,4}}(?={_HAN})")


class Readings(NamedTuple):
    """How a text can be read.

    Attributes
    ----------
    whole
        The text in several spellings, in small letters, placeholders left out. Words in it have bounds.
    joined
        Runs of single letters put together: a word may stand anywhere in them.
    """

    whole: tuple[str, ...]
    joined: tuple[str, ...]


def readings(text: str, harmless: re.Pattern[str] | None = None) -> Readings:
    """Return how a text can be read: wide letters narrowed, hidden ones dropped, figures read as letters.

    ``harmless`` is cut out before anything is read into it.

    Examples
    --------
    >>> readings("Ｊａｉｌ, j\u200ba1l").whole[1]
    'jail, jail'
    >>> readings("to j-a-i-l").joined
    ('jail',)
    >>> readings("法 * 院").whole[-1]
    '法院'
    """
    plain = _plain(PLACEHOLDER.sub(" ", text))
    if harmless is not None:
        plain = harmless.sub(" ", plain)
    whole = [plain, _letters(plain, "i"), _letters(plain, "l")]
    whole += [_INSIDE.sub("", one) for one in whole]
    whole.append(_BETWEEN_HAN.sub("", plain))
    spaced = [re.sub(r"[^\w@$!|]|_", "", found) for found in _SPACED.findall(plain)]
    joined = [variant for run in spaced for variant in (run, _letters(run, "i"), _letters(run, "l"))]
    return Readings(tuple(dict.fromkeys(whole)), tuple(dict.fromkeys(joined)))


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text)
    seen = "".join(letter for letter in wide if unicodedata.category(letter) != "Cf")
    bare = "".join(letter for letter in unicodedata.normalize("NFD", seen) if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).casefold().translate(_LOOKALIKES)


def _letters(plain: str, one: str) -> str:
    figures = str.maketrans({**_LEET, "1": one})
    return _DISGUISED.sub(lambda found: found[0].translate(figures), plain)

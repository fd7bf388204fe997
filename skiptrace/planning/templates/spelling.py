"""Read a text as a person would who is meant to see a word through its disguise."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["PLACEHOLDER", "Readings", "readings", "strangers"]

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DRESSED = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER|REGIONAL INDICATOR SYMBOL LETTER)"
    r" ([A-Z])"
)
_FORMS = ((0x250, 0x2B0), (0x1D00, 0x1D26), (0xA730, 0xA732), (0x1F150, 0x1F18A), (0x1F1E6, 0x1F200))
_NAMES = ((code, _DRESSED.fullmatch(unicodedata.name(chr(code), ""))) for form in _FORMS for code in range(*form))
_LOOKALIKES = str.maketrans("аеорсухіјѕһԁԛԝкмтвпοαερτυικνѵıℓ", "aeopcyxijshdqwkmtbnoaeptuiknvil") | {
    code: ord(found[1].lower()) for code, found in _NAMES if found
}
"""Cyrillic and Greek letters that look Latin, and Latin ones in other dress."""
_BLANK = "\u115f\u1160"
"""Letters of Hangul that take no place."""
_LEET = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i", "|": "l"}
_DISGUISED = re.compile(r"[a-z0-9@$!|]*[a-z][a-z0-9@$!|]*|[@$!|0-9]+[a-z0-9@$!|]+")
_INSIDE = re.compile(r"(?<=[a-z])(?:[-‐–—]\s*\n\s*|[-‐–—._*·'’|/\\+~]+)(?=[a-z])")
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]|[@$!|])(?:[\W_]{1,3}(?:[^\W_]|[@$!|])(?![^\W_]))+")
_OURS = ("LATIN ", "CJK ", "IDEOGRAPHIC ", "MODIFIER LETTER ")
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
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


def strangers(text: str) -> str:
    """Return what in a text is neither Latin nor Chinese, nor looks so: its words are not known.

    Marks that turn the direction of writing are among them: what is read is then not what is written.

    Examples
    --------
    >>> strangers("Café 法院, pоlice")
    ''
    >>> strangers("ваш долг")
    'шдлг'
    """
    plain = _plain(PLACEHOLDER.sub(" ", text))
    letters = [letter for letter in plain if unicodedata.category(letter).startswith("L")]
    odd = [one for one in letters if not unicodedata.name(one, "").startswith(_OURS)]
    turning = [one for one in text if unicodedata.bidirectional(one) in _TURNING]
    return "".join(dict.fromkeys([*odd, *turning]))


def _plain(text: str) -> str:
    wide = unicodedata.normalize("NFKC", text)
    seen = "".join(letter for letter in wide if unicodedata.category(letter) != "Cf" and letter not in _BLANK)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", seen) if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare).casefold().translate(_LOOKALIKES)


def _letters(plain: str, one: str) -> str:
    figures = str.maketrans({**_LEET, "1": one})
    return _DISGUISED.sub(lambda found: found[0].translate(figures), plain)

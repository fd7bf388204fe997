"""One form for all the ways a word is typed: width, case, diacritics, letters that have none, other alphabets."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "has_han", "plain", "words"]

# Letters that Unicode does not decompose into a Latin letter and a mark.
_LATIN = {
    "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t",
    "ß": "ss", "ə": "a", "ɓ": "b", "ɗ": "d",
}  # fmt: skip
# Russian, Ukrainian, Belarusian after BGN/PCGN without apostrophes; read before marks are dropped (й, ё).
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ye", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
    "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
# Modern Greek after ISO 843, without its marks.
_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_BEFORE = str.maketrans({**_LATIN, **_CYRILLIC})
_AFTER = str.maketrans(_GREEK)
# Marks of Latin, Greek and Cyrillic, and Arabic vowels: elsewhere (Devanagari, Thai) a mark is a letter's sound.
_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0652\u0670\u0640]")
_APOSTROPHES = re.compile(r"['’‘`´ʼʻ′＇]")
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f々]")


def plain(text: str | None) -> str | None:
    """Return the text in normal width with single blanks, or None if nothing is left.

    >>> plain("  １２  Ｍain ")
    '12 Main'
    """
    if text is None:
        return None
    return " ".join(unicodedata.normalize("NFKC", text).split()) or None


def fold(text: str) -> str:
    """Return the text in lower case and normal width, without diacritics; Cyrillic and Greek in Latin letters.

    Chinese, Japanese, Korean, Arabic and Indian scripts pass through.

    >>> fold("Łukasz Ørsted-Weiß")
    'lukasz orsted-weiss'
    >>> fold("Васильев"), fold("김민수")
    ('vasilev', '김민수')
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).lower().translate(_BEFORE)
    text = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_AFTER)
    return unicodedata.normalize("NFC", text)


def words(text: str) -> list[str]:
    """Return the folded words of a text; apostrophes join, other marks part.

    >>> words("Seán O'Brien-Smith")
    ['sean', 'obrien', 'smith']
    """
    text = _APOSTROPHES.sub("", fold(text))
    if text.isascii():
        return _WORD.findall(text)
    # Indian vowel signs are marks, which a regular expression takes for the end of a word.
    return "".join(
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " " for letter in text
    ).split()


def has_han(text: str) -> bool:
    """Tell whether the text holds Chinese characters (which Japanese and old Korean names hold as well)."""
    return _HAN.search(text) is not None

"""Chinese names: written in characters → family and given name in pinyin; in Latin letters → which word is which."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pypinyin import lazy_pinyin

from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.given_names import is_western_given_name

__all__ = [
    "FAMILY_FIRST",
    "HanName",
    "family_comes_first",
    "is_pinyin_name",
    "pinyin",
    "read_han_name",
    "surname_share",
]

FAMILY_FIRST = frozenset({"CN", "TW", "HK", "MO"})
"""Countries where a name in Latin letters is taken as family name first, if nothing else tells."""

_TITLE = re.compile(r"(?:先生|女士|小姐|太太|夫人|老师|教授|博士|医生|经理|总经理|同志|阁下|氏|様|さん)$")
_NOT_NAME = re.compile(r"[^\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f々〇·•・･ ]")
_DOT = re.compile(r"[·•・･]")
_COMPOUND_LENGTH = 2
_CLEARLY_MORE = 5
"""How many times commoner one of two surnames must be to be taken for the surname against the usual order."""

_ELSEWHERE = frozenset(
    {"chan", "chang", "chen", "cheng", "cheung", "chiu", "choi", "chow", "chu", "chung", "hsu", "hung", "kim", "kwok",
     "kwong", "lam", "lau", "lee", "leung", "lim", "ng", "nguyen", "pak", "park", "tan", "tran", "tsai", "tsang",
     "wong", "yeung", "yip", "yuen"}
)  # fmt: skip
"""Surnames in other spellings (Cantonese, Taiwanese, Korean, Vietnamese): a name that ends in one begins with none."""

_SPELLED = {"lv": "lu", "lyu": "lu", "lue": "lu", "nv": "nu", "nyu": "nu"}


class HanName(NamedTuple):
    """A name read from Chinese characters.

    Attributes
    ----------
    family, given
        Pinyin without tones and blanks, None if missing.
    characters
        The name as written, without blanks and titles.
    """

    family: str | None
    given: str | None
    characters: str | None


@cache
def _surnames() -> dict[str, str]:
    return {row["han"]: row["pinyin"] for row in fact_rows("chinese_surnames")}


@cache
def _shares() -> dict[str, float]:
    shares: dict[str, float] = {}
    for row in fact_rows("chinese_surnames"):
        shares[row["pinyin"]] = shares.get(row["pinyin"], 0) + float(row["per_mille"])
    return shares


def surname_share(name: str) -> float:
    """Return how many in a thousand Chinese bear a surname of that pinyin; 0 = not a common surname.

    >>> surname_share("zhang") > 50, surname_share("smith")
    (True, 0)
    """
    return _shares().get(_SPELLED.get(name, name), 0)


def pinyin(text: str) -> str:
    """Return Chinese characters as pinyin without tones or blanks; ü as u, as diacritics are dropped everywhere.

    >>> pinyin("吕布")
    'lubu'
    """
    return "".join(lazy_pinyin(text)).replace("v", "u")


@cache
def _pinyin_word() -> re.Pattern[str]:
    syllables = [row["syllable"] for row in fact_rows("pinyin_syllables")]
    # Only the first syllable may lack its consonant: otherwise "lee" would be pinyin.
    later = [syllable for syllable in syllables if syllable[0] not in "aeo"]
    return re.compile(f"(?:{'|'.join(syllables)})(?:{'|'.join(later)}){{0,2}}")


def is_pinyin_name(name: str) -> bool:
    """Tell whether a folded word can be one to three syllables of pinyin.

    >>> is_pinyin_name("xiaoming"), is_pinyin_name("peter")
    (True, False)
    """
    return _pinyin_word().fullmatch(name) is not None


def read_han_name(full: str | None, family: str | None = None, given: str | None = None) -> HanName:
    """Read a name in Chinese characters.

    Parameters
    ----------
    full
        Family name first, with or without blank; a foreign name with a dot has the given name first.
    family, given
        If the row tells them apart; then ``full`` is not used.

    Examples
    --------
    >>> read_han_name("张伟先生")
    HanName(family='zhang', given='wei', characters='张伟')
    >>> read_han_name("欧阳小明"), read_han_name(None, "单", "田芳")[:2]
    (HanName(family='ouyang', given='xiaoming', characters='欧阳小明'), ('shan', 'tianfang'))
    """
    characters = None
    if family and given:
        family, given = _bare(family), _bare(given)
    else:
        whole = _bare(full or family or given or "")
        if _DOT.search(whole):
            given, family = _DOT.split(whole, maxsplit=1)
            characters = _DOT.sub("·", whole)
        elif " " in whole:
            family, given = whole.split(" ", 1)
        else:
            cut = _COMPOUND_LENGTH if len(whole) > _COMPOUND_LENGTH and whole[:_COMPOUND_LENGTH] in _surnames() else 1
            family, given = whole[:cut], whole[cut:]
    characters = re.sub(r"\s", "", characters or f"{family}{given}") or None
    reading = _surnames().get(re.sub(r"\s", "", family)) or pinyin(_letters(family))
    return HanName(reading or None, pinyin(_letters(given)) or None, characters)


def _bare(text: str) -> str:
    text = " ".join(_NOT_NAME.sub("", text).split())
    shorter = _TITLE.sub("", text).strip()
    return shorter if len(shorter) > 1 or not text else text


def _letters(text: str) -> str:
    return re.sub(r"[\s·•・･]", "", text)


def family_comes_first(names: list[str], country: str | None) -> bool:
    """Tell whether a name in Latin letters begins with the family name, as Chinese names may or may not.

    Parameters
    ----------
    names
        Folded words, two or more.
    country
        ISO 3166-1 alpha-2 of the row.

    Notes
    -----
    One of the outer words is a Chinese surname: that one, if the rest can be pinyin. Both are: the clearly commoner
    one; else the country's order.

    Examples
    --------
    >>> family_comes_first(["zhang", "wei"], None), family_comes_first(["wei", "zhang"], "CN")
    (True, False)
    >>> family_comes_first(["peter", "chan"], "HK"), family_comes_first(["wang", "li"], "CN")
    (False, True)
    """
    first, last = names[0], names[-1]
    home = country in FAMILY_FIRST
    share_first, share_last = surname_share(first), surname_share(last)
    if share_first and all(is_pinyin_name(name) for name in names[1:]):
        if share_first >= _CLEARLY_MORE * share_last and last not in _ELSEWHERE:
            return True
        return home and share_last < _CLEARLY_MORE * share_first
    return home and not share_last and not is_western_given_name(first) and last not in _ELSEWHERE

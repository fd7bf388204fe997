"""Names of people and companies: whatever order, titles, marks and alphabet they were written in → parts to compare."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from skiptrace.normalise.chinese_names import family_comes_first, is_pinyin_name, read_han_name, surname_share
from skiptrace.normalise.companies import company_name, is_company_name
from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.folding import has_han, plain, words

__all__ = ["Name", "alias", "read_name"]


class Name(NamedTuple):
    """The parts of a name, folded (see :func:`skiptrace.normalise.folding.fold`); None = not given.

    Attributes
    ----------
    kind
        person or company.
    given, middle, family, suffix
        First given name; the further ones; the family name with its particles; jr, sr, ii, iii, iv.
    han_name
        The name in Chinese characters, if it was written so.
    aliases
        Other names the value itself gives: a nickname in quotes, a maiden name, a second script.
    """

    kind: str
    given: str | None
    middle: str | None
    family: str | None
    suffix: str | None
    han_name: str | None
    aliases: tuple[str, ...]


_SUFFIXES = {
    "jr": "jr", "junior": "jr", "jnr": "jr", "sr": "sr", "senior": "sr", "snr": "sr", "ii": "ii", "2nd": "ii",
    "iii": "iii", "3rd": "iii", "iv": "iv", "4th": "iv",
}  # fmt: skip
# Two surnames are usual there; the last two words of three are taken for them.
_HISPANIC = frozenset(
    {"ES", "MX", "AR", "CO", "PE", "CL", "VE", "EC", "GT", "CU", "BO", "DO", "HN", "PY", "SV", "NI", "CR", "PA", "UY"}
)
_PATRONYMIC = re.compile(r"(?:ovich|evich|yevich|ovych|evych|ovna|evna|yevna|ivna|inichna|ilich)$")

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]|(?<!\w)['‘]([^'’]{2,})['’](?!\w)|[(（\[]([^)）\]]*)[)）\]]")
_MAIDEN = re.compile(r"\b(?:née|nee|né|geb\.?|formerly|f/k/a|fka|a/k/a|aka)\b\s*(.+)$", re.IGNORECASE)
_FATHER = re.compile(r"\b(?:[sdw]/o|[sdw]\.o\.|son of|daughter of|wife of)\b\.?", re.IGNORECASE)
_DOTTED = re.compile(r"\b(?:[A-Za-z]{1,2}\.){2,}")
_CARE_OF = re.compile(r"\bc/o\b.*$", re.IGNORECASE)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_KOREAN_COMPOUND = frozenset({"남궁", "황보", "제갈", "사공", "선우", "독고", "동방", "서문"})
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f々〇·•・･ ]+")
_SHORT = 2
_TWO_SURNAMES = 3


@cache
def _known(kind: str) -> frozenset[str]:
    return frozenset(word for row in fact_rows("name_words") if row["kind"] == kind for word in row["words"].split())


def read_name(
    kind: str | None, full: str | None, given: str | None, family: str | None, country: str | None = None
) -> Name:
    """Read a name.

    Parameters
    ----------
    kind
        person or company; None = a person, unless the name carries a legal form.
    full, given, family
        As read; a row that tells given and family name apart is believed before its full name.
    country
        ISO 3166-1 alpha-2: settles the order of Chinese names, Spanish double surnames, and Japanese characters.

    Examples
    --------
    >>> read_name(None, "Dr. SMITH, Robert J., Jr", None, None)[1:5]
    ('robert', 'j', 'smith', 'jr')
    >>> read_name(None, "Zhang, Wei", None, None)[1:4], read_name(None, "张伟", None, None)[1:4]
    (('wei', None, 'zhang'), ('wei', None, 'zhang'))
    >>> read_name(None, "Vincent van der Berg", None, None).family
    'van der berg'
    """
    full, given, family = plain(full), plain(given), plain(family)
    whole = full or " ".join(part for part in (given, family) if part)
    if kind == "company" or (kind is None and is_company_name(whole)):
        return Name("company", None, None, company_name(whole), None, whole if has_han(whole) else None, ())
    if has_han(whole) and not _KANA.search(whole) and country not in {"JP", "KR"}:
        return _han(full, given, family)
    if _HANGUL.search(whole) or _KANA.search(whole) or has_han(whole):
        return _as_written(full, given, family)
    if full and not (given and family):
        return _latin(full, country)
    return _told_apart(given or "", family or "", country)


def alias(text: str | None, country: str | None = None) -> str | None:
    """Return another name of somebody as one normalised string: given, middle and family name.

    >>> alias("SMITH, Bob"), alias("张伟")
    ('bob smith', 'wei zhang')
    """
    name = read_name(None, text, None, None, country)
    return " ".join(part for part in (name.given, name.middle, name.family) if part) or None


def _han(full: str | None, given: str | None, family: str | None) -> Name:
    source = full if full and has_han(full) else "".join(part for part in (family, given) if part)
    if not (family and given and has_han(family) and has_han(given)):
        family = given = None
    latin = plain(re.sub(r"[()（）]", " ", _HAN_RUN.sub(" ", source)))
    other = alias(latin) if latin and re.search(r"[^\W\d_]{2}", latin) else None
    name = read_han_name(source, family, given)
    return Name("person", name.given, None, name.family, None, name.characters, (other,) if other else ())


def _as_written(full: str | None, given: str | None, family: str | None) -> Name:
    """Japanese and Korean: parted where a blank or Korean usage parts them, not romanised."""
    if not (given and family):
        first, _, rest = (full or family or given or "").partition(" ")
        if not rest and _HANGUL.search(first):
            cut = _SHORT if first[:_SHORT] in _KOREAN_COMPOUND and len(first) > _SHORT else 1
            first, rest = first[:cut], first[cut:]
        family, given = first or None, rest or None
    together = f"{family or ''}{given or ''}".replace(" ", "")
    joined = ["".join(words(part)) or None if part else None for part in (given, family)]
    return Name("person", joined[0], None, joined[1], None, together if has_han(together) else None, ())


def _told_apart(given: str, family: str, country: str | None) -> Name:
    first, others = _aside(given)
    last, more = _aside(family)
    head, suffix = _trimmed(_without_titles(words(first)))
    tail, family_suffix = _trimmed(words(last), keep=1)
    return _assembled(head, tail, suffix or family_suffix, (*others, *more), country)


def _latin(whole: str, country: str | None) -> Name:
    text, others = _aside(_DOTTED.sub(_joined_credential, _CARE_OF.sub("", whole)))
    suffix = None
    parts = []
    for part in text.split(","):
        kept, found = _trimmed(words(part), keep=0)
        suffix = suffix or found
        if kept:
            parts.append((part, kept))
    if not parts:
        return _assembled([], [], suffix, others, country)
    if len(parts) > 1:
        family = parts[0][1]
        given = [word for _, kept in parts[1:] for word in kept]
        return _assembled(_without_titles(given), _without_titles(family), suffix, others, country)
    return _assembled(*_split(*parts[0], country), suffix, others, country)


def _joined_credential(found: re.Match[str]) -> str:
    letters = found.group().replace(".", "")
    return letters if found.start() and letters.lower() in _known("credential") else found.group()


def _split(text: str, names: list[str], country: str | None) -> tuple[list[str], list[str]]:
    """Part the words of a name without comma into given and family names."""
    titled = names
    names = _without_titles(names)
    if len(names) <= 1:
        return [], names
    shouted = _shouted(text, len(titled) - len(names), names)
    if shouted:
        return names[shouted:], names[:shouted]
    if family_comes_first(names, country):
        return names[1:], names[:1]
    if len(names) == _TWO_SURNAMES and _PATRONYMIC.search(names[-1]):
        return names[1:], names[:1]
    cut = len(names) - 1
    if country in _HISPANIC and len(names) >= _TWO_SURNAMES and names[-2] not in _known("particle"):
        cut -= 1
    # A particle opens the family name, but never takes the place of the given name.
    while cut > 1 and names[cut - 1] in _known("particle"):
        cut -= 1
    last_word = text.rsplit(maxsplit=1)[-1]
    if "-" in last_word:
        cut = min(cut, max(1, len(names) - len(words(last_word))))
    return names[:cut], names[cut:]


def _shouted(text: str, skipped: int, names: list[str]) -> int:
    """Count the leading words in capitals, where others are not: ZHANG Wei, DE LA CRUZ Maria."""
    written = [word for word in re.split(r"[\s]+", text) if words(word)][skipped:]
    capitals = [word.isupper() and len(words(word)[0]) > 1 for word in written]
    if not capitals or not capitals[0] or all(word.isupper() for word in written):
        return 0
    count = capitals.index(False)
    if any(capitals[count:]):
        return 0
    leading = [folded for word in written[:count] for folded in words(word)]
    # Two capitals are as often initials (JP Morgan) as a short surname (LI Wei).
    if len(leading) == 1 and len(leading[0]) <= _SHORT and not surname_share(leading[0]):
        return 0
    return len(leading) if len(leading) < len(names) else 0


def _assembled(
    given: list[str], family: list[str], suffix: str | None, others: tuple[str, ...], country: str | None
) -> Name:
    if family and _is_chinese(given, family):
        given, family = ["".join(given)], ["".join(family)]
        if family[0] in {"lv", "lyu"}:
            family = ["lu"]
    surname = " ".join(family) or None
    first, middle = (given[0], " ".join(given[1:]) or None) if given else (None, None)
    aliases = []
    for other in others:
        if other.startswith("née "):
            aliases.append(" ".join(part for part in (first, *words(other)[1:]) if part))
        elif " " in other:
            aliases.append(alias(other, country) or "")
        else:
            aliases.append(" ".join((*words(other), *family)))
    return Name("person", first, middle, surname, suffix, None, tuple(sorted({each for each in aliases if each})))


def _is_chinese(given: list[str], family: list[str]) -> bool:
    return bool(given) and surname_share("".join(family)) > 0 and all(map(is_pinyin_name, given))


def _aside(text: str) -> tuple[str, tuple[str, ...]]:
    """Take out what stands beside the name: nicknames in quotes or brackets, maiden names, the father's name."""
    others: list[str] = []
    for found in _QUOTED.finditer(text):
        inside = next(group for group in found.groups() if group is not None).strip()
        maiden = _MAIDEN.match(inside)
        if maiden:
            others.append(f"née {maiden.group(1)}")
        elif inside:
            others.append(inside)
    text = _QUOTED.sub(" ", text)
    maiden = _MAIDEN.search(text)
    if maiden and text[: maiden.start()].strip():
        name = maiden.group(1).strip()
        others.append(name if " " in name else f"née {name}")
        text = text[: maiden.start()]
    before, *after = _FATHER.split(text, maxsplit=1)
    if after:
        # "Ravi s/o Kumar": where there is no surname, the father's name is used as one.
        text = before if len(before.split()) > 1 else f"{before} {after[0]}"
    return text, tuple(others)


def _without_titles(names: list[str]) -> list[str]:
    # "sr" opens a Spanish name and closes an English one; "don" and "judge" are given names as well.
    while (
        len(names) > 1
        and names[0] in _known("title")
        and (names[0] not in _known("title and given name") or len(names) > _SHORT)
    ):
        names = names[1:]
    return names


def _trimmed(names: list[str], keep: int = 1) -> tuple[list[str], str | None]:
    """Take suffixes and credentials off the end, leaving at least ``keep`` words."""
    suffix = None
    while len(names) > keep and (names[-1] in _SUFFIXES or names[-1] in _known("credential")):
        if names[-1] in _SUFFIXES and suffix is None:
            suffix = _SUFFIXES[names[-1]]
        names = names[:-1]
    return names, suffix

"""What is wrong with a text: no threat, no shame, no haste, no word of a debt where others may see or hear it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from skiptrace.planning.templates.model import Medium, Stage
from skiptrace.planning.templates.segments import Segments, segments
from skiptrace.planning.templates.spelling import PLACEHOLDER, readings, strangers
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from skiptrace.planning.templates.model import Finding, Template

__all__ = ["LANGUAGES", "PLACEHOLDERS", "lint", "longest", "pressure_in"]

_HERE = files("skiptrace.planning.templates")
_WORDS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))
_RULES: Mapping[str, Any] = tomllib.loads((_HERE / "rules.toml").read_text(encoding="utf-8"))
LANGUAGES = tuple(_WORDS)
"""Languages of which words are known."""
PLACEHOLDERS: Mapping[str, Mapping[str, Any]] = _RULES["placeholder"]
_ELECTRONIC = {Medium.SMS, Medium.EMAIL}
_WRITTEN = {Medium.SMS, Medium.EMAIL, Medium.LETTER}
_SEEN_BY_OTHERS = {Medium.SMS, Medium.CALL, Medium.VOICEMAIL}
"""Others may be the ones who see or hear it: on a locked screen, or because they answered."""
_NOT_FOR_OTHERS = ("company", "reference", "disclosure", "amount", "agreed_on", "referral_to", "referral_on", "advice")
_PRESSURE = {"threat": "threatens", "shame": "shames", "urgency": "presses"}
_LIMITED = {"company", "agent", "phone"}
_SUBJECT = re.compile(r"(?:subject|主题|主題)\s*[:：]", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|never|no|nor|without|cannot)\b|n['’]t\b|不|没有|沒有|[绝絕]非", re.IGNORECASE)
_DENIED = ": whoever reads it is afraid of it, even where it is denied"
_SENTENCES = re.compile(r"[.!?。！？\n]+(?:\s|$)|[。！？\n]+")


def lint(template: Template, reviewed: Collection[str] = ()) -> list[Finding]:
    """Return what is wrong with a text; nothing if it may be used.

    Parameters
    ----------
    template
        The text.
    reviewed
        Languages whose texts a person has read and found harmless. A text in a language of which no words are known
        cannot be proven harmless here, and without such a word is refused.

    Notes
    -----
    The debtor is told who we are and what we wish, in writing with what the place asks to be said; electronic messages
    say how to stop them (12 CFR 1006.6(e)). A third party is told a person's name, but not for whom that person works
    (12 CFR 1006.10(b)(1)), and nothing of a debt. A voicemail holds what 12 CFR 1006.2(j) lists and nothing else,
    wherever the debtor is: whoever plays it may be anybody.

    Examples
    --------
    >>> from skiptrace.planning.templates import Template
    >>> sms = {"en": "{company}: call {phone} or go to j.a.1.l"}
    >>> for one in lint(Template(name="x", medium=Medium.SMS, party=Party.DEBTOR, stage=Stage.MISSED_CALL, texts=sms)):
    ...     print(one.message)
    threatens (jail)
    lacks {disclosure}
    lacks {opt_out}
    """
    found = [] if template.texts else [template.finding("", "has no text")]
    for language, text in template.texts.items():
        found += [template.finding(language, problem) for problem in _problems(template, language, text, reviewed)]
    for language, text in template.once_identified.items():
        if language not in template.texts:
            found.append(template.finding(language, "once_identified has no opening in this language"))
        said = [*_unknown(text), *_strange(language, text, reviewed), *pressure_in(text)]
        found += [template.finding(language, f"once_identified: {problem}") for problem in said]
    if template.once_identified and template.medium is not Medium.CALL:
        found.append(template.finding("", "once_identified: only calls have it"))
    if template.party is Party.THIRD_PARTY and (
        template.medium is not Medium.CALL or template.stage is not Stage.LOCATION_REQUEST
    ):
        found.append(template.finding("", "to a third party: expected channel call, stage location_request"))
    return found


def _problems(template: Template, language: str, text: str, reviewed: Collection[str]) -> Iterator[str]:
    yield from _unknown(text)
    yield from _strange(language, text, reviewed)
    yield from pressure_in(text)
    used = set(PLACEHOLDER.findall(text))
    if template.party is Party.THIRD_PARTY:
        words = [*_found("plain_debt", text), *_found("hint_of_debt", text)]
        yield from (f"tells a third party of a debt ({word})" for word in words)
        yield from (f"tells a third party {{{name}}}" for name in _NOT_FOR_OTHERS if name in used)
    elif seen := _seen_by_others(template, text):
        yield from (f"speaks of a debt where others may see or hear it ({word})" for word in _found("plain_debt", seen))
        yield from (
            f"tells {{{name}}} where others may see or hear it"
            for name in ("amount", "referral_to", "referral_on")
            if f"{{{name}}}" in seen
        )
    yield from (f"lacks {{{name}}}" for name in _needed(template) if name not in used)
    if template.medium is Medium.VOICEMAIL:
        yield from _beyond_limited(language, text)
    elif language in _WORDS and not _found("purpose", text, language):
        yield "does not say what is wished (call, answer, help …)"
    if template.medium is Medium.SMS:
        yield from _too_long(text, language)


def pressure_in(text: str) -> list[str]:
    """Return what in a text threatens, shames or presses, however it is spelled.

    Examples
    --------
    >>> pressure_in("We ask the tenants of 12 Maple Court for help"), pressure_in("我们将起 诉")
    ([], ['threatens (起诉)'])
    >>> pressure_in("We will not go to court.")
    ['threatens (court): whoever reads it is afraid of it, even where it is denied']
    """
    return [
        f"{verb} ({word})" + (_DENIED if kind == "threat" and _is_denied(word, text) else "")
        for kind, verb in _PRESSURE.items()
        for word in _found(kind, text)
    ]


def _is_denied(word: str, text: str) -> bool:
    """Return whether a threat stands in a sentence with a negation."""
    sentences = _SENTENCES.split(text)
    return any(_NEGATION.search(one) and word in _found("threat", one) for one in sentences)


def _found(kind: str, text: str, only: str | None = None) -> list[str]:
    """Return the words of a kind that stand in a text, each once."""
    seen: dict[str, None] = {}
    for language in LANGUAGES if only is None else (only,):
        bounded, anywhere = _patterns(language, kind)
        read = readings(text, _patterns(language, "harmless")[0])
        for whole in read.whole:
            seen.update(dict.fromkeys(found[0] for found in bounded.finditer(whole)))
        for run in read.joined:
            seen.update(dict.fromkeys(found[0] for found in anywhere.finditer(run)))
    return list(seen)


@cache
def _patterns(language: str, kind: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for words with bounds, and for words anywhere (Chinese has no bounds)."""
    either = "|".join(_WORDS[language][kind])
    anywhere = re.compile(either)
    return (re.compile(rf"(?<![a-z])(?:{either})(?![a-z])") if language == "en" else anywhere), anywhere


def _unknown(text: str) -> Iterator[str]:
    yield from (
        f"unknown placeholder {{{name}}}" for name in sorted(set(PLACEHOLDER.findall(text)) - set(PLACEHOLDERS))
    )
    if re.search(r"[{}｛｝]", PLACEHOLDER.sub("", text)):
        yield "a brace that is not of a placeholder"
    if not PLACEHOLDER.sub("", text).strip():
        yield "says nothing"


def _strange(language: str, text: str, reviewed: Collection[str]) -> Iterator[str]:
    if _primary(language) in LANGUAGES:
        if odd := strangers(text):
            shown = ", ".join(f"U+{ord(one):04X}" for one in odd)
            yield f"letters of another alphabet, of which no words are known, or marks that turn the writing ({shown})"
    elif language not in reviewed:
        yield (
            f"no words of this language are known ({', '.join(LANGUAGES)} are), so it cannot be told whether it is "
            "harmless: have a person read it and name the language in templates.reviewed_languages"
        )


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _seen_by_others(template: Template, text: str) -> str:
    if template.medium in _SEEN_BY_OTHERS:
        return text
    head = text.lstrip().partition("\n")[0]
    return head if template.medium is Medium.EMAIL and _SUBJECT.match(head) else ""


def _needed(template: Template) -> list[str]:
    """Return the placeholders that a text must have."""
    if template.party is Party.THIRD_PARTY:
        return ["agent", "name"]
    needed = ["company", "phone"]
    if template.medium in {Medium.CALL, Medium.VOICEMAIL}:
        needed.append("agent")
    if template.medium in _WRITTEN:
        needed.append("disclosure")
    if template.medium in _ELECTRONIC:
        needed.append("opt_out")
    if template.stage is Stage.FINAL_NOTICE and template.medium in {Medium.EMAIL, Medium.LETTER}:
        # Without who and when it would hint at anything: a threat, and perhaps a false one.
        needed += ["referral_to", "referral_on"]
    return needed


def _beyond_limited(language: str, text: str) -> Iterator[str]:
    yield from (
        f"a voicemail tells {{{name}}}: a limited-content message may not"
        for name in sorted(set(PLACEHOLDER.findall(text)) - _LIMITED)
    )
    if _primary(language) not in _WORDS:
        yield "no sentences of this language are known that a limited-content message may hold"
        return
    allowed = re.compile("|".join(f"(?:{one})" for one in _WORDS[_primary(language)]["limited_content"]), re.IGNORECASE)
    sentences = [one.strip(" ,，;；") for one in _SENTENCES.split(text.strip()) if one.strip()]
    yield from (
        f"sentence {number} says more than a limited-content message may (12 CFR 1006.2(j))"
        for number, sentence in enumerate(sentences, 1)
        if not allowed.fullmatch(" ".join(sentence.split()))
    )


def longest(text: str, language: str) -> tuple[Segments, Segments]:
    """Return the size of a text message with its longest values: of plain letters, and of any letters."""
    primary = _primary(language)

    def filled(letter: str) -> str:
        def value(found: re.Match[str]) -> str:
            rules = PLACEHOLDERS.get(found[1], {"longest": {"other": 0}})
            most: int = rules["longest"].get(primary, rules["longest"]["other"])
            return (letter if rules.get("any_letter") else "x") * most

        return PLACEHOLDER.sub(value, text)

    return segments(filled("x")), segments(filled("ł"))


def _too_long(text: str, language: str) -> Iterator[str]:
    for size in dict.fromkeys(longest(text, language)):
        most = _RULES["segments"][size.encoding]
        if size.parts > most:
            alphabet = {"gsm7": "GSM-7", "ucs2": "UCS-2"}[size.encoding]
            yield f"takes {size.parts} segments in {alphabet} with its longest values; at most {most}"

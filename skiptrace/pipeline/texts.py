"""The texts of attempts as a thing to look at: which there are, what they say, and whether a file of them is sound."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from skiptrace.errors import UsageError
from skiptrace.planning.guides import guides, objections
from skiptrace.planning.templates import PLACEHOLDERS, Medium, examine, load_book, longest
from skiptrace.planning.templates.spelling import PLACEHOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.planning.templates import Book, Template
    from skiptrace.settings import TemplatesParams

__all__ = ["OBJECTIONS", "lint_file", "listing", "text_of"]

OBJECTIONS = "objections"
"""Id of the guide to objections."""


def listing(params: TemplatesParams) -> dict[str, list[dict[str, Any]]]:
    """Return the texts that may be used, and the guides.

    Returns
    -------
    dict
        ``templates``: ``id``, ``channel``, ``party``, ``stage``, ``languages``, ``own`` (the user's) and ``segments``:
        of text messages, by language, least and most with the longest values. ``guides``: ``id`` and ``title``.
    """
    book = load_book(params)
    order = {medium: number for number, medium in enumerate(Medium)}
    sorted_ = sorted(book.templates.values(), key=lambda one: (order[one.medium], one.name))
    titles = [{"id": guide.id, "title": guide.title["en"]} for guide in guides()]
    return {
        "templates": [_told(one, book) for one in sorted_],
        "guides": [*titles, {"id": OBJECTIONS, "title": "Answers to objections"}],
    }


def _told(one: Template, book: Book) -> dict[str, Any]:
    sizes = {language: [size.parts for size in longest(text, language)] for language, text in one.texts.items()}
    return {
        "id": one.name,
        "channel": one.medium.value,
        "party": one.party.value,
        "stage": one.stage.value,
        "languages": list(one.texts),
        "own": one.name in book.own,
        "segments": sizes if one.medium is Medium.SMS else None,
    }


def lint_file(path: Path, params: TemplatesParams) -> list[dict[str, Any]]:
    """Return everything that keeps the texts of a file from being used: file, line, template, language, message."""
    return [finding._asdict() for finding in examine(path, params.reviewed_languages)[1]]


def text_of(name: str, language: str | None, params: TemplatesParams) -> dict[str, Any]:
    """Return what a text or a guide says.

    Parameters
    ----------
    name
        Id of a template or guide.
    language
        BCP 47; null = every language that it has.

    Returns
    -------
    dict
        ``id``, ``parts`` (``language``, ``heading``, ``text``) and ``placeholders`` (name → meaning).

    Raises
    ------
    UsageError
        If there is no such text, or not in this language.
    """
    book = load_book(params)
    known = {**book.templates, **{guide.id: guide for guide in guides()}, OBJECTIONS: None}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0)
        raise UsageError(f"no text with this id; nearest known: {near[0]}")
    parts = _template_parts(book.templates[name]) if name in book.templates else _guide_parts(name)
    languages = list(dict.fromkeys(part["language"] for part in parts))
    if language is not None and language not in languages:
        raise UsageError(f"{name} is not in this language; it is in {', '.join(languages)}")
    shown = [part for part in parts if language in {None, part["language"]}]
    used = dict.fromkeys(found for part in shown for found in PLACEHOLDER.findall(part["text"]))
    return {"id": name, "parts": shown, "placeholders": {one: PLACEHOLDERS[one]["meaning"] for one in used}}


def _template_parts(one: Template) -> list[dict[str, str]]:
    parts = []
    for language, text in one.texts.items():
        parts.append({"language": language, "heading": "", "text": text})
        if language in one.once_identified:
            told = {"language": language, "heading": "once identified", "text": one.once_identified[language]}
            parts.append(told)
    return parts


def _guide_parts(name: str) -> list[dict[str, str]]:
    parts = []
    for language in ("en", "zh"):
        rows: list[tuple[str, str]] = []
        if name == OBJECTIONS:
            for one in objections():
                answer = [*one.say[language], f"→ {one.record[language]}", f"✗ {one.never[language]}"]
                rows.append((one.heard[language], "\n".join(answer)))
        for guide in guides():
            if guide.id == name:
                rows.append((guide.title[language], guide.use[language]))
                rows += [
                    (step.name[language], "\n".join([*step.say[language], f"→ {step.record[language]}"]))
                    for step in guide.step
                ]
        parts += [{"language": language, "heading": heading, "text": text} for heading, text in rows]
    return parts

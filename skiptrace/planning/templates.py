"""Texts of attempts: data, linted when it is read; a text that fails the lint cannot be scheduled."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.vocabulary import Channel, Party, Tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.planning.roster import Roster

__all__ = ["LANGUAGES", "Template", "lint", "template_ids", "templates"]

LANGUAGES = ("en", "zh")
_ELECTRONIC = {Channel.SMS, Channel.EMAIL}
_WRITTEN = {Channel.SMS, Channel.EMAIL, Channel.LETTER}
_BY_CHANNEL = {
    Channel.CALL.value: "call_opening",
    Channel.SMS.value: "sms_first_reminder",
    Channel.EMAIL.value: "email_first_reminder",
    Channel.LETTER.value: "letter_first_reminder",
}


@dataclass(frozen=True, kw_only=True)
class Template:
    """A text in every language it has.

    Attributes
    ----------
    name
        ``template_id`` of schedule rows.
    channels, party
        Where and to whom it may go.
    texts
        Language (BCP 47) → text with placeholders in braces.
    """

    name: str
    channels: frozenset[Channel]
    party: Party
    texts: Mapping[str, str]


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("skiptrace.planning") / "templates.toml").read_text(encoding="utf-8"))


@cache
def templates() -> tuple[Template, ...]:
    """Return the shipped texts.

    Examples
    --------
    >>> [template.name for template in templates() if template.party == "third_party"]
    ['location_request']
    """
    return tuple(
        Template(
            name=entry["id"],
            channels=frozenset(Channel(channel) for channel in entry["channels"]),
            party=Party(entry["party"]),
            texts={language: entry[language].strip() for language in LANGUAGES if language in entry},
        )
        for entry in _file()["template"]
    )


def lint(template: Template) -> list[str]:
    """Return what is wrong with a text; nothing if it may be used.

    No threat; nothing of a debt to third parties; all placeholders known; the debtor is told who we are, in writing
    with a reference to what the place asks to be said; electronic messages say how to stop them (12 CFR 1006.6(e));
    a third party is told a person's name but not for whom that person works (12 CFR 1006.10(b)(1)).

    Examples
    --------
    >>> texts = {"en": "{company}: pay or go to jail"}
    >>> lint(Template(name="x", channels=frozenset({Channel.SMS}), party=Party.DEBTOR, texts=texts))
    ['en: threatens (jail)', 'en: lacks {disclosure}', 'en: lacks {opt_out}']
    """
    found = [] if template.texts else ["has no text"]
    for language, text in template.texts.items():
        found.extend(f"{language}: {problem}" for problem in _problems(template, text))
    return found


def _problems(template: Template, text: str) -> list[str]:
    used = set(re.findall(r"\{(\w+)\}", text))
    plain = re.sub(r"\{\w+\}", " ", text).lower()
    found = [f"unknown placeholder {{{name}}}" for name in sorted(used - set(_file()["placeholders"]))]
    if "{" in re.sub(r"\{\w+\}", "", text) or "}" in re.sub(r"\{\w+\}", "", text):
        found.append("a brace that is not of a placeholder")
    found += [f"threatens ({word.strip()})" for word in _file()["words"]["threat"] if word in plain]
    third_party = template.party == Party.THIRD_PARTY
    if third_party:
        found += [f"tells a third party of a debt ({word})" for word in _file()["words"]["debt"] if word in plain]
        found += [f"tells a third party {{{name}}}" for name in ("company", "reference", "disclosure") if name in used]
    needed = {"agent"} if third_party else {"company"}
    if not third_party and template.channels & _WRITTEN:
        needed.add("disclosure")
    if template.channels & _ELECTRONIC:
        needed.add("opt_out")
    return found + [f"lacks {{{name}}}" for name in sorted(needed - used)]


def template_ids(roster: Roster) -> pl.Series:
    """Return the text for each approach: by party, what the creditor says of the account, and channel."""
    tags = roster.accounts.select("account_id", "tag")
    tagged = roster.approaches.select("account_id", "party", "channel").join(
        tags, on="account_id", how="left", maintain_order="left"
    )
    return tagged.select(
        pl.when(pl.col("party") == Party.THIRD_PARTY)
        .then(pl.lit("location_request"))
        .when(pl.col("tag") == Tag.NEEDS_HELP)
        .then(pl.lit("needs_help"))
        .otherwise(pl.col("channel").replace_strict(_BY_CHANNEL, default=None, return_dtype=pl.String))
        .alias("template_id")
    ).to_series()

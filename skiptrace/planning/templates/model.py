"""What a text is, and how a file of texts is read: every fault names file, line, template and language."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skiptrace.compliance.key_lines import key_lines
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Finding", "Medium", "Stage", "Template", "parse_templates"]


class Medium(StrEnum):
    """How a text gets to somebody; a voicemail is left by a call."""

    CALL = "call"
    VOICEMAIL = "voicemail"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"

    @property
    def channel(self) -> Channel:
        """The channel of attempts that use it.

        >>> Medium.VOICEMAIL.channel
        <Channel.CALL: 'call'>
        """
        return Channel.CALL if self is Medium.VOICEMAIL else Channel(self.value)

    @classmethod
    def treated(cls) -> tuple[Medium, ...]:
        """Return the ways for which a treatment names a text; a voicemail is the same for all."""
        return (cls.CALL, cls.SMS, cls.EMAIL, cls.LETTER)


class Stage(StrEnum):
    """What a text is for."""

    FIRST_REMINDER = "first_reminder"
    MISSED_CALL = "missed_call"
    PLAN_AGREED = "plan_agreed"
    PROMISE_DUE = "promise_due"
    FINAL_NOTICE = "final_notice"
    HARDSHIP_HELP = "hardship_help"
    LOCATION_REQUEST = "location_request"
    LIMITED_CONTENT = "limited_content"


class Finding(NamedTuple):
    """Something that keeps a text from being used.

    Attributes
    ----------
    file, line
        Where; lines count from 1, and 0 is the file as a whole.
    template, language
        Which; empty where none can be told.
    message
        What is wrong, and what was expected.
    """

    file: str
    line: int
    template: str
    language: str
    message: str

    def __str__(self) -> str:
        """Say it in one line."""
        line = f" line {self.line}" if self.line else ""
        which = ", ".join(filter(None, (self.template, self.language)))
        return ": ".join(filter(None, (f"{self.file}{line}", which, self.message)))


@dataclass(frozen=True, kw_only=True)
class Template:
    """A text in every language it has.

    Attributes
    ----------
    name
        ``template_id`` of schedule rows.
    medium, party, stage
        How it goes out, to whom, and what for.
    texts
        Language (BCP 47) → text with placeholders in braces. Of a call: what is said before it is known who answers.
    once_identified
        Calls only: what is said once the debtor has confirmed who they are; by language.
    file, lines
        Where it was read: line by language, 0 if not known.
    """

    name: str
    medium: Medium
    party: Party
    stage: Stage
    texts: Mapping[str, str]
    once_identified: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def finding(self, language: str, message: str) -> Finding:
        """Say what is wrong with it."""
        return Finding(self.file, self.lines.get(language, 0), self.name, language, message)


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")
    channel: Medium
    party: Party
    stage: Stage
    text: dict[str, str] = Field(min_length=1)
    once_identified: dict[str, str] = Field(default_factory=dict)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    template: list[_Entry] = Field(min_length=1)


def parse_templates(name: str, contents: bytes) -> tuple[list[Template], list[Finding]]:
    r"""Read the bytes of one file: its texts, and what is wrong with its form.

    Examples
    --------
    >>> str(parse_templates("my.toml", b'[[template]]\nid = "x"')[1][0])
    'my.toml line 1: x: channel: field required'
    """
    try:
        text = contents.decode("utf-8-sig").replace("\r\n", "\n")
        values = tomllib.loads(text)
    except UnicodeDecodeError as error:
        return [], [Finding(name, contents[: error.start].count(b"\n") + 1, "", "", "not UTF-8")]
    except (ValueError, RecursionError) as error:
        return [], [Finding(name, 0, "", "", f"not TOML: {(str(error).splitlines() or ['nested too deeply'])[0]}")]
    lines = key_lines(text)
    try:
        file = _File.model_validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        return [], [_fault(name, lines, values, detail) for detail in error.errors(include_url=False)]
    found: list[Template] = []
    faults: list[Finding] = []
    first: dict[str, int] = {}
    for number, entry in enumerate(file.template):
        begins = lines.get(("template", number), 1)
        if entry.id in first:
            faults.append(Finding(name, begins, entry.id, "", f"this id is at line {first[entry.id]} already"))
            continue
        first[entry.id] = begins
        found.append(
            Template(
                name=entry.id,
                medium=entry.channel,
                party=entry.party,
                stage=entry.stage,
                texts=entry.text,
                once_identified=entry.once_identified,
                file=name,
                lines={one: lines.get(("template", number, "text", one), begins) for one in ("", *entry.text)},
            )
        )
    return found, faults


def _fault(name: str, lines: Mapping[tuple[str | int, ...], int], values: dict[str, Any], detail: Any) -> Finding:  # noqa: ANN401  # pydantic's own
    path = tuple(detail["loc"])
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)
    label, field_ = "", path
    match path:
        case ["template", int(number), *rest]:
            entry = values["template"][number]
            said = entry.get("id") if isinstance(entry, dict) else None
            label, field_ = said if isinstance(said, str) else f"template {number + 1}", tuple(rest)
    known = {"extra_forbidden": "unknown field", "missing": "field required"}
    wrong = known.get(detail["type"], str(detail["msg"]).replace("Input should be", "expected"))
    where = ".".join(map(str, field_))
    return Finding(name, line, label, "", f"{where}: {wrong[:1].lower()}{wrong[1:]}" if where else wrong)

"""Read one pack of law; every fault names file, line, provision and field."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from skiptrace.compliance.key_lines import KeyPath, key_lines
from skiptrace.compliance.law import Bar, Cap, Disclosure, Hours, Model, Need, Pack, Retention, Wait, Window
from skiptrace.compliance.places import load_places
from skiptrace.errors import RulebookError
from skiptrace.normalise.facts import fact_rows

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from skiptrace.compliance.law import Provision

__all__ = ["EVERYWHERE", "KINDS", "Fault", "PackFile", "faults_of", "known_place", "parse_pack", "read_pack"]

EVERYWHERE = "*"
KINDS: dict[str, type[Model]] = {
    "window": Window,
    "cap": Cap,
    "wait": Wait,
    "need": Need,
    "bar": Bar,
    "disclosure": Disclosure,
    "retention": Retention,
}
"""Kinds of provision, in the order in which they are shown."""
_AT_LINE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}")


class Fault(NamedTuple):
    """Something in a pack that cannot be law.

    Attributes
    ----------
    file, line
        Where; lines count from 1, and 0 is the file as a whole.
    where
        Provision and field, or the field of the pack; empty where no such thing can be read.
    message
        What is wrong, and what was expected.
    """

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        """Say it in one line."""
        line = f"line {self.line}: " if self.line else ""
        return f"{self.file}: {line}{self.where}{': ' if self.where else ''}{self.message}"


@dataclass(frozen=True, kw_only=True)
class PackFile:
    """A pack, and the file it was read from.

    Attributes
    ----------
    name
        Name of the file, without its folder.
    sha256
        Hash of its bytes, hexadecimal.
    provisions
        The pack's, each with its ``places`` filled in and written in the one way that law and facts share.
    pack
        The pack as a whole.
    lines
        Provision id → line on which it begins.
    """

    name: str
    sha256: str
    pack: Pack
    provisions: tuple[Provision, ...]
    lines: dict[str, int]


def read_pack(path: Path) -> PackFile | list[Fault]:
    """Read a file of the user's: the pack, or everything that is wrong with it."""
    try:
        contents = path.read_bytes()
    except OSError as error:
        return [Fault(path.name, 0, "", f"cannot be read ({error.strerror})")]
    return parse_pack(path.name, contents)


def parse_pack(name: str, contents: bytes) -> PackFile | list[Fault]:
    """Read the bytes of one pack: the pack, or everything that is wrong with it, by line."""
    try:
        text = contents.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return [Fault(name, contents[: error.start].count(b"\n") + 1, "", "not UTF-8")]
    try:
        values = tomllib.loads(text)
        lines = key_lines(text)
    except RecursionError:
        return [Fault(name, 0, "", "not TOML: nested too deeply")]
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits is another
        return [_not_toml(name, text, str(error))]
    try:
        # As JSON, and strictly: neither does `open = 9` mean nine seconds past midnight, nor `maximum = true` one.
        pack = Pack.model_validate_json(json.dumps(values, default=lambda value: value.isoformat()), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False)
        # A list whose only entry is wrong is called empty, too; the entry's own fault says it.
        real = [one for one in details if one["type"] != "too_short" or not _inside(one["loc"], details)]
        return sorted({_fault(name, lines, values, one) for one in real}, key=lambda fault: (fault.line, fault.where))
    beginnings = [lines.get(("provision", number), 1) for number in range(len(pack.provision))]
    faults = [*_unknown_places(name, pack, lines), *_repeated(name, pack, beginnings)]
    if faults:
        return sorted(faults, key=lambda fault: fault.line)
    canonical = load_places().canonical
    return PackFile(
        name=name,
        sha256=hashlib.sha256(contents).hexdigest(),
        pack=pack.model_copy(update={"places": tuple(map(canonical, pack.places))}),
        provisions=tuple(
            one.model_copy(update={"places": tuple(map(canonical, one.places or pack.places))})
            for one in pack.provision
        ),
        lines=dict(zip((one.id for one in pack.provision), beginnings, strict=True)),
    )


def faults_of(found: PackFile | list[Fault]) -> PackFile:
    """Return a pack that could be read.

    Raises
    ------
    RulebookError
        With the first fault.
    """
    if isinstance(found, PackFile):
        return found
    raise RulebookError(str(found[0]))


def _not_toml(name: str, text: str, message: str) -> Fault:
    where = _AT_LINE.search(message)
    line = int(where["line"]) if where and where["line"] else max(len(text.splitlines()), 1) if where else 0
    return Fault(name, line, "", f"not TOML: {_plain(_AT_LINE.sub('', message).splitlines()[0])}")


def known_place(place: str) -> bool:
    """Tell whether facts can lie in a place: its country exists, its region and its city are among those we know.

    >>> [known_place(code) for code in ("US-NY-NYC", "PR", "DE-BY", "UK", "US-ZZ")]
    [True, True, True, False, False]
    """
    places = load_places()
    code = places.canonical(place)
    country, *parts = code.split("-")
    regions = {row["code"] for row in fact_rows("regions") if row["country"] == country}
    if not places.zones_of(country) or (regions and parts and f"{country}-{parts[0]}" not in regions):
        return False
    return len(parts) < 2 or code in places.city  # noqa: PLR2004  # country, region, city


def _unknown_places(name: str, pack: Pack, lines: dict[KeyPath, int]) -> list[Fault]:
    """Find provisions for places that there are not: they would never hold."""
    named: list[tuple[KeyPath, str, str]] = [
        (("places", at), "pack.places", place) for at, place in enumerate(pack.places)
    ]
    for number, one in enumerate(pack.provision):
        named += [
            (("provision", number, "places", at), f"{one.id}.places", place) for at, place in enumerate(one.places)
        ]
    return [
        Fault(name, lines.get(path, 1), where, f"no place that we know has the code {place}")
        for path, where, place in named
        if place != EVERYWHERE and not known_place(place)
    ]


def _repeated(name: str, pack: Pack, beginnings: list[int]) -> list[Fault]:
    first: dict[str, int] = {}
    return [
        Fault(name, line, one.id, f"this id is at line {first[one.id]} already")
        for one, line in zip(pack.provision, beginnings, strict=True)
        if first.setdefault(one.id, line) != line
    ]


def _inside(path: KeyPath, details: list[ErrorDetails]) -> bool:
    return any(len(one["loc"]) > len(path) and one["loc"][: len(path)] == path for one in details)


def _fault(name: str, lines: dict[KeyPath, int], values: dict[str, Any], detail: ErrorDetails) -> Fault:
    """Say where a value stands that the model refuses, and why, in the words of the pack."""
    path: KeyPath = detail["loc"]
    label, field = "pack", path
    model: type[Model] = Pack
    match path:
        case ["provision", int(number), *rest]:
            entry = values["provision"][number]
            entry = entry if isinstance(entry, dict) else {}
            kind, said = entry.get("kind"), entry.get("id")
            # Between a provision and its field the model names the kind that it took it for.
            field = tuple(rest[1:] if rest[:1] == [kind] else rest)
            path = ("provision", number, *field)
            label = said if isinstance(said, str) and _PLAIN_NAME.fullmatch(said) else f"provision {number + 1}"
            model = Hours if "hours" in field[:-1] else KINDS.get(str(kind), Pack)
    if detail["type"].startswith("union_tag"):
        path, field = (*path, "kind"), ("kind",)
    line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 1)
    where = label + "".join(f"[{part}]" if isinstance(part, int) else f".{_name(part)}" for part in field)
    return Fault(name, line, where, _wrong(detail, model))


def _wrong(detail: ErrorDetails, model: type[Model]) -> str:
    match detail["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(str(detail["loc"][-1]), list(model.model_fields), n=1, cutoff=0)
            return f"unknown field; nearest known: {near[0]}"
        case "missing" | "union_tag_not_found":
            return "field required"
        case "union_tag_invalid":
            return f"expected one of {', '.join(KINDS)}"
        case "string_pattern_mismatch" if "id" in detail["loc"]:
            return "expected small letters, digits, dots and hyphens"
        case "string_pattern_mismatch" if "places" in detail["loc"]:
            return "expected an ISO 3166 code such as US, US-MA or US-NY-NYC, or * for everywhere"
        case _:
            return _plain(detail["msg"])


def _plain(message: str) -> str:
    message = message.removeprefix("Value error, ").replace("Input should be", "expected")
    return message[:1].lower() + message[1:]


def _name(part: str) -> str:
    return part if _PLAIN_NAME.fullmatch(part) else json.dumps(part)[:80]

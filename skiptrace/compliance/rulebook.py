"""Load the rulebook: the shipped packs of jurisdictions/, then the user's own, checked field by field.

A fault is an error with the file and, where it can be told, the line: law that cannot be read permits nothing.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from skiptrace.compliance.law import Pack, Provision
from skiptrace.compliance.places import Places, load_places
from skiptrace.errors import RulebookError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skiptrace.settings import RulebookParams

__all__ = ["EVERYWHERE", "HOUSE_HOURS", "Rulebook", "load_rulebook"]

EVERYWHERE = "*"
HOUSE_HOURS = "house.hours"
"""The window taken where the packs of a place state no hours."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Rulebook:
    """Provisions by id, and the places they hold in.

    Attributes
    ----------
    provisions
        Every provision, its ``places`` filled in, sorted by id.
    places
        How places nest and which zones they can lie in.
    packs
        Place → name of its pack. A place whose lineage has no pack is denied.
    minimum_tzdata
        Oldest tzdata with which law may be judged.
    overrides
        id → written reason, for provisions of the user's that replace a shipped one.
    """

    provisions: tuple[Provision, ...]
    places: Places
    packs: dict[str, str]
    minimum_tzdata: str
    overrides: dict[str, str]

    def __repr__(self) -> str:
        """Name it by its version: printed whole it fills a terminal."""
        return f"Rulebook(version={self.version!r}, provisions={len(self.provisions)})"

    @cached_property
    def version(self) -> str:
        """Twelve hex digits of the hash of everything in it."""
        contents = {
            "provisions": [provision.model_dump(mode="json") for provision in self.provisions],
            "places": self.places.model_dump(mode="json"),
            "packs": self.packs,
            "minimum_tzdata": self.minimum_tzdata,
        }
        text = json.dumps(contents, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def by_id(self) -> dict[str, Provision]:
        """Provisions by id."""
        return {provision.id: provision for provision in self.provisions}

    def has_pack(self, place: str) -> bool:
        """Tell whether a place has a pack of its own or falls under one."""
        return any(code in self.packs for code in self.places.lineage(place))

    def bearing_on(self, place: str) -> tuple[Provision, ...]:
        """Return the provisions that hold in a place, whatever the day: its own, its lineage's and the house's."""
        lineage = {EVERYWHERE, *self.places.lineage(place)}
        return tuple(provision for provision in self.provisions if not lineage.isdisjoint(provision.places))


def load_rulebook(params: RulebookParams) -> Rulebook:
    """Read the shipped packs and then the user's (files, or folders of ``*.toml``).

    Raises
    ------
    RulebookError
        If a pack is not TOML, has an unknown field, a provision without citation, or an id twice; if a provision of
        the user's replaces a shipped one without ``override_reason``; or if the installed tzdata is too old.
    """
    shipped = _shipped()
    own = tuple((path.name, _read(path)) for entry in params.paths for path in _files(Path(entry)))
    provisions: dict[str, Provision] = {}
    overrides: dict[str, str] = {}
    packs: dict[str, str] = {}
    for name, pack in (*shipped, *own):
        packs.update(dict.fromkeys((place for place in pack.places if place != EVERYWHERE), pack.name))
        for provision in pack.provision:
            if provision.id in provisions:
                if not provision.override_reason:
                    raise RulebookError(f"{name}: {provision.id} is there already; to replace it, give override_reason")
                overrides[provision.id] = provision.override_reason
            provisions[provision.id] = provision.model_copy(update={"places": provision.places or pack.places})
    asked = [pack.minimum_tzdata for _, pack in (*shipped, *own) if pack.minimum_tzdata]
    minimum = max(asked, key=_release, default="0.0")
    installed = version("tzdata")
    if _release(installed) < _release(minimum):
        raise RulebookError(f"tzdata {installed} is too old: the rulebook needs {minimum} or newer")
    return Rulebook(
        provisions=tuple(provisions[key] for key in sorted(provisions)),
        places=load_places(),
        packs=dict(sorted(packs.items())),
        minimum_tzdata=minimum,
        overrides=overrides,
    )


@cache
def _shipped() -> tuple[tuple[str, Pack], ...]:
    folder = files("skiptrace.compliance").joinpath("jurisdictions")
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return tuple((item.name, parse_pack(item.name, item.read_text(encoding="utf-8"))) for item in found)


def _files(path: Path) -> Iterable[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _read(path: Path) -> Pack:
    try:
        return parse_pack(path.name, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulebookError(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RulebookError(f"{path.name}: not UTF-8") from error


def parse_pack(name: str, text: str) -> Pack:
    """Check the text of one pack.

    Raises
    ------
    RulebookError
        Naming the file, the line, the provision and the field.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{name}: not TOML: {error}") from error
    try:
        return Pack.model_validate(values)
    except ValidationError as error:
        raise RulebookError(_explain(name, text, values, error)) from error


def _explain(name: str, text: str, values: dict[str, Any], error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = [part for part in first["loc"] if part not in ("window", "cap", "wait", "need", "bar", "retention")]
    message = "unknown field" if first["type"] == "extra_forbidden" else _plain(first["msg"])
    lines = text.splitlines()
    line, label = 1, "pack"
    match where:
        case ["provision", int(index), *rest]:
            starts = [number for number, row in enumerate(lines, 1) if row.strip() == "[[provision]]"]
            line = starts[index] if index < len(starts) else 1
            entry = values["provision"][index]
            label = str(entry.get("id", f"provision {index + 1}")) if isinstance(entry, dict) else "provision"
            where = rest
        case _:
            pass
    field = str(where[0]) if where else ""
    for number, row in enumerate(lines[line - 1 :], line):
        if number > line and row.strip() == "[[provision]]":
            break
        if field and row.split("=")[0].strip() == field:
            line = number
            break
    return f"{name}: line {line}: {label}{'.' if where else ''}{'.'.join(map(str, where))}: {message}"


def _plain(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())

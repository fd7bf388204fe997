"""Load the rulebook: the shipped packs of jurisdictions/, then the user's own, checked field by field.

Law that cannot be read permits nothing: every fault is an error that names file, line, provision and field. A user's
pack adds provisions, and replaces shipped ones by their id. What would loosen the shipped law needs a written reason;
without one, it is an error, or the provision is loaded so that it only tightens.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.compliance.law import Provision, Window
from skiptrace.compliance.looseness import looser
from skiptrace.compliance.packs import EVERYWHERE, Fault, PackFile, faults_of, parse_pack, read_pack
from skiptrace.compliance.places import Places, load_places
from skiptrace.errors import RulebookError
from skiptrace.vocabulary import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from skiptrace.settings import RulebookParams

__all__ = [
    "EVERYWHERE",
    "HOUSE_HOURS",
    "MOMENTARY",
    "Override",
    "Rulebook",
    "covers",
    "found_packs",
    "load_rulebook",
    "merged",
    "shipped_packs",
    "taken",
]

HOUSE_HOURS = "house.hours"
"""The window taken where the packs of a place state no hours."""
MOMENTARY = (Channel.CALL, Channel.SMS, Channel.EMAIL, Channel.VISIT)
"""Channels that reach a person at once; a letter has no hour, unless some law gives it one."""


class Override(NamedTuple):
    """A provision of the user's that replaces a shipped one, or speaks where the shipped law is silent.

    Attributes
    ----------
    reason
        The user's written reason; null where it is nowhere looser.
    looser
        In what it is looser than the shipped law, in words.
    """

    reason: str | None
    looser: tuple[str, ...]


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
        Place → name of its pack. A place whose lineage has no pack is denied; one known from memory alone, by letter.
    minimum_tzdata
        Oldest tzdata with which law may be judged.
    overrides
        By id: provisions of the user's that replace a shipped one or loosen the shipped law in another way.
    own
        The user's files, in the order in which they were read.
    """

    provisions: tuple[Provision, ...]
    places: Places
    packs: dict[str, str]
    minimum_tzdata: str
    overrides: dict[str, Override] = field(default_factory=dict)
    own: tuple[PackFile, ...] = ()

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

    @cached_property
    def seen(self) -> frozenset[str]:
        """Places of which something is known that is not from memory, nor only added to it."""
        return _seen(self.provisions)

    def has_pack(self, place: str, channel: str) -> bool:
        """Tell whether a pack, a place's own or one it falls under, says enough of it for a contact by a channel.

        Where all is from memory, hours put a contact before a person; a channel without hours has nothing that does.
        """
        lineage = self.places.lineage(place)
        return any(code in self.packs for code in lineage) and (
            channel in MOMENTARY or not self.seen.isdisjoint(lineage)
        )

    def bearing_on(self, place: str) -> tuple[Provision, ...]:
        """Return the provisions that hold in a place, whatever the day: its own, its lineage's and the house's."""
        lineage = {EVERYWHERE, *self.places.lineage(place)}
        return tuple(provision for provision in self.provisions if not lineage.isdisjoint(provision.places))


def load_rulebook(params: RulebookParams) -> Rulebook:
    """Read the shipped packs and then the user's (files, or folders of ``*.toml``).

    Raises
    ------
    RulebookError
        If a pack cannot be read (see :mod:`skiptrace.compliance.packs`); if an id stands in two of the user's files; if
        a provision of the user's replaces a shipped one and is looser, or cannot be told to be no looser, without
        ``override_reason``; or if the installed tzdata is too old.
    """
    own = tuple(faults_of(read_pack(path)) for path in found_packs(params.paths))
    provisions, overrides, faults = merged(own)
    if faults:
        raise RulebookError(str(faults[0]))
    every = (*shipped_packs(), *own)
    # A place that a shipped pack covers keeps that pack's name.
    packs = {place: file.pack.name for file in reversed(every) for place in file.pack.places if covers(file, place)}
    return Rulebook(
        provisions=tuple(provisions[key] for key in sorted(provisions)),
        places=load_places(),
        packs=dict(sorted(packs.items())),
        minimum_tzdata=max((file.pack.minimum_tzdata or "0.0" for file in every), key=_release),
        overrides=overrides,
        own=own,
    )


def merged(own: Sequence[PackFile]) -> tuple[dict[str, Provision], dict[str, Override], list[Fault]]:
    """Return the shipped provisions with the user's among and instead of them, what overrides, and what must not be."""
    shipped, installed = shipped_packs(), version("tzdata")
    provisions = {one.id: one for file in shipped for one in file.provisions}
    overrides: dict[str, Override] = {}
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for file in (*shipped, *own):
        minimum = file.pack.minimum_tzdata
        if minimum and _release(installed) < _release(minimum):
            too_old = f"tzdata {installed} is too old: the rulebook needs {minimum} or newer"
            faults.append(Fault(file.name, 0, "pack.minimum_tzdata", too_old))
    for file in own:
        for one in file.provisions:
            provisions[one.id], override = taken(one, shipped)
            wrong = ""
            if first.setdefault(one.id, file.name) != file.name:
                wrong = f"is in {first[one.id]} already"
            elif one.id == HOUSE_HOURS and not (isinstance(one, Window) and one.places == (EVERYWHERE,)):
                wrong = "stays a window that holds everywhere"
            elif override is not None and override.looser and not override.reason:
                wrong = f"is looser than the shipped one ({'; '.join(override.looser)}): give override_reason"
            if wrong:
                faults.append(Fault(file.name, file.lines[one.id], one.id, wrong))
            if override is not None:
                overrides[one.id] = override
    return provisions, overrides, faults


def taken(one: Provision, shipped: Sequence[PackFile]) -> tuple[Provision, Override | None]:
    """Return a provision of the user's as it is loaded, and what it does to the shipped law; null if it only adds.

    In a place that a shipped pack covers it is taken to add to what holds there without it (the house's hours, that
    third parties are not asked, that letters are not sent), unless it would speak for the place and gives a reason.
    """
    replaced = next((old for file in shipped for old in file.provisions if old.id == one.id), None)
    if replaced is not None:
        return one, Override(one.override_reason, (*looser(replaced, one), *_opened(one, shipped)))
    covered = {place for file in shipped for place in file.pack.places if place != EVERYWHERE}
    if not any(_overlap(place, other) for place in one.places for other in covered):
        return one, None
    more = (*looser(None, one), *_opened(one, shipped))
    if more and one.override_reason:
        return one, Override(one.override_reason, more)
    return one.model_copy(update={"adds": True}), None


def _opened(one: Provision, shipped: Sequence[PackFile]) -> Iterator[str]:
    """Say where letters are permitted for the sake of a provision, since all that is shipped there is from memory."""
    if one.status == "M" or one.adds:
        return
    seen = _seen(each for file in shipped for each in file.provisions)
    lineage = load_places().lineage
    for place in sorted({place for file in shipped for place in file.pack.places} - {EVERYWHERE}):
        if seen.isdisjoint(lineage(place)) and any(_overlap(place, other) for other in one.places):
            yield f"letters are permitted in {place}, where all that is shipped is from memory"


def _seen(provisions: Iterable[Provision]) -> frozenset[str]:
    return frozenset(place for one in provisions if one.status != "M" and not one.adds for place in one.places)


def covers(file: PackFile, place: str) -> bool:
    """Tell whether a pack says enough of a place for contacts there not to be denied.

    What is known from memory alone permits nothing, so it does not cover a place; only hours of its own do, as inside
    them a person must look.
    """
    here = [one for one in file.provisions if any(f"{place}-".startswith(f"{other}-") for other in one.places)]
    return place != EVERYWHERE and any(one.status != "M" or _bounds_contact(one) for one in here)


def _bounds_contact(one: Provision) -> bool:
    """Tell whether a provision is hours that bear on every contact by a channel that has hours, whatever the day."""
    narrowed = one.labels or one.party or one.purpose or one.valid_from or one.valid_until
    return isinstance(one, Window) and not one.adds and not narrowed and set(one.channels) >= set(MOMENTARY)


def _overlap(place: str, other: str) -> bool:
    """Tell whether one place lies in the other."""
    return f"{place}-".startswith(f"{other}-") or f"{other}-".startswith(f"{place}-")


@cache
def shipped_packs() -> tuple[PackFile, ...]:
    """Read the packs that come with the program, by name of the file."""
    folder = files("skiptrace.compliance").joinpath("jurisdictions")
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return tuple(faults_of(parse_pack(item.name, item.read_bytes())) for item in found)


def found_packs(paths: Iterable[str]) -> list[Path]:
    """Return the files that paths name, each once.

    Raises
    ------
    RulebookError
        If a folder holds no pack: somebody believes that it does.
    """
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise RulebookError(f"{path.name}: no *.toml in this folder")
        found.update({one.resolve(): one for one in inside})
    return list(found.values())


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())

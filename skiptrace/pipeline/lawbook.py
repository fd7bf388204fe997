"""The rulebook as a thing to look at: what it holds, what holds in a place, what a pack would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skiptrace.compliance import load_rulebook
from skiptrace.compliance.law import Window
from skiptrace.compliance.looseness import looser
from skiptrace.compliance.packs import EVERYWHERE, KINDS, PackFile, faults_of, known_place, read_pack
from skiptrace.compliance.rulebook import covers, found_packs, merged, shipped_packs, taken
from skiptrace.compliance.statements import bears_on, hours_in_words, in_force, is_in_force, statement
from skiptrace.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from skiptrace.compliance import Rulebook
    from skiptrace.compliance.law import Provision
    from skiptrace.settings import RulebookParams

__all__ = ["LOADED", "SHIPPED", "differences", "law_of", "lint", "listing", "used"]

SHIPPED = "shipped"
"""Word for the packs that come with the program."""
LOADED = "loaded"
"""Word for the rulebook as it is used: the shipped packs, with the user's among and instead of them."""
_UNCOVERED = "nothing there but from memory, so contacts stay denied as without a pack"


def used(rulebook: Rulebook) -> dict[str, Any]:
    """Return by which rulebook something was judged, as in the manifest.

    Returns
    -------
    dict
        ``version``, ``minimum_tzdata``, ``packs`` (the user's files with their sha256) and ``overrides``: id →
        ``reason`` (null where it is nowhere looser) and ``looser`` (in what it is, in words).
    """
    return {
        "version": rulebook.version,
        "minimum_tzdata": rulebook.minimum_tzdata,
        "packs": [{"file": file.name, "sha256": file.sha256} for file in rulebook.own],
        "overrides": {
            key: {"reason": override.reason, "looser": list(override.looser)}
            for key, override in sorted(rulebook.overrides.items())
        },
    }


def listing(rulebook: Rulebook) -> dict[str, Any]:
    """Return :func:`used`, and ``files``: the packs, the user's last, with their places and counts by status."""
    packs = [
        {
            "file": file.name,
            "name": file.pack.name,
            "own": file in rulebook.own,
            "places": sorted(file.pack.places),
            "provisions": len(file.provisions),
            **{status: sum(one.status == status for one in file.provisions) for status in "PSM"},
        }
        for file in (*shipped_packs(), *rulebook.own)
    ]
    return {**used(rulebook), "files": packs}


def law_of(place: str, rulebook: Rulebook, day: date) -> dict[str, Any]:
    """Return all that holds in a place, its lineage's and the house's included.

    Returns
    -------
    dict
        ``place``, ``lineage``, ``packs`` (empty: every contact there is denied), ``day``, and ``provisions`` by kind,
        the innermost place's first.

    Raises
    ------
    UsageError
        If there is no such place.
    """
    code = rulebook.places.canonical(place.strip().upper())
    if not known_place(code):
        raise UsageError(f"{place}: no such place; write ISO 3166 codes such as GB, US-NY or US-NY-NYC")
    lineage = rulebook.places.lineage(code)
    order = {name: number for number, name in enumerate((*lineage, EVERYWHERE))}
    kinds = list(KINDS)

    def nearest(one: Provision) -> tuple[int, int, str]:
        return kinds.index(one.kind), min(order[name] for name in one.places if name in order), one.id

    bearing = sorted(rulebook.bearing_on(code), key=nearest)
    return {
        "place": code,
        "lineage": list(lineage),
        "packs": list(dict.fromkeys(rulebook.packs[name] for name in lineage if name in rulebook.packs)),
        "day": day.isoformat(),
        "provisions": [{**_told(one), "holds": is_in_force(one, day)} for one in bearing],
    }


def _told(one: Provision) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "summary": one.summary,
        "says": statement(one),
        "bears_on": bears_on(one),
        "places": list(one.places),
        "citation": one.citation,
        "status": one.status,
        "in_force": in_force(one),
        "override_reason": one.override_reason,
    }


def lint(path: Path, params: RulebookParams) -> dict[str, list[dict[str, Any]]]:
    """Examine packs before they are used.

    Parameters
    ----------
    path
        A file, or a folder of ``*.toml``.
    params
        Names the packs that are used already; the file itself may be among them.

    Returns
    -------
    dict
        ``faults`` and ``warnings``: ``file``, ``line`` (0 = the file as a whole), ``where``, ``message``.
    """
    asked = [read_pack(one) for one in found_packs([str(path)])]
    examined = {one.resolve() for one in found_packs([str(path)])}
    beside = [faults_of(read_pack(one)) for one in found_packs(params.paths) if one.resolve() not in examined]
    sound = [found for found in asked if isinstance(found, PackFile)]
    faults = [fault for found in asked if isinstance(found, list) for fault in found]
    faults += [fault for fault in merged([*beside, *sound])[2] if fault.file in {file.name for file in sound}]
    faulty = {(fault.file, fault.where) for fault in faults}
    warnings = [
        {"file": file.name, "line": file.lines[one.id], "where": one.id, "message": words}
        for file in sound
        for one in file.provisions
        if (file.name, one.id) not in faulty
        for words in _warnings(one)
    ]
    warnings += [
        {"file": file.name, "line": 0, "where": "pack.places", "message": f"{place}: {_UNCOVERED}"}
        for file in sound
        for place in file.pack.places
        if place != EVERYWHERE and not any(covers(one, place) for one in (*shipped_packs(), *beside, *sound))
    ]
    return {"faults": [fault._asdict() for fault in faults], "warnings": warnings}


def _warnings(one: Provision) -> list[str]:
    said = []
    loaded, override = taken(one, shipped_packs())
    shipped = any(one.id == old.id for file in shipped_packs() for old in file.provisions)
    if one.status == "M":
        review = ": inside these hours somebody must look" if isinstance(one, Window) else ""
        said.append(f"status M, from memory, may tighten but never permit{review}")
    if shipped and override is not None and not override.looser:
        said.append("replaces the shipped provision with this id, and is nowhere looser")
    elif override is not None and override.looser:
        subject = "replaces the shipped provision with this id" if shipped else "loosens the shipped law"
        said.append(f"{subject}: {'; '.join(override.looser)}; reason given: {override.reason}")
    elif getattr(loaded, "adds", False) and not getattr(one, "adds", False):
        said.append("a shipped pack covers this place: it only tightens; to let it stand alone, give override_reason")
    return said


def differences(old: str, new: str, params: RulebookParams) -> list[dict[str, Any]]:
    """Compare two rulebooks, provision by provision.

    Parameters
    ----------
    old, new
        A file, a folder of ``*.toml``, :data:`SHIPPED` or :data:`LOADED`.
    params
        What is loaded.

    Returns
    -------
    list of dict
        Grain: provision that differs, by id. ``id``, ``change`` (added, removed, changed), ``effect`` (looser, tighter,
        same), ``looser`` (in what, in words), ``fields`` (name → ``old`` and ``new``).
    """
    before, after = _provisions(old, params), _provisions(new, params)
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        words = looser(was, now)
        tighter = now is not None and (was is None or bool(looser(now, was)))
        found.append(
            {
                "id": key,
                "change": "added" if was is None else "removed" if now is None else "changed",
                "effect": "looser" if words else "tighter" if tighter else "same",
                "looser": list(words),
                "fields": _fields(was, now),
            }
        )
    return found


def _provisions(name: str, params: RulebookParams) -> dict[str, Provision]:
    if name == LOADED:
        return load_rulebook(params).by_id
    packs = shipped_packs() if name == SHIPPED else [faults_of(read_pack(path)) for path in found_packs([name])]
    return {one.id: one for file in packs for one in file.provisions}


def _fields(old: Provision | None, new: Provision | None) -> dict[str, dict[str, Any]]:
    was, now = _cells(old), _cells(new)
    return {
        name: {"old": was.get(name), "new": now.get(name)}
        for name in [*was, *(name for name in now if name not in was)]
        if name != "id" and was.get(name) != now.get(name)
    }


def _cells(one: Provision | None) -> dict[str, Any]:
    cells = {} if one is None else one.model_dump(mode="json", exclude_defaults=True)
    return cells | {"hours": [hours_in_words(hours) for hours in one.hours]} if isinstance(one, Window) else cells

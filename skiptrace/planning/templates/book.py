"""The texts that may be used: the shipped ones, and the user's beside and instead of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from skiptrace.errors import SettingsError
from skiptrace.planning.templates.linting import lint
from skiptrace.planning.templates.model import Finding, Medium, parse_templates

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from skiptrace.planning.templates.model import Template
    from skiptrace.settings import TemplatesParams

__all__ = ["Book", "examine", "load_book", "templates"]


@dataclass(frozen=True, kw_only=True)
class Book:
    """Texts by id.

    Attributes
    ----------
    templates
        Every text that may be scheduled, by id.
    own
        Ids of the user's.
    """

    templates: Mapping[str, Template]
    own: frozenset[str] = frozenset()


@cache
def templates() -> tuple[Template, ...]:
    """Return the shipped texts.

    Examples
    --------
    >>> [template.name for template in templates() if template.party == "third_party"]
    ['location_request']
    """
    found: list[Template] = []
    for medium in Medium:
        name = f"{medium}.toml"
        read, faults = parse_templates(name, (files("skiptrace.planning.templates") / name).read_bytes())
        if faults:
            raise SettingsError(str(faults[0]))
        found += read
    return tuple(found)


def examine(path: Path, reviewed: Collection[str] = ()) -> tuple[list[Template], list[Finding]]:
    """Read a file of the user's, and say everything that keeps its texts from being used."""
    try:
        contents = path.read_bytes()
    except OSError as error:
        return [], [Finding(path.name, 0, "", "", f"cannot be read ({error.strerror})")]
    found, faults = parse_templates(path.name, contents)
    shipped = {one.name: one for one in templates()}
    for one in found:
        faults += lint(one, reviewed)
        old = shipped.get(one.name)
        if old is not None and (old.medium, old.party) != (one.medium, one.party):
            expected = f"expected channel {old.medium}, party {old.party}"
            faults.append(one.finding("", f"replaces the shipped text with this id: {expected}"))
        if old is not None and (missing := sorted(set(old.texts) - set(one.texts))):
            faults.append(one.finding("", f"replaces the shipped text with this id, but not in {', '.join(missing)}"))
    return found, sorted(faults, key=lambda fault: fault.line)


def load_book(params: TemplatesParams) -> Book:
    """Return the shipped texts with the user's; one of the user's takes the place of a shipped one with its id.

    Raises
    ------
    SettingsError
        If a file of the user's cannot be read, or a text in it fails the lint: with every finding.
    """
    book = {one.name: one for one in templates()}
    own: dict[str, str] = {}
    wrong: list[Finding] = []
    for path in _files(params.paths):
        found, faults = examine(path, params.reviewed_languages)
        wrong += faults
        for one in found:
            if one.name in own:
                wrong.append(one.finding("", f"this id is in {own[one.name]} already"))
            own[one.name] = path.name
            book[one.name] = one
    if wrong:
        raise SettingsError("templates that cannot be used: " + "; ".join(map(str, wrong)))
    return Book(templates=book, own=frozenset(own))


def _files(paths: Collection[str]) -> list[Path]:
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise SettingsError(f"{path.name}: no *.toml in this folder")
        found.update({one.resolve(): one for one in inside})
    return list(found.values())

"""Commands on the rulebook: what it holds, what holds in a place, whether a pack is sound, and what it would change."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from skiptrace.cli.options import AsOf, Json, SettingsFile, output_console, terms
from skiptrace.cli.screen import show_json
from skiptrace.compliance import load_rulebook
from skiptrace.compliance.statements import KIND_TITLES
from skiptrace.errors import RulebookError
from skiptrace.pipeline import lawbook

if TYPE_CHECKING:
    from rich.console import Console

    from skiptrace.settings import RulebookParams

__all__ = ["register"]

_RULEBOOKS = "A pack, a folder of packs, `shipped`, or `loaded`: shipped and --settings together."

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(commands, name="rulebook")


@commands.callback()
def rulebook() -> None:
    """Look at the law that contacts are judged by, and examine packs of your own.

    Example: skiptrace rulebook show US-NY-NYC
    """


@commands.command("list")
def list_packs(settings: SettingsFile = None, as_json: Json = False) -> None:
    """List the packs, where they hold, and how well their text was seen.

    Example: skiptrace rulebook list --settings my.toml
    """
    found = lawbook.listing(load_rulebook(_params(settings)))
    if as_json:
        show_json(found)
        return
    console = output_console()
    console.print(Text(f"Rulebook {found['version']}, with tzdata {found['minimum_tzdata']} or newer", style="bold"))
    table = Table(box=None, pad_edge=False)
    table.add_column("file", no_wrap=True)
    table.add_column("places", overflow="fold")
    for name in ("provisions", "P", "S", "M"):
        table.add_column(name, justify="right")
    for pack in found["files"]:
        places = "everywhere" if pack["places"] == ["*"] else " ".join(pack["places"])
        counts = [str(pack[name] or "") for name in ("provisions", "P", "S", "M")]
        table.add_row(pack["file"] + (" (yours)" if pack["own"] else ""), places, *counts)
    console.print(table)
    console.print("P primary text seen, S secondary, M from memory: it may tighten, never permit.")
    console.print("Any other place has no pack: every contact there is denied.")
    for key, override in found["overrides"].items():
        console.print(Text(f"Override {key}: {_override(override)}"))


def _override(override: dict[str, Any]) -> str:
    if not override["looser"]:
        return "nowhere looser than the shipped law"
    return f"looser: {'; '.join(override['looser'])}. Reason: {override['reason']}"


@commands.command()
def show(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="ISO 3166 code: GB, US-NY; US-NY-NYC is the city.")],
    as_of: AsOf = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Show all that holds in a place: its own law, that of the places it lies in, and what holds everywhere.

    Example: skiptrace rulebook show US-NY-NYC --as-of 2026-11-23T09:00:00Z
    """
    chosen = terms(as_of, 0, settings, quiet=as_json)
    found = lawbook.law_of(place, load_rulebook(chosen.settings.rulebook), chosen.as_of.date())
    if as_json:
        show_json(found)
        return
    console = output_console()
    around = f" (in {', '.join(found['lineage'][1:])})" if found["lineage"][1:] else ""
    console.print(Text(f"Law in {found['place']}{around} on {found['day']}", style="bold"))
    if found["packs"]:
        console.print(Text("Packs: " + "; ".join(found["packs"])))
    else:
        console.print(f"No pack covers {found['place']}: every contact there is denied, whatever is said below.")
    for kind, title in KIND_TITLES.items():
        entries = [one for one in found["provisions"] if one["kind"] == kind]
        if entries:
            console.print(Text(f"\n{title}", style="bold"))
        for one in entries:
            _show_provision(one, console)


def _show_provision(one: dict[str, Any], console: Console) -> None:
    head = Text(f"{one['id']} ({', '.join(one['places']).replace('*', 'everywhere')}, {one['status']})")
    if one["in_force"] != "no dates":
        head.append(f", in force {one['in_force']}")
    if not one["holds"]:
        head.append(": NOT IN FORCE", style="red")
    console.print(head, soft_wrap=True)
    says = one["bears_on"] if one["kind"] == "disclosure" else f"{one['bears_on']}: {one['says']}"
    lines = [one["summary"], says, one["citation"]]
    if one["override_reason"]:
        lines.append(f"override: {one['override_reason']}")
    console.print(Padding(Text("\n".join(lines), style="" if one["holds"] else "dim"), (0, 0, 0, 4)))


@commands.command()
def lint(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A pack, or a folder of packs.")],
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Examine a pack before it is used: every fault, and what to know of it. Exit code 4 if it cannot be used.

    Example: skiptrace rulebook lint our_law.toml
    """
    found = lawbook.lint(path, _params(settings))
    if as_json:
        show_json(found)
    else:
        for what in ("fault", "warning"):
            for one in found[f"{what}s"]:
                line = f"line {one['line']}: " if one["line"] else ""
                where = f"{one['where']}: " if one["where"] else ""
                typer.echo(f"{what}: {one['file']}: {line}{where}{one['message']}")
        if not found["faults"]:
            typer.echo(f"{path.name}: can be used")
    if found["faults"]:
        raise typer.Exit(RulebookError.exit_code)


@commands.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_RULEBOOKS)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.")],
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Compare two rulebooks, provision by provision and field by field: what is looser, what is tighter.

    Example: skiptrace rulebook diff shipped loaded --settings my.toml
    """
    found = lawbook.differences(old, new, _params(settings))
    if as_json:
        show_json(found)
        return
    console = output_console()
    for one in found:
        head = Text(f"{one['change']} {one['id']}: ", style="bold")
        head.append(one["effect"], style={"looser": "red", "tighter": "green"}.get(one["effect"], ""))
        if one["looser"] and one["change"] != "removed":
            head.append(f" ({'; '.join(one['looser'])})", style="not bold")
        console.print(head)
        changed = one["fields"].items() if one["change"] == "changed" else ()
        for name, field in changed:
            console.print(Padding(Text(f"{name}: {_value(field['old'])} → {_value(field['new'])}"), (0, 0, 0, 4)))
        if one["change"] != "changed":
            side = "new" if one["change"] == "added" else "old"
            console.print(Padding(Text(one["fields"]["summary"][side]), (0, 0, 0, 4)))
    counts = {effect: sum(one["effect"] == effect for one in found) for effect in ("looser", "tighter", "same")}
    console.print(
        f"{len(found)} provisions differ: {counts['looser']} looser, {counts['tighter']} tighter, "
        f"{counts['same']} the same in effect"
    )


def _value(value: object) -> str:
    if value is None:
        return "not given"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _params(settings: Path | None) -> RulebookParams:
    return terms(None, 0, settings, quiet=True).settings.rulebook

"""Commands on texts: which there are, what they say, whether a file of your own is sound."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from skiptrace.cli.options import Json, SettingsFile, output_console, terms
from skiptrace.cli.screen import show_json
from skiptrace.errors import SettingsError, UsageError
from skiptrace.pipeline import texts

if TYPE_CHECKING:
    from skiptrace.settings import TemplatesParams

__all__ = ["register"]

commands = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(commands, name="templates")


@commands.callback()
def templates(context: typer.Context, settings: SettingsFile = None, as_json: Json = False) -> None:
    """List the texts that attempts use: id, channel, party, languages, and SMS segments with the longest values.

    Example: skiptrace templates --settings my.toml
    """
    if context.invoked_subcommand is not None:
        if settings is not None or as_json:
            raise UsageError(f"give options after the command: skiptrace templates {context.invoked_subcommand} …")
        return
    found = texts.listing(_params(settings))
    if as_json:
        show_json(found)
        return
    console = output_console()
    table = Table(box=None, pad_edge=False)
    for name in ("id", "channel", "party", "for", "languages", "segments"):
        table.add_column(name, no_wrap=name == "id")
    for one in found["templates"]:
        sizes = one["segments"] or {}
        counts = ", ".join(f"{language} {_span(parts)}" for language, parts in sizes.items())
        own = " (yours)" if one["own"] else ""
        stage = one["stage"].replace("_", " ")
        table.add_row(one["id"] + own, one["channel"], one["party"], stage, " ".join(one["languages"]), counts)
    console.print(table)
    guides = "; ".join(f"{one['id']} ({one['title']})" for one in found["guides"])
    console.print(f"\nGuides: {guides}", soft_wrap=True)


def _span(parts: list[int]) -> str:
    """Say how many segments: more where a value holds letters that the GSM alphabet lacks."""
    return str(parts[0]) if len(set(parts)) == 1 else f"{min(parts)}-{max(parts)}"


@commands.command()
def lint(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file of texts in TOML.")],
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Examine a file of texts: everything that keeps one from being used. Exit code 4 if there is anything.

    Example: skiptrace templates lint my.toml
    """
    found = texts.lint_file(path, _params(settings))
    if as_json:
        show_json(found)
    else:
        for one in found:
            line = f" line {one['line']}" if one["line"] else ""
            which = ", ".join(filter(None, (one["template"], one["language"])))
            typer.echo(": ".join(filter(None, (f"{one['file']}{line}", which, one["message"]))))
        if not found:
            typer.echo(f"{path.name}: can be used")
    if found:
        raise typer.Exit(SettingsError.exit_code)


@commands.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A text or a guide.")],
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="Only this language, such as zh.")
    ] = None,
    settings: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """Show what a text or a guide says.

    Example: skiptrace templates show sms_missed_call --language zh
    """
    found = texts.text_of(name, language, _params(settings))
    if as_json:
        show_json(found)
        return
    console = output_console()
    for number, part in enumerate(found["parts"]):
        head = ": ".join(filter(None, (part["language"], part["heading"])))
        console.print(Text(head if not number else f"\n{head}", style="bold"))
        console.print(Text(part["text"]), soft_wrap=True)
    if found["placeholders"]:
        console.print(Text("\nFilled in when sent", style="bold"))
    for placeholder, meaning in found["placeholders"].items():
        console.print(Text(f"{{{placeholder}}}: {meaning}"), soft_wrap=True)


def _params(settings: Path | None) -> TemplatesParams:
    return terms(None, 0, settings, quiet=True).settings.templates

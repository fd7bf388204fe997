"""Options that several commands share, and what they are turned into."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import TextIOBase
from pathlib import Path  # typer reads the annotations at run time
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from skiptrace.casefile import Casefile, find_key
from skiptrace.errors import UsageError
from skiptrace.ingest.instants import zone_name
from skiptrace.pipeline import gathering
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import Picture, understand
from skiptrace.planning.capacity import load_capacity
from skiptrace.settings import load_settings

if TYPE_CHECKING:
    from typing import TextIO

__all__ = [
    "AsOf",
    "Batch",
    "CapacityFile",
    "CasefilePath",
    "Json",
    "KeyFile",
    "Linked",
    "Out",
    "Seed",
    "SettingsFile",
    "in_zone",
    "needed_casefile",
    "open_casefile",
    "output_console",
    "picture_of",
    "read_moment",
    "terms",
]

AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="TIME", help="Judge everything as of this moment (RFC 3339 with offset); default now."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of every random draw.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="Settings in TOML.")]
CapacityFile = Annotated[
    Path | None,
    typer.Option("--capacity", metavar="FILE", help="Who works when and can do how much, in TOML."),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", metavar="FILE", help="File with the casefile's key; SKIPTRACE_KEY goes first."),
]
CasefilePath = Annotated[
    Path | None,
    typer.Option("--casefile", metavar="FILE", help="Encrypted file that keeps what is known; made if missing."),
]
Batch = Annotated[
    list[Path] | None,
    typer.Option("--batch", metavar="PATH", help="Work straight on these files or folders, without a casefile."),
]
Linked = Annotated[
    Path | None, typer.Option("--linked", metavar="DIR", help="Work on a folder that `skiptrace match` wrote.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files; made if missing.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]


def output_console() -> Console:
    """Return where results go: as wide as the terminal, or in a pipe 160 columns at most and no blanks at their end."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(file=cast("IO[str]", _Unpadded(sys.stdout)), highlight=False, width=160, color_system=None)


class _Unpadded(TextIOBase):
    """A stream without the blanks with which rich fills each line of a table up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute; rich draws by it
        return self._stream.encoding

    def write(self, text: str) -> int:
        self._stream.write(re.sub(r" +(?=\n)", "", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


def read_moment(text: str | None, option: str = "--as-of") -> datetime:
    """Read a moment; null is now, and this is the only place where the clock is read.

    Raises
    ------
    UsageError
        If it is not RFC 3339 with an offset.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f"{option}: expected a time with offset, such as 2026-11-23T09:00:00+00:00")
    return moment.astimezone(UTC)


def terms(
    as_of: str | None, seed: int, settings: Path | None, *, quiet: bool = False, capacity: Path | None = None
) -> Terms:
    """Put the terms of a command together; stages are shown on a terminal, and nowhere else."""
    loaded = load_settings(settings)
    if capacity is not None:
        staffed = loaded.plan.model_copy(update={"capacity": load_capacity(capacity)})
        loaded = loaded.model_copy(update={"plan": staffed})
    if quiet or not sys.stderr.isatty():
        return Terms(as_of=read_moment(as_of), seed=seed, settings=loaded)
    errors = Console(stderr=True, highlight=False)
    return Terms(
        as_of=read_moment(as_of),
        seed=seed,
        settings=loaded,
        on_stage=lambda stage: errors.print(f"[dim]· {stage}[/dim]"),
    )


def in_zone(chosen: Terms, zone: str | None, *, needed: bool) -> Terms:
    """Return terms in which times without offset are of a zone.

    Parameters
    ----------
    chosen
        As the settings say.
    zone
        As given; null = what the settings say.
    needed
        Whether it must be given: what a batch is in need not be what a dialer is in.

    Raises
    ------
    UsageError
        If it is needed and not given, or there is no such zone.
    """
    if zone is None:
        if needed:
            raise UsageError("--zone: this format has local times without offset; name the dialer's time zone")
        return chosen
    name = zone_name(zone)
    if name is None:
        raise UsageError("--zone: unknown time zone, expected an IANA name such as America/New_York, or UTC")
    ingest = chosen.settings.ingest.model_copy(update={"time_zone": name})
    return replace(chosen, settings=chosen.settings.model_copy(update={"ingest": ingest}))


def open_casefile(path: Path, key_file: Path | None) -> Casefile:
    """Return the casefile, and name a key file once if it was made just now."""
    key = find_key(os.environ, key_file)
    if key.made_at is not None:
        typer.echo(
            f"A key for casefiles was made: {key.made_at}. Keep it safe: without it a casefile cannot be read.",
            err=True,
        )
    return Casefile(path, key)


def needed_casefile(path: Path | None, key_file: Path | None) -> Casefile:
    """Return the casefile of a command that keeps something in it.

    Raises
    ------
    UsageError
        If none is named.
    """
    if path is None:
        raise UsageError("what is kept is kept in a casefile: give --casefile")
    return open_casefile(path, key_file)


def picture_of(casefile: Path | None, batch: list[Path] | None, key_file: Path | None, chosen: Terms) -> Picture:
    """Return what is known of a casefile, or of files, without keeping anything."""
    kept = open_casefile(casefile, key_file) if casefile else None
    gathered = gathering.gather(batch or [], kept, chosen, keep=False)
    return understand(gathered.tables, gathered.history, chosen, gathered.judgements, gathered.known, gathered.model)

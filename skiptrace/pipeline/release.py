"""Write a folder of files so that a reader sees the old ones or the new ones, never half of them."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["apart", "sha256", "staged"]


def apart(out: Path, batch: Sequence[Path], option: str = "") -> None:
    """Raise UsageError if ``out`` is where the batch is read from: outputs would be the next run's inputs.

    ``option`` is what the user gave; if it is empty, it was ``--out`` and the folder's name.
    """
    if out.resolve() in {(path if path.is_dir() else path.parent).resolve() for path in batch}:
        raise UsageError(f"{option or f'--out {out.name}'}: the batch is read from there; name another folder")


@contextlib.contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``out``'s files; at the end move what is in it into ``out``.

    If anything is raised, the interruption by Ctrl-C too, nothing in ``out`` has changed.

    Raises
    ------
    UsageError
        If the folder cannot be made or written, or the disk is full.
    """
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".skiptrace-", dir=out))
    except OSError as error:
        raise UsageError(f"output folder {out.name}: {_in_words(error)}") from error
    try:
        yield staging
        _move(staging, out)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = _system_error(error)
        if reason is None:
            raise
        raise UsageError(f"output folder {out.name}: {_in_words(reason)}; nothing was released") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made:
            with contextlib.suppress(OSError):
                out.rmdir()  # only if it is still empty


def _move(staging: Path, out: Path) -> None:
    """Move the files into place; if one cannot be moved, put back those that it would have stood beside."""
    files = sorted(staging.iterdir())
    before = staging / ".before"
    before.mkdir()
    with contextlib.ExitStack() as undo:
        for file in files:
            place, kept = out / file.name, before / file.name
            undo.callback(_put_back, kept, place, file)
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{file.name} is a folder there")
            if place.exists():
                place.rename(kept)
            file.rename(place)
        undo.pop_all()


def _put_back(kept: Path, place: Path, file: Path) -> None:
    """Undo one move, however far it came."""
    if not file.exists():
        place.rename(file)
    if kept.exists():
        kept.rename(place)


def _system_error(error: OSError | pl.exceptions.PolarsError) -> OSError | None:
    """Return what the system said; polars has its number only in the text, and may call it by another name."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    told = re.search(r"os error (\d+)", str(error))
    return OSError(int(told[1]), os.strerror(int(told[1]))) if told else None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_words(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "cannot be written"
    return (error.strerror or type(error).__name__).lower()

"""Write a folder of files so that a reader sees the old ones or the new ones, never half of them."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from skiptrace.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["sha256", "staged"]


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
        for path in sorted(staging.iterdir()):
            path.replace(out / path.name)
    except OSError as error:
        raise UsageError(f"output folder {out.name}: {_in_words(error)}; nothing was released") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made:
            with contextlib.suppress(OSError):
                out.rmdir()  # only if it is still empty


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

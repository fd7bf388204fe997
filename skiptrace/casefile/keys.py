"""The casefile's key: from the environment, a key file, or one made at first use."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from skiptrace.errors import CasefileError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["VARIABLE", "Key", "find_key"]

VARIABLE = "SKIPTRACE_KEY"
_DEFAULT_NAME = "casefile.key"


class Key(NamedTuple):
    """A key and where it came from.

    Attributes
    ----------
    secret
        What encrypts the casefile. Never printed.
    made_at
        The key file made just now, to be named once to the user; null if the key was there before.
    """

    secret: str
    made_at: Path | None = None

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for another purpose, from which the secret cannot be told.

        >>> Key("k").derive("national ids") == Key("k").derive("national ids") != Key("l").derive("national ids")
        True
        """
        return hashlib.blake2b(
            purpose.encode(), key=hashlib.sha256(self.secret.encode()).digest(), digest_size=32
        ).digest()

    def __repr__(self) -> str:
        """Show nothing of the secret, wherever a key may be printed."""
        return f"Key(made_at={self.made_at!r})"


def find_key(environment: Mapping[str, str], key_file: Path | None, folder: Path | None = None) -> Key:
    """Return the key: the variable's value, else the key file's content, else a key file in the user's own folder.

    Parameters
    ----------
    environment
        Where ``SKIPTRACE_KEY`` is looked up.
    key_file
        A file that holds the key on its first line.
    folder
        Where the default key file is, or is made (mode 0600); null = the user's configuration folder.

    Raises
    ------
    CasefileError
        If the named key file is missing, unreadable or empty, or none can be made.
    """
    if secret := environment.get(VARIABLE, "").strip():
        return Key(secret)
    if key_file is not None:
        return Key(_read(key_file))
    path = (folder or Path(platformdirs.user_config_dir("skiptrace", appauthor=False))) / _DEFAULT_NAME
    if path.exists():
        return Key(_read(path))
    secret = secrets.token_urlsafe(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secret + "\n")
    except FileExistsError:
        return Key(_read(path))
    except OSError as error:
        raise CasefileError(
            f"no key: set {VARIABLE} or --key-file ({path.name} cannot be made: {error.strerror})"
        ) from error
    return Key(secret, made_at=path)


def _read(path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip().partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CasefileError(
            f"key file {path.name}: cannot be read ({getattr(error, 'strerror', 'not text')})"
        ) from error
    if not secret:
        raise CasefileError(f"key file {path.name}: empty, expected the key on its first line")
    return secret

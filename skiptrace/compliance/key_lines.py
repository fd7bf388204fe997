"""Tell on which line of a TOML document each key stands; the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import Any, TypeAlias

__all__ = ["KeyPath", "key_lines"]

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and positions in arrays from the top of the document to a value."""

_PART = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s."'=\[\]{},#]+)"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' + r"|'''.*?'''(?:'{0,2})" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'", re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""Return the line, from 1, of each key and each array element of a document that is valid TOML.

    Examples
    --------
    >>> found = key_lines('name = "x"\n\n[[provision]]\nhours = [{ open = 1,\n  close = 2 }]\n')
    >>> found["provision", 0], found["provision", 0, "hours", 0, "close"]
    (3, 5)
    """
    return _Reader(text).read()


class _Reader:
    """Walks a valid document once, from its first character to its last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [place for place, letter in enumerate(text) if letter == "\n"]
        self._lines: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}

    def read(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip()
        while self._at < len(self._text):
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text.startswith("[", self._at):
                table = self._header(1)
            else:
                self._pair(table)
            self._skip()
        return self._lines

    def _skip(self) -> None:
        self._take(_BLANK)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        taken = found[0] if found else ""
        self._at += len(taken)
        return taken

    def _mark(self, path: KeyPath, start: int) -> None:
        line = bisect_left(self._breaks, start) + 1
        for end in range(1, len(path) + 1):  # a dotted key makes the tables that it names
            self._lines.setdefault(path[:end], line)

    def _header(self, brackets: int) -> KeyPath:
        start = self._at
        self._at += brackets
        self._skip()
        keys = self._key()
        path: KeyPath = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if brackets > 1 and number == len(keys):
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        self._skip()
        self._at += brackets
        self._mark(path, start)
        return path

    def _key(self) -> tuple[str, ...]:
        start = self._at
        written = self._take(_KEY)
        if not written:
            raise ValueError(f"no key at character {start}")
        keys: list[str] = []
        inner: Any = tomllib.loads(f"{written} = 0")
        while isinstance(inner, dict):
            ((key, inner),) = inner.items()
            keys.append(key)
        return tuple(keys)

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = (*table, *self._key())
        self._mark(path, start)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._series(path, "]")
        elif opening == "{":
            self._series(path, "}")
        elif opening in {'"', "'"}:
            self._take(_STRING)
        else:
            self._take(_SCALAR)

    def _series(self, path: KeyPath, closing: str) -> None:
        self._at += 1
        self._skip()
        number = 0
        while not self._text.startswith(closing, self._at):
            if closing == "}":
                self._pair(path)
            else:
                self._mark((*path, number), self._at)
                self._value((*path, number))
                number += 1
            self._skip()
            self._at += self._text.startswith(",", self._at)
            self._skip()
        self._at += 1

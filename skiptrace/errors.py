"""What can stop a command, and the exit code each reason has.

::

    SkiptraceError
    ├── UsageError        2   the command line or the output folder cannot be used
    ├── InputError        3   nothing usable in the input
    ├── SettingsError     4   settings file
    │   └── RulebookError 4   rulebook pack
    ├── CasefileError     5   damaged
    │   ├── CasefileLocked    5
    │   └── CasefileKeyWrong  5
    └── PromiseBroken     6   an output would have broken a promise; nothing was written

A bad *row* is not an exception: it is data with a reason (see :class:`skiptrace.tables.Checked`). Messages carry
file, line, column, what was found in kind, and what was expected; never a personal value.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "CasefileError",
    "CasefileKeyWrong",
    "CasefileLocked",
    "InputError",
    "PromiseBroken",
    "RulebookError",
    "SettingsError",
    "SkiptraceError",
    "UsageError",
]


class SkiptraceError(Exception):
    """Base of everything skiptrace raises on purpose; the message is one line for the person at the terminal."""

    exit_code: ClassVar[int] = 1


class UsageError(SkiptraceError):
    """The command was asked for something it cannot do here (an option, a folder that cannot be written)."""

    exit_code = 2


class InputError(SkiptraceError):
    """The input holds nothing that can be used."""

    exit_code = 3


class SettingsError(SkiptraceError):
    """The settings file is not valid."""

    exit_code = 4


class RulebookError(SettingsError):
    """A rulebook pack is not valid, or a place is asked for that no valid pack covers."""


class CasefileError(SkiptraceError):
    """The casefile cannot be used."""

    exit_code = 5


class CasefileLocked(CasefileError):  # noqa: N818  # reads as a state: the casefile is locked
    """Another command held the casefile for longer than we wait."""


class CasefileKeyWrong(CasefileError):  # noqa: N818
    """The key does not open this casefile."""


class PromiseBroken(SkiptraceError):  # noqa: N818
    """An output would have broken one of the five promises, so it was not released."""

    exit_code = 6

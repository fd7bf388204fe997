"""The program's entry: every command, and what becomes of an error.

Exit codes: 0 done; 2 usage; 3 bad input (nothing usable); 4 rulebook or settings; 5 casefile (locked, wrong key,
damaged); 6 a promise would have been broken; 130 interrupted. Anything else that goes wrong is a defect of ours:
exit 1, one line that says where, and no values, because a traceback could carry a person's data. A reader of our output
who has seen enough (``| head``) ends the command as it ends any other: by SIGPIPE (141 in a shell), without a word.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from skiptrace import __version__
from skiptrace.cli import ask, backtest, match, review, rulebook, templates, trace, wishes, work
from skiptrace.errors import SkiptraceError, UsageError

__all__ = ["app", "main"]

_INTERRUPTED = 130
_UNREAD = 141
"""Where there is no SIGPIPE, or it is blocked: what a shell makes of it."""

app = typer.Typer(
    name="skiptrace",
    help="Find lost debtors' reachable contact points and hours, and plan lawful attempts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (work, trace, ask, backtest, match, review, rulebook, templates, wishes):
    module.register(app)


def _version(asked: bool) -> None:  # noqa: FBT001  # typer calls it by position
    if asked:
        typer.echo(f"skiptrace {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Find lost debtors' reachable contact points and hours, and plan lawful attempts."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        app()
    except SkiptraceError as error:
        _leave(str(error), error.exit_code)
    except SystemExit as leaving:
        if leaving.code == _INTERRUPTED:  # typer leaves without a word
            _leave("interrupted; the output files are whole: all as they were, or all new", _INTERRUPTED)
        if isinstance(leaving.__context__, BrokenPipeError):  # typer and rich make a 1 of it, the code of a defect
            _end_unread()
        raise
    except BrokenPipeError:
        _end_unread()
    except Exception as error:  # noqa: BLE001  # the last resort: where it happened, and no values
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _leave("no space left to write to", UsageError.exit_code)
        where = next(
            (frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if "skiptrace" in frame.filename),
            None,
        )
        place = f" at {os.path.basename(where.filename)}:{where.lineno}" if where else ""  # noqa: PTH119
        _leave(f"a defect of ours ({type(error).__name__}{place}); the output files are whole", 1)


def _leave(message: str, code: int) -> NoReturn:
    with suppress(BrokenPipeError):  # the code is still to be told
        typer.echo(f"skiptrace: {message}", err=True)
    sys.exit(code)


def _end_unread() -> NoReturn:
    """End by the signal that Python ignores, now that all that was open is closed."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.raise_signal(signal.SIGPIPE)
    sys.exit(_UNREAD)

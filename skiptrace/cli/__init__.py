"""Parse, call, print, and map errors to exit codes."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        # Loading takes a second or two, and Ctrl-C may well fall into it.
        from skiptrace.cli.app import main as enter  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.stderr.write("skiptrace: interrupted before anything was done\n")
        sys.exit(130)
    enter()

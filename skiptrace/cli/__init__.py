"""Parse, call, print, and map errors to exit codes."""

from skiptrace.cli.app import main

__all__ = ["main"]

"""Parse, call, print, and map errors to exit codes."""

import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    # Frames come and go by the gigabyte: polars' allocator (jemalloc) is to give back soon what it does not need.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:300,muzzy_decay_ms:0")
    try:
        # Loading takes a second or two, and Ctrl-C may well fall into it.
        from skiptrace.cli.app import main as enter  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.stderr.write("skiptrace: interrupted before anything was done\n")
        sys.exit(130)
    enter()

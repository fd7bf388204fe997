"""Run skiptrace with ``python -m skiptrace``."""

from skiptrace.cli import main

main()

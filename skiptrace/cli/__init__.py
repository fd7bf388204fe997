"""Parse, call, print, and map errors to exit codes."""


def main() -> None:
    """Run the command line."""

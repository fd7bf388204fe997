"""The JSON Schemas (2020-12) of what goes out, shipped with the program."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["SCHEMAS", "schema_of"]

SCHEMAS = ("schedule", "manifest", "export")
"""What has a schema: a row of ``schedule.jsonl``, ``manifest.json``, and ``export.json`` beside dialers' files."""


@cache
def _text(name: str) -> str:
    return (files("skiptrace.contracts") / f"{name}.schema.json").read_text(encoding="utf-8")


def schema_of(name: str) -> dict[str, Any]:
    """Return a schema as a fresh dictionary.

    Parameters
    ----------
    name
        One of ``SCHEMAS``.

    Raises
    ------
    ValueError
        If there is no such schema.

    Examples
    --------
    >>> schema_of("schedule")["properties"]["wave"]["minimum"]
    1
    """
    if name not in SCHEMAS:
        raise ValueError(f"no schema {name}; expected one of {', '.join(SCHEMAS)}")
    schema: dict[str, Any] = json.loads(_text(name))
    return schema

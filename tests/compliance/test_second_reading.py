"""The second reading is worth something only as long as it shares no code with the first."""

from __future__ import annotations

import tomllib
from pathlib import Path

from skiptrace import compliance

RULEBOOK = {"facts", "key_lines", "law", "looseness", "packs", "places", "rulebook"}
"""Modules that hold facts and the rulebook's data and judge nothing: both readings may have them."""
NAME = "The re-check shares nothing with the check but the rulebook's data"


def test_no_module_that_judges_is_left_out_of_what_the_second_reading_must_not_import():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (forbidden,) = (one["forbidden_modules"] for one in contracts if one["name"] == NAME)
    there = {path.stem for path in Path(compliance.__file__).parent.glob("*.py")} - {"__init__"}
    assert sorted(there - RULEBOOK) == sorted(one.rpartition(".")[2] for one in forbidden)

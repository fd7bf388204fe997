from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import skiptrace.matching

MODULES = [module.name for module in pkgutil.iter_modules(skiptrace.matching.__path__, "skiptrace.matching.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_room_shows_what_the_others_use():
    assert skiptrace.matching.__all__ == ["Known", "Linked", "Model", "Relinked", "default_model", "link", "relink"]

import importlib
import pkgutil

import skiptrace

FOUND = pkgutil.walk_packages(skiptrace.__path__, "skiptrace.")
MODULES = [module.name for module in FOUND if "__main__" not in module.name]


def test_every_name_a_module_offers_exists():
    for name in MODULES:
        module = importlib.import_module(name)
        missing = [offered for offered in getattr(module, "__all__", ()) if not hasattr(module, offered)]
        assert not missing, f"{name}: {missing}"


def test_the_public_verbs_are_these_and_no_others():
    assert skiptrace.__all__ == ["Casefile", "check", "export", "learn", "link", "plan", "read", "trace"]


def test_a_verb_is_there_when_asked_for():
    for verb in skiptrace.__all__:
        assert callable(getattr(skiptrace, verb))
    assert callable(importlib.import_module("skiptrace.normalise").normalise)

"""Lawful skip tracing and contact recovery.

The public verbs, one to one with the commands: ``read``, ``normalise``, ``link``, ``trace``, ``learn``, ``check``,
``plan``, ``export``, and ``Casefile``. Each verb is a function from frames and frozen parameters to frames. All but one
are here by name; ``normalise`` is ``skiptrace.normalise.normalise``, as its room has the verb's own name.

Examples
--------
>>> import skiptrace
>>> skiptrace.plan.__module__
'skiptrace.planning.planner'
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.compliance import check
    from skiptrace.graph import trace
    from skiptrace.ingest import read
    from skiptrace.matching import link
    from skiptrace.pipeline.exporting import export
    from skiptrace.planning import plan
    from skiptrace.timing import learn

__all__ = ["Casefile", "check", "export", "learn", "link", "plan", "read", "trace"]
__version__ = "0.1.0"

_ROOMS = {
    "Casefile": "skiptrace.casefile",
    "check": "skiptrace.compliance",
    "export": "skiptrace.pipeline.exporting",
    "learn": "skiptrace.timing",
    "link": "skiptrace.matching",
    "plan": "skiptrace.planning",
    "read": "skiptrace.ingest",
    "trace": "skiptrace.graph",
}


def __getattr__(name: str) -> object:
    # Imported when first asked for: `skiptrace --version` need not load linear algebra.
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'skiptrace' has no attribute {name!r}")

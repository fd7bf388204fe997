"""Judge what may be attempted, by law as data."""

from skiptrace.compliance.facts import Facts
from skiptrace.compliance.rulebook import Rulebook, load_rulebook

__all__ = ["Facts", "Rulebook", "load_rulebook"]

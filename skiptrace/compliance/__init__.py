"""Judge what may be attempted, by law as data."""

from skiptrace.compliance.check import check
from skiptrace.compliance.consent import admissible
from skiptrace.compliance.facts import Facts
from skiptrace.compliance.rulebook import Rulebook, load_rulebook

__all__ = ["Facts", "Rulebook", "admissible", "check", "load_rulebook"]

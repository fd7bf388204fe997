"""Judge what may be attempted, by law as data."""

from skiptrace.compliance.caps import channels_counted
from skiptrace.compliance.check import check
from skiptrace.compliance.consent import REVOKED, admissible
from skiptrace.compliance.facts import Facts
from skiptrace.compliance.openings import Openings, openings
from skiptrace.compliance.permits import explain_permit, permit_ids
from skiptrace.compliance.rulebook import Rulebook, load_rulebook

__all__ = [
    "REVOKED",
    "Facts",
    "Openings",
    "Rulebook",
    "admissible",
    "channels_counted",
    "check",
    "explain_permit",
    "load_rulebook",
    "openings",
    "permit_ids",
]

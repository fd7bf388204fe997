"""Write schedules for the dialers that consume them, and read their results."""

from skiptrace.dialers.canonical import FORMATS, read_schedule, write_schedule
from skiptrace.dialers.exporters import DIALERS, make_dialer
from skiptrace.dialers.outcome_map import OutcomeMap, example_map, read_outcome_map
from skiptrace.dialers.results import RESULT_FORMATS, Results, read_results
from skiptrace.dialers.whose import OnRecord

__all__ = [
    "DIALERS",
    "FORMATS",
    "RESULT_FORMATS",
    "OnRecord",
    "OutcomeMap",
    "Results",
    "example_map",
    "make_dialer",
    "read_outcome_map",
    "read_results",
    "read_schedule",
    "write_schedule",
]

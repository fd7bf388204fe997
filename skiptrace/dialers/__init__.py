"""Write schedules for the dialers that consume them, and read their results."""

from skiptrace.dialers.canonical import FORMATS, read_schedule, write_schedule
from skiptrace.dialers.exporters import DIALERS, make_dialer
from skiptrace.dialers.generic import Results, read_results

__all__ = ["DIALERS", "FORMATS", "Results", "make_dialer", "read_results", "read_schedule", "write_schedule"]

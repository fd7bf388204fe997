"""Show a run on one page."""

from skiptrace.report.pages import ReportInputs, write_report

__all__ = ["ReportInputs", "write_report"]

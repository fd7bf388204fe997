"""One function a kind of provision: why an attempt at one instant is not lawful under it, or null if it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.compliance.law import Bar, Cap, Need, Wait, Window
from skiptrace.compliance.verify.bars import judge_bar
from skiptrace.compliance.verify.consents import judge_need
from skiptrace.compliance.verify.counting import judge_cap, judge_wait
from skiptrace.compliance.verify.hours import inside

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.compliance.law import Provision
    from skiptrace.compliance.verify.attempts import Attempt

__all__ = ["judge", "judge_hours"]


def judge(provision: Provision, attempt: Attempt) -> str | None:
    """Return why a provision that bears on an attempt forbids it, or null; hours have a function of their own."""
    match provision:
        case Cap():
            return judge_cap(provision, attempt)
        case Wait():
            return judge_wait(provision, attempt)
        case Need():
            return judge_need(provision, attempt)
        case Bar():
            return judge_bar(provision, attempt)
        case _:
            return None


def judge_hours(window: Window, zone: str, at: datetime, until: datetime) -> str | None:
    """Return why a contact does not lie within the hours, by the clock of a zone; hours from memory never suffice."""
    if not inside(window, zone, at, until):
        return window.summary
    return f"{window.summary} (somebody must look)" if window.status == "M" else None

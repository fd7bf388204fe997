"""Judge rows by one provision, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skiptrace.compliance.bars import judge_bar
from skiptrace.compliance.caps import judge_cap, judge_wait
from skiptrace.compliance.hours import judge_window
from skiptrace.compliance.law import Bar, Cap, Need, Wait, Window
from skiptrace.compliance.needs import judge_need
from skiptrace.vocabulary import StopKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.findings import Finding
    from skiptrace.compliance.hours import Timetable
    from skiptrace.compliance.law import Provision
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["findings", "in_order"]

_KINDS = (Bar, Need, Wait, Cap, Window)


def in_order(rulebook: Rulebook) -> tuple[Provision, ...]:
    """Return the provisions that are judged, in the order in which the first denial decides.

    Bars, then needs, waits, caps, and hours last: what time does not heal comes before what it does. Hours that the
    person called inconvenient are hours. Within a kind the law of a place comes before what holds everywhere, then by
    id.
    """
    judged = [provision for provision in rulebook.provisions if isinstance(provision, _KINDS)]
    return tuple(sorted(judged, key=lambda one: (_KINDS.index(_heals_like(one)), "*" in one.places, one.id)))


def _heals_like(provision: Provision) -> type:
    timed = isinstance(provision, Bar) and provision.stop is StopKind.INCONVENIENT_TIME
    return Window if timed else type(provision)


def findings(
    docket: Docket, timetable: Timetable, *, hours: bool = True
) -> Iterator[tuple[Provision, np.ndarray, Finding]]:
    """Yield each provision that bears on any row, those rows, and what it finds of them."""
    for provision in in_order(docket.known.rulebook):
        if isinstance(provision, Window):
            if hours:
                rows, finding = judge_window(provision, docket, timetable)
                if rows.size:
                    yield provision, rows, finding
            continue
        rows = docket.bearing(provision)
        if rows.size == 0:
            continue
        if isinstance(provision, Bar):
            yield provision, rows, judge_bar(provision, docket, rows)
        elif isinstance(provision, Need):
            yield provision, rows, judge_need(provision, docket, rows)
        elif isinstance(provision, Wait):
            yield provision, rows, judge_wait(provision, docket, rows)
        elif isinstance(provision, Cap):
            yield provision, rows, judge_cap(provision, docket, rows)

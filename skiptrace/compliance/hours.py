"""Hours: when the windows that bear on a row are open, and when a contact next fits into all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.docket import bears, epoch_day
from skiptrace.compliance.findings import ALLOW, DENY, HEALS_NEVER, REVIEW, Finding, nothing_against
from skiptrace.compliance.law import Window
from skiptrace.compliance.rulebook import HOUSE_HOURS
from skiptrace.compliance.windows import (
    ALWAYS,
    Intervals,
    fits,
    intersect,
    next_fit,
    stop_allows,
    window_hours,
)
from skiptrace.compliance.zones import DAY, SECOND, Instants

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket, Signature
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["Timetable", "judge_inconvenient_time", "judge_window", "next_opening"]

_UNREADABLE = "?"
HEAL_DAYS = 21
"""How far ahead the next opening is looked for: longer than any run of holidays and weekends."""


@dataclass(frozen=True)
class Timetable:
    """Open hours by signature, each computed once.

    Attributes
    ----------
    rulebook
        The law.
    first, last
        Local days covered, both included.
    """

    rulebook: Rulebook
    first: int
    last: int
    _kept: dict[object, Intervals] = field(default_factory=dict, repr=False)
    _windows: dict[object, list[Window]] = field(default_factory=dict, repr=False)
    _silent: dict[object, np.ndarray] = field(default_factory=dict, repr=False)

    @classmethod
    def covering(cls, docket: Docket, until: int = 0) -> Timetable:
        """Return a timetable for a docket's rows and what comes soon after."""
        first = int(docket.start.min()) if docket.start.size else 0
        last = max(int(docket.end.max()) if docket.end.size else 0, until)
        return cls(docket.known.rulebook, first // DAY - 2, last // DAY + HEAL_DAYS + 2)

    def windows(self, signature: Signature) -> list[Window]:
        """Return the windows that bear on a signature, the house's among them where the law has none."""
        key = _whom_hours_ask(signature)
        if key not in self._windows:
            self._windows[key] = [
                provision
                for provision in self.rulebook.provisions
                if isinstance(provision, Window)
                and bears(provision, signature)
                and (provision.id != HOUSE_HOURS or self._silent_days(signature).any())
            ]
        return self._windows[key]

    def open(self, window: Window, signature: Signature) -> Intervals:
        """Return when a window is open in every zone of a signature."""
        days = np.arange(self.first, self.last + 1, dtype=np.int64)
        held = self._silent_days(signature) if window.id == HOUSE_HOURS else _in_force(window, days)
        key = (window.id, signature.zones, held.tobytes())
        if key not in self._kept:
            zones = [window_hours(window, zone, days, held) for zone in signature.zones]
            self._kept[key] = intersect(*zones) if zones else ALWAYS
        return self._kept[key]

    def all_open(self, signature: Signature) -> Intervals | None:
        """Return when every window is open; null if one of them can give no more than review."""
        key = ("all", signature)
        if key not in self._kept:
            windows = self.windows(signature)
            if any(window.status == "M" for window in windows):
                return None
            found = [self.open(window, signature) for window in windows]
            self._kept[key] = intersect(*found) if found else ALWAYS
        return self._kept[key]

    def _silent_days(self, signature: Signature) -> np.ndarray:
        """Tell of each day whether the law of one of the places names no hours for this channel."""
        key = _whom_hours_ask(signature)
        if key in self._silent:
            return self._silent[key]
        days = np.arange(self.first, self.last + 1, dtype=np.int64)
        places = self.rulebook.places
        silent = np.zeros(days.shape, dtype=bool)
        for leaf in places.leaves(signature.hour_places):
            lineage = places.lineage(leaf)
            spoken = np.zeros(days.shape, dtype=bool)
            for window in self.rulebook.provisions:
                if (
                    isinstance(window, Window)
                    and not window.labels
                    and not set(window.places).isdisjoint(lineage)
                    and bears(window, signature)
                ):
                    spoken |= _in_force(window, days)
            silent |= ~spoken
        self._silent[key] = silent
        return silent


def _whom_hours_ask(signature: Signature) -> tuple[object, ...]:
    """Return what decides which windows bear; zones only decide when those are open."""
    return signature.hour_places, signature.channel, signature.party, signature.label


def _in_force(window: Window, days: Instants) -> np.ndarray:
    held = np.ones(days.shape, dtype=bool)
    if window.valid_from:
        held &= days >= epoch_day(window.valid_from)
    if window.valid_until:
        held &= days <= epoch_day(window.valid_until)
    return held


def judge_window(window: Window, docket: Docket, timetable: Timetable) -> tuple[np.ndarray, Finding]:
    """Return the rows a window bears on, and whether each contact lies in it from start to end."""
    bearing = {
        number: signature
        for number, signature in enumerate(docket.signatures)
        if bears(window, signature) and window in timetable.windows(signature)
    }
    wanted = np.zeros(len(docket.signatures) + 1, dtype=bool)
    wanted[list(bearing)] = True
    rows = np.flatnonzero(wanted[docket.signature])
    if rows.size == 0:
        return rows, nothing_against(0)
    inside = np.zeros(rows.size, dtype=bool)
    order = np.argsort(docket.signature[rows], kind="stable")
    numbers, begins = np.unique(docket.signature[rows][order], return_index=True)
    for number, part in zip(numbers, np.split(order, begins[1:]), strict=True):
        opened = timetable.open(window, bearing[int(number)])
        inside[part] = fits(opened, docket.start[rows[part]], docket.end[rows[part]])
    within = REVIEW if window.status == "M" else ALLOW
    return rows, Finding(np.where(inside, within, DENY).astype(np.int8), docket.start[rows])


def judge_inconvenient_time(docket: Docket, rows: np.ndarray) -> Finding:
    """Deny contacts that touch hours a stop calls inconvenient, in any candidate zone."""
    bad = np.zeros(docket.rows.height, dtype=bool)
    for (detail, number), part in _time_stops(docket):
        at = part["row"].to_numpy()
        span = (int(docket.start[at].min()) // DAY - 3, int(docket.end[at].max()) // DAY + 3)
        for zone in docket.signatures[number].zones:
            bad[at] |= ~fits(stop_allows(detail, zone, *span), docket.start[at], docket.end[at])
    unreadable = docket.stops.filter(pl.col("kind") == "inconvenient_time")["detail"].is_null().any()
    heals = np.full(rows.size, HEALS_NEVER, dtype=np.int64) if unreadable else docket.start[rows]
    verdict = np.where(bad[rows], DENY, ALLOW).astype(np.int8)
    return Finding(verdict, heals)


def _time_stops(docket: Docket) -> list[tuple[tuple[str | None, int], pl.DataFrame]]:
    stops = docket.stops.filter(pl.col("kind") == "inconvenient_time").select("row", "detail").unique()
    if stops.is_empty():
        return []
    parts = stops.join(docket.rows.select("row", "signature"), on="row").sort("row", "detail")
    return [
        ((detail, int(number)), part)
        for (detail, number), part in parts.partition_by("detail", "signature", as_dict=True).items()
    ]


def next_opening(docket: Docket, rows: np.ndarray, after: Instants, timetable: Timetable) -> Instants:
    """Return when, from some instant on, a contact next fits into every window and no inconvenient hours; or never.

    Parameters
    ----------
    docket, rows
        Which rows.
    after
        For each row, the earliest instant that will do.
    timetable
        Must cover the rows and :data:`HEAL_DAYS` after them.
    """
    found = np.full(rows.size, HEALS_NEVER, dtype=np.int64)
    lengths = docket.end[rows] - docket.start[rows]
    closed = (
        docket.stops.filter(pl.col("kind") == "inconvenient_time")
        .group_by("row")
        .agg(pl.col("detail").fill_null(_UNREADABLE).unique().sort().str.join("\n"))
    )
    details = (
        pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32)})
        .with_row_index("at")
        .join(closed, on="row", how="left")
        .with_columns(pl.Series("signature", docket.signature[rows]))
        .sort("at")
    )
    for (number, _), part in details.partition_by("signature", "detail", as_dict=True).items():
        at = part["at"].to_numpy()
        signature = docket.signatures[int(number)]
        span = (timetable.first, max(timetable.last, int(after[at].max()) // DAY + HEAL_DAYS))
        table = timetable if span[1] <= timetable.last else Timetable(timetable.rulebook, *span)
        opened = table.all_open(signature)
        if opened is None:
            continue
        stopped = part["detail"][0]
        for detail in stopped.split("\n") if stopped is not None else ():
            opened = intersect(opened, *(stop_allows(detail, zone, *span) for zone in signature.zones))
        begin = next_fit(opened, after[at], lengths[at])
        found[at] = np.where(begin < 0, HEALS_NEVER, begin)
    return -(-found // SECOND) * SECOND

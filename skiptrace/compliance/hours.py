"""Hours: when the windows that bear on a row are open, and when a contact next fits into all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.docket import bears, epoch_day
from skiptrace.compliance.findings import ALLOW, DENY, HEALS_NEVER, REVIEW, Finding, nothing_against
from skiptrace.compliance.law import Window
from skiptrace.compliance.lifting import lifted, lifted_until
from skiptrace.compliance.rulebook import HOUSE_HOURS
from skiptrace.compliance.windows import (
    ALWAYS,
    Intervals,
    fits,
    intersect,
    is_holiday,
    next_fit,
    stop_allows,
    window_hours,
)
from skiptrace.compliance.wording import by_zone, clock, told, where
from skiptrace.compliance.zones import DAY, SECOND, Instants, local_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from skiptrace.compliance.docket import Docket, Signature
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["Timetable", "by_value", "inconvenient_zone", "judge_window", "next_opening", "touching"]

_UNREADABLE = "?"
HEAL_DAYS = 21
"""How far ahead the next opening is looked for: longer than any run of holidays and weekends."""

_FORESEEN_DAYS = 30 * 366
"""How long after the rows it is told when something will be allowed. Many write "until 9999" for what never ends, and a
timetable until then is larger than any memory."""


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

    @cached_property
    def _days(self) -> Instants:
        return np.arange(self.first, self.last + 1, dtype=np.int64)

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
        return self._open_in(
            window, signature.zones, self._silent_days(signature) if window.id == HOUSE_HOURS else None
        )

    def _open_in(self, window: Window, zones: tuple[str, ...], held: np.ndarray | None) -> Intervals:
        """Return when a window is open in every zone, on days on which it is held; null = while it is in force."""
        key = (window.id, zones, None if held is None else held.tobytes())
        if key not in self._kept:
            if len(zones) == 1:
                held = _in_force(window, self._days) if held is None else held
                self._kept[key] = window_hours(window, zones[0], self._days, held)
            else:
                each = [self._open_in(window, (zone,), held) for zone in zones]
                self._kept[key] = intersect(*each) if each else ALWAYS
        return self._kept[key]

    def all_open(self, signature: Signature) -> Intervals | None:
        """Return when every window is open; null if one of them can give no more than review."""
        key = (_whom_hours_ask(signature), signature.zones)
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
        places = self.rulebook.places
        silent = np.zeros(self._days.shape, dtype=bool)
        for leaf in places.leaves(signature.hour_places):
            lineage = places.lineage(leaf)
            spoken = np.zeros(self._days.shape, dtype=bool)
            for window in self.rulebook.provisions:
                if (
                    isinstance(window, Window)
                    and not window.adds
                    and not window.labels
                    and not set(window.places).isdisjoint(lineage)
                    and bears(window, signature)
                ):
                    spoken |= _in_force(window, self._days)
            silent |= ~spoken
        self._silent[key] = silent
        return silent


def _whom_hours_ask(signature: Signature) -> tuple[object, ...]:
    """Return what decides which windows bear; zones only decide when those are open."""
    return signature.hour_places, signature.channel, signature.purpose, signature.party, signature.label


def _in_force(window: Window, days: Instants) -> np.ndarray:
    held = np.ones(days.shape, dtype=bool)
    if window.valid_from:
        held &= days >= epoch_day(window.valid_from)
    if window.valid_until:
        held &= days <= epoch_day(window.valid_until)
    return held


def by_value(numbers: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each number with the positions at which it stands.

    >>> [(number, at.tolist()) for number, at in by_value(np.array([7, 3, 7]))]
    [(3, [1]), (7, [0, 2])]
    """
    order = np.argsort(numbers, kind="stable")
    found, begins = np.unique(numbers[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, begins[1:]), strict=bool(found.size))


def judge_window(window: Window, docket: Docket, timetable: Timetable) -> tuple[np.ndarray, Finding]:
    """Return the rows a window bears on, and whether each contact lies in it from start to end, or is let out of it."""
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
    for number, part in by_value(docket.signature[rows]):
        opened = timetable.open(window, bearing[number])
        inside[part] = fits(opened, docket.start[rows[part]], docket.end[rows[part]])
    lifts = pl.DataFrame(schema={"row": pl.UInt32, "consent_id": pl.String})
    if window.lifted_by is not None:
        lifts = lifted(docket, rows[~inside], window.lifted_by)
        inside |= np.isin(rows, lifts["row"].to_numpy())
    within = REVIEW if window.status == "M" else ALLOW

    def closed(number: int, zone: str, at: np.ndarray) -> np.ndarray:
        alone = replace(bearing[number], zones=(zone,))
        return ~fits(timetable.open(window, alone), docket.start[at], docket.end[at])

    def facts(at: np.ndarray) -> pl.Series:
        asked = rows[at]
        zones = first_zone(docket, asked, closed)
        times = clock(docket.start[asked], docket.end[asked], zones)
        free = where(_on_holiday(window, docket.start[asked], zones), pl.Series([", a public holiday"]), "")
        consents = told(asked, lifts.select("row", text=pl.format(", lifted by consent {}", "consent_id")), "")
        return pl.select(pl.format("it would be {}{}{}", times, free, consents)).to_series()

    return rows, Finding(np.where(inside, within, DENY).astype(np.int8), docket.start[rows], facts)


def first_zone(docket: Docket, rows: np.ndarray, holds: Callable[[int, str, np.ndarray], np.ndarray]) -> pl.Series:
    """Return of each row the first of its own zones in which a condition holds, else the first.

    Its own, not those that stand for zones alike: these depend on what else is asked.

    Parameters
    ----------
    docket, rows
        Which rows.
    holds
        Told a signature's number, a zone and rows of both: tells of each of these rows.
    """
    found = np.empty(rows.size, dtype=object)
    for number, left in by_value(docket.signature[rows]):
        zones = docket.rows["zones"][int(rows[left[0]])].split("|")
        found[left] = zones[0]
        for zone in zones if len(zones) > 1 else ():
            hit = holds(number, zone, rows[left])
            found[left[hit]] = zone
            left = left[~hit]  # noqa: PLW2901  # what is still to be told
            if left.size == 0:
                break
    return pl.Series(found.tolist(), dtype=pl.String)


def _on_holiday(window: Window, starts: Instants, zones: pl.Series) -> np.ndarray:
    found = np.zeros(starts.shape, dtype=bool)
    for zone, mine in by_zone(zones) if window.holidays else ():
        found[mine] = is_holiday(local_days(zone, starts[mine]), window.holidays, window.holidays_added)
    return found


def touching(stops: pl.DataFrame, docket: Docket) -> pl.DataFrame:
    """Keep, of stops by ``row``, ``signature`` and ``detail``, those whose hours the contact touches in any zone."""
    kept = []
    for (detail, number), part in stops.partition_by("detail", "signature", as_dict=True).items():
        at, bad = part["row"].to_numpy(), np.zeros(part.height, dtype=bool)
        for zone in docket.signatures[number].zones:
            bad |= _touched(docket, at, detail, zone)
        kept.append(part.filter(bad))
    return pl.concat(kept) if kept else stops


def _touched(docket: Docket, rows: np.ndarray, detail: str | None, zone: str) -> np.ndarray:
    starts, ends = docket.start[rows], docket.end[rows]
    return ~fits(stop_allows(detail, zone, int(starts.min()) // DAY - 3, int(ends.max()) // DAY + 3), starts, ends)


def inconvenient_zone(docket: Docket, stops: pl.DataFrame) -> pl.Series:
    """Return of each stop (``row``, ``detail``) the first zone in which the contact touches its hours."""
    parts = []
    for (detail,), part in (
        stops.select("row", "detail").with_row_index("at").partition_by("detail", as_dict=True).items()
    ):

        def touched(_: int, zone: str, rows: np.ndarray, detail: str | None = detail) -> np.ndarray:
            return _touched(docket, rows, detail, zone)

        parts.append(part.with_columns(zone=first_zone(docket, part["row"].to_numpy(), touched)))
    return pl.concat(parts).sort("at")["zone"]


def next_opening(docket: Docket, rows: np.ndarray, after: Instants, timetable: Timetable) -> Instants:
    """Return when, from some instant on, a contact next fits into every window and no inconvenient hours; or never.

    Of what begins to be allowed in thirty years or later, never is said.

    What a consent lifts counts as closed, and never is said too where such a consent ends before: it is not known what
    else it lifts.

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
        .sort("at")
    )
    hours = details["detail"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    foreseen = after < (timetable.last + _FORESEEN_DAYS) * DAY
    for case, every in by_value((docket.signature[rows].astype(np.int64) << 32) | hours):
        at = every[foreseen[every]]
        if not at.size:
            continue
        signature = docket.signatures[case >> 32]
        span = (timetable.first, max(timetable.last, int(after[at].max()) // DAY + HEAL_DAYS))
        table = timetable if span[1] <= timetable.last else Timetable(timetable.rulebook, *span)
        opened = table.all_open(signature)
        if opened is None:
            continue
        stopped = details["detail"][int(at[0])]
        for detail in stopped.split("\n") if stopped is not None else ():
            opened = intersect(opened, *(stop_allows(detail, zone, *span) for zone in signature.zones))
        begin = next_fit(opened, after[at], lengths[at])
        found[at] = np.where(begin < 0, HEALS_NEVER, begin)
    found = -(-found // SECOND) * SECOND
    return np.where(found + lengths > lifted_until(docket, rows), HEALS_NEVER, found)

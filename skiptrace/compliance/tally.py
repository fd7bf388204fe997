"""Tallies: whether one more attempt is too many, in spans of local days, of hours, or of local months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.docket import in_zones, spread
from skiptrace.compliance.findings import HEALS_NEVER
from skiptrace.compliance.zones import SECOND, Instants, day_starts, local_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Cap, Wait

    Counts = Callable[[np.ndarray, np.ndarray], np.ndarray]

__all__ = ["HOUR", "Span", "Tally", "span_of"]

HOUR = 3_600 * SECOND
_GROUP = {"debt": "account_id", "account": "account_id", "person": "person", "number": "point_key"}


@dataclass(frozen=True)
class Span:
    """How long a stretch of time is in which attempts are counted together.

    Attributes
    ----------
    of
        ``days`` and ``months`` of the local calendar, or ``instants`` (microseconds).
    width
        Two attempts are in one span if they are fewer than so many apart.
    """

    of: Literal["days", "months", "instants"]
    width: int

    def number(self, zone: str, instants: Instants) -> Instants:
        """Return of each instant its local day or month, counted from 1970, or the instant itself."""
        if self.of == "instants":
            return instants
        days = local_days(zone, instants)
        return days if self.of == "days" else days.astype("M8[D]").astype("M8[M]").astype(np.int64)

    def beginning(self, zone: str, numbers: Instants) -> Instants:
        """Return the first instant of each local day or month, or the instant itself."""
        if self.of == "instants":
            return numbers
        days = numbers if self.of == "days" else numbers.astype("M8[M]").astype("M8[D]").astype(np.int64)
        return day_starts(zone, days)


def span_of(provision: Cap | Wait) -> Span:
    """Return the span that a provision counts in."""
    if provision.kind == "cap" and provision.hours is not None:
        return Span("instants", provision.hours * HOUR)
    if provision.kind == "cap" and provision.months is not None:
        return Span("months", provision.months)
    return Span("days", provision.days or 0)


class _Full(NamedTuple):
    """Stretches in which one more attempt is one too many. Grain: stretch, by ``code`` and ``first``."""

    code: np.ndarray
    first: Instants
    end: Instants
    """The first number after it."""


class Tally:
    """What is counted, beside rows: for each row and candidate zone, the attempts of the same debt, person or number.

    Parameters
    ----------
    docket, rows
        Which rows, in order.
    provision
        By whom it counts, and in which spans.
    counts
        Told attempts (rows of ``known.history``) and the groups they are asked for: tells which of them count.

    Attributes
    ----------
    row, zone
        By entry, row × candidate zone: the row's number, and the zone's in ``docket.zones``.
    number
        By entry: the local day or month in which the row begins, or the instant.
    """

    def __init__(self, docket: Docket, rows: np.ndarray, provision: Cap | Wait, counts: Counts) -> None:
        self._span, self._names = span_of(provision), docket.zones
        groups, history = docket.known.grouped(provision.per), docket.known.history
        self.row, self.zone, self._start = _entries(docket, rows, one_zone=self._span.of == "instants")
        self._count, self._past = rows.size, docket.past[self.row]
        self._bounds = np.flatnonzero(np.diff(self.row, prepend=-1))
        self.number = self._numbers(self.zone, self._start)
        # One code for each group and zone in which it is asked for, and its attempts in their order in time.
        mine = docket.rows[_GROUP[provision.per]].to_physical().to_numpy()[self.row].astype(np.int64)
        asked, self._code = np.unique((mine << 16) | self.zone, return_inverse=True)
        begin, end = _bounds(groups.group, asked >> 16)
        code, within = spread(end - begin)
        event = groups.event[begin[code] + within]
        kept = counts(event, asked[code] >> 16)
        code, event = _once(code[kept], event[kept], history)
        self._event_code, self._event_start = code, history["started"].to_numpy()[event]
        self._event_number = self._numbers((asked & 0xFFFF)[code], self._event_start)
        self._first, self._end = _bounds(code, self._code)
        # A row in the past sees what came before it, any other row everything, what is planned after it too.
        so_far = _position(self._event_start, self._start, self._first, self._end)
        self._seen = np.where(self._past, so_far, self._end)

    def _numbers(self, zones: np.ndarray, instants: Instants) -> Instants:
        return in_zones(self._names, zones, instants, self._span.number)

    def any_seen(self) -> np.ndarray:
        """Tell of each row whether it sees any event."""
        return self._over_zones(np.logical_or, self._seen > self._first)

    def full(self, maximum: int) -> tuple[np.ndarray, Instants]:
        """Tell of each row whether a span that holds it already holds so many events, and until when that is so."""
        if maximum == 0:
            return np.ones(self._count, dtype=bool), np.full(self._count, HEALS_NEVER, dtype=np.int64)
        until = np.where(self._past, self._full_so_far(maximum), self._full_within(maximum))
        crowded = until > self.number
        starts = np.full(until.shape, -HEALS_NEVER, dtype=np.int64)
        starts[crowded] = in_zones(self._names, self.zone[crowded], until[crowded], self._span.beginning)
        return self._over_zones(np.logical_or, crowded), self._over_zones(np.maximum, starts)

    def _full_so_far(self, maximum: int) -> Instants:
        """Return the first number with room, where only events so far count; the row's own if it has room."""
        nth = self._seen - maximum
        found: Instants = np.where(nth < self._first, self.number, self._at(self._event_number, nth) + self._span.width)
        return found

    def _full_within(self, maximum: int) -> Instants:
        """Return the first number with room, where events before and after count; the row's own if it has room."""
        full = _full_stretches(self._event_code, self._event_number, maximum, self._span.width)
        first, end = _bounds(full.code, self._code)
        nth = _position(full.first, self.number, first, end) - 1
        found: Instants = np.where(nth < first, self.number, self._at(full.end, nth))
        return found

    def fullest(self) -> tuple[np.ndarray, Instants]:
        """Return by entry how many events the fullest span that holds the row holds, and the last number of it."""
        reach = _position(self._event_number, self.number, self._first, self._seen)
        last, left = self.number, reach < self._seen
        count = reach - self._before(last - self._span.width + 1)
        # A span that ends later is only fuller if it ends at an event.
        while left.any():
            end = self._at(self._event_number, reach)
            left &= end < self.number + self._span.width
            reach = reach + left
            more = reach - self._before(end - self._span.width + 1)
            fuller = left & (more > count)
            last, count = np.where(fuller, end, last), np.where(fuller, more, count)
            left &= reach < self._seen
        return count, last

    def _before(self, number: Instants) -> np.ndarray:
        """Return where, by entry, the events begin that are not before a number."""
        return _position(self._event_number, number - 1, self._first, self._seen)

    def around(self) -> tuple[pl.Series, pl.Series]:
        """Return by entry the number of the last event up to the row, and of the next one after it; null = none."""
        so_far = _position(self._event_start, self._start, self._first, self._seen)
        before, after = self._at(self._event_number, so_far - 1), self._at(self._event_number, so_far)
        return (
            pl.select(pl.when(pl.Series(so_far > self._first)).then(pl.Series(before))).to_series(),
            pl.select(pl.when(pl.Series(so_far < self._seen)).then(pl.Series(after))).to_series(),
        )

    @staticmethod
    def _at(values: Instants, index: np.ndarray) -> Instants:
        """Return values at places that may be none, which nobody then asks for."""
        return values[np.clip(index, 0, values.size - 1)] if values.size else np.zeros(index.shape, dtype=np.int64)

    def _over_zones(self, how: np.ufunc, values: np.ndarray) -> np.ndarray:
        found: np.ndarray = how.reduceat(values, self._bounds) if self._count else values
        return found


def _entries(docket: Docket, rows: np.ndarray, *, one_zone: bool) -> tuple[np.ndarray, np.ndarray, Instants]:
    """Return row, zone and start of the entries of rows; of each row only the first if a clock in any zone will do."""
    wanted = np.zeros(docket.rows.height, dtype=bool)
    wanted[rows] = True
    entries = docket.entries
    mine = wanted[entries.row]
    if one_zone:
        mine &= np.diff(entries.row, prepend=-1) > 0
    return entries.row[mine], entries.zone[mine], entries.start[mine]


def _once(code: np.ndarray, event: np.ndarray, history: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Keep of an attempt told twice with one beginning a single row a code."""
    told = np.flatnonzero(history["versioned"].to_numpy()[event])
    if told.size == 0:
        return code, event
    versions = history.select("attempt_id", "started")[event[told]].with_columns(code=code[told])
    kept = np.ones(code.size, dtype=bool)
    kept[told[~versions.to_struct().is_first_distinct().to_numpy()]] = False
    return code[kept], event[kept]


def _full_stretches(codes: np.ndarray, numbers: Instants, maximum: int, width: int) -> _Full:
    """Return where one more would be too many: wherever, with so many events running, it lies in one span."""
    running = max(numbers.size - maximum + 1, 0)
    head, tail = numbers[:running], numbers[maximum - 1 :]
    close = (codes[:running] == codes[maximum - 1 :]) & (tail - head < width)
    code, first, end = codes[:running][close], tail[close] - width + 1, head[close] + width
    fresh = np.append(True, (code[1:] != code[:-1]) | (first[1:] > end[:-1]))[: code.size]
    last = np.append(np.flatnonzero(fresh)[1:], code.size)[: fresh.sum()] - 1
    return _Full(code[fresh], first[fresh], end[last])


def _bounds(codes: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the entries of each wanted code begin and end, in codes that are sorted."""
    return np.searchsorted(codes, wanted, side="left"), np.searchsorted(codes, wanted, side="right")


def _position(values: Instants, wanted: Instants, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return how far, between first and end, sorted values are not above the wanted one: halving, all rows at once."""
    low, high = first.copy(), end.copy()
    while (active := low < high).any():
        middle = (low + high) // 2
        below = active & (values[np.minimum(middle, values.size - 1)] <= wanted)
        low = np.where(below, middle + 1, low)
        high = np.where(active & ~below, middle, high)
    return low

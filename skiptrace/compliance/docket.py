"""The rows to be judged, with everything law asks about each of them put beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.knowledge import Known, instant_of, know
from skiptrace.compliance.whereabouts import whereabouts
from skiptrace.compliance.zones import DAY, Instants, local_days, representatives
from skiptrace.vocabulary import Party, Relation, StopKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from skiptrace.compliance.law import Provision

__all__ = [
    "HOUSE_PLACE",
    "HOUSE_ZONE",
    "Docket",
    "Entries",
    "Known",
    "Signature",
    "bears",
    "epoch_day",
    "in_zones",
    "instant_of",
    "know",
    "make_docket",
    "spread",
    "whereabouts_of",
    "with_local_day",
]

OF_THE_DEBTOR = frozenset({StopKind.INCONVENIENT_TIME, StopKind.INCONVENIENT_PLACE, StopKind.EMPLOYER_PROHIBITS})
"""Stops that say nothing of third parties, unless they name the third party's point."""

HOUSE_PLACE = "house.place"
"""No place is known, or one of those that may be has no pack."""
HOUSE_ZONE = "house.zone"
"""No zone is known, so no local time."""


@dataclass(frozen=True)
class Signature:
    """What decides, together, which provisions bear on a row."""

    places: frozenset[str]
    hour_places: frozenset[str]
    zones: tuple[str, ...]
    channel: str
    purpose: str
    party: str
    label: str | None


class Entries(NamedTuple):
    """Rows in each of their candidate zones.

    Attributes
    ----------
    row, zone
        Number of the row, and of the zone in ``docket.zones``.
    start, day
        When the contact begins (microseconds), and the local day of it.
    """

    row: np.ndarray
    zone: np.ndarray
    start: Instants
    day: Instants


@dataclass(frozen=True, kw_only=True)
class Docket:
    """Rows to judge.

    Attributes
    ----------
    rows
        Grain: row. ``row`` (0, 1, …), ``lead``, ``channel``, ``purpose``, ``start``, ``end`` (microseconds),
        ``replied`` (when the contact began that this row answers; null = none), ``stands_in`` (an executor in the
        debtor's place), ``signature``, and the columns of ``known.leads``.
    signatures
        By number.
    known
        The facts behind.
    """

    rows: pl.DataFrame
    signatures: tuple[Signature, ...]
    known: Known

    @cached_property
    def start(self) -> Instants:
        """When each contact begins."""
        return self.rows["start"].to_numpy()

    @cached_property
    def end(self) -> Instants:
        """When each contact ends."""
        return self.rows["end"].to_numpy()

    @cached_property
    def signature(self) -> np.ndarray:
        """Number of each row's signature."""
        return self.rows["signature"].to_numpy()

    @cached_property
    def stops(self) -> pl.DataFrame:
        """Grain: row × stop that stands when the row begins: ``row``, ``kind``, ``detail``, ``until``, ``since``."""
        spares = (pl.col("party") != Party.DEBTOR.value) & ~pl.col("named")
        return (
            self.rows.select("row", "lead", "start", "party", by=pl.col("channel"))
            .join(self.known.stops_by_lead, on="lead")
            .filter(
                (pl.col("channel").is_null() | (pl.col("channel") == pl.col("by")))
                & ~(spares & pl.col("kind").is_in([kind.value for kind in OF_THE_DEBTOR]))
                & (pl.col("since") <= pl.col("start"))
                & (pl.col("start") < pl.col("until"))
            )
            .select("row", "kind", "detail", "since", "until")
        )

    @cached_property
    def past(self) -> np.ndarray:
        """Rows before ``as_of``, judged as if planned then: what happened after them counts for nothing."""
        return self.start < self.known.as_of

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Every candidate zone of any row."""
        return tuple(sorted({zone for signature in self.signatures for zone in signature.zones}))

    @cached_property
    def entries(self) -> Entries:
        """Grain: row × candidate zone, row by row."""
        number = {zone: at for at, zone in enumerate(self.zones)}
        listed = [sorted(signature.zones) for signature in self.signatures]
        counts = np.array([len(zones) for zones in listed], dtype=np.int64)
        flat = np.array([number[zone] for zones in listed for zone in zones], dtype=np.int64)
        row, within = spread(counts[self.signature])
        zone = flat[(np.cumsum(counts) - counts)[self.signature][row] + within]
        start = self.start[row]
        return Entries(row, zone, start, in_zones(self.zones, zone, start, local_days))

    @cached_property
    def by_zone(self) -> pl.DataFrame:
        """The entries as a frame: ``row``, ``zone`` (its name), ``start``, ``day``."""
        entries = self.entries
        names = pl.Series(self.zones, dtype=pl.String).gather(entries.zone)
        row = pl.Series(entries.row, dtype=pl.UInt32)
        return pl.DataFrame({"row": row, "zone": names, "start": entries.start, "day": entries.day})

    @cached_property
    def _kinds(self) -> tuple[list[Signature], np.ndarray]:
        """Signatures without their zones, which no provision asks for, and which of them each signature has."""
        number: dict[Signature, int] = {}
        index = [number.setdefault(replace(one, zones=()), len(number)) for one in self.signatures]
        return list(number), np.array(index, dtype=np.int64)

    def bearers(self, provision: Provision) -> np.ndarray:
        """Tell of each signature whether a provision bears on it (its dates apart)."""
        kinds, index = self._kinds
        found: np.ndarray = np.array([bears(provision, kind) for kind in kinds], dtype=bool)[index]
        return found

    def bearing(self, provision: Provision) -> np.ndarray:
        """Return the rows that a provision bears on, by its place, channel, party, purpose, label and dates."""
        found = self.bearers(provision)[self.signature]
        if found.any() and (provision.valid_from is not None or provision.valid_until is not None):
            in_force = np.ones(self.entries.day.shape, dtype=bool)
            if provision.valid_from is not None:
                in_force &= self.entries.day >= epoch_day(provision.valid_from)
            if provision.valid_until is not None:
                in_force &= self.entries.day <= epoch_day(provision.valid_until)
            dated = np.zeros(self.rows.height, dtype=bool)
            dated[self.entries.row[in_force]] = True
            found = found & dated
        return np.flatnonzero(found)


def bears(provision: Provision, signature: Signature) -> bool:
    """Tell whether a provision bears on a signature (its dates apart)."""
    places = signature.hour_places if provision.kind == "window" else signature.places
    return (
        ("*" in provision.places or not places.isdisjoint(provision.places))
        and signature.channel in provision.channels
        and provision.party in (None, signature.party)
        and provision.purpose in (None, signature.purpose)
        and (not provision.labels or signature.label in provision.labels)
    )


def whereabouts_of(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the whereabouts of the ``lead`` of each row, as seen from its ``vantage``."""
    views = rows.select("lead", "vantage").unique()
    return whereabouts(views, known.leads, known.people, known.rulebook)


def make_docket(rows: pl.DataFrame, known: Known, where: pl.DataFrame | None = None) -> tuple[Docket, pl.DataFrame]:
    """Put beside each row what law asks about it, and set apart the rows of which no law or local time is known.

    Parameters
    ----------
    rows
        Grain: row, in order. ``at`` (its number outside), ``lead``, ``channel``, ``purpose``, ``start``, ``end``
        (microseconds), ``replied``.
    known
        The facts.
    where
        :func:`whereabouts_of` the rows, where it is at hand.

    Returns
    -------
    tuple
        The docket, and the rows set apart: ``at``, ``provision`` (:data:`HOUSE_PLACE` or :data:`HOUSE_ZONE`),
        ``places``, ``zones`` (joined by ``|``), ``channel``.
    """
    rows = rows.with_columns(vantage=pl.min_horizontal("start", pl.lit(known.as_of)))
    if where is None:
        where = whereabouts_of(rows, known)
    rows = rows.join(known.leads.drop("zones", "places"), on="lead", how="left", maintain_order="left").join(
        where, on=["lead", "vantage"], how="left", maintain_order="left"
    )
    leaves, has_pack = known.rulebook.places.leaves, known.rulebook.has_pack
    asked = rows.select("places", "channel").unique()
    lawful = [
        bool(text) and all(has_pack(leaf, channel) for leaf in leaves(text.split("|")))
        for text, channel in asked.iter_rows()
    ]
    rows = rows.join(
        asked.with_columns(pl.Series("lawful", lawful, dtype=pl.Boolean)),
        on=["places", "channel"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    rows = rows.with_columns(
        provision=pl.when(~pl.col("lawful") | (pl.col("hour_places") == ""))
        .then(pl.lit(HOUSE_PLACE))
        .when(pl.col("zones") == "")
        .then(pl.lit(HOUSE_ZONE))
    )
    nowhere = rows.filter(pl.col("provision").is_not_null()).select("at", "provision", "places", "zones", "channel")
    rows = rows.filter(pl.col("provision").is_null()).drop("provision", "lawful").with_row_index("row")
    dead = (
        rows.filter(pl.col("relation") == Relation.EXECUTOR.value)
        .join(known.stops_by_lead.filter(pl.col("kind") == StopKind.DECEASED.value), on="lead")
        .filter((pl.col("since") <= pl.col("start")) & (pl.col("start") < pl.col("until")))["row"]
        .unique()
    )
    rows = rows.with_columns(stands_in=pl.col("row").is_in(dead.implode())).with_columns(
        acting=pl.when("stands_in").then(pl.lit(Party.DEBTOR.value)).otherwise("party")
    )
    keys = ["places", "hour_places", "zones", "channel", "purpose", "acting", "place"]
    kinds = rows.select(keys).unique().sort(keys).with_row_index("signature")
    rows = rows.join(kinds, on=keys, how="left", nulls_equal=True, maintain_order="left")
    docket = Docket(rows=rows.drop("places", "hour_places"), signatures=_signatures(kinds, rows), known=known)
    return docket, nowhere


def _signatures(kinds: pl.DataFrame, rows: pl.DataFrame) -> tuple[Signature, ...]:
    if rows.is_empty():
        return ()
    names = sorted({name for text in kinds["zones"].unique().to_list() for name in text.split("|") if name})
    first, last = int(rows["start"].min()), int(rows["end"].max())  # type: ignore[arg-type]  # not empty
    alike = representatives(names, first - 400 * DAY, last + 400 * DAY)
    split: Callable[[str], frozenset[str]] = lambda text: frozenset(part for part in text.split("|") if part)  # noqa: E731  # one line, used thrice
    return tuple(
        Signature(
            places=split(places),
            hour_places=split(hour_places),
            zones=tuple(sorted({alike[name] for name in split(zones)})),
            channel=channel,
            purpose=purpose,
            party=party,
            label=label,
        )
        for _, places, hour_places, zones, channel, purpose, party, label in kinds.iter_rows()
    )


def with_local_day(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add ``day``: the local day of an instant, by the column ``zone``."""
    parts = [
        part.with_columns(pl.Series("day", local_days(name, part[column].to_numpy()), pl.Int64))
        for (name,), part in frame.partition_by("zone", as_dict=True, maintain_order=True).items()
    ]
    return pl.concat(parts) if parts else frame.with_columns(day=pl.lit(None, pl.Int64))


def in_zones(
    names: Sequence[str], zones: np.ndarray, values: Instants, how: Callable[[str, Instants], Instants]
) -> Instants:
    """Return what becomes of values, each in its zone (a number among the names)."""
    found = np.empty(values.shape, dtype=np.int64)
    for number in np.unique(zones).tolist():
        mine = zones == number
        found[mine] = how(names[number], values[mine])
    return found


def spread(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for that many entries of each, whose each entry is and which of its owner's it is.

    >>> [part.tolist() for part in spread(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    owner = np.repeat(np.arange(counts.size), counts)
    return owner, np.arange(owner.size) - (np.cumsum(counts) - counts)[owner]


def epoch_day(day: date) -> int:
    """Return a date as days since 1970."""
    return (day - date(1970, 1, 1)).days

"""The rows to be judged, with everything law asks about each of them put beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import held_consents
from skiptrace.compliance.history import coded_history, fates, standing_stops
from skiptrace.compliance.whereabouts import whereabouts
from skiptrace.compliance.zones import DAY, Instants, local_days, representatives
from skiptrace.vocabulary import LineType, Party, PointLabel, Relation, StopKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.law import Provision
    from skiptrace.compliance.rulebook import Rulebook

__all__ = [
    "HOUSE_PLACE",
    "HOUSE_ZONE",
    "Docket",
    "Known",
    "Signature",
    "bears",
    "epoch_day",
    "instant_of",
    "know",
    "make_docket",
    "whereabouts_of",
    "with_local_day",
]

_NEVER = 2**62
PERSONAL = frozenset(
    {
        StopKind.DECEASED,
        StopKind.BANKRUPT,
        StopKind.ATTORNEY,
        StopKind.OPT_OUT,
        StopKind.DO_NOT_CALL,
        StopKind.WRONG_PARTY,
        StopKind.INCONVENIENT_TIME,
        StopKind.INCONVENIENT_PLACE,
        StopKind.EMPLOYER_PROHIBITS,
    }
)
"""Stops that hold for all accounts of the person; the others are about one debt."""
OF_THE_DEBTOR = frozenset({StopKind.INCONVENIENT_TIME, StopKind.INCONVENIENT_PLACE, StopKind.EMPLOYER_PROHIBITS})
"""Stops that say nothing of third parties, unless they name the third party's point."""

HOUSE_PLACE = "house.place"
"""No place is known, or one of those that may be has no pack."""
HOUSE_ZONE = "house.zone"
"""No zone is known, so no local time."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Facts made ready, once for all rows.

    Attributes
    ----------
    leads
        LEADS with ``lead`` (row number), ``subject``, ``debtor``, ``person``, ``tag``, ``product``, ``notice_sent_on``,
        ``place`` (label, mobile lines without one counted as mobile), ``gone``, ``lapsed``.
    persons
        ``account_id``, ``person``: accounts with one person_id are one person's.
    history, stops, consents
        See :mod:`skiptrace.compliance.history` and :mod:`skiptrace.compliance.consent`; ``consents`` by ``lead``.
    stops_by_lead
        Grain: lead × stop: ``lead``, ``kind``, ``channel``, ``since``, ``until``, ``detail``, ``named`` (the stop names
        the point).
    facts, rulebook, as_of
        What all of it was made from.
    """

    leads: pl.DataFrame
    persons: pl.DataFrame
    history: pl.DataFrame
    consents: pl.DataFrame
    stops_by_lead: pl.DataFrame
    facts: Facts
    rulebook: Rulebook
    as_of: int


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
    def by_zone(self) -> pl.DataFrame:
        """Grain: row × candidate zone: ``row``, ``zone``, ``start``, ``day`` (local day of the start), row by row."""
        zones = pl.DataFrame(
            {
                "signature": np.arange(len(self.signatures), dtype=np.uint32),
                "zone": [list(signature.zones) for signature in self.signatures],
            },
            schema={"signature": pl.UInt32, "zone": pl.List(pl.String)},
        ).explode("zone", empty_as_null=True, keep_nulls=True)
        long = (
            self.rows.select("row", "start", "signature")
            .join(zones.filter(pl.col("zone").is_not_null()), on="signature")
            .drop("signature")
        )
        return with_local_day(long, "start").sort("row", "zone")

    def bearing(self, provision: Provision) -> np.ndarray:
        """Return the rows that a provision bears on, by its place, channel, party, purpose, label and dates."""
        signatures = np.array([bears(provision, signature) for signature in self.signatures], dtype=bool)
        found = np.flatnonzero(signatures[self.signature]) if signatures.any() else np.array([], dtype=np.int64)
        if found.size == 0 or (provision.valid_from is None and provision.valid_until is None):
            return found
        days = self.by_zone.filter(pl.col("row").is_in(pl.Series(found, dtype=pl.UInt32).implode()))
        in_force = days.filter(
            (pl.col("day") >= (epoch_day(provision.valid_from) if provision.valid_from else -(2**40)))
            & (pl.col("day") <= (epoch_day(provision.valid_until) if provision.valid_until else 2**40))
        )
        return in_force["row"].unique().sort().to_numpy().astype(np.int64)


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


def know(facts: Facts, rulebook: Rulebook, as_of: datetime) -> Known:
    """Make facts ready to judge by."""
    history = coded_history(facts)
    persons = facts.accounts.select(
        "account_id", person=pl.coalesce("person_id", pl.lit("account ") + pl.col("account_id"))
    ).unique("account_id", keep="first", maintain_order=True)
    accounts = facts.accounts.select("account_id", "tag", "product", "notice_sent_on").unique(
        "account_id", keep="first", maintain_order=True
    )
    consents = held_consents(facts.consents)
    leads = (
        facts.leads.unique(["account_id", "point_key", "party"], keep="first", maintain_order=True)
        .with_row_index("lead")
        .with_columns(
            debtor=pl.lit("a:") + pl.col("account_id"),
            subject=pl.when(pl.col("party") == Party.DEBTOR.value)
            .then(pl.lit("a:") + pl.col("account_id"))
            .otherwise(pl.lit("r:") + pl.col("relation_id").fill_null("?")),
            own=pl.col("own").fill_null(value=False),
            place=pl.when(pl.col("label").is_null() & (pl.col("line_type") == LineType.MOBILE.value))
            .then(pl.lit(PointLabel.MOBILE.value))
            .otherwise("label"),
        )
        .join(persons, on="account_id", how="left", maintain_order="left")
        .join(accounts, on="account_id", how="left", maintain_order="left")
        .join(fates(history), on=["account_id", "point_key"], how="left", maintain_order="left")
    )
    by_lead = (
        leads.select("lead", "own", consent_id="consent_ids")
        .explode("consent_id", empty_as_null=True, keep_nulls=True)
        .join(consents, on="consent_id")
    )
    lapsed = by_lead.filter(~pl.col("own")).group_by("lead").agg(lapsed=pl.col("ended").max())
    leads = leads.join(lapsed, on="lead", how="left", maintain_order="left").with_columns(
        # Found in others' records, and no consent at all that we know of: not to be used, so not counted.
        lapsed=pl.when("own").then(_NEVER).otherwise(pl.col("lapsed").fill_null(-_NEVER))
    )
    return Known(
        leads=leads,
        persons=persons,
        history=history,
        consents=by_lead.drop("own"),
        stops_by_lead=_stops_by_lead(leads, standing_stops(facts, history), persons),
        facts=facts,
        rulebook=rulebook,
        as_of=instant_of(as_of),
    )


def _stops_by_lead(leads: pl.DataFrame, stops: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    stops = stops.join(persons, on="account_id", how="left").with_columns(
        personal=pl.col("kind").is_in([kind.value for kind in PERSONAL]) & pl.col("person").is_not_null()
    )
    ids = leads.select("lead", "account_id", "person", "point_key")
    has_account, has_point = pl.col("account_id").is_not_null(), pl.col("point_key").is_not_null()
    personal = pl.col("personal")
    cases = [
        (has_account & ~has_point & ~personal, ["account_id"]),
        (has_account & ~has_point & personal, ["person"]),
        (has_account & has_point & ~personal, ["account_id", "point_key"]),
        (has_account & has_point & personal, ["person", "point_key"]),
        (~has_account & has_point, ["point_key"]),
    ]
    found = [
        ids.select("lead", *keys)
        .join(stops.filter(case).with_columns(named=has_point), on=keys)
        .select("lead", "kind", "channel", "since", "until", "detail", "named")
        for case, keys in cases
    ]
    return pl.concat(found).unique()


def whereabouts_of(rows: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return the whereabouts of the ``lead`` of each row, as seen from its ``vantage``."""
    views = rows.select("lead", "vantage").unique()
    return whereabouts(views, known.leads, known.facts, known.rulebook)


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
        The docket, and the rows set apart: ``at``, ``provision`` (:data:`HOUSE_PLACE` or :data:`HOUSE_ZONE`).
    """
    rows = rows.with_columns(vantage=pl.min_horizontal("start", pl.lit(known.as_of)))
    if where is None:
        where = whereabouts_of(rows, known)
    rows = rows.join(known.leads.drop("zones", "places"), on="lead", how="left", maintain_order="left").join(
        where, on=["lead", "vantage"], how="left", maintain_order="left"
    )
    lawful = [
        text
        for text in where["places"].unique().to_list()
        if text and all(map(known.rulebook.has_pack, known.rulebook.places.leaves(text.split("|"))))
    ]
    rows = rows.with_columns(
        provision=pl.when(~pl.col("places").is_in(lawful) | (pl.col("hour_places") == ""))
        .then(pl.lit(HOUSE_PLACE))
        .when(pl.col("zones") == "")
        .then(pl.lit(HOUSE_ZONE))
    )
    nowhere = rows.filter(pl.col("provision").is_not_null()).select("at", "provision")
    rows = rows.filter(pl.col("provision").is_null()).drop("provision").with_row_index("row")
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


def instant_of(at: datetime) -> int:
    """Return an aware moment in microseconds."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def with_local_day(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Add ``day``: the local day of an instant, by the column ``zone``."""
    parts = [
        part.with_columns(pl.Series("day", local_days(name, part[column].to_numpy()), pl.Int64))
        for (name,), part in frame.partition_by("zone", as_dict=True, maintain_order=True).items()
    ]
    return pl.concat(parts) if parts else frame.with_columns(day=pl.lit(None, pl.Int64))


def epoch_day(day: date) -> int:
    """Return a date as days since 1970."""
    return (day - date(1970, 1, 1)).days

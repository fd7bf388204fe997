"""What is known, made ready once for all rows that are judged by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.coding import CodedFacts, coded_facts
from skiptrace.compliance.history import by_debt, coded_history, fates, standing_stops
from skiptrace.vocabulary import LineType, Party, PointLabel, StopKind

if TYPE_CHECKING:
    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["Groups", "Known", "instant_of", "know"]

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
    ties
        As ``consents``: those of the relations by which third parties are known, by the ``lead`` of the third party's.
    stops_by_lead
        Grain: lead × stop: ``lead``, ``kind``, ``channel``, ``since``, ``until``, ``detail``, ``named`` (the stop names
        the point).
    people
        Where accounts and relations live: see :class:`~skiptrace.compliance.coding.CodedFacts`.
    rulebook, as_of
        The law, and now.
    """

    leads: pl.DataFrame
    persons: pl.DataFrame
    history: pl.DataFrame
    consents: pl.DataFrame
    ties: pl.DataFrame
    stops_by_lead: pl.DataFrame
    people: pl.DataFrame
    rulebook: Rulebook
    as_of: int
    _groups: dict[str, Groups] = field(default_factory=dict, repr=False, compare=False)

    def grouped(self, per: str) -> Groups:
        """Return the attempts of each ``debt``, ``account``, ``person`` or ``number``, worked out when first asked."""
        if per not in self._groups:
            self._groups[per] = _grouped(self, per)
        return self._groups[per]


class Groups(NamedTuple):
    """Attempts by what they count against. Grain: group × attempt, by group and time.

    Attributes
    ----------
    group
        The number behind an account's or a point's id, or a person's number.
    event
        Row of the attempt in ``known.history``.
    """

    group: np.ndarray
    event: np.ndarray


def _grouped(known: Known, per: str) -> Groups:
    history = known.history.with_row_index("event")
    if per in ("account", "number"):
        groups = history.select("event", group="account_id" if per == "account" else "point_key").drop_nulls()
    else:
        about = by_debt(history.select("event", "account_id", "others"))
        groups = about.select("event", group="debt").drop_nulls()
    if per == "person":
        persons = known.persons.select("person", group="account_id")
        groups = groups.join(persons, on="group").select("event", group="person").unique()
    number = groups["group"].to_physical().to_numpy().astype(np.int64)
    # History is by time, so one sort of both numbers in one brings each group's attempts together in that order.
    ordered = np.sort((number << 32) | groups["event"].to_numpy())
    return Groups(ordered >> 32, ordered & (2**32 - 1))


def know(facts: Facts | CodedFacts, rulebook: Rulebook, as_of: datetime) -> Known:
    """Make facts ready to judge by."""
    coded = facts if isinstance(facts, CodedFacts) else coded_facts(facts)
    history = coded_history(coded.attempts, coded.also)
    leads = (
        coded.leads.unique(["account_id", "point_key", "party"], keep="first", maintain_order=True)
        .with_row_index("lead")
        .with_columns(
            own=pl.col("own").fill_null(value=False),
            place=pl.when(pl.col("label").is_null() & (pl.col("line_type") == LineType.MOBILE.value))
            .then(pl.lit(PointLabel.MOBILE.value))
            .otherwise("label"),
        )
        .join(coded.accounts.drop("home"), on="account_id", how="left", maintain_order="left")
        .join(fates(history), on=["account_id", "point_key"], how="left", maintain_order="left")
    )
    by_lead = (
        leads.select("lead", "own", consent_id="consent_ids")
        .filter(pl.col("consent_id").list.len() > 0)
        .explode("consent_id", empty_as_null=True, keep_nulls=True)
        .join(coded.consents, on="consent_id")
    )
    known_by = leads.filter(pl.col("party") != Party.DEBTOR.value).select("lead", "relation_id")
    ties = known_by.join(coded.relations, on="relation_id").drop("relation_id").join(coded.consents, on="consent_id")
    lapsed = by_lead.filter(~pl.col("own")).group_by("lead").agg(lapsed=pl.col("ended").max())
    leads = leads.join(lapsed, on="lead", how="left", maintain_order="left").with_columns(
        # Found in others' records, and no consent at all that we know of: not to be used, so not counted.
        lapsed=pl.when("own").then(_NEVER).otherwise(pl.col("lapsed").fill_null(-_NEVER))
    )
    persons = coded.accounts.select("account_id", "person")
    return Known(
        leads=leads,
        persons=persons,
        history=history,
        consents=by_lead.drop("own"),
        ties=ties,
        stops_by_lead=_stops_by_lead(leads, standing_stops(coded.stops, history), persons),
        people=coded.people,
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


def instant_of(at: datetime) -> int:
    """Return an aware moment in microseconds."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

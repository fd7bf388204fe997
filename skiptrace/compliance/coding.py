"""Facts with ids as small numbers: what bears on some accounts is found, joined and sorted without reading text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import held_consents
from skiptrace.compliance.history import ID, coded_attempts, further_debts
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from skiptrace.compliance.facts import Facts

__all__ = ["CodedFacts", "coded_facts"]


@dataclass(frozen=True, kw_only=True)
class CodedFacts:
    """Facts made ready once, from which those about some accounts are taken again and again.

    Attributes
    ----------
    accounts
        Grain: account. ``account_id``, ``person`` (a number; accounts with one person_id are one person's), ``home``
        (region or country, as stated), ``tag``, ``product``, ``notice_sent_on``.
    leads
        LEADS with ``subject``, the number of whose point it is, and ``debtor``, that of the account's debtor.
    people
        Where accounts and relations live. Grain: row of PEOPLE. ``subject`` (null for records), ``address_key``,
        ``place`` (region, else country), ``postal_code``, ``city``, ``street`` (more than region and country is
        known), ``time_zone``, ``jurisdiction``.
    attempts, also
        :func:`~skiptrace.compliance.history.coded_attempts` and their further debts.
    stops
        CODED_STOPS.
    consents
        :func:`~skiptrace.compliance.consent.held_consents`.
    relations
        Grain: relation. ``relation_id``, ``consent_id``.

    Ids of accounts, points and addresses are of type :data:`~skiptrace.compliance.history.ID`.
    """

    accounts: pl.DataFrame
    leads: pl.DataFrame
    people: pl.DataFrame
    attempts: pl.DataFrame
    also: pl.DataFrame
    stops: pl.DataFrame
    consents: pl.DataFrame
    relations: pl.DataFrame

    def about(self, account_ids: pl.Series) -> CodedFacts:
        """Return the facts that can matter to these accounts: those of their persons and of their contact points."""
        asked = self.accounts.filter(pl.col("account_id").is_in(account_ids.cast(ID).unique().implode()))
        accounts = self.accounts.filter(pl.col("person").is_in(asked["person"].unique().implode()))
        ours = _Chosen(accounts["account_id"])
        leads = self.leads.filter(ours.among(self.leads["account_id"]))
        points = _Chosen(leads["point_key"])
        made = ours.among(self.attempts["account_id"]) | points.among(self.attempts["point_key"])
        made[self.also["event"].to_numpy()[ours.among(self.also["account_id"])]] = True
        events = np.flatnonzero(made)
        also = self.also.filter(pl.Series(made[self.also["event"].to_numpy()], dtype=pl.Boolean))
        renumbered = np.searchsorted(events, also["event"].to_numpy()).astype(np.uint32)
        subjects = pl.concat([leads["subject"], leads["debtor"]]).unique()
        home = self.people["subject"].is_in(subjects.implode()).fill_null(value=False)
        return CodedFacts(
            accounts=accounts,
            leads=leads,
            people=self.people.filter(home | pl.Series(points.among(self.people["address_key"]), dtype=pl.Boolean)),
            attempts=self.attempts.filter(pl.Series(made, dtype=pl.Boolean)),
            also=also.with_columns(pl.Series("event", renumbered, dtype=pl.UInt32)),
            stops=self.stops.filter(ours.among(self.stops["account_id"]) | points.among(self.stops["point_key"])),
            consents=self.consents,
            relations=self.relations,
        )


class _Chosen:
    """Ids, to ask of many whether they are among them."""

    def __init__(self, ids: pl.Series) -> None:
        codes = ids.drop_nulls().to_physical().to_numpy()
        # The last place is for null and for what is beyond.
        self._chosen = np.zeros(int(codes.max(initial=0)) + 2, dtype=bool)
        self._chosen[codes] = True

    def among(self, ids: pl.Series) -> np.ndarray:
        last = self._chosen.size - 1
        found: np.ndarray = self._chosen[np.minimum(ids.to_physical().fill_null(last).to_numpy(), last)]
        return found


def _number(column: str) -> pl.Expr:
    """Return a number for each id: even, and so the debtor's of an account; one more is a relation's."""
    return pl.col(column).cast(ID).to_physical().cast(pl.Int64) * 2


def coded_facts(facts: Facts) -> CodedFacts:
    """Make facts ready.

    Of an account that stands twice the first row counts.
    """
    accounts = facts.accounts.select(
        pl.col("account_id").cast(ID), "person_id", "tag", "product", "notice_sent_on"
    ).unique("account_id", keep="first", maintain_order=True)
    number = pl.col("account_id").to_physical()
    person = pl.when(pl.col("person_id").is_null()).then(number).otherwise(number.min().over("person_id"))
    subject = (
        pl.when(pl.col("party") == Party.DEBTOR.value)
        .then(_number("account_id"))
        .otherwise((_number("relation_id") + 1).fill_null(-1))
    )
    people = _people(facts.people)
    home = people.select(debtor="subject", home="place").unique("debtor", keep="first", maintain_order=True)
    return CodedFacts(
        accounts=accounts.with_columns(person=person, debtor=_number("account_id"))
        .join(home, on="debtor", how="left", maintain_order="left")
        .drop("person_id", "debtor"),
        leads=facts.leads.with_columns(
            pl.col("account_id", "point_key").cast(ID), subject=subject, debtor=_number("account_id")
        ),
        people=people,
        attempts=coded_attempts(facts.attempts),
        also=further_debts(facts.attempts),
        stops=facts.stops.with_columns(pl.col("account_id", "point_key").cast(ID)),
        consents=held_consents(facts.consents),
        relations=facts.relations.select("relation_id", "consent_id").unique(),
    )


def _people(people: pl.DataFrame) -> pl.DataFrame:
    table = pl.col("table")
    return people.select(
        pl.when(table == "accounts")
        .then(_number("record_id"))
        .when(table == "relations")
        .then(_number("record_id") + 1)
        .alias("subject"),
        pl.col("address_key").cast(ID),
        pl.coalesce("region", "country").alias("place"),
        "postal_code",
        "city",
        pl.any_horizontal(pl.col("address_key", "postal_code", "city").is_not_null()).alias("street"),
        "time_zone",
        "jurisdiction",
    )

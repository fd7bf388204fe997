"""What law is judged by: the frames it may look at, and nothing of worth or probability of an attempt."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Facts"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything known that law asks about.

    Attributes
    ----------
    people
        PEOPLE: where accounts and relations live, declared zones and jurisdictions.
    leads
        LEADS: the contact points that some table gives to an account or its relations. No row = denied.
    attempts
        CODED_ATTEMPTS: what was done. A null outcome was made but is unreadable: it counts, it connected, and it was
        a conversation.
    stops
        CODED_STOPS.
    consents
        CONSENTS.
    accounts
        ACCOUNTS: person_id, tag, product, notice_sent_on.
    relations
        RELATIONS: their consents.
    """

    people: pl.DataFrame
    leads: pl.DataFrame
    attempts: pl.DataFrame
    stops: pl.DataFrame
    consents: pl.DataFrame
    accounts: pl.DataFrame
    relations: pl.DataFrame

    def about(self, account_ids: pl.Series) -> Facts:
        """Return the facts that can matter to these accounts: those of their persons and of their contact points."""
        asked = self.accounts.filter(pl.col("account_id").is_in(account_ids.implode()))
        persons = asked["person_id"].drop_nulls().unique()
        accounts = self.accounts.filter(
            pl.col("account_id").is_in(account_ids.implode()) | pl.col("person_id").is_in(persons.implode())
        )
        ours = pl.col("account_id").is_in(accounts["account_id"].implode())
        leads = self.leads.filter(ours)
        points = pl.col("point_key").is_in(leads["point_key"].unique().implode())
        also = (
            self.attempts.select("attempt_id", account_id="debt_ids")
            .filter(pl.col("account_id").list.len() > 0)
            .explode("account_id", empty_as_null=True, keep_nulls=True)
            .filter(ours)["attempt_id"]
        )
        consents = leads["consent_ids"].explode(empty_as_null=True, keep_nulls=True).drop_nulls().unique()
        people = ours | pl.col("record_id").is_in(leads["relation_id"].drop_nulls().implode())
        at_home = pl.col("address_key").is_in(leads["point_key"].unique().implode())
        return Facts(
            people=self.people.filter(people.fill_null(value=False) | at_home.fill_null(value=False)),
            leads=leads,
            attempts=self.attempts.filter(
                ours | points.fill_null(value=False) | pl.col("attempt_id").is_in(also.implode())
            ),
            stops=self.stops.filter(ours.fill_null(value=False) | points.fill_null(value=False)),
            consents=self.consents.filter(pl.col("consent_id").is_in(consents.implode())),
            accounts=accounts,
            relations=self.relations.filter(ours),
        )

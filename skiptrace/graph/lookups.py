"""What each source was worth so far, and which to ask next for which account.

A look-up is worth what it adds: the source must have something (its hit rate), that must be right and alive, and it
only helps as far as the numbers on file do not reach the debtor already. With h the share of accounts for which the
source gave a telephone number that nobody else gave, r the mean of p_owner·p_live of those numbers, and c the share of
accounts with a right number whose debtor was reached at all, asking sources in the order of h·r gains::

    gain(i) = (1 − best) · ∏ over j < i of (1 − h(j)·r(j)) · h(i)·r(i) · c        right-party contacts

as each look-up that may have found the debtor leaves less for the next: the expected gain of a search in sequence, each
step weighed by the chance that all before it failed. It falls with every step, and below ``suggest_least`` the asking
stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.graph.sightings import with_entity
from skiptrace.vocabulary import Party, outcome_meanings

if TYPE_CHECKING:
    from skiptrace.graph.tables import Traced, TraceInputs
    from skiptrace.settings import TraceParams

__all__ = ["Lookups", "value_lookups"]

_PHONE = "phone"
_PRIOR_TESTS = 2.0
"""Accounts that the even odds of a contact at a right number count for."""


class Lookups(NamedTuple):
    """What look-ups were and would be worth.

    Attributes
    ----------
    scorecard
        Grain: third-party source, sorted by ``source``. ``records``; ``accounts`` (for which it gave a record of the
        debtor); ``hits`` (account × telephone number it gave), of them ``unique`` (no other source and not the
        creditor gave it) and ``shared``; ``told`` and ``right`` (hits whose owner an outcome told, and those that were
        the debtor's); ``wrong_share`` (null: nothing told); ``trust`` (mean of what is believed of its points);
        ``hit_rate`` (h) and ``p_right`` (r; null: no unique hit); ``cost`` of a record and ``cost_per_right_party``
        (null: not given, or none was right).
    suggestions
        Grain: account × source to ask, sorted by account and ``order`` (1 = first). ``expected_contacts`` (right-party
        contacts gained by this look-up), ``p_best`` (p_owner·p_live of the best number on file; 0 = none), ``cost``.
    contact_rate
        c: how likely a right number leads to a contact.
    """

    scorecard: pl.DataFrame
    suggestions: pl.DataFrame
    contact_rate: float


def value_lookups(known: TraceInputs, traced: Traced, params: TraceParams) -> Lookups:
    """Tell what each third-party source was worth, and which to ask next for each account.

    Parameters
    ----------
    known
        What was traced.
    traced
        Its leads, as ``trace`` or ``learn`` left them, and sources.
    params
        Costs, and where to stop.

    Notes
    -----
    A source is taken to have been asked for an account once it gave a record of its debtor: nobody writes down the
    look-ups that found nothing, so the hit rate is of all accounts, and rather low than high.
    """
    people = with_entity(known.people, known.entities)
    debtors = people.filter(pl.col("table") == "accounts").select("entity_id", account_id="record_id")
    records = people.filter(pl.col("table") == "records").select("record_id", "source", "entity_id")
    asked = records.join(debtors, on="entity_id").select("account_id", "source", "record_id")
    worth = (
        traced.leads.filter(pl.col("kind") == _PHONE, pl.col("party") == Party.DEBTOR.value)
        .select("account_id", "point_key", worth=pl.col("p_owner") * pl.col("p_live"))
        .group_by("account_id", "point_key")
        .agg(pl.col("worth").max())
    )
    rate = _contact_rate(worth, known.attempts)
    scorecard = _scorecard(records, asked, _hits(known.points, asked, worth), traced.sources, debtors.height, params)
    return Lookups(scorecard, _suggestions(debtors, asked, worth, scorecard, rate, params), rate)


def _hits(points: pl.DataFrame, asked: pl.DataFrame, worth: pl.DataFrame) -> pl.DataFrame:
    """Return ``account_id``, ``source``, ``point_key``, ``unique`` and ``worth`` (null: too unlikely to be a lead)."""
    phones = points.filter(pl.col("kind") == _PHONE)
    given = (
        phones.filter(pl.col("table") == "records")
        .select("record_id", "point_key")
        .join(asked, on="record_id")
        .select("account_id", "source", "point_key")
    )
    own = phones.filter(pl.col("table") == "contact_points").select("account_id", "point_key", source=pl.lit(""))
    every = pl.concat([given, own.select(given.columns)]).unique()
    return (
        every.with_columns(unique=pl.len().over("account_id", "point_key") == 1)
        .filter(pl.col("source") != "")
        .join(worth, on=["account_id", "point_key"], how="left")
    )


def _scorecard(
    records: pl.DataFrame,
    asked: pl.DataFrame,
    hits: pl.DataFrame,
    learned: pl.DataFrame,
    accounts: int,
    params: TraceParams,
) -> pl.DataFrame:
    costs = pl.DataFrame(
        {"source": list(params.source_costs), "cost": list(params.source_costs.values())},
        schema={"source": pl.String, "cost": pl.Float64},
    )
    phones = learned.filter(pl.col("table") == "records", pl.col("kind") == _PHONE)
    unique = pl.col("unique")
    found = hits.group_by("source").agg(
        hits=pl.len(),
        unique=unique.sum(),
        reaching=pl.col("account_id").filter(unique).n_unique(),
        p_right=_mean(pl.col("worth").fill_null(0).filter(unique)),
    )
    return (
        records.group_by("source")
        .agg(records=pl.len())
        .join(asked.group_by("source").agg(accounts=pl.col("account_id").n_unique()), on="source", how="left")
        .join(found, on="source", how="left")
        .join(phones.select("source", "told", "right", "trust"), on="source", how="left")
        .join(costs, on="source", how="left")
        .with_columns(pl.col("accounts", "hits", "unique", "reaching", "told", "right").fill_null(0).cast(pl.Int64))
        .with_columns(
            shared=pl.col("hits") - unique,
            wrong_share=pl.when(pl.col("told") > 0).then((1 - pl.col("right") / pl.col("told")).round(6)),
            hit_rate=(pl.col("reaching") / max(accounts, 1)).round(6),
            cost_per_right_party=pl.when(pl.col("right") > 0).then(
                (pl.col("cost") * pl.col("records") / pl.col("right")).round(2)
            ),
        )
        .select(
            *("source", "records", "accounts", "hits", "unique", "shared", "told", "right", "wrong_share", "trust"),
            *("hit_rate", "p_right", "cost", "cost_per_right_party"),
        )
        .sort("source")
    )


def _mean(values: pl.Expr) -> pl.Expr:
    """Return a mean whose last digits do not depend on the order of the rows; null of none."""
    whole = (values * 1e6).round().cast(pl.Int64)
    return pl.when(whole.len() > 0).then((whole.sum() / whole.len() / 1e6).round(6))


def _contact_rate(worth: pl.DataFrame, attempts: pl.DataFrame) -> float:
    """Return how many of the accounts with a number that is likely right, and was tried, were reached at least once."""
    reached = outcome_meanings().filter("reach")["outcome"]
    likely = worth.filter(pl.col("worth") >= 0.5)  # noqa: PLR2004  # more likely right than wrong
    tried = (
        attempts.join(likely, on=["account_id", "point_key"], how="semi")
        .group_by("account_id")
        .agg(reached=pl.col("outcome").is_in(reached.implode()).any())
    )
    return round((tried.filter("reached").height + _PRIOR_TESTS / 2) / (tried.height + _PRIOR_TESTS), 6)


def _suggestions(
    debtors: pl.DataFrame,
    asked: pl.DataFrame,
    worth: pl.DataFrame,
    scorecard: pl.DataFrame,
    rate: float,
    params: TraceParams,
) -> pl.DataFrame:
    useful = scorecard.select("source", "cost", finds=pl.col("hit_rate") * pl.col("p_right")).filter(
        pl.col("finds") > 0
    )
    best = worth.group_by("account_id").agg(p_best=pl.col("worth").max().round(6))
    open_to_more = (
        debtors.select("account_id")
        .join(best, on="account_id", how="left")
        .with_columns(pl.col("p_best").fill_null(0.0))
        # Even the best source could not be worth asking: no need to spell these accounts out.
        .filter((1 - pl.col("p_best")) * useful["finds"].max() * rate >= params.suggest_least)
        if useful.height
        else debtors.select("account_id", p_best=pl.lit(0.0)).clear()
    )
    failed = (1 - pl.col("finds")).log().cum_sum().over("account_id") - (1 - pl.col("finds")).log()
    gain = (1 - pl.col("p_best")) * failed.exp() * pl.col("finds") * rate
    return (
        open_to_more.join(useful, how="cross")
        .join(asked.select("account_id", "source").unique(), on=["account_id", "source"], how="anti")
        .sort("account_id", "finds", "source", descending=[False, True, False])
        .with_columns(expected_contacts=gain.round(6))
        .filter(pl.col("expected_contacts") >= params.suggest_least)
        .with_columns(order=1 + pl.int_range(pl.len(), dtype=pl.Int64).over("account_id"))
        .select("account_id", "order", "source", "expected_contacts", "p_best", "cost")
    )

"""Which rows speak of an account's debtor, and how surely: the person's accounts and matched records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import PairOutcome

if TYPE_CHECKING:
    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["debtor_links", "relation_links"]

_FOLLOWED = (PairOutcome.MATCH.value, PairOutcome.POSSIBLE_MATCH.value)


def debtor_links(sighted: Sighted, pairs: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    """Link every account to the rows that speak of its debtor.

    A path may take several matches; its probability is their product, and the best path counts. Rows of relations are
    never walked through nor reached, and what belongs rather to a third party of the account is left out.

    Returns
    -------
    polars.DataFrame
        Grain: account × row. ``account``, ``node`` (u32), ``matched`` (probability that both are one person),
        ``steps`` (matches on the way; 0 = the account itself or one that the creditor says is the same person's).
    """
    edges = _edges(sighted, pairs, params)
    accounts = _debtors(sighted, params)
    walk = accounts.select("debtor", node="account", matched=pl.lit(1.0), steps=pl.lit(0, pl.UInt8))
    frontier = walk
    for step in range(1, params.max_steps + 1):
        frontier = (
            frontier.join(edges, on="node")
            .select("debtor", node="other", matched=pl.col("matched") * pl.col("p"), steps=pl.lit(step, pl.UInt8))
            .filter(pl.col("matched") >= params.min_link)
            .group_by("debtor", "node")
            .agg(pl.col("matched").max(), pl.col("steps").first())
        )
        walk = pl.concat([walk, frontier])
    best = (
        walk.sort("debtor", "node", "matched", "steps", descending=[False, False, True, False])
        .group_by("debtor", "node", maintain_order=True)
        .first()
    )
    return _without_third_parties(best.join(accounts, on="debtor"), sighted, pairs, accounts)


def relation_links(sighted: Sighted) -> pl.DataFrame:
    """Link every account to its related persons.

    Returns
    -------
    polars.DataFrame
        Grain: relation. ``account``, ``node`` (the relation's), ``relation``.
    """
    accounts = sighted.people.filter(pl.col("table") == "accounts").select(account="node", account_id="record_id")
    related = sighted.people.filter(pl.col("table") == "relations").select("node", "account_id", "relation")
    return related.join(accounts, on="account_id").select("account", "node", "relation")


def _debtors(sighted: Sighted, params: TraceParams) -> pl.DataFrame:
    """Return ``account`` and ``debtor``: the first account of the same person_id, or the account itself."""
    person = pl.col("person_id")
    shared = person.is_not_null() & (pl.len().over("person_id") <= params.max_accounts_per_person)
    return (
        sighted.people.filter(pl.col("table") == "accounts")
        .select("node", "person_id")
        .select(
            account="node",
            debtor=pl.when(shared).then(pl.col("node").min().over("person_id")).otherwise(pl.col("node")),
        )
    )


def _numbered(sighted: Sighted, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs in both directions as ``node``, ``other``, ``p``, ``outcome``, with the ``table`` of both."""
    names = sighted.people.select("source", "record_id", "node", "table")
    numbered = (
        pairs.filter(pl.col("outcome").is_in(_FOLLOWED))
        .select("source_l", "record_id_l", "source_r", "record_id_r", "outcome", p="match_probability")
        .join(names, left_on=["source_l", "record_id_l"], right_on=["source", "record_id"])
        .join(names, left_on=["source_r", "record_id_r"], right_on=["source", "record_id"], suffix="_r")
        .select("p", "outcome", "node", "table", other="node_r", other_table="table_r")
    )
    back = numbered.select("p", "outcome", node="other", table="other_table", other="node", other_table="table")
    return pl.concat([numbered, back])


def _edges(sighted: Sighted, pairs: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    both_debtors = (pl.col("table") == "accounts") & (pl.col("other_table") == "accounts")
    return (
        _numbered(sighted, pairs)
        .filter(
            pl.col("table") != "relations",
            pl.col("other_table") != "relations",
            pl.col("p") >= params.min_link,
            # A debtor who is only possibly the same one must not hear of this account at their own numbers.
            ~both_debtors | (pl.col("outcome") == PairOutcome.MATCH.value),
        )
        .sort("node", "p", "other", descending=[False, True, False])
        .filter(pl.int_range(pl.len()).over("node") < params.max_links)
        .select("node", "other", "p")
    )


def _without_third_parties(
    links: pl.DataFrame, sighted: Sighted, pairs: pl.DataFrame, accounts: pl.DataFrame
) -> pl.DataFrame:
    """Leave out what is a third party's: in the entity of a relation of the debtor's, or a relation's better match.

    A relation counts whichever of the debtor's accounts discloses it: accounts are one debtor's by their person_id or
    by being one entity.
    """
    entity_of = sighted.people.select("node", "entity")
    owner = entity_of.select(account="node", own="entity")
    kept = links.join(entity_of, on="node").join(owner, on="account")
    related = relation_links(sighted).select("account", related="node").join(accounts, on="account")
    related = related.join(owner, on="account")
    claimed = related.join(_numbered(sighted, pairs).select("node", "other", "p"), left_on="related", right_on="node")
    housed = related.join(entity_of, left_on="related", right_on="node")
    for debtor in ("debtor", "own"):
        theirs = housed.select(debtor, "entity").unique().with_columns(theirs=pl.lit(value=True))
        claims = claimed.group_by(debtor, node="other").agg(claim=pl.col("p").max())
        rather_theirs = (pl.col("theirs") & (pl.col("entity") != pl.col("own"))) | (
            pl.col("claim") >= pl.col("matched")
        )
        kept = (
            kept.join(theirs, on=[debtor, "entity"], how="left")
            .join(claims, on=[debtor, "node"], how="left")
            .filter((pl.col("steps") == 0) | ~rather_theirs.fill_null(value=False))
            .drop("theirs", "claim")
        )
    return kept.select("account", "node", "matched", "steps").sort("account", "node")

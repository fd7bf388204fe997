"""Which rows speak of whom, and how surely: of an account's debtor, and of the third parties its relations name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import PairOutcome, Relation

if TYPE_CHECKING:
    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["debtor_links", "relation_links", "third_party_links"]

_FOLLOWED = (PairOutcome.MATCH.value, PairOutcome.POSSIBLE_MATCH.value)
_BUSINESS = (
    Relation.LEGAL_REPRESENTATIVE.value,
    Relation.SHAREHOLDER.value,
    Relation.AFFILIATE.value,
    Relation.GUARANTOR.value,
    Relation.CO_BORROWER.value,
)
"""Relations of business. An employer is one where it is a company: another person's household is nobody's business."""
_ROW = ["source", "record_id"]


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
        Grain: relation. ``account``, ``node`` (the relation's), ``relation``, ``relation_id``.
    """
    accounts = sighted.people.filter(pl.col("table") == "accounts").select(account="node", account_id="record_id")
    related = sighted.people.filter(pl.col("table") == "relations").select(
        "node", "account_id", "relation", relation_id="record_id"
    )
    return related.join(accounts, on="account_id").select("account", "node", "relation", "relation_id")


def third_party_links(sighted: Sighted, pairs: pl.DataFrame, params: TraceParams) -> pl.DataFrame:
    """Link every account to the rows that speak of its third parties.

    A relation's own row speaks of it. Of a relation of business (legal representative, shareholder, affiliate,
    guarantor, co-borrower, a company that employs) so do the records that *match* it, and that is all that is walked:

    - one step, over matches only: a record of somebody who is but possibly the same may be a stranger's, and a stranger
      would be asked for the debtor;
    - to records only: an account's numbers are another debtor's, and another account's relation was disclosed for that
      account, not for this one;
    - neither from nor to what is a debtor's, of whatever account: in the entity of one, or a match or possible match of
      one. Who is a debtor themselves is asked at the points that the relation gives and no others, so that nobody's own
      debt brings a call to them or to their firm about another's.

    Returns
    -------
    polars.DataFrame
        Grain: account × row. ``account``, ``node`` (u32), ``matched`` (probability that both are one person or
        company), ``steps`` (0 = the relation's own row), ``relation``, ``relation_id`` (the relation it came by).
    """
    related = relation_links(sighted)
    own = related.with_columns(matched=pl.lit(1.0), steps=pl.lit(0, pl.UInt8))
    return pl.concat([own, _records_of_business(related, sighted, pairs, params).select(own.columns)])


def _records_of_business(
    related: pl.DataFrame, sighted: Sighted, pairs: pl.DataFrame, params: TraceParams
) -> pl.DataFrame:
    company = sighted.people.select("node", "company")
    employing = (pl.col("relation") == Relation.EMPLOYER.value) & pl.col("company")
    business = related.join(company, on="node").filter(pl.col("relation").is_in(_BUSINESS) | employing)
    from_relations = _numbered(sighted, _touching(pairs, sighted, business["node"]))
    found = (
        from_relations.filter(
            pl.col("outcome") == PairOutcome.MATCH.value,
            pl.col("other_table") == "records",
            pl.col("p") >= params.min_link,
        )
        .sort("node", "p", "other", descending=[False, True, False])
        .filter(pl.int_range(pl.len()).over("node") < params.max_links)
        .join(business, on="node")
    )
    theirs = _debtors_rows(sighted, pairs, pl.concat([found["node"], found["other"]]).unique())
    return (
        found.filter(~pl.col("node").is_in(theirs.implode()), ~pl.col("other").is_in(theirs.implode()))
        .sort("account", "other", "p", "relation_id", descending=[False, False, True, False])
        .unique(["account", "other"], keep="first", maintain_order=True)
        .select("account", "relation", "relation_id", node="other", matched="p", steps=pl.lit(1, pl.UInt8))
    )


def _debtors_rows(sighted: Sighted, pairs: pl.DataFrame, nodes: pl.Series) -> pl.Series:
    """Return which of the rows are a debtor's, or may be."""
    debtors = sighted.people.filter(pl.col("table") == "accounts")["entity"].unique()
    housed = sighted.people.filter(pl.col("node").is_in(nodes.implode()), pl.col("entity").is_in(debtors.implode()))
    claimed = _numbered(sighted, _touching(pairs, sighted, nodes)).filter(pl.col("table") == "accounts")
    return pl.concat([housed["node"], claimed["other"]]).unique()


def _touching(pairs: pl.DataFrame, sighted: Sighted, nodes: pl.Series) -> pl.DataFrame:
    """Return the pairs with one of the rows at either end; one with such rows at both stands twice."""
    rows = sighted.people.filter(pl.col("node").is_in(nodes.implode())).select(_ROW)
    ends = ([f"{name}_{side}" for name in _ROW] for side in ("l", "r"))
    return pl.concat(pairs.join(rows, left_on=end, right_on=_ROW, how="semi") for end in ends)


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

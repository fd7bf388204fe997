"""Pairs that are settled before anything is compared: by the creditor's own ids, by disclosure, by a reviewer."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.vocabulary import Judgement

if TYPE_CHECKING:
    from skiptrace.matching.index import Index
    from skiptrace.matching.roll import Roll

__all__ = ["DISCLOSED", "PAIR", "find_judged", "find_rulings", "first_left", "names_of_settled", "newest"]

PAIR = ("source_l", "record_id_l", "source_r", "record_id_r")
"""Columns that name a pair."""

DISCLOSED = "disclosed"
"""Ruling on an account and the people its relations name."""


def first_left(pairs: pl.DataFrame) -> pl.DataFrame:
    """Put the record that is first by source and id on the left of each pair."""
    later_id = (pl.col("source_l") == pl.col("source_r")) & (pl.col("record_id_l") > pl.col("record_id_r"))
    turned = (pl.col("source_l") > pl.col("source_r")) | later_id
    return pairs.with_columns(
        pl.when(turned).then(pl.col(f"{name}_{other}")).otherwise(pl.col(f"{name}_{side}")).alias(f"{name}_{side}")
        for name in ("source", "record_id")
        for side, other in (("l", "r"), ("r", "l"))
    )


def newest(judgements: pl.DataFrame) -> pl.DataFrame:
    """Return the judgement that holds on each pair, whichever record stood on the left when it was given.

    Parameters
    ----------
    judgements
        Grain: judgement, in the order given. :data:`PAIR`, ``judgement`` and whatever else.

    Returns
    -------
    polars.DataFrame
        Grain: pair, the record that is first by source and id on the left; in the order of the judgements that hold.

    Examples
    --------
    >>> pair = {"source_l": "s", "record_id_l": ["a", "b"], "source_r": "s", "record_id_r": ["b", "a"]}
    >>> newest(pl.DataFrame({**pair, "judgement": ["match", "unsure"]})).select("record_id_l", "judgement").rows()
    [('a', 'unsure')]
    """
    return first_left(judgements).unique(PAIR, keep="last", maintain_order=True)


def names_of_settled(judgements: pl.DataFrame | None) -> frozenset[str]:
    """Return a name for each judgement that settles its pair, so that it can be told later which were taken back."""
    if judgements is None:
        return frozenset()
    words = [Judgement.MATCH.value, Judgement.NOT_MATCH.value]
    settled = newest(judgements).filter(pl.col("judgement").is_in(words))
    texts = settled.select(pl.concat_str(*PAIR, "judgement", separator="\n"))
    return frozenset(hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts.to_series())


def find_rulings(roll: Roll | Index, judgements: pl.DataFrame | None, max_accounts: int) -> pl.DataFrame:
    """Return the pairs that are settled.

    Accounts with one ``person_id`` are one person's. A relation is never the debtor of the account that discloses it,
    nor of another account of that debtor: not even an executor or a legal representative, who stands in the debtor's
    place but is somebody else. A reviewer's judgement goes before both.

    Parameters
    ----------
    roll
        Everybody.
    judgements
        Grain: judgement, in the order given. ``source_l``, ``record_id_l``, ``source_r``, ``record_id_r``,
        ``judgement``; the later row holds where a pair stands twice, and only match and not_match settle a pair. Null =
        none.
    max_accounts
        A person_id with more accounts is a filler value.

    Returns
    -------
    polars.DataFrame
        Grain: pair. ``left``, ``right`` (u32, left < right), ``ruling`` (match, not_match, disclosed), sorted.
    """
    accounts = roll.ids.with_row_index("row").filter(pl.col("table") == "accounts")
    accounts = accounts.with_columns(kind=roll.coded["kind"].gather(accounts["row"])).with_columns(
        person=pl.when(pl.len().over("person_id", "kind") <= max_accounts).then(pl.col("person_id"))
    )
    named = accounts.filter(pl.col("person").is_not_null()).select("person", "kind", "row")
    # Each account with the person's first: a star, as their number is all that a chain needs.
    one_person = named.with_columns(right="row", left=pl.col("row").min().over("person", "kind"))
    relations = roll.ids.with_row_index("row").filter(pl.col("table") == "relations").select("account_id", third="row")
    debtor = accounts.select("row", "person", "kind", account_id="record_id")
    other_accounts = pl.concat(
        [
            debtor.select("account_id", debtor="row"),
            debtor.filter(pl.col("person").is_not_null())
            .join(named.rename({"row": "debtor"}), on=["person", "kind"])
            .select("account_id", "debtor"),
        ]
    )
    disclosed = relations.join(other_accounts, on="account_id").select(left="debtor", right="third")
    found = [
        find_judged(roll, judgements),
        _ruled(disclosed, DISCLOSED),
        _ruled(one_person.select("left", "right"), Judgement.MATCH.value),
    ]
    return pl.concat(found).unique(["left", "right"], keep="first", maintain_order=True).sort("left", "right")


def _ruled(pairs: pl.DataFrame, ruling: str | None) -> pl.DataFrame:
    if ruling is not None:
        pairs = pairs.with_columns(ruling=pl.lit(ruling))
    return pairs.filter(pl.col("left") != pl.col("right")).select(
        left=pl.min_horizontal("left", "right").cast(pl.UInt32),
        right=pl.max_horizontal("left", "right").cast(pl.UInt32),
        ruling=pl.col("ruling").cast(pl.String),
    )


def find_judged(roll: Roll | Index, judgements: pl.DataFrame | None) -> pl.DataFrame:
    """Return the pairs of this roll that a reviewer has settled.

    Returns
    -------
    polars.DataFrame
        Grain: pair. ``left``, ``right`` (u32, left < right), ``ruling`` (match, not_match), sorted; judgements
        on rows that are not on the roll are left out.
    """
    if judgements is None:
        return pl.DataFrame(schema={"left": pl.UInt32(), "right": pl.UInt32(), "ruling": pl.String()})
    rows = roll.ids.with_row_index("row").select("source", "record_id", "row")
    pairs = (
        newest(judgements)
        .filter(pl.col("judgement").is_in([Judgement.MATCH.value, Judgement.NOT_MATCH.value]))
        .join(rows, left_on=["source_l", "record_id_l"], right_on=["source", "record_id"], maintain_order="left")
        .rename({"row": "left"})
        .join(rows, left_on=["source_r", "record_id_r"], right_on=["source", "record_id"], maintain_order="left")
        .select("left", right="row", ruling="judgement")
    )
    return _ruled(pairs, None).sort("left", "right")

"""Which pairs are worth comparing: rows that agree on at least one of several keys.

Every blocking rule is costed before it runs. A key that too many rows have (a switchboard, a filler, a tower block,
a Zhang Wei) is left out and counted; those rows still meet under the finer keys made for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.matching.sharing import pair_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from skiptrace.matching.roll import Roll
    from skiptrace.settings import LinkParams

__all__ = ["HELD_RULES", "RULES", "Block", "chunks", "lay_blocks"]

HELD_RULES = ("phone", "email", "mailbox", "name", "word")

RULES: dict[str, tuple[str, ...]] = {
    "national_id": ("id_hash",),
    "id_last4 + family": ("id_last4", "family_sound"),
    "id_last4 + birth_year": ("id_last4", "birth_year"),
    "sounds": ("sound_low", "sound_high"),
    "sounds + birth_year": ("sound_low", "sound_high", "birth_year"),
    "sounds + city": ("sound_low", "sound_high", "city"),
    "sounds + employer": ("sound_low", "sound_high", "employer"),
    "characters + birth_year": ("han", "birth_year"),
    "birth": ("birth_digits",),
    "birth + given": ("birth_digits", "root"),
    "birth + family": ("birth_digits", "family_sound"),
    "birth + city": ("birth_digits", "city"),
    "birth_month + family": ("birth_year", "birth_month", "family_sound"),
    "birth_month + given": ("birth_year", "birth_month", "root"),
    "birthday + family": ("birth_month", "birth_day", "family_sound"),
    "family + postal_code": ("family_sound", "postal"),
    "given + postal_code": ("root", "postal"),
    "house_number + postal_code": ("house", "postal"),
    "house_number + street": ("house", "street"),
    "family + street": ("family_sound", "street"),
    "given + street": ("root", "street"),
    "address": ("address",),
    "address + given": ("address", "root"),
    "street + birth_year": ("street", "birth_year"),
    "employer + given": ("employer", "root"),
}
"""Blocking rules by name: the coded columns that both rows must have alike. The two sounds of a name are taken in
either order. Besides these, rows meet that share a phone, e-mail, mailbox name, full name or rare word."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """What one blocking rule brings together, ready to be spelt out a stretch of rows at a time.

    Attributes
    ----------
    rule
        Its name.
    rows
        Sorted by key and then by row.
    later
        How many rows with the same key follow each of ``rows``.
    by_row
        Positions in ``rows`` in the order of rows.
    pairs, left_out
        Pairs it brings, and pairs under keys that were too hot.
    hot_keys
        Number of keys left out.
    most
        Rows that a key may have before it is left out.
    """

    rule: str
    rows: NDArray[np.uint32]
    later: NDArray[np.uint32]
    by_row: NDArray[np.uint32]
    pairs: int
    left_out: int
    hot_keys: int
    most: int


def lay_blocks(roll: Roll, params: LinkParams) -> list[Block]:
    """Estimate every blocking rule's cost, leave out what is too hot, and lay out the rest."""
    keyed = roll.coded.with_columns(
        sound_low=pl.min_horizontal("given_sound", "family_sound"),
        sound_high=pl.when(pl.all_horizontal(pl.col("given_sound", "family_sound").is_not_null())).then(
            pl.max_horizontal("given_sound", "family_sound")
        ),
    ).with_row_index("row")
    blocks = [
        _lay(rule, keyed.select("kind", *columns, "row").drop_nulls(), ["kind", *columns], roll.size, params)
        for rule, columns in RULES.items()
    ]
    held = [_lay(rule, roll.held[rule].select("thing", "row"), ["thing"], roll.size, params) for rule in HELD_RULES]
    return [*held, *blocks]


def _lay(rule: str, keyed: pl.DataFrame, key: list[str], size: int, params: LinkParams) -> Block:
    keyed = keyed.sort(*key, "row")
    changed = pl.any_horizontal(*(pl.col(name) != pl.col(name).shift() for name in key)).fill_null(value=False)
    keys = keyed.select("row", key=changed.cum_sum()).with_columns(holders=pl.len().over("key").cast(pl.Int64))
    sizes = (
        keys.group_by("holders")
        .agg(keys=pl.col("key").n_unique().cast(pl.Int64))
        .with_columns(pairs=pl.col("keys") * pl.col("holders") * (pl.col("holders") - 1) // 2)
        .sort("holders")
    )
    # Small keys first: they say most. What is over the rule's budget is left out with the hot keys.
    fits = (pl.col("holders") <= params.max_key_holders) & (pl.col("pairs").cum_sum() <= params.pairs_per_row * size)
    kept, hot = sizes.filter(fits), sizes.filter(~fits)
    limit = int(kept["holders"].max() or 0)  # type: ignore[arg-type]  # an integer column
    rows = (
        keys.filter((pl.col("holders") <= limit) & (pl.col("holders") > 1))
        .with_columns(later=pl.int_range(pl.len(), 0, -1).over("key") - 1)
        .select("row", pl.col("later").cast(pl.UInt32))
    )
    return Block(
        rule=rule,
        rows=rows["row"].to_numpy(),
        later=rows["later"].to_numpy(),
        by_row=np.argsort(rows["row"].to_numpy(), kind="stable").astype(np.uint32),
        pairs=int(kept["pairs"].sum()),
        left_out=int(hot["pairs"].sum()),
        hot_keys=int(hot["keys"].sum()),
        most=min([params.max_key_holders, *(hot["holders"].head(1) - 1)]),
    )


def chunks(roll: Roll, blocks: Sequence[Block], params: LinkParams, *, across_only: bool) -> Iterator[pl.DataFrame]:
    """Yield the pairs to compare, each once, in stretches of earlier rows that bound memory.

    Yields
    ------
    polars.DataFrame
        ``left`` and ``right`` (u32 row numbers, left < right), sorted. Together all pairs that some rule brings, of
        one kind (no company is a person), and of different sources if ``across_only``.
    """
    expected = np.zeros(roll.size, dtype=np.int64)
    for block in blocks:
        expected += np.bincount(block.rows, weights=block.later, minlength=roll.size).astype(np.int64)
    total = np.cumsum(expected)
    edges = np.searchsorted(total, np.arange(params.chunk_pairs, total[-1] if roll.size else 0, params.chunk_pairs))
    bounds = np.unique(np.concatenate([[0], edges + 1, [roll.size]]))
    kinds, sources = roll.coded["kind"], roll.coded["source"]
    for start, stop in pairwise(bounds.tolist()):
        codes = pl.Series("code", np.concatenate([_pairs(block, start, stop) for block in blocks]))
        codes = codes.unique().sort()
        pairs = pl.DataFrame({"left": codes // 2**32, "right": codes % 2**32}).cast(pl.UInt32)
        same = kinds.gather(pairs["left"]) == kinds.gather(pairs["right"])
        if across_only:
            same = same & (sources.gather(pairs["left"]) != sources.gather(pairs["right"]))
        yield pairs.filter(same)


def _pairs(block: Block, start: int, stop: int) -> NDArray[np.uint64]:
    """Return the codes of the block's pairs whose earlier row lies in [start, stop); a pair may repeat."""
    ordered = block.rows[block.by_row]
    first, last = np.searchsorted(ordered, [start, stop])
    positions = block.by_row[first:last]
    later = block.later[positions].astype(np.int64)
    ends = np.cumsum(later)
    steps = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - later, later)
    others = block.rows[np.repeat(positions.astype(np.int64), later) + 1 + steps]
    return pair_code(np.repeat(block.rows[positions], later), others)

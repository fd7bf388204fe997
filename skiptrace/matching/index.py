"""Everybody's blocking keys and rarities as hashes: who meets whom, without enrolling them all.

Enrolling sorts and compares the text of a million rows. To know which of them a handful of new rows must be compared
with, it is enough to know which values are equal, and for that a hash of each value does. Hashes do not leave the
process and never decide an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.matching.blocking import HELD_RULES, RULES
from skiptrace.matching.frequencies import HOLDERS
from skiptrace.matching.holdings import RARE_HOLDERS, find_things
from skiptrace.matching.roll import Among, birth_of, grades_of, spell
from skiptrace.matching.sharing import pair_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Index", "index_people"]

_WORDS = (
    "given", "family", "root", "given_sound", "family_sound", "postal", "city", "id_hash", "han", "id_last4",
    "address", "house", "employer",
)  # fmt: skip
_BIRTH = ("birth_year", "birth_month", "birth_day", "birth_digits")
_GRADED_THINGS = ("phone", "email", "mailbox", "alias")
"""Things whose holders are part of what two rows say of each other."""
_COUNTED_THINGS = ("phone", "email")
_COUNTED = ("address", "id_hash")
"""One more holder of these may change the weight of the pairs that have it in common."""
_SPREAD = 0x9E3779B97F4A7C15
"""Odd number by which hashes are multiplied before they are added, so that (a, b) is not (b, a)."""


@dataclass(frozen=True, kw_only=True)
class Index:
    """What rows have in common with each other.

    Attributes
    ----------
    people
        As :func:`skiptrace.matching.roll.arrange` returns them.
    ids
        As :attr:`skiptrace.matching.roll.Roll.ids`.
    coded
        Grain: row. ``kind`` and hashes (u64, null = missing), named as in :attr:`skiptrace.matching.roll.Roll.coded`.
    things
        By kind of thing, grain: row × thing. ``row`` (u32), ``thing`` (u64 hash).
    """

    people: pl.DataFrame
    ids: pl.DataFrame
    coded: pl.DataFrame
    things: Mapping[str, pl.DataFrame]

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.ids.height

    def pairs(self, these: NDArray[np.bool_], others: NDArray[np.bool_], most: Mapping[str, int]) -> pl.DataFrame:
        """Return the pairs that some blocking rule brings, one row of ``these`` and the other of ``others``.

        Parameters
        ----------
        these, others
            Masks over the rows.
        most
            By rule: how many rows, of everybody, a key may have before it is left out.

        Returns
        -------
        polars.DataFrame
            ``left``, ``right`` (u32, left < right), each pair once, sorted, both of one kind.
        """
        found = [np.empty(0, np.uint64)]
        for rule in (*HELD_RULES, *RULES):
            keyed = self._under(rule, these, most[rule])
            pairs = (
                keyed.filter(pl.Series(these[keyed["row"].to_numpy()]))
                .join(keyed.filter(pl.Series(others[keyed["row"].to_numpy()])), on="key", suffix="_other")
                .filter(pl.col("row") != pl.col("row_other"))
                .select(low=pl.min_horizontal("row", "row_other"), high=pl.max_horizontal("row", "row_other"))
            )
            found.append(pair_code(pairs["low"].to_numpy(), pairs["high"].to_numpy()))
        codes = pl.Series("code", np.concatenate(found)).unique().sort()
        pairs = pl.DataFrame({"left": codes // 2**32, "right": codes % 2**32}).cast(pl.UInt32)
        kinds = self.coded["kind"]
        return pairs.filter(kinds.gather(pairs["left"]) == kinds.gather(pairs["right"]))

    def sharing(self, other: Index, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Mark the rows that share a phone, e-mail, address or national id with some ``rows`` of an index.

        The weights of such rows' pairs depend on how many rows share it. A crowd's things are left out: one more or
        less does not change what they say.
        """
        marked = np.zeros(self.size, dtype=bool)
        for theirs, ours in (
            *((other.things[kind], self.things[kind]) for kind in _COUNTED_THINGS),
            *((other._column(name), self._column(name)) for name in _COUNTED),
        ):
            said = theirs.filter(pl.Series(rows[theirs["row"].to_numpy()])).select("thing").unique()
            held = ours.join(said, on="thing", how="semi").filter(pl.len().over("thing") <= HOLDERS[0] + 1)
            marked[held["row"].to_numpy()] = True
        return marked

    def among(self, rows: NDArray[np.int64]) -> Among:
        """Return where some rows stand among everybody, for :func:`skiptrace.matching.roll.enrol`."""
        here = np.full(self.size, -1, dtype=np.int64)
        here[rows] = np.arange(len(rows))
        held = {}
        for kind in _GRADED_THINGS:
            things = self.things[kind]
            at = here[things["row"].to_numpy()]
            some = things.filter(pl.Series(at >= 0)).with_columns(row=pl.Series(at[at >= 0], dtype=pl.UInt32))
            holders = things.join(some.select("thing").unique(), on="thing", how="semi").group_by("thing")
            held[kind] = some.join(holders.agg(holders=pl.len().cast(pl.UInt32)), on="thing").filter(
                pl.col("holders") > 1
            )
        return Among(population=self.size, grades=self._grades[rows], held=held)

    @cached_property
    def _grades(self) -> pl.DataFrame:
        return grades_of(self.coded)

    def _under(self, rule: str, rows: NDArray[np.bool_], most: int) -> pl.DataFrame:
        """Return all who have a key of one of ``rows`` (``row``, ``key``), but for keys that too many have."""
        if rule in RULES:
            keys = self.coded.select(key=_key(RULES[rule])).to_series()
            wanted = keys.filter(pl.Series(rows)).drop_nulls().unique()
            at = np.flatnonzero(keys.is_in(wanted.implode()).fill_null(value=False).to_numpy())
            keyed = pl.DataFrame({"row": at.astype(np.uint32), "key": keys.gather(at)})
        else:
            things = self.things[rule]
            wanted = things.filter(pl.Series(rows[things["row"].to_numpy()]))["thing"].unique()
            keyed = things.filter(pl.col("thing").is_in(wanted.implode())).select("row", key="thing")
            most = min(most, RARE_HOLDERS) if rule == "word" else most
        return keyed.filter(pl.len().over("key").is_between(2, most))

    def _column(self, name: str) -> pl.DataFrame:
        return self.coded.select(row=pl.int_range(pl.len(), dtype=pl.UInt32), thing=pl.col(name)).drop_nulls()


def index_people(arranged: pl.DataFrame) -> Index:
    """Index people as :func:`skiptrace.matching.roll.arrange` returns them."""
    spelt = spell(arranged.lazy()).select(_WORDS).collect()
    tokens = pl.col("address_tokens")
    street = arranged.select(
        street=pl.when(tokens.list.len() > 0).then(tokens.list.eval(pl.element().hash()).list.sum())
    )
    born = birth_of(arranged).select(_BIRTH)
    coded = pl.concat([arranged.select(kind=pl.col("is_company").cast(pl.Int8)), spelt, street, born], how="horizontal")
    hashed = [
        pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash()).alias(name)
        for name in (*_WORDS, "street", *_BIRTH)
    ]
    return Index(
        people=arranged,
        ids=arranged.select("table", "source", "record_id", "account_id", "person_id"),
        coded=coded.with_columns(hashed),
        things=find_things(arranged),
    )


def _key(columns: tuple[str, ...]) -> pl.Expr:
    """Return the key of a blocking rule; null where a part of it is missing."""
    given, family = pl.col("given_sound"), pl.col("family_sound")
    both = given.is_not_null() & family.is_not_null()
    parts = {
        "sound_low": pl.when(both).then(pl.min_horizontal(given, family)),
        "sound_high": pl.when(both).then(pl.max_horizontal(given, family)),
    }
    key = pl.col("kind").cast(pl.UInt64)
    for name in columns:
        key = key * pl.lit(_SPREAD, pl.UInt64) + parts.get(name, pl.col(name))
    return key

"""A reviewer's sitting: pair after pair is judged, each judgement kept before the next pair is shown.

Nothing is ever unwritten: what is undone is followed by what held before, or by ``withdrawn``, after which the pair is
asked again, in this sitting or the next.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.contracts.csv_files import write_csv
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.matching.rulings import PAIR
from skiptrace.matching.waterfall import FIELDS
from skiptrace.pipeline.pair_words import tell_pair
from skiptrace.vocabulary import Judgement

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.pipeline.desk import Desk
    from skiptrace.pipeline.terms import Terms

__all__ = ["Sitting", "write_pairs"]


class Sitting:
    """Pairs, which of them is looked at, and what was said of each.

    Parameters
    ----------
    desk
        What is reviewed.
    by
        The reviewer, if named.
    terms
        The moment of every judgement.
    """

    def __init__(self, desk: Desk, by: str | None, terms: Terms) -> None:
        self.desk = desk
        self.position = 0
        self.said: dict[int, Judgement] = {}
        self._by = by
        self._terms = terms
        self._done: list[tuple[int, Judgement | None]] = []

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return self.desk.doubt.pairs.height

    @property
    def over(self) -> bool:
        """Whether the last pair lies behind."""
        return self.position >= self.size

    @property
    def counts(self) -> dict[Judgement, int]:
        """How often each word was said and not taken back."""
        found = Counter(self.said.values())
        return {word: found[word] for word in (Judgement.MATCH, Judgement.NOT_MATCH, Judgement.UNSURE)}

    def pair(self) -> dict[str, Any]:
        """Return the explanation of the pair that is looked at, with ``records``: how many hang on it."""
        row = self.desk.doubt.pairs[self.position : self.position + 1]
        return {**tell_pair(row, self.desk.known.among(row)), "records": row["records"][0]}

    def judge(self, word: Judgement, reason: str | None = None) -> None:
        """Keep a judgement on the pair that is looked at and go on to the next that has none."""
        self._keep(self.position, word, reason)
        self._done.append((self.position, self.said.get(self.position)))
        self.said[self.position] = word
        waiting = (at for at in range(self.position, self.size) if at not in self.said)
        self.position = next(waiting, self.size)

    def undo(self) -> bool:
        """Take back the last judgement and look at its pair; return whether there was one."""
        if not self._done:
            return False
        position, before = self._done[-1]
        self._keep(position, before or Judgement.WITHDRAWN, None)
        self._done.pop()
        if before is None:
            del self.said[position]
        else:
            self.said[position] = before
        self.position = position
        return True

    def move(self, step: int) -> None:
        """Look at another pair without judging this one."""
        self.position = min(max(self.position + step, 0), self.size)

    def _keep(self, position: int, word: Judgement, reason: str | None) -> None:
        names = self.desk.doubt.pairs[position].select(PAIR).row(0, named=True)
        row = {**names, "judgement": word.value, "judged_at": self._terms.as_of, "by": self._by, "reason": reason}
        self.desk.keep(pl.DataFrame([row], schema=JUDGEMENTS.schema))


def write_pairs(desk: Desk, path: Path) -> int:
    """Write the pairs as CSV for judging in a spreadsheet, and return how many.

    Columns: those of JUDGEMENTS to be filled in (``judgement``, ``reason``, ``by``) and those that name the pair;
    ``match_weight``, ``match_probability``, ``outcome``, ``records``; ``name_l``, ``name_r`` and for each comparison
    what the two records say; ``for``, ``against``: which fields speak so, with their bits; ``otherwise``: what would
    turn the answer. The file shows personal values in clear.
    """
    pairs = desk.doubt.pairs
    told = [tell_pair(row, desk.known.among(row)) for row in pairs.iter_slices(1)]
    words = pl.DataFrame([_in_words(each) for each in told], schema=_WORDS)
    ours = pairs.select(
        *(pl.lit(None, pl.String).alias(name) for name in ("judgement", "reason", "by")),
        *PAIR,
        "match_weight",
        "match_probability",
        "outcome",
        "records",
    )
    write_csv(pl.concat([ours, words], how="horizontal"), path)
    return pairs.height


_SIDES = {"l": "left", "r": "right"}
_WORDS = dict.fromkeys(
    [
        *(f"name_{side}" for side in _SIDES),
        *(f"{comparison}_{side}" for comparison in FIELDS for side in _SIDES),
        "for",
        "against",
        "otherwise",
    ],
    pl.String(),
)


def _in_words(told: dict[str, Any]) -> dict[str, str | None]:
    compared = {row["compared"]: row for row in (*told["rows"], *told["one_sided"])}
    values = {
        f"{comparison}_{side}": compared.get(field, {}).get(long)
        for comparison, field in FIELDS.items()
        for side, long in _SIDES.items()
    }
    speaks = {
        name: "; ".join(
            f"{row['compared']} {row['bits']:+.1f} ({row['found']})"
            for row in told["rows"]
            if (row["bits"] > 0) == (name == "for")
        )
        for name in ("for", "against")
    }
    names = {f"name_{side}": told["pair"][long]["name"] for side, long in _SIDES.items()}
    return {**names, **values, **speaks, "otherwise": told["sentences"][-1]}

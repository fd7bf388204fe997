"""Which sighting speaks for which lead, some accounts at a time.

There are more of these than of anything else, so they are never all in memory: links and sightings are, in the order in
which they are wanted, and what belongs to some accounts is picked out of them by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.graph.links import debtor_links, third_party_links
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["Evidence"]

_TOGETHER = 60_000
"""Links looked at together."""
_LEAD = ["account", "point", "party"]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for the leads of all accounts.

    Attributes
    ----------
    links
        Grain: account × row that speaks of its debtor or of a third party of it, sorted by account. ``account``,
        ``node``, ``matched``, ``steps``, ``party``, ``relation`` and ``relation_id`` (the one it came by; null: the
        debtor's).
    sightings
        Those of :class:`skiptrace.graph.sightings.Sighted`, sorted by node.
    first
        Grain: node, and one more. Where its sightings begin.
    """

    links: pl.DataFrame
    sightings: pl.DataFrame
    first: NDArray[np.int64]

    @staticmethod
    def of(sighted: Sighted, pairs: pl.DataFrame, params: TraceParams) -> Evidence:
        """Follow the links of every account."""
        debtor = debtor_links(sighted, pairs, params).with_columns(party=pl.lit(Party.DEBTOR.value))
        third = third_party_links(sighted, pairs, params).with_columns(party=pl.lit(Party.THIRD_PARTY.value))
        nodes = np.arange(sighted.people.height + 1)
        return Evidence(
            links=pl.concat([debtor, third], how="diagonal").sort("account", "party", "node"),
            sightings=sighted.sightings,
            first=np.searchsorted(sighted.sightings["node"].to_numpy(), nodes),
        )

    def parts(self) -> Iterator[pl.DataFrame]:
        """Return the evidence of all accounts that have any, those of some at a time; see :meth:`_picked`."""
        account = self.links["account"].to_numpy()
        starts = np.flatnonzero(np.diff(account, prepend=account[:1] + 1))
        wanted = np.searchsorted(starts, np.arange(0, len(account), _TOGETHER))
        bounds = [*np.unique(starts[wanted.clip(max=len(starts) - 1)]).tolist(), len(account)] if len(starts) else []
        for begin, end in pairwise(bounds):
            if (part := self._picked(self.links[begin:end])).height:
                yield part

    def about(self, accounts: pl.Series) -> pl.DataFrame:
        """Return the evidence of some accounts."""
        return self._picked(self.links.filter(pl.col("account").is_in(accounts.implode())))

    def _picked(self, links: pl.DataFrame) -> pl.DataFrame:
        """Return each sighting that speaks for a lead, once for each account and party it speaks of, the best first.

        ``lead`` (u32, 0…) numbers the leads in the order of account, point and party.
        """
        node = links["node"].to_numpy()
        many = self.first[node + 1] - self.first[node]
        link = np.repeat(np.arange(len(node)), many)
        place = np.arange(len(link)) - np.repeat(np.cumsum(many) - many, many) + self.first[node][link]
        both = pl.concat([links[link], self.sightings.drop("node")[place]], how="horizontal")
        weighed = both.with_columns(
            trust=pl.col("trust") * pl.col("matched"),
            own_row=pl.col("account") == pl.col("node"),
            place=pl.Series(place),
        ).with_columns(worth=pl.col("trust") * pl.col("left"))
        best_first: pl.DataFrame = weighed.sort(*_LEAD, "worth", "place", descending=[False, False, False, True, False])
        return best_first.with_columns(lead=pl.struct(_LEAD).rle_id())

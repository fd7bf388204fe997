"""What a provision finds of the rows it bears on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from skiptrace.compliance.zones import Instants

__all__ = ["ALLOW", "DENY", "HEALS_NEVER", "REVIEW", "Finding", "denied_where", "nothing_against"]

ALLOW, REVIEW, DENY = 0, 1, 2
HEALS_NEVER = 2**62


class Finding(NamedTuple):
    """Grain: row the provision bears on, in the order of the rows given.

    Attributes
    ----------
    verdict
        0 allow, 1 review, 2 deny.
    heals
        From when on time alone may have healed a denial (microseconds); 2**62 = it does not, or it is not known.
    facts
        Tells of the rows at some positions the facts that decided, in words: one text a position, null = none. Only
        called for rows somebody asks about, as words cost more than verdicts. No name, number or address is in them.
    """

    verdict: np.ndarray
    heals: Instants
    facts: Callable[[np.ndarray], pl.Series] | None = None


def denied_where(
    bad: np.ndarray, heals: Instants | None = None, facts: Callable[[np.ndarray], pl.Series] | None = None
) -> Finding:
    """Deny where a condition is true, allow elsewhere."""
    never = np.full(bad.shape, HEALS_NEVER, dtype=np.int64)
    return Finding(np.where(bad, DENY, ALLOW).astype(np.int8), never if heals is None else heals, facts)


def nothing_against(count: int) -> Finding:
    """Allow that many rows."""
    return denied_where(np.zeros(count, dtype=bool))

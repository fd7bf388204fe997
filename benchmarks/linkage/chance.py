"""Seeded draws over whole columns: uneven choices, shares, numbers nobody else has."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Chance", "chosen"]


class Chance:
    """Random columns of one world; the same seed and name give the same columns.

    Parameters
    ----------
    seed
        The seed the benchmark was called with.
    name
        What the draws are for: two names give independent draws.
    """

    def __init__(self, seed: int, name: str) -> None:
        self.rng = np.random.default_rng([seed, zlib.crc32(name.encode())])

    def ranks(self, kinds: int, count: int, steep: float = 1.0) -> np.ndarray:
        """Return ``count`` ranks below ``kinds``, the first the commonest (Zipf–Mandelbrot with shift 5).

        With exponent 1 and a few thousand kinds the first takes about 1.5 to 2.5 %, as the commonest surname does.
        """
        weights = (np.arange(kinds) + 5.0) ** -steep
        return np.searchsorted(np.cumsum(weights / weights.sum()), self.rng.random(count)).clip(0, kinds - 1)

    def words(self, stock: Sequence[str], count: int, steep: float = 1.0) -> pl.Series:
        """Return ``count`` words of a stock that is sorted from common to rare."""
        return pl.Series(stock).gather(self.ranks(len(stock), count, steep))

    def evenly(self, stock: Sequence[str], count: int) -> pl.Series:
        """Return ``count`` words of a stock, each as likely as any other."""
        return pl.Series(stock).gather(self.rng.integers(0, len(stock), count))

    def often(self, share: float, count: int) -> np.ndarray:
        """Return ``count`` truth values, ``share`` of them true."""
        return self.rng.random(count) < share

    def kinds(self, shares: Sequence[float], count: int) -> np.ndarray:
        """Return ``count`` numbers of kinds that have these shares."""
        edges = np.cumsum(np.asarray(shares) / np.sum(shares))
        return np.searchsorted(edges, self.rng.random(count)).clip(0, len(shares) - 1)

    def copies(self, size: int, shares: Sequence[float]) -> np.ndarray:
        """Return how many records each of so many people has that the records are ``size`` (the last may be cut short).

        ``shares[k]`` is the share of people with ``k + 1`` records.
        """
        mean = np.dot(np.arange(1, len(shares) + 1), shares) / np.sum(shares)
        found = self.kinds(shares, int(size / mean * 1.05) + 50) + 1
        ends = np.cumsum(found)
        last = int(np.searchsorted(ends, size))
        found = found[: last + 1]
        found[last] -= ends[last] - size
        return found


def chosen(which: np.ndarray, yes: pl.Series, no: pl.Series) -> pl.Series:
    """Take ``yes`` where ``which`` holds and ``no`` elsewhere."""
    return yes.zip_with(pl.Series(which), no).rename(no.name)

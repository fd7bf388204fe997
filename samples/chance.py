"""Seeded draws that are the same on every machine and Python.

Only ``random.Random.random`` is promised to stay as it is, so every other draw is made from it here; and only with
+, -, × and comparisons, because logarithms and cosines may differ in the last bit from one C library to the next.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Chance", "Wheel"]

T = TypeVar("T")


class Chance:
    """A stream of draws.

    Parameters
    ----------
    seed
        Parts of the seed; the same parts give the same stream.

    Examples
    --------
    >>> Chance(7, "household", 3).below(100) == Chance(7, "household", 3).below(100)
    True
    """

    __slots__ = ("unit",)

    def __init__(self, *seed: object) -> None:
        self.unit = Random("/".join(map(str, seed))).random
        """Draw from [0, 1)."""

    def yes(self, probability: float) -> bool:
        """Draw true with this probability."""
        return self.unit() < probability

    def below(self, bound: int) -> int:
        """Draw a whole number from 0 to ``bound - 1``."""
        return int(self.unit() * bound)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from ``low`` to ``high``, both included."""
        return low + int(self.unit() * (high - low + 1))

    def real(self, low: float, high: float) -> float:
        """Draw a number from [low, high)."""
        return low + self.unit() * (high - low)

    def pick(self, values: Sequence[T]) -> T:
        """Draw one of the values."""
        return values[int(self.unit() * len(values))]

    def day(self, first: date, last: date) -> date:
        """Draw a day from ``first`` to ``last``, both included."""
        return first + timedelta(days=self.below(max(1, (last - first).days + 1)))

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in random order."""
        mixed = list(values)
        for i in range(len(mixed) - 1, 0, -1):
            j = int(self.unit() * (i + 1))
            mixed[i], mixed[j] = mixed[j], mixed[i]
        return mixed

    def digits(self, count: int) -> str:
        """Draw a string of digits."""
        return str(self.below(10**count)).zfill(count)

    def hexadecimal(self, count: int) -> str:
        """Draw a string of hexadecimal digits."""
        return "".join(self.pick("0123456789abcdef") for _ in range(count))


class Wheel(Generic[T]):
    """Values drawn by weight.

    Examples
    --------
    >>> Wheel({"only": 2.0}).spin(Chance(1))
    'only'
    """

    __slots__ = ("_edges", "_values")

    def __init__(self, weights: Mapping[T, float]) -> None:
        total = sum(weights.values())
        self._values = tuple(weights)
        self._edges: list[float] = []
        reached = 0.0
        for weight in weights.values():
            reached += weight / total
            self._edges.append(reached)
        self._edges[-1] = 1.0

    def spin(self, chance: Chance) -> T:
        """Draw one value."""
        drawn = chance.unit()
        for value, edge in zip(self._values, self._edges, strict=True):
            if drawn < edge:
                return value
        return self._values[-1]

"""What comes of the calls of the month: the same for whoever makes the same call."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from loop_worlds.month import in_week
from timing_worlds.answering import CALL, Tried, came_of, chance_of

if TYPE_CHECKING:
    from timing_worlds.world import World

__all__ = ["Reality"]


class Reality:
    """The truth of one world, and what has been tried in it by one policy.

    Each call that could be made (number, hour of the month, how many'th in that hour) has a random generator of its
    own: policies meet the same luck wherever they choose alike.

    Parameters
    ----------
    world, seed
        Its truth, and what its luck hangs on.
    points
        ``contact_point`` in the order of the world's points, which belong to one account each.
    """

    def __init__(self, world: World, points: pl.DataFrame, seed: int) -> None:
        self._world, self._seed = world, seed
        self._place = points.select("contact_point", "person", point=pl.int_range(pl.len()))
        self._made: Counter[tuple[int, int]] = Counter()

    def chance(self, calls: pl.DataFrame) -> np.ndarray:
        """Return the true probability of reaching the debtor by ``contact_point`` and ``at``."""
        return chance_of(self._world, self._tried(calls))

    def happen(self, calls: pl.DataFrame) -> pl.DataFrame:
        """Make calls (``contact_point``, ``at``) and return them with ``person``, a dialer's report and ``reached``."""
        tried = self._tried(calls)
        found = []
        for row in range(calls.height):
            one = Tried(*(column[row : row + 1] for column in tried))
            point, hour = int(one.point[0]), int(one.week[0] * 168 + one.hour[0])
            rng = np.random.default_rng([self._seed, point, hour, self._made[point, hour]])
            self._made[point, hour] += 1
            came = came_of(self._world, one, rng)
            found.append((str(came.outcome[0]), bool(came.reached[0]), float(came.ring[0]), float(came.duration[0])))
        schema = {"outcome": pl.String, "reached": pl.Boolean, "ring_s": pl.Float64, "duration_s": pl.Float64}
        reported = pl.DataFrame(found, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))
        return pl.concat([calls, reported], how="horizontal").with_columns(person=pl.Series(tried.person))

    def _tried(self, calls: pl.DataFrame) -> Tried:
        placed = calls.select("contact_point").join(self._place, on="contact_point", how="left", maintain_order="left")
        person, point = placed["person"].to_numpy(), placed["point"].to_numpy()
        week, hour = in_week(self._world.zone[person], calls["at"])
        return Tried(person, point, np.full(calls.height, CALL), week, hour)

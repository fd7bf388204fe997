"""What was learned, served: for every hour of the week as a file, for given moments to the planner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source
from scipy.special import expit, ndtri

from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import REACH
from skiptrace.timing.clock import HOURS, week_hours
from skiptrace.timing.evidence import CHANNELS
from skiptrace.timing.fitting import odds_of_week, tempered
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from skiptrace.timing.cast import Cast
    from skiptrace.timing.fitting import Fit
    from skiptrace.timing.model import Model
    from skiptrace.timing.week import Floats

__all__ = ["KEY", "Learned", "applicable"]

KEY = ("account_id", "contact_point", "channel", "party")
_ROWS = 1_500
"""Rows of the week written together: 252,000 rows of reach."""
_SLOTS = 1_000_000
"""Slots looked up together."""
_LOW, _HIGH = 0.05, 0.95
_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What was learned of every lead.

    Attributes
    ----------
    leads
        LEADS with ``p_owner`` and ``p_live`` refined and ``rank`` anew: 1 = best of the account's leads of this kind
        and party.
    diagnostics
        Plain values for the manifest: counts, rates, hyperparameters, calibration on held-out attempts.
    as_of
        The moment up to which attempts were looked at.
    cast
        The persons, points and leads behind it, numbered.
    weeks
        Grain: lead × channel, sorted by ``KEY``. Also ``point``, ``person``, ``zone`` (null = not known) and
        ``p_reachable`` (that the point is live and the person's).
    found
        What the attempts say of each person and point, by the model.
    model
        What is common to all.
    """

    leads: pl.DataFrame
    diagnostics: dict[str, Any]
    as_of: datetime
    cast: Cast
    weeks: pl.DataFrame
    found: Fit
    model: Model

    def reach(self) -> pl.LazyFrame:
        """Return the probability of reaching each debtor at each local hour of the week.

        Returns
        -------
        polars.LazyFrame
            REACH, sorted by its key: debtors' leads × channels × 168 hours. Leads whose zone is not known are left
            out (``diagnostics["leads_without_zone"]`` says how many). It is computed as it streams:
            ``reach().sink_parquet(path)`` needs little memory however many leads there are, and gives the same bytes
            each time.
        """
        rows = self.weeks.filter((pl.col("party") == Party.DEBTOR) & pl.col("zone").is_not_null())

        def source(
            with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _batch: int | None
        ) -> Iterator[pl.DataFrame]:
            left = n_rows
            for begin in range(0, max(rows.height, 1), _ROWS):
                frame = self.of_weeks(rows.slice(begin, _ROWS))
                frame = frame if left is None else frame.head(left)
                left = None if left is None else left - frame.height
                frame = frame if predicate is None else frame.filter(predicate)
                yield frame if with_columns is None else frame.select(with_columns)
                if left == 0:
                    return

        return register_io_source(source, schema=REACH.schema)

    def p_reach(self, slots: pl.DataFrame) -> pl.DataFrame:
        """Return the probability that attempts started at given moments reach whom they are meant for.

        For third parties it is that somebody answers there.

        Parameters
        ----------
        slots
            Columns ``account_id``, ``contact_point``, ``channel``, ``party``, ``at`` (instant); others are kept.

        Returns
        -------
        polars.DataFrame
            The same rows in order with ``p_reach``, ``p_low`` and ``p_high`` (5 % and 95 % of the posterior), equal
            to :meth:`reach` at that local hour; where the zone is not known, what holds over the hours at which the
            channel is used. Null: no such lead, or no time.
        """
        parts = [self._of_slots(part) for part in slots.iter_slices(_SLOTS)] or [self._of_slots(slots)]
        return slots.with_columns(pl.concat(parts))

    def _of_slots(self, slots: pl.DataFrame) -> pl.DataFrame:
        numbered = self.weeks_of(slots["account_id"]).select("week", *KEY, "zone")
        asked = slots.select(*KEY[:3], pl.col("party").fill_null(Party.DEBTOR), pl.col("at").cast(INSTANT))
        asked = asked.join(numbered, on=list(KEY), how="left", maintain_order="left")
        known = asked.select(pl.col("week").is_not_null() & pl.col("at").is_not_null()).to_series()
        asked = asked.filter(known)
        week = asked["week"].cast(pl.Int64).to_numpy()
        hour = week_hours(asked["at"], asked["zone"])
        found = np.full((3, slots.height), np.nan)
        order = np.argsort(week, kind="stable")
        weeks, begins = np.unique(week[order], return_index=True)
        ends = np.append(begins[1:], len(order))
        place = np.flatnonzero(known.to_numpy())
        for first in range(0, len(weeks), _ROWS):
            some = weeks[first : first + _ROWS]
            these = order[begins[first] : ends[first + len(some) - 1]]
            table = self._table(self.weeks[some])
            found[:, place[these]] = table[:, np.searchsorted(some, week[these]), hour[these]]
        names = ("p_reach", "p_low", "p_high")
        return pl.DataFrame({name: found[i] for i, name in enumerate(names)}).with_columns(pl.all().fill_nan(None))

    def weeks_of(self, accounts: pl.Series) -> pl.DataFrame:
        """Return the rows of ``weeks`` of some accounts, and their numbers in it, ``week``.

        They are found in the order of the rows: others, of which there may be millions, are not looked at.
        """
        names, every = accounts.drop_nulls().unique().sort(), self.weeks["account_id"]
        first, until = (every.search_sorted(names, side=side).cast(pl.Int64) for side in ("left", "right"))
        rows = pl.select(week=pl.int_ranges(first, until).explode()).drop_nulls().to_series()
        return self.weeks[rows].with_columns(rows)

    def of_weeks(self, weeks: pl.DataFrame) -> pl.DataFrame:
        """Return REACH for some rows of ``weeks``, 168 rows each, in order."""
        table = self._table(weeks)[:, :, :HOURS]
        hour = np.arange(HOURS)
        which = np.repeat(np.arange(weeks.height), HOURS)
        return weeks[which].select(
            *KEY[:3],
            weekday=pl.Series(np.tile(hour // 24, weeks.height), dtype=pl.Int8),
            hour=pl.Series(np.tile(hour % 24, weeks.height), dtype=pl.Int8),
            time_zone="zone",
            p_reach=pl.Series(table[0].ravel()),
            p_low=pl.Series(table[1].ravel()),
            p_high=pl.Series(table[2].ravel()),
        )

    def _table(self, weeks: pl.DataFrame) -> Floats:
        """Return (3, rows, 169): p_reach, p_low and p_high at each hour, and where the hour is not known."""
        result = np.zeros((3, weeks.height, HOURS + 1))
        channels = weeks["channel"].to_numpy()
        person, point = weeks["person"].to_numpy(), weeks["point"].to_numpy()
        reachable = weeks["p_reachable"].to_numpy()
        for number, channel in enumerate(CHANNELS):
            mine = channels == channel
            if not mine.any():
                continue
            mean, variance = odds_of_week(self.found, person[mine], point[mine], number)
            result[:, mine] = self._bounded(mean, variance, reachable[mine], number)
        return result.round(_DECIMALS)

    def _bounded(self, mean: Floats, variance: Floats, reachable: Floats, channel: int) -> Floats:
        """Return forecast and bounds.

        The true chance is zero with probability ``1 − reachable`` and else has normal log-odds; the bounds are the
        quantiles of that mixture, so that the lower one is zero wherever the point may well be dead.
        """
        whole = reachable[:, None]
        forecast = np.minimum(self.model.calibration(whole * tempered(mean, variance), channel), whole)
        spread = np.sqrt(variance)
        low, high = (self._quantile(mean, spread, whole, level, channel) for level in (_LOW, _HIGH))
        return np.stack([forecast, np.minimum(low, forecast), np.maximum(high, forecast)])

    def _quantile(self, mean: Floats, spread: Floats, whole: Floats, level: float, channel: int) -> Floats:
        inside = (level - (1 - whole)) / np.maximum(whole, 1e-12)
        quantile = expit(mean + ndtri(np.clip(inside, 1e-9, 1 - 1e-9)) * spread)
        return np.where(inside > 0, self.model.calibration(quantile, channel), 0.0)


def applicable(leads: pl.DataFrame) -> pl.DataFrame:
    """Return the leads × the channels that their kind allows, sorted by ``KEY``."""
    by_kind = pl.DataFrame(
        {"kind": ["phone", "phone", "email", "address"], "channel": ["call", "sms", "email", "letter"]}
    )
    no_text = pl.col("line_type").is_in(["fixed", "toll_free", "premium"]).fill_null(value=False)
    return leads.join(by_kind, on="kind").filter((pl.col("channel") != "sms") | ~no_text).sort(KEY)

"""Cadences as arrays: what the planner asks of each candidate at each wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.planning.cadences import LOCATION_ONLY
from skiptrace.planning.candidates import DAYPARTS
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from skiptrace.planning.cadences import Cadence
    from skiptrace.settings import PlanParams

    _Ints = npt.NDArray[np.signedinteger]

__all__ = ["CHANNELS", "Pace", "pace_of"]

CHANNELS = tuple(str(channel) for channel in Channel)
_HOUR_S = 3_600
_MANY = np.iinfo(np.int64).max


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The cadences of a plan and who keeps which.

    Attributes
    ----------
    cadence_of, channel_of
        By approach: numbers of its cadence (a third party's is its own) and of its channel in ``CHANNELS``.
    waves
        Cadence × wave × channel × daypart: may be used. Waves after the last are as the last.
    onwards
        Cadence × wave × channel × daypart: may be used in that wave or a later one.
    one_channel_once
        By cadence: a channel that failed is not used again in this plan.
    cadence_of_account
        By account: the number of its cadence.
    """

    cadence_of: npt.NDArray[np.int64]
    channel_of: npt.NDArray[np.int64]
    waves: npt.NDArray[np.bool_]
    onwards: npt.NDArray[np.bool_]
    one_channel_once: npt.NDArray[np.bool_]
    cadence_of_account: npt.NDArray[np.int64]
    _most: npt.NDArray[np.int64]
    _gap_s: npt.NDArray[np.int64]

    def most(self, params: PlanParams) -> npt.NDArray[np.int64]:
        """Return by approach how many attempts its account may be given in one plan."""
        return np.minimum(self._most, params.max_attempts_per_account)[self.cadence_of]

    def gap_s(self, params: PlanParams) -> npt.NDArray[np.int64]:
        """Return by approach how many seconds must lie between the person's row before and it."""
        return np.maximum(self._gap_s, round(_HOUR_S * params.min_gap_hours))[self.cadence_of]

    def never(self) -> npt.NDArray[np.bool_]:
        """Mark the approaches whose channel is in no wave of their cadence."""
        marked: npt.NDArray[np.bool_] = ~np.logical_or.reduce(self.onwards[self.cadence_of, 0, self.channel_of], axis=1)
        return marked

    def is_wave(self, account: _Ints, channel: _Ints, wave: _Ints) -> npt.NDArray[np.bool_]:
        """Mark the accounts for which an attempt by a channel is their wave of this number, whatever the hour."""
        at = np.minimum(wave, self.waves.shape[1] - 1)
        marked: npt.NDArray[np.bool_] = self.waves[self.cadence_of_account[account], at, channel].any(axis=1)
        return marked

    def in_wave(self, approach: _Ints, part: _Ints, wave: _Ints) -> npt.NDArray[np.bool_]:
        """Mark the candidates whose channel and daypart belong to a wave, the first being 0."""
        return self._marked(self.waves, approach, part, wave)

    def in_wave_from(self, approach: _Ints, part: _Ints, wave: _Ints) -> npt.NDArray[np.bool_]:
        """Mark the candidates whose channel and daypart belong to a wave or a later one."""
        return self._marked(self.onwards, approach, part, wave)

    def before(self, wave: _Ints) -> npt.NDArray[np.int64]:
        """Return by approach and daypart how many waves come before the first it may be used in.

        Parameters
        ----------
        wave
            By approach: the wave to begin at.
        """
        depth = self.waves.shape[1]
        at = np.minimum(wave[:, None] + np.arange(depth), depth - 1)
        found: npt.NDArray[np.int64] = self.waves[self.cadence_of[:, None], at, self.channel_of[:, None]].argmax(axis=1)
        return found

    def _marked(self, table: npt.NDArray[np.bool_], approach: _Ints, part: _Ints, wave: _Ints) -> npt.NDArray[np.bool_]:
        at = np.minimum(wave, table.shape[1] - 1)
        marked: npt.NDArray[np.bool_] = table[
            self.cadence_of[approach], at, self.channel_of[approach], part.astype(np.int64)
        ]
        return marked


def pace_of(approaches: pl.DataFrame, treatment: pl.DataFrame, cadences: Mapping[str, Cadence]) -> Pace:
    """Put cadences into arrays.

    Parameters
    ----------
    approaches
        Grain: approach. ``account_id``, ``party``, ``channel``.
    treatment
        TREATMENT of all accounts, by number. A cadence that there is not (``none``: held back) allows nothing.
    cadences
        By id.
    """
    names = list(cadences)
    depth = max(len(one.wave) for one in cadences.values())
    # The last row is of accounts that are held back: nothing is ever allowed.
    waves = np.zeros((len(names) + 1, depth, len(CHANNELS), len(DAYPARTS)), dtype=np.bool_)
    for number, one in enumerate(cadences.values()):
        for wave in range(depth):
            rule = one.wave[min(wave, len(one.wave) - 1)]
            for channel in rule.channels:
                for part in rule.dayparts:
                    waves[number, wave, CHANNELS.index(channel), DAYPARTS.index(part)] = True
    of_accounts = approaches.select("account_id", "party").join(
        treatment.select("account_id", "cadence"), on="account_id", how="left", maintain_order="left"
    )
    chosen = pl.when(pl.col("party") == Party.THIRD_PARTY).then(pl.lit(LOCATION_ONLY)).otherwise(pl.col("cadence"))
    number_of = {name: number for number, name in enumerate(names)}
    cadence_of = of_accounts.select(chosen.replace_strict(number_of, default=len(names), return_dtype=pl.Int64))
    channel_of = approaches["channel"].replace_strict(
        {name: number for number, name in enumerate(CHANNELS)}, return_dtype=pl.Int64
    )
    each = list(cadences.values())
    return Pace(
        cadence_of=cadence_of.to_series().to_numpy(),
        cadence_of_account=treatment["cadence"]
        .replace_strict(number_of, default=len(names), return_dtype=pl.Int64)
        .to_numpy(),
        channel_of=channel_of.to_numpy(),
        waves=waves,
        onwards=np.logical_or.accumulate(waves[:, ::-1], axis=1)[:, ::-1],
        one_channel_once=np.array([*(one.again == "other_channel" for one in each), False], dtype=np.bool_),
        _most=np.array([*(one.most_attempts or _MANY for one in each), 0], dtype=np.int64),
        _gap_s=np.array([*(round(_HOUR_S * (one.min_gap_hours or 0)) for one in each), 0], dtype=np.int64),
    )

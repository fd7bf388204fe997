"""Ask the law: nothing is placed that it has not allowed, with the plan's own earlier rows counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.zones import SECOND
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import VERDICTS
from skiptrace.contracts.stages import CODED_ATTEMPTS, PROPOSALS
from skiptrace.errors import PromiseBroken
from skiptrace.ingest.keys import content_keys
from skiptrace.planning.templates import template_ids
from skiptrace.vocabulary import Direction, Verdict

if TYPE_CHECKING:
    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.inputs import Check
    from skiptrace.planning.roster import Bools, Ints, Roster

__all__ = ["Judged", "Permission", "attempt_ids"]

_ID_DIGITS = 19
_NEVER = np.iinfo(np.int64).max


class Judged(NamedTuple):
    """What law says of some candidates.

    Attributes
    ----------
    allowed
        By candidate.
    again
        By candidate: second from the start of the plan at which the provision would allow it again; far away if time
        does not heal it. Only told where it is not allowed.
    provisions
        By candidate: what was checked at its first moment (list of str).
    """

    allowed: Bools
    again: Ints
    provisions: pl.Series


class Permission:
    """The law, and what it is told of the plan's own rows.

    Each candidate is judged at the first and the last moment at which it may start: law between them is the business of
    the openings. A row of ours is told as an attempt of unknown outcome, about all the person's debts, at its last
    moment: the strictest reading.

    Attributes
    ----------
    placed
        CODED_ATTEMPTS of the rows placed so far, with ``person``.
    denials
        Grain: candidate denied. ``approach`` and the VERDICTS columns, in the order in which they came.
    """

    def __init__(self, roster: Roster, check: Check, start: int, batch_id: str) -> None:
        self._roster, self._check, self._start, self._batch_id = roster, check, start, batch_id
        debts = roster.accounts.group_by("person").agg(debt_ids=pl.col("account_id").sort())
        self._who = roster.approaches.with_columns(template_id=template_ids(roster)).join(
            debts, on="person", how="left", maintain_order="left"
        )
        self.placed = CODED_ATTEMPTS.empty({"person": pl.Int64()})
        self.denials: list[pl.DataFrame] = []

    def judge(self, candidates: Candidates, which: Ints, *, at_start_only: bool = False) -> Judged:
        """Return what law says of candidates, and keep the denials.

        Raises
        ------
        PromiseBroken
            If the check answers another number of proposals than it was asked.
        """
        if not len(which):
            none = VERDICTS.empty()["all_provisions"]
            return Judged(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64), none)
        begin, end = self._micros(candidates.begin[which]), self._micros(candidates.end[which]) - 1
        approach = candidates.approach[which]
        moments = 1 if at_start_only else 2
        proposals = self._proposals(np.tile(approach, moments), np.concatenate([begin, end][:moments]))
        verdicts = self._check(proposals, self._earlier(proposals))
        if verdicts.height != proposals.height:
            raise PromiseBroken(f"{proposals.height} proposals were given {verdicts.height} verdicts")
        verdicts = VERDICTS.conform(verdicts).select(list(VERDICTS.schema))
        allowed = (verdicts["verdict"] == Verdict.ALLOW).fill_null(value=False).to_numpy().reshape(moments, -1)
        healed = verdicts["eligible_again_at"].to_physical().fill_null(_NEVER).to_numpy().reshape(moments, -1)
        seconds = np.where(healed == _NEVER, _NEVER, -(-healed // SECOND) - self._start)
        whole = np.logical_and.reduce(allowed, axis=0)
        denied = np.flatnonzero(~whole)
        at = np.where(allowed[0, denied], (moments - 1) * len(which), 0) + denied
        self.denials.append(verdicts[at].insert_column(0, pl.Series("approach", approach[denied], pl.Int64)))
        again = np.where(allowed, np.iinfo(np.int64).min, seconds).max(axis=0)
        return Judged(whole, again, verdicts["all_provisions"].head(len(which)))

    def tell(self, candidates: Candidates, chosen: Ints, waves: Ints) -> None:
        """Count rows placed as attempts made."""
        approach = candidates.approach[chosen]
        rows = self._who[approach].with_columns(
            wave=pl.Series(waves, dtype=pl.Int64),
            started_at=pl.Series(self._micros(candidates.end[chosen]) - 1).cast(INSTANT),
            direction=pl.lit(Direction.OUTBOUND.value),
        )
        rows = rows.with_columns(attempt_id=attempt_ids(rows, self._batch_id))
        placed = CODED_ATTEMPTS.conform(
            rows.select(
                *("attempt_id", "account_id", "channel", "contact_point", "point_key", "started_at", "direction"),
                "debt_ids",
                pl.col("person").cast(pl.Int64),
            )
        )
        self.placed = pl.concat([self.placed, placed.select(self.placed.columns)])

    def _micros(self, seconds: Ints) -> Ints:
        return (seconds.astype(np.int64) + self._start) * SECOND

    def _proposals(self, approach: Ints, at: Ints) -> pl.DataFrame:
        columns = ("account_id", "channel", "contact_point", "point_key", "party", "relation", "purpose", "template_id")
        rows = self._who.select(*columns, "person")[approach].with_columns(at=pl.Series(at).cast(INSTANT))
        return PROPOSALS.conform(rows.with_row_index("proposal_id").cast({"proposal_id": pl.String}))

    def _earlier(self, proposals: pl.DataFrame) -> pl.DataFrame:
        """Return the rows placed that bear on proposals: of the same persons, or on the same contact points."""
        ours = pl.col("person").is_in(proposals["person"].unique().cast(pl.Int64).implode())
        there = pl.col("point_key").is_in(proposals["point_key"].unique().implode())
        return self.placed.filter(ours | there).sort("started_at", "attempt_id").drop("person")


def attempt_ids(rows: pl.DataFrame, batch_id: str) -> pl.Series:
    """Return a name for each row: the same for the same batch, account, contact point, channel, party and wave.

    19 hexadecimal digits hold 76 bits: among a million names two are alike once in 150 billion plans.
    """
    columns = ("account_id", "contact_point", "channel", "party", "time_zone", "wave")
    keys = content_keys(rows.select(pl.lit(batch_id).alias("batch_id"), *columns))
    return ("a" + keys.str.head(_ID_DIGITS)).alias("attempt_id")

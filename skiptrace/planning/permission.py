"""Ask the law: nothing is placed that it has not allowed, with the plan's own other rows counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.compliance.zones import SECOND
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import VERDICTS
from skiptrace.contracts.stages import CODED_ATTEMPTS, PROPOSALS
from skiptrace.errors import PromiseBroken
from skiptrace.planning.templates import template_ids
from skiptrace.vocabulary import Direction, Verdict

if TYPE_CHECKING:
    from skiptrace.planning.candidates import Candidates
    from skiptrace.planning.inputs import Check, PlanInputs
    from skiptrace.planning.roster import Bools, Ints, Roster

__all__ = ["Judged", "Permission"]

_LONG_AGO, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_ROW = {
    "approach": pl.Int64(),
    "person": pl.Int64(),
    "point": pl.Int64(),
    "begin": pl.Int64(),
    "end": pl.Int64(),
    "laws": pl.List(pl.String()),
}
"""A row of the plan as law knows it: numbers of its approach, person and contact point, first and last moment of its
start (Unix microseconds), and what judged it."""


class Judged(NamedTuple):
    """What law says of some candidates.

    Attributes
    ----------
    allowed
        By candidate.
    again
        By candidate: second from the start of the plan at which the provision would allow it again; far away if time
        does not heal it. Only told where it is not allowed.
    rows
        ``_ROW`` by candidate; ``laws`` is what was checked at its first moment.
    """

    allowed: Bools
    again: Ints
    rows: pl.DataFrame


class Permission:
    """The law, and what it is told of the plan's own rows.

    Each candidate is judged at the first and the last moment at which it may start: law between them is the business of
    the openings. A row of ours is told as an attempt of unknown outcome, about all the person's debts, at its last
    moment: the strictest reading.

    Attributes
    ----------
    denials
        Grain: candidate denied. ``approach`` and the VERDICTS columns, in the order in which they came.
    """

    def __init__(self, roster: Roster, inputs: PlanInputs, check: Check, start: int) -> None:
        self._check, self._start, self._batch_id = check, start, inputs.batch_id
        counted = [(law, channel) for law, channels in inputs.counted.items() for channel in channels]
        self._counted = pl.DataFrame(counted, {"law": pl.String(), "channel": pl.String()}, orient="row")
        debts = roster.accounts.group_by("person").agg(debt_ids=pl.col("account_id").sort())
        self._who = roster.approaches.with_columns(
            pl.col("approach", "person").cast(pl.Int64),
            point=pl.col("point_key").rank("dense").cast(pl.Int64) - 1,
            template_id=template_ids(roster),
        ).join(debts, on="person", how="left", maintain_order="left")
        self._placed = pl.DataFrame(schema=_ROW)
        self.denials: list[pl.DataFrame] = []

    def judge(self, candidates: Candidates, which: Ints, *, at_start_only: bool = False) -> Judged:
        """Return what law says of candidates, and keep the denials.

        Of those at one contact point, each is judged with the allowed ones before it in view, and none is allowed with
        which law would no longer allow a row placed before. At their start only, each is judged alone.

        Raises
        ------
        PromiseBroken
            If the check answers another number of proposals than it was asked.
        """
        if not len(which):
            return Judged(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64), pl.DataFrame(schema=_ROW))
        rows = self._rows(candidates, which)
        placed = self._beside(rows)
        if at_start_only:
            return self._judge(rows, placed, moments=1)
        parts = []
        for mine in _apart(rows):
            found = self._sparing(self._judge(rows[mine], placed, moments=2), placed)
            placed = pl.concat([placed, found.rows.filter(pl.Series(found.allowed))])
            parts.append((mine, found))
        allowed, again = np.zeros(len(which), dtype=np.bool_), np.zeros(len(which), dtype=np.int64)
        for mine, found in parts:
            allowed[mine], again[mine] = found.allowed, found.again
        order = np.argsort(np.concatenate([mine for mine, _ in parts]))
        return Judged(allowed, again, pl.concat([found.rows for _, found in parts])[order])

    def foresee(self, candidates: Candidates, which: Ints, before: Ints) -> Judged:
        """Return what law would say of candidates at their start, were others placed before; it is not kept."""
        rows = self._rows(candidates, which)
        others = self._rows(candidates, before).with_columns(laws=pl.lit([], _ROW["laws"]))
        return self._judge(rows, pl.concat([self._beside(rows), others]), moments=1, kept=False)

    def _rows(self, candidates: Candidates, which: Ints) -> pl.DataFrame:
        return self._who.select("approach", "person", "point")[candidates.approach[which]].with_columns(
            begin=pl.Series(self._micros(candidates.begin[which])),
            end=pl.Series(self._micros(candidates.end[which])) - 1,
        )

    def _beside(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows placed that law may count for these: the same persons' and points'."""
        return self._placed.filter(_shared(self._placed, rows, "person") | _shared(self._placed, rows, "point"))

    def tell(self, rows: pl.DataFrame) -> None:
        """Count rows placed (``Judged.rows``) as attempts made."""
        self._placed = pl.concat([self._placed, rows])

    def _judge(self, rows: pl.DataFrame, placed: pl.DataFrame, *, moments: int, kept: bool = True) -> Judged:
        """Judge rows with those placed in view, and keep the denials, or only ask what would be."""
        verdicts, again = self._ask(rows, placed, moments=moments)
        allowed = (verdicts["verdict"] == Verdict.ALLOW).fill_null(value=False).to_numpy()
        if kept:
            self._deny(rows.filter(pl.Series(~allowed)), verdicts.filter(pl.Series(~allowed)))
        return Judged(allowed, again, rows.with_columns(laws=verdicts["all_provisions"]))

    def _sparing(self, judged: Judged, placed: pl.DataFrame) -> Judged:
        """Deny also with which law would no longer allow a row placed before: it may stand under another law."""
        new, old = self._counted_by_others(judged, placed)
        allowed, again = judged.allowed.copy(), judged.again.copy()
        for mine in _apart(placed[old]):
            asked = placed[old[mine]]
            others = np.delete(np.arange(placed.height), old[mine])
            verdicts, healed = self._ask(asked, pl.concat([placed[others], judged.rows[new[mine]]]), moments=2)
            spoilt = (verdicts["verdict"] != Verdict.ALLOW).fill_null(value=True)
            self._deny(judged.rows[new[mine]].filter(spoilt), verdicts.filter(spoilt))
            at = new[mine][spoilt.to_numpy()]
            allowed[at] = False
            # Once the earlier row would be allowed again, the span is over.
            again[at] = np.where(healed[spoilt.to_numpy()] == _NEVER, _LONG_AGO, healed[spoilt.to_numpy()])
        return Judged(allowed, again, judged.rows)

    def _counted_by_others(self, judged: Judged, placed: pl.DataFrame) -> tuple[Ints, Ints]:
        """Return pairs of an allowed row and one placed, judged by a law that counts the new one and did not see it.

        A law that judged both has seen the earlier one.
        """
        new = judged.rows.with_row_index("new").filter(pl.Series(judged.allowed))
        new = new.with_columns(channel=self._who["channel"].gather(new["approach"]))
        old = placed.with_row_index("old").rename({"laws": "law"})
        bearing = pl.concat(
            [
                new.join(old, on=key, how="inner").select(
                    "new", "old", "channel", "laws", "law", before=pl.col("begin") < pl.col("begin_right")
                )
                for key in ("person", "point")
            ]
        ).filter((pl.col("law") != pl.col("laws")) | pl.col("before"))
        pairs = (
            bearing.explode("law")
            .filter(~pl.col("law").is_in(pl.col("laws")) | pl.col("before"))
            .with_columns(pl.col("law").str.split(":").list.first())
            .join(self._counted, on=["law", "channel"], how="semi")
            .select("new", "old")
            .unique()
            .sort("new", "old")
        )
        return pairs["new"].cast(pl.Int64).to_numpy(), pairs["old"].cast(pl.Int64).to_numpy()

    def _ask(self, rows: pl.DataFrame, placed: pl.DataFrame, *, moments: int) -> tuple[pl.DataFrame, Ints]:
        """Return by row a verdict (VERDICTS), a denial if law denies it at any moment, and ``Judged.again``."""
        proposals = self._proposals(rows, moments)
        verdicts = self._check(proposals, self._attempts(placed))
        if verdicts.height != proposals.height:
            raise PromiseBroken(f"{proposals.height} proposals were given {verdicts.height} verdicts")
        verdicts = VERDICTS.conform(verdicts).select(list(VERDICTS.schema))
        allowed = (verdicts["verdict"] == Verdict.ALLOW).fill_null(value=False).to_numpy().reshape(moments, -1)
        healed = verdicts["eligible_again_at"].to_physical().fill_null(_NEVER).to_numpy().reshape(moments, -1)
        seconds = np.where(healed == _NEVER, _NEVER, -(-healed // SECOND) - self._start)
        again = np.where(allowed, _LONG_AGO, seconds).max(axis=0)
        return verdicts[allowed.argmin(axis=0) * rows.height + np.arange(rows.height)], again

    def _deny(self, rows: pl.DataFrame, verdicts: pl.DataFrame) -> None:
        self.denials.append(verdicts.insert_column(0, rows["approach"]))

    def _micros(self, seconds: Ints) -> Ints:
        return (seconds.astype(np.int64) + self._start) * SECOND

    def _proposals(self, rows: pl.DataFrame, moments: int) -> pl.DataFrame:
        columns = ("account_id", "channel", "contact_point", "point_key", "party", "relation", "purpose", "template_id")
        at = pl.concat([rows[name].alias("at") for name in ("begin", "end")[:moments]]).cast(INSTANT)
        asked = self._who.select(columns)[pl.concat([rows["approach"]] * moments)].with_columns(at)
        return PROPOSALS.conform(asked.with_row_index("proposal_id").cast({"proposal_id": pl.String}))

    def _attempts(self, placed: pl.DataFrame) -> pl.DataFrame:
        placed = placed.sort("end", "approach")
        columns = ("account_id", "channel", "contact_point", "point_key", "debt_ids")
        told = self._who.select(columns)[placed["approach"]].with_columns(
            attempt_id=pl.format(f"{self._batch_id} {{}} {{}}", placed["approach"], placed["begin"]),
            started_at=placed["end"].cast(INSTANT),
            direction=pl.lit(Direction.OUTBOUND.value),
        )
        return CODED_ATTEMPTS.conform(told)


def _shared(rows: pl.DataFrame, others: pl.DataFrame, name: str) -> pl.Series:
    """Mark rows that have a number in common with others."""
    codes, theirs = rows[name].to_numpy(), others[name].to_numpy()
    known = np.zeros(max(int(codes.max(initial=-1)), int(theirs.max(initial=-1))) + 1, dtype=np.bool_)
    known[theirs] = True
    return pl.Series(known[codes])


def _apart(rows: pl.DataFrame) -> list[Ints]:
    """Return positions by turn: in none are two rows of one person or at one contact point."""
    turn = rows.select(pl.int_range(pl.len()).over("person").alias("first"), "point")
    turn = turn.select("first", pl.int_range(pl.len()).over("first", "point").alias("second"))
    groups = turn.with_row_index("at").group_by("first", "second").agg("at").sort("first", "second")
    return [at.cast(pl.Int64).to_numpy() for at in groups["at"]]

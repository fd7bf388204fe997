"""Judgements on pairs of records, kept in the casefile for good: added to, never changed, each addition on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.contracts.inputs import INPUTS, INSTANT
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import InputError
from skiptrace.ingest import read_judgements
from skiptrace.ingest.keys import content_text
from skiptrace.matching.rulings import PAIR, first_left, newest
from skiptrace.pipeline.judgements import JUDGED, kept_judgements
from skiptrace.pipeline.one_row import keyed_name
from skiptrace.pipeline.release import sha256

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.casefile import Casefile, Opened
    from skiptrace.ingest import JudgementsRead
    from skiptrace.pipeline.terms import Terms

__all__ = [
    "Imported",
    "fresh",
    "import_judgements",
    "keep_judgement",
    "moment_filled",
    "usable",
]

_SAID = ("judgement", "by", "reason")


class Imported(NamedTuple):
    """What became of the rows of a file of judgements.

    Attributes
    ----------
    read, new, known, waiting
        Rows read; judgements learned; rows that say what was said already; rows without a judgement.
    rejected
        REJECTED rows.
    judgements
        Word → number of new judgements.
    """

    read: int
    new: int
    known: int
    waiting: int
    rejected: pl.DataFrame
    judgements: dict[str, int]

    @classmethod
    def of(cls, read: JudgementsRead, new: pl.DataFrame) -> Imported:
        """Tell what became of a file of which these judgements were new."""
        return cls(
            read=read.read,
            new=new.height,
            known=read.rows.height - new.height,
            waiting=read.waiting,
            rejected=read.rejected,
            judgements=dict(new.group_by("judgement").len().sort("judgement").iter_rows()),
        )


def keep_judgement(row: pl.DataFrame, casefile: Casefile, terms: Terms) -> None:
    """Keep one judgement (JUDGEMENTS), with an entry in the audit that names the pair by a keyed name only."""
    pair = content_text(first_left(row), PAIR)[0]
    by = row["by"][0]
    details = {
        "pair": keyed_name(casefile, "pair", pair),
        "judgement": row["judgement"][0],
        "by": None if by is None else keyed_name(casefile, "reviewer", by),
    }
    with casefile.open(make=False) as opened:
        opened.append(JUDGED, row.select(list(JUDGEMENTS.schema)))
        note(opened, "review", terms.as_of, details)


def import_judgements(path: Path, by: str | None, casefile: Casefile, terms: Terms) -> Imported:
    """Take the judgements of a file into the casefile; the same file twice changes nothing.

    Parameters
    ----------
    path
        As read by :func:`skiptrace.ingest.read_judgements`.
    by
        Who judged the rows that do not say so.
    casefile, terms
        Where, and when: the moment of rows that do not tell theirs.

    Raises
    ------
    InputError
        If the file cannot be read, or all rows with a judgement are rejected.
    """
    terms.on_stage("ingest")
    with casefile.open(make=False) as opened:
        read = usable(path, read_judgements(path, _everybody(opened), terms.settings.ingest))
        before = kept_judgements(opened)
        done = Imported.of(read, new := fresh(moment_filled(read.rows, by, terms), before))
        if new.height:
            opened.append(JUDGED, new)
        details = {"judgements": done.judgements, "rejected": read.rejected.height, "sha256": sha256(path)}
        note(opened, "review import", terms.as_of, details)
    return done


def usable(path: Path, read: JudgementsRead) -> JudgementsRead:
    """Return what was read.

    Raises
    ------
    InputError
        If rows were rejected and there is no judgement in the others.
    """
    if read.rows.is_empty() and read.rejected.height:
        first = read.rejected.row(0, named=True)
        column = f", column {first['column']}" if first["column"] else ""
        raise InputError(
            f"{path.name}: no usable judgement: {read.rejected.height:,} of {read.read:,} rows were rejected, first "
            f"line {first['line']}{column}: {first['reason']}"
        )
    return read


def moment_filled(rows: pl.DataFrame, by: str | None, terms: Terms) -> pl.DataFrame:
    """Return judgements with moment and reviewer where they do not tell theirs."""
    now = pl.lit(terms.as_of).cast(INSTANT)
    return rows.with_columns(judged_at=pl.col("judged_at").fill_null(now), by=pl.coalesce("by", pl.lit(by, pl.String)))


def fresh(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return judgements without those that say of a pair what holds of it already, and nothing more."""
    holds = newest(before).select(*PAIR, *_SAID)
    turned = first_left(rows).with_row_index("row").join(holds, on=PAIR, how="left", suffix="_before")
    nothing_more = [
        pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in ("by", "reason")
    ]
    same = pl.col("judgement") == pl.col("judgement_before")
    again = turned.filter((pl.len().over(PAIR) == 1) & same & pl.all_horizontal(nothing_more))
    return rows.with_row_index("row").join(again, on="row", how="anti", maintain_order="left").drop("row")


def _everybody(opened: Opened) -> pl.DataFrame:
    """Return ``source`` and ``record_id`` of every row that can be matched, whether its consent holds now or not."""
    ids = {
        "accounts": pl.struct(source=pl.lit("accounts"), record_id="account_id"),
        "records": pl.struct("source", "record_id"),
        "relations": pl.struct(source=pl.lit("relations"), record_id="relation_id"),
    }
    return pl.concat(
        opened.read(name, INPUTS[name].schema).select(both.alias("both")).unnest("both") for name, both in ids.items()
    )

"""Grounds: every provision a verdict rests on, and in words the facts it found, for those who must answer for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.check import docket_of, texts_of
from skiptrace.compliance.coding import coded_facts
from skiptrace.compliance.findings import ALLOW, DENY, REVIEW
from skiptrace.compliance.hours import Timetable
from skiptrace.compliance.knowledge import know
from skiptrace.compliance.provisions import findings
from skiptrace.compliance.wording import where
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.vocabulary import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.settings import CheckParams

__all__ = ["grounds"]

_COLUMNS = ("proposal_id", "provision", "verdict", "found", "citation", "status", "text", "places", "zones")
_NOTHING, _JUST_SO = "nothing against it", "it is such a contact"
"""What is found where a provision asks for no fact."""
_WORDS = {ALLOW: Verdict.ALLOW.value, REVIEW: Verdict.REVIEW.value, DENY: Verdict.DENY.value}


def grounds(
    proposals: pl.DataFrame, facts: Facts, rulebook: Rulebook, as_of: datetime, params: CheckParams
) -> pl.DataFrame:
    """Tell of each proposal every provision judged, those that allow it too, and what each found.

    It is made for a handful of proposals: words cost more than verdicts.

    Parameters
    ----------
    proposals, facts, rulebook, as_of, params
        As for :func:`skiptrace.compliance.check.check`.

    Returns
    -------
    polars.DataFrame
        Grain: proposal × provision judged, proposals in the order given, provisions in the order in which the first
        denial decides. ``proposal_id``, ``provision``, ``verdict``, ``found`` (the facts in words: instants in UTC,
        clocks and days in a named zone; no name, number or address; null = nothing to add), ``citation``, ``status``
        (null: a denial that is no provision of the rulebook), ``text``; ``places`` and ``zones`` (sorted lists): where
        the person may be, all of which must allow; empty = not known.
    """
    proposals = PROPOSALS.conform(proposals).select(list(PROPOSALS.schema)).with_row_index("at_row")
    known = know(coded_facts(facts).about(proposals["account_id"].drop_nulls()), rulebook, as_of)
    docket, refused = docket_of(proposals, known, params)
    statuses = pl.DataFrame(
        {"provision": list(rulebook.by_id), "status": [one.status for one in rulebook.by_id.values()]},
        schema={"provision": pl.String, "status": pl.String},
    )
    return (
        pl.concat([_refused(refused), *_judged(docket)], how="diagonal_relaxed")
        .join(texts_of(rulebook).rename({"reason": "text"}), on="provision", how="left")
        .join(statuses, on="provision", how="left")
        .join(proposals.select("proposal_id", at="at_row"), on="at")
        .sort("at", "order")
        .with_columns(
            pl.col("verdict").replace_strict(_WORDS, return_dtype=pl.String), pl.col("places", "zones").list.sort()
        )
        .select(_COLUMNS)
    )


def _refused(refused: pl.DataFrame) -> pl.DataFrame:
    listed = [
        pl.col(name).replace("", None).str.split("|").fill_null(pl.lit([], dtype=pl.List(pl.String)))
        for name in ("places", "zones")
    ]
    return refused.select("at", "provision", *listed, found="facts", verdict=DENY, order=0)


def _judged(docket: Docket) -> Iterator[pl.DataFrame]:
    places = [sorted(signature.places | signature.hour_places) for signature in docket.signatures]
    for order, (provision, rows, finding) in enumerate(findings(docket, Timetable.covering(docket))):
        told = finding.facts(np.arange(rows.size)) if finding.facts else pl.Series([None] * rows.size, dtype=pl.String)
        at = docket.rows.select("at", pl.col("zones").str.split("|"))[rows]
        yield at.with_columns(
            pl.Series("places", [places[number] for number in docket.signature[rows]], dtype=pl.List(pl.String)),
            provision=pl.lit(provision.id),
            verdict=pl.Series(finding.verdict, dtype=pl.Int32),
            order=order,
            found=where(finding.verdict == ALLOW, told.fill_null(_NOTHING), told.fill_null(_JUST_SO)),
        )

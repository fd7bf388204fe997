"""Results come back: attempts that were made are kept, so that the next plan knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.dialers import read_results
from skiptrace.pipeline.drifting import drift_of_results, drift_values
from skiptrace.pipeline.gathering import origin_of, still_uncoded
from skiptrace.pipeline.plans import issued
from skiptrace.pipeline.release import sha256
from skiptrace.tables import PROVENANCE

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.terms import Terms
    from skiptrace.timing.drift import Drift

__all__ = ["Taken", "take_results"]


class Taken(NamedTuple):
    """What became of the rows of a results file.

    Attributes
    ----------
    read, new, known
        Rows read; attempts learned from them; rows that said nothing new.
    rejected
        REJECTED rows.
    outcomes
        ``outcome`` → number of new attempts.
    drift
        What became of the chances that plans stated; null: too few results that no earlier judgement rested on.
    """

    read: int
    new: int
    known: int
    rejected: pl.DataFrame
    outcomes: dict[str, int]
    drift: Drift | None


def take_results(path: Path, casefile: Casefile, terms: Terms) -> Taken:
    """Read a dialer's results and keep the attempts in the casefile; the same file twice changes nothing."""
    terms.on_stage("results")
    with casefile.open(make=False) as opened:
        placements = issued(opened)
        attempts = opened.read("attempts", {**ATTEMPTS.schema, **PROVENANCE})
        accounts = opened.read("accounts", {"account_id": pl.String()})
        results = read_results(path, placements, accounts, terms.settings.ingest)
        new = results.attempts.join(attempts.select("attempt_id"), on="attempt_id", how="anti", maintain_order="left")
        grown = pl.concat([attempts, new.select(attempts.columns)])
        opened.replace("attempts", grown.sort("attempt_id"))
        unclear = opened.read("uncoded_attempts", ATTEMPTS.schema)
        unclear = pl.concat([unclear, results.uncoded.select(unclear.columns)])
        opened.replace("uncoded_attempts", still_uncoded(unclear, grown))
        opened.replace("reported", _reported(grown, placements))
        digest = sha256(path)
        opened.put("origin", origin_of(opened.get("origin") or "", pl.Series([digest])))
        drift = drift_of_results(opened, grown, placements, terms)
        counts = {"read": results.counts["read"], "new": new.height, "rejected": results.rejected.height}
        judged = {"drift": drift_values(drift)} if drift else {}
        note(opened, "outcomes", terms.as_of, {**counts, "sha256": digest, **judged})
    outcomes = new.group_by("outcome").len().sort("len", "outcome", descending=[True, False])
    return Taken(
        read=results.counts["read"],
        new=new.height,
        known=results.attempts.height - new.height,
        rejected=results.rejected,
        outcomes=dict(outcomes.iter_rows()),
        drift=drift,
    )


def _reported(attempts: pl.DataFrame, placements: pl.DataFrame) -> pl.DataFrame:
    """Return how far the results of each plan reach: ``batch_id``, ``reported_until``."""
    made = attempts.join(placements.select("attempt_id", "batch_id"), on="attempt_id")
    return made.group_by("batch_id").agg(reported_until=pl.col("started_at").max()).sort("batch_id")

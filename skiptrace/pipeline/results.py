"""Results come back: attempts that were made are kept, so that the next plan knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.contracts.csv_files import whole_file
from skiptrace.contracts.inputs import ATTEMPTS, STOPS
from skiptrace.dialers import OnRecord, example_map, read_outcome_map, read_results
from skiptrace.errors import InputError, UsageError
from skiptrace.ingest.keys import content_text
from skiptrace.ingest.merging import CONFLICT, DUPLICATE, merge_rows
from skiptrace.normalise import normalise
from skiptrace.pipeline.drifting import drift_of_results, drift_values, set_apart
from skiptrace.pipeline.gathering import REPORTED, origin_of, still_uncoded
from skiptrace.pipeline.one_row import known_tables
from skiptrace.pipeline.plans import issued
from skiptrace.pipeline.release import sha256
from skiptrace.tables import PROVENANCE
from skiptrace.vocabulary import PointKind

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.casefile import Casefile, Opened
    from skiptrace.pipeline.terms import Terms
    from skiptrace.timing.drift import Drift

__all__ = ["Taken", "check_usable", "take_results", "taken_values", "write_map"]


class Taken(NamedTuple):
    """What became of the rows of a results file.

    Attributes
    ----------
    read, new, known
        Rows read: ``new`` + ``known`` + set aside + rejected. ``new`` is also the number of attempts learned; rows of
        attempts on record already, or told in the same file, are ``known``.
    set_aside
        REJECTED_SCHEMA: rows that are no attempts.
    rejected
        REJECTED_SCHEMA.
    outcomes
        ``outcome`` → number of new attempts.
    stops
        Stops learned from statuses.
    drift
        What became of the chances that plans stated; null: too few results that no earlier judgement rested on.
    tells
        Whether these results can tell a right party; if not, no drift is told from them.
    unclear
        UNCLEAR.
    form
        Their format.
    """

    read: int
    new: int
    known: int
    set_aside: pl.DataFrame
    rejected: pl.DataFrame
    outcomes: dict[str, int]
    stops: int
    drift: Drift | None
    tells: bool
    unclear: pl.DataFrame
    form: str


def take_results(
    path: Path, casefile: Casefile, terms: Terms, form: str = "generic", outcomes: Path | None = None
) -> Taken:
    """Read a dialer's results and keep the attempts in the casefile; the same file twice changes nothing.

    Parameters
    ----------
    path
        What the dialer reports.
    casefile, terms
        Where, and when; the zone of local times is that of ``terms.settings.ingest``.
    form
        One of ``RESULT_FORMATS``.
    outcomes
        A map of the dialer's own statuses; null = what is shipped.
    """
    terms.on_stage("results")
    meant = read_outcome_map(outcomes, form)
    with casefile.open(make=False) as opened:
        placements = issued(opened)
        attempts = opened.read("attempts", {**ATTEMPTS.schema, **PROVENANCE})
        accounts = opened.read("accounts", {"account_id": pl.String()})
        unclear = opened.read("uncoded_attempts", ATTEMPTS.schema)
        known = OnRecord(
            as_of=terms.as_of,
            placements=placements,
            accounts=accounts["account_id"],
            numbers=_numbers(opened, terms, asked=form != "generic"),
            attempts=attempts,
            uncoded=unclear,
        )
        results = read_results(path, known, terms.settings.ingest, form, meant)
        new = results.attempts.join(attempts.select("attempt_id"), on="attempt_id", how="anti", maintain_order="left")
        grown = _with(attempts, results.attempts)
        opened.replace("attempts", grown)
        unclear = pl.concat([unclear, results.uncoded.select(unclear.columns)])
        opened.replace("uncoded_attempts", still_uncoded(unclear, grown))
        opened.replace("reported", _reported(grown, placements))
        stops = opened.read("stops", {**STOPS.schema, **PROVENANCE})
        barred = merge_rows(STOPS, results.stops, stops).rows
        learned = barred.height - stops.height
        if learned:
            opened.replace("stops", barred)
        digests = pl.Series([sha256(each) for each in (path, outcomes) if each is not None])
        opened.put("origin", origin_of(opened.get("origin") or "", digests))
        set_apart(opened, results.attempts if meant.tells_right_party else new, tells=meant.tells_right_party)
        drift = drift_of_results(opened, grown, placements, terms) if meant.tells_right_party else None
        counts = {
            "read": results.counts["read"],
            "new": new.height,
            "set_aside": results.set_aside.height,
            "rejected": results.rejected.height,
            "stops": learned,
        }
        judged = {"drift": drift_values(drift)} if drift else {}
        note(opened, "outcomes", terms.as_of, {"format": form, **counts, "sha256": digests[0], **judged})
    each = new.group_by("outcome").len().sort("len", "outcome", descending=[True, False])
    return Taken(
        read=results.counts["read"],
        new=new.height,
        known=results.counts["accepted"] - new.height,
        set_aside=results.set_aside,
        rejected=results.rejected,
        outcomes=dict(each.iter_rows()),
        stops=learned,
        drift=drift,
        tells=meant.tells_right_party,
        unclear=results.unclear,
        form=form,
    )


def check_usable(path: Path, taken: Taken) -> None:
    """Raise InputError if rows were rejected and none was used; what law counts of them is kept all the same.

    A row that another version of its attempt stands in the way of could have been used: the attempt is on record.
    Rows that are no attempts are neither: a file of nothing else is fine, and one with bad rows is none the better.
    """
    on_record = taken.rejected["reason"].str.contains_any([CONFLICT, DUPLICATE]).any()
    if taken.rejected.height and not taken.new + taken.known and not on_record:
        aside = taken.set_aside.height
        rows = (
            f"{taken.rejected.height:,} rows rejected, {aside:,} set aside"
            if aside
            else f"all {taken.read:,} rows rejected"
        )
        raise InputError(f"{path.name}: nothing usable: {rows} (--rejected FILE writes them)")


def taken_values(taken: Taken) -> dict[str, Any]:
    """Return what became of a file as values for JSON; rows set aside by reason."""
    reasons = taken.set_aside.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return {
        "read": taken.read,
        "new": taken.new,
        "known": taken.known,
        "set_aside": taken.set_aside.height,
        "rejected": taken.rejected.height,
        "set_aside_for": dict(reasons.iter_rows()),
        "outcomes": taken.outcomes,
        "stops": taken.stops,
        "drift": drift_values(taken.drift),
        "tells_right_party": taken.tells,
        "unclear_statuses": taken.unclear.to_dicts(),
    }


def write_map(path: Path, form: str) -> None:
    """Write the shipped outcome map of a format, for somebody to change; never over a file that is there.

    Raises
    ------
    UsageError
        If there is no such format, the file exists, or it cannot be written.
    """
    text = example_map(form)
    if path.exists():
        raise UsageError(f"--write-map {path.name}: is there already; name another file")
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def _with(attempts: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Return the attempts on record and those told now; one that is told again as it was stays where it was read."""
    columns = list(ATTEMPTS.schema)
    before = attempts.with_columns(content_text(attempts, columns).alias("_content")).select("attempt_id", "_content")
    now = told.with_columns(content_text(told, columns).alias("_content"))
    changed = now.join(before, on=["attempt_id", "_content"], how="anti").select(attempts.columns)
    kept = attempts.join(changed, on="attempt_id", how="anti", maintain_order="left")
    return pl.concat([kept, changed]).sort("attempt_id")


def _numbers(opened: Opened, terms: Terms, *, asked: bool) -> pl.DataFrame:
    """Return every phone on file: ``account_id``, ``contact_point``; none unless they are asked for."""
    if not asked:
        return pl.DataFrame(schema={"account_id": pl.String, "contact_point": pl.String})
    tables = known_tables(opened, "accounts", "contact_points", "relations")
    points = normalise(tables, terms.settings.normalise).points
    phones = points.filter(pl.col("kind") == PointKind.PHONE.value).drop_nulls("account_id")
    return phones.select("account_id", contact_point="point_key").unique().sort("account_id", "contact_point")


def _reported(attempts: pl.DataFrame, placements: pl.DataFrame) -> pl.DataFrame:
    """Return how far the results of each plan reach (REPORTED): a dialer's calls say nothing of what was sent."""
    made = attempts.join(placements.select("attempt_id", "batch_id"), on="attempt_id")
    until = made.group_by("batch_id", "channel").agg(reported_until=pl.col("started_at").max())
    return until.select(list(REPORTED)).sort("batch_id", "channel")

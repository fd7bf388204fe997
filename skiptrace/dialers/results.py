"""Read a dialer's results, in whichever format: every row ends accepted, set aside or rejected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS
from skiptrace.dialers.ahead import Clock
from skiptrace.dialers.asterisk_cdr import read_asterisk_cdr
from skiptrace.dialers.generic import read_generic
from skiptrace.dialers.outcome_map import shipped_map
from skiptrace.dialers.reported import COLUMNS, unclear_statuses
from skiptrace.dialers.stops_told import stops_told
from skiptrace.dialers.two_logs import told_by_both
from skiptrace.dialers.vicidial_results import read_vicidial
from skiptrace.dialers.whose import apart_from_earlier, placed_by_id, placed_by_number, with_call_ids
from skiptrace.errors import InputError, PromiseBroken, UsageError
from skiptrace.ingest.barring import uncoded_attempts
from skiptrace.ingest.batch import check_params
from skiptrace.ingest.keys import content_text, with_derived_ids
from skiptrace.ingest.merging import DUPLICATE, merge_rows
from skiptrace.ingest.rejections import rejections
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.tables import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from skiptrace.dialers.outcome_map import OutcomeMap
    from skiptrace.dialers.reported import Reported
    from skiptrace.dialers.whose import OnRecord
    from skiptrace.ingest.recognise import Recognised
    from skiptrace.settings import IngestParams

__all__ = ["RESULT_FORMATS", "Results", "read_results"]

RESULT_FORMATS: Mapping[str, Callable[[Path, OutcomeMap, IngestParams], Reported]] = {
    "generic": read_generic,
    "vicidial": read_vicidial,
    "asterisk-cdr": read_asterisk_cdr,
}
"""Format → its reader. All but generic write local times without offset."""
_PLACE = [SHEET, ROW]


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a dialer reports.

    Attributes
    ----------
    attempts
        ATTEMPTS and ``_file``, ``_line``, each attempt once, sorted by ``attempt_id``: those of the schedule with
        account, channel and contact point filled in from it, and those that nobody scheduled. Of one that was on record
        already, what both versions say; where they differ, the one that binds us more.
    uncoded
        ATTEMPTS with null outcome: rejected, as some cell could not be read, or set aside though they lasted; law must
        count them.
    stops
        STOPS and ``_file``, ``_line``, ``_sheet``, ``_row``: what statuses brought about, of rejected rows too.
    rejected
        REJECTED_SCHEMA: rows that could not be used, a row told twice among them (``duplicate``).
    set_aside
        REJECTED_SCHEMA: rows that are no attempts.
    unclear
        UNCLEAR.
    counts
        Rows: ``read`` = ``accepted`` + ``set_aside`` + ``rejected``; ``duplicates`` of the rejected. Attempts:
        ``scheduled`` + ``unscheduled``, and ``late`` of the scheduled: started after their window had ended.
    """

    attempts: pl.DataFrame
    uncoded: pl.DataFrame
    stops: pl.DataFrame
    rejected: pl.DataFrame
    set_aside: pl.DataFrame
    unclear: pl.DataFrame
    counts: dict[str, int]


def read_results(
    path: Path, known: OnRecord, params: IngestParams, form: str = "generic", outcomes: OutcomeMap | None = None
) -> Results:
    """Read a file of results.

    Parameters
    ----------
    path
        The file.
    known
        What is on record.
    params
        Outcome codes, further headers, zone of times without offset.
    form
        One of ``RESULT_FORMATS``.
    outcomes
        What statuses mean; null = what is shipped.

    Returns
    -------
    Results
        The same for the same file, however often it is read and in whatever order its rows stand; late rows are taken
        like any other.

    Raises
    ------
    UsageError
        If there is no such format, or the format needs a zone and none is given.
    InputError
        If there is no such file, or it cannot be read, is not of this format, or tells of calls still to come only.
    PromiseBroken
        If a row would be lost.
    """
    check_params(params)
    if form not in RESULT_FORMATS:
        raise UsageError(f"--format {form}: expected one of {', '.join(RESULT_FORMATS)}")
    if form != "generic" and params.time_zone is None:
        raise UsageError(f"--format {form} writes local times without offset: give the dialer's --zone")
    if path.is_dir():
        raise InputError(f"{path.name}: is a folder, expected a file of results")
    if not path.exists():
        raise InputError(f"{path.name}: no such file")
    told = RESULT_FORMATS[form](path, outcomes or shipped_map(form), params)
    clock = Clock(known.as_of, params)
    ahead = clock.faults(told.rows)
    _check_zone(path, told, clock)
    if told.dialled is None:
        placed = placed_by_id(told.rows, known)
    else:
        placed = placed_by_number(told.rows, told.dialled, known)
    rows = placed.rows
    # What is no attempt need not be anybody's.
    unusable = pl.concat([told.faults, ahead, placed.faults]).join(
        told.aside, on=_PLACE, how="anti", maintain_order="left"
    )
    turned_away = pl.concat([unusable.select(_PLACE), told.aside.select(_PLACE)]).unique()
    usable = rows.join(turned_away, on=_PLACE, how="anti", maintain_order="left")
    together = told_by_both(usable, known.attempts)
    good = _named(together.alone, _once(known.attempts, known.uncoded), told)
    merged = merge_rows(
        ATTEMPTS,
        _by_content(pl.concat([each.select(*ATTEMPTS.schema, FILE, LINE, *_PLACE) for each in (good, together.both)])),
        _other_versions(known.attempts.join(good, on="attempt_id", how="semi"), good),
    )
    on_record = _once(merged.rows, known.attempts, known.uncoded)
    refused = pl.concat([rows, placed.shared]).join(turned_away, on=_PLACE, how="semi", maintain_order="left")
    # The same call, told at its true time, may still need the id of its placement.
    bad = _named(clock.without_ahead(refused, "attempt_id"), on_record, told)
    counted = pl.concat([unusable.select(_PLACE), told.aside.filter("made").select(_PLACE)])
    everything = pl.concat([unusable, merged.faults])
    aside, nobody = told.aside.drop("made"), pl.Series([], dtype=pl.String)
    named = {each.table: rows.select(*COLUMNS) for each in told.sheets}
    results = Results(
        attempts=merged.rows.select(*ATTEMPTS.schema, FILE, LINE),
        uncoded=clock.by_now(uncoded_attempts(bad, counted, known.accounts, merged.rows["attempt_id"])),
        stops=stops_told(
            clock.without_ahead(pl.concat([rows, placed.shared]), "started_at"), placed.numbers, known.accounts
        ),
        rejected=rejections(told.sheets, named, told.in_its_words(everything), nobody),
        set_aside=rejections([_undamaged(each) for each in told.sheets], named, told.in_its_words(aside), nobody),
        unclear=unclear_statuses(told),
        counts={},
    )
    merged_away = merged.faults.select(_PLACE).unique().height
    results.counts.update(_counts(told, results, usable.height - merged_away, known))
    return results


def _check_zone(path: Path, told: Reported, clock: Clock) -> None:
    """Raise InputError if no call of a file can have been made yet: to take one for made would bar all its accounts."""
    calls = told.rows.join(told.aside.filter(~pl.col("made")), on=_PLACE, how="anti", maintain_order="left")
    if clock.all_ahead(calls):
        first = calls.filter(pl.col("started_at").is_not_null()).row(0, named=True)
        column = told.called.get("started_at", "started_at")
        raise InputError(
            f"{path.name}, line {first[LINE]}, column {column}: found a time after the results came in, as in every "
            "row; expected times before --as-of (is --zone the dialer's?); nothing was kept"
        )


def _once(*attempts: pl.DataFrame) -> pl.DataFrame:
    """Return attempts of several frames, of each id the first."""
    both = pl.concat(each.select(list(ATTEMPTS.schema)) for each in attempts)
    return both.unique("attempt_id", keep="first", maintain_order=True)


def _by_content(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort rows by what they say, so that of versions that bind us alike the same is kept in any order of rows."""
    content = content_text(rows, list(ATTEMPTS.schema)).alias("_content")
    return rows.with_columns(content).sort("_content", *_PLACE).drop("_content")


def _other_versions(known: pl.DataFrame, good: pl.DataFrame) -> pl.DataFrame:
    """Leave out known attempts that the same status of the same call told: a map that was changed reads it anew."""
    same = ["attempt_id", "started_at", "extra"]
    again = good.filter(pl.col("extra").str.contains('"call_status":', literal=True)).select(same)
    return known.join(again, on=same, how="anti", maintain_order="left")


def _named(rows: pl.DataFrame, known: pl.DataFrame, told: Reported) -> pl.DataFrame:
    if told.dialled is not None:
        return with_call_ids(rows, known)
    return with_derived_ids(apart_from_earlier(rows, known), "attempt_id", "att_")


def _undamaged(sheet: Recognised) -> Recognised:
    """Return a sheet without its damaged lines: they are rejected, so they are not set aside."""
    return replace(sheet, sheet=replace(sheet.sheet, damaged=()))


def _counts(told: Reported, results: Results, accepted: int, known: OnRecord) -> dict[str, int]:
    """Count rows and attempts.

    Raises
    ------
    PromiseBroken
        If what was read is not what was accepted, set aside and rejected.
    """
    attempts, rejected, aside = results.attempts, results.rejected.height, results.set_aside.height
    read = sum(each.sheet.frame.height + len(each.sheet.damaged) for each in told.sheets)
    if read != accepted + aside + rejected:
        raise PromiseBroken(
            f"results: {read:,} rows read are not {accepted:,} accepted + {aside:,} set aside + {rejected:,} rejected"
        )
    windows = known.placements.select("attempt_id", until=pl.col("not_after").str.to_datetime(time_zone="UTC"))
    ours = attempts.join(windows, on="attempt_id")
    return {
        "read": read,
        "accepted": accepted,
        "set_aside": aside,
        "rejected": rejected,
        "duplicates": results.rejected.filter(pl.col("reason") == DUPLICATE).height,
        "scheduled": ours.height,
        "unscheduled": attempts.height - ours.height,
        "late": ours.filter(pl.col("started_at") >= pl.col("until")).height,
    }

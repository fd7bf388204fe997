"""Bring together what a command works on: a batch of files, the casefile, or both; and let in only what may be used."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.casefile.linkage import PORTFOLIO, read_known
from skiptrace.compliance import REVOKED, admissible
from skiptrace.contracts.inputs import ATTEMPTS, INPUTS, INSTANT
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import InputError, UsageError
from skiptrace.ingest import Batch, read
from skiptrace.ingest.rejections import FILES
from skiptrace.normalise import sealed_national_ids
from skiptrace.pipeline.habits import forget_learned, read_model, to_be_forgotten
from skiptrace.pipeline.judgements import judged_name, kept_judgements
from skiptrace.pipeline.lifts import LIFTS, barred_again, lifted
from skiptrace.pipeline.plans import standing
from skiptrace.pipeline.unread import UNREAD, barring, still_unread
from skiptrace.tables import FILE, LINE, PROVENANCE, REJECTED_SCHEMA, empty

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from skiptrace.casefile import Casefile, Opened
    from skiptrace.matching import Known
    from skiptrace.pipeline.terms import Terms
    from skiptrace.tables import Checked
    from skiptrace.timing import Model

__all__ = ["REPORTED", "Gathered", "gather", "origin_of", "recall", "still_uncoded", "take_in"]

NO_CASEFILE_KEY = b"skiptrace"
"""Keys the hash of national ids where nothing is kept, so that it is the same in every run."""

SET_ASIDE = {
    "file": pl.String(),
    "line": pl.Int64(),
    "column": pl.String(),
    "reason": pl.String(),
    "account_id": pl.String(),
    "value": pl.String(),
}
CONFLICTS = {"file": pl.String(), "line": pl.Int64(), "table": pl.String(), "key": pl.String(), "columns": pl.String()}
_IDS = {
    "records": ("record_id", "source", "consent_id"),
    "relations": ("relation_id", "account_id", "relation", "consent_id"),
}
REPORTED = {"batch_id": pl.String(), "channel": pl.String(), "reported_until": INSTANT}
"""Grain: plan × channel. When the last attempt started that results told of."""
_RETRACTED = {"table": pl.String(), "record_id": pl.String()}


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What a command works on.

    Attributes
    ----------
    tables
        Accepted rows by input table; records and relations without a valid consent to locate are not among them.
    history
        Attempts (ATTEMPTS columns, null outcome) that were made, or must be taken as made, with unknown outcome.
    rejected
        REJECTED rows of this batch, refused records and relations among them.
    set_aside
        Unreadable contact points of accepted accounts.
    files
        Grain: file × table of this batch: ``file``, ``sha256``, ``table``, ``read``, ``accepted``, ``rejected``.
    unread
        UNREAD: accounts whose latest row in this batch could not be read. Those that are known are stopped; of all that
        wait for a readable row, from earlier batches too, the stops tell.
    conflicts
        Rows of this batch that disagree with one kept before.
    notes
        What is worth knowing of the files and no fault.
    origin
        Hash of everything that ever went in: names the plan made from it.
    judgements
        JUDGEMENTS that reviewers gave, in the order given.
    known
        What linkage kept the last time; null = nothing. If a record that it rests on was retracted, all is linked anew.
    retracted
        Grain: record or relation whose consent was revoked. ``table``, ``record_id``.
    model
        What was learned of people in general the last time; null = nothing.
    """

    tables: Mapping[str, pl.DataFrame]
    history: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=lambda: empty(REJECTED_SCHEMA))
    set_aside: pl.DataFrame = field(default_factory=lambda: empty(SET_ASIDE))
    files: pl.DataFrame = field(default_factory=lambda: empty(FILES))
    unread: pl.DataFrame = field(default_factory=lambda: empty(UNREAD))
    conflicts: pl.DataFrame = field(default_factory=lambda: empty(CONFLICTS))
    notes: tuple[str, ...] = ()
    origin: str = ""
    judgements: pl.DataFrame = field(default_factory=JUDGEMENTS.empty)
    known: Known | None = None
    retracted: pl.DataFrame = field(default_factory=lambda: empty(_RETRACTED))
    model: Model | None = None


def gather(paths: Sequence[Path], casefile: Casefile | None, terms: Terms, *, keep: bool = True) -> Gathered:
    """Return what the casefile holds, what the files hold, or both put together.

    Parameters
    ----------
    paths, casefile, terms
        What there is.
    keep
        Whether the casefile keeps what the files hold.

    Raises
    ------
    UsageError
        If neither files nor a casefile are given.
    InputError
        If there is no account among them.
    """
    if paths:
        gathered = take_in(paths, casefile, terms, keep=keep)
    elif casefile is not None:
        gathered = recall(casefile, terms)
    else:
        raise UsageError("nothing to work on: give --batch or --casefile")
    if gathered.tables["accounts"].is_empty():
        raise InputError(_no_account(gathered, casefile))
    return gathered


def _no_account(gathered: Gathered, casefile: Casefile | None) -> str:
    files = gathered.files.filter(pl.col("table") == "accounts")["file"].unique(maintain_order=True)
    refused = gathered.rejected.filter(pl.col("file").is_in(files.implode()))
    if refused.is_empty():
        names = ", ".join(files) or (casefile.path.name if casefile else "the batch")
        return f"no usable account: {names} holds none, expected account_id and a name in each row"
    row = refused.row(0, named=True)
    column = f", column {row['column']}" if row["column"] else ""
    return (
        f"no usable account: all {refused.height:,} rows of accounts were rejected, "
        f"first {row['file']}, line {row['line']}{column}: {row['reason']}"
    )


def take_in(paths: Sequence[Path], casefile: Casefile | None, terms: Terms, *, keep: bool = True) -> Gathered:
    """Read files, let in what may be used, and keep it in the casefile if there is one and it is asked for.

    The casefile is held open from the reading of what it knows to the writing of what is new, so that two batches
    taken in at once do not undo each other.
    """
    terms.on_stage("ingest")
    if casefile is None:
        gathered = _admit(_read(paths, terms, NO_CASEFILE_KEY, known=None), terms)
        unread = still_unread(empty(UNREAD), gathered.unread, gathered.tables["accounts"])
        return replace(gathered, tables=_with_stops(gathered.tables, gathered.tables["stops"], unread))
    with casefile.open(make=keep) as opened:
        key = casefile.derive("national ids")
        gathered = _admit(_read(paths, terms, key, known=_known(opened)), terms)
        earlier = opened.read("uncoded_attempts", ATTEMPTS.schema)
        gathered = replace(
            gathered,
            history=still_uncoded(
                pl.concat([earlier, gathered.history.select(earlier.columns)]), gathered.tables["attempts"]
            ),
            origin=origin_of(opened.get("origin") or "", gathered.files["sha256"]),
        )
        before = (opened.get("origin") or "").split()
        fresh = gathered.files.filter(~pl.col("sha256").is_in(before))["file"]
        lifts = barred_again(opened.read("lifts", LIFTS), gathered.tables["stops"], fresh, terms.as_of)
        unread = still_unread(opened.read("unread_accounts", UNREAD), gathered.unread, gathered.tables["accounts"])
        if keep:
            _keep(opened, gathered)
            opened.replace("unread_accounts", unread)
            opened.replace("lifts", lifts)
            counted = gathered.files.select("table", "sha256", "read", "accepted", "rejected").sort("sha256", "table")
            note(opened, "ingest", terms.as_of, {"files": counted.to_dicts()})
        tables = _with_stops(gathered.tables, lifted(gathered.tables["stops"], lifts).drop("reason"), unread)
        history = _with_assumed(gathered.history, opened, tables["attempts"], terms)
        judgements = kept_judgements(opened)
        origin = origin_of(gathered.origin, judged_name(judgements))
        known, model = _learned_before(opened, gathered.retracted, keep=keep)
        return replace(
            gathered,
            tables=tables,
            history=history,
            judgements=judgements,
            origin=origin,
            known=known,
            model=model,
        )


def recall(casefile: Casefile, terms: Terms) -> Gathered:
    """Return what the casefile holds; consents are judged anew as of now."""
    terms.on_stage("recall")
    with casefile.open(make=False) as opened:
        tables = _known(opened)
        history = _with_assumed(opened.read("uncoded_attempts", ATTEMPTS.schema), opened, tables["attempts"], terms)
        stops = lifted(tables["stops"], opened.read("lifts", LIFTS)).drop("reason")
        tables = _with_stops(tables, stops, opened.read("unread_accounts", UNREAD))
        judgements = kept_judgements(opened)
        origin = origin_of(opened.get("origin") or "", judged_name(judgements))
        checked = {name: admissible(tables[name], tables["consents"], terms.as_of) for name in _IDS}
        known, model = _learned_before(opened, _retracted(checked))
    tables |= {name: each.accepted for name, each in checked.items()}
    return Gathered(
        tables=tables,
        history=history,
        origin=origin,
        judgements=judgements,
        known=known,
        model=model,
    )


def _with_stops(
    tables: Mapping[str, pl.DataFrame], stops: pl.DataFrame, unread: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    return {**tables, "stops": pl.concat([stops, barring(unread).select(stops.columns)])}


def _retracted(checked: Mapping[str, Checked]) -> pl.DataFrame:
    return pl.concat(
        each.rejected.filter(pl.col("reason") == REVOKED).select(table=pl.lit(name), record_id=_IDS[name][0])
        for name, each in checked.items()
    )


def _learned_before(
    opened: Opened, retracted: pl.DataFrame, *, keep: bool = False
) -> tuple[Known | None, Model | None]:
    """Return what linkage and learning found the last time, nothing of it learned from what was retracted since.

    ``keep``: later commands must know it, too.
    """
    known = read_known(opened, PORTFOLIO)
    if known is None:
        return None, None
    rests = known.rests_on(retracted)
    if rests and keep:
        forget_learned(opened)
    if rests or to_be_forgotten(opened):
        return known.without_what_was_learned(), None
    return known, read_model(opened)


def _read(paths: Sequence[Path], terms: Terms, key: bytes, known: Mapping[str, pl.DataFrame] | None) -> Batch:
    """Read a batch; from here on national ids are a keyed hash and the last four, unless settings keep them."""
    batch = read(paths, terms.settings.ingest, known)
    if terms.settings.normalise.keep_national_id:
        return batch
    sealed = {
        name: table.with_columns(sealed_national_ids(table["national_id"], key))
        if "national_id" in table.columns
        else table
        for name, table in batch.tables.items()
    }
    return replace(batch, tables=sealed)


def _known(opened: Opened) -> dict[str, pl.DataFrame]:
    return {name: opened.read(name, {**table.schema, **PROVENANCE}) for name, table in INPUTS.items()}


def _admit(batch: Batch, terms: Terms) -> Gathered:
    """Turn away records and relations without a valid consent to locate."""
    tables = dict(batch.tables)
    checked = {name: admissible(tables[name], tables["consents"], terms.as_of) for name in _IDS}
    refused = []
    for name, ids in _IDS.items():
        tables[name] = checked[name].accepted
        refused.append(
            checked[name]
            .rejected.filter(pl.col(FILE).is_not_null())
            .select(
                pl.col(FILE).alias("file"),
                pl.col(LINE).alias("line"),
                "column",
                "reason",
                pl.struct(ids).struct.json_encode().alias("row"),
            )
        )
    turned_away = pl.concat(refused)
    counts = turned_away.group_by("file").len("refused")
    files = batch.files.join(counts, on="file", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("table").is_in(list(_IDS))).then(pl.col("refused").fill_null(0)).otherwise(0).alias("refused")
    )
    return Gathered(
        tables=tables,
        history=batch.uncoded_attempts,
        rejected=pl.concat([batch.rejected, turned_away]),
        set_aside=batch.set_aside,
        files=files.with_columns(pl.col("accepted") - pl.col("refused"), pl.col("rejected") + pl.col("refused")).drop(
            "refused"
        ),
        unread=batch.unread_accounts,
        conflicts=batch.conflicts,
        notes=batch.notes,
        origin=origin_of("", batch.files["sha256"]),
        retracted=_retracted(checked),
    )


def _keep(opened: Opened, gathered: Gathered) -> None:
    for name, frame in gathered.tables.items():
        opened.replace(name, frame)
    opened.replace("uncoded_attempts", gathered.history)
    opened.put("origin", gathered.origin)


def still_uncoded(history: pl.DataFrame, attempts: pl.DataFrame) -> pl.DataFrame:
    """Drop attempts that were since read in full, so that law does not count them twice."""
    same = ["account_id", "channel", "started_at"]
    once = history.unique("attempt_id", keep="first", maintain_order=True).sort("attempt_id")
    unread = once.join(attempts, on="attempt_id", how="anti", maintain_order="left")
    return unread.join(attempts, on=same, how="anti", maintain_order="left")


def origin_of(before: str, hashes: pl.Series) -> str:
    """Return a name for everything that went in, whatever the order and however often."""
    return " ".join(sorted({*before.split(), *hashes.drop_nulls().to_list()}))


def _with_assumed(history: pl.DataFrame, opened: Opened, attempts: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Add to the history what an earlier plan released and nobody has reported on.

    A released row whose window has begun and which no results file covers was, for all we know, attempted; law must
    count it. Once results of its channel reach past its window without naming it, it was not made.
    """
    placed = standing(opened)
    if placed.is_empty():
        return history
    reported = opened.read("reported", REPORTED)
    silent = (
        placed.with_columns(pl.col("not_before", "not_after").str.to_datetime(time_zone="UTC"))
        .filter(pl.col("not_before") < terms.as_of)
        .join(pl.concat([attempts.select("attempt_id"), history.select("attempt_id")]), on="attempt_id", how="anti")
        .join(reported, on=["batch_id", "channel"], how="left", maintain_order="left")
        .filter(pl.col("reported_until").is_null() | (pl.col("not_after") > pl.col("reported_until")))
    )
    assumed = ATTEMPTS.conform(
        silent.select("attempt_id", "account_id", "channel", "contact_point", started_at="not_before")
    )
    return pl.concat([history.select(assumed.columns), assumed])

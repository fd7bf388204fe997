"""Whose attempt a call was, told from the number that was dialled and when, where no attempt is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from skiptrace.dialers.reported import CLAIMED
from skiptrace.ingest.keys import content_keys
from skiptrace.ingest.rows import ROW, SHEET
from skiptrace.normalise.phones import CALLING_CODES
from skiptrace.vocabulary import Channel, outcome_meanings

__all__ = [
    "END_DIGITS",
    "OnRecord",
    "Placed",
    "apart_from_earlier",
    "placed_by_id",
    "placed_by_number",
    "with_call_ids",
]

_PLACE = [SHEET, ROW]
_NOT_OURS = "unknown attempt_id: not of this schedule, and the row does not say "
_OTHERS = "differs from the schedule's account"
_NO_ACCOUNT = "unknown account: not among the accepted accounts"
_NOBODY = "no attempt and no account named, and the number dialled is known of no account"
_SEVERAL = "no attempt and no account named, and several accounts have the number dialled: law counts a call to each"
_BEHIND = dt.timedelta(hours=24)
"""A dialer that is behind makes its calls the same day; a later call to that number is another."""
END_DIGITS = 7
"""What two ways to write a number have in common at least: a subscriber's number without any area."""
_CALLING_CODE = f"^(?:{'|'.join(CALLING_CODES)})"
_ID_HEX = 16


@dataclass(frozen=True, kw_only=True)
class OnRecord:
    """What is known when results come in.

    Attributes
    ----------
    as_of
        When that is.
    placements
        SCHEDULE rows of this plan and earlier ones, each attempt once.
    accounts
        ``account_id`` of all known accounts.
    numbers
        Grain: account × phone on file. ``account_id``, ``contact_point`` (E.164).
    attempts
        ATTEMPTS known already.
    uncoded
        ATTEMPTS with null outcome: calls that were made, but could not be read in full.
    """

    as_of: dt.datetime
    placements: pl.DataFrame
    accounts: pl.Series
    numbers: pl.DataFrame
    attempts: pl.DataFrame
    uncoded: pl.DataFrame


class Placed(NamedTuple):
    """Rows with whose attempts they were.

    Attributes
    ----------
    rows
        COLUMNS.
    faults
        FAULTS of those that belong nowhere.
    numbers
        ``_sheet``, ``_row``, ``contact_point``: every known number that a row may have dialled, whoever has it; null =
        the rows' own contact points are what was dialled.
    shared
        COLUMNS. Grain: row that several accounts may have been called by × such an account. What its outcome says of a
        conversation and a message stands in columns of its own, as an attempt of which only law knows has no outcome.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    numbers: pl.DataFrame | None
    shared: pl.DataFrame


def placed_by_id(rows: pl.DataFrame, known: OnRecord) -> Placed:
    """Fill in what the schedule knows."""
    both = _beside_schedule(rows, known)
    ours = pl.col("_account_id").is_not_null()
    faults = [
        _listed(both, _differs(), "account_id", _OTHERS),
        _listed(both, ~ours & pl.col("account_id").is_null(), "attempt_id", f"{_NOT_OURS}account_id"),
        _listed(both, ~ours & pl.col("channel").is_null(), "attempt_id", f"{_NOT_OURS}channel"),
        _listed(both, ~ours & ~pl.col("account_id").is_in(known.accounts.implode()), "account_id", _NO_ACCOUNT),
    ]
    return Placed(_filled(both).select(rows.columns), pl.concat(faults), None, rows.clear())


def placed_by_number(rows: pl.DataFrame, dialled: pl.DataFrame, known: OnRecord) -> Placed:
    """Tell of calls whose they were.

    An attempt that is named and of the schedule is that one. Otherwise it is the last placement of a number that may
    have been dialled (of the account named, if one is) whose window had begun, and ended a day ago at most. Otherwise
    it is an attempt that nobody scheduled: of the account named, else of the only account that has such a number. Where
    several have it, nobody can learn from it, but law must not count one too few.

    Parameters
    ----------
    rows
        COLUMNS; an ``attempt_id`` that is not of the schedule is another program's and says nothing.
    dialled
        Grain: row × number that it may have dialled. ``_sheet``, ``_row``, ``digits``, ``batch_id``.
    known
        What is on record.
    """
    scheduled = known.placements["attempt_id"]
    named = rows.with_columns(
        pl.when(pl.col("attempt_id").is_in(scheduled.implode())).then("attempt_id").alias("attempt_id")
    )
    hits = _hits(dialled, known)
    mine = hits.join(named.select(*_PLACE, "attempt_id", "started_at", of="account_id"), on=_PLACE)
    mine = mine.filter((pl.col("account_id") == pl.col("of")) | pl.col("of").is_null())
    free = mine.filter(pl.col("attempt_id").is_null()).drop("attempt_id")
    in_time = _in_time(free, known.placements)
    owners = (
        free.join(in_time, on=_PLACE, how="anti")
        .group_by(_PLACE)
        .agg(pl.col("account_id").unique(), pl.col("contact_point").unique())
    )
    alone = owners.filter(pl.col("account_id").list.len() == 1).select(
        *_PLACE,
        pl.col("account_id").list.first(),
        pl.when(pl.col("contact_point").list.len() == 1).then(pl.col("contact_point").list.first()),
    )
    found = pl.concat([in_time, alone.with_columns(attempt_id=pl.lit(None, pl.String))], how="diagonal")
    told = named.join(found, on=_PLACE, how="left", suffix="_told", maintain_order="left").with_columns(
        pl.coalesce("attempt_id", "attempt_id_told").alias("attempt_id"),
        pl.coalesce("account_id", "account_id_told").alias("account_id"),
        pl.coalesce("contact_point_told", "contact_point").alias("contact_point"),
    )
    both = _beside_schedule(told.select(rows.columns), known)
    lost = pl.col("_account_id").is_null() & pl.col("account_id").is_null()
    shared = both.join(owners, on=_PLACE, how="semi")
    faults = [
        _listed(both, _differs(), "account_id", _OTHERS),
        _listed(both.join(shared, on=_PLACE, how="anti", maintain_order="left"), lost, "contact_point", _NOBODY),
        _listed(shared, lost, "contact_point", _SEVERAL),
        _listed(both, ~pl.col("account_id").is_in(known.accounts.implode()), "account_id", _NO_ACCOUNT),
    ]
    filled = _dialled_in_fact(_filled(both), mine).select(rows.columns)
    return Placed(
        filled,
        pl.concat(faults),
        hits.select(*_PLACE, "contact_point").unique().sort(*_PLACE, "contact_point"),
        _of_each(shared.filter(lost).select(rows.columns), mine),
    )


def _of_each(lost: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Return calls that may have been to several accounts as one to each."""
    said = outcome_meanings().select("outcome", _talked="conversation", _left="message_left")
    each = hits.select(*_PLACE, "account_id", "contact_point").sort(*_PLACE, "account_id", "contact_point")
    return (
        lost.drop("account_id", "contact_point")
        .join(each.unique([*_PLACE, "account_id"], keep="first", maintain_order=True), on=_PLACE, maintain_order="left")
        .join(said, on="outcome", how="left", maintain_order="left")
        .with_columns(pl.col("_talked").alias("conversation"), pl.col("_left").alias("voicemail_left"))
        .select(lost.columns)
    )


def _beside_schedule(rows: pl.DataFrame, known: OnRecord) -> pl.DataFrame:
    placed = known.placements.select("attempt_id", *(pl.col(name).alias(f"_{name}") for name in CLAIMED)).unique(
        "attempt_id", keep="last", maintain_order=True
    )
    return rows.join(placed, on="attempt_id", how="left", maintain_order="left")


def _differs() -> pl.Expr:
    return pl.col("_account_id").is_not_null() & (pl.col("account_id") != pl.col("_account_id"))


def _filled(both: pl.DataFrame) -> pl.DataFrame:
    return both.with_columns(
        pl.coalesce("_account_id", "account_id").alias("account_id"),
        # What was dialled in fact may be another number, or another channel, than was asked for.
        pl.coalesce("channel", "_channel").alias("channel"),
        pl.when(pl.col("channel").is_null() | (pl.col("channel") == pl.col("_channel")))
        .then(pl.coalesce("contact_point", "_contact_point"))
        .otherwise("contact_point")
        .alias("contact_point"),
    )


def _listed(rows: pl.DataFrame, where: pl.Expr, column: str, reason: str) -> pl.DataFrame:
    found = rows.filter(where.fill_null(value=False))
    return found.select(SHEET, ROW, pl.lit(column).alias("column"), pl.lit(reason).alias("reason"))


def _hits(dialled: pl.DataFrame, known: OnRecord) -> pl.DataFrame:
    """Return every known phone that the digits may mean: with or without calling code, trunk digits before them."""
    calls = known.placements.filter(pl.col("channel") == Channel.CALL.value)
    phones = pl.concat(
        [known.numbers.select("account_id", "contact_point"), calls.select("account_id", "contact_point")]
    ).unique()
    ends = phones.with_columns(
        whole=pl.col("contact_point").str.strip_prefix("+"),
    ).with_columns(national=pl.col("whole").str.replace(_CALLING_CODE, ""), end=pl.col("whole").str.slice(-END_DIGITS))
    asked = dialled.filter(pl.col("digits").str.len_bytes() >= END_DIGITS).with_columns(
        end=pl.col("digits").str.slice(-END_DIGITS)
    )
    same = pl.col("whole").str.ends_with(pl.col("digits")) | pl.col("digits").str.ends_with(pl.col("national"))
    return asked.join(ends, on="end").filter(same.fill_null(value=False)).drop("whole", "national", "end", "digits")


def _in_time(hits: pl.DataFrame, placements: pl.DataFrame) -> pl.DataFrame:
    """Return of each row the placement that it was: ``attempt_id``, ``account_id``, ``contact_point``."""
    windows = placements.filter(pl.col("channel") == Channel.CALL.value).select(
        "attempt_id",
        "account_id",
        "contact_point",
        batch="batch_id",
        begins=pl.col("not_before").str.to_datetime(time_zone="UTC"),
        ends=pl.col("not_after").str.to_datetime(time_zone="UTC"),
    )
    named = pl.col("batch_id").is_in(windows["batch"].unique().implode()).fill_null(value=False)
    inside = (
        hits.join(windows, on=["account_id", "contact_point"])
        .filter((pl.col("begins") <= pl.col("started_at")) & (pl.col("started_at") < pl.col("ends") + _BEHIND))
        .filter(~named | (pl.col("batch_id") == pl.col("batch")))
        .filter(pl.col("account_id").n_unique().over(_PLACE) == 1)
        .sort(*_PLACE, "begins", "attempt_id")
    )
    last = inside.unique(_PLACE, keep="last", maintain_order=True)
    return last.select(*_PLACE, "attempt_id", "account_id", "contact_point")


def _dialled_in_fact(rows: pl.DataFrame, hits: pl.DataFrame) -> pl.DataFrame:
    """Write a number that the row names as the account's own known one, if it is just one."""
    own = hits.select(*_PLACE, "account_id", point="contact_point").unique()
    own = own.filter(pl.len().over(*_PLACE, "account_id") == 1)
    joined = rows.join(own, on=[*_PLACE, "account_id"], how="left", maintain_order="left")
    raw = ~pl.col("contact_point").str.starts_with("+").fill_null(value=True)
    return joined.with_columns(
        pl.when(raw).then(pl.coalesce("point", "contact_point")).otherwise("contact_point").alias("contact_point")
    )


def with_call_ids(calls: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Give each call its id: the one under which it is on record, else its placement's, else one of its own.

    A call is known by account, number and start: another export tells it again, and by then its number, or the plan
    that it was of, may be better known. A placement's id goes to its first call; a dialer that tried again made others.

    Parameters
    ----------
    calls
        COLUMNS, placed.
    known
        ATTEMPTS on record, each id once.
    """
    keys = ["account_id", "channel", "end", "started_at"]
    end = pl.col("contact_point").str.replace_all(r"\D", "").str.slice(-END_DIGITS).alias("end")
    keyed = calls.with_columns(end)
    before = known.with_columns(end).select(*keys, before="attempt_id", spelt="contact_point").drop_nulls()
    once = before.sort(*keys, "before").unique(keys, keep="first", maintain_order=True)
    again = keyed.join(once, on=keys, how="left", maintain_order="left")
    named = pl.when(pl.col("before").is_null()).then("attempt_id")
    derived = "att_" + content_keys(keyed.select(keys)).str.slice(0, _ID_HEX)
    apart = apart_from_earlier(again.with_columns(named.alias("attempt_id")), known)
    return apart.with_columns(
        pl.coalesce("before", "attempt_id", pl.lit(derived)).alias("attempt_id"),
        pl.coalesce("spelt", "contact_point").alias("contact_point"),
    ).select(calls.columns)


def apart_from_earlier(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Take the id from attempts that bear that of another, on record or earlier: a dialer that tried again made two."""
    taken = known.select("attempt_id", _at="started_at")
    both = rows.join(taken, on="attempt_id", how="left", maintain_order="left")
    first = pl.col("_at").fill_null(pl.col("started_at").min().over("attempt_id"))
    again = pl.col("attempt_id").is_not_null() & (pl.col("started_at") != first)
    own = pl.when(~again.fill_null(value=False)).then("attempt_id")
    return both.with_columns(own.alias("attempt_id")).drop("_at")

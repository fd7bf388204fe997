"""Which rows a dialer gets: those of its channels that its format carries unharmed. Others are refused, with reasons.

What a dialer cuts off, drops or misreads it takes without a word; so it is refused here, before it goes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import phonenumbers
import polars as pl

from skiptrace.contracts.columns import INSTANT
from skiptrace.contracts.csv_files import guarded
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.ingest.instants import load_zone
from skiptrace.tables import Check, Table
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

__all__ = [
    "ACCOUNT",
    "AT",
    "CALLS",
    "ONCE",
    "UNTIL",
    "Screened",
    "extras",
    "json_members",
    "local",
    "not_carried",
    "screened",
    "sheet_checks",
    "sure_local",
    "whole",
]

CALLS = (Channel.CALL,)
AT, UNTIL = "_at", "_until"
"""Begin and end of a row's window, UTC: begin rounded up and end rounded down, so that neither leaves the window."""
ACCOUNT = pl.when(pl.col("party") == Party.DEBTOR).then("account_id")
"""The account, null for third parties: an account number would tell them, or whoever looks on, of a debt."""
ONCE = pl.col("sequence") == 1
"""The row is to be done whatever became of others; a wave's second row is a text message after a missed call."""

_CONTROL = r"[\p{Cc}\x{2028}\x{2029}]"
_E164 = r"^\+[1-9][0-9]{6,14}$"
_CODES = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
_ENDS = ("not_before", "not_after")
_SECOND = 1_000_000
_NAIVE = pl.Datetime("us")


class Screened(NamedTuple):
    """Rows by begin, end and rank, with ``AT`` and ``UNTIL``; ``attempt_id``, ``column`` and ``reason``; a count."""

    rows: pl.DataFrame
    refused: pl.DataFrame
    elsewhere: int


def screened(
    schedule: pl.DataFrame,
    as_of: datetime,
    checks: Sequence[Check] = (),
    *,
    channels: Sequence[Channel] = CALLS,
    step: int = 1,
) -> Screened:
    """Take the rows of a dialer's channels apart: those it can be given, and those it cannot.

    Parameters
    ----------
    schedule
        SCHEDULE.
    as_of
        Rows whose window has ended are refused: most dialers dial at once what is overdue.
    checks
        The format's own; they may use ``AT`` and ``UNTIL``.
    channels
        What the dialer serves.
    step
        The format's unit of time in seconds.
    """
    served = schedule.filter(pl.col("channel").is_in([channel.value for channel in channels]))
    begin, end = (pl.col(name).str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False) for name in _ENDS)
    rows = served.with_columns(
        (-(-begin.dt.epoch("us") // (step * _SECOND)) * (step * _SECOND)).cast(INSTANT).alias(AT),
        (end.dt.epoch("us") // _SECOND * _SECOND).cast(INSTANT).alias(UNTIL),
    )
    table = Table(name="handover", grain="attempt", key=(), columns={}, checks=(*_common(as_of, step), *checks))
    good, bad = table.validate(rows)
    return Screened(
        rows=good.sort(AT, UNTIL, "rank", "attempt_id"),
        refused=bad.select("attempt_id", "column", "reason"),
        elsewhere=schedule.height - served.height,
    )


def _common(as_of: datetime, step: int) -> tuple[Check, ...]:
    at, until, point = pl.col(AT), pl.col(UNTIL), pl.col("contact_point")
    spoken = pl.col("channel").is_in([Channel.CALL.value, Channel.SMS.value])
    unit = "second" if step == 1 else "minute"
    together = pl.concat_str(pl.lit("+"), "country_code", "national_number")
    return (
        Check("not a time with offset", "not_before", at.is_not_null()),
        Check("not a time with offset", "not_after", until.is_not_null()),
        Check(f"no whole {unit} lies in the window", "not_before;not_after", (at < until) | (at < until).is_null()),
        Check("the window has ended", "not_after", (until > as_of) | until.is_null()),
        Check("not a number in E.164", "contact_point", ~spoken | point.str.contains(_E164)),
        # No calling code is the beginning of another, so only one way to part a number is right.
        Check("not a calling code", "country_code", ~spoken | pl.col("country_code").is_in(_CODES)),
        Check(
            "not the contact point: expected + country_code national_number",
            "country_code;national_number",
            ~spoken | (point == together),
        ),
        *(
            Check("holds a control character or line break", name, clean(pl.col(name)))
            for name in ("account_id", "batch_id", "contact_point", "template_id", "time_zone")
        ),
    )


def clean(cell: pl.Expr) -> pl.Expr:
    """Return whether a cell is free of control characters and line breaks; null is."""
    return ~cell.str.contains(_CONTROL).fill_null(value=False)


def whole(pattern: str, reason: str, column: str, cell: pl.Expr | None = None) -> Check:
    """Return a check that a cell, if there is one, is what the pattern says from end to end."""
    value = pl.col(column) if cell is None else cell
    return Check(reason, column, value.is_null() | value.str.contains(f"^(?:{pattern})$"))


def local(zone: str, at: pl.Expr | None = None) -> pl.Expr:
    """Return the begin as the clocks of a zone show it, without an offset.

    The clocks are those of the installed tzdata, by which windows were made lawful: polars has zones of its own, and
    where they are older a call would be an hour off.
    """
    moments = pl.col(AT) if at is None else at
    return moments.map_batches(lambda told: _shown(told, zone)[0], return_dtype=_NAIVE)


def _shown(moments: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """Return what the clocks of a zone show at moments, and whether they show it once; null where there is none."""
    clock = load_zone(zone)
    distinct = moments.drop_nulls().unique().to_list()
    local_times = [moment.astimezone(clock).replace(tzinfo=None) for moment in distinct]
    offsets = [[each.replace(tzinfo=clock, fold=fold).utcoffset() for fold in (0, 1)] for each in local_times]
    known = pl.DataFrame(
        {"at": distinct, "local": local_times, "once": [first == second for first, second in offsets]},
        schema={"at": INSTANT, "local": _NAIVE, "once": pl.Boolean()},
    )
    shown = moments.cast(INSTANT).to_frame("at").join(known, on="at", how="left", maintain_order="left")
    return shown["local"].alias(moments.name), shown["once"].alias(moments.name)


def sure_local(zone: str) -> Check:
    """Return a check that the clocks of a zone show the begin once, so that it is not taken for an hour earlier."""
    once = pl.col(AT).map_batches(lambda told: _shown(told, zone)[1], return_dtype=pl.Boolean)
    return Check("the dialer's clock shows this time twice", "not_before", pl.col(AT).is_null() | once)


def extras(names: Sequence[str]) -> dict[str, pl.Expr]:
    """Return columns of ``extra`` that go along, as text; null for third parties, whatever stands there."""
    own = pl.when(pl.col("party") == Party.DEBTOR).then("extra")
    return {name: own.str.json_path_match(f"$['{name}']") for name in names}


def json_members(members: Mapping[str, pl.Expr]) -> pl.Expr:
    r"""Return a JSON object of texts for each row; a null is left out, as it is no text.

    Examples
    --------
    >>> row = pl.DataFrame({"a": ['say "hi"'], "b": [None]}, schema={"a": pl.String, "b": pl.String})
    >>> row.select(json_members({"x": pl.col("a"), "y": pl.col("b")})).item()
    '{"x":"say \\"hi\\""}'
    """
    # polars encodes structs only: a member goes in as one and comes out without its braces.
    pairs = [
        pl.when(value.is_not_null()).then(pl.struct(value.alias(name)).struct.json_encode().str.slice(1).str.head(-1))
        for name, value in members.items()
    ]
    return pl.concat_str(pl.lit("{"), pl.concat_str(pairs, separator=",", ignore_nulls=True), pl.lit("}"))


def sheet_checks(names: Sequence[str] = (), most: int = 32_767, *, account: bool = True) -> tuple[Check, ...]:
    """Return checks of what a sheet holds: attempt, ``account`` or not, and the columns of ``extra`` that go along.

    No cell is longer than ``most`` characters, has a line break, or is one that a spreadsheet would execute: a dialer's
    file is looked at in spreadsheets, and to the dialer a guard before such a cell would be part of the value.
    """
    cells = [
        ("attempt_id", pl.col("attempt_id")),
        *([("account_id", ACCOUNT)] if account else []),
        *(("extra", each) for each in extras(names).values()),
    ]
    return tuple(
        check
        for column, cell in cells
        for check in (
            Check("begins like a formula (= + - @)", column, cell.is_null() | (guarded(cell) == cell)),
            Check(f"over {most} characters", column, cell.is_null() | (cell.str.len_chars() <= most)),
            Check("holds a control character or line break", column, clean(cell)),
        )
    )


def not_carried(rows: pl.DataFrame, carried: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of the schedule that say something of these rows and are not carried."""
    kept = set(carried)
    return tuple(name for name in SCHEDULE.schema if name not in kept and rows[name].count() > 0)

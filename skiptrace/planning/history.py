"""What an account's history says of its debtor: promises, replies, refusals, hang-ups, and whose the numbers are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.columns import TEXT, text
from skiptrace.contracts.inputs import ACCOUNTS
from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import AccountKind, Channel, Direction, Outcome, Party, Tag, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.settings import PlanParams

__all__ = ["HISTORY", "PROMISES", "account_history"]

_COUNT = pl.Int64()
PROMISES = ("due", "reminded", "ahead", "made")
"""What may be told of a promise."""
HISTORY = Table(
    name="history",
    grain="account",
    key=("account_id",),
    columns={
        "account_id": text(required=True),
        "tag": Column(dtype=TEXT, words=Tag),
        "kind": Column(dtype=TEXT, words=AccountKind, description="null is read as person"),
        "promise": text(
            "due: today, give or take a day; reminded: the same, and reached on that day; ahead: later; "
            "made: of late, for a day not known; null = none, or past"
        ),
        "promises_kept": Column(dtype=_COUNT, minimum=0, description="null = days_past_due is not known"),
        "promises_broken": Column(dtype=_COUNT, minimum=0, description="null = days_past_due is not known"),
        "reached": Column(dtype=_COUNT, minimum=0, description="attempts, ever, that reached the debtor"),
        "replies": Column(dtype=_COUNT, minimum=0, description="the same of late, and what the debtor sent"),
        "refusals": Column(dtype=_COUNT, minimum=0, description="refused or complained"),
        "hang_ups": Column(dtype=_COUNT, minimum=0, description="calls that the debtor may have cut short"),
        "missed_calls": Column(dtype=_COUNT, minimum=0, description="rang out, or went to voicemail"),
        "own_attempts": Column(dtype=_COUNT, minimum=0, description="on contact points that the creditor holds"),
        "own_wrong_numbers": Column(dtype=_COUNT, minimum=0, description="of these points, another person's"),
    },
)
_REFUSED = (Outcome.REFUSED.value, Outcome.COMPLAINED.value)
_CUT_SHORT = (Outcome.RIGHT_PARTY.value, Outcome.HUMAN_UNVERIFIED.value)
_MISSED = (Outcome.NO_ANSWER.value, Outcome.VOICEMAIL.value)
_VAGUE = pl.col("tag").is_null() | pl.col("tag").is_in([Tag.LOST.value, Tag.WILFUL.value])
_GRACE_DAYS = 1
"""A day is not over everywhere when it is over in Greenwich, nor is money booked on the day it is sent."""


def account_history(
    accounts: pl.DataFrame, attempts: pl.DataFrame, leads: pl.DataFrame, as_of: datetime, params: PlanParams
) -> pl.DataFrame:
    """Return what is known of each account.

    Whether a promise was kept is told by the arrears: they began before it was made (or fell due) if it was broken, and
    after it if it was kept. A promise that is too young to tell is neither.

    How somebody answers and whether they need help is theirs, not one account's: replies, refusals, hang-ups and missed
    calls are counted over the accounts of one person_id, and a tag ``needs_help`` on one of them holds for the others
    that the creditor calls lost or wilful, or nothing. Promises and contact points are each account's own.

    Parameters
    ----------
    accounts, attempts, leads
        ACCOUNTS, CODED_ATTEMPTS and LEADS. Attempts on points of third parties are left out.
    as_of
        The moment (aware); later attempts are left out.
    params
        ``history_days``, ``hang_up_s``, ``promise_days``, ``promise_rest_days`` and ``max_accounts_per_person``.

    Returns
    -------
    polars.DataFrame
        HISTORY, sorted by account.
    """
    accounts = ACCOUNTS.conform(accounts).unique("account_id", keep="any").sort("account_id")
    accounts = _with_persons(accounts, params)
    made = _of_debtors(attempts, leads, as_of).join(accounts.select("account_id", "person"), on="account_id")
    found = accounts.join(_of_persons(made, as_of, params), on="person", how="left", maintain_order="left").join(
        _of_accounts(made, as_of, params), on="account_id", how="left", maintain_order="left"
    )
    past = (pl.lit(as_of.date()) - pl.col("promise_due_on")).dt.total_days()
    promised = pl.col("tag") == Tag.PROMISE_TO_PAY
    arrears = pl.col("days_past_due")
    over = past > _GRACE_DAYS
    reminded = (pl.col("last_reached") >= pl.col("promise_due_on")).fill_null(value=False)
    of_late = (pl.lit(as_of) - pl.col("last_promise")) <= timedelta(days=params.promise_rest_days)
    # The promise that the creditor tells of was made before its day.
    newer = (pl.col("last_promise").dt.date() > pl.col("promise_due_on")).fill_null(value=True)
    open_to_it = _VAGUE | (promised & (over | past.is_null()))
    promise_ages = pl.col("promise_ages").fill_null([])
    told = pl.element().filter(pl.element() >= params.promise_days)
    kept, broken = over & (arrears < past), over & (arrears >= past)
    found = found.with_columns(
        promise=pl.when(promised & (past.abs() <= _GRACE_DAYS))
        .then(pl.when(reminded).then(pl.lit("reminded")).otherwise(pl.lit("due")))
        .when(promised & (past < -_GRACE_DAYS))
        .then(pl.lit("ahead"))
        .when(open_to_it & of_late & newer)
        .then(pl.lit("made")),
        _kept_due=kept.fill_null(value=False).cast(_COUNT),
        _broken_due=broken.fill_null(value=False).cast(_COUNT),
    )
    known = arrears.is_not_null()
    ages = (
        found.select("account_id", "days_past_due", promise_ages.list.eval(told).alias("age"))
        .explode("age")
        .group_by("account_id")
        .agg(
            _kept=(pl.col("days_past_due") < pl.col("age")).sum().cast(_COUNT),
            _broken=(pl.col("days_past_due") >= pl.col("age")).sum().cast(_COUNT),
        )
    )
    # One promise may stand both in the attempts and on the account.
    found = found.join(ages, on="account_id", how="left", maintain_order="left").with_columns(
        promises_kept=pl.when(known).then(pl.max_horizontal(pl.col("_kept").fill_null(0), "_kept_due")),
        promises_broken=pl.when(known).then(pl.max_horizontal(pl.col("_broken").fill_null(0), "_broken_due")),
    )
    counted = [
        name for name, column in HISTORY.columns.items() if column.dtype == _COUNT and not name.startswith("promises")
    ]
    return HISTORY.conform(found.with_columns(pl.col(counted).fill_null(0)).select(list(HISTORY.schema)))


def _with_persons(accounts: pl.DataFrame, params: PlanParams) -> pl.DataFrame:
    """Add ``person``, and let a need of help hold for all that is theirs."""
    own = pl.format("a{}", "account_id")
    found = accounts.with_columns(person=pl.coalesce(pl.format("p{}", "person_id"), own))
    filler = pl.len().over("person") > params.max_accounts_per_person
    found = found.with_columns(person=pl.when(filler).then(own).otherwise("person"))
    helped = (pl.col("tag") == Tag.NEEDS_HELP).fill_null(value=False).any().over("person")
    return found.with_columns(tag=pl.when(helped & _VAGUE).then(pl.lit(Tag.NEEDS_HELP.value)).otherwise("tag"))


def _of_debtors(attempts: pl.DataFrame, leads: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Return attempts made so far on the debtor's points, or on points not known, with ``own`` and their meaning."""
    points = (
        LEADS.conform(leads)
        .group_by("account_id", "point_key")
        .agg(debtors=(pl.col("party") == Party.DEBTOR).any(), own=pl.col("own").any())
    )
    meanings = outcome_meanings().select("outcome", "reach", "reply")
    return (
        CODED_ATTEMPTS.conform(attempts)
        .filter(pl.col("started_at") <= as_of)
        .join(points, on=["account_id", "point_key"], how="left")
        .filter(pl.col("debtors").fill_null(value=True))
        .join(meanings, on="outcome", how="left")
        .with_columns(inbound=(pl.col("direction") == Direction.INBOUND).fill_null(value=False))
    )


def _of_persons(made: pl.DataFrame, as_of: datetime, params: PlanParams) -> pl.DataFrame:
    late = pl.col("started_at") > as_of - timedelta(days=params.history_days)
    reached = pl.col("reach").fill_null(value=False) | pl.col("inbound")
    calls = (pl.col("channel") == Channel.CALL) & ~pl.col("inbound") & late
    short = (pl.col("duration_s") > 0) & (pl.col("duration_s") <= params.hang_up_s)
    return made.group_by("person").agg(
        reached=reached.sum().cast(_COUNT),
        replies=(reached & late).sum().cast(_COUNT),
        refusals=(pl.col("outcome").is_in(_REFUSED) & late).sum().cast(_COUNT),
        hang_ups=(calls & pl.col("outcome").is_in(_CUT_SHORT) & short).sum().cast(_COUNT),
        missed_calls=(calls & pl.col("outcome").is_in(_MISSED)).sum().cast(_COUNT),
    )


def _of_accounts(made: pl.DataFrame, as_of: datetime, params: PlanParams) -> pl.DataFrame:
    late = pl.col("started_at") > as_of - timedelta(days=params.history_days)
    own = pl.col("own").fill_null(value=False)
    age = (pl.lit(as_of) - pl.col("started_at")).dt.total_days()
    wrong = own & (pl.col("outcome") == Outcome.WRONG_NUMBER)
    return made.group_by("account_id").agg(
        last_reached=pl.col("started_at").filter(pl.col("reach").fill_null(value=False)).max().dt.date(),
        last_promise=pl.col("started_at").filter(pl.col("outcome") == Outcome.PROMISE_TO_PAY).max(),
        own_attempts=(own & ~pl.col("inbound")).sum().cast(_COUNT),
        own_wrong_numbers=pl.col("point_key").filter(wrong).n_unique().cast(_COUNT),
        promise_ages=age.filter((pl.col("outcome") == Outcome.PROMISE_TO_PAY) & late).cast(_COUNT),
    )

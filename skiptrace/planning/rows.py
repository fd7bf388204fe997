"""Turn what was placed into rows of the schedule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import phonenumbers
import polars as pl

from skiptrace.compliance import permit_ids
from skiptrace.compliance.zones import SECOND, offsets
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.ingest.keys import content_keys
from skiptrace.planning.cadences import STANDARD
from skiptrace.planning.candidates import DAYPARTS
from skiptrace.planning.templates import template_ids
from skiptrace.planning.worth import stakes, worth_of
from skiptrace.vocabulary import Channel, Outcome, Party, StopKind, outcome_meanings

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.planning.inputs import PlanInputs
    from skiptrace.planning.roster import Roster
    from skiptrace.settings import PlanParams

__all__ = ["follow_up", "schedule_rows"]

_DECIMALS = 6
_ID_DIGITS = 19
_MISSED = (Outcome.NO_ANSWER.value, Outcome.VOICEMAIL.value)


def schedule_rows(
    placed: pl.DataFrame, roster: Roster, inputs: PlanInputs, params: PlanParams, as_of: datetime
) -> pl.DataFrame:
    """Return SCHEDULE rows, in the order in which to work them.

    Parameters
    ----------
    placed
        Grain: row placed. ``approach``, ``begin`` and ``end`` (Unix seconds), ``wave``, ``part`` (daypart), ``due`` (a
        promise due on this day), ``favourite`` (nothing the account asked for before was refused), ``all_provisions``,
        ``sequence`` (2: a text message after the wave's call), ``propensity``, ``explored`` (planned by a draw).
    roster, inputs, params, as_of
        The plan's.
    """
    accounts = roster.accounts.select(
        "account",
        "extra",
        made=pl.Series(roster.begun.made),
        why=_why(roster, inputs),
        stake=stakes(roster.accounts, params),
    ).with_columns(roster.treatment["after_missed_call"])
    who = roster.approaches.with_columns(template_id=template_ids(roster))
    rows = pl.concat([who[placed["approach"]], placed.drop("approach")], how="horizontal").join(
        accounts, on="account", how="left", maintain_order="left"
    )
    rows = rows.with_columns(
        batch_id=pl.lit(inputs.batch_id),
        template_id=pl.when(pl.col("sequence") > 1).then("after_missed_call").otherwise("template_id"),
        at=(pl.col("begin") * SECOND).cast(INSTANT),
        until=(pl.col("end") * SECOND).cast(INSTANT),
        extra=pl.when(pl.col("party") == Party.DEBTOR).then("extra"),
        max_ring_s=pl.when(pl.col("channel") == Channel.CALL).then(params.max_ring_s),
    )
    rows = _with_reach(rows.with_columns(pl.col("wave") + pl.col("made")), inputs, params)
    rows = rows.with_columns(
        attempt_id=_attempt_ids(rows, inputs.batch_id),
        permit_id=permit_ids(rows.with_columns(not_before="at", not_after="until"), as_of, inputs.rulebook_version),
        reasons=_reasons(rows),
    )
    rows = rows.with_columns(_telephones())
    rows = _with_follow_ups(rows)
    rows = rows.with_columns(
        not_before=_local_texts(rows["begin"], rows["time_zone"]),
        not_after=_local_texts(rows["end"], rows["time_zone"]),
    )
    rows = rows.sort(["due", "expected_value", "p_reach", "attempt_id"], descending=[True, True, True, False])
    rows = rows.with_columns(rank=pl.int_range(1, rows.height + 1, dtype=pl.Int64))
    return SCHEDULE.conform(rows.sort("at", "rank").select(pl.col(name) for name in SCHEDULE.schema))


def _attempt_ids(rows: pl.DataFrame, batch_id: str) -> pl.Series:
    """Return a name for each row: the same for the same batch, account, contact point, channel, party and wave.

    19 hexadecimal digits hold 76 bits: among a million names two are alike once in 150 billion plans.
    """
    columns = ("account_id", "contact_point", "channel", "party", "time_zone", "wave")
    keys = content_keys(rows.select(pl.lit(batch_id).alias("batch_id"), *columns))
    return ("a" + keys.str.head(_ID_DIGITS)).alias("attempt_id")


def _with_reach(rows: pl.DataFrame, inputs: PlanInputs, params: PlanParams) -> pl.DataFrame:
    """Add reach, and ``expected_value``: p_reach × worth, less what the account's earlier rows will have reached.

    ``stake`` is what a conversation is worth: ``expected_value`` is in contacts or in money.
    """
    asked = rows.select("account_id", "contact_point", "channel", "party", "at")
    reach = inputs.p_reach(asked).select(pl.col("p_reach", "p_low", "p_high").cast(pl.Float64))
    rows = pl.concat([rows, reach], how="horizontal").with_columns(
        pl.col("p_reach").fill_null(0), pl.col("p_low").fill_null(0), pl.col("p_high").fill_null(1)
    )
    rows = rows.sort("account_id", "wave", "sequence")
    debtor = pl.col("party") == Party.DEBTOR
    missed = pl.when(debtor).then(1 - pl.col("p_reach")).otherwise(1.0)
    before = missed.cum_prod().shift(1).over("account_id", order_by=["wave", "sequence"]).fill_null(1.0)
    again = pl.int_range(pl.len()).over("approach", order_by="wave") > 0
    worth = (
        pl.col("p_reach")
        * before
        * worth_of(params)
        * pl.col("stake")
        * pl.when(again).then(params.repeat_share).otherwise(1.0)
    )
    return rows.with_columns(expected_value=worth.round(_DECIMALS), again=again)


def _why(roster: Roster, inputs: PlanInputs) -> pl.Series:
    """Return by account why it is treated as it is; [] = as all are."""
    paces = {name: f"cadence {name}: {one.summary}" for name, one in inputs.cadences.items() if name != STANDARD}
    pace = pl.col("cadence").replace_strict(paces, default=None, return_dtype=pl.String)
    return roster.treatment.select(pl.concat_list("why", pace).list.drop_nulls()).to_series()


def _reasons(rows: pl.DataFrame) -> pl.Series:
    """Return why this channel, this hour and this contact point, and why the debtor is treated so."""
    third = pl.col("party") == Party.THIRD_PARTY
    parts = pl.col("part").replace_strict(dict(enumerate(DAYPARTS)), return_dtype=pl.String)
    sentences = [
        pl.when("due").then(pl.lit("a promise to pay is due on this day")),
        pl.when(third).then(pl.lit("no contact point of the debtor's is known to work: location information only")),
        pl.when(pl.col("sequence") > 1)
        .then(pl.lit("at once after the call of this wave, if nobody answers it"))
        .when("explored")
        .then(pl.format("{} in the {}: drawn by lot to learn more of when this debtor is reached", "channel", parts))
        .when(pl.col("favourite"))
        .then(pl.format("{} in the {}: worth most of the lawful slots looked at", "channel", parts))
        .otherwise(pl.format("{} in the {}: slots worth more were full or not lawful", "channel", parts)),
        pl.format("number {} of the {} leads by who owns them and whether they work", "rank", "kind"),
        pl.when(~third & (pl.col("made") > 0)).then(
            pl.format("wave {}: attempts before it in this round that did not reach the debtor: {}", "wave", "made")
        ),
        pl.when("again")
        .then(pl.lit("the same contact point again, at another time of day"))
        .when(pl.col("wave") - pl.col("made") > 1)
        .then(pl.lit("another way than before")),
        pl.col("path"),
    ]
    why = pl.when(third).then(pl.lit([], pl.List(pl.String))).otherwise("why")
    return rows.select(reasons=pl.concat_list(*sentences, why).list.drop_nulls()).to_series()


def _telephones() -> tuple[pl.Expr, pl.Expr]:
    """Return calling code and national number of a contact point in E.164; null of any other."""
    point = pl.col("contact_point")
    codes = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    begins = [point.str.slice(1, length) for length in (1, 2, 3)]
    # No calling code is the beginning of another, so the first that fits is the one.
    code = pl.coalesce(pl.when(point.str.starts_with("+") & part.is_in(codes)).then(part) for part in begins)
    return code.alias("country_code"), point.str.slice(code.str.len_chars() + 1).alias("national_number")


def follow_up(channel: Channel, party: Party, text: str | None = None) -> dict[str, str]:
    """Return what to do on which outcome, from what each outcome means.

    Parameters
    ----------
    channel, party
        Of the attempt.
    text
        Template of the text message that stands ready in the same wave, for when nobody answers; null = none does.

    Examples
    --------
    >>> found = follow_up(Channel.CALL, Party.DEBTOR)
    >>> found["right_party"], found["no_answer"], found["wrong_number"]
    ('stop_wave', 'next_wave', 'stop_point')
    >>> follow_up(Channel.CALL, Party.DEBTOR, "sms_missed_call")["no_answer"]
    'sms:sms_missed_call'
    """
    found = {
        outcome: _action(stop, reached=reach, talked=talked, answered=answered, live=live, party=party)
        for outcome, stop, reach, talked, answered, live in outcome_meanings()
        .filter(pl.col("channels").list.contains(channel.value))
        .select("outcome", "stop", "reach", "conversation", "answered", "live")
        .iter_rows()
    }
    return found | ({} if text is None else dict.fromkeys(_MISSED, f"sms:{text}"))


def _action(
    stop: str | None, *, reached: bool | None, talked: bool | None, answered: bool | None, live: int, party: Party
) -> str:
    if stop == StopKind.WRONG_PARTY or live < 0:
        return "stop_point"
    if stop is not None:
        return "stop_account" if party == Party.DEBTOR else "stop_point"
    if reached or (talked is not False and answered is not True):
        return "stop_wave"
    if party == Party.THIRD_PARTY and answered is not False:
        return "stop_point"
    return "next_wave"


def _with_follow_ups(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``follow_up``: a wave's first row names the text message that stands ready beside it."""
    ready = rows.filter(pl.col("sequence") > 1).select("account_id", "wave", ready="template_id")
    rows = rows.join(ready, on=["account_id", "wave"], how="left", maintain_order="left")
    rows = rows.with_columns(ready=pl.when(pl.col("sequence") == 1).then("ready"))
    kinds = rows.select("channel", "party", "ready").unique()
    said = [
        json.dumps(follow_up(Channel(channel), Party(party), text), separators=(",", ":"))
        for channel, party, text in kinds.iter_rows()
    ]
    kinds = kinds.with_columns(follow_up=pl.Series(said, dtype=pl.String))
    return rows.join(kinds, on=["channel", "party", "ready"], how="left", nulls_equal=True, maintain_order="left")


def _local_texts(seconds: pl.Series, zones: pl.Series) -> pl.Series:
    """Return instants as RFC 3339 with the offset of their zone."""
    at = seconds.to_numpy()
    offset = np.zeros(len(at), dtype=np.int64)
    for zone in zones.unique().sort().to_list():
        mine = (zones == zone).to_numpy()
        offset[mine] = offsets(zone, at[mine] * SECOND) // SECOND
    minutes = pl.col("offset").abs() // 60
    return (
        pl.DataFrame({"local": at + offset, "offset": offset})
        .select(
            pl.from_epoch("local", time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S")
            + pl.when(pl.col("offset") < 0).then(pl.lit("-")).otherwise(pl.lit("+"))
            + (minutes // 60).cast(pl.String).str.zfill(2)
            + pl.lit(":")
            + (minutes % 60).cast(pl.String).str.zfill(2)
        )
        .to_series()
    )

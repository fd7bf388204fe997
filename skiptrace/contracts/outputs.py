"""Tables that go out: the files of a run."""

from __future__ import annotations

from types import MappingProxyType

import polars as pl

from skiptrace.contracts.columns import INSTANT, TEXT, TEXTS, probability, text
from skiptrace.tables import REJECTED_SCHEMA, Check, Column, Table
from skiptrace.vocabulary import Channel, EntityCause, EntityEvent, PairOutcome, Party, Purpose, Verdict

__all__ = [
    "CHANGES",
    "ENTITIES",
    "LEADS_FILE",
    "OUTPUTS",
    "PAIRS",
    "REACH",
    "REJECTED",
    "SCHEDULE",
    "VERDICTS",
    "WHOLE_ACCOUNT",
    "WITHHELD",
]


ENTITIES = Table(
    name="entities",
    grain="record",
    key=("source", "record_id"),
    columns={
        "record_id": text(required=True),
        "entity_id": text(required=True),
        "source": text("`accounts`, the record's source, or `relations`", required=True),
    },
)

PAIRS = Table(
    name="pairs",
    grain="pair of records, each pair once",
    key=("source_l", "record_id_l", "source_r", "record_id_r"),
    columns={
        "record_id_l": text(required=True),
        "record_id_r": text(required=True),
        "match_weight": Column(dtype=pl.Float64(), required=True, description="log2 Bayes factor, prior included"),
        "match_probability": probability("that both are one person", required=True),
        "outcome": Column(dtype=TEXT, required=True, words=PairOutcome),
        "source_l": text(),
        "source_r": text(),
    },
)
"""Followed in the file by one ``gamma_*`` (int, -1 = missing) a comparison."""

CHANGES = Table(
    name="changes",
    grain="record whose entity is another than before",
    key=("table", "source", "record_id"),
    columns={
        "event": Column(
            dtype=TEXT,
            required=True,
            words=EntityEvent,
            description="born: new, in a new entity; joined: new, in one that was there; merged: its entity went up in "
            "another; split: it left an entity that others go on with; left: the record is no more",
        ),
        "table": text("accounts, records or relations", required=True),
        "source": text(required=True),
        "record_id": text(required=True),
        "entity_before": text("null = none, the record is new"),
        "entity_after": text("null = none, the record is no more"),
        "because": Column(dtype=TEXT, words=EntityCause, description="null: nothing but that the record came or went"),
        "source_l": text("the pair, or on the right the record, that brought it about"),
        "record_id_l": text(),
        "source_r": text(),
        "record_id_r": text(),
        "match_weight": Column(dtype=pl.Float64(), description="of that pair; null where it is no match"),
    },
)

LEADS_FILE = Table(
    name="leads",
    grain="account × contact point",
    key=("account_id", "contact_point", "party"),
    columns={
        "account_id": text(required=True),
        "contact_point": text(required=True),
        "kind": text(required=True),
        "rank": Column(dtype=pl.Int64(), required=True, minimum=1),
        "p_owner": probability("that, if it works, it is this party's now", required=True),
        "p_live": probability("that it works now, whoever has it", required=True),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "path": text(required=True),
        "record_ids": Column(dtype=TEXTS, required=True),
        "consent_ids": Column(dtype=TEXTS, required=True),
    },
)

REACH = Table(
    name="reach",
    grain="account × contact point × channel × hour of the week",
    key=("account_id", "contact_point", "channel", "weekday", "hour"),
    columns={
        "account_id": text(required=True),
        "contact_point": text(required=True),
        "channel": Column(dtype=TEXT, required=True, words=Channel),
        "weekday": Column(dtype=pl.Int8(), required=True, minimum=0, maximum=6, description="0 = Monday"),
        "hour": Column(dtype=pl.Int8(), required=True, minimum=0, maximum=23, description="local"),
        "time_zone": text(required=True),
        "p_reach": probability(
            "right-party contact by this attempt (reply within 24 h, 14 days for letters)", required=True
        ),
        "p_low": probability("5 % quantile", required=True),
        "p_high": probability("95 % quantile", required=True),
    },
)

SCHEDULE = Table(
    name="schedule",
    grain="attempt to make",
    key=("attempt_id",),
    columns={
        "attempt_id": text("at most 20 of A-Z a-z 0-9 _ . -", required=True),
        "batch_id": text(required=True),
        "account_id": text(required=True),
        "wave": Column(dtype=pl.Int64(), required=True, minimum=1),
        "sequence": Column(
            dtype=pl.Int64(),
            required=True,
            minimum=1,
            description="order within the account's wave; 2 = a text message, sent only if the call before it says so",
        ),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "purpose": Column(dtype=TEXT, required=True, words=Purpose),
        "channel": Column(dtype=TEXT, required=True, words=Channel),
        "contact_point": text("E.164 or address", required=True),
        "country_code": text("calling code without +; null for e-mails and letters"),
        "national_number": text("digits after the calling code; null for e-mails and letters"),
        "not_before": text("RFC 3339 with the offset of time_zone", required=True),
        "not_after": text("RFC 3339; an attempt may start at any t with not_before ≤ t < not_after", required=True),
        "time_zone": text(required=True),
        "rank": Column(dtype=pl.Int64(), required=True, minimum=1, description="1 = worth most of the whole file"),
        "p_reach": probability("", required=True),
        "p_low": probability("", required=True),
        "p_high": probability("", required=True),
        "p_owner": probability("", required=True),
        "p_live": probability("", required=True),
        "expected_value": Column(dtype=pl.Float64(), required=True, minimum=0),
        "propensity": probability(
            "how likely the plan was to choose this contact point, channel and daypart; null: it does not explore, or "
            "this is not the first row of the account's debtor"
        ),
        "template_id": text("null for calls without one"),
        "max_ring_s": Column(dtype=pl.Int64(), minimum=1, description="calls only"),
        "follow_up": text(
            "JSON object: outcome → `next_wave`, `stop_wave`, `stop_point`, `stop_account`, or `sms:` and the template "
            "of the wave's own text message (sequence 2), which is then sent before the next wave",
            required=True,
        ),
        "permit_id": text(required=True),
        "reasons": Column(dtype=TEXTS, required=True),
        "extra": text("the account's unknown columns as JSON; null for third parties"),
    },
    checks=(
        Check(
            "attempt_id is longer than 20 or has other characters",
            "attempt_id",
            pl.col("attempt_id").str.contains(r"^[A-Za-z0-9_.-]{1,20}$"),
        ),
        Check(
            "p_low above p_reach, or p_high below",
            "p_reach",
            (pl.col("p_low") <= pl.col("p_reach")) & (pl.col("p_reach") <= pl.col("p_high")),
        ),
        Check(
            "a third party is asked for more than a location",
            "purpose",
            (pl.col("party") == Party.DEBTOR) | (pl.col("purpose") == Purpose.LOCATION_ONLY),
        ),
    ),
)

WITHHELD = Table(
    name="withheld",
    grain="account, or account × channel × contact point, and why",
    key=("account_id", "channel", "contact_point", "provision"),
    columns={
        "account_id": text(required=True),
        "channel": text("null: the whole account"),
        "contact_point": text("null: the whole account"),
        "reason": text(required=True),
        "provision": text("id in the rulebook, or input, treatment, capacity, value, no_lead", required=True),
        "citation": text(),
        "eligible_again_at": text("RFC 3339; null = time alone does not heal it, or not known"),
    },
)

WHOLE_ACCOUNT = pl.col("channel").is_null() & pl.col("contact_point").is_null()
"""Marks the rows of withheld that stand for an account withheld altogether."""

VERDICTS = Table(
    name="verdicts",
    grain="proposal, in the order given",
    key=(),
    columns={
        "proposal_id": text(),
        "verdict": Column(dtype=TEXT, required=True, words=Verdict),
        "provision": text("the one that decided; null for allow"),
        "citation": text(),
        "reason": text(),
        "eligible_again_at": Column(dtype=INSTANT),
        "all_provisions": Column(
            dtype=TEXTS, required=True, description="every provision that was checked, as id:verdict"
        ),
    },
)

REJECTED = Table(
    name="rejected",
    grain="input row that was not taken",
    key=("file", "line"),
    columns={name: Column(dtype=dtype) for name, dtype in REJECTED_SCHEMA.items()},
)

OUTPUTS = MappingProxyType(
    {
        table.name: table
        for table in (SCHEDULE, WITHHELD, LEADS_FILE, REACH, PAIRS, ENTITIES, CHANGES, REJECTED, VERDICTS)
    }
)
"""Every output table by name."""

"""Tables that come in. Everything typed; text as read; unknown columns together in ``extra`` as JSON.

Times are UTC instants, dates are plain dates, lists are lists. ``birth_date`` stays text: ``normalise`` reads it, as
its order of day and month is a matter of the whole column.
"""

from __future__ import annotations

from types import MappingProxyType

import polars as pl

from skiptrace.contracts.columns import DATE, INSTANT, TEXT, TEXTS, text
from skiptrace.tables import Check, Column, Table
from skiptrace.vocabulary import (
    AccountKind,
    Channel,
    ConsentGiver,
    ConsentPurpose,
    ConsentReceiver,
    Direction,
    Outcome,
    PointKind,
    PointLabel,
    ReassignmentResult,
    Relation,
    StopKind,
    Tag,
)

__all__ = [
    "ACCOUNTS",
    "ATTEMPTS",
    "CONSENTS",
    "CONTACT_POINTS",
    "INPUTS",
    "INSTANT",
    "PERSON",
    "RECORDS",
    "RELATIONS",
    "STOPS",
]


_EXTRA = {"extra": text("unknown columns of the row as a JSON object, null if there were none")}

PERSON: dict[str, Column] = {
    "kind": Column(dtype=TEXT, words=AccountKind, description="null is read as person"),
    "full_name": text(),
    "given_name": text(),
    "family_name": text(),
    "aliases": Column(dtype=TEXTS, description="alias_1…n"),
    "birth_date": text("as read; may be partial (1978, 1978-05)"),
    "sex": text("as read; f, female, 女, m, male, 男 …; anything else is unknown"),
    "national_id": text("as read; replaced by a keyed hash and the last four before anything is stored"),
    "language": text("BCP 47"),
    "employer": text(),
    "address": text("street line, or the whole address"),
    "city": text(),
    "region": text("state or province, as read"),
    "postal_code": text(),
    "country": text("as read"),
    "time_zone": text("IANA name declared by the creditor; a row with any other is rejected"),
    "jurisdiction": text("ISO 3166-1 or -2 code declared by the creditor"),
    "phones": Column(dtype=TEXTS, description="phone_1…n as read"),
    "emails": Column(dtype=TEXTS, description="email_1…n as read"),
}
"""The person columns that accounts, records and relations share."""

ACCOUNTS = Table(
    name="accounts",
    grain="account",
    key=("account_id",),
    columns={
        "account_id": text(required=True),
        "person_id": text("accounts with one person_id are one person's"),
        **PERSON,
        "balance": Column(dtype=pl.Float64(), minimum=0, description="in currency; null = unknown"),
        "currency": text("ISO 4217"),
        "product": text(),
        "origin": text(),
        "age_band": text(),
        "employment_status": text(),
        "days_past_due": Column(dtype=pl.Int64(), minimum=0),
        "tag": Column(dtype=TEXT, words=Tag),
        "promise_due_on": Column(dtype=DATE),
        "notice_sent_on": Column(dtype=DATE),
        "opened_on": Column(dtype=DATE),
        **_EXTRA,
    },
    checks=(
        Check(
            "no name: expected full_name, or given_name and family_name",
            "full_name",
            pl.any_horizontal(pl.col("full_name", "given_name", "family_name").is_not_null()),
        ),
    ),
)

CONTACT_POINTS = Table(
    name="contact_points",
    grain="account × contact point × source row",
    key=("account_id", "kind", "value", "source", "consent_id"),
    columns={
        "account_id": text(required=True),
        "kind": Column(dtype=TEXT, required=True, words=PointKind),
        "value": text(required=True),
        "label": Column(dtype=TEXT, words=PointLabel, description="null = unknown"),
        "source": text("`accounts` for the wide columns of the accounts file"),
        "first_seen": Column(dtype=DATE),
        "last_seen": Column(dtype=DATE),
        "consent_id": text("null: the creditor's own"),
        "reassignment_checked_on": Column(dtype=INSTANT),
        "reassignment_result": Column(dtype=TEXT, words=ReassignmentResult),
        **_EXTRA,
    },
    checks=(
        Check(
            "last_seen before first_seen",
            "last_seen",
            (pl.col("last_seen") >= pl.col("first_seen"))
            | pl.any_horizontal(pl.col("last_seen", "first_seen").is_null()),
        ),
    ),
)

ATTEMPTS = Table(
    name="attempts",
    grain="attempt",
    key=("attempt_id",),
    columns={
        "attempt_id": text("derived from the row's content where the file has none", required=True),
        "account_id": text(required=True),
        "channel": Column(dtype=TEXT, required=True, words=Channel),
        "contact_point": text("as read; null = not known which"),
        "started_at": Column(dtype=INSTANT, required=True),
        "outcome": Column(dtype=TEXT, required=True, words=Outcome),
        "direction": Column(dtype=TEXT, words=Direction, description="null is read as outbound"),
        "duration_s": Column(dtype=pl.Float64(), minimum=0),
        "ring_s": Column(dtype=pl.Float64(), minimum=0),
        "response_at": Column(dtype=INSTANT, description="when a message was answered or opened"),
        "agent": text(),
        "campaign": text(),
        "debt_ids": Column(dtype=TEXTS, description="accounts one call was about, where more than account_id"),
        "voicemail_left": Column(dtype=pl.Boolean(), description="null = the outcome's own meaning"),
        "conversation": Column(dtype=pl.Boolean(), description="null = the outcome's own meaning"),
        **_EXTRA,
    },
    checks=(
        Check(
            "response_at before started_at",
            "response_at",
            (pl.col("response_at") >= pl.col("started_at")) | pl.col("response_at").is_null(),
        ),
    ),
)

RECORDS = Table(
    name="records",
    grain="third-party record",
    key=("record_id",),
    columns={
        "record_id": text(required=True),
        "source": text(required=True),
        "consent_id": text(required=True),
        "observed_on": Column(dtype=DATE),
        **PERSON,
        **_EXTRA,
    },
)

RELATIONS = Table(
    name="relations",
    grain="account × related person",
    key=("relation_id",),
    columns={
        "relation_id": text("derived from the row's content", required=True),
        "account_id": text(required=True),
        "relation": Column(dtype=TEXT, required=True, words=Relation),
        "consent_id": text("null: no consent"),
        **PERSON,
        **_EXTRA,
    },
)

CONSENTS = Table(
    name="consents",
    grain="consent",
    key=("consent_id",),
    columns={
        "consent_id": text(required=True),
        "given_by": Column(dtype=TEXT, required=True, words=ConsentGiver),
        "given_to": Column(dtype=TEXT, words=ConsentReceiver, description="null permits nothing"),
        "basis": text("lower case; a word outside the vocabulary is kept and satisfies nothing", required=True),
        "purposes": Column(dtype=TEXTS, required=True, words=ConsentPurpose),
        "channels": Column(dtype=TEXTS, words=Channel, description="null = every channel"),
        "scope": text("`call_back` marks a direct consent to be called"),
        "given_at": Column(dtype=INSTANT, required=True),
        "valid_until": Column(dtype=INSTANT),
        "revoked_at": Column(dtype=INSTANT),
        "revocation_received_at": Column(dtype=INSTANT),
        "jurisdiction": text(),
        "privacy_notice": text(),
        "evidence_sha256": text(),
        **_EXTRA,
    },
    checks=(
        Check(
            "valid_until before given_at",
            "valid_until",
            (pl.col("valid_until") >= pl.col("given_at")) | pl.col("valid_until").is_null(),
        ),
    ),
)

STOPS = Table(
    name="stops",
    grain="stop",
    key=("account_id", "contact_point", "kind", "channel", "since", "detail"),
    columns={
        "account_id": text("null with a contact_point: whoever has that point"),
        "contact_point": text("as read; null = all the account's points"),
        "kind": Column(dtype=TEXT, required=True, words=StopKind),
        "channel": Column(dtype=TEXT, words=Channel, description="null = every channel"),
        "since": Column(dtype=INSTANT, required=True),
        "until": Column(dtype=INSTANT, description="null = never ends"),
        "detail": text("hours or place of an inconvenient_time or inconvenient_place"),
        **_EXTRA,
    },
    checks=(
        Check(
            "neither account_id nor contact_point",
            "account_id;contact_point",
            pl.any_horizontal(pl.col("account_id", "contact_point").is_not_null()),
        ),
        Check("until before since", "until", (pl.col("until") >= pl.col("since")) | pl.col("until").is_null()),
    ),
)

INPUTS = MappingProxyType(
    {table.name: table for table in (ACCOUNTS, CONTACT_POINTS, ATTEMPTS, RECORDS, RELATIONS, CONSENTS, STOPS)}
)
"""Every input table by name, in the order in which they are read."""

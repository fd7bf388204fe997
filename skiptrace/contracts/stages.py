"""Tables that pass from stage to stage inside the program.

``point_key`` joins everything that speaks of one contact point: the E.164 number, the mailbox (an e-mail address
without what its provider ignores) or the address key. ``contact_point`` is what is dialled, written to or printed.
"""

from __future__ import annotations

import polars as pl

from skiptrace.contracts.columns import DATE, INSTANT, TEXT, TEXTS, probability, text
from skiptrace.contracts.inputs import ATTEMPTS, STOPS
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import Channel, LineType, Party, PointKind, Purpose

__all__ = ["CODED_ATTEMPTS", "CODED_STOPS", "LEADS", "OPENINGS", "PEOPLE", "POINTS", "PROPOSALS", "RELATIONSHIPS"]


PEOPLE = Table(
    name="people",
    grain="person-bearing input row",
    key=("table", "record_id"),
    columns={
        "table": text("accounts, records or relations", required=True),
        "record_id": text("account_id, record_id or relation_id", required=True),
        "source": text("`accounts`, the record's source, or `relations`", required=True),
        "account_id": text("null for records"),
        "person_id": text("accounts only"),
        "relation": text("relations only"),
        "consent_id": text("records and relations"),
        "observed_on": Column(dtype=DATE, description="records only"),
        "kind": text("person or company", required=True),
        "full_name": text("as read, or given and family name put together"),
        "given": text("first given name: lower case, no diacritics, Latin letters (pinyin for Chinese)"),
        "middle": text("further given names or initials, the same way"),
        "family": text("family name with its particles, the same way; a company's name without its legal form"),
        "suffix": text("jr, sr, ii, iii, iv; null = none or unknown"),
        "given_root": text("the given name a nickname stands for (bill → william); the given name itself otherwise"),
        "given_sound": text("phonetic key of the given name"),
        "family_sound": text("phonetic key of the family name"),
        "han_name": text("the name in Chinese characters, if it was written so"),
        "aliases": Column(dtype=TEXTS, description="other names, each normalised as one string"),
        "birth_from": Column(dtype=DATE, description="first day the birth date can be"),
        "birth_to": Column(dtype=DATE, description="last day it can be, the same day if it is known exactly"),
        "sex": text("f or m; null = unknown"),
        "national_id_hash": text("keyed hash; null = none given or not valid"),
        "national_id_last4": text(),
        "national_id_type": text("cn_resident, us_ssn, … or unknown"),
        "national_id_near": Column(dtype=TEXTS, description="keyed hashes that ids one slip apart have in common"),
        "phones": Column(dtype=TEXTS, description="E.164, distinct, sorted"),
        "emails": Column(dtype=TEXTS, description="mailbox keys, distinct, sorted"),
        "address_key": text("canonical street line and place; equal for two spellings of one address"),
        "address_tokens": Column(dtype=TEXTS, description="distinct canonical words of the street line, sorted"),
        "house_number": text(),
        "unit": text("flat, apartment, room"),
        "postal_code": text("upper case, no blanks"),
        "city": text("lower case, no diacritics"),
        "region": text("ISO 3166-2 code such as US-MA, null where it could not be told"),
        "country": text("ISO 3166-1 alpha-2"),
        "employer_key": text("employer's name without its legal form"),
        "language": text("BCP 47, lower case"),
        "time_zone": text("IANA, null if the declared one does not exist"),
        "jurisdiction": text("declared, upper case"),
        "age_band": text("accounts only, as read without blanks at the ends; so are the two that follow"),
        "employment_status": text(),
        "product": text(),
    },
)

POINTS = Table(
    name="points",
    grain="input row × contact point it names",
    key=("table", "record_id", "kind", "contact_point", "source", "consent_id"),
    columns={
        "table": text(
            "contact_points, records or relations (an account's wide columns are contact_points)", required=True
        ),
        "record_id": text("account_id, record_id or relation_id", required=True),
        "account_id": text("null for records"),
        "kind": Column(dtype=TEXT, required=True, words=PointKind),
        "value": text("as read", required=True),
        "contact_point": text("E.164, e-mail address, or address on one line", required=True),
        "point_key": text(required=True),
        "label": text("null = unknown"),
        "source": text("contact_points.source, the record's source, or `relations`"),
        "consent_id": text("null: the creditor's own"),
        "first_seen": Column(dtype=DATE),
        "last_seen": Column(dtype=DATE, description="a record's observed_on"),
        "reassignment_checked_on": Column(dtype=INSTANT),
        "reassignment_result": text(),
        "line_type": Column(dtype=TEXT, words=LineType, description="phones only"),
        "zones": Column(dtype=TEXTS, description="IANA zones of the number's whole area code; [] = none can be told"),
        "places": Column(
            dtype=TEXTS,
            description="ISO 3166-2 codes, or -1 where only that is known, that the number or address points to",
        ),
    },
)

CODED_ATTEMPTS = Table(
    name="coded_attempts",
    grain="attempt",
    key=("attempt_id",),
    columns={
        **ATTEMPTS.columns,
        "outcome": text("null: made, but the outcome could not be read; law takes the stricter reading"),
        "point_key": text("null where contact_point is null or unreadable"),
    },
)

CODED_STOPS = Table(
    name="coded_stops",
    grain="stop",
    key=STOPS.key,
    columns={**STOPS.columns, "point_key": text("null = all the account's points")},
)

RELATIONSHIPS = Table(
    name="relationships",
    grain="edge: node × kind × node",
    key=("from_id", "edge", "to_id"),
    columns={
        "from_id": text("entity_id", required=True),
        "edge": text(
            "has_phone, has_email, lives_at, works_at, a disclosed relation, same_household, shares_phone",
            required=True,
        ),
        "to_id": text("entity_id, point_key or employer key", required=True),
        "to_type": text("person, company, phone, email, address", required=True),
        "sources": Column(dtype=TEXTS),
        "record_ids": Column(dtype=TEXTS),
        "consent_ids": Column(dtype=TEXTS),
        "first_seen": Column(dtype=DATE),
        "last_seen": Column(dtype=DATE),
        "probability": probability("that the edge holds"),
    },
)

LEADS = Table(
    name="leads",
    grain="account × contact point × party",
    key=("account_id", "contact_point", "party"),
    columns={
        "account_id": text(required=True),
        "contact_point": text(required=True),
        "point_key": text(required=True),
        "kind": Column(dtype=TEXT, required=True, words=PointKind),
        "rank": Column(
            dtype=pl.Int64(), minimum=1, description="1 = best of the account's leads of this kind and party"
        ),
        "p_owner": probability(
            "that the point, if it works, belongs to this debtor (to the third party, for party third_party) now"
        ),
        "p_live": probability("that it works now"),
        "prior_owner": probability("p_owner before any attempt on it was heard; null = not told"),
        "prior_live": probability("p_live before any attempt on it was heard; null = not told"),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "relation": text("third parties only"),
        "relation_id": text("third parties only"),
        "path": text("the evidence in words, no personal values beyond the ids"),
        "record_ids": Column(
            dtype=TEXTS,
            description="ids of the rows that name the point: account_id, record_id, relation_id, "
            "and the relation by which a record's point was found",
        ),
        "consent_ids": Column(
            dtype=TEXTS,
            description="consents of the rows that name the point; [] = the creditor's own. That of the relation "
            "(relation_id) must hold beside them",
        ),
        "own": Column(
            dtype=pl.Boolean(), description="at least one row of the account itself without consent_id names it"
        ),
        "label": text("home, work, …; work wins over others, null = unknown"),
        "line_type": text(),
        "zones": Column(dtype=TEXTS),
        "places": Column(dtype=TEXTS),
        "last_seen": Column(dtype=DATE),
        "reassignment_checked_on": Column(dtype=INSTANT),
        "reassignment_result": text(),
    },
)

PROPOSALS = Table(
    name="proposals",
    grain="proposal",
    key=(),
    columns={
        "proposal_id": text(),
        "account_id": text(),
        "channel": text(),
        "contact_point": text("as read"),
        "point_key": text(),
        "at": Column(dtype=INSTANT, description="when it starts; null if it could not be read"),
        "party": Column(dtype=TEXT, words=Party, description="null is read as debtor"),
        "relation": text(),
        "purpose": Column(dtype=TEXT, words=Purpose, description="null is read as collect"),
        "expected_duration_s": Column(
            dtype=pl.Float64(), minimum=0, description="null = 300 for a call, 0 for a message"
        ),
        "sent_at": Column(dtype=INSTANT, description="the moment of an electronic message, if given"),
        "in_reply_to": text("attempt_id of the debtor's that this answers"),
        "template_id": text(),
        "problem": text("why the row is malformed (provision `input`), null if it is not"),
    },
)

OPENINGS = Table(
    name="openings",
    grain="account × contact point × channel × party × interval",
    key=("account_id", "contact_point", "channel", "party", "not_before"),
    columns={
        "account_id": text(required=True),
        "contact_point": text(required=True),
        "channel": Column(dtype=TEXT, required=True, words=Channel),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "purpose": Column(dtype=TEXT, required=True, words=Purpose),
        "time_zone": text("the zone the window is told in", required=True),
        "not_before": Column(dtype=INSTANT, required=True),
        "not_after": Column(
            dtype=INSTANT, required=True, description="an attempt may start at any t with not_before ≤ t < not_after"
        ),
    },
)

"""Tables that pass from stage to stage inside the program.

``point_key`` joins everything that speaks of one contact point: the E.164 number, the mailbox (an e-mail address
without what its provider ignores) or the address key. ``contact_point`` is what is dialled, written to or printed.
"""

from __future__ import annotations

import polars as pl

from skiptrace.contracts.inputs import ATTEMPTS, DATE, INSTANT, STOPS, TEXT, TEXTS
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import Channel, LineType, Party, PointKind, Purpose

__all__ = ["CODED_ATTEMPTS", "CODED_STOPS", "LEADS", "OPENINGS", "PEOPLE", "POINTS", "PROPOSALS", "RELATIONSHIPS"]


def _text(description: str = "", *, required: bool = False) -> Column:
    return Column(dtype=TEXT, required=required, description=description)


def _probability(description: str) -> Column:
    return Column(dtype=pl.Float64(), minimum=0, maximum=1, description=description)


PEOPLE = Table(
    name="people",
    grain="person-bearing input row",
    key=("table", "record_id"),
    columns={
        "table": _text("accounts, records or relations", required=True),
        "record_id": _text("account_id, record_id or relation_id", required=True),
        "source": _text("`accounts`, the record's source, or `relations`", required=True),
        "account_id": _text("null for records"),
        "person_id": _text("accounts only"),
        "relation": _text("relations only"),
        "consent_id": _text("records and relations"),
        "observed_on": Column(dtype=DATE, description="records only"),
        "kind": _text("person or company", required=True),
        "full_name": _text("as read, or given and family name put together"),
        "given": _text("first given name: lower case, no diacritics, Latin letters (pinyin for Chinese)"),
        "middle": _text("further given names or initials, the same way"),
        "family": _text("family name with its particles, the same way; a company's name without its legal form"),
        "suffix": _text("jr, sr, ii, iii, iv; null = none or unknown"),
        "given_root": _text("the given name a nickname stands for (bill → william); the given name itself otherwise"),
        "given_sound": _text("phonetic key of the given name"),
        "family_sound": _text("phonetic key of the family name"),
        "han_name": _text("the name in Chinese characters, if it was written so"),
        "aliases": Column(dtype=TEXTS, description="other names, each normalised as one string"),
        "birth_from": Column(dtype=DATE, description="first day the birth date can be"),
        "birth_to": Column(dtype=DATE, description="last day it can be, the same day if it is known exactly"),
        "national_id_hash": _text("keyed hash; null = none given or not valid"),
        "national_id_last4": _text(),
        "national_id_type": _text("cn_resident, us_ssn, … or unknown"),
        "phones": Column(dtype=TEXTS, description="E.164, distinct, sorted"),
        "emails": Column(dtype=TEXTS, description="mailbox keys, distinct, sorted"),
        "address_key": _text("canonical street line and place; equal for two spellings of one address"),
        "address_tokens": Column(dtype=TEXTS, description="distinct canonical words of the street line, sorted"),
        "house_number": _text(),
        "unit": _text("flat, apartment, room"),
        "postal_code": _text("upper case, no blanks"),
        "city": _text("lower case, no diacritics"),
        "region": _text("ISO 3166-2 code such as US-MA, null where it could not be told"),
        "country": _text("ISO 3166-1 alpha-2"),
        "employer_key": _text("employer's name without its legal form"),
        "language": _text("BCP 47, lower case"),
        "time_zone": _text("IANA, null if the declared one does not exist"),
        "jurisdiction": _text("declared, upper case"),
    },
)

POINTS = Table(
    name="points",
    grain="input row × contact point it names",
    key=("table", "record_id", "kind", "contact_point", "source", "consent_id"),
    columns={
        "table": _text(
            "contact_points, records or relations (an account's wide columns are contact_points)", required=True
        ),
        "record_id": _text("account_id, record_id or relation_id", required=True),
        "account_id": _text("null for records"),
        "kind": Column(dtype=TEXT, required=True, words=PointKind),
        "value": _text("as read", required=True),
        "contact_point": _text("E.164, e-mail address, or address on one line", required=True),
        "point_key": _text(required=True),
        "label": _text("null = unknown"),
        "source": _text("contact_points.source, the record's source, or `relations`"),
        "consent_id": _text("null: the creditor's own"),
        "first_seen": Column(dtype=DATE),
        "last_seen": Column(dtype=DATE, description="a record's observed_on"),
        "reassignment_checked_on": Column(dtype=INSTANT),
        "reassignment_result": _text(),
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
        "outcome": _text("null: made, but the outcome could not be read; law takes the stricter reading"),
        "point_key": _text("null where contact_point is null or unreadable"),
    },
)

CODED_STOPS = Table(
    name="coded_stops",
    grain="stop",
    key=STOPS.key,
    columns={**STOPS.columns, "point_key": _text("null = all the account's points")},
)

RELATIONSHIPS = Table(
    name="relationships",
    grain="edge: node × kind × node",
    key=("from_id", "edge", "to_id"),
    columns={
        "from_id": _text("entity_id", required=True),
        "edge": _text(
            "has_phone, has_email, lives_at, works_at, a disclosed relation, same_household, shares_phone",
            required=True,
        ),
        "to_id": _text("entity_id, point_key or employer key", required=True),
        "to_type": _text("person, company, phone, email, address", required=True),
        "sources": Column(dtype=TEXTS),
        "record_ids": Column(dtype=TEXTS),
        "consent_ids": Column(dtype=TEXTS),
        "first_seen": Column(dtype=DATE),
        "last_seen": Column(dtype=DATE),
        "probability": _probability("that the edge holds"),
    },
)

LEADS = Table(
    name="leads",
    grain="account × contact point × party",
    key=("account_id", "contact_point", "party"),
    columns={
        "account_id": _text(required=True),
        "contact_point": _text(required=True),
        "point_key": _text(required=True),
        "kind": Column(dtype=TEXT, required=True, words=PointKind),
        "rank": Column(
            dtype=pl.Int64(), minimum=1, description="1 = best of the account's leads of this kind and party"
        ),
        "p_owner": _probability(
            "that the point belongs to this debtor (to the third party, for party third_party) now"
        ),
        "p_live": _probability("that it works now"),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "relation": _text("third parties only"),
        "relation_id": _text("third parties only"),
        "path": _text("the evidence in words, no personal values beyond the ids"),
        "record_ids": Column(
            dtype=TEXTS, description="ids of the rows that name the point: account_id, record_id, relation_id"
        ),
        "consent_ids": Column(dtype=TEXTS, description="consents the point rests on; [] = the creditor's own"),
        "own": Column(
            dtype=pl.Boolean(), description="at least one row of the account itself without consent_id names it"
        ),
        "label": _text("home, work, …; work wins over others, null = unknown"),
        "line_type": _text(),
        "zones": Column(dtype=TEXTS),
        "places": Column(dtype=TEXTS),
        "last_seen": Column(dtype=DATE),
        "reassignment_checked_on": Column(dtype=INSTANT),
        "reassignment_result": _text(),
    },
)

PROPOSALS = Table(
    name="proposals",
    grain="proposal",
    key=(),
    columns={
        "proposal_id": _text(),
        "account_id": _text(),
        "channel": _text(),
        "contact_point": _text("as read"),
        "point_key": _text(),
        "at": Column(dtype=INSTANT, description="when it starts; null if it could not be read"),
        "party": Column(dtype=TEXT, words=Party, description="null is read as debtor"),
        "relation": _text(),
        "purpose": Column(dtype=TEXT, words=Purpose, description="null is read as collect"),
        "expected_duration_s": Column(
            dtype=pl.Float64(), minimum=0, description="null = 300 for a call, 0 for a message"
        ),
        "sent_at": Column(dtype=INSTANT, description="the moment of an electronic message, if given"),
        "in_reply_to": _text("attempt_id of the debtor's that this answers"),
        "template_id": _text(),
        "problem": _text("why the row is malformed (provision `input`), null if it is not"),
    },
)

OPENINGS = Table(
    name="openings",
    grain="account × contact point × channel × party × interval",
    key=("account_id", "contact_point", "channel", "party", "not_before"),
    columns={
        "account_id": _text(required=True),
        "contact_point": _text(required=True),
        "channel": Column(dtype=TEXT, required=True, words=Channel),
        "party": Column(dtype=TEXT, required=True, words=Party),
        "purpose": Column(dtype=TEXT, required=True, words=Purpose),
        "time_zone": _text("the zone the window is told in", required=True),
        "not_before": Column(dtype=INSTANT, required=True),
        "not_after": Column(
            dtype=INSTANT, required=True, description="an attempt may start at any t with not_before ≤ t < not_after"
        ),
    },
)

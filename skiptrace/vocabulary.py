"""The closed word lists of the contract, and what each outcome of an attempt means.

Every list is a :class:`enum.StrEnum`, so that a member *is* the word that stands in the files.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import BytesIO

import polars as pl


class AccountKind(StrEnum):
    """Whom the account is with."""

    PERSON = "person"
    COMPANY = "company"


class PointKind(StrEnum):
    """Kinds of contact point."""

    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


class PointLabel(StrEnum):
    """Where a contact point rings; null means unknown."""

    HOME = "home"
    WORK = "work"
    MOBILE = "mobile"
    OTHER = "other"


class Channel(StrEnum):
    """Ways to make an attempt."""

    CALL = "call"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"

    @property
    def point_kind(self) -> PointKind:
        """The kind of contact point this channel uses.

        >>> Channel.SMS.point_kind
        <PointKind.PHONE: 'phone'>
        """
        return _POINT_KIND[self]


_POINT_KIND = {
    Channel.CALL: PointKind.PHONE,
    Channel.SMS: PointKind.PHONE,
    Channel.EMAIL: PointKind.EMAIL,
    Channel.LETTER: PointKind.ADDRESS,
    Channel.VISIT: PointKind.ADDRESS,
}


class Direction(StrEnum):
    """Who began the attempt: outbound is ours; an inbound sms is the debtor's own text."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Outcome(StrEnum):
    """Coded result of an attempt; what each means stands in ``outcome_meanings.csv``."""

    RIGHT_PARTY = "right_party"
    PROMISE_TO_PAY = "promise_to_pay"
    THIRD_PARTY = "third_party"
    WRONG_NUMBER = "wrong_number"
    HUMAN_UNVERIFIED = "human_unverified"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    DISCONNECTED = "disconnected"
    SWITCHED_OFF = "switched_off"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    FAILED = "failed"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    OPENED = "opened"
    REPLIED = "replied"
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SENT = "sent"
    RETURNED = "returned"
    RESPONDED = "responded"


class Relation(StrEnum):
    """Disclosed relation of a third party to the debtor."""

    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    RELATIVE = "relative"
    FRIEND = "friend"
    COLLEAGUE = "colleague"
    EMPLOYER = "employer"
    GUARANTOR = "guarantor"
    CO_BORROWER = "co_borrower"
    REFERENCE = "reference"
    EMERGENCY_CONTACT = "emergency_contact"
    ATTORNEY = "attorney"
    EXECUTOR = "executor"
    LEGAL_REPRESENTATIVE = "legal_representative"
    SHAREHOLDER = "shareholder"
    AFFILIATE = "affiliate"


class Party(StrEnum):
    """Who is at the other end of a contact point."""

    DEBTOR = "debtor"
    THIRD_PARTY = "third_party"


class Purpose(StrEnum):
    """What an attempt is for; ``location_only`` is all a third party may be asked."""

    COLLECT = "collect"
    LOCATION_ONLY = "location_only"


class ConsentPurpose(StrEnum):
    """What a consent permits."""

    LOCATE = "locate"
    CONTACT = "contact"
    SHARE = "share"


class ConsentGiver(StrEnum):
    """Who gave a consent."""

    DEBTOR = "debtor"
    THIRD_PARTY = "third_party"


class ConsentReceiver(StrEnum):
    """To whom a consent was given; null permits nothing."""

    THIS_COLLECTOR = "this_collector"
    CREDITOR = "creditor"
    EARLIER_COLLECTOR = "earlier_collector"


class Basis(StrEnum):
    """Known legal bases; another word in ``consents.basis`` is kept as read and satisfies nothing."""

    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"
    SEPARATE_CONSENT = "separate_consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_INTEREST = "public_interest"
    VITAL_INTEREST = "vital_interest"


class Tag(StrEnum):
    """What the creditor says of the account."""

    LOST = "lost"
    PROMISE_TO_PAY = "promise_to_pay"
    NEEDS_HELP = "needs_help"
    WILFUL = "wilful"
    DISPUTE = "dispute"


class StopKind(StrEnum):
    """Kinds of stop. The last two are ours: they stand for a stop, or an account's latest row, that cannot be read."""

    CEASE = "cease"
    OPT_OUT = "opt_out"
    DO_NOT_CALL = "do_not_call"
    ATTORNEY = "attorney"
    WRONG_PARTY = "wrong_party"
    REFUSED = "refused"
    DECEASED = "deceased"
    BANKRUPT = "bankrupt"
    DISPUTE = "dispute"
    INCONVENIENT_TIME = "inconvenient_time"
    INCONVENIENT_PLACE = "inconvenient_place"
    EMPLOYER_PROHIBITS = "employer_prohibits"
    UNREADABLE = "unreadable"
    ACCOUNT_UNREADABLE = "account_unreadable"


class ReassignmentResult(StrEnum):
    """Answer of a reassigned-numbers check."""

    NOT_REASSIGNED = "not_reassigned"
    REASSIGNED = "reassigned"
    NO_DATA = "no_data"


class LineType(StrEnum):
    """Kind of telephone line; ``unknown`` where numbering plans do not tell."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    OTHER = "other"
    UNKNOWN = "unknown"


class Judgement(StrEnum):
    """A clerical reviewer's word on a pair.

    ``unsure`` settles nothing and takes back what was said; so does ``withdrawn``, which also lets the pair be asked
    again.
    """

    MATCH = "match"
    NOT_MATCH = "not_match"
    UNSURE = "unsure"
    WITHDRAWN = "withdrawn"


class PairOutcome(StrEnum):
    """What linkage says of a pair of records."""

    MATCH = "match"
    POSSIBLE_MATCH = "possible_match"
    POSSIBLY_RELATED = "possibly_related"
    DISCLOSED_RELATION = "disclosed_relation"


class Verdict(StrEnum):
    """The finding of a provision, or of all of them, on a proposal."""

    ALLOW = "allow"
    DENY = "deny"
    REVIEW = "review"


class EntityEvent(StrEnum):
    """What happened to a record's entity; see ``CHANGES``."""

    BORN = "born"
    JOINED = "joined"
    MERGED = "merged"
    SPLIT = "split"
    LEFT = "left"


class EntityCause(StrEnum):
    """Why it happened; ``weighed_again`` is a new model, or other rarities of names."""

    MATCH = "match"
    JUDGEMENT = "judgement"
    RECORD_GONE = "record_gone"
    RECORD_CHANGED = "record_changed"
    RECORD_CAME = "record_came"
    WEIGHED_AGAIN = "weighed_again"


@cache
def outcome_meanings() -> pl.DataFrame:
    """Return what each outcome means: the one table that timing and compliance both read.

    Returns
    -------
    polars.DataFrame
        Grain: outcome. ``outcome`` (str); ``channels`` (list[str]) on which it may stand;
        ``reach`` (bool): the right party was reached; ``live`` and ``owner`` (int: +1 evidence for, -1 against,
        0 neither): the contact point works, is this debtor's; ``answered`` (bool): somebody picked up, read or opened
        the door; ``connected`` (bool): the attempt got as far as ringing or being delivered, so that it counts where
        the law counts contacts placed; ``conversation`` (bool): the debtor and we talked; ``message_left`` (bool);
        ``reply`` (bool): the debtor wrote or phoned back; ``stop`` (str or null): the kind of stop it brings about.
        A null bool means the outcome alone does not say: law must then take the stricter reading, learning must
        take it as missing.

    Examples
    --------
    >>> outcome_meanings().filter(pl.col("outcome") == "busy").select("connected", "live").row(0)
    (False, 1)
    """
    raw = pl.read_csv(BytesIO(files("skiptrace").joinpath("outcome_meanings.csv").read_bytes()), infer_schema=False)
    yes_no = ("reach", "answered", "connected", "conversation", "message_left", "reply")
    sign = {"for": 1, "against": -1}
    return raw.with_columns(
        pl.col("channels").str.split("|"),
        *(
            pl.col(name).replace_strict({"yes": True, "no": False}, default=None, return_dtype=pl.Boolean)
            for name in yes_no
        ),
        *(pl.col(name).replace_strict(sign, default=0, return_dtype=pl.Int8) for name in ("live", "owner")),
    )

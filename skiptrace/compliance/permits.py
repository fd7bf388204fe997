"""Permits: a short name for exactly what was allowed, and what it rested on, in words."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.grounds import grounds
from skiptrace.compliance.law import Disclosure, Retention
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.vocabulary import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.settings import CheckParams

__all__ = ["PERMIT_COLUMNS", "explain_permit", "permit_ids"]

PERMIT_COLUMNS = ("account_id", "contact_point", "channel", "party", "not_before", "not_after", "all_provisions")
"""What a permit is for, and the provisions that allowed it."""
_LENGTH, _BYTES = 15, 10
"""Base-32 characters, and bytes that they come from: 75 bits, so that a thousand million permits hardly collide."""


def permit_ids(rows: pl.DataFrame, as_of: datetime, rulebook_version: str = "") -> pl.Series:
    """Return a permit id for each row: the same for the same contact, window, provisions, law and moment.

    Parameters
    ----------
    rows
        Columns :data:`PERMIT_COLUMNS`; times as instants or as text.
    as_of
        When law was judged.
    rulebook_version
        The law it was judged by.

    Returns
    -------
    polars.Series
        ``permit_id``, ``P`` and 15 characters of ``A-Z2-7``; in the order of the rows.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> row = dict.fromkeys(PERMIT_COLUMNS, "x") | {"all_provisions": ["us.regf.hours:allow"]}
    >>> permit_ids(pl.DataFrame([row]), datetime(2026, 11, 23, tzinfo=UTC), "4c0a048c8c50").item()
    'PHWJWWCWSOC2WZ55'
    """
    moments = [
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ") if rows.schema[name].is_temporal() else pl.col(name)
        for name in ("not_before", "not_after")
    ]
    texts = rows.select(
        pl.struct("account_id", "contact_point", "channel", "party", *moments, "all_provisions").struct.json_encode()
    ).to_series()
    head = f"{as_of.isoformat()}\n{rulebook_version}\n".encode()
    digests = b"".join(hashlib.sha256(head + text.encode()).digest()[:_BYTES] for text in texts)
    written = base64.b32encode(digests).decode()
    ids = ["P" + written[at : at + _LENGTH] for at in range(0, len(written), _BYTES * 8 // 5)]
    return pl.Series("permit_id", ids, pl.String)


def explain_permit(
    row: dict[str, object], facts: Facts, rulebook: Rulebook, as_of: datetime, params: CheckParams
) -> dict[str, object]:
    """Judge a schedule row again at the beginning of its window and tell what it rests on.

    Parameters
    ----------
    row
        ``account_id``, ``contact_point``, ``point_key``, ``channel``, ``party``, ``purpose``, ``at`` (aware).
    facts, rulebook, as_of, params
        As for :func:`skiptrace.compliance.check.check`.

    Returns
    -------
    dict
        ``verdict``, ``rulebook``, ``as_of``; ``checked``: id, verdict, ``found`` (the facts, in words), text, citation
        and status of every provision; ``places`` and ``zones`` in which the person may be; ``duties``: the disclosures
        and retentions that go with the contact; ``rests_on``: the records and consents behind the contact point.
    """
    asked = pl.DataFrame([{name: row.get(name) for name in PROPOSALS.schema}], schema=PROPOSALS.schema)
    found = grounds(asked, facts, rulebook, as_of, params)
    against = [word for word in (Verdict.DENY.value, Verdict.REVIEW.value) if word in found["verdict"]]
    laws = (rulebook.by_id.get(name) for name in found["provision"])
    places = {place for provision in laws if provision is not None for place in provision.places}
    duties = [
        {"provision": duty.id, "text": duty.summary, "citation": duty.citation}
        for duty in rulebook.provisions
        if isinstance(duty, Disclosure | Retention)
        and not places.isdisjoint(duty.places)
        and row["channel"] in duty.channels
        and duty.party in (None, row.get("party"))
    ]
    lead = facts.leads.filter(
        (pl.col("account_id") == row["account_id"])
        & (pl.col("point_key") == row["point_key"])
        & (pl.col("party") == row.get("party"))
    )
    rests_on = lead.select("path", "record_ids", "consent_ids", "own").to_dicts()
    return {
        "verdict": against[0] if against else Verdict.ALLOW.value,
        "rulebook": rulebook.version,
        "as_of": as_of.isoformat(),
        "checked": found.select("provision", "verdict", "found", "text", "citation", "status").to_dicts(),
        "places": found["places"][0].to_list(),
        "zones": found["zones"][0].to_list(),
        "duties": duties,
        "rests_on": rests_on[0] if rests_on else None,
    }

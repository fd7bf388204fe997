"""Consents that a person records: added, revoked in writing, listed. One that was revoked never holds again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.compliance.consent import on_known_basis
from skiptrace.contracts.inputs import CONSENTS, CONTACT_POINTS, INSTANT
from skiptrace.errors import UsageError
from skiptrace.ingest.merging import merge_rows
from skiptrace.pipeline.one_row import keyed_name, known_tables, read_one, renamed_origin
from skiptrace.vocabulary import Basis, PointKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.terms import Terms

__all__ = ["add_consent", "list_consents", "revoke_consent"]

REVOCATIONS = {"consent_id": pl.String(), "received_at": INSTANT, "reason": pl.String(), "noted_at": INSTANT}
"""Grain: revocation that a person recorded."""
SOURCE = "consent"
"""Source of a contact point that a consent was recorded for."""
LISTED = (*CONSENTS.schema, "reason", "state")


def add_consent(
    values: Mapping[str, str | None],
    account_id: str | None,
    contact_point: str | None,
    casefile: Casefile,
    terms: Terms,
) -> dict[str, Any]:
    """Keep a consent, and the contact point it is given for.

    Parameters
    ----------
    values
        Columns of CONSENTS as typed; without ``given_at`` it is given now.
    account_id, contact_point
        Whose point it bears on; both null = whatever row of a file names it.
    casefile, terms
        Where, and when.

    Raises
    ------
    UsageError
        If an option cannot be read, the basis is no known word, an id is there already, or only one of account and
        contact point is given.
    """
    if (account_id is None) != (contact_point is None):
        raise UsageError("--account and --contact-point belong together: whose point the consent is for")
    given = {name: value for name, value in values.items() if value}
    with casefile.open(make=False) as opened:
        known = known_tables(opened, "accounts", "contact_points", "consents")
        row = read_one("consents", {"given_at": terms.as_of.isoformat(), **given}, known, terms)
        if row.filter(on_known_basis()).is_empty():
            raise UsageError(f"--basis: not one of: {', '.join(Basis)}")
        name = row["consent_id"][0]
        if name in known["consents"]["consent_id"]:
            raise UsageError(f"--consent-id {name}: is there already; a new consent has an id of its own")
        merged = merge_rows(CONSENTS, row, known["consents"]).rows
        if account_id is not None and contact_point is not None:
            point = {"account_id": account_id, "kind": _kind(contact_point), "value": contact_point}
            both = {**known, "consents": merged}
            named = read_one("contact_points", {**point, "source": SOURCE, "consent_id": name}, both, terms)
            opened.replace("contact_points", merge_rows(CONTACT_POINTS, named, known["contact_points"]).rows)
        opened.replace("consents", merged)
        renamed_origin(opened, f"consent add {name} {terms.as_of}")
        note(opened, "consent add", terms.as_of, {"consent": keyed_name(casefile, "consent", name)})
    return row.select(list(CONSENTS.schema)).row(0, named=True)


def revoke_consent(name: str, received: str | None, reason: str, casefile: Casefile, terms: Terms) -> dict[str, Any]:
    """Let a consent end when its revocation was received; return the row.

    Parameters
    ----------
    name
        Its id.
    received
        RFC 3339 with offset; null = now. The earlier of two revocations holds.
    reason
        How it was revoked, in the words of whoever answers for it.
    casefile, terms
        Where, and when.

    Raises
    ------
    UsageError
        If there is no such consent, or the moment cannot be read.
    """
    if not reason.strip():
        raise UsageError("--reason: empty; say how the consent was revoked")
    with casefile.open(make=False) as opened:
        known = known_tables(opened, "accounts", "consents")
        found = known["consents"].filter(pl.col("consent_id") == name)
        if found.is_empty():
            raise UsageError(f"{name}: no consent of that id")
        texts = {one: found[one][0] for one in ("consent_id", "given_by", "basis")}
        asked = {**texts, "purposes": "contact", "given_at": found["given_at"][0].isoformat()}
        moment = received or terms.as_of.isoformat()
        row = read_one("consents", {**asked, "revocation_received_at": moment}, known, terms)
        at = row["revocation_received_at"][0]
        ours = pl.col("consent_id") == name
        earlier = pl.min_horizontal("revocation_received_at", pl.lit(at).cast(INSTANT))
        revoked = known["consents"].with_columns(
            revocation_received_at=pl.when(ours).then(earlier).otherwise("revocation_received_at")
        )
        new = {"consent_id": name, "received_at": at, "reason": reason.strip(), "noted_at": terms.as_of}
        opened.replace("consents", revoked)
        opened.append("revocations", pl.DataFrame([new], schema=REVOCATIONS))
        renamed_origin(opened, f"consent revoke {name} {at}")
        said = {"consent": keyed_name(casefile, "consent", name), "received_at": at.isoformat()}
        note(opened, "consent revoke", terms.as_of, {**said, "reason": keyed_name(casefile, "reason", reason.strip())})
    return revoked.filter(ours).select(list(CONSENTS.schema)).row(0, named=True)


def list_consents(casefile: Casefile, terms: Terms, account_id: str | None = None) -> pl.DataFrame:
    """Return consents, of one account or all.

    Returns
    -------
    polars.DataFrame
        Grain: consent. The columns of CONSENTS, ``reason`` of its revocation, and ``state`` as of now: holds, revoked,
        expired, not yet, given to nobody, or on no known basis.
    """
    with casefile.open(make=False) as opened:
        known = known_tables(opened, "consents", "contact_points", "relations")
        told = opened.read("revocations", REVOCATIONS)
    consents = known["consents"]
    if account_id is not None:
        named = pl.concat(known[one].select("account_id", "consent_id") for one in ("contact_points", "relations"))
        ours = named.filter(pl.col("account_id") == account_id)["consent_id"].drop_nulls()
        consents = consents.filter(pl.col("consent_id").is_in(ours.implode()))
    now = pl.lit(terms.as_of).cast(INSTANT)
    state = (
        pl.when(pl.min_horizontal("revoked_at", "revocation_received_at") <= now)
        .then(pl.lit("revoked"))
        .when(pl.col("valid_until") <= now)
        .then(pl.lit("expired"))
        .when(pl.col("given_at") > now)
        .then(pl.lit("not yet"))
        .when(pl.col("given_to").is_null())
        .then(pl.lit("given to nobody"))
        .when(~on_known_basis())
        .then(pl.lit("on no known basis"))
        .otherwise(pl.lit("holds"))
    )
    first = told.sort("received_at").unique("consent_id", keep="first", maintain_order=True)
    both = consents.join(first.select("consent_id", "reason"), on="consent_id", how="left", maintain_order="left")
    return both.with_columns(state=state).select(LISTED)


def _kind(contact_point: str) -> str:
    """Return the kind of a contact point: an e-mail has an @, an address has letters."""
    if "@" in contact_point:
        return PointKind.EMAIL.value
    letters = any(character.isalpha() for character in contact_point)
    return (PointKind.ADDRESS if letters else PointKind.PHONE).value

"""Consents: when they hold, and for what.

Unknown means no: a consent given to nobody, or on a basis that is none of the known words, permits nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.tables import Checked
from skiptrace.vocabulary import Basis, Channel, ConsentGiver, ConsentPurpose, ConsentReceiver

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["CONSENTED", "REVOKED", "admissible", "direct_consents", "held_consents", "on_known_basis"]

REVOKED = "consent is revoked"
"""Why a row is turned away that must leave no trace."""

CONSENTED = (Basis.CONSENT, Basis.EXPLICIT_CONSENT, Basis.SEPARATE_CONSENT)
"""Bases by which the person said yes."""
_KNOWN = [basis.value for basis in Basis]


def ends_at() -> pl.Expr:
    """Return when a consent ends: the earliest of expiry, revocation, and receipt of a revocation; null = never."""
    return pl.min_horizontal("valid_until", "revoked_at", "revocation_received_at")


def held_consents(consents: pl.DataFrame) -> pl.DataFrame:
    """Return what each consent permits, and from when to when.

    Returns
    -------
    polars.DataFrame
        Grain: consent. ``consent_id``, ``given_by``, ``given_to``, ``basis``, ``purposes``, ``channels`` (null =
        every), ``scope``, ``given`` and ``ended`` (microseconds; [given, ended)). Those given to nobody or on no known
        basis are left out. Where an id stands twice, both rows must permit.
    """
    told = pl.col("given_to").is_not_null() & pl.col("given_at").is_not_null()
    return consents.filter(told & on_known_basis()).select(
        "consent_id",
        "given_by",
        "given_to",
        _basis(),
        "purposes",
        "channels",
        pl.col("scope").str.to_lowercase().str.strip_chars(),
        given=pl.col("given_at").dt.epoch("us"),
        ended=ends_at().dt.epoch("us").fill_null(2**62),
    )


def _basis() -> pl.Expr:
    return pl.col("basis").str.to_lowercase().str.strip_chars()


def on_known_basis() -> pl.Expr:
    """Return whether a consent's basis is a known word; one that is not, or missing, satisfies nothing."""
    return _basis().is_in(_KNOWN).fill_null(value=False)


def permits(purpose: str, channel: pl.Expr | None = None) -> pl.Expr:
    """Return whether a held consent is for a purpose, and for a channel if one is named."""
    purposed = pl.col("purposes").list.contains(purpose).fill_null(value=False)
    if channel is None:
        return purposed
    return purposed & pl.col("channels").list.contains(channel, nulls_equal=False).fill_null(value=True)


def direct_consents(held: pl.DataFrame) -> pl.DataFrame:
    """Return the consents to be called that the debtor gave to this collector (scope ``call_back``)."""
    return held.filter(
        (pl.col("scope") == "call_back")
        & (pl.col("given_by") == ConsentGiver.DEBTOR.value)
        & (pl.col("given_to") == ConsentReceiver.THIS_COLLECTOR.value)
        & pl.col("basis").is_in([basis.value for basis in CONSENTED])
        & permits(ConsentPurpose.CONTACT, pl.lit(Channel.CALL.value))
    ).select("lead", "given", "ended")


def admissible(rows: pl.DataFrame, consents: pl.DataFrame, as_of: datetime) -> Checked:
    """Split records or relations by whether a consent lets them be used to locate a debtor.

    Parameters
    ----------
    rows
        RECORDS or RELATIONS rows (any further columns).
    consents
        CONSENTS.
    as_of
        The moment the consent must be valid at.

    Returns
    -------
    Checked
        ``rejected`` has ``column`` (``consent_id``) and ``reason``: the consent's state.
    """
    at = pl.lit(as_of).cast(pl.Datetime("us", "UTC"))
    state = (
        consents.select(
            "consent_id",
            _state=pl.when(pl.col("given_to").is_null())
            .then(pl.lit("consent is given to nobody: given_to is empty"))
            .when(~on_known_basis())
            .then(pl.lit("consent is on no known basis"))
            .when(pl.col("purposes").list.contains(ConsentPurpose.LOCATE.value).fill_null(value=False).not_())
            .then(pl.lit("consent is not for locate"))
            .when(pl.col("given_at").is_null() | (pl.col("given_at") > at))
            .then(pl.lit("consent is not yet valid"))
            .when(pl.min_horizontal("revoked_at", "revocation_received_at") <= at)
            .then(pl.lit(REVOKED))
            .when(pl.col("valid_until") <= at)
            .then(pl.lit("consent is expired")),
        )
        .group_by("consent_id")
        # Where an id stands twice every row must permit; max ignores null, so a fault wins.
        .agg(pl.col("_state").max(), _found=pl.lit(value=True))
    )
    judged = rows.join(state, on="consent_id", how="left", maintain_order="left").with_columns(
        reason=pl.when(pl.col("consent_id").is_null())
        .then(pl.lit("no consent: consent_id is empty"))
        .when(pl.col("_found").is_null())
        .then(pl.lit("consent is not found"))
        .otherwise("_state")
    )
    refused = pl.col("reason").is_not_null()
    accepted = judged.filter(~refused).select(rows.columns)
    return Checked(
        accepted, judged.filter(refused).select(*rows.columns, pl.lit("consent_id").alias("column"), "reason")
    )

"""Consents at hand while a contact lasts, and what one given directly to this collector lifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import CONSENTED, permits
from skiptrace.compliance.findings import HEALS_NEVER
from skiptrace.compliance.law import Liftable
from skiptrace.vocabulary import ConsentGiver, ConsentPurpose, ConsentReceiver

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.zones import Instants

__all__ = ["given_directly", "holds_throughout", "lifted", "lifted_until", "offered"]


def offered(docket: Docket, rows: np.ndarray, consents: pl.DataFrame) -> pl.DataFrame:
    """Return which of some consents (``known.consents``, or a part) the contact point of each row names.

    Returns
    -------
    polars.DataFrame
        Grain: row × consent. ``row``, ``start``, ``end``, ``by`` (its channel) and the columns of ``known.consents``.
    """
    return docket.rows.select("row", "lead", "start", "end", by="channel")[rows].join(consents, on="lead")


def holds_throughout() -> pl.Expr:
    """Return whether a consent holds from the contact's start to its end."""
    given, ended, start, end = (pl.col(name) for name in ("given", "ended", "start", "end"))
    return (given <= start) & (start < ended) & (end <= ended)


def given_directly() -> pl.Expr:
    """Return whether a consent is the debtor's own to this collector, to be contacted by the channel ``by``."""
    return (
        (pl.col("given_by") == ConsentGiver.DEBTOR.value)
        & (pl.col("given_to") == ConsentReceiver.THIS_COLLECTOR.value)
        & pl.col("basis").is_in([basis.value for basis in CONSENTED])
        & permits(ConsentPurpose.CONTACT, pl.col("by"))
    ).fill_null(value=False)


def _lifting(docket: Docket, rows: np.ndarray, scopes: list[str]) -> pl.DataFrame:
    scoped = docket.known.consents.filter(pl.col("scope").is_in(scopes).fill_null(value=False))
    return offered(docket, rows, scoped).filter(holds_throughout(), given_directly())


def lifted(docket: Docket, rows: np.ndarray, scope: str) -> pl.DataFrame:
    """Return the rows for which a consent of that scope holds from start to end.

    A stop is lifted by a consent given after it began, so the consent given last says of every stop whether it is.

    Returns
    -------
    polars.DataFrame
        Grain: row. ``row``, ``given`` (microseconds) and ``consent_id`` of the consent given last.
    """
    found = _lifting(docket, rows, [scope]).group_by("row")
    return found.agg(pl.col("given", "consent_id").sort_by("given", "consent_id").last())


def lifted_until(docket: Docket, rows: np.ndarray) -> Instants:
    """Return when the first of the consents ends that lift anything for a row; far away where there is none."""
    scopes = {one.lifted_by for one in docket.known.rulebook.provisions if isinstance(one, Liftable) and one.lifted_by}
    ends = _lifting(docket, rows, sorted(scopes)).group_by("row").agg(pl.col("ended").min())
    found = np.full(docket.rows.height, HEALS_NEVER, dtype=np.int64)
    found[ends["row"].to_numpy()] = ends["ended"].to_numpy()
    mine: Instants = found[rows]
    return mine

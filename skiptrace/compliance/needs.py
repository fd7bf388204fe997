"""Needs: something without which there is no contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import CONSENTED, permits
from skiptrace.compliance.findings import Finding, denied_where
from skiptrace.compliance.zones import DAY
from skiptrace.vocabulary import (
    ConsentGiver,
    ConsentPurpose,
    ConsentReceiver,
    PointKind,
    PointLabel,
    ReassignmentResult,
)

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Need

__all__ = ["judge_need"]


def judge_need(need: Need, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny the rows that lack what is needed."""
    met = {
        "consent": _has_consent,
        "recent_text_basis": _has_recent_text_basis,
        "unreachable": _is_unreachable,
        "home_unreachable": _is_unreachable,
    }[need.need](need, docket, rows)
    return denied_where(~met)


def _marked(docket: Docket, found: pl.DataFrame, rows: np.ndarray) -> np.ndarray:
    met = np.zeros(docket.rows.height, dtype=bool)
    met[found["row"].to_numpy()] = True
    mine: np.ndarray = met[rows]
    return mine


def _at_hand(docket: Docket, rows: np.ndarray) -> pl.DataFrame:
    """Return the consents that hold for each row from its start to its end."""
    return (
        docket.rows[rows]
        .select("row", "lead", "start", "end", by="channel")
        .join(docket.known.consents, on="lead")
        .filter(
            (pl.col("given") <= pl.col("start"))
            & (pl.col("start") < pl.col("ended"))
            & (pl.col("end") <= pl.col("ended"))
        )
    )


def _has_consent(need: Need, docket: Docket, rows: np.ndarray) -> np.ndarray:
    asked = rows[~docket.rows["own"].to_numpy()[rows]] if need.found_only else rows
    held = _at_hand(docket, asked)
    for purpose in need.purposes:
        # To be located is not a matter of a channel.
        held = held.filter(permits(purpose, None if purpose == "locate" else pl.col("by")))
    if need.bases:
        held = held.filter(pl.col("basis").is_in(list(need.bases)))
    met = np.ones(docket.rows.height, dtype=bool)
    met[asked] = False
    met[held["row"].to_numpy()] = True
    mine: np.ndarray = met[rows]
    return mine


def _has_recent_text_basis(need: Need, docket: Docket, rows: np.ndarray) -> np.ndarray:
    age = need.max_age_days * DAY
    recent = _at_hand(docket, rows).filter(
        (pl.col("given_by") == ConsentGiver.DEBTOR.value)
        & (pl.col("given_to") == ConsentReceiver.THIS_COLLECTOR.value)
        & pl.col("basis").is_in([basis.value for basis in CONSENTED])
        & permits(ConsentPurpose.CONTACT, pl.col("by"))
        & (pl.col("start") - pl.col("given") <= age)
    )
    mine = docket.rows[rows].select(
        "row",
        "account_id",
        "point_key",
        "start",
        "reassignment_result",
        checked=pl.col("reassignment_checked_on").dt.epoch("us"),
    )
    checked = mine.filter(
        (pl.col("reassignment_result") == ReassignmentResult.NOT_REASSIGNED.value)
        & (pl.col("checked") <= pl.col("start"))
        & (pl.col("start") - pl.col("checked") <= age)
    )
    texts = docket.known.history.filter(pl.col("inbound") & (pl.col("channel") == "sms")).select(
        "account_id", "point_key", "started"
    )
    written = mine.join(texts, on=["account_id", "point_key"]).filter(
        (pl.col("started") <= pl.col("start")) & (pl.col("start") - pl.col("started") <= age)
    )
    return _marked(docket, pl.concat([frame.select("row") for frame in (recent, checked, written)]), rows)


def _is_unreachable(need: Need, docket: Docket, rows: np.ndarray) -> np.ndarray:
    """Tell whether every point of the debtor's is dead, or its last attempts all failed.

    For ``home_unreachable`` only telephones that are not at work are asked about.
    """
    known = docket.known
    points = known.leads.filter(pl.col("party") == "debtor")
    if need.need == "home_unreachable":
        points = points.filter(
            (pl.col("kind") == PointKind.PHONE.value) & (pl.col("place") != PointLabel.WORK.value).fill_null(value=True)
        )
    mine = docket.rows[rows].select("row", "account_id", "start")
    each = mine.join(points.select("account_id", "point_key", "gone", "reassignment_result"), on="account_id")
    tried = known.history.filter(~pl.col("inbound") & pl.col("point_key").is_not_null()).select(
        "account_id", "point_key", "started", "failed"
    )
    failing = (
        each.select("row", "account_id", "point_key", "start")
        .join(tried, on=["account_id", "point_key"])
        .filter(pl.col("started") <= pl.col("start"))
        .group_by("row", "point_key")
        .agg(pl.col("failed").sort_by("started").tail(need.failures).sum())
    )
    alive = each.join(failing, on=["row", "point_key"], how="left").filter(
        ~(pl.col("gone") <= pl.col("start")).fill_null(value=False)
        & (pl.col("reassignment_result") != ReassignmentResult.REASSIGNED.value).fill_null(value=True)
        & (pl.col("failed").fill_null(0) < need.failures)
    )
    return ~_marked(docket, alive, rows)

"""Needs: something without which there is no contact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.consent import permits
from skiptrace.compliance.findings import Finding, denied_where
from skiptrace.compliance.lifting import given_directly, holds_throughout, offered
from skiptrace.compliance.wording import moment, told, where
from skiptrace.compliance.zones import DAY
from skiptrace.vocabulary import Party, PointKind, PointLabel, ReassignmentResult

if TYPE_CHECKING:
    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.law import Need

__all__ = ["judge_need"]


def judge_need(need: Need, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny the rows that lack what is needed."""
    judge = {"consent": _judge_consent, "recent_text_basis": _judge_text_basis}.get(need.need, _judge_unreachable)
    return judge(need, docket, rows)


def _marked(docket: Docket, found: pl.Series, rows: np.ndarray) -> np.ndarray:
    met = np.zeros(docket.rows.height, dtype=bool)
    met[found.to_numpy()] = True
    mine: np.ndarray = met[rows]
    return mine


def _judge_consent(need: Need, docket: Docket, rows: np.ndarray) -> Finding:
    suiting, ties = docket.known.consents, docket.known.ties
    if need.bases:
        suiting, ties = (held.filter(pl.col("basis").is_in(list(need.bases))) for held in (suiting, ties))
    # To be located is not a matter of a channel.
    purposed = [permits(purpose, None if purpose == "locate" else pl.col("by")) for purpose in need.purposes]
    own = docket.rows["own"].to_numpy()[rows] if need.found_only else np.zeros(rows.size, dtype=bool)
    held = offered(docket, rows[~own], suiting).filter(holds_throughout(), *purposed)
    tied = _tied(need, docket, rows, ties)
    met = own | (_marked(docket, held["row"], rows) & tied)

    def facts(at: np.ndarray) -> pl.Series:
        theirs = offered(docket, rows[at], suiting).filter(*purposed).with_columns(holds=holds_throughout())
        until = pl.format(" until {}", moment("ended")).fill_null("")
        text = pl.format("consent {} holds from {}{}", "consent_id", moment("given"), until)
        wanted = " and ".join(need.purposes)
        without = f"no consent for {wanted}" if wanted else "no consent"
        said = told(rows[at], _last(theirs, text, "holds", "ended", "given", "consent_id"), without)
        said = where(tied[at], said, "no consent for locate of the relation itself")
        return where(~own[at], said, "the account itself gave the contact point")

    return denied_where(~met, facts=facts)


def _tied(need: Need, docket: Docket, rows: np.ndarray, ties: pl.DataFrame) -> np.ndarray:
    """Tell of rows whether the consent of the relation holds by which a third party is known, where it is needed."""
    if "locate" not in need.purposes:
        return np.ones(rows.size, dtype=bool)
    debtors = (docket.rows["party"] == Party.DEBTOR.value).to_numpy()[rows]
    held = offered(docket, rows[~debtors], ties).filter(holds_throughout(), permits("locate"))
    found: np.ndarray = debtors | _marked(docket, held["row"], rows)
    return found


def _last(frame: pl.DataFrame, text: pl.Expr, *by: str) -> pl.DataFrame:
    """Return of each row one ``text``: of its last entry in that order."""
    return frame.sort("row", *by).unique("row", keep="last", maintain_order=True).select("row", text=text)


def _judge_text_basis(need: Need, docket: Docket, rows: np.ndarray) -> Finding:
    bases = _text_bases(docket, rows)
    young = pl.col("start") - pl.col("since") <= need.max_age_days * DAY
    met = _marked(docket, bases.filter(young)["row"], rows)

    def facts(at: np.ndarray) -> pl.Series:
        said = told(rows[at], _last(bases, pl.format("{} {}", "basis", moment("since")), "since", "basis"))
        old = said + f", older than {need.max_age_days} days"
        return where(met[at], said, old).fill_null("no text of theirs, no consent, no check that the number is theirs")

    return denied_where(~met, facts=facts)


def _text_bases(docket: Docket, rows: np.ndarray) -> pl.DataFrame:
    """Return what a text may rest on: ``row``, ``start``, ``since`` (microseconds) and ``basis``, in words."""
    columns = ("row", "start", "since", "basis")
    consented = offered(docket, rows, docket.known.consents).filter(holds_throughout(), given_directly())
    mine = docket.rows.select(
        "row", "account_id", "point_key", "start", "reassignment_result", since=pl.col("reassignment_checked_on")
    )[rows].with_columns(pl.col("since").dt.epoch("us"))
    checked = mine.filter(
        (pl.col("reassignment_result") == ReassignmentResult.NOT_REASSIGNED.value)
        & (pl.col("since") <= pl.col("start"))
    )
    texts = docket.known.history.filter(pl.col("inbound") & (pl.col("channel") == "sms"))
    written = (
        mine.drop("since")
        .join(texts.select("account_id", "point_key", "attempt_id", since="started"), on=["account_id", "point_key"])
        .filter(pl.col("since") <= pl.col("start"))
    )
    return pl.concat(
        [
            consented.select("row", "start", since="given", basis=pl.format("consent {} given", "consent_id")),
            checked.with_columns(basis=pl.lit("number checked")).select(columns),
            written.with_columns(basis=pl.format("their text {} of", "attempt_id")).select(columns),
        ]
    )


def _judge_unreachable(need: Need, docket: Docket, rows: np.ndarray) -> Finding:
    """Deny while some point of the debtor's is neither dead nor has failed in all its last attempts.

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
    left = alive.group_by("row").len()

    def facts(at: np.ndarray) -> pl.Series:
        few = left.select("row", text=pl.format("points of the debtor's that may still reach them: {}", "len"))
        return told(rows[at], few, "points of the debtor's that may still reach them: none")

    return denied_where(_marked(docket, alive["row"], rows), facts=facts)

"""Rows of a schedule beside what the casefile released: the last gate lets out no row that no plan gave a permit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.casefile.ledger import version_at
from skiptrace.compliance.check import BUILT_IN, HOUSE_PERMIT
from skiptrace.compliance.verify import UNKNOWN_POINT
from skiptrace.contracts.inputs import INSTANT, RELATIONS
from skiptrace.contracts.stages import LEADS
from skiptrace.pipeline.plans import PLACEMENTS

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile, Opened

__all__ = ["off_record", "with_ended_consents"]

_SAME = (
    "account_id",
    "party",
    "purpose",
    "channel",
    "contact_point",
    "country_code",
    "national_number",
    "time_zone",
)
"""What a permit is for: whom, how, what for, and where; the two parts of a number are what many dialers dial."""
_WINDOW = ("not_before", "not_after")
_LEAD = ("account_id", "contact_point", "party")


def off_record(schedule: pl.DataFrame, casefile: Casefile) -> pl.DataFrame:
    """Return the rows that are not among the placements the casefile released, not as they were, or of a plan replaced.

    Parameters
    ----------
    schedule
        SCHEDULE rows.
    casefile
        Where every placement that was ever released is kept.

    Returns
    -------
    polars.DataFrame
        Grain: row refused. ``row`` (its place in the schedule), ``attempt_id``, ``provision``, ``reason``. A window
        inside the one released is as good as that one.
    """
    with casefile.open(make=False) as opened:
        released = opened.read("placements", PLACEMENTS)
    compared = ("attempt_id", "permit_id", *_SAME, *_WINDOW)
    released = released.join(schedule, on="attempt_id", how="semi")
    standing = released.filter(pl.col("superseded").is_null())["attempt_id"].unique()
    released = released.select(compared).unique(maintain_order=True)
    rows = schedule.select(compared).with_row_index("row").with_columns(_instants(schedule[name]) for name in _WINDOW)
    beside = released.with_columns(_instants(released[name]) for name in _WINDOW).with_columns(
        issued=pl.lit(value=True)
    )
    paired = rows.join(beside, on=["attempt_id", "permit_id"], how="left", suffix="_then", maintain_order="left")
    changes = [
        *(pl.when(pl.col(name).ne_missing(pl.col(f"{name}_then"))).then(pl.lit(name)) for name in _SAME),
        _unless("not_before", pl.col("not_before") >= pl.col("not_before_then")),
        _unless("not_after", pl.col("not_after") <= pl.col("not_after_then")),
    ]
    # Released by several plans, a row need be as one of them released it: the empty text comes first.
    told = (
        paired.with_columns(changed=pl.concat_str(changes, separator=", ", ignore_nulls=True))
        .sort("row", "changed")
        .unique("row", keep="first", maintain_order=True)
    )
    known = pl.col("attempt_id").is_in(released["attempt_id"].unique().implode())
    facts = (
        pl.when(~known)
        .then(pl.lit("no plan in the casefile released this attempt"))
        .when(~pl.col("attempt_id").is_in(standing.implode()))
        .then(pl.lit("a later plan has taken its place"))
        .when(pl.col("issued").is_null())
        .then(pl.lit("its permit was not issued for this attempt"))
        .when(pl.col("changed") != "")
        .then(pl.format("changed since: {}", "changed"))
    )
    return (
        told.with_columns(facts=facts)
        .select(
            "row",
            "attempt_id",
            provision=pl.lit(HOUSE_PERMIT),
            reason=pl.when(pl.col("facts").is_not_null()).then(
                pl.format("{}: {}", pl.lit(BUILT_IN[HOUSE_PERMIT]), "facts")
            ),
        )
        .drop_nulls("reason")
    )


def with_ended_consents(
    findings: pl.DataFrame, consents: pl.DataFrame, as_of: datetime, casefile: Casefile
) -> pl.DataFrame:
    """Tell of contact points that are gone whether a consent's end took them away.

    What a consent gave leaves no trace once it is revoked or has expired: only the plan remembers on what it rested.

    Parameters
    ----------
    findings
        ``attempt_id``, ``provision``, ``reason``.
    consents
        CONSENTS as known now.
    as_of
        Now.
    casefile
        Where the plans are kept that released the rows.

    Returns
    -------
    polars.DataFrame
        The findings, some with another reason.
    """
    gone = pl.col("reason") == UNKNOWN_POINT
    if findings.filter(gone).is_empty():
        return findings
    with casefile.open(make=False) as opened:
        rested = _rested_on(opened, findings.filter(gone))
    now = pl.lit(as_of).cast(INSTANT)
    end = (
        pl.when(pl.min_horizontal("revoked_at", "revocation_received_at") <= now)
        .then(pl.lit("was revoked"))
        .when(pl.col("valid_until") <= now)
        .then(pl.lit("has expired"))
    )
    ended = consents.select("consent_id", end=end).drop_nulls("end")
    # Of several, a revocation is told: somebody did that. By the alphabet it comes last.
    told = rested.join(ended, on="consent_id").group_by("attempt_id").agg(pl.col("end").max())
    reason = pl.format(
        "a consent that it rests on {}; nothing else gives this contact point to the account or its relations", "end"
    )
    return (
        findings.join(told, on="attempt_id", how="left", maintain_order="left")
        .with_columns(reason=pl.when(gone & pl.col("end").is_not_null()).then(reason).otherwise("reason"))
        .drop("end")
    )


def _rested_on(opened: Opened, rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``attempt_id`` and ``consent_id``: those of a row's contact point, and its relation, when planned."""
    placed = opened.read("placements", PLACEMENTS).join(rows, on="attempt_id", how="semi")
    columns = {name: LEADS.schema[name] for name in (*_LEAD, "relation_id", "consent_ids")}
    ties = {name: RELATIONS.schema[name] for name in ("relation_id", "consent_id")}
    named = [pl.DataFrame(schema={"attempt_id": pl.String, "consent_id": pl.String})]
    for (number,), of_plan in placed.group_by("plan", maintain_order=True):
        led = of_plan.select("attempt_id", *_LEAD).join(version_at(opened, "fact_leads", columns, number), on=_LEAD)
        of_points = led.explode("consent_ids", keep_nulls=False, empty_as_null=False)
        of_relations = led.join(version_at(opened, "fact_relations", ties, number), on="relation_id")
        named += [of_points.select("attempt_id", consent_id="consent_ids"), of_relations.select(named[0].columns)]
    return pl.concat(named).drop_nulls().unique()


def _unless(name: str, inside: pl.Expr) -> pl.Expr:
    """Return the name of an end of the window unless it is inside; one that cannot be read is not."""
    return pl.when(~inside.fill_null(value=False)).then(pl.lit(name))


def _instants(texts: pl.Series) -> pl.Series:
    """Return the moments that texts tell, read as the re-check reads them; null where they tell none."""
    return pl.Series(texts.name, [_instant(text) for text in texts], INSTANT)


def _instant(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None

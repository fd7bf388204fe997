"""What each plan rested on, kept so that its permits can be explained, and given again, for as long as it is kept.

With every plan the casefile keeps the facts as law saw them, version by version, the text of the rulebook, the settings
of the check, and the placements. What comes in later makes new versions and leaves the old ones as they are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from skiptrace import __version__
from skiptrace.casefile.ledger import keep_version, version_at
from skiptrace.compliance import Facts, Rulebook
from skiptrace.compliance.law import Provision
from skiptrace.compliance.places import Places
from skiptrace.contracts.inputs import ACCOUNTS, CONSENTS, INSTANT, RELATIONS
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.contracts.stages import CODED_ATTEMPTS, CODED_STOPS, LEADS, PEOPLE
from skiptrace.errors import RulebookError
from skiptrace.settings import CheckParams

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.casefile import Opened
    from skiptrace.pipeline.terms import Terms

__all__ = ["FACTS", "PLACEMENTS", "PLANS", "KeptPlan", "issued", "keep_plan", "read_plan", "standing"]

PLACEMENTS = {**SCHEDULE.schema, "planned_at": INSTANT, "plan": pl.Int64(), "superseded": pl.Int64()}
"""Every row that was ever released. ``plan``: its plan's number; ``superseded``: of the plan that took its place."""
PLANS = {
    "plan": pl.Int64(),
    "batch_id": pl.String(),
    "as_of": INSTANT,
    "rulebook": pl.String(),
    "check": pl.String(),
    "program": pl.String(),
    "tzdata": pl.String(),
}
"""Grain: plan. ``rulebook``: version of its text in ``rulebooks``; ``check``: settings as JSON."""
_RULEBOOKS = {"version": pl.String(), "text": pl.String()}
_BELIEFS = ("rank", "p_owner", "p_live", "prior_owner", "prior_live")
_LED = tuple(name for name in LEADS.schema if name not in _BELIEFS)
FACTS = {
    "people": (
        PEOPLE,
        (
            "table",
            "record_id",
            "account_id",
            "address_key",
            "postal_code",
            "city",
            "region",
            "country",
            "time_zone",
            "jurisdiction",
        ),
    ),
    "leads": (LEADS, _LED),
    "attempts": (
        CODED_ATTEMPTS,
        (
            "attempt_id",
            "account_id",
            "debt_ids",
            "channel",
            "point_key",
            "outcome",
            "started_at",
            "direction",
            "voicemail_left",
            "conversation",
            "campaign",
        ),
    ),
    "stops": (
        CODED_STOPS,
        ("account_id", "contact_point", "point_key", "kind", "channel", "since", "until", "detail"),
    ),
    "consents": (
        CONSENTS,
        (
            "consent_id",
            "given_by",
            "given_to",
            "basis",
            "purposes",
            "channels",
            "scope",
            "given_at",
            "valid_until",
            "revoked_at",
            "revocation_received_at",
        ),
    ),
    "accounts": (ACCOUNTS, ("account_id", "person_id", "tag", "product", "notice_sent_on")),
    "relations": (RELATIONS, ("relation_id", "account_id", "relation", "consent_id")),
}
"""Frames of :class:`Facts`, and the columns that law asks about: names, birth dates and balances are none of them."""


@dataclass(frozen=True, kw_only=True)
class KeptPlan:
    """A plan as it was made.

    Attributes
    ----------
    number, batch_id, as_of
        Which plan, its name, and the moment it was judged at.
    facts, rulebook, params
        What law was judged by; columns that law does not ask about are null.
    rulebook_version
        The name under which the rulebook stands in the permits.
    program, tzdata
        Versions that made it.
    """

    number: int
    batch_id: str
    as_of: datetime
    facts: Facts
    rulebook: Rulebook
    rulebook_version: str
    params: CheckParams
    program: str
    tzdata: str


def standing(opened: Opened) -> pl.DataFrame:
    """Return the placements that no later plan has taken the place of."""
    return opened.read("placements", PLACEMENTS).filter(pl.col("superseded").is_null())


def issued(opened: Opened) -> pl.DataFrame:
    """Return every placement that was ever released, the last of each attempt."""
    return opened.read("placements", PLACEMENTS).unique("attempt_id", keep="last", maintain_order=True)


def keep_plan(
    opened: Opened, schedule: pl.DataFrame, facts: Facts, rulebook: Rulebook, batch_id: str, terms: Terms
) -> int:
    """Keep a plan and what it rested on, and return its number.

    It takes the place of what older plans wanted to do from now on. The same plan made again is not kept again.
    """
    before = opened.read("plans", PLANS)
    number = int(before["plan"].max() or 0)  # type: ignore[arg-type]  # whole numbers
    if number and before.row(-1, named=True)["batch_id"] == batch_id:
        last = standing(opened).filter(pl.col("plan") == number)
        if last.select(list(SCHEDULE.schema)).equals(schedule):
            return number
    number += 1
    for name, (table, columns) in FACTS.items():
        frame: pl.DataFrame = getattr(facts, name)
        keep_version(
            opened, f"fact_{name}", frame.select(pl.col(one).cast(table.schema[one]) for one in columns), number
        )
    if rulebook.version not in opened.read("rulebooks", _RULEBOOKS)["version"]:
        opened.append("rulebooks", pl.DataFrame([{"version": rulebook.version, "text": _text_of(rulebook)}]))
    made = {
        "plan": number,
        "batch_id": batch_id,
        "as_of": terms.as_of,
        "rulebook": rulebook.version,
        "check": terms.settings.check.model_dump_json(),
        "program": __version__,
        "tzdata": version("tzdata"),
    }
    opened.append("plans", pl.DataFrame([made], schema=PLANS))
    _place(opened, schedule, number, terms.as_of)
    return number


def _place(opened: Opened, schedule: pl.DataFrame, number: int, as_of: datetime) -> None:
    placed = schedule.with_columns(
        planned_at=pl.lit(as_of).cast(INSTANT), plan=pl.lit(number, pl.Int64), superseded=pl.lit(None, pl.Int64)
    )
    opened.append("placements", placed.clear())
    opened.connection.execute(
        f"UPDATE {opened.table('placements')} SET superseded = ? "  # noqa: S608  # our own name
        "WHERE superseded IS NULL AND not_before::TIMESTAMPTZ >= ?::TIMESTAMPTZ",
        [number, as_of.isoformat()],
    )
    opened.append("placements", placed)


def read_plan(opened: Opened, number: int) -> KeptPlan:
    """Return a plan with everything that its permits rested on.

    Raises
    ------
    RulebookError
        If this program cannot read the law that the plan was judged by.
    """
    made = opened.read("plans", PLANS, where=f"plan = {number}").row(0, named=True)
    texts = dict(opened.read("rulebooks", _RULEBOOKS).iter_rows())
    kept = {
        name: table.conform(version_at(opened, f"fact_{name}", {one: table.schema[one] for one in columns}, number))
        for name, (table, columns) in FACTS.items()
    }
    return KeptPlan(
        number=number,
        batch_id=made["batch_id"],
        as_of=made["as_of"],
        facts=Facts(**{field.name: kept[field.name] for field in fields(Facts)}),
        rulebook=_rulebook_of(texts[made["rulebook"]], made["rulebook"]),
        rulebook_version=made["rulebook"],
        params=CheckParams.model_validate_json(made["check"]),
        program=made["program"],
        tzdata=made["tzdata"],
    )


def _text_of(rulebook: Rulebook) -> str:
    contents = {
        "provisions": [provision.model_dump(mode="json") for provision in rulebook.provisions],
        "places": rulebook.places.model_dump(mode="json"),
        "packs": rulebook.packs,
        "minimum_tzdata": rulebook.minimum_tzdata,
    }
    return json.dumps(contents, sort_keys=True, ensure_ascii=False)


def _rulebook_of(text: str, name: str) -> Rulebook:
    contents: dict[str, Any] = json.loads(text)
    try:
        return Rulebook(
            provisions=TypeAdapter(tuple[Provision, ...]).validate_python(contents["provisions"]),
            places=Places.model_validate(contents["places"]),
            packs=contents["packs"],
            minimum_tzdata=contents["minimum_tzdata"],
            overrides={},
        )
    except ValidationError as error:
        raise RulebookError(
            f"rulebook {name}, kept with the plan, is not in the form that this skiptrace reads"
        ) from error

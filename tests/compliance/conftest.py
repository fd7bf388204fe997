"""Small worlds to judge: facts from a few words, with everything a scenario does not say left unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from skiptrace.compliance import Facts, Rulebook, load_rulebook
from skiptrace.contracts.inputs import ACCOUNTS, CONSENTS, RELATIONS
from skiptrace.contracts.stages import CODED_ATTEMPTS, CODED_STOPS, LEADS, PEOPLE, PROPOSALS
from skiptrace.settings import RulebookParams

if TYPE_CHECKING:
    from skiptrace.tables import Table


def instant(value: Any) -> datetime | None:
    if value is None:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    assert found.tzinfo is not None, value
    return found.astimezone(UTC)


def frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Make a table's frame from rows that name only what they know."""
    ready = []
    for row in rows:
        cells = dict.fromkeys(table.schema)
        for name, value in row.items():
            dtype = table.schema[name]
            if isinstance(dtype, pl.Datetime):
                cells[name] = instant(value)
            elif isinstance(dtype, pl.Date) and isinstance(value, str):
                cells[name] = date.fromisoformat(value)
            else:
                cells[name] = value
        ready.append(cells)
    return pl.DataFrame(ready, schema=table.schema)


def world(told: dict[str, Any]) -> Facts:
    """Make facts of what a scenario tells.

    ``accounts`` may have the person's region, country …; ``points`` are the leads, and the account's own unless they
    say otherwise. A relation that tells no ``consent_id`` was disclosed with the consent of its points.
    """
    accounts, people = [], []
    consented: dict[str, str | None] = {}
    for point in told.get("points", []):
        if point.get("relation_id") is not None:
            consented.setdefault(point["relation_id"], next(iter(point.get("consent_ids") or ()), None))
    for number, said in enumerate(told.get("accounts", [{}])):
        row = {"account_id": f"A{number + 1}", "full_name": "Jane Roe", **said}
        accounts.append({key: value for key, value in row.items() if key in ACCOUNTS.schema})
        people.append(
            {
                "table": "accounts",
                "record_id": row["account_id"],
                "account_id": row["account_id"],
                "source": "accounts",
                "kind": "person",
                **{key: row[key] for key in row if key in PEOPLE.schema and key != "kind"},
            }
        )
    relations = []
    for said in told.get("relations", []):
        row = {"account_id": "A1", "relation_id": "R1", **said}
        row.setdefault("consent_id", consented.get(row["relation_id"]))
        relations.append({key: value for key, value in row.items() if key in RELATIONS.schema})
        people.append(
            {
                "table": "relations",
                "record_id": row["relation_id"],
                "source": "relations",
                "kind": "person",
                **{key: row[key] for key in row if key in PEOPLE.schema and key != "kind"},
            }
        )
    told_of = {row["relation_id"] for row in relations}
    relations += [
        {"account_id": "A1", "relation_id": key, "consent_id": consent}
        for key, consent in consented.items()
        if key not in told_of
    ]
    leads = []
    for row in told.get("points", []):
        value = row["contact_point"]
        kind = "email" if "@" in value else "phone" if value.startswith("+") else "address"
        leads.append(
            {
                "account_id": "A1",
                "point_key": value,
                "kind": kind,
                "party": "debtor",
                "own": not row.get("consent_ids"),
                "consent_ids": [],
                "zones": [],
                "places": [],
                "rank": 1,
                **row,
            }
        )
    attempts = []
    for number, said in enumerate(told.get("attempts", [])):
        row = {"attempt_id": f"T{number + 1}", "account_id": "A1", "channel": "call", **said}
        attempts.append({**row, "point_key": row.get("contact_point")})
    stops = [
        {"since": "2020-01-01T00:00:00Z", **row, "point_key": row.get("contact_point")} for row in told.get("stops", [])
    ]
    consents = [
        {
            "given_by": "debtor",
            "given_to": "this_collector",
            "basis": "consent",
            "given_at": "2020-01-01T00:00:00Z",
            **row,
        }
        for row in told.get("consents", [])
    ]
    return Facts(
        people=frame(PEOPLE, people),
        leads=frame(LEADS, leads),
        attempts=frame(CODED_ATTEMPTS, attempts),
        stops=frame(CODED_STOPS, stops),
        consents=frame(CONSENTS, consents),
        accounts=frame(ACCOUNTS, accounts),
        relations=frame(RELATIONS, relations),
    )


def proposals(rows: list[dict[str, Any]]) -> pl.DataFrame:
    ready = [
        {
            "proposal_id": str(number),
            "account_id": "A1",
            "channel": "call",
            "point_key": row.get("contact_point"),
            **row,
        }
        for number, row in enumerate(rows)
    ]
    return frame(PROPOSALS, ready)


@pytest.fixture(scope="session", name="world")
def world_fixture() -> Any:
    return world


@pytest.fixture(scope="session", name="proposals")
def proposals_fixture() -> Any:
    return proposals


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook(RulebookParams())


@pytest.fixture(scope="session", name="frame")
def frame_fixture() -> Any:
    return frame

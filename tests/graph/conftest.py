"""A world to trace in, built row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from skiptrace.contracts.outputs import ENTITIES, PAIRS
from skiptrace.contracts.stages import CODED_ATTEMPTS, PEOPLE, POINTS
from skiptrace.graph import Traced, TraceInputs, trace
from skiptrace.settings import TraceParams

if TYPE_CHECKING:
    from skiptrace.tables import Table

AS_OF = datetime(2026, 11, 24, 12, tzinfo=UTC)
OWNER_TABLE = {"accounts": "contact_points", "records": "records", "relations": "relations"}


def table_of(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(table.schema), **row} for row in rows], schema=table.schema)


class World:
    def __init__(self) -> None:
        self.people: list[dict[str, Any]] = []
        self.points: list[dict[str, Any]] = []
        self.entities: list[dict[str, Any]] = []
        self.pairs: list[dict[str, Any]] = []
        self.attempts: list[dict[str, Any]] = []
        self.owners: dict[str, dict[str, Any]] = {}

    def _person(self, row: dict[str, Any], entity: str | None) -> None:
        row = {"kind": "person", **row}
        self.people.append(row)
        self.owners[row["record_id"]] = row
        self.entities.append(
            {"record_id": row["record_id"], "source": row["source"], "entity_id": entity or f"e-{row['record_id']}"}
        )

    def account(self, account_id: str, entity: str | None = None, **more: Any) -> None:
        row = {"table": "accounts", "record_id": account_id, "account_id": account_id, "source": "accounts"}
        self._person({**row, **more}, entity)

    def record(self, record_id: str, entity: str | None = None, **more: Any) -> None:
        row = {"table": "records", "record_id": record_id, "source": "bureau_x", "consent_id": f"c-{record_id}"}
        self._person({**row, **more}, entity)

    def relation(self, relation_id: str, account_id: str, entity: str | None = None, **more: Any) -> None:
        row = {"table": "relations", "record_id": relation_id, "account_id": account_id, "source": "relations"}
        self._person({**row, "relation": "spouse", **more}, entity)

    def point(self, row_id: str, value: str, days_ago: int | None = None, **more: Any) -> None:
        owner = self.owners[row_id]
        kind = "email" if "@" in value else "phone" if value.startswith("+") else "address"
        seen = None if days_ago is None else AS_OF.date() - timedelta(days_ago)
        row = {
            "table": OWNER_TABLE[owner["table"]],
            "record_id": row_id,
            "account_id": owner.get("account_id"),
            "kind": kind,
            "value": value,
            "contact_point": value,
            "point_key": value,
            "source": owner["source"],
            "consent_id": owner.get("consent_id"),
            "last_seen": seen,
            "line_type": "mobile" if kind == "phone" else None,
        }
        self.points.append({**row, **more})

    def pair(self, left: str, right: str, probability: float, outcome: str | None = None) -> None:
        guess = "match" if probability >= 0.9 else "possible_match"
        self.pairs.append(
            {
                "record_id_l": left,
                "source_l": self.owners[left]["source"],
                "record_id_r": right,
                "source_r": self.owners[right]["source"],
                "match_weight": 0.0,
                "match_probability": probability,
                "outcome": outcome or guess,
            }
        )

    def attempt(
        self, account_id: str, value: str | None, outcome: str | None, days_ago: float = 1, channel: str = "call"
    ) -> None:
        self.attempts.append(
            {
                "attempt_id": f"t{len(self.attempts)}",
                "account_id": account_id,
                "channel": channel,
                "contact_point": value,
                "point_key": value,
                "started_at": AS_OF - timedelta(days=days_ago),
                "outcome": outcome,
            }
        )

    def inputs(self) -> TraceInputs:
        return TraceInputs(
            people=table_of(PEOPLE, self.people),
            points=table_of(POINTS, self.points),
            entities=table_of(ENTITIES, self.entities),
            pairs=table_of(PAIRS, self.pairs),
            attempts=table_of(CODED_ATTEMPTS, self.attempts),
        )

    def trace(self, **params: Any) -> Traced:
        return trace(self.inputs(), AS_OF, TraceParams(**params))

    def lead(self, account_id: str, value: str, party: str = "debtor", **params: Any) -> dict[str, Any]:
        leads = self.trace(**params).leads
        rows = leads.filter(
            pl.col("account_id") == account_id, pl.col("contact_point") == value, pl.col("party") == party
        )
        return rows.row(0, named=True)

    def edges(self, edge: str, **params: Any) -> list[tuple[str, str]]:
        found = self.trace(**params).relationships.filter(pl.col("edge") == edge)
        return found.select("from_id", "to_id").rows()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


@pytest.fixture
def today() -> date:
    return AS_OF.date()


@pytest.fixture
def family(world: World) -> World:
    """Two accounts of one debtor, a spouse, a bureau's record of him and one of her, a stranger's possible match."""
    world.account("A1", "e1", person_id="p1", full_name="陈伟 & Söhne", employer_key="acme")
    world.account("A2", "e1", person_id="p1", full_name="Chen Wei")
    world.account("A3", "e3", full_name="Ann Stone")
    world.relation("r1", "A1", "e2", full_name='Li "Na" <x>', consent_id="c-r1")
    world.record("R1", "e1")
    world.record("R2", "e2")
    world.record("R3", "e4", source="bureau_y")
    world.point("A1", "+16175550101", 30)
    world.point("A1", "chen@example.com", None)
    world.point("A1", "1 elm st|boston", 30, places=["US-MA"])
    world.point("A2", "+16175550102", 900)
    world.point("A3", "+16175550109", 10)
    world.point("r1", "+16175550103")
    world.point("r1", "1 elm st|boston", places=["US-MA"])
    world.point("R1", "+16175550101", 60)
    world.point("R1", "+16175550104", 5)
    world.point("R2", "+16175550103", 5)
    world.point("R2", "+16175550105", 5)
    world.point("R3", "+16175550106", 5)
    world.pair("A1", "R1", 0.97)
    world.pair("A2", "R1", 0.95)
    world.pair("r1", "R2", 0.98)
    world.pair("A1", "R2", 0.6, "possible_match")
    world.pair("R1", "R3", 0.7)
    world.pair("A1", "r1", 0.9, "disclosed_relation")
    world.attempt("A1", "+16175550101", "right_party", 20)
    world.attempt("A1", "+16175550101", "no_answer", 2)
    world.attempt("A2", "+16175550102", "disconnected", 3)
    world.attempt("A1", "+16175550103", "third_party", 3)
    world.attempt("A1", None, "wrong_number", 3)
    world.attempt("A1", "+16175550101", None, 3)
    return world

"""Ask both readings of the law about the same attempts and tell where they differ."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from skiptrace.compliance import check
from skiptrace.compliance.verify import verify
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.settings import CheckParams
from tests.compliance.conftest import frame, proposals, world

if TYPE_CHECKING:
    import polars as pl

    from skiptrace.compliance import Facts, Rulebook
    from tests.compliance.random_worlds import Row, World

WINDOW = timedelta(seconds=59.5)
"""No window ends at the very close of hours whose ends are excluded: there ``check`` is a microsecond the stricter."""
LAST = timedelta(microseconds=1)
PARAMS = CheckParams()


class Judged(NamedTuple):
    """A row, and what each reading has against it: ``check`` at its first and last instant, and ``verify``."""

    row: Row
    check: tuple[str, ...]
    verify: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Tell whether one reading allows it and the other does not."""
        return bool(self.check) != bool(self.verify)


def schedule(rows: list[Row], window: timedelta = WINDOW) -> pl.DataFrame:
    """Make rows of a schedule, each open from its ``at`` for so long unless it says otherwise."""
    ready: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        cells = {"attempt_id": str(number), "party": "debtor", "purpose": "collect", "channel": "call", **row}
        if "at" in row:
            at = datetime.fromisoformat(row["at"]) if isinstance(row["at"], str) else row["at"]
            cells = {"not_before": at.isoformat(), "not_after": (at + window).isoformat(), **cells}
        ready.append({key: value for key, value in cells.items() if key in SCHEDULE.schema})
    return frame(SCHEDULE, ready)


def by_check(rows: list[Row], facts: Facts, rulebook: Rulebook, as_of: datetime) -> list[tuple[str, ...]]:
    """Return what ``check`` says against each row at the first and the last instant of its window."""
    ends = [{**row, "at": row["at"] + shift} for row in rows for shift in (timedelta(0), WINDOW - LAST)]
    lasting = [row | {"expected_duration_s": 300.0} if row["channel"] == "visit" else row for row in ends]
    judged = check(proposals(lasting), facts, rulebook, as_of, PARAMS)
    against = [
        tuple(sorted(entry for entry in said if not entry.endswith(":allow"))) for said in judged["all_provisions"]
    ]
    return [tuple(sorted({*first, *last})) for first, last in zip(against[::2], against[1::2], strict=True)]


def by_verify(rows: list[Row], facts: Facts, rulebook: Rulebook, as_of: datetime) -> list[tuple[str, ...]]:
    """Return what ``verify`` says against each row; no two rows may be about one person."""
    found = verify(schedule(rows), facts, rulebook, as_of, PARAMS)
    against = dict(zip(found["attempt_id"], found["provision"], strict=True))
    return [(against[str(number)],) if str(number) in against else () for number in range(len(rows))]


def compare(made: World, rulebook: Rulebook) -> list[Judged]:
    """Return every row of a world with what both readings say of it."""
    facts = world(made.told)
    flat = [row for rows in made.rounds for row in rows]
    first = by_check(flat, facts, rulebook, made.as_of)
    second = [said for rows in made.rounds for said in by_verify(rows, facts, rulebook, made.as_of)]
    return [Judged(*one) for one in zip(flat, first, second, strict=True)]

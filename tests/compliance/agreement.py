"""Ask both readings of the law about the same attempts and tell where they differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
LAST, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
PARAMS = CheckParams()


class Judged(NamedTuple):
    """A row, and what each reading has against it: ``check`` at any moment of its window, and ``verify``."""

    row: Row
    check: tuple[str, ...]
    verify: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Tell whether one reading allows it and the other does not."""
        return bool(self.check) != bool(self.verify)


def schedule(rows: list[Row], window: timedelta = WINDOW) -> pl.DataFrame:
    """Make rows of a schedule, each open from its ``at`` for its ``open_for``, or for ``window``."""
    ready: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        cells = {"attempt_id": str(number), "party": "debtor", "purpose": "collect", "channel": "call", **row}
        if "at" in row:
            at = datetime.fromisoformat(row["at"]) if isinstance(row["at"], str) else row["at"]
            # In UTC: with a zone's clock, time would be added to what the clock shows, changes of it left out.
            end = (at.astimezone(UTC) + row.get("open_for", window)).astimezone(at.tzinfo)
            cells = {"not_before": at.isoformat(), "not_after": end.isoformat(), **cells}
        ready.append({key: value for key, value in cells.items() if key in SCHEDULE.schema})
    return frame(SCHEDULE, ready)


def by_check(made: World, rows: list[Row], facts: Facts, rulebook: Rulebook) -> list[tuple[str, ...]]:
    """Return what ``check`` says against each row at some moment of its window."""
    moments = [_moments(row, made) for row in rows]
    asked = [{**row, "at": at} for row, ats in zip(rows, moments, strict=True) for at in ats]
    judged = check(proposals([_proposal(row) for row in asked]), facts, rulebook, made.as_of, PARAMS)
    said = iter(judged["all_provisions"])
    return [
        tuple(sorted({entry for _ in ats for entry in next(said) if not entry.endswith(":allow")})) for ats in moments
    ]


def _proposal(row: Row) -> Row:
    # `check` is asked for visits as long as a call, which is what `verify` takes for their length.
    lasting = {"expected_duration_s": 300.0} if row["channel"] == "visit" else {}
    return {key: value for key, value in row.items() if key != "open_for"} | lasting


def _moments(row: Row, made: World) -> list[datetime]:
    """Return a row's first and last instant, its minutes, and where what is told of the world may change something."""
    begin, last = row["at"], row["at"] + row["open_for"] - LAST
    if begin == last:
        return [begin]
    minutes = range(1, (last - begin) // MINUTE + 1)
    near = [moment for turn in made.turns(begin, last) for moment in (turn, turn + LAST)]
    every = (begin, last, *(begin + number * MINUTE for number in minutes), *near)
    return sorted({moment for moment in every if begin <= moment <= last})


def by_verify(rows: list[Row], facts: Facts, rulebook: Rulebook, as_of: datetime) -> list[tuple[str, ...]]:
    """Return what ``verify`` says against each row; no two rows may be about one person."""
    found = verify(schedule(rows), facts, rulebook, as_of, PARAMS)
    against = dict(zip(found["attempt_id"], found["provision"], strict=True))
    return [(against[str(number)],) if str(number) in against else () for number in range(len(rows))]


def compare(made: World, rulebook: Rulebook) -> list[Judged]:
    """Return every row of a world with what both readings say of it."""
    facts = world(made.told)
    flat = [row for rows in made.rounds for row in rows]
    first = by_check(made, flat, facts, rulebook)
    second = [said for rows in made.rounds for said in by_verify(rows, facts, rulebook, made.as_of)]
    return [Judged(*one) for one in zip(flat, first, second, strict=True)]

"""What was done to the casefile, when and with what: a chain in which a removed or changed entry is noticed.

Each entry holds the hash of the one before, and the casefile notes how the chain ends, so that its last entries cannot
be cut off unnoticed either. Entries hold counts, hashes and keyed names; no personal data.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from skiptrace.casefile.store import Opened

__all__ = ["Entry", "entries", "fault", "note"]

_HEAD = "audit_head"
_BEGINNING = "0" * 64
"""What the first entry holds in the place of a hash before it."""


class Entry(NamedTuple):
    """One thing that was done.

    Attributes
    ----------
    number
        1, 2, 3 …
    as_of
        The moment the command was given, RFC 3339.
    command
        Its name.
    program
        Version of skiptrace.
    details
        Counts, hashes, keyed names.
    previous, hash
        Hash of the entry before, and of this one with it.
    """

    number: int
    as_of: str
    command: str
    program: str
    details: dict[str, Any]
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """Return the hash that follows from what the entry says."""
        said = [self.number, self.as_of, self.command, self.program, self.details, self.previous]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def note(opened: Opened, command: str, as_of: datetime, details: Mapping[str, Any]) -> Entry:
    """Add an entry to the chain, in the transaction of what it tells of."""
    head = opened.get(_HEAD) or {"number": 0, "hash": _BEGINNING}
    entry = Entry(head["number"] + 1, as_of.isoformat(), command, version("skiptrace"), dict(details), head["hash"], "")
    entry = entry._replace(hash=entry.expected_hash())
    text = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
    opened.connection.execute(
        f"INSERT INTO {opened.schema}.audit VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # our own name
        list(entry._replace(details=text)),  # type: ignore[arg-type]  # as it is stored
    )
    opened.put(_HEAD, {"number": entry.number, "hash": entry.hash})
    return entry


def entries(opened: Opened) -> list[Entry]:
    """Return every entry, the first first."""
    rows = opened.connection.execute(f"SELECT * FROM {opened.schema}.audit ORDER BY number").fetchall()  # noqa: S608
    return [Entry(*row)._replace(details=json.loads(row[4])) for row in rows]


def fault(opened: Opened, chain: Sequence[Entry]) -> str | None:
    """Return where the chain is broken, or null if it is whole."""
    previous = _BEGINNING
    for number, entry in enumerate(chain, start=1):
        if entry.number != number:
            return f"entry {number} is missing"
        if entry.previous != previous or entry.hash != entry.expected_hash():
            return f"entry {number} is not what was written"
        previous = entry.hash
    head = opened.get(_HEAD) or {"number": 0, "hash": _BEGINNING}
    if (head["number"], head["hash"]) != (len(chain), previous):
        return f"the chain ends at entry {len(chain)}, but not as it was left"
    return None

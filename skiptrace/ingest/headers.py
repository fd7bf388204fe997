"""Tell from headers and file names which table and which columns a file holds."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from skiptrace.contracts.inputs import INPUTS
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "Headers",
    "Labelled",
    "check_further",
    "fold",
    "known_headers",
    "match_headers",
    "nearest",
    "table_by_headers",
    "table_by_name",
]

_WITH_PERSON = ("accounts", "records", "relations")
_LISTS = ("phones", "emails", "aliases")
_JOINED = {"given_name": ("middle_name",), "family_name": ("name_suffix",), "address": ("address_2", "address_3")}
"""Parts that follow a column; ``house_number`` goes before ``address``."""
_ID = "national_id"
"""Column that the number of any document fills."""
_PARTS = {"middle_name", "name_suffix", "house_number", "address_2", "address_3"}
_NAMES = ("full_name", "given_name", "family_name")
_BESIDES = {
    "proposals": ("proposal_id", "account_id", "channel", "contact_point", "at"),
    "judgements": ("record_id_l", "record_id_r", "judgement"),
}
"""Required columns of the files that are read besides a batch."""


class Labelled(NamedTuple):
    """A wide contact column: its header in the file, and where it rings (null = unknown)."""

    header: str
    label: str | None


@dataclass(frozen=True, kw_only=True)
class Headers:
    """Which header of a file stands for which column.

    Attributes
    ----------
    columns
        Contract column → headers whose cells, put together in this order, are its value.
    phones, emails
        Wide contact columns.
    aliases
        Columns of other names.
    instead
        Contract column → headers that are asked where it is empty, in this order.
    unknown
        Headers that go to ``extra``, in the file's order.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phones: tuple[Labelled, ...] = ()
    emails: tuple[Labelled, ...] = ()
    aliases: tuple[str, ...] = ()
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def known(self) -> int:
        """How many headers are known."""
        parts = sum(len(headers) for headers in self.columns.values())
        return parts + len(self.phones) + len(self.emails) + len(self.aliases)

    def missing(self, table: str) -> list[str]:
        """Return the required columns that no header stands for."""
        needed = [name for name in _required(table) if name not in self.columns]
        if table == "accounts" and not any(name in self.columns for name in _NAMES):
            needed.append("full_name")
        if table == "stops" and not {"account_id", "contact_point"} & set(self.columns):
            needed.append("account_id")
        return needed


def fold(header: str) -> str:
    """Bring a header to the form in which headers are compared.

    >>> fold("Phone No. 1"), fold("出生日期 "), fold("ＤＯＢ")
    ('phoneno1', '出生日期', 'dob')
    """
    return "".join(char for char in unicodedata.normalize("NFKC", header).casefold() if char.isalnum())


def match_headers(table: str, headers: Sequence[str], further: Mapping[str, str]) -> Headers:
    """Say what each header of a file stands for.

    Parameters
    ----------
    table
        The table the file holds.
    headers
        As in the file, made unique.
    further
        ``[columns]`` of the settings: header → column.

    Notes
    -----
    Where two headers stand for one column, the better name wins and the other is kept as an unknown column; of the
    numbers of several documents the first that a row has is read, and none is kept as it is.

    Examples
    --------
    >>> found = match_headers("accounts", ["Acct No", "Surname", "Mobile 2", "colour"], {})
    >>> found.columns, found.phones[0].label, found.unknown
    ({'account_id': ('Acct No',), 'family_name': ('Surname',)}, 'mobile', ('colour',))
    """
    names = _aliases(table)
    own = {fold(header): fold(column) for header, column in further.items()}
    ranked: dict[str, list[tuple[int, str]]] = {}
    lists: dict[str, list[Labelled]] = {name: [] for name in _LISTS}
    with_person = table in _WITH_PERSON
    for header in headers:
        meaning = own.get(fold(header), fold(header))
        target = names.get(meaning)
        if with_person and (target is None or target[0] in _LISTS):
            wide = _wide(meaning) if target is None else (target[0], None)
            if wide is not None:
                lists[wide[0]].append(Labelled(header, wide[1]))
        elif target is not None:
            ranked.setdefault(target[0], []).append((target[1], header))
    # The sort is stable: of equally good names the first in the file goes first.
    named = {column: [header for _, header in sorted(found, key=itemgetter(0))] for column, found in ranked.items()}
    parts = {column: headers_of[0] for column, headers_of in named.items()}
    columns = {
        column: tuple(
            parts[part]
            for part in (*(("house_number",) if column == "address" else ()), column, *_JOINED.get(column, ()))
            if part in parts
        )
        for column in parts
        if column not in _PARTS
    }
    used = {header for group in columns.values() for header in group}
    others = tuple(named.get(_ID, ())[1:])
    used |= {*others}
    used |= {wide_column.header for group in lists.values() for wide_column in group}
    return Headers(
        columns=columns,
        phones=tuple(lists["phones"]),
        emails=tuple(lists["emails"]),
        aliases=tuple(alias.header for alias in lists["aliases"]),
        instead={_ID: others} if others else {},
        unknown=tuple(header for header in headers if header not in used),
    )


def known_headers(headers: Iterable[str]) -> int:
    """Return how many of the headers mean something in the one table that knows most of them."""
    listed = list(headers)
    return max(match_headers(table, listed, {}).known for table in (*INPUTS, *_BESIDES))


def nearest(column: str, table: str, headers: Sequence[str]) -> list[str]:
    """Return the headers that come nearest to a column that is missing, best first."""
    wanted = [name for name, (target, _) in _aliases(table).items() if target == column]
    scored = {
        header: max(difflib.SequenceMatcher(None, fold(header), name).ratio() for name in wanted) for header in headers
    }
    close = 0.6  # difflib's own idea of a close match
    return sorted((header for header in headers if scored[header] >= close), key=lambda header: -scored[header])[:3]


def table_by_name(title: str) -> str | None:
    """Tell the table from a file's or sheet's name.

    >>> table_by_name("accounts_2026"), table_by_name("2026-01 Contact Points (final)"), table_by_name("三月联系记录")
    ('accounts', 'contact_points', 'attempts')
    """
    words = [fold(word) for word in re.findall(r"[^\W\d_]+", title)]
    runs = {"".join(words[start:stop]) for start in range(len(words)) for stop in range(start + 1, len(words) + 1)}
    # Chinese is written without blanks between words.
    found = [
        (len(name), table)
        for name, table in _file_names().items()
        if name in runs or (not name.isascii() and name in fold(title))
    ]
    longest = max((length for length, _ in found), default=0)
    tables = {table for length, table in found if length == longest}
    return tables.pop() if len(tables) == 1 else None


def table_by_headers(headers: Sequence[str], further: Mapping[str, str]) -> str | None:
    """Tell the table from a file's headers, if only one table fits best."""
    fits: dict[str, tuple[int, int]] = {}
    for table in INPUTS:
        found = match_headers(table, headers, further)
        if not found.missing(table):
            # An account needs a name besides, a stop an account or a contact point.
            besides = table in {"accounts", "stops"}
            fits[table] = (len(_required(table)) + besides, found.known)
    best = [table for table, fit in fits.items() if fit == max(fits.values())]
    return best[0] if len(best) == 1 else None


def _required(table: str) -> list[str]:
    derived = {"attempt_id", "relation_id"}
    if table in _BESIDES:
        return list(_BESIDES[table])
    return [name for name in INPUTS[table].required if name not in derived]


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("skiptrace.ingest").joinpath("aliases.toml").read_text(encoding="utf-8"))


@cache
def _aliases(table: str) -> dict[str, tuple[str, int]]:
    """Folded header → column (or part) and how far down its list it stands."""
    sections = [_data()[table], *([_data()["person"]] if table in _WITH_PERSON else [])]
    found: dict[str, tuple[str, int]] = {}
    for section in sections:
        for column, names in section.items():
            for place, name in enumerate(names):
                found.setdefault(fold(name), (column, place))
    return found


@cache
def _wide_names() -> dict[str, tuple[str, str | None]]:
    return {
        fold(name): (kind, None if label == "unknown" else label)
        for kind in ("phones", "emails")
        for label, names in _data()[kind].items()
        for name in names
    }


def _wide(folded: str) -> tuple[str, str | None] | None:
    """Read a header such as ``mobile``, ``phone2`` or ``alias1``."""
    bare = folded.rstrip("0123456789")
    if bare in {"alias", "aka", "othername"}:
        return "aliases", None
    names = _wide_names()
    return names.get(folded) or names.get(bare)


@cache
def _file_names() -> dict[str, str]:
    return {fold(name): table for table, names in _data()["files"].items() for name in names}


def check_further(further: Mapping[str, str]) -> None:
    """Check that every column named in the settings exists.

    Raises
    ------
    SettingsError
        Naming the nearest column there is.
    """
    known = {name for table in (*INPUTS.values(), PROPOSALS, JUDGEMENTS) for name in table.columns} | _PARTS
    known |= {name for table in (*INPUTS, *_BESIDES) for name in _aliases(table)} | set(_wide_names())
    for header, column in further.items():
        if column not in known and fold(column) not in known and _wide(fold(column)) is None:
            near = difflib.get_close_matches(column, known, n=1, cutoff=0)
            raise SettingsError(f"columns: {header} is mapped to unknown column {column}; nearest known: {near[0]}")

"""Input with one mistake each, and what reading it must give; ``expected.toml`` is written from the same list."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from files import workbook

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CASES", "Case", "Turned", "write_broken", "write_huge"]


@dataclass(frozen=True, kw_only=True)
class Turned:
    """A row that is turned away: where it stands, and words its reason must hold (any case)."""

    file: str
    line: int
    column: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One mistake.

    Attributes
    ----------
    name
        The mistake, and its folder.
    why
        What is wrong, in words.
    files
        File name → content.
    accepted
        Table → rows accepted.
    rejected
        Rows turned away.
    error
        Words of the one line that stops the command with exit code 3; empty where reading goes on.
    set_aside, conflicts, uncoded
        How many cells are set aside, conflicts reported, attempts kept for law alone.
    """

    name: str
    why: str
    files: dict[str, bytes] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    rejected: tuple[Turned, ...] = ()
    error: tuple[str, ...] = ()
    set_aside: int = 0
    conflicts: int = 0
    uncoded: int = 0


_ACCOUNTS = """account_id,full_name,country,phone_1,balance,currency,opened_on
A1,Ruth Hayward,US,614-555-0111,120.00,USD,2023-04-05
A2,José Núñez,US,614-555-0112,75.50,USD,2022-11-30
A3,张伟,CN,138 0000 1203,980.00,CNY,2021-07-19
"""
_ATTEMPTS = """attempt_id,account_id,channel,contact_point,started_at,outcome
T1,A1,call,+16145550111,2026-10-05T10:00:00-04:00,no_answer
T2,A2,call,+16145550112,2026-10-05T11:00:00-04:00,voicemail
"""
_CONSENTS = """consent_id,given_by,given_to,basis,purposes,given_at,valid_until
K1,debtor,this_collector,consent,locate;contact,2023-04-05T12:00:00Z,2028-04-05T12:00:00Z
"""


def _lines(text: str, *more: str) -> bytes:
    return (text + "".join(f"{line}\n" for line in more)).encode()


def _accounts(*more: str) -> dict[str, bytes]:
    return {"accounts.csv": _lines(_ACCOUNTS, *more)}


def _attempts(*more: str) -> dict[str, bytes]:
    return _accounts() | {"attempts.csv": _lines(_ATTEMPTS, *more)}


_SHEET = [line.split(",") for line in _ACCOUNTS.splitlines()]
_THREE = {"accounts": 3}
_WITH_ATTEMPTS = {"accounts": 3, "attempts": 2}

CASES = (
    Case(name="no_such_file", why="the folder is not there", error=("no_such_file",)),
    Case(name="empty_file", why="a file of no bytes", files={"accounts.csv": b""}, error=("accounts.csv", "empty")),
    Case(
        name="header_only",
        why="a header and no rows: read in peace, and then no command finds an account to work on",
        files={"accounts.csv": _ACCOUNTS.splitlines()[0].encode() + b"\n"},
    ),
    Case(
        name="wrong_delimiter",
        why="fields parted by ^, which no table is written with",
        files={"accounts.csv": _ACCOUNTS.replace(",", "^").encode()},
        error=("accounts.csv", "account_id"),
    ),
    Case(
        name="two_headers_alike",
        why="two columns headed balance, which do not agree",
        files={"accounts.csv": _ACCOUNTS.replace("currency", "balance", 1).encode()},
        error=("accounts.csv", "balance"),
    ),
    Case(
        name="missing_required_column",
        why="no account_id, only a misspelt one",
        files={"accounts.csv": _ACCOUNTS.replace("account_id", "acount_idd").encode()},
        error=("accounts.csv", "account_id", "acount_idd"),
    ),
    Case(
        name="two_hundred_columns",
        why="one row with 200 cells under a header of 7",
        files=_accounts("A4,Ann Bell,US,614-555-0114,10.00,USD,2024-01-01" + ",x" * 193),
        accepted=_THREE,
        rejected=(Turned(file="accounts.csv", line=5, words=("200", "7")),),
    ),
    Case(
        name="nul_bytes",
        why="NUL bytes inside a row",
        files=_accounts("A4,Ann\0Bell,US,614-555-0114,10.00,USD,2024-01-01"),
        accepted=_THREE,
        rejected=(Turned(file="accounts.csv", line=5, words=("NUL",)),),
    ),
    Case(
        name="quote_never_closed",
        why="a quote opened in line 5 and never closed: the lines after it are not swallowed",
        files=_accounts(
            'A4,"Ann Bell,US,614-555-0114,10.00,USD,2024-01-01', "A5,Ian Cole,US,614-555-0115,20.00,USD,2024-02-01"
        ),
        accepted={"accounts": 4},
        rejected=(Turned(file="accounts.csv", line=5, words=("quote",)),),
    ),
    Case(
        name="mixed_encodings",
        why="UTF-8, but for one line in Latin-1",
        files={
            "accounts.csv": _lines(_ACCOUNTS) + "A4,Zoë Ibáñez,US,614-555-0114,10.00,USD,2024-01-01\n".encode("latin-1")
        },
        accepted=_THREE,
        rejected=(Turned(file="accounts.csv", line=5, words=("encod",)),),
    ),
    Case(
        name="time_without_zone",
        why="an attempt whose time has no offset, and no zone declared",
        files=_attempts("T3,A1,call,+16145550111,2026-10-06 10:00:00,busy"),
        accepted=_WITH_ATTEMPTS,
        rejected=(Turned(file="attempts.csv", line=4, column="started_at", words=("offset",)),),
    ),
    Case(
        name="end_before_start",
        why="a consent and a stop that end before they begin; an unreadable stop bars its account all the same",
        files=_accounts()
        | {
            "consents.csv": _lines(
                _CONSENTS, "K2,debtor,creditor,consent,locate,2024-01-01T00:00:00Z,2023-01-01T00:00:00Z"
            ),
            "stops.csv": _lines(
                "account_id,kind,since,until\n", "A1,opt_out,2026-05-01T00:00:00Z,2026-04-01T00:00:00Z"
            ),
        },
        accepted={"accounts": 3, "consents": 1, "stops": 1},
        rejected=(
            Turned(file="consents.csv", line=3, column="valid_until", words=("before",)),
            Turned(file="stops.csv", line=2, column="until", words=("before",)),
        ),
    ),
    Case(
        name="negative_balance",
        why="a balance below zero",
        files=_accounts("A4,Ann Bell,US,614-555-0114,-10.00,USD,2024-01-01"),
        accepted=_THREE,
        rejected=(Turned(file="accounts.csv", line=5, column="balance", words=("below 0",)),),
    ),
    Case(
        name="phone_with_letters",
        why="words where a number should be: the cell is set aside, the account stays",
        files=_accounts("A4,Ann Bell,US,ask at the desk,10.00,USD,2024-01-01"),
        accepted={"accounts": 4},
        set_aside=1,
    ),
    Case(
        name="impossible_date",
        why="30 February",
        files=_accounts("A4,Ann Bell,US,614-555-0114,10.00,USD,2024-02-30"),
        accepted=_THREE,
        rejected=(Turned(file="accounts.csv", line=5, column="opened_on", words=("date",)),),
    ),
    Case(
        name="unknown_outcome",
        why="a code no vocabulary knows: law still counts the attempt",
        files=_attempts("T3,A1,call,+16145550111,2026-10-06T10:00:00-04:00,XFER-7"),
        accepted=_WITH_ATTEMPTS,
        rejected=(Turned(file="attempts.csv", line=4, column="outcome", words=("outcome",)),),
        uncoded=1,
    ),
    Case(
        name="unknown_account",
        why="an attempt for an account that no file has",
        files=_attempts("T3,A99,call,+16145550111,2026-10-06T10:00:00-04:00,busy"),
        accepted=_WITH_ATTEMPTS,
        rejected=(Turned(file="attempts.csv", line=4, column="account_id", words=("account",)),),
    ),
    Case(
        name="duplicate_ids",
        why="one id twice with different content, another twice alike",
        files=_accounts(
            "A1,Ruth Hayward,US,614-555-0111,999.00,USD,2023-04-05",
            "A2,José Núñez,US,614-555-0112,75.50,USD,2022-11-30",
        ),
        accepted=_THREE,
        rejected=(
            Turned(file="accounts.csv", line=5, column="balance", words=("differs",)),
            Turned(file="accounts.csv", line=6, words=("duplicate",)),
        ),
        conflicts=1,
    ),
    Case(
        name="unknown_consent",
        why="a record whose consent no file has",
        files=_accounts()
        | {
            "consents.csv": _lines(_CONSENTS),
            "records.csv": _lines(
                "record_id,source,consent_id,full_name\n", "R1,utility,K1,Ruth Bell", "R2,utility,K9,Ann Bell"
            ),
        },
        accepted={"accounts": 3, "consents": 1, "records": 1},
        rejected=(Turned(file="records.csv", line=3, column="consent_id", words=("consent",)),),
    ),
    Case(
        name="formulas",
        why="a workbook with formulas in the balance: row 3 keeps its result, row 4 has none",
        files={"accounts.xlsx": workbook(_SHEET, formulas={"E3": "70+5.5", "E4": ""})},
        accepted={"accounts": 2},
        rejected=(Turned(file="accounts.xlsx", line=4, column="balance", words=("formula",)),),
    ),
    Case(
        name="merged_cells",
        why="a workbook in which the names of rows 3 and 4 are one cell",
        files={"accounts.xlsx": workbook([*_SHEET[:3], [*_SHEET[3][:1], "", *_SHEET[3][2:]]], merged="B3:B4")},
        accepted={"accounts": 1},
        rejected=(
            Turned(file="accounts.xlsx", line=3, column="full_name", words=("merged",)),
            Turned(file="accounts.xlsx", line=4, column="full_name", words=("merged",)),
        ),
    ),
    Case(
        name="merged_header",
        why="a workbook in which two headers are one cell",
        files={"accounts.xlsx": workbook(_SHEET, merged="B1:C1")},
        error=("accounts.xlsx", "merged", "header"),
    ),
    Case(
        name="one_array",
        why="a file of one JSON array in place of a line for each object",
        files={"accounts.jsonl": b'[{"account_id": "A1", "full_name": "Ruth Hayward"}]\n'},
        error=("accounts.jsonl", "array"),
    ),
    Case(
        name="no_table",
        why="a folder in which no file is a table",
        files={"notes.csv": b"colour,weight\nblue,12\n"},
        error=("notes.csv", "accounts"),
    ),
    Case(
        name="not_an_object",
        why="JSON Lines in which one line is a list and one is cut off",
        files={
            "accounts.jsonl": _lines(
                "", '{"account_id": "A1", "full_name": "Ruth Hayward"}', '["A2", "Ian Cole"]', '{"account_id": "A3", '
            )
        },
        accepted={"accounts": 1},
        rejected=(
            Turned(file="accounts.jsonl", line=2, words=("object",)),
            Turned(file="accounts.jsonl", line=3, words=("JSON",)),
        ),
    ),
)
"""Every mistake that fits in a small file."""


def write_broken(out: Path) -> None:
    """Write a folder for each case, and ``expected.toml``; what was there before is removed."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for case in CASES:
        for name, content in case.files.items():
            path = out / case.name / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    (out / "expected.toml").write_text(_expected(), encoding="utf-8", newline="\n")


_HEAD = """# What reading each folder here must give. Made by samples/make.py from samples/broken.py.
# exit: 0 = read on, 3 = one line holding every word of `error`. A rejected row's reason holds every one of its `words`.
"""


def _expected() -> str:
    parts = [_HEAD]
    for case in CASES:
        lines = ["[[case]]", f'name = "{case.name}"', f'why = "{case.why}"']
        lines.append(f"exit = {3 if case.error else 0}")
        if case.error:
            lines.append(f"error = {_listed(case.error)}")
        else:
            accepted = ", ".join(f"{table} = {count}" for table, count in case.accepted.items())
            lines.append(f"accepted = {{ {accepted} }}")
            lines += [f"{name} = {getattr(case, name)}" for name in ("set_aside", "conflicts", "uncoded")]
            lines.append("rejected = [")
            lines += [
                f'  {{ file = "{t.file}", line = {t.line}, column = "{t.column}", words = {_listed(t.words)} }},'
                for t in case.rejected
            ]
            lines.append("]")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _listed(words: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


_MEGABYTE = 1_000_000
_CELL = 100 * _MEGABYTE
_AT_ONCE = 10_000


def write_huge(out: Path, megabytes: int) -> Path:
    """Write a batch whose attempts file is far too large, with a cell of 100 MB in the middle; return its folder.

    Too large to keep: it is made where and when it is wanted.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "accounts.csv").write_bytes(_lines(_ACCOUNTS))
    head, first, *_ = _ATTEMPTS.encode().splitlines(keepends=True)
    rest = first.removeprefix(b"T1")
    with (out / "attempts.csv").open("wb") as stream:
        stream.write(head)
        number = 0
        total = megabytes * _MEGABYTE
        for reached in (max(0, total - _CELL) // 2, total):
            while stream.tell() < reached:
                stream.write(b"".join(b"T%d%b" % (n, rest) for n in range(number, number + _AT_ONCE)))
                number += _AT_ONCE
            if stream.tell() < total:
                stream.write(b"X1,A1,call,")
                for _ in range(_CELL // _MEGABYTE):
                    stream.write(b"9" * _MEGABYTE)
                stream.write(b",2026-10-05T10:00:00-04:00,busy\n")
    return out

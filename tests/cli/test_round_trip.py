"""Run, verify, export, dial, outcomes, plan: the whole round by the command line, with two dialers that are not ours.

The dialers here read what was exported and write what VICIdial's API and Asterisk's ``Master.csv`` would tell; they are
written from those systems' documents and know nothing of our readers.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.contracts.inputs import ATTEMPTS
from tests.cli.conftest import MONDAY, enter

THURSDAY = "2026-11-26T09:00:00+00:00"
"""Each account's first call has been made by then, and the calls of the second wave that were due."""
WEDNESDAY = "2026-11-25T07:00:00+00:00"
"""Before any second attempt."""
CLOCK = ZoneInfo("America/New_York")
SETTINGS = """
[export.vicidial]
list_id = 9001
campaign_id = "TRACE"
time_zone = "America/New_York"
[export.asterisk]
channel = "CHANNEL"
callerid = "<+442079460999>"
context = "outbound"
extension = "s"
"""
STAMP = "%Y-%m-%d %H:%M:%S"


class Round(NamedTuple):
    casefile: object
    release: object
    exported: object
    rows: pl.DataFrame

    def enter(self, command, *words, at=THURSDAY):
        return enter(command, *words, "--casefile", self.casefile, "--as-of", at)

    def take(self, results, *words):
        """Take results in; return what became of their rows, and the attempts on record."""
        done = self.enter("outcomes", results, *words, "--json")
        assert done.code == 0, done.err
        with Casefile(self.casefile, Key("k")).open() as opened:
            attempts = opened.read("attempts", ATTEMPTS.schema)
        return json.loads(done.out), attempts

    def attempt(self, account, wave=1):
        mine = self.rows.filter(pl.col("account_id") == account)
        # An account with a history is in the midst of a round: its waves are counted on.
        return mine.filter(pl.col("wave") == pl.col("wave").min() + wave - 1).row(0, named=True)


@pytest.fixture
def begin(ran, tmp_path):
    """Release Monday's plan and export it; ``channel`` is what Asterisk dials."""

    def released(channel="PJSIP/{number}@trunk"):
        casefile = shutil.copy(ran.casefile, tmp_path / "a.casefile")
        (tmp_path / "dialer.toml").write_text(SETTINGS.replace("CHANNEL", channel), encoding="utf-8")
        release, out = tmp_path / "release.jsonl", tmp_path / "dialers"
        schedule = ran.out / "schedule.jsonl"
        verified = enter("verify", schedule, "--casefile", casefile, "--out", release, "--as-of", MONDAY)
        assert verified.code == 0, verified.err
        forms = ["--format", "vicidial", "--format", "asterisk", "--settings", tmp_path / "dialer.toml"]
        done = enter("export", release, *forms, "--out", out, "--as-of", MONDAY)
        assert "vicidial: 8 rows = 5 written + 0 refused + 3 not for this dialer" in done.out, done.err
        return Round(casefile, release, out, pl.read_ndjson(release))

    return released


def vicidial_calls(exported, statuses):
    """Make the calls for which there is a status: (account, number of the call) → status, seconds, minutes too late."""
    lines = (exported / "vicidial_api.txt").read_text(encoding="utf-8").splitlines()
    leads = sorted((dict(parse_qsl(line)) for line in lines), key=lambda lead: lead["callback_datetime"])
    made, calls = {}, []
    for lead in leads:
        account = lead["source_id"]
        made[account] = made.get(account, 0) + 1
        if (account, made[account]) in statuses:
            status, seconds, late = statuses[account, made[account]]
            at = datetime.strptime(lead["callback_datetime"], STAMP) + timedelta(minutes=late)  # noqa: DTZ007  # as the log has it
            calls.append((lead["phone_number"], at, status, seconds, account))
    return calls


def vicidial_log(path, calls):
    """Write the answer of ``phone_number_log``."""
    lines = [
        f"{number},{at:%Y-%m-%d %H:%M:%S},9001,{seconds},{status},{'CALLER' if seconds else ''},{status},{account},"
        f"{'6666' if seconds else 'VDAD'}\n"
        for number, at, status, seconds, account in calls
    ]
    path.write_text("".join(lines), encoding="utf-8", newline="")
    return path


class Dialled(NamedTuple):
    """A call that Asterisk made."""

    keys: dict[str, str]
    start: datetime
    disposition: str
    ring: int
    talk: int
    wide: bool

    def record(self, channel, dst, userfield, leg):
        answer, end = (self.start + timedelta(seconds=s) for s in (self.ring, self.ring + self.talk))
        unique = f"{int(self.start.timestamp())}.{self.start.second}"
        who = [self.keys["Account"], "", dst, self.keys["Context"], self.keys["Callerid"], channel, "", "", ""]
        when = [self.start.strftime(STAMP), answer.strftime(STAMP) if self.talk else "", end.strftime(STAMP)]
        how = [str(self.ring + self.talk), str(self.talk), self.disposition, "DOCUMENTATION"]
        ids = [f"{unique}{leg}", userfield]
        return [*who, *when, *how, *ids, *(["", f"{unique}0", str(leg)] if self.wide else [])]


def master_csv(path, exported, ends, wide):
    """Dial the call files, and write the records: 18 columns, or 21 and both halves of each Local channel."""
    records = []
    for number, file in enumerate(sorted((exported / "call_files").iterdir())):
        keys = [line.split(": ", 1) for line in file.read_text(encoding="utf-8").splitlines()]
        attempt = dict(value.split("=", 1) for key, value in keys if key == "Set")["CDR(userfield)"]
        if attempt not in ends:
            continue
        start = datetime.fromtimestamp(int(file.stat().st_mtime), UTC) + timedelta(seconds=number)
        call = Dialled(dict(keys), start, *ends[attempt], wide)
        if wide:
            channel = f"{call.keys['Channel']}-{number:08x}"
            digits = re.search(r"\+\d+", channel).group()
            records += [call.record(f"{channel};1", "s", attempt, 0), call.record(f"{channel};2", digits, "", 1)]
        else:
            records.append(call.record(f"PJSIP/trunk-{number:08x}", "s", attempt, 0))
        if call.disposition != "ANSWERED":
            records.append(call.record("OutgoingSpoolFailed", "failed", attempt, 2))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(records)
    return path, len(records)


def counts(taken):
    return {name: taken[name] for name in ("read", "new", "known", "set_aside", "rejected", "stops")}


def on_record(attempts, told):
    """The outcomes on record of attempts: id → outcome."""
    return dict(attempts.filter(pl.col("attempt_id").is_in(list(told))).select("attempt_id", "outcome").iter_rows())


def test_results_of_vicidial_come_home_and_the_next_plan_knows_them(begin, tmp_path):
    made = begin()
    statuses = {("CN-1003", 1): ("DNC", 31, 4), ("UK-1002", 1): ("N", 0, 120), ("OH-1001", 1): ("NI", 45, 7)}
    calls = vicidial_calls(made.exported, statuses)
    assert len(calls) == 3
    tuesday = datetime(2026, 11, 24, 18, 30)  # noqa: DTZ001  # as the log has it
    unscheduled = ("6145550142", tuesday, "B", 0, "OH-1001")
    others = [("6145550142", tuesday + timedelta(hours=1), "QUEUE", 0, "OH-1001"), ("2125550100", tuesday, "N", 0, "")]
    log = vicidial_log(tmp_path / "calls.csv", [unscheduled, *others, *calls])
    words = [log, "--format", "vicidial", "--zone", "America/New_York"]

    taken, attempts = made.take(*words)
    assert counts(taken) == {"read": 6, "new": 4, "known": 0, "set_aside": 1, "rejected": 1, "stops": 1}
    assert taken["outcomes"] == {"busy": 1, "human_unverified": 1, "no_answer": 1, "refused": 1}
    expected = {"CN-1003": "refused", "UK-1002": "no_answer", "OH-1001": "human_unverified"}
    placed = {made.attempt(account)["attempt_id"]: outcome for account, outcome in expected.items()}
    assert on_record(attempts, placed) == placed
    for _, at, _, _, account in calls:
        start = attempts.filter(pl.col("attempt_id") == made.attempt(account)["attempt_id"])["started_at"].item()
        assert start == at.replace(tzinfo=CLOCK)
    stray = attempts.filter(pl.col("started_at") == tuesday.replace(tzinfo=CLOCK).astimezone(UTC))
    assert stray.select("account_id", "outcome", "contact_point").rows() == [("OH-1001", "busy", "+16145550142")]

    taken, again = made.take(*words)
    assert counts(taken) == {"read": 6, "new": 0, "known": 4, "set_aside": 1, "rejected": 1, "stops": 0}
    assert again.equals(attempts)

    gate = made.enter("verify", made.release, "--json", at=WEDNESDAY)
    refused = {row["attempt_id"]: row["provision"] for row in json.loads(gate.out)["refused"]}
    never = made.attempt("CN-1003", 2)["attempt_id"]
    texts = made.rows.filter(sequence=2)["attempt_id"]
    assert refused == {
        **dict.fromkeys(placed, "made"),
        never: "house.stop.do-not-call",
        **dict.fromkeys(texts, "expired"),
    }

    done = made.enter("plan", "--out", tmp_path / "next")
    assert done.code == 0, done.err
    rows = pl.read_ndjson(tmp_path / "next" / "schedule.jsonl").with_columns(
        pl.col("not_before").str.to_datetime(time_zone="UTC")
    )
    assert rows["not_before"].min() >= datetime.fromisoformat(THURSDAY)
    assert made.attempt("CN-1003")["contact_point"] not in rows["contact_point"]
    # Whoever answered in Ohio may have been the debtor: the day of a conversation is the first of seven without a call.
    ohio = rows.filter(pl.col("account_id") == "OH-1001", pl.col("channel") == "call")["not_before"]
    assert all(at >= datetime(2026, 12, 2, tzinfo=CLOCK) for at in ohio)
    assert made.enter("verify", tmp_path / "next" / "schedule.jsonl").code == 0

    # What the first plan still wanted is the second's to give: none of it goes out any more.
    gone = made.enter("verify", made.release, "--out", tmp_path / "old.jsonl")
    assert (gone.code, "8 rows, 8 refused" in gone.out) == (0, True)
    assert (tmp_path / "old.jsonl").read_bytes() == b""


@pytest.mark.parametrize("wide", [False, True], ids=["18 columns", "21 columns, Local"])
def test_results_of_asterisk_come_home_even_when_another_plan_was_made_meanwhile(begin, wide, tmp_path):
    made = begin("Local/{number}@trunk" if wide else "PJSIP/{number}@trunk")
    ids = {account: made.attempt(account)["attempt_id"] for account in ("CN-1003", "UK-1002", "OH-1001")}
    ends = {ids["CN-1003"]: ("ANSWERED", 9, 62), ids["UK-1002"]: ("NO ANSWER", 28, 0), ids["OH-1001"]: ("BUSY", 2, 0)}
    words = ["--format", "asterisk-cdr", "--zone", "UTC"]
    master, records = master_csv(tmp_path / "Master.csv", made.exported, ends, wide)
    taken, attempts = made.take(master, *words)
    assert counts(taken) == {
        "read": records,
        "new": 3,
        "known": 0,
        "set_aside": records - 3,
        "rejected": 0,
        "stops": 0,
    }
    meant = {"ANSWERED": "human_unverified", "NO ANSWER": "no_answer", "BUSY": "busy"}
    for attempt, (disposition, ring, talk) in ends.items():
        row = attempts.row(by_predicate=pl.col("attempt_id") == attempt, named=True)
        assert (row["outcome"], row["ring_s"], row["duration_s"]) == (meant[disposition], ring, talk)
    taken, again = made.take(master, *words)
    assert (taken["new"], taken["known"], again.equals(attempts)) == (0, 3, True)

    # A call file that nobody took out of the spool: it is dialled although a later plan took its place.
    assert made.enter("plan", "--out", tmp_path / "next").code == 0
    left = made.attempt("UK-1002", 2)["attempt_id"]
    master, records = master_csv(tmp_path / "Master.csv", made.exported, {**ends, left: ("FAILED", 1, 0)}, wide)
    taken, attempts = made.take(master, *words)
    assert (taken["read"], taken["new"], taken["known"], taken["rejected"]) == (records, 1, 3, 0)
    assert on_record(attempts, [left]) == {left: "failed"}

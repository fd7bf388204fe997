"""The last gate: each thing that came in since the plan removes the rows that it must, and no other."""

import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.pipeline import exporting, gathering, results, runs
from skiptrace.pipeline.terms import Terms
from tests.pipeline.conftest import MONDAY, SAMPLES

ROWS = {
    ("CN-1003", 1),
    ("CN-1003", 2),
    ("OH-1001", 1),
    ("OH-1001", 2),
    ("UK-1002", 1),
    ("UK-1002", 2),
}
"""Account × wave of the plan: in Ohio a call, then an e-mail; elsewhere two calls."""
SCHEMA = "consent_id,given_by,given_to,basis,purposes,given_at,valid_until,revoked_at\n"
CASES = {
    "nothing": ({}, set()),
    "a stop on an account": (
        {"stops": "account_id,kind,since\nUK-1002,cease,2026-11-23T10:00:00Z\n"},
        {("UK-1002", 1), ("UK-1002", 2)},
    ),
    "a stop on a channel": (
        {"stops": "account_id,kind,channel,since\nOH-1001,opt_out,email,2026-11-23T10:00:00Z\n"},
        {("OH-1001", 2)},
    ),
    "a stop on another account": ({"stops": "account_id,kind,since\nTX-1004,attorney,2026-11-23T10:00:00Z\n"}, set()),
    "a stop that begins after every window": (
        {"stops": "account_id,kind,since\nUK-1002,cease,2026-12-23T10:00:00Z\n"},
        set(),
    ),
    "a consent revoked": (
        {"consents": SCHEMA + "K03,debtor,this_collector,separate_consent,locate;contact;share,"
         "2025-09-30T03:00:00Z,2028-09-30T03:00:00Z,2026-11-23T10:00:00Z\n"},
        {("CN-1003", 1), ("CN-1003", 2)},
    ),
    "a conversation": (
        {"attempts": "attempt_id,account_id,channel,contact_point,started_at,outcome\n"
         "N1,OH-1001,call,+16145550142,2026-11-23T15:00:00Z,right_party\n"},
        {("OH-1001", 1)},
    ),
    "a number given to somebody else": (
        {"contact_points": "account_id,kind,value,reassignment_checked_on,reassignment_result\n"
         "OH-1001,phone,+16145550142,2026-11-23T10:00:00Z,reassigned\n"},
        {("OH-1001", 1)},
    ),
    "an opt-out among the results": (
        {"attempts": "attempt_id,account_id,channel,contact_point,started_at,outcome\n"
         "N2,OH-1001,email,{email},2026-11-23T15:00:00Z,opted_out\n"},
        {("OH-1001", 2)},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def monday(tmp_path_factory):
    """A folder with a casefile and the plan made from it; copy the casefile."""
    folder = tmp_path_factory.mktemp("monday")
    made, terms = Casefile(folder / "a.casefile", Key("secret")), Terms(as_of=MONDAY, seed=1)
    runs.run(gathering.gather([SAMPLES / "five_accounts"], made, terms), made, folder / "out", terms)
    return folder


@pytest.fixture
def kept(monday, casefile):
    shutil.copy(monday / "a.casefile", casefile.path)
    return casefile


def _schedule(monday):
    return pl.read_parquet(monday / "out" / "schedule.parquet")


def _refused(monday, gathered, terms):
    checked = exporting.recheck(monday / "out" / "schedule.jsonl", gathered, terms)
    gone = _schedule(monday).join(checked.kept.select("attempt_id"), on="attempt_id", how="anti")
    assert set(gone["attempt_id"]) == set(checked.findings["attempt_id"])
    return set(gone.select("account_id", "wave").iter_rows())


def test_the_plan_is_the_one_that_the_cases_speak_of(monday):
    rows = _schedule(monday).select("account_id", "wave", "channel")
    assert set(rows.select("account_id", "wave").iter_rows()) == ROWS
    assert rows.filter(pl.col("channel") == "email").select("account_id", "wave").rows() == [("OH-1001", 2)]


@pytest.mark.parametrize("where", ["beside the casefile", "kept in it"])
@pytest.mark.parametrize("name", CASES)
def test_what_came_in_removes_the_rows_it_must_and_no_other(name, where, monday, kept, terms, tmp_path):
    files, expected = CASES[name]
    email = _schedule(monday).filter(pl.col("channel") == "email")["contact_point"][0]
    late = tmp_path / "late"
    late.mkdir()
    for table, text in files.items():
        (late / f"{table}.csv").write_text(text.replace("{email}", email))
    then = replace(terms, as_of=terms.as_of + timedelta(hours=9))
    paths = [late] if files else []
    if where == "kept in it":
        gathering.gather(paths, kept, then)
        paths = []
    assert _refused(monday, gathering.gather(paths, kept, then, keep=False), then) == expected
    if where == "beside the casefile":
        assert _refused(monday, gathering.recall(kept, then), then) == set()


def test_what_results_report_is_done_with_and_what_has_expired_is_gone(monday, kept, terms, tmp_path):
    schedule = _schedule(monday).sort("wave")
    first = schedule.filter((pl.col("account_id") == "UK-1002") & (pl.col("wave") == 1))
    report = tmp_path / "r.csv"
    first.select("attempt_id", started_at="not_before", outcome=pl.lit("no_answer")).write_csv(report)
    # Within the window of that call: it was made, and the window has not passed.
    then = replace(
        terms, as_of=pl.Series(first["not_before"]).str.to_datetime(time_zone="UTC")[0] + timedelta(minutes=5)
    )
    results.take_results(report, kept, then)
    passed = schedule.filter(pl.col("not_after").str.to_datetime(time_zone="UTC") <= then.as_of)
    expected = {("UK-1002", 1), *passed.select("account_id", "wave").iter_rows()}
    checked = exporting.recheck(monday / "out" / "schedule.jsonl", gathering.recall(kept, then), then)
    assert _refused(monday, gathering.recall(kept, then), then) == expected
    assert dict(checked.findings.select("attempt_id", "provision").iter_rows())[first["attempt_id"][0]] == "made"
    assert not passed.is_empty()

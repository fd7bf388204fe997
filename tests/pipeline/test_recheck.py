"""The last gate: each thing that came in since the plan removes the rows that it must, and no other."""

import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.compliance.verify import UNKNOWN_POINT
from skiptrace.dialers import write_schedule
from skiptrace.errors import UsageError
from skiptrace.pipeline import exporting, gathering, results, runs
from skiptrace.pipeline.doctoring import audited
from skiptrace.pipeline.on_record import with_ended_consents
from skiptrace.pipeline.release import sha256
from skiptrace.pipeline.terms import Terms
from tests.pipeline.conftest import MONDAY, SAMPLES

ROWS = {
    ("CN-1003", 1),
    ("CN-1003", 2),
    ("OH-1001", 2),
    ("OH-1001", 3),
    ("UK-1002", 1),
    ("UK-1002", 2),
}
"""Account × wave of the plan: in Ohio, after an attempt of late, a call, then an e-mail; elsewhere two calls, the first
with a text message for when nobody answers."""
SCHEMA = "consent_id,given_by,given_to,basis,purposes,given_at,valid_until,revoked_at\n"
CASES = {
    "nothing": ({}, set()),
    "a stop on an account": (
        {"stops": "account_id,kind,since\nUK-1002,cease,2026-11-23T10:00:00Z\n"},
        {("UK-1002", 1), ("UK-1002", 2)},
    ),
    "a stop on a channel": (
        {"stops": "account_id,kind,channel,since\nOH-1001,opt_out,email,2026-11-23T10:00:00Z\n"},
        {("OH-1001", 3)},
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
        {("OH-1001", 2)},
    ),
    "a number given to somebody else": (
        {"contact_points": "account_id,kind,value,reassignment_checked_on,reassignment_result\n"
         "OH-1001,phone,+16145550142,2026-11-23T10:00:00Z,reassigned\n"},
        {("OH-1001", 2)},
    ),
    "an opt-out among the results": (
        {"attempts": "attempt_id,account_id,channel,contact_point,started_at,outcome\n"
         "N2,OH-1001,email,{email},2026-11-23T15:00:00Z,opted_out\n"},
        {("OH-1001", 3)},
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


def _refused(monday, gathered, kept, terms):
    checked = exporting.recheck(monday / "out" / "schedule.jsonl", gathered, kept, terms)
    gone = _schedule(monday).join(checked.kept.select("attempt_id"), on="attempt_id", how="anti")
    assert set(gone["attempt_id"]) == set(checked.findings["attempt_id"])
    return set(gone.select("account_id", "wave").iter_rows())


def test_the_plan_is_the_one_that_the_cases_speak_of(monday):
    rows = _schedule(monday).select("account_id", "wave", "channel")
    assert set(rows.select("account_id", "wave").iter_rows()) == ROWS
    assert rows.filter(pl.col("channel") == "email").select("account_id", "wave").rows() == [("OH-1001", 3)]


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
    assert _refused(monday, gathering.gather(paths, kept, then, keep=False), kept, then) == expected
    if where == "beside the casefile":
        assert _refused(monday, gathering.recall(kept, then), kept, then) == set()


GONE = "nothing else gives this contact point to the account or its relations"
ENDS = {
    "revoked": (",2028-09-30T03:00:00Z,2026-11-23T10:00:00Z", "a consent that it rests on was revoked"),
    "expired": (",2026-11-23T10:00:00Z,", "a consent that it rests on has expired"),
    "both": (",2026-11-23T10:00:00Z,2026-11-23T10:00:00Z", "a consent that it rests on was revoked"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_row_whose_point_left_with_its_consent_is_told_so(end, monday, kept, terms, tmp_path):
    dates, reason = ENDS[end]
    text = f"{SCHEMA}K03,debtor,this_collector,separate_consent,locate;contact;share,2025-09-30T03:00:00Z{dates}\n"
    (tmp_path / "consents.csv").write_text(text)
    then = replace(terms, as_of=terms.as_of + timedelta(hours=9))
    gathered = gathering.gather([tmp_path], kept, then, keep=False)
    found = exporting.recheck(monday / "out" / "schedule.jsonl", gathered, kept, then).findings
    assert set(found["reason"]) == {f"{reason}; {GONE}"}
    assert set(found["attempt_id"]) == set(_schedule(monday).filter(pl.col("account_id") == "CN-1003")["attempt_id"])


def test_a_point_that_is_gone_for_another_reason_is_not_said_to_have_left_with_a_consent(kept, monday, terms):
    ids = _schedule(monday)["attempt_id"]
    found = pl.DataFrame({"attempt_id": ids, "provision": "input", "reason": UNKNOWN_POINT})
    consents = gathering.recall(kept, terms).tables["consents"]
    assert with_ended_consents(found, consents, terms.as_of, kept).equals(found)
    # In Ohio, a call to a number that a record under K01 names, then an e-mail that the creditor was given.
    revoked = consents.with_columns(revoked_at=pl.when(pl.col("consent_id") == "K01").then(pl.lit(terms.as_of)))
    told = with_ended_consents(found, revoked, terms.as_of, kept).filter(pl.col("reason") != UNKNOWN_POINT)
    call = _schedule(monday).filter((pl.col("account_id") == "OH-1001") & (pl.col("channel") == "call"))
    assert told["attempt_id"].to_list() == call["attempt_id"].to_list()


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
    checked = exporting.recheck(monday / "out" / "schedule.jsonl", gathering.recall(kept, then), kept, then)
    assert _refused(monday, gathering.recall(kept, then), kept, then) == expected
    assert dict(checked.findings.select("attempt_id", "provision").iter_rows())[first["attempt_id"][0]] == "made"
    assert not passed.is_empty()


@pytest.mark.parametrize(
    ("outcome", "gone"), [("no_answer", set()), ("busy", {(1, 2)}), ("human_unverified", {(1, 2)})]
)
def test_a_text_after_a_call_goes_out_if_the_call_was_missed(outcome, gone, monday, kept, terms, tmp_path):
    mine = _schedule(monday).filter(account_id="UK-1002")
    call, text = mine.filter(wave=1, sequence=1), mine.filter(wave=1, sequence=2)
    report = tmp_path / "r.csv"
    call.select("attempt_id", started_at="not_before", outcome=pl.lit(outcome)).write_csv(report)
    then = replace(terms, as_of=text["not_before"].str.to_datetime(time_zone="UTC")[0])
    results.take_results(report, kept, then)
    checked = exporting.recheck(monday / "out" / "schedule.jsonl", gathering.recall(kept, then), kept, then)
    over = mine.join(checked.findings.filter(provision="house.follow-up"), on="attempt_id")
    assert set(over.select("wave", "sequence").iter_rows()) == gone
    assert set(over["reason"]) == ({f"the attempt before it came to {outcome}: next_wave"} if gone else set())
    assert (text["attempt_id"][0] in checked.kept["attempt_id"].to_list()) == (not gone)


def _at_gate(rows, kept, terms, folder):
    """What the last gate says of rows that somebody else wrote."""
    folder.mkdir(exist_ok=True)
    write_schedule(rows, folder, forms=("jsonl",))
    return exporting.recheck(folder / "schedule.jsonl", gathering.recall(kept, terms) if kept else None, kept, terms)


def _moved(name, **by):
    moved = pl.col(name).str.to_datetime(time_zone="UTC") + timedelta(**by)
    return moved.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


UK_CALL = (pl.col("account_id") == "UK-1002") & (pl.col("wave") == 1) & (pl.col("sequence") == 1)
EDITS = {
    "another attempt": ({"attempt_id": pl.lit("a0000000000000000")}, "no plan in the casefile released this attempt"),
    "a forged permit": ({"permit_id": pl.lit("PAAAAAAAAAAAAAAA")}, "its permit was not issued for this attempt"),
    "another time zone": ({"time_zone": pl.lit("Asia/Tokyo")}, "changed since: time_zone"),
    "another account": ({"account_id": pl.lit("OH-1001")}, "changed since: account_id"),
    "another number": ({"contact_point": pl.lit("+442079460999")}, "changed since: contact_point"),
    "other digits to dial": ({"national_number": pl.lit("2079460999")}, "changed since: national_number"),
    "a text for a call": ({"channel": pl.lit("sms")}, "changed since: channel"),
    "another purpose": ({"purpose": pl.lit("location_only")}, "changed since: purpose"),
    "earlier": ({"not_before": _moved("not_before", minutes=-1)}, "changed since: not_before"),
    "later": ({"not_after": _moved("not_after", minutes=1)}, "changed since: not_after"),
    "another day": (
        {name: _moved(name, days=1) for name in ("not_before", "not_after")},
        "changed since: not_after",
    ),
    "no time at all": ({"not_before": pl.lit("soon")}, "changed since: not_before"),
    "a time of no zone": ({"not_after": pl.col("not_after").str.head(19)}, "changed since: not_after"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_that_was_not_released_like_this_does_not_go_out(edit, monday, kept, terms, tmp_path):
    changes, facts = EDITS[edit]
    rows = _schedule(monday)
    edited = rows.with_columns(
        pl.when(UK_CALL).then(value).otherwise(name).alias(name) for name, value in changes.items()
    )
    checked = _at_gate(edited, kept, terms, tmp_path)
    assert checked.findings.rows() == [
        (
            edited.filter(rows.select(UK_CALL).to_series())["attempt_id"][0],
            "house.permit",
            f"no permit was issued for this row as it stands: {facts}",
        )
    ]
    assert checked.kept.equals(rows.filter(~UK_CALL))


def test_a_narrower_window_written_in_another_offset_goes_out(monday, kept, terms, tmp_path):
    narrower = _schedule(monday).with_columns(_moved("not_before", minutes=2), _moved("not_after", minutes=-2))
    checked = _at_gate(narrower, kept, terms, tmp_path)
    assert checked.findings.is_empty()
    assert checked.kept.equals(narrower)


def test_what_a_later_plan_took_the_place_of_does_not_go_out_beside_it(monday, kept, terms, tmp_path):
    first = _schedule(monday).sort("not_before").head(1)
    # Within the first window: its row may have been dialled by now, so it stays; the others are planned anew.
    begin = first["not_before"].str.to_datetime(time_zone="UTC")[0]
    later = replace(terms, as_of=begin + timedelta(minutes=1))
    runs.run(gathering.recall(kept, later), kept, tmp_path / "later", later)
    checked = _at_gate(_schedule(monday), kept, later, tmp_path / "gate")
    assert checked.kept.equals(first)
    assert set(checked.findings.filter(pl.col("provision") == "house.permit")["reason"]) == {
        "no permit was issued for this row as it stands: a later plan has taken its place"
    }
    rows = pl.read_parquet(tmp_path / "later" / "schedule.parquet")
    assert _at_gate(rows, kept, later, tmp_path / "gate").findings.is_empty()
    forged = rows.with_columns(permit_id=pl.lit(_schedule(monday)["permit_id"][0]))
    assert _at_gate(forged, kept, later, tmp_path / "gate").kept.is_empty()


def test_without_a_casefile_there_is_nothing_to_compare_with(monday, five, terms, tmp_path):
    write_schedule(_schedule(monday).with_columns(permit_id=pl.lit("P1")), tmp_path, forms=("jsonl",))
    gathered = gathering.gather([five], None, terms)
    checked = exporting.recheck(tmp_path / "schedule.jsonl", gathered, None, terms)
    exporting.release(checked, tmp_path / "out.jsonl", None, terms)
    assert checked.refused == 0


def test_the_audit_tells_what_came_to_the_gate_and_what_went_out(monday, kept, terms, tmp_path):
    rows = _schedule(monday)
    checked = _at_gate(
        rows.with_columns(time_zone=pl.lit("Asia/Tokyo")).head(2).vstack(rows[2:]), kept, terms, tmp_path
    )
    before = sha256(tmp_path / "schedule.jsonl")
    out = tmp_path / "schedule.jsonl"  # over the file that came
    exporting.release(checked, out, kept, terms)
    exporting.release(checked, None, kept, terms)
    with pytest.raises(UsageError):
        exporting.release(checked, tmp_path / "out.doc", kept, terms)
    chain, broken = audited(kept)
    assert broken is None
    assert [entry.command for entry in chain[-3:]] == ["plan", "verify", "verify"]
    assert chain[-2].as_of == terms.as_of.isoformat()
    assert chain[-2].details == {
        "rows": 8,
        "accepted": 6,
        "refused": 2,
        "provisions": {"house.permit": 2},
        "sha256": before,
        "released_sha256": sha256(out),
        "beside": [],
    }
    assert chain[-1].details == {**chain[-2].details, "released_sha256": None}

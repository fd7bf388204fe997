from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.casefile.audit import entries
from skiptrace.contracts.inputs import ACCOUNTS, ATTEMPTS, CONTACT_POINTS, STOPS
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.dialers import results as reading
from skiptrace.errors import InputError, PromiseBroken, UsageError
from skiptrace.pipeline import results, stopping
from skiptrace.pipeline.lifts import LIFTS
from skiptrace.pipeline.result_words import map_in_words, untold_in_words
from skiptrace.tables import PROVENANCE, REJECTED_SCHEMA, empty
from tests.dialers.conftest import CALL

LATER = datetime(2026, 12, 1, 9, tzinfo=UTC)
HEAD = "phone_number|call_date|list_id|length_in_sec|lead_status|hangup_reason|call_status|source_id|user\n"


def call(status="N", start="09:05:00", phone="2079460001", account="A1"):
    return f"{phone}|2026-11-24 {start}|101|0|NEW|CALLER|{status}|{account}|VDAD\n"


@pytest.fixture
def kept(casefile):
    """A plan of one call on one of two accounts, and their numbers, one of which is written as people write them."""
    accounts = {"account_id": ["A1", "A3"], "full_name": ["Ann Roe", "Bo Roe"], "country": ["GB", "GB"]}
    points = {"account_id": ["A1", "A3"], "kind": ["phone"] * 2, "value": ["020 7946 0001", "020 7946 0003"]}
    with casefile.open() as opened:
        opened.replace("placements", SCHEDULE.conform(pl.DataFrame([CALL], schema=SCHEDULE.schema)))
        opened.replace("accounts", ACCOUNTS.conform(pl.DataFrame(accounts)))
        opened.replace("contact_points", CONTACT_POINTS.conform(pl.DataFrame(points)))
    return casefile


@pytest.fixture
def take(kept, terms, tmp_path):
    ingest = terms.settings.ingest.model_copy(update={"time_zone": "Europe/London"})
    later = replace(terms, as_of=LATER, settings=terms.settings.model_copy(update={"ingest": ingest}))

    def take_text(*lines, outcomes=None):
        path = tmp_path / "calls.txt"
        path.write_text(HEAD + "".join(lines), encoding="utf-8")
        own = None
        if outcomes is not None:
            own = tmp_path / "own.toml"
            own.write_text(f"[outcomes]\n{outcomes}\n", encoding="utf-8")
        return results.take_results(path, kept, later, "vicidial", own)

    return take_text


def state(casefile):
    with casefile.open(make=False) as opened:
        return {
            "attempts": opened.read("attempts", {**ATTEMPTS.schema, **PROVENANCE}),
            "uncoded": opened.read("uncoded_attempts", ATTEMPTS.schema),
            "stops": opened.read("stops", {**STOPS.schema, **PROVENANCE}),
            "lifts": opened.read("lifts", LIFTS),
            "origin": pl.DataFrame({"origin": [opened.get("origin")]}),
        }


def test_the_same_file_twice_changes_nothing(kept, take):
    lines = [
        call(),
        call("DNC", "09:20:00"),
        call("AA", phone="02079460003", account=""),
        call("PTP", "10:00:00"),
        call("NEW"),
    ]
    first = take(*lines)
    assert (first.read, first.new, first.known, first.set_aside.height, first.rejected.height) == (5, 3, 0, 1, 1)
    assert (first.outcomes, first.stops) == ({"no_answer": 1, "refused": 1, "voicemail": 1}, 1)
    before = state(kept)
    again = take(*lines)
    assert (again.new, again.known, again.stops, again.outcomes) == (0, 3, 0, {})
    for name, frame in state(kept).items():
        assert_frame_equal(frame, before[name])


def test_calls_that_only_law_counts_are_counted_once_in_whatever_order_they_come(kept, take):
    good, strange = call(), call("PTP", "10:00:00")
    lasted = call("CALLBK", "11:00:00").replace("|101|0|", "|101|60|")
    for lines in ([strange], [good, strange, lasted], [strange, lasted], [lasted, strange, good]):
        take(*lines)
    after = state(kept)
    assert after["uncoded"]["started_at"].dt.hour().sort().to_list() == [10, 11]
    assert after["attempts"]["started_at"].dt.hour().to_list() == [9]
    ids = pl.concat([after["attempts"]["attempt_id"], after["uncoded"]["attempt_id"]])
    assert ids.n_unique() == 3


def test_a_later_export_adds_what_is_new_whatever_the_first_call_of_the_plan(kept, take):
    take(call(start="09:20:00"))
    done = take(call(start="09:05:00"), call(start="09:20:00"), call(start="09:25:00"))
    assert (done.new, done.known) == (2, 1)
    attempts = state(kept)["attempts"]
    assert attempts.filter(attempt_id="a1")["started_at"].item().minute == 20
    assert attempts["started_at"].dt.minute().sort().to_list() == [5, 20, 25]


def test_of_two_versions_of_one_call_the_stricter_stays(kept, take):
    take(call("B"))
    stricter = take(call("SALE"))
    assert (stricter.new, stricter.known) == (0, 1)
    assert state(kept)["attempts"]["outcome"].to_list() == ["human_unverified"]
    milder = take(call("B"))
    assert milder.rejected["reason"].to_list() == ["conflict: differs from another row of the same key"]
    assert state(kept)["attempts"]["outcome"].to_list() == ["human_unverified"]


def test_a_status_named_later_makes_an_attempt_of_what_only_law_counted(kept, take):
    take(call("PTP"))
    assert state(kept)["uncoded"]["attempt_id"].to_list() == ["a1"]
    told = take(call("PTP"), outcomes='PTP = "promise_to_pay"')
    assert told.outcomes == {"promise_to_pay": 1}
    after = state(kept)
    assert after["uncoded"].is_empty()
    assert after["attempts"]["attempt_id"].to_list() == ["a1"]


def test_a_file_without_a_usable_row_is_bad_input_and_law_counts_its_calls_all_the_same(kept, take, tmp_path):
    path = tmp_path / "calls.txt"
    with pytest.raises(InputError, match=r"calls\.txt: nothing usable: all 2 rows rejected") as bad:
        results.check_usable(path, take(call("PTP"), call(account="A9")))
    assert bad.value.exit_code == 3
    assert state(kept)["uncoded"].height == 1
    # What is no attempt makes the others no better.
    with pytest.raises(InputError, match=r"nothing usable: 1 rows rejected, 2 set aside \(--rejected FILE"):
        results.check_usable(path, take(call("NEW"), call(account="A9"), call("QUEUE")))
    for lines in ([call()], [call()], [call(), call()], [call("NEW")], [call(), call(account="A9")], []):
        results.check_usable(path, take(*lines))
    take(call("SALE"))
    results.check_usable(path, take(call("B")))  # the attempt is on record, as another version


def test_a_map_that_was_changed_reads_the_same_calls_anew(kept, take):
    lines = [call("SALE"), call("NI", "10:00:00"), call("B", "11:00:00")]
    take(*lines)
    told = take(*lines, outcomes='SALE = "right_party"\nNI = "third_party"')
    assert (told.new, told.known, told.rejected.height) == (0, 3, 0)
    assert state(kept)["attempts"].sort("started_at")["outcome"].to_list() == ["right_party", "third_party", "busy"]


def test_what_a_map_should_name_is_told_in_one_line_without_what_is_no_status(take):
    lines = [call("PTP"), call("PTP", "10:00:00"), call("SALE", "11:00:00"), call("B", "12:00:00"), call("NEW")]
    taken = take(*lines, call("Ann Quillfeather", "13:00:00"))
    said = map_in_words(taken)
    assert said.startswith("statuses to give a meaning: PTP (2 rows, not named), others (1 row, not named), SALE (1 ")
    assert said.endswith("--format vicidial`, name them in it, and read the file again with `--outcomes own.toml`")
    assert "Quill" not in said
    assert "no status of the map means right_party" in untold_in_words(taken)
    named = take(*lines, outcomes='PTP = "promise_to_pay"')
    assert (map_in_words(named), untold_in_words(named)) == (None, None)


def test_a_map_is_part_of_what_went_in(kept, take):
    take(call())
    before = state(kept)["origin"].item()
    take(call(), outcomes='N = "busy"')
    assert set(before.split()) < set(state(kept)["origin"].item().split())


def test_a_stop_of_a_status_is_listed_and_once_lifted_stays_so(kept, take, terms):
    now = replace(terms, as_of=LATER)
    take(call("DNC"))
    stop = stopping.list_stops(kept, now).row(0, named=True)
    assert (stop["kind"], stop["contact_point"], stop["account_id"], stop["state"]) == (
        "do_not_call", "+442079460001", None, "stands",
    )  # fmt: skip
    stopping.lift_stops([stop["stop_id"]], "asked to be called", None, kept, now)
    take(call("DNC"))
    assert stopping.list_stops(kept, now)["state"].to_list() == ["lifted"]
    take(call("DNC"), call("DNC", "11:00:00"))
    assert sorted(stopping.list_stops(kept, now)["state"]) == ["lifted", "stands"]


def test_the_audit_tells_the_counts(kept, take):
    take(call(), call("NEW"), call("DNC", "10:00:00"))
    with kept.open(make=False) as opened:
        (entry,) = [entry for entry in entries(opened) if entry.command == "outcomes"]
    told = {name: entry.details[name] for name in ("format", "read", "new", "set_aside", "rejected", "stops")}
    assert told == {"format": "vicidial", "read": 3, "new": 2, "set_aside": 1, "rejected": 0, "stops": 1}


def test_if_the_counts_do_not_add_up_nothing_is_kept(kept, take, monkeypatch):
    before = state(kept)
    monkeypatch.setattr(reading, "rejections", lambda *_: empty(REJECTED_SCHEMA))
    with pytest.raises(PromiseBroken, match="2 rows read are not 1 accepted \\+ 0 set aside \\+ 0 rejected") as broken:
        take(call(), call(account="A9"))
    assert broken.value.exit_code == 6
    for name, frame in state(kept).items():
        assert_frame_equal(frame, before[name])


def test_the_example_of_a_map_is_never_written_over_a_file(tmp_path):
    results.write_map(tmp_path / "own.toml", "vicidial")
    assert "[outcomes]" in (tmp_path / "own.toml").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match=r"own\.toml: is there already"):
        results.write_map(tmp_path / "own.toml", "asterisk-cdr")

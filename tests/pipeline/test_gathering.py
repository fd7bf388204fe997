"""What a casefile remembers from batch to batch, and what law must assume of what nobody reported."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.errors import CasefileError, InputError, UsageError
from skiptrace.pipeline import gathering, results

WINDOW = datetime(2026, 11, 25, 15, tzinfo=UTC)


def _frames(casefile):
    with casefile.open() as opened:
        return {name: opened.read(name, {}) for name in opened.names()}


def _row(attempt_id, start, batch_id="b1", **changes):
    return {
        "attempt_id": attempt_id,
        "batch_id": batch_id,
        "account_id": "OH-1001",
        "channel": "call",
        "contact_point": "+16145550142",
        "not_before": start.isoformat(),
        "not_after": (start + timedelta(minutes=30)).isoformat(),
        **changes,
    }


def _place(casefile, *rows):
    with casefile.open() as opened:
        opened.replace("placements", SCHEDULE.conform(pl.DataFrame(list(rows))))


def _report(casefile, terms, path, *rows):
    lines = [f"{attempt},{start.isoformat()},{outcome}\n" for attempt, start, outcome in rows]
    path.write_text("attempt_id,started_at,outcome\n" + "".join(lines))
    return results.take_results(path, casefile, terms)


@pytest.fixture
def later(terms):
    return replace(terms, as_of=WINDOW + timedelta(days=2))


@pytest.fixture
def batch(five, tmp_path):
    return shutil.copytree(five, tmp_path / "batch")


def _change(batch, name, before, after):
    path = batch / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_same_files_twice_change_nothing(five, terms, casefile):
    first = gathering.gather([five], casefile, terms)
    kept = _frames(casefile)
    again = gathering.gather([five], casefile, terms)
    assert again.origin == first.origin
    assert again.files.equals(first.files)
    for name, frame in _frames(casefile).items():
        assert frame.equals(kept[name]), name
    known = gathering.recall(casefile, terms)
    for name, frame in known.tables.items():
        assert frame.drop("_file", "_line").equals(again.tables[name].drop("_file", "_line")), name


def test_files_one_by_one_come_to_the_same_as_all_at_once(five, terms, casefile, tmp_path):
    other = Casefile(tmp_path / "b.casefile", Key("secret"))
    whole = gathering.gather([five], casefile, terms)
    names = ["accounts", "consents", "stops", "relations", "records", "attempts"]
    for name in names:
        parts = gathering.gather([five / f"{name}.csv"], other, terms)
    assert parts.origin == whole.origin
    for name, frame in whole.tables.items():
        assert parts.tables[name].drop("_file", "_line").equals(frame.drop("_file", "_line")), name


def test_a_consent_revoked_later_drops_its_records(batch, terms, casefile):
    before = gathering.gather([batch], casefile, terms)
    assert {"R02", "R03"} <= set(before.tables["records"]["record_id"])
    _change(batch, "consents.csv", "2028-02-08T10:00:00Z,,GB", "2028-02-08T10:00:00Z,2026-11-01T00:00:00Z,GB")
    after = gathering.gather([batch / "consents.csv"], casefile, terms)
    assert not {"R02", "R03"} & set(after.tables["records"]["record_id"])
    assert not {"R02", "R03"} & set(_frames(casefile)["records"]["record_id"])


def test_a_consent_that_ends_meanwhile_drops_its_records_from_what_is_recalled(batch, terms, casefile):
    _change(batch, "consents.csv", "2028-02-08T10:00:00Z", "2026-12-01T00:00:00Z")
    gathering.gather([batch], casefile, terms)
    assert "R02" in gathering.recall(casefile, terms).tables["records"]["record_id"]
    month = replace(terms, as_of=terms.as_of + timedelta(days=30))
    assert "R02" not in gathering.recall(casefile, month).tables["records"]["record_id"]


def test_records_refused_for_want_of_consent_are_counted_as_rejected(five, terms):
    gathered = gathering.gather([five], None, terms)
    counts = {row["file"]: row for row in gathered.files.to_dicts()}
    assert (counts["records.csv"]["read"], counts["records.csv"]["accepted"]) == (7, 6)
    assert (counts["relations.csv"]["read"], counts["relations.csv"]["accepted"]) == (2, 1)
    assert gathered.files.filter(pl.col("read") != pl.col("accepted") + pl.col("rejected")).is_empty()


def test_a_released_attempt_that_nobody_reports_counts_as_made_once_its_window_has_passed(five, terms, later, casefile):
    gathering.gather([five], casefile, terms)
    _place(casefile, _row("p1", WINDOW), _row("p2", WINDOW + timedelta(days=9)))
    assert gathering.recall(casefile, terms).history.is_empty()
    for gathered in (gathering.recall(casefile, later), gathering.gather([five], casefile, later)):
        assumed = gathered.history
        assert assumed["attempt_id"].to_list() == ["p1"]
        assert assumed["started_at"].to_list() == [WINDOW]
        assert assumed["outcome"].to_list() == [None]
    assert "p1" not in _frames(casefile)["uncoded_attempts"]["attempt_id"]


def test_a_released_attempt_counts_as_made_from_the_moment_it_may_be(five, terms, casefile):
    gathering.gather([five], casefile, terms)
    _place(casefile, _row("p1", WINDOW))
    for minutes, assumed in ((0, []), (1, ["p1"]), (31, ["p1"])):
        now = replace(terms, as_of=WINDOW + timedelta(minutes=minutes))
        assert gathering.recall(casefile, now).history["attempt_id"].to_list() == assumed


def test_results_of_calls_say_nothing_of_messages(five, terms, later, casefile, tmp_path):
    gathering.gather([five], casefile, terms)
    after = WINDOW + timedelta(hours=3)
    _place(casefile, _row("sent", WINDOW, channel="sms"), _row("silent", WINDOW), _row("told", after))
    _report(casefile, later, tmp_path / "r.csv", ("told", after, "no_answer"))
    assert gathering.recall(casefile, later).history["attempt_id"].to_list() == ["sent"]


def test_results_that_reach_past_a_window_free_it(five, terms, later, casefile, tmp_path):
    gathering.gather([five], casefile, terms)
    after = WINDOW + timedelta(hours=3)
    _place(casefile, _row("silent", WINDOW), _row("told", after), _row("other plan", WINDOW, "b2"))
    taken = _report(casefile, later, tmp_path / "r.csv", ("told", after, "no_answer"))
    assert (taken.read, taken.new) == (1, 1)
    gathered = gathering.recall(casefile, later)
    assert gathered.history["attempt_id"].to_list() == ["other plan"]
    assert "told" in gathered.tables["attempts"]["attempt_id"]


def test_results_that_end_before_a_window_do_not_free_it(five, terms, later, casefile, tmp_path):
    gathering.gather([five], casefile, terms)
    _place(casefile, _row("told", WINDOW - timedelta(hours=3)), _row("silent", WINDOW))
    _report(casefile, later, tmp_path / "r.csv", ("told", WINDOW - timedelta(hours=3), "no_answer"))
    assert gathering.recall(casefile, later).history["attempt_id"].to_list() == ["silent"]


def test_an_attempt_with_an_unknown_outcome_counts_until_it_is_told_in_full(batch, terms, casefile):
    _change(batch, "attempts.csv", "2026-09-14T10:12:00-04:00,no_answer", "2026-09-14T10:12:00-04:00,gibberish")
    first = gathering.gather([batch], casefile, terms)
    assert first.history["account_id"].to_list() == ["OH-1001"]
    assert gathering.recall(casefile, terms).history.height == 1
    _change(batch, "attempts.csv", "gibberish", "no_answer")
    mended = gathering.gather([batch], casefile, terms)
    assert mended.history.is_empty()
    assert gathering.recall(casefile, terms).history.is_empty()
    assert "T01" in mended.tables["attempts"]["attempt_id"]


def test_a_result_with_an_unknown_outcome_counts_until_it_is_told_in_full(five, terms, later, casefile, tmp_path):
    gathering.gather([five], casefile, terms)
    _place(casefile, _row("p1", WINDOW))
    taken = _report(casefile, later, tmp_path / "r.csv", ("p1", WINDOW, "gibberish"))
    assert (taken.new, taken.rejected.height) == (0, 1)
    assert gathering.recall(casefile, later).history["account_id"].to_list() == ["OH-1001"]
    _report(casefile, later, tmp_path / "r.csv", ("p1", WINDOW, "no_answer"))
    assert gathering.recall(casefile, later).history.is_empty()


def test_results_twice_change_nothing(five, terms, later, casefile, tmp_path):
    gathering.gather([five], casefile, terms)
    _place(casefile, _row("p1", WINDOW))
    _report(casefile, later, tmp_path / "r.csv", ("p1", WINDOW, "voicemail"))
    kept = _frames(casefile)
    again = _report(casefile, later, tmp_path / "r.csv", ("p1", WINDOW, "voicemail"))
    assert (again.new, again.known, again.outcomes) == (0, 1, {})
    for name, frame in _frames(casefile).items():
        assert frame.equals(kept[name]), name


def test_national_ids_are_sealed_before_they_are_kept(terms, casefile, tmp_path):
    (tmp_path / "accounts.csv").write_text("account_id,full_name,country,national_id\nA1,Jane Roe,US,501-23-4567\n")
    gathered = gathering.gather([tmp_path / "accounts.csv"], casefile, terms)
    sealed = gathered.tables["accounts"]["national_id"][0]
    assert "4567" in sealed
    assert "23-4567" not in sealed
    assert "501234567" not in sealed


def test_what_cannot_be_worked_on_is_told(terms, casefile, tmp_path):
    with pytest.raises(UsageError, match="give --batch or --casefile"):
        gathering.gather([], None, terms)
    with pytest.raises(CasefileError, match="no such casefile"):
        gathering.gather([], casefile, terms)
    (tmp_path / "accounts.csv").write_text("account_id,full_name,balance\nA1,Jane Roe,-5\n")
    with pytest.raises(InputError, match=r"all 1 rows .* accounts\.csv, line 2, column balance: below 0"):
        gathering.gather([tmp_path / "accounts.csv"], casefile, terms)
    with pytest.raises(InputError, match=r"a\.casefile holds none"):
        gathering.gather([], casefile, terms)
